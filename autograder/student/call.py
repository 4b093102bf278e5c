"""A call that a hidden test makes, and how a student reads it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.guest import wire
from autograder.student.literal import SeededGenerator, call_expression
from autograder.student.transport import Request


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a test made; `str` is the Python that repeats it in a notebook."""

    function: str
    arguments: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)
    times: int | None = None
    each: bool = False  # `arguments` are those of one call after the other

    def __str__(self) -> str:
        return call_expression(
            self.function, self.arguments, self.named, self.times, each=self.each
        )

    @property
    def anew(self) -> Call:
        """The same call as it reads: with generators that nobody has drawn from."""
        named = {name: begun(value) for name, value in self.named.items()}
        return replace(self, arguments=begun(self.arguments), named=named)

    @property
    def request(self) -> Request:
        """The call as the guest takes it; raises WireError for arguments that may not pass."""
        request: Request = {
            "call": self.function,
            "arguments": wire.pack(list(self.arguments)),
            "named": wire.pack(self.named),
            "repeat": self.times,
        }
        if self.each:
            request["each"] = True
        elif forms := self.forms:
            request["forms"] = forms
        return request

    @property
    def forms(self) -> dict[str, str]:
        """What the wire has no word for, by place and name: read-only, strided, NumPy's numbers."""
        named = {str(place): value for place, value in enumerate(self.arguments)} | self.named
        return {name: form for name, value in named.items() if (form := form_of(value))}


def begun(value: Any) -> Any:
    """An argument, or a tuple of some, with generators at their beginning."""
    if isinstance(value, SeededGenerator):
        return SeededGenerator(value.seed, kind=value.kind)
    return tuple(map(begun, value)) if isinstance(value, tuple) else value


def form_of(value: Any) -> str:
    """The form of an argument, where it is another than the wire's own."""
    if isinstance(value, np.ndarray) and not value.flags.c_contiguous:
        return "strided"
    if isinstance(value, np.ndarray) and not value.flags.writeable:
        return "read-only"
    return value.dtype.name if isinstance(value, np.generic) else ""
