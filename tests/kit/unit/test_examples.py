"""Recorded examples are those that Hypothesis would draw, and come to what it would come to."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.judge.examples import Examples, from_bytes, identical, read_examples, to_bytes
from autograder.judge.plugin import ExampleRecorder, JudgePlugin
from autograder.judge.source import AnswerSource
from autograder.model.errors import GraderError
from autograder.model.grade import LawName, Outcome
from autograder.model.limits import Limits

pytest_plugins = ["pytester"]

HEAD = """
import numpy as np
from hypothesis import assume, example, given, settings, target, strategies as st
from autograder.testing import agree, ensure, points
"""
ADDS = """
@points(1, task="f")
@given(a=st.integers(), b=st.lists(st.floats(0, 1), max_size=3))
@example(a=7, b=[])
@settings(max_examples=20)
def test_it(student, a, b):
    '''f zählt zusammen.'''
    agree(student.f(a, np.array(b)), a + sum(b))
"""


def add(a: int, b: np.ndarray) -> float:
    return float(a + b.sum())


class Suite:
    """Hidden tests with one law, of which functions in this process are judged."""

    def __init__(self, pytester: pytest.Pytester, text: str) -> None:
        self.pytester = pytester
        pytester.makepyfile(test_laws=HEAD + textwrap.dedent(text))

    def judge(
        self, *others: object, examples: dict[LawName, Examples] | None = None, **names: Any
    ) -> JudgePlugin:
        source = AnswerSource(names, Limits(call_seconds=0.5))
        plugin = JudgePlugin(source, examples=examples)
        flags = ["-q", "-p", "no:cacheprovider"]
        self.pytester.inline_run(*flags, plugins=[plugin, *others], no_reraise_ctrlc=True)
        return plugin

    def record(self, **names: Any) -> dict[LawName, Examples]:
        plugin = JudgePlugin(AnswerSource(names, Limits()))
        recorder = ExampleRecorder(plugin)
        flags = ["-q", "-p", "no:cacheprovider"]
        self.pytester.inline_run(*flags, plugins=[plugin, recorder], no_reraise_ctrlc=True)
        assert [outcome.status for outcome in plugin.outcomes] == ["passed"]
        return from_bytes(to_bytes(recorder.recorded))


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Callable[[str], Suite]:
    return lambda text: Suite(pytester, text)


def outcome(plugin: JudgePlugin) -> Outcome:
    (found,) = plugin.outcomes
    return found


def calls_of(plugin: JudgePlugin) -> list[bytes]:
    (exchanges,) = plugin.exchanges.values()
    return [each.request for each in exchanges]


def test_the_same_calls_are_made_in_the_same_order(suite: Callable[[str], Suite]) -> None:
    laws = suite(ADDS)
    examples = laws.record(f=add)
    drawn, played = laws.judge(f=add), laws.judge(f=add, examples=examples)
    assert calls_of(played) == calls_of(drawn)
    assert len(calls_of(drawn)) == 21
    assert (outcome(played).status, played.replayed != set()) == ("passed", True)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda a, b: a,
        lambda a, b: add(a, b) if abs(a) < 50 else 0,
        lambda a, b: 1 / 0,
        lambda a, b: "a",
        None,
    ],
)
def test_a_wrong_answer_gets_the_same_counterexample(
    suite: Callable[[str], Suite], wrong: Callable[..., object] | None
) -> None:
    laws, names = suite(ADDS), {} if wrong is None else {"f": wrong}
    examples = laws.record(f=add)
    drawn, played = laws.judge(**names), laws.judge(**names, examples=examples)
    assert outcome(played) == outcome(drawn)
    assert outcome(played).status == "failed"
    assert played.exchanges == drawn.exchanges


def test_an_answer_that_breaks_once_is_flaky(suite: Callable[[str], Suite]) -> None:
    laws = suite(ADDS)
    examples, count = laws.record(f=add), itertools.count()

    def breaks(a: int, b: np.ndarray) -> object:
        return "broken" if next(count) == 3 else add(a, b)

    found = outcome(laws.judge(f=breaks, examples=examples))
    assert found.status == "failed"
    assert found.counterexample is not None
    assert getattr(found.counterexample.found, "key", "") == "flaky"


def test_after_a_time_out_nothing_is_searched(suite: Callable[[str], Suite]) -> None:
    laws, count = suite(ADDS), itertools.count()
    examples = laws.record(f=add)

    def hang(a: int, b: np.ndarray) -> float:
        while next(count):
            pass
        return add(a, b)

    found = outcome(laws.judge(f=hang, examples=examples))
    assert found.counterexample is not None
    assert getattr(found.counterexample.found, "key", "") == "timed_out"
    (drawn,) = examples.values()
    second = next(itertools.islice(drawn.drawn, 0, None))
    assert found.counterexample.call == f"f({second['dict'][0][1]}, np.array([], dtype='float64'))"


CHANGED = {
    "draws while it runs": "n = data.draw(st.integers()); agree(student.f(n, np.zeros(1)), n)",
    "aims": "target(float(abs(a))); agree(student.f(a, np.zeros(1)), a)",
    "changes an argument": "b.append(0.5); agree(student.f(a, np.array(b)), a + sum(b))",
}


@pytest.mark.parametrize("body", CHANGED.values(), ids=CHANGED)
def test_what_others_would_not_meet_is_not_recorded(
    suite: Callable[[str], Suite], body: str
) -> None:
    law = f"""
