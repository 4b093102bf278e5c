"""The benchmark compares like with like, and says what it measured."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from autograder.audit.batch import run_trials
from autograder.audit.trial import Trial
from autograder.course.answers import Answer, load_reference, read_misconceptions
from autograder.judge.source import answered
from tests.bench.floor import run_once
from tests.bench.plain import plain_source
from tests.bench.students import SLOW, right_answers, sample, students
from tests.bench.thin import judge
from tests.kit.submissions import ASSIGNMENT, ROOT, most_points

Passed = dict[str, bool]  # by the name of the law
WRONG = (
    *("softmax__changes_its_argument", "softmax__rounds", "softmax__returns_a_list"),
    *("softmax_with_temperature__prints_the_error", "entropy__forgets_zeros"),
    *("argmax_choice__swapped_pair", "prob_not__zeroes_p", "top_k__zeroes_in_place"),
    *("sample_many__global_without_rng", "temperature_table__rounds", "my_deviation__in_percent"),
)


def in_the_kernel(answers: list[Answer]) -> dict[str, Passed]:
    """What the plain course's laws say of each answer, and of the reference to softmax."""
    reference = load_reference(ROOT, ASSIGNMENT)
    tried = {each.name: (each.task, answered(reference, [each])) for each in answers}
    tried["the reference"] = ("softmax", reference)
    return {
        name: {law.__name__: error is None for law, error in judge(task, namespace)}
        for name, (task, namespace) in tried.items()
    }


def test_the_plain_course_judges_as_the_engine_does() -> None:
    known = {each.name: each for each in read_misconceptions(ROOT, ASSIGNMENT)}
    answers = [known[name] for name in WRONG]
    # in a process of its own: Hypothesis has one profile for all that runs in a process
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        plain = pool.submit(in_the_kernel, answers).result()
    trials = {each.name: Trial(str(ROOT), ASSIGNMENT, (each,)) for each in answers}
    softmax = frozenset(("softmax", law) for law in plain["the reference"])
    trials["the reference"] = Trial(str(ROOT), ASSIGNMENT, laws=softmax)
    for name, result in run_trials(trials, workers=1).items():
        ours = {outcome.law.test: outcome.status == "passed" for outcome in result.outcomes}
        assert plain[name] == ours, name
        assert all(ours.values()) == (name == "the reference"), name


def test_the_plain_course_has_the_cells_and_points_of_ours() -> None:
    cells = {c.metadata.nbgrader["grade_id"]: c for c in plain_source(ROOT).cells if c.metadata}
    for task, points in most_points().items():
        assert cells[f"test_{task}"].metadata.nbgrader["points"] == points
        assert f"earned('{task}', globals())" in cells[f"test_{task}"].source


def test_a_class_is_right_in_different_ways_and_a_sample_has_its_mixture() -> None:
    everybody = students(100)
    texts = {str([c.source for c in each.notebook().cells]) for each in everybody}
    assert len(texts) == 100
    names = [each.name for each in everybody]
    assert names == sorted(names)
    for size, most in (100, 10), (12, 5), (1, 5), (5, 100):
        some = [each.name for each in sample(size, most)]
        assert len(set(some)) == min(size, most)
        assert sum(name.startswith("wrong") for name in some) == len(some) // 5
        assert set(some) <= {each.name for each in students(size)}


def test_slow_answers_are_named_as_the_course_names_them() -> None:
    left = {each.name for each in right_answers()}
    kept = {path.stem for path in (ROOT / "solutions" / "variants" / ASSIGNMENT).glob("*.py")}
    assert kept - left == SLOW


def test_a_bare_process_runs_every_cell_of_a_right_submission() -> None:
    assert run_once(students(1)[0], []) > 0


@pytest.mark.parametrize("size", ["0", "abc"])
def test_a_class_that_can_not_be_is_refused(size: str) -> None:
    run = bench("throughput", "--class", size)
    assert run.returncode == 2
    assert "--class" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.slow
def test_the_benchmark_writes_down_what_it_measured() -> None:
    run = bench("throughput", "--class", "5")
    assert run.returncode == 0, run.stdout + run.stderr
    found = json.loads((ROOT / "build" / "bench" / "throughput.json").read_text(encoding="utf-8"))
    assert found["class_size"] == 5 and found["plain_sample"] == 5
    assert found["points_equal"] and not found["lost_by_right_ones"]
    measured = {"plain_seconds", "seconds", "ratio", "cpu_seconds", "floor_cpu_seconds"}
    assert all(found[name] > 0 for name in measured)
    assert "points equal: yes" in run.stdout


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
