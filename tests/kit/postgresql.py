"""A PostgreSQL server of a test's own, on a free port of this machine, gone with the test."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

ROLE = "grader"
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
fsync = off
"""


def find_programs() -> Path:
    """The folder of `initdb` and `pg_ctl`; only outside of continuous integration may it lack."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += map(Path, sorted(glob("/usr/lib/postgresql/*/bin")))  # Debian keeps it off the path
    programs = next((each for each in folders if (each / "pg_ctl").exists()), None)
    missing = "PostgreSQL is not installed: apt-get install postgresql"
    if programs is None and not os.environ.get("CI"):
        pytest.skip(missing)
    assert programs, missing
    return programs


@dataclass(frozen=True, slots=True)
class Server:
    """A server whose files lie in `folder`; only who knows the password may connect."""

    programs: Path
    folder: Path
    port: int
    password: str

    def url(self, database: str) -> str:
        """How SQLAlchemy finds a database of this server."""
        return f"postgresql+psycopg://{ROLE}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: LiteralString) -> str:
        """Make an empty database; its URL."""
        self.ask(f"CREATE DATABASE {database}")
        return self.url(database)

    def ask(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """What the server answers."""
        admin = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(admin, autocommit=True) as connection:
            answer = connection.execute(query)
            return answer.fetchall() if answer.description else []

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        self.control("start", "--wait", "--timeout=180", f"--log={self.folder / 'log'}")

    def stop(self) -> None:
        """Stop it, whoever is connected."""
        self.control("stop", "--wait", "--mode=immediate")

    def control(self, action: str, *options: str) -> None:
        """`pg_ctl` as the server's user."""
        run_as_server(
            str(self.programs / "pg_ctl"), action, f"--pgdata={self.folder / 'data'}", *options
        )


@contextlib.contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """A new server; it and its files are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="autograder-postgresql-"))
    server = Server(programs, folder, free_port(), secrets.token_hex(16))
    try:
        make_cluster(server)
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # a test has stopped it
                server.stop()
    finally:
        shutil.rmtree(folder)


def make_cluster(server: Server) -> None:
    """The files of an empty server."""
    password = server.folder / "password"
    password.write_text(server.password, encoding="utf-8")
    if os.getuid() == 0:
        owner = server_user()
        for path in (server.folder, password):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    run_as_server(
        *(str(server.programs / "initdb"), f"--pgdata={server.folder / 'data'}"),
        *(f"--username={ROLE}", f"--pwfile={password}", "--auth=scram-sha-256"),
        *("--encoding=UTF8", "--locale=C", "--no-sync"),
    )
    with (server.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(SETTINGS.format(port=server.port))


def run_as_server(*command: str) -> None:
    """Run one of PostgreSQL's programs: they refuse to run as root."""
    owner = server_user()
    root = os.getuid() == 0
    subprocess.run(
        command,
        user=owner.pw_uid if root else None,
        group=owner.pw_gid if root else None,
        extra_groups=[] if root else None,
        cwd="/",  # a folder that this user may enter
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a server that goes on would hold a pipe open
        stderr=subprocess.DEVNULL,
        check=True,
    )


def server_user() -> pwd.struct_passwd:
    """Whose server it is: without rights where root runs the tests."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    names = {each.pw_name for each in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def free_port() -> int:
    """A port that nobody listens at; none that the system gives to whoever asks for any."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
