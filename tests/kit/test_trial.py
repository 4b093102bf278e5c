"""A trial without a sandbox comes to what grading comes to, outcome by outcome."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
from nbformat.v4 import writes

from autograder.audit.trial import Trial, Tried, carry_out_all
from autograder.course.answers import Answer, read_misconceptions, read_variants
from autograder.grading.grade import Job
from autograder.grading.process import grade_in_subprocess
from autograder.model.errors import GraderError
from autograder.model.grade import Grade, Outcome
from autograder.model.limits import Limits
from tests.kit.submissions import ASSIGNMENT, ROOT, answer, most_points, solved

TASKS = tuple(most_points())
LIMITS = Limits().override({"examples": 20})
trial = partial(Trial, str(ROOT), ASSIGNMENT, limits=LIMITS)


def alone(answers: Iterable[Answer], number: int) -> dict[str, Answer]:
    """For each task one answer that uses no other task's function, and always does the same."""
    found: dict[str, list[Answer]] = {}
    for each in answers:
        names = {n.id for n in ast.walk(ast.parse(each.source)) if isinstance(n, ast.Name)}
        if names.isdisjoint(set(TASKS) - {each.task}) and each.slug != "global_random":
            found.setdefault(each.task, []).append(each)
    return {task: own[number % len(own)] for task, own in found.items()}


def grade(answers: dict[str, Answer]) -> Grade:
    """The grade of a notebook with these answers, in the sandbox."""
    notebook = solved()
    for task, given in answers.items():
        answer(task, given.source)(notebook)
    return grade_in_subprocess(Job(str(ROOT), ASSIGNMENT, writes(notebook), LIMITS)).grade


def outcomes(tried: Iterable[Tried]) -> dict[tuple[str, str], Outcome]:
    return {o.law.name: o for each in tried for o in each.outcomes}


def test_misconceptions_come_to_the_same_as_in_the_sandbox() -> None:
    bank = read_misconceptions(ROOT, ASSIGNMENT)
    answers = alone(bank, 5)
    assert len(answers) >= 10
    tried = carry_out_all([trial((each,), bank=bank) for each in answers.values()], workers=2)
    graded = {task.task: task for task in grade(answers).tasks}
    expected = outcomes(tried)
    for task, one in zip(answers, tried, strict=True):
        for outcome in graded[task].outcomes:
            other = expected[task, outcome.law.test]
            assert outcome.status == other.status
            # without rng sample_many draws from a generator of its own: no run is like another
            assert outcome == other or task == "sample_many"
        assert one.broken, task
        assert graded[task].diagnosis == one.diagnosis is not None, task


def test_variants_come_to_the_same_as_in_the_sandbox() -> None:
    answers = alone(read_variants(ROOT, ASSIGNMENT), 1)
    tried = carry_out_all([trial((each,)) for each in answers.values()], workers=2)
    assert all(each.accepted for each in tried)
    graded = grade(answers)
    assert graded.earned == graded.points
    assert not any(task.diagnosis for task in graded.tasks)


def test_a_trial_tries_each_seed_on_the_laws_of_chance() -> None:
    variant = next(each for each in read_variants(ROOT, ASSIGNMENT) if each.task == "sample_many")
    laws = frozenset([("sample_many", "test_counts_scatter"), ("sample_many", "test_has_defaults")])
    (tried,) = carry_out_all([trial((variant,), laws, (1, 2, 3))], workers=1)
    assert len(tried.outcomes) == 6 and tried.accepted


def test_an_answer_that_hangs_is_ended() -> None:
    source = "def prob_not(*a):\n    while True:\n        pass\n"
    loops = Answer("prob_not", "loops", source, "null")
    limits = LIMITS.override({"call_seconds": 0.5})
    (tried,) = carry_out_all([Trial(str(ROOT), ASSIGNMENT, (loops,), limits=limits)], workers=1)
    assert {outcome.status for outcome in tried.outcomes} == {"failed"}


def test_an_answer_that_ends_its_process_is_named() -> None:
    ends = Answer("prob_not", "ends", "import os\nos._exit(3)\n", "null")
    with pytest.raises(GraderError, match="prob_not__ends"):
        carry_out_all([trial((ends,))], workers=1)


def test_a_suite_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "tiny.py").write_text("x = 1\n", encoding="utf-8")
    folder = tmp_path / "tests" / "hidden" / "tiny"
    folder.mkdir(parents=True)
    (folder / "test_x.py").write_text("import nowhere\n", encoding="utf-8")
    with pytest.raises(GraderError, match="nowhere"):
        carry_out_all([Trial(str(tmp_path), "tiny")], workers=1)
