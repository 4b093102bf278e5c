"""Functions that ask the grader, in place of the student's own ones of earlier tasks.

How it works: where a task fails and an earlier function that it uses is wrong as well, the grader
asks again in a copy in which that function's name is a stand-in. A call of it becomes a question
on the worker's connection, `{"question": {...}}`, which the grader answers as it is answered
itself. The reference never comes here. Student code may ask what it likes: the grader answers for
the earlier functions alone, and only so often.
"""

from __future__ import annotations

import builtins
import contextlib
import threading
from typing import Any

from autograder.guest import wire
from autograder.guest.generators import follow_all

Namespace = dict[str, Any]
ANSWER_BYTES = 1 << 30  # the grader bounds what it sends


class StandIn:
    """A function of an earlier task, as the grader answers for it."""

    def __init__(
        self, name: str, grader: wire.Connection, lock: threading.Lock, limit: int
    ) -> None:
        """Questions are at most `limit` bytes long."""
        self.__name__ = name
        self._grader = grader
        self._lock = lock
        self._limit = limit

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """What the grader answers; raises what it says that the call raises."""
        request = {
            "call": self.__name__,
            "arguments": wire.pack(list(arguments)),
            "named": wire.pack(named),
        }
        with self._lock:
            self._grader.send({"question": request}, limit=self._limit)
            reply = self._grader.receive(limit=ANSWER_BYTES)
        if reply.get("arguments") is not None:
            follow_all(arguments, wire.unpack(reply["arguments"]))
            follow_all(named.values(), map(wire.unpack(reply["named"]).get, named))
        if "raised" in reply:
            raise error_of(reply["raised"])
        return wire.unpack(reply["value"])


def error_of(said: dict[str, Any]) -> Exception:
    """The exception that a call raised there, of the first class that every Python has."""
    kinds = (getattr(builtins, name, None) for name in said["kinds"])
    kind = next((k for k in kinds if isinstance(k, type) and issubclass(k, Exception)), Exception)
    try:
        return kind(said["text"])
    except TypeError:  # UnicodeDecodeError and the like take more
        return Exception(said["text"])


def take_places(
    request: dict[str, Any], namespace: Namespace, grader: wire.Connection, limit: int
) -> None:
    """Put stand-ins where the request says, and run the task's own cell again for a variable."""
    lock = threading.Lock()
    for name in request["stand_in"]:
        namespace[name] = StandIn(name, grader, lock, limit)
    if not callable(namespace.get(request["task"])):
        run_cell(request["cell"], namespace)


def run_cell(source: str, namespace: Namespace) -> None:
    """Run a cell as the kernel does; where it raises, the variable stays as it was."""
    with contextlib.suppress(BaseException):
        from IPython.core.interactiveshell import InteractiveShell

        source = InteractiveShell.instance().transform_cell(source)
        exec(compile(source, "<cell>", "exec"), namespace)  # noqa: S102 -- it is the student's
