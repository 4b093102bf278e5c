"""Students whose calls go to workers of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from autograder.model.limits import Limits
from autograder.student.budget import Budget
from autograder.student.proxy import Student
from autograder.student.transport import WorkerTransport
from tests.kit.unit.workers import (
    HASTY,
    LIMITS,
    Forged,
    InThread,
    Opening,
    frame,
)


@pytest.fixture
def connect() -> Iterator[Callable[..., Student]]:
    """Make a Student of something that starts a worker."""
    students: list[Student] = []

    def connect(
        start: Callable[[], Any], limits: Limits = LIMITS, budget: Budget | None = None
    ) -> Student:
        transport = WorkerTransport(Opening(start), limits, budget or Budget(limits.calls_seconds))
        students.append(Student(transport, limits))
        return students[-1]

    yield connect
    for student in students:
        student._caller.transport.close()


@pytest.fixture
def define(connect: Callable[..., Student]) -> Callable[..., Student]:
    """A Student of functions of ours, answered by the guest in a thread."""
    return lambda **namespace: connect(lambda: InThread(namespace, LIMITS.reply_bytes))


@pytest.fixture
def forge(connect: Callable[..., Student]) -> Callable[..., Student]:
    """A Student whose every worker says the same."""

    def forge(
        content: bytes | object,
        *,
        limits: Limits = HASTY,
        closed: bool = False,
        budget: Budget | None = None,
    ) -> Student:
        said = content if isinstance(content, bytes) else frame(content)
        return connect(lambda: Forged(said, closed=closed), limits, budget)

    return forge
