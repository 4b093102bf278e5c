"""What `c.GradeSubmission` sets is read in one place, with one set of defaults."""

from __future__ import annotations

import pytest
from traitlets import TraitError
from traitlets.config import Config

from autograder.course.settings import Settings
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.nbgrader.preprocessors import GradeSubmission

SET = Settings(
    limits=Limits(cell_seconds=3.0),
    language="en",
    unsandboxed=True,
    scheduler="tcp://a:1",
    follow_on="half",
)


def configured(**traits: object) -> Config:
    """A configuration with these traits of GradeSubmission."""
    return Config(GradeSubmission=Config(traits))


@pytest.mark.parametrize(
    ("config", "settings"),
    [
        (Config(), Settings()),
        (
            configured(
                limits={"cell_seconds": 3.0},
                language="en",
                run_student_code_without_sandbox=True,
                scheduler=" tcp://a:1 ",
                follow_on="half",
            ),
            SET,
        ),
        (Config(ConfiguredSettings=Config(language="en")), Settings()),  # no section of its own
    ],
)
def test_nbgraders_step_and_every_other_caller_have_the_same_settings(
    config: Config, settings: Settings
) -> None:
    assert Settings.of(config) == GradeSubmission(config=config).settings == settings


def test_limits_can_be_changed_one_by_one() -> None:
    config = Config()
    config.GradeSubmission.limits.update({"cell_seconds": 3.0})
    config.GradeSubmission.limits.update({"cells": 7})
    assert Settings.of(config).limits == Limits(cell_seconds=3.0, cells=7)


def test_an_unknown_limit_is_the_courses_fault() -> None:
    with pytest.raises(GraderError, match="There is no limit 'cell_second'"):
        Settings.of(configured(limits={"cell_second": 1}))


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(TraitError, match="language"):
        Settings.of(configured(language="fr"))
