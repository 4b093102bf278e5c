"""Answer a hidden test's request: call the student's function, say what came of it.

This runs beside student code. It holds no secret and decides nothing: whatever it
says is taken as the student's word.
"""

from __future__ import annotations

import builtins
import copy
import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from autograder.guest import wire
from autograder.guest.errors import WireError

LONGEST_TEXT = 300  # characters of an exception's message
REPORT_SECONDS = 0.5  # between two reports that a repeated call goes on
BUILT_IN = frozenset(kind for kind in vars(builtins).values() if isinstance(kind, type))

Namespace = dict[str, Any]


def answer(
    request: dict[str, Any], namespace: Namespace, report: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """The reply to one request: what a variable holds, or what a call came to.

    `report` is called now and then between the calls of a repeated one.
    """
    name = request.get("variable") or request["call"]
    if name not in namespace:
        return {"missing": True}
    if "variable" in request:
        return say_value(namespace[name])
    if not callable(namespace[name]):
        return {"not_callable": type(namespace[name]).__name__}
    return call(namespace[name], request, report)


def call(
    function: Callable[..., Any], request: dict[str, Any], report: Callable[[], None]
) -> dict[str, Any]:
    """Call the student's function as often as asked; generators keep their state between."""
    arguments = wire.unpack(request["arguments"])
    named = wire.unpack(request["named"])
    take_forms(arguments, named, request.get("forms", {}))
    times = request.get("repeat")
    try:
        if request.get("each"):
            value = [function(*one) for one in reported(in_turn(arguments), report)]
        elif times is None:
            value = function(*arguments, **named)
        else:
            copies = anew(times, arguments, named)
            value = [function(*these, **those) for these, those in reported(copies, report)]
    except BaseException as error:
        found = {"raised": describe(error)}
    else:
        found = say_value(value)
    return found | say_arguments(arguments, named, request)


def reported(calls: Iterable[Any], report: Callable[[], None]) -> Iterator[Any]:
    """One call after the other; each has the time of one, so the grader hears that they go on."""
    heard = time.monotonic()
    for call in calls:
        yield call
        if time.monotonic() - heard > REPORT_SECONDS:
            report()
            heard = time.monotonic()


def anew(
    times: int, arguments: list[Any], named: dict[str, Any]
) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Arguments as if they were written down again for each call; a generator goes on.

    No call changes those that the next ones are copied from.
    """
    kinds = (list, np.ndarray)
    places = [place for place, value in enumerate(arguments) if isinstance(value, kinds)]
    names = [name for name, value in named.items() if isinstance(value, kinds)]
    for _ in range(times):
        these, those = arguments.copy(), named.copy()
        for place in places:
            these[place] = copy.copy(these[place])
        for name in names:
            those[name] = copy.copy(those[name])
        yield these, those


def take_forms(arguments: list[Any], named: dict[str, Any], forms: dict[str, str]) -> None:
    """Give arguments the forms that the wire has no word for, by their places and names."""
    for key, form in forms.items():
        if key in named:
            named[key] = formed(named[key], form)
        else:
            arguments[int(key)] = formed(arguments[int(key)], form)


def formed(value: Any, form: str) -> Any:
    """A view of an array that is strided or read-only, or a number of NumPy's."""
    if form == "strided":
        return np.repeat(value, 2)[::2]
    if form == "read-only":
        return np.broadcast_to(value, value.shape)
    return np.dtype(form).type(value)


def in_turn(calls: list[Any]) -> Iterator[Any]:
    """The arguments of each call, before which the global generators are in the same state."""
    for each in calls:
        np.random.seed(0)  # a function that draws from them repeats itself
        random.seed(0)
        yield each


def say_value(value: Any) -> dict[str, Any]:
    """The value as plain data, or what it is instead. No error of ours looks like theirs."""
    try:
        return {"value": wire.pack(value)}
    except WireError as error:
        return {"unreadable": error.what}
    except BaseException as error:
        return {"unreadable": type(error).__name__}


def say_arguments(
    arguments: list[Any], named: dict[str, Any], request: dict[str, Any]
) -> dict[str, Any]:
    """The arguments after the call, with the state of generators; {} where they are as before."""
    try:
        after = {"arguments": wire.pack(arguments), "named": wire.pack(named)}
        before = {name: request[name] for name in after}
        return after if wire.to_bytes(after) != wire.to_bytes(before) else {}
    except BaseException:
        return {"arguments": None, "named": None}


def describe(error: BaseException) -> dict[str, Any]:
    """An exception's name, the built-in classes it is one of, and a bounded message."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind in BUILT_IN]
    try:
        text = str(error)[:LONGEST_TEXT]
    except BaseException:
        text = ""
    return {"name": type(error).__name__, "kinds": kinds, "text": text}
