"""A class of beginners, as `beginners.toml` has it: notebooks with two to four slips.

A slip that is typical belongs into `solutions/misconceptions` as well; a misuse into the other
modules here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.kit.submissions import Submission, answer, several


@dataclass(frozen=True)
class Beginner:
    """A notebook with slips: `code` by task, the points that each loses, and its page."""

    name: str
    slips: str
    code: Mapping[str, str]
    lost: Mapping[str, float | str]
    says: Mapping[str, list[str]]  # by task
    never: Mapping[str, list[str]]  # by task

    @property
    def submission(self) -> Submission:
        """What the student hands in."""
        change = several(*(answer(task, code.strip()) for task, code in self.code.items()))
        return Submission(self.name, self.slips, change, self.lost)


def read_beginners() -> tuple[Beginner, ...]:
    """All of them, by name."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tuple(Beginner(name, **about) for name, about in tomllib.loads(text).items())


BEGINNERS = read_beginners()
