"""How the grader reaches a Jupyter kernel: the connection file and the sockets of its channels."""

from __future__ import annotations

import json
import secrets
from typing import Any, cast

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from zmq.asyncio import Context

from autograder.model.limits import Limits
from autograder.sandbox.bwrap import SOCKETS
from autograder.sandbox.command import Program

CONNECTION_FILE = "/kit/connection.json"
SOCKET_PREFIX = f"{SOCKETS}/k"
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
DAY_MS = 24 * 60 * 60 * 1000  # longer than any submission is graded


def connection_info() -> dict[str, Any]:
    """A connection file's content; `ip` is added where it is read: how its sockets' paths begin."""
    ports = {f"{name}_port": number for number, name in enumerate(CHANNELS, start=1)}
    return ports | {
        "transport": "ipc",
        "key": secrets.token_hex(16),
        "signature_scheme": "hmac-sha256",
    }


def guest_program(control: int, connection: dict[str, Any], settings: str, root: str) -> Program:
    """The arguments of `guest.kernel.main`, and the connection file that they name."""
    content = json.dumps(connection | {"ip": root + SOCKET_PREFIX})
    arguments = [str(control), root + CONNECTION_FILE, settings]
    return Program(arguments, {CONNECTION_FILE: content.encode()})


def connect(connection: dict[str, Any], sockets: str, limits: Limits) -> AsyncKernelClient:
    """Connect all channels, once: a socket that the student puts in its place is never used.

    `sockets` is how the paths of the kernel's sockets begin.
    """
    context = Context()
    context.setsockopt(zmq.MAXMSGSIZE, limits.message_bytes)
    # -1 would say never, but then libzmq drops a lost connection in the middle of a message
    # that is being read, and ends this whole process for it
    context.setsockopt(zmq.RECONNECT_IVL, DAY_MS)
    context.setsockopt(zmq.LINGER, 0)
    context.setsockopt(zmq.RCVHWM, 8)  # messages that nobody reads would pile up in our memory
    client = AsyncKernelClient(context=context)
    client.load_connection_info(cast(Any, connection | {"ip": sockets}))
    client.start_channels(hb=False)
    client.allow_stdin = False
    return client
