"""Every stored submission gets the grade it deserves, and says what was unusual about it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from autograder.grading import Job, Result, grade_apart
from autograder.model import to_json
from autograder.submission import restore
from tests.kit.submissions import ASSIGNMENT, ROOT, Submission, source
from tests.kit.submissions.answering import ANSWERING
from tests.kit.submissions.exhausting import EXHAUSTING
from tests.kit.submissions.forging import FORGING
from tests.kit.submissions.spying import SECRETS, SPYING
from tests.kit.submissions.tampering import TAMPERING

# The exhausting ones take up to a minute each: a sample runs always, the rest with `-m slow`.
SAMPLE = ("fork-bomb", "deep-recursion", "c-call", "sleeps", "huge-value", "deep-value")
SLOW = [submission for submission in EXHAUSTING if submission.name not in SAMPLE]
QUICK = [submission for submission in EXHAUSTING if submission.name in SAMPLE]
CORPUS = [*FORGING, *ANSWERING, *SPYING, *TAMPERING, *QUICK, *SLOW]

every_submission = pytest.mark.parametrize(
    "submission",
    [pytest.param(s, marks=[pytest.mark.slow] if s in SLOW else []) for s in CORPUS],
    ids=lambda submission: submission.name,
)


def grade(submission: Submission) -> tuple[Result, tuple[str, ...]]:
    """Grade a submission as `autograder grade` does; the result, and all remarks for staff."""
    restored = restore(submission.notebook(), source())
    result = grade_apart(Job(str(ROOT), ASSIGNMENT, nbformat.writes(restored.notebook)))
    return result, (*restored.remarks, *result.grade.remarks)


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> dict[str, tuple[Result, tuple[str, ...]]]:
    """What was asked for, graded on all cores: each grading is a process of its own."""
    asked = {item.callspec.id for item in request.session.items if hasattr(item, "callspec")}
    chosen = [submission for submission in CORPUS if submission.name in asked]
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        return dict(zip([s.name for s in chosen], executor.map(grade, chosen), strict=True))


def test_the_names_are_unique() -> None:
    assert len({submission.name for submission in CORPUS}) == len(CORPUS)


@pytest.mark.timeout(3600)
@every_submission
def test_a_submission_gets_the_grade_it_deserves(
    submission: Submission, results: dict[str, tuple[Result, tuple[str, ...]]]
) -> None:
    result, remarks = results[submission.name]
    earned = {task.task: task.earned for task in result.grade.tasks}
    assert earned == submission.earned(), [task.cause for task in result.grade.tasks]
    for words in submission.told:
        assert any(words in remark for remark in remarks), (words, remarks)


@pytest.mark.timeout(3600)
@every_submission
def test_a_submission_finds_no_secret(
    submission: Submission, results: dict[str, tuple[Result, tuple[str, ...]]]
) -> None:
    result, _ = results[submission.name]
    for secret in SECRETS:
        assert secret not in result.notebook
        assert secret.encode() not in to_json(result.grade)
