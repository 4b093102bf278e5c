"""Recorded examples change nothing: verdict, counterexample and hint are those of drawn ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.audit.batch import run_trials
from autograder.audit.trial import Trial
from autograder.course.answers import Answer, read_misconceptions, read_variants
from autograder.course.digest import digests_of_suite
from autograder.grading.examples import recorded_examples
from autograder.judge.examples import read_examples
from autograder.model.limits import Limits
from tests.kit.submissions import ROOT

from .notebook import TASKS

HIDDEN = ROOT / "tests" / "hidden" / "next_token"
MISCONCEPTIONS = read_misconceptions(ROOT, "next_token")
ANSWERS = [*read_variants(ROOT, "next_token"), *MISCONCEPTIONS]
SAMPLE = {
    each.name
    for task in TASKS
    for kind in ("variant", "misconception")
    for each in [one for one in ANSWERS if (one.task, one.kind) == (task, kind)][:1]
}
# without a generator each run draws other tokens: only the verdict can be the same
UNREPEATABLE = ("sample_choice", "sample_many", "top_k_choice")


@pytest.fixture(scope="session")
def examples() -> tuple[str, ...]:
    tests = digests_of_suite(ROOT, "next_token")
    return recorded_examples(tests, ROOT, "next_token", Limits(), processes=2)


def try_out(answer: Answer) -> Trial:
    """A trial on the laws of its own task, with a search for the smallest counterexample."""
    files = frozenset([str(HIDDEN / f"test_{answer.task}.py")])
    own = tuple(each for each in MISCONCEPTIONS if each.task == answer.task)
    return Trial(str(ROOT), "next_token", (answer,), files=files, misconceptions=own)


def compare(answers: list[Answer], examples: tuple[str, ...]) -> None:
    """Try each answer on drawn examples and on recorded ones."""
    drawn = {answer.name: try_out(answer) for answer in answers}
    played = {name: replace(trial, examples=examples) for name, trial in drawn.items()}
    before, after = run_trials(drawn, workers=2), run_trials(played, workers=2)
    for answer in answers:
        one, other = before[answer.name], after[answer.name]
        if answer.task in UNREPEATABLE and one != other:
            assert [o.status for o in one.outcomes] == [o.status for o in other.outcomes]
        else:
            assert one == other, answer.name


def test_a_sample_of_answers_comes_to_the_same(examples: tuple[str, ...]) -> None:
    compare([answer for answer in ANSWERS if answer.name in SAMPLE], examples)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_every_answer_comes_to_the_same(examples: tuple[str, ...]) -> None:
    compare(ANSWERS, examples)


def test_every_law_that_hypothesis_draws_for_is_recorded(examples: tuple[str, ...]) -> None:
    result = run_trials({"one": Trial(str(ROOT), "next_token", examples=examples)}, workers=1)
    drawn = [name for name, path in result["one"].files.items() if draws(Path(path), name[1])]
    assert len(drawn) > 40
    assert set(drawn) == set(read_examples(examples))


def draws(path: Path, test: str) -> bool:
    """Whether a test has `@given` above it."""
    before = path.read_text(encoding="utf-8").partition(f"def {test}(")[0]
    return "@given" in before.rpartition("\n\n\n")[2]
