"""The hidden tests as a course without the engine would run them: in the student's own kernel.

How it works: a hidden test cell of the plain course ends in `earned("softmax", globals())`, the
points that nbgrader books. The laws are the course's own, with the settings of grading; their
`student` calls the functions of the notebook directly. It does what such a course would find it
must: arguments are copied, or a function that changes them changes the examples of later laws;
what comes back is made Python's own; and nothing is printed, since nbgrader takes all points
where a test cell writes to stderr. No process, no time limit and no feedback: whatever grading
takes beyond this is the engine's own.

This module runs in the kernel. It takes of the engine what hidden tests import of it.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import settings

from autograder.judge.plugin import PROFILE
from autograder.model.errors import Missing, Raised, Violation

ASSIGNMENT = "next_token"
Law = Callable[..., None]
Namespace = dict[str, Any]


def earned(task: str, namespace: Namespace) -> float:
    """The points of the task's laws that hold for what the notebook defines."""
    outcomes = judge(task, namespace)
    return float(sum(worth(law) for law, error in outcomes if error is None))


def judge(task: str, namespace: Namespace) -> list[tuple[Law, Exception | None]]:
    """Each law of a task, and the error that it ended with."""
    settings.load_profile(PROFILE)  # before the laws are imported: their settings build on it
    module = importlib.import_module(f"tests.hidden.{ASSIGNMENT}.test_{task}")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return [(law, error_of(law, namespace)) for law in laws_of(vars(module))]


def laws_of(names: Namespace) -> Iterator[Law]:
    """The laws of a module in the order of their lines."""
    return (test for name, test in names.items() if name.startswith("test_"))


def worth(law: Law) -> float:
    """The points of a law."""
    (mark,) = vars(law)["pytestmark"]
    return float(mark.args[0])


def error_of(law: Law, namespace: Namespace) -> Exception | None:
    """What the law says; the names of its parameters are those of pytest's fixtures."""
    fixtures = {
        "student": ThinStudent(namespace),
        "seed": 0,
        "record_property": lambda name, value: None,
    }
    try:
        law(**{name: fixtures[name] for name in inspect.signature(law).parameters})
    except Exception as error:
        return error
    return None


# --- the student --------------------------------------------------------------


class ThinStudent:
    """The names of a notebook, for laws that expect a `student`."""

    def __init__(self, namespace: Namespace) -> None:
        self._caller = Variables(namespace)  # whom `autograder.testing.variable` asks

    def __getattr__(self, name: str) -> ThinFunction:
        if name.startswith("_"):
            raise AttributeError(name)
        return ThinFunction(name, self._caller.namespace)


@dataclass(frozen=True, slots=True)
class Variables:
    """The notebook's variables."""

    namespace: Namespace

    def ask(self, name: str, *_: object) -> tuple[Any, None]:
        """The value of a variable, in the place where the laws' `variable` looks for it."""
        if name not in self.namespace:
            raise Missing(name)
        return plain(self.namespace[name]), None


@dataclass(frozen=True, slots=True)
class ThinFunction:
    """A function of the notebook; what may be asked of it is told in `student.proxy.Function`."""

    name: str
    namespace: Namespace

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return plain(self.run(*map(copied, arguments), **copied_values(named)))

    def repeat(self, times: int, *arguments: Any, **named: Any) -> list[Any]:
        """The values of so many calls with the same arguments."""
        given, by_name = list(map(copied, arguments)), copied_values(named)
        values = [self.run(*given, **by_name) for _ in range(times)]
        return list(map(plain, values))

    def unchanged(self, *arguments: Any, **named: Any) -> Any:
        """The value of one call, which must leave its arguments as they were."""
        given, by_name = list(map(copied, arguments)), copied_values(named)
        value = self.run(*given, **by_name)
        compare([*arguments, *named.values()], [*given, *by_name.values()])
        return plain(value)

    def alone(self, *arguments: Any) -> Any:
        """The value of a call with random numbers of a fixed state; no copy of the notebook."""
        return self.each(arguments)[0]

    def each(self, *calls: tuple[Any, ...]) -> list[Any]:
        """The values of one call after the other, each with random numbers of the same state."""
        given = [list(map(copied, call)) for call in calls]
        values = []
        for arguments in given:
            np.random.seed(0)
            random.seed(0)
            values.append(self.run(*arguments))
        for call, arguments in zip(calls, given, strict=True):
            compare(call, arguments)
        return list(map(plain, values))

    def run(self, *arguments: Any, **named: Any) -> Any:
        """Call it; its exceptions are told from those of the laws."""
        function = self.namespace.get(self.name)
        if not callable(function):
            raise Missing(self.name)
        try:
            return function(*arguments, **named)
        except Exception as error:
            kinds = tuple(kind.__name__ for kind in type(error).__mro__)
            raise Raised(type(error).__name__, kinds, str(error)) from error


def copied(value: Any) -> Any:
    """An argument that the function may change; a generator goes on from call to call."""
    if isinstance(value, np.ndarray):
        if not value.flags.c_contiguous:
            return np.repeat(value, 2)[::2]
        fresh = value.copy()
        fresh.flags.writeable = value.flags.writeable
        return fresh
    return list(value) if isinstance(value, list) else value


def copied_values(named: dict[str, Any]) -> dict[str, Any]:
    """Arguments by name."""
    return {name: copied(value) for name, value in named.items()}


def compare(ours: Any, theirs: Any) -> None:
    """Raise a Violation where a call changed one of its arguments."""
    if not all(map(same, ours, theirs)):
        raise Violation("", "")


def same(ours: Any, theirs: Any) -> bool:
    """Whether an argument is what it was; a generator may have moved on."""
    if isinstance(ours, np.ndarray):
        return bool(ours.shape == theirs.shape and ours.tobytes() == theirs.tobytes())
    return isinstance(ours, np.random.Generator) or bool(ours == theirs)


def plain(value: Any) -> Any:
    """A value as laws expect it: numbers are Python's own, also within tuples, lists and dicts."""
    if isinstance(value, np.generic):
        return float(value) if isinstance(value, np.floating) else value.item()
    if isinstance(value, list | tuple):
        return type(value)(map(plain, value)) if type(value) in (list, tuple) else value
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    return value
