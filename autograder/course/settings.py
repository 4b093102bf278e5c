"""The settings of grading, `c.GradeSubmission.*` in `nbgrader_config.py`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Literal, cast

from traitlets import Bool, Dict, Enum, HasTraits, Int, Unicode
from traitlets.config import Config, Configurable

from autograder.model.limits import Limits
from autograder.model.messages import Language

FollowOnCredit = Literal["full", "half", "none"]
SHARES: dict[FollowOnCredit, float] = {"full": 1.0, "half": 0.5, "none": 0.0}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a submission is graded; the defaults are those of a course that sets nothing."""

    limits: Limits = field(default_factory=Limits)
    language: Language = "de"  # that students read
    unsandboxed: bool = False  # student code runs with all rights of the grader
    workers: int = 0  # submissions that are graded at the same time; 0 for one a core
    scheduler: str = ""  # of a Dask cluster that grades, as tcp://host:8786; "" grades here
    follow_on: FollowOnCredit = "full"  # for what failed by an earlier task's fault alone
    reuse: bool = True  # who is graded again keeps the tasks for which nothing has changed

    @property
    def follow_on_share(self) -> float:
        """The share of the points that a follow-on error keeps."""
        return SHARES[self.follow_on]

    @property
    def processes(self) -> int:
        """How many submissions are graded at the same time."""
        return self.workers or len(os.sched_getaffinity(0))

    @staticmethod
    def of(config: Config) -> Settings:
        """What a configuration sets; raises GraderError for a bad limit, TraitError otherwise."""
        return ConfiguredSettings(config=config).settings


DEFAULTS = Settings()


class SettingsTraits(HasTraits):
    """The settings as traits, for the classes that nbgrader configures."""

    limits = Dict(
        help="Overrides of autograder.model.limits.Limits by name, e.g. {'cell_seconds': 60}."
    ).tag(config=True)
    language = Enum(["de", "en"], DEFAULTS.language, help="The language that students read.").tag(
        config=True
    )
    run_student_code_without_sandbox = Bool(
        DEFAULTS.unsandboxed,
        help="DANGER: run student code with all your rights where bubblewrap is missing. "
        "It can then read the hidden tests, change the gradebook and delete your files.",
    ).tag(config=True)
    workers = Int(
        DEFAULTS.workers,
        min=0,
        help="How many submissions are graded at the same time; 0 for one a core.",
    ).tag(config=True)
    scheduler = Unicode(
        DEFAULTS.scheduler,
        help="The scheduler of a Dask cluster that grades, as tcp://host:8786 or tls://host:8786; "
        "without one this machine does.",
    ).tag(config=True)
    follow_on = Enum(
        list(SHARES),
        DEFAULTS.follow_on,
        help="The points of a hidden test that fails only because an earlier task is wrong: it "
        "is tried again with the earlier function as the reference has it.",
    ).tag(config=True)
    reuse = Bool(
        DEFAULTS.reuse,
        help="Whether a submission that is graded again keeps the results of the tasks for which "
        "nothing has changed: submission, hidden tests, reference, engine and limits.",
    ).tag(config=True)

    @property
    def settings(self) -> Settings:
        """The traits' values; raises GraderError for a bad limit."""
        return Settings(
            limits=DEFAULTS.limits.override(self.limits),
            language=cast(Language, self.language),
            unsandboxed=self.run_student_code_without_sandbox,
            workers=self.workers,
            scheduler=self.scheduler.strip(),
            follow_on=self.follow_on,
            reuse=self.reuse,
        )


class ConfiguredSettings(SettingsTraits, Configurable):
    """Reads the section `c.GradeSubmission` without the preprocessor of that name."""

    @classmethod
    def section_names(cls) -> list[str]:
        """The one section of the configuration that counts."""
        return ["GradeSubmission"]
