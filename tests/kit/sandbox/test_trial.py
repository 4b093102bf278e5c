"""A trial without a sandbox comes to what grading comes to, outcome by outcome."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
from nbformat.v4 import writes

from autograder.audit.batch import batches, run_trials
from autograder.audit.trial import Trial, TrialResult
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


def outcomes(results: Iterable[TrialResult]) -> dict[tuple[str, str], Outcome]:
    return {o.law.name: o for each in results for o in each.outcomes}


def run(one: Trial) -> TrialResult:
    return run_trials({"one": one}, workers=1)["one"]


def test_misconceptions_come_to_the_same_as_in_the_sandbox() -> None:
    known = read_misconceptions(ROOT, ASSIGNMENT)
    answers = alone(known, 5)
    assert len(answers) >= 10
    trials = {task: trial((each,), misconceptions=known) for task, each in answers.items()}
    results = run_trials(trials, workers=2)
    graded = {task.task: task for task in grade(answers).tasks}
    expected = outcomes(results.values())
    for task, one in results.items():
        for outcome in graded[task].outcomes:
            other = expected[task, outcome.law.test]
            assert outcome.status == other.status
            # without rng sample_many draws from a generator of its own: no run is like another
            assert outcome == other or task == "sample_many"
        assert one.broken, task
        assert graded[task].diagnoses == one.diagnoses != (), task


def test_variants_come_to_the_same_as_in_the_sandbox() -> None:
    answers = alone(read_variants(ROOT, ASSIGNMENT), 1)
    results = run_trials({task: trial((each,)) for task, each in answers.items()}, workers=2)
    assert all(each.accepted for each in results.values())
    graded = grade(answers)
    assert graded.earned == graded.points
    assert not any(task.diagnoses for task in graded.tasks)


def test_a_trial_tries_each_seed_on_the_laws_of_chance() -> None:
    variant = next(each for each in read_variants(ROOT, ASSIGNMENT) if each.task == "sample_many")
    laws = frozenset([("sample_many", "test_counts_scatter"), ("sample_many", "test_has_defaults")])
    result = run(trial((variant,), laws, (1, 2, 3)))
    assert len(result.outcomes) == 6 and result.accepted


def test_an_answer_that_hangs_is_ended() -> None:
    source = "def prob_not(*a):\n    while True:\n        pass\n"
    loops = Answer("prob_not", "loops", source, "null")
    limits = LIMITS.override({"call_seconds": 0.5})
    result = run(Trial(str(ROOT), ASSIGNMENT, (loops,), limits=limits))
    assert {outcome.status for outcome in result.outcomes} == {"failed"}


def test_an_answer_that_ends_its_process_is_named() -> None:
    ends = Answer("prob_not", "ends", "import os\nos._exit(3)\n", "null")
    with pytest.raises(GraderError, match="prob_not__ends"):
        run(trial((ends,)))


def test_a_suite_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "tiny.py").write_text("x = 1\n", encoding="utf-8")
    folder = tmp_path / "tests" / "hidden" / "tiny"
    folder.mkdir(parents=True)
    (folder / "test_x.py").write_text("import nowhere\n", encoding="utf-8")
    with pytest.raises(GraderError, match="nowhere"):
        run(Trial(str(tmp_path), "tiny"))


SERVER = """
import sys

import autograder.cli.main
from autograder.grading.child import fork_server

if __name__ == "__main__":
    child = fork_server().Process(target=exec, args=["import sys; print(*sys.modules)"])
    child.start()
    child.join()
    print(*sys.modules)
"""


def test_the_server_that_trials_are_forked_from_has_imported_all_that_they_need(
    tmp_path: Path,
) -> None:
    """What is missing there every batch would import for itself: silently slower."""
    (script := tmp_path / "audit").write_text(SERVER, encoding="utf-8")  # as the command is one
    command = [sys.executable, str(script)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    child, parent = (set(line.split()) for line in run.stdout.splitlines())
    assert {name for name in parent if name.partition(".")[0] == "autograder"} <= child
    assert {"autograder.grading.preload", "_pytest.terminal", "numpy.random"} <= child


def test_trials_of_the_same_tests_form_batches_and_all_workers_get_some() -> None:
    trials = {number: trial(seeds=(number % 2,)) for number in range(24)}
    even, odd = list(range(0, 24, 2)), list(range(1, 24, 2))
    assert list(batches(trials, 1)) == [even[:8], even[8:], odd[:8], odd[8:]]
    assert [len(keys) for keys in batches(trials, 4)] == [3] * 8


SHY = """
import sys

def prob_not(tokens, p, token):
    if vars(sys).setdefault("first", {number}) != {number}:
        return None
    if token not in tokens:
        raise ValueError
    return float(1 - p[tokens.index(token)])
"""


def test_no_trial_meets_what_another_one_left_behind() -> None:
    """Answers of one batch, which are right where no other of them was called before."""
    answers = [
        Answer("prob_not", f"shy_{number}", SHY.format(number=number), "variant")
        for number in range(3)
    ]
    results = run_trials({each.name: trial((each,)) for each in answers}, workers=1)
    assert not {name: result.broken for name, result in results.items() if not result.accepted}