@points(1, task="f")
@given(a=st.integers(-9, 9), b=st.lists(st.floats(0, 1)), data=st.{{data}})
def test_it(student, a, b, data):
    '''f zählt zusammen.'''
    {body}
"""
    assert suite(law.format(data="data()" if "data" in body else "none()")).record(f=add) == {}


@pytest.mark.parametrize("strategy", ["st.just(np.float64(1))", "st.just(object())"])
def test_an_argument_without_a_word_on_the_wire_is_not_recorded(
    suite: Callable[[str], Suite], strategy: str
) -> None:
    law = f"""
@points(1, task="f")
@given(a={strategy})
def test_it(student, a):
    '''f ist da.'''
    student.f(1, np.zeros(1))
"""
    assert suite(law).record(f=add) == {}


ASSUMES = """
@points(1, task="f")
@given(a=st.integers(0, 30))
@settings(max_examples=20)
def test_it(student, a):
    '''f zählt zusammen.'''
    found = student.f(a, np.zeros(1))
    assume({condition})
    agree(found, a)
"""


def test_what_is_assumed_away_is_met_again(suite: Callable[[str], Suite]) -> None:
    laws = suite(ASSUMES.format(condition="a % 2"))
    examples = laws.record(f=add)
    (recorded,) = examples.values()
    assert set(recorded.kept) == {True, False}
    played = laws.judge(f=add, examples=examples)
    assert calls_of(played) == calls_of(laws.judge(f=add))
    assert outcome(played).status == "passed"


def test_who_answers_an_assumption_otherwise_is_drawn_for(suite: Callable[[str], Suite]) -> None:
    laws = suite(ASSUMES.format(condition="found % 2 == 0"))
    examples = laws.record(f=add)
    others = {"f": lambda a, b: add(a, b) // 3 * 3}  # wrong, and even for other arguments
    drawn, played = laws.judge(**others), laws.judge(**others, examples=examples)
    assert outcome(played) == outcome(drawn)
    assert played.exchanges == drawn.exchanges


def test_the_global_generators_are_as_under_hypothesis(suite: Callable[[str], Suite]) -> None:
    laws = suite("""
@points(1, task="f")
@given(a=st.integers())
@settings(max_examples=5)
def test_it(student, a):
    '''f ist da.'''
    student.f(a, np.random.random(2))
""")
    examples = laws.record(f=add)
    assert calls_of(laws.judge(f=add, examples=examples)) == calls_of(laws.judge(f=add))


def test_a_broken_file_holds_no_examples(tmp_path: Any) -> None:
    (tmp_path / "broken.json").write_text('[{"task": 1}]')
    with pytest.raises(GraderError, match="no recorded examples"):
        from_bytes(b"{}")
    kept = Examples("f", "test_f", (True,), ({"x": 1},))
    (tmp_path / "whole.json").write_bytes(to_bytes([kept]))
    paths = [str(tmp_path / f"{name}.json") for name in ("broken", "none", "whole")]
    assert read_examples(paths) == {("f", "test_f"): kept}
    assert read_examples([]) == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (0.0, -0.0),
        (True, 1),
        ((1,), [1]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": 2}),
        (np.zeros(2), np.zeros(2, dtype=int)),
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(2), np.broadcast_to(0.0, 2)),
        (np.zeros(2), np.zeros(4)[::2]),
        (np.float64(1), 1.0),
        (object(), object()),
    ],
)
def test_what_differs_in_anything_is_not_identical(one: object, other: object) -> None:
    assert not identical(one, other)
    assert not identical(other, one)


def test_equal_plain_values_are_identical() -> None:
    one, other = ([1, "a", (2.5, None, np.nan), {"k": np.zeros(2)}] for _ in range(2))
    assert identical(one, other)
