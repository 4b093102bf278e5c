"""Find the cell that ends the kernel, which need not be the one that was running then.

How it works: a timer, a thread or a forked process may end a kernel long after its cell.
The cells that had run when the kernel ended are suspects. In the next kernel the run
pauses before one of them for as long as the end took to come. A kernel that ends in the
pause was ended by a cell before it, one that survives will be ended by this cell or a
later one. The first pause is before the cell that was running: mostly it is that one. A
kernel that ends only once was ended by somebody else, and no cell is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.model.messages import Message


@dataclass(slots=True)
class Bisection:
    """The suspects that are left, and the cell before which the next kernel pauses."""

    suspects: Sequence[int]  # indices of cells, in order; at least one
    cause: Message  # how the kernel ended
    seconds: float  # of a pause
    pause: int  # the index of a suspect
    ends: int = 1  # how often the kernel has ended

    @staticmethod
    def of(suspects: Sequence[int], cause: Message, seconds: float) -> Bisection:
        """A search that has just begun: the last of the suspects was running."""
        return Bisection(suspects, cause, seconds, suspects[-1])

    @property
    def found(self) -> int | None:
        """The cell that ends the kernel, once only one is left."""
        return self.suspects[0] if len(self.suspects) == 1 and self.ends > 1 else None

    def pauses_before(self, index: int) -> bool:
        """Whether the kernel is to do nothing for a while before the cell at `index`."""
        return index == self.pause and len(self.suspects) > 1

    def survived(self) -> None:
        """The kernel outlived the pause."""
        self.keep([index for index in self.suspects if index >= self.pause])

    def ended_in_pause(self) -> None:
        """The kernel ended while it had nothing to do."""
        self.ends += 1
        self.keep([index for index in self.suspects if index < self.pause])

    def ended_at(self, index: int) -> None:
        """The kernel ended while the cell at `index` ran."""
        self.ends += 1
        self.keep([suspect for suspect in self.suspects if suspect <= index] or self.suspects)

    def keep(self, suspects: Sequence[int]) -> None:
        """Go on with these suspects: halve them."""
        self.suspects = suspects
        self.pause = suspects[len(suspects) // 2]
