"""What a process has done so far: how long it computed, and how long it waited for a core."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Effort:
    """Seconds that a process has computed, and that it was ready to and got no core."""

    computed: float = 0.0
    waited: float = 0.0


def effort_of(process: Path) -> Effort:
    """The effort of the first thread of the process with this /proc folder.

    It is zero where the process has ended, or the machine's kernel does not say.
    """
    with contextlib.suppress(OSError, ValueError):
        computed, waited, _ = (process / "schedstat").read_text().split()
        return Effort(int(computed) / 1e9, int(waited) / 1e9)
    return Effort()
