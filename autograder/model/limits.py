"""What a submission may use, each limit with its unit and what it protects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from autograder.model.errors import GraderError

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Defaults suit the assignment; `nbgrader_config.py` overrides them by name."""

    cell_seconds: float = 10.0  # a cell in an endless loop is interrupted, then killed
    call_seconds: float = 5.0  # one call of a student's function (the contract's figure)
    cells_seconds: float = 180.0  # all cells together: many slow cells hold up the class too
    # the contract allows a test's slowest calls, 50 of 5 seconds; beyond it is not graded
    test_seconds: float = 300.0  # all calls of one hidden test: slow calls add up
    calls_seconds: float = 900.0  # all calls of all tests: so do slow tests
    start_seconds: float = 60.0  # a kernel that does not start is the grader's fault
    restarts: int = 3  # cells that kill the kernel: each costs a new run of the others
    probes: int = 8  # runs that look for the cell that ends the kernel some time afterwards
    reruns: int = 20  # of the notebook, for tests that ended in a way that others may have caused
    memory_bytes: int = 2048 * MIB  # the whole sandbox; a process is held to it as well
    processes: int = 64  # a fork bomb; honest kernels with their snapshots use about 20
    file_bytes: int = 64 * MIB  # a single file
    disk_bytes: int = 64 * MIB  # each of the sandbox's private folders, held in memory
    output_bytes: int = 2 * MIB  # what a cell prints and shows
    outputs: int = 500  # how often a cell prints or shows
    all_output_bytes: int = 16 * MIB  # what all cells print and show: many cells add up
    all_outputs: int = 5000  # how often all cells print or show
    message_bytes: int = 16 * MIB  # one message of the kernel: a huge picture, a forged one
    reply_bytes: int = 4 * MIB  # a return value
    submission_bytes: int = 64 * MIB  # the file that was handed in, old outputs and all
    text_bytes: int = 8 * MIB  # what is kept of it: the text of all cells, and pasted pictures
    cells: int = 2000  # of the notebook that was handed in
    attachments: int = 500  # pasted pictures of all cells
    reading_seconds: float = 300.0  # to read it and to restore its cells
    grading_bytes: int = 1024 * MIB  # what the grader allocates to read or to grade it
    examples: int = 100  # that Hypothesis may draw for a test, even where it asks for more

    def override(self, changes: Mapping[str, float]) -> Limits:
        """These limits with `changes` by name; raises GraderError for a bad one."""
        known = {field.name: field.type for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise GraderError(
                    f"There is no limit {name!r}; the limits are {', '.join(sorted(known))}."
                )
            validate(name, value, whole=known[name] == "int")
        return replace(self, **changes)  # type: ignore[arg-type]  # names and types checked above

    def rlimits(self, *, sandboxed: bool = True) -> dict[str, int]:
        """The resource limits of each process, by their names in the module `resource`."""
        limits = {
            "RLIMIT_AS": 2 * self.memory_bytes,  # address space, not RAM
            "RLIMIT_DATA": self.memory_bytes,
            "RLIMIT_FSIZE": self.file_bytes,
            "RLIMIT_CORE": 0,
            # kernel memory that belongs to no process; a kernel has 64 descriptors open
            "RLIMIT_NOFILE": 512,
            "RLIMIT_MEMLOCK": 0,
            "RLIMIT_MSGQUEUE": 0,
        }
        if sandboxed:  # outside a sandbox they would count the user's other processes
            # threads count as well, and a kernel has about ten
            limits |= {"RLIMIT_NPROC": 8 * self.processes, "RLIMIT_SIGPENDING": 1024}
        return limits

    @property
    def kernel_runs(self) -> int:
        """The most runs of a notebook until one lasts: cells that end the kernel are looked for."""
        return 2 * self.restarts + self.probes + 1


def validate(name: str, value: object, *, whole: bool) -> None:
    """Raise GraderError if `value` is not a positive number (of type int where `whole`)."""
    least = 0 if name in ("restarts", "probes", "reruns") else 1e-3
    kind = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not value >= least:
        what = "whole number" if whole else "number"
        raise GraderError(f"The limit {name} must be a positive {what}, not {value!r}.")
