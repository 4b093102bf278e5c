"""A Jupyter server with the formgrader, as staff start one in the course folder."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.kit.browser.eyes import PATIENCE, Browser

TOKEN = "for-the-test-only"


@contextlib.contextmanager
def serving(course: Path, home: Path, browser: Browser) -> Iterator[str]:
    """The address of a server of a course folder, in which the browser has logged in.

    Nothing of this machine's Jupyter settings counts: `home` is where it looks for them.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    off = dict.fromkeys(
        ["jupyterlab", "notebook", "jupyter_lsp", "jupyter_server_terminals"], False
    )
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.jpserver_extensions={off}"]
    log = home / "server.log"
    with log.open("w") as said:
        env = os.environ | dict.fromkeys(names, str(home))
        server = subprocess.Popen(command, cwd=course, env=env, stdout=said, stderr=said)
    try:
        url = f"http://127.0.0.1:{port}"
        await_server(f"{url}/api", server, log)
        browser.open(f"{url}/api?token={TOKEN}")
        yield url
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def await_server(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; its log is the message where it does not."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            assert server.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        else:
            return
