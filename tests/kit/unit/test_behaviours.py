"""A behavioural mutant can be shown wrong: a weak suite lets it live, and a strong one kills it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.audit.batch import run_trials
from autograder.audit.behaviours import Suspect, edges, same, suspects, wrapped
from autograder.audit.equivalents import read_arguments
from autograder.audit.trial import Trial
from autograder.course.answers import answer_in, load_reference, read_source

COURSE = Path(__file__).resolve().parents[3]
REFERENCE = '''
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def share(p: Vector, k: int) -> Vector:
    """Return p / k."""
    return p / k


def strange(x):
    """Return what it is given."""
    return x


size: int = 3
'''
KNOWN = {"p": {"kind": "probabilities"}, "k": {"least": 1, "most": 50}}
WEAK = '''
import numpy as np
from autograder.testing import agree, points

@points(1, task="share")
def test_half(student):
    """Die Hälfte."""
    agree(student.share(np.array([0.25, 0.75]), 2), [0.125, 0.375])
'''
STRONG = (
    WEAK
    + '''

@points(1, task="share")
def test_more(student):
    """Mehr."""
    agree(student.share(np.array([0.123456789, 0.876543211]), 1), [0.123456789, 0.876543211])
    agree(student.share(np.array([1.0, 0.0]), 50), [0.02, 0.0])
'''
)

DRAWN = (
    WEAK
    + '''
from hypothesis import given
from hypothesis import strategies as st

@points(1, task="share")
@given(k=st.integers(1, 50), p=st.sampled_from([[1.0, 0.0], [0.5, 0.5], [0.1, 0.2, 0.7]]))
def test_any(student, k, p):
    """Irgendeine."""
    agree(student.share(np.array(p), k), np.array(p) / k)

@points(1, task="share")
@given(k=st.integers(40, 60))
def test_far(student, k):
    """Weit."""
    agree(student.share(np.array([1.0]), k), [1 / k])
'''
)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course of one assignment, with a suite that hardly asks anything."""
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "small.py").write_text(REFERENCE, encoding="utf-8")
    set_suite(tmp_path, WEAK)
    return tmp_path


def set_suite(course: Path, suite: str) -> None:
    folder = course / "tests" / "hidden" / "small"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "test_share.py").write_text(suite, encoding="utf-8")


def suspect(course: Path) -> Suspect:
    reference = load_reference(course, "small")
    (found,) = suspects(REFERENCE, reference, ["share", "strange", "size", "gone"], KNOWN)
    return found


def test_only_functions_whose_arguments_are_known_are_suspected(course: Path) -> None:
    assert suspect(course).task == "share"


def test_what_no_allowed_call_can_show_is_left_out(course: Path) -> None:
    found = {each.about for each in wrapped(suspect(course))}
    assert "rounds p to 3 decimals" in found and "keeps k of the first call" in found
    assert "rounds p to 9 decimals" not in found, "it is within the tolerance of the contract"
    assert "takes zeros of p for 1e-06" in found
    known = KNOWN | {"k": {"least": 20, "most": 50}}
    (far,) = suspects(REFERENCE, load_reference(course, "small"), ["share"], known)
    assert not [a for a in edges(far).failing if "k is 1 " in a[0].about]


def test_a_tolerance_of_its_own_leaves_out_what_is_within_it(course: Path) -> None:
    reference = load_reference(course, "small")
    (lenient,) = suspects(REFERENCE, reference, ["share"], KNOWN, {"share": 0.01})
    found = {each.about for each in wrapped(lenient)}
    assert "rounds p to 3 decimals" not in found and "keeps k of the first call" in found


def test_each_mutant_names_a_call_that_shows_it_wrong(course: Path) -> None:
    """But for arrays of another form and for what an earlier call left behind."""
    names: dict[str, Any] = {"np": np}
    shown = 0
    right = load_reference(course, "small")
    for answer in wrapped(suspect(course)):
        if answer.example.endswith(")") and "..." not in answer.example:
            wrong = answer_in(right, answer)
            try:
                found = eval(answer.example, wrong | names)
            except Exception as error:
                found = error
            shown += not same(found, eval(answer.example, right | names))
    assert shown >= 10


def try_all(course: Path, found: Suspect) -> dict[str, bool]:
    """Whether each mutant is killed, by what it does."""
    answers = [a for a in wrapped(found) if a.about in CHOSEN]
    failing = edges(found)
    trials = {a.about: Trial(str(course), "small", (a,), brief=True) for a in answers}
    trials["watched"] = Trial(str(course), "small", (failing.watched,))
    results = run_trials(trials, workers=2)
    watched = results.pop("watched")
    assert watched.accepted
    results |= {answer.about: result for answer, result in failing.results(watched)}
    return {about: not result.accepted for about, result in results.items()}


CHOSEN = {"rounds p to 3 decimals", "keeps k of the first call"}
EDGE = "fails where p holds 0 and k is above 25"


def test_a_weak_suite_lets_mutants_live_and_a_strong_one_kills_them(course: Path) -> None:
    found = suspect(course)
    weak = try_all(course, found)
    set_suite(course, STRONG)
    strong = try_all(course, found)
    for about in *CHOSEN, EDGE:
        assert not weak[about] and strong[about], about
    assert {about for about, killed in weak.items() if killed} < {
        about for about, killed in strong.items() if killed
    }


def test_what_a_watched_function_notes_is_what_real_trials_find(course: Path) -> None:
    set_suite(course, DRAWN)
    failing = edges(suspect(course))
    chosen = [mutant for mutant, _ in failing.failing][::5]
    assert len(chosen) > 3
    trials = {m.about: Trial(str(course), "small", (m,)) for m in (*chosen, failing.watched)}
    results = run_trials(trials, workers=2)
    watched = results.pop(failing.watched.about)
    noted = {mutant.about: result.broken for mutant, result in failing.results(watched)}
    assert {about: result.broken for about, result in results.items()} == {
        mutant.about: noted[mutant.about] for mutant in chosen
    }
    assert len(set(map(bool, (noted[mutant.about] for mutant in chosen)))) == 2


@pytest.mark.parametrize(
    ("found", "right", "alike"),
    [
        (1.0, 1.0 + 5e-7, True),
        (1.0, 1.0 + 5e-6, False),
        (0.0, 5e-9, True),
        (float("nan"), 1.0, False),
        (float("nan"), float("nan"), True),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-7]), True),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0]), False),
        (np.array([1.0, 2.0], dtype=np.float32), np.array([1.0, 2.0]), True),
        (("a", 1), ("a", 1), True),
        (("a", 1), ("b", 1), False),
        (("a", 1), "a", False),
        (None, None, True),
        ("a", 1.0, False),
        (None, 1.0, False),
        (1, "1", False),
    ],
)
def test_results_are_the_same_within_the_contracts_tolerance(
    found: Any, right: Any, alike: bool
) -> None:
    assert same(found, right) == alike


def test_all_functions_of_the_course_are_suspected() -> None:
    reference = load_reference(COURSE, "next_token")
    tasks = [
        path.stem.removeprefix("test_") for path in COURSE.glob("tests/hidden/next_token/test_*.py")
    ]
    described = read_arguments(COURSE, "next_token")
    found = suspects(read_source(COURSE, "next_token"), reference, tasks, described)
    assert {each.task for each in found} == {task for task in tasks if callable(reference[task])}
