"""What a check of the machine found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `autograder doctor` checked, and what to do where it is not fine."""

    what: str
    fine: bool
    found: str
    remedy: str = ""
