"""Grade on the workers of a Dask cluster: the one module that knows `dask.distributed`.

How it works: the bundle travels once, as a plugin that the scheduler gives to every worker, also
to one that joins later. A worker that has the same versions and can start a sandbox announces a
resource named like the plugin, and jobs go only to workers with that resource; the others say
why they don't. A job and its result are JSON, and no code travels. A worker that is killed loses
its jobs to others; Dask gives a job up that killed several workers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import re
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import msgspec
from distributed.scheduler import KilledWorker

from autograder.grading.grade import Job, Result, refuse
from autograder.model.errors import ClusterLost, GraderError
from autograder.model.limits import Limits
from autograder.pool.bundle import Bundle, leave_home
from autograder.pool.host import Host
from autograder.pool.versions import Versions, name_differences, read_versions

ADDRESS = re.compile(r"(tcp|tls)://\S+:\d+")
CONNECTING_SECONDS = 10.0
PATIENCE_SECONDS = 300.0  # without any worker, for one to come back
LOOK_SECONDS = 5.0
LENGTH = 2000  # characters of what a worker says

log = logging.getLogger(__name__)


class Cluster:
    """The workers behind a scheduler that can grade an assignment."""

    def __init__(self, client: distributed.Client, name: str) -> None:
        """`name` is that of the plugin, and of the resource that its workers announce."""
        self.client = client
        self.name = name
        self.width = 1  # submissions that are graded at the same time
        self.refusals: dict[str, str] = {}  # by the worker that doesn't grade
        self.workers_seen = float("-inf")  # when there was one last
        self.looking = threading.Lock()
        self.looked = float("-inf")  # when
        self.asked: set[distributed.Future[bytes]] = set()
        self.stopped = False

    def grade(self, job: Job) -> Result:
        """The result, from any thread.

        What fails on a worker is a result that is not graded; raises ClusterLost where there is no
        scheduler or no worker any more.
        """
        try:
            order = msgspec.json.encode(leave_home(job))
            return msgspec.json.decode(self.ask(order), type=Result)
        except ClusterLost:
            raise
        except KilledWorker as error:
            return refuse(job, f"Each worker that graded this submission died: {error}")
        except Exception as error:
            why = f"{type(error).__name__}: {error}"[:LENGTH]
            return refuse(job, f"The worker failed: {why}")

    def ask(self, order: bytes) -> bytes:
        """What a worker answers; raises ClusterLost, and what the worker raises."""
        try:
            future = self.submit(order)
            try:
                return self.wait(future)
            finally:
                self.asked.discard(future)
                with contextlib.suppress(Exception):  # the connection is lost: nothing to cancel
                    future.cancel()
        except (OSError, asyncio.CancelledError, distributed.client.FutureCancelledError) as error:
            raise ClusterLost(f"The connection to the scheduler is lost: {error}") from error

    def submit(self, order: bytes) -> distributed.Future[bytes]:
        """Have a worker that is free answer; raises ClusterLost without a connection."""
        self.check_connection()
        future = self.client.submit(
            answer_order,
            self.name,
            order,
            key=f"{self.name}-{uuid.uuid4().hex}",
            pure=False,
            resources={self.name: 1},
        )
        self.asked.add(future)
        return future

    def wait(self, future: distributed.Future[bytes]) -> bytes:
        """What the worker answers; raises ClusterLost where none is left."""
        while not self.stopped:
            with contextlib.suppress(TimeoutError):
                answer: bytes = future.result(timeout=LOOK_SECONDS)
                return answer
            self.look_now_and_then()
        raise ClusterLost("Grading was interrupted.")

    def check_connection(self) -> None:
        """Raise ClusterLost where the scheduler is gone."""
        if self.client.status != "running":
            raise ClusterLost(f"The connection to the scheduler is {self.client.status}.")

    def stop(self) -> None:
        """Give up what is asked for."""
        self.stopped = True
        with contextlib.suppress(Exception):  # the connection is lost: nobody waits for long
            self.client.cancel([*self.asked])

    def look_now_and_then(self) -> None:
        """Look, of all threads that wait one at a time and not at once again."""
        with self.looking:
            if time.monotonic() - self.looked >= LOOK_SECONDS:
                self.look()
                self.looked = time.monotonic()

    def look(self) -> None:
        """Count the workers; raises ClusterLost where the connection or all of them are gone."""
        self.check_connection()
        with contextlib.suppress(OSError):  # the next look says more
            workers = self.client.scheduler_info(n_workers=-1)["workers"].values()
            fit = [each for each in workers if each["resources"].get(self.name)]
            self.width = max(1, sum(each["nthreads"] for each in fit))
            if fit:
                self.workers_seen = time.monotonic()
            self.tell_refusals()
        if time.monotonic() - self.workers_seen > PATIENCE_SECONDS:
            raise ClusterLost(f"The scheduler had no worker for {PATIENCE_SECONDS:g} seconds.")

    def tell_refusals(self) -> None:
        """Log once, for each worker that doesn't grade, why."""
        for _, said in self.client.get_events(self.name) or ():
            worker, why = said["name"], said["why"]
            if self.refusals.get(worker) != why:
                self.refusals[worker] = why
                log.warning("worker %s does not grade: %s", worker, why)


