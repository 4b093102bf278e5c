"""Read what the sandbox replied: a value, or the StudentError that it speaks of.

Nothing here trusts the other side: a reply is bounded in size and only parsed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from autograder.guest import wire
from autograder.guest.errors import WireError
from autograder.model.errors import Missing, Raised, Unreadable
from autograder.model.limits import Limits
from autograder.model.messages import Message
from autograder.student.transport import Reply, too_large, unreadable

GENERATOR = b'"generator"'  # how what the wire says of a generator begins
MOST_KINDS = 40  # classes that an exception is an instance of

Arguments = tuple[list[Any], dict[str, Any]]  # of a call: by their places, and by name


def parse_reply(content: bytes) -> Reply:
    """The reply that came as JSON; raises WireError where it is none."""
    reply = wire.from_bytes(content)
    if not isinstance(reply, dict):
        raise WireError("a malformed reply")
    return reply


def read_reply(name: str, reply: Reply, limits: Limits) -> Any:
    """The value that a reply holds, or the StudentError that it speaks of; raises WireError."""
    match reply:
        case {"value": data}:
            return wire.unpack(data)
        case {"raised": {"name": str(kind), "kinds": list(kinds), "text": str(text)}}:
            names = tuple(plain(item) for item in kinds[:MOST_KINDS] if isinstance(item, str))
            raise Raised(plain(kind), names, plain(text))
        case {"missing": True}:
            raise Missing(Message.of("missing", name=name))
        case {"not_callable": str(kind)}:
            raise Missing(Message.of("not_callable", name=name, kind=plain(kind)))
        case {"unreadable": str(kind)}:
            raise Unreadable(unreadable(plain(kind)))
        case {"too_large": True}:
            raise Unreadable(too_large(limits))
    raise Unreadable(unreadable("reply"))


def read_arguments(reply: Reply) -> Arguments | None:
    """The arguments after the call, as the other side says, or None where nothing changed.

    Raises WireError.
    """
    if "arguments" not in reply:
        return None
    positional = wire.unpack(reply["arguments"])
    named = wire.unpack(reply.get("named"))
    if not isinstance(positional, list) or not isinstance(named, dict):
        raise Unreadable(unreadable("reply"))
    return positional, named


@contextlib.contextmanager
def judging() -> Iterator[None]:
    """Where what the other side said can't be taken in, that is its own doing."""
    try:
        yield
    except WireError as error:
        raise Unreadable(unreadable(error.what)) from error
    except MemoryError as error:
        raise Unreadable(unreadable(type(error).__name__)) from error


def fingerprint(value: Any) -> bytes:
    """Plain values as the wire writes them, bit by bit; generators are left out: they move on."""
    packed = wire.pack(value)
    written = wire.to_bytes(packed)
    return wire.to_bytes(without_generators(packed)) if GENERATOR in written else written


def without_generators(data: Any) -> Any:
    """What `wire.pack` made, with nothing in place of each generator's state."""
    if isinstance(data, dict):
        return {k: None if k == "generator" else without_generators(v) for k, v in data.items()}
    return [without_generators(item) for item in data] if isinstance(data, list) else data


def plain(text: str) -> str:
    """The sandbox's words, bounded, and without half surrogate pairs that no file can hold."""
    return text[:400].encode("utf-8", "backslashreplace").decode("utf-8")
