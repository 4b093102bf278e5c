"""A Dask cluster of a test's own: a scheduler and workers on this machine, gone with the test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.patience import PATIENT

DASK = Path(sys.executable).with_name("dask")


@dataclass
class DaskCluster:
    """Its processes' logs and scratch files lie in `folder`."""

    folder: Path
    options: tuple[str, ...] = ()  # of the scheduler and of every worker, for TLS
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where the scheduler listens."""
        path = self.folder / "scheduler.json"
        deadline = time.monotonic() + PATIENT
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, ValueError):  # not there, or half written
                return str(json.loads(path.read_text())["address"])
            time.sleep(0.05)
        raise RuntimeError(self.log("scheduler"))

    def start_scheduler(self, **environment: str) -> None:
        """Start the scheduler on a free port."""
        where = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        file = str(self.folder / "scheduler.json")
        self.start("scheduler", *where, "--scheduler-file", file, **environment)

    def start_worker(self, name: str, *options: str, **environment: str) -> None:
        """Start a worker that grades one submission at a time, and wait until it is connected."""
        scratch = self.folder / name
        scratch.mkdir()
        where = ("--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(scratch))
        self.start(
            *("worker", self.address, "--name", name, "--nthreads", "1", *where, *options),
            name=name,
            **environment,
        )
        self.wait_for(name, "Registered to:")

    def start(self, command: str, *arguments: str, name: str = "", **environment: str) -> None:
        """Start a process of the cluster, in a process group of its own."""
        name = name or command
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(DASK), command, *arguments, *self.options],
                env=os.environ | environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log(self, name: str) -> str:
        """What a process has said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def wait_for(self, name: str, words: str) -> None:
        """Wait until a process has said something; raises RuntimeError if it ends before."""
        deadline = time.monotonic() + PATIENT
        while words not in self.log(name):
            if time.monotonic() > deadline or self.processes[name].poll() is not None:
                raise RuntimeError(self.log(name))
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """Kill a process and those that it has started."""
        process = self.processes[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def run_cluster(
    folder: Path, *workers: str, options: tuple[str, ...] = (), **environment: str
) -> Iterator[DaskCluster]:
    """A scheduler, with these variables in its environment, and workers of these names."""
    folder.mkdir()
    cluster = DaskCluster(folder, options)
    try:
        cluster.start_scheduler(**environment)
        for name in workers:
            cluster.start_worker(name)
        yield cluster
    finally:
        for name in cluster.processes:
            cluster.kill(name)