@contextlib.contextmanager
def open_cluster(address: str, bundle: Bundle, limits: Limits) -> Iterator[Cluster]:
    """The workers behind `address`, with the bundle; on leaving they have nothing of it.

    Raises GraderError where there is no scheduler, or no worker that can grade.
    """
    client = connect(address)
    try:
        name = f"autograder-{bundle.digest[:16]}-{uuid.uuid4().hex[:8]}"
        cluster = Cluster(client, name)
        offer(cluster, HostPlugin(name, bundle, limits, read_versions()))
        try:
            yield cluster
        finally:
            with contextlib.suppress(Exception):  # workers that are gone have nothing either
                client.unregister_worker_plugin(name)
    finally:
        with contextlib.suppress(Exception):
            client.close()


def connect(address: str) -> distributed.Client:
    """A connection to the scheduler; raises GraderError."""
    try:
        if not ADDRESS.fullmatch(address):
            raise ValueError("this is no address")
        return distributed.Client(
            address,
            timeout=CONNECTING_SECONDS,
            set_as_default=False,
            asynchronous=False,
            name="autograder",
        )
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise GraderError(
            f"There is no scheduler at {address!r} ({error}). Start one with `dask scheduler`, and "
            "give c.GradeSubmission.scheduler the address that it prints, as tcp://host:8786. One "
            "that is secured has an address as tls://host:8786, and Dask's own configuration "
            "(distributed.comm.tls) names the certificates."
        ) from error


def offer(cluster: Cluster, plugin: HostPlugin) -> None:
    """Give every worker the bundle; raises GraderError where none can grade."""
    failure = ""
    try:
        cluster.client.register_plugin(plugin, plugin.name)
    except Exception as error:  # of one worker that has, say, no such package
        failure = f"{type(error).__name__}: {error}"[:LENGTH]
        log.warning("a worker does not grade: %s", failure)
    try:
        cluster.look()
    except ClusterLost:
        reasons = [f"{worker}: {why}" for worker, why in sorted(cluster.refusals.items())]
        why = "\n".join([*reasons, *filter(None, [failure])]) or "no worker is connected"
        raise GraderError(
            f"No worker of the scheduler can grade ({why}). A worker is started with "
            "`dask worker ADDRESS` in an environment with the same packages, on a machine with "
            "bubblewrap."
        ) from None


# --- on the workers -----------------------------------------------------------


class HostPlugin(distributed.WorkerPlugin):
    """Has a worker grade, or say why it doesn't."""

    def __init__(self, name: str, bundle: Bundle, limits: Limits, versions: Versions) -> None:
        """`versions` are those of the machine that the results have to be the same as on."""
        self.name = name
        self.bundle = bundle
        self.limits = limits
        self.versions = versions
        self.host: Host | None = None

    async def setup(self, worker: distributed.Worker) -> None:
        """Be ready to grade before the worker says that it can; it never fails."""
        try:
            self.start(worker)
            assert self.host is not None
            await asyncio.to_thread(self.host.check, self.limits)
        except Exception as error:
            self.close()
            said = {"name": str(worker.name or worker.address), "why": str(error)[:LENGTH]}
            worker.log_event(self.name, said)
            return
        await worker.set_resources(**{self.name: worker.state.nthreads})

    def start(self, worker: distributed.Worker) -> None:
        """Unpack the bundle; raises GraderError where the versions differ or no sandbox starts."""
        if differences := name_differences(self.versions, read_versions()):
            raise GraderError(f"it has other versions: {', '.join(differences)}")
        allow_children()
        self.host = Host(self.bundle, Path(worker.local_directory, self.name))
        self.host.start()

    def close(self) -> None:
        """Stop grading, and leave no file."""
        if self.host is not None:
            self.host.close()
        self.host = None

    async def teardown(self, worker: distributed.Worker) -> None:  # noqa: ARG002
        """The class is graded, or the worker ends."""
        self.close()


def allow_children() -> None:
    """Let this process have children, which Python forbids a daemon.

    A worker that Dask's nanny watches is one. The rule keeps a daemon from leaving children
    behind; those that grade end with their parent.
    """
    config: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    config.pop("daemon", None)


def answer_order(name: str, order: bytes) -> bytes:
    """Grade one submission, on a worker with the plugin of that name."""
    plugin = distributed.get_worker().plugins.get(name)
    if not isinstance(plugin, HostPlugin) or plugin.host is None:
        raise GraderError("the worker has nothing to grade with any more")
    try:
        return plugin.host.grade(order)
    except OSError as error:  # to the coordinator that would be its own connection's
        raise GraderError(str(error)) from error
