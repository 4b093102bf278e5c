"""A session sorts every law into passed, failed or not graded, and forgets none."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from autograder.judge.plugin import JudgePlugin
from autograder.model.errors import Died, NoCopy
from autograder.model.grade import Counterexample, Law, Outcome
from autograder.model.limits import Limits
from autograder.model.messages import Message
from autograder.student.inprocess import InProcessTransport
from autograder.student.proxy import Student
from autograder.student.transport import Transport

pytest_plugins = ["pytester"]

HEAD = """
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from autograder import testing as law
from autograder.model.errors import Violation
from autograder.testing import points
"""


class Watched(InProcessTransport):
    """Knows whether somebody has closed it."""

    closed = False

    def close(self) -> None:
        self.closed = True


class Source:
    """Opens a transport for each law; no law runs twice."""

    def __init__(self, opens: Callable[[Law], Transport]) -> None:
        self.open = opens

    lost = False

    def must_retry(self, law: Law) -> bool:
        return False


class Session:
    """Run a suite against a namespace of functions."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.opened: list[Watched] = []

    def grade(self, suite: str, *arguments: str, **namespace: Any) -> JudgePlugin:
        self.pytester.makepyfile(test_laws=HEAD + textwrap.dedent(suite))
        return self.run(*arguments, **namespace)

    def run(self, *arguments: str, **namespace: Any) -> JudgePlugin:
        def open_functions(law: Law) -> Transport:
            self.opened.append(Watched(namespace))
            return self.opened[-1]

        grading = JudgePlugin(Source(open_functions))
        flags = ["-q", "-p", "no:cacheprovider", *arguments]
        self.pytester.inline_run(*flags, plugins=[grading], no_reraise_ctrlc=True)
        return grading

    def judge(self, body: str, *, before: str = "", **namespace: Any) -> Outcome:
        """The outcome of one law with this body."""
        suite = f"""
@points(2, task="f", hint="Tipp")
{before}
def test_it(student):
    '''Ein  Satz
    mit Umbruch.'''
{textwrap.indent(textwrap.dedent(body), "    ")}
"""
        (outcome,) = self.grade(suite, **namespace).outcomes
        return outcome


@pytest.fixture
def session(pytester: pytest.Pytester) -> Iterator[Session]:
    profile = settings.get_current_profile_name()
    yield Session(pytester)
    settings.load_profile(profile)  # the plugin has loaded its own


def statuses(grading: JudgePlugin) -> dict[str, str]:
    return {outcome.law.test: outcome.status for outcome in grading.outcomes}


# --- what passes and what fails ---------------------------------------------------


def test_a_law_that_holds_is_passed(session: Session) -> None:
    outcome = session.judge("assert student.f(2) == 4", f=lambda x: 2 * x)
    law = Law("test_it", "f", 2.0, "Ein Satz mit Umbruch.", "Tipp")
    assert outcome == Outcome(law, "passed")


def test_a_violation_may_bring_a_hint_of_its_own(session: Session) -> None:
    outcome = session.judge('student.f(2); raise law.Violation("4", "5", "Anders!")', f=abs)
    assert outcome.counterexample == Counterexample("f(2)", "4", "5", hint="Anders!")


def test_a_violation_fails_with_what_came_back_and_what_should_have(session: Session) -> None:
    outcome = session.judge("law.agree(student.f(2), 5)", f=lambda x: 2 * x)
    assert outcome.status == "failed"
    assert outcome.counterexample == Counterexample("f(2)", "4", "5.0")
    assert outcome.reason is None


@pytest.mark.parametrize("body", ["law.number(x)", "assert x is not None", "student.missing()"])
def test_who_fails_a_premise_earns_nothing_and_has_not_broken_the_law(
    session: Session, body: str
) -> None:
    text = f"x = student.f(2)\nwith law.premise():\n    {body}\nassert x == 4"
    outcome = session.judge(text, f=lambda x: None)
    assert (outcome.status, outcome.untried, outcome.earned) == ("failed", True, 0)
    assert session.judge(text.replace("premise():", "part(0):"), f=lambda x: None).untried is False


def test_whoever_meets_the_premise_is_judged_by_the_law(session: Session) -> None:
    body = "with law.premise():\n    x = law.number(student.f(2))\nassert x == 4"
    assert session.judge(body, f=lambda x: 4).status == "passed"
    outcome = session.judge(body, f=lambda x: 5)
    assert (outcome.status, outcome.untried) == ("failed", False)


def test_a_premise_under_given_is_one_too(session: Session) -> None:
    suite = """
        @points(1, task="f")
        @given(x=st.integers())
        def test_it(student, x):
            '''f.'''
            with law.premise():
                law.number(student.f(x))
    """
    (outcome,) = session.grade(suite, f=lambda x: "a" if x > 10 else x).outcomes
    assert outcome.untried
    assert outcome.counterexample is not None
    assert outcome.counterexample.call == "f(11)"


def test_a_part_of_a_value_is_shown_with_the_expression_that_gives_it(session: Session) -> None:
    body = """
        table = student.f()
        with law.part("a"), law.part(1):
            law.agree(table["a"][1], 0.25)
    """
    outcome = session.judge(textwrap.dedent(body), f=lambda: {"a": (1, 0.39999999999999997)})
    assert outcome.counterexample == Counterexample("f()['a'][1]", "0.4", "0.25")


def test_a_call_that_gives_something_else_by_itself_is_told_apart(session: Session) -> None:
    calls: list[int] = []

    def counting(x: int) -> int:
        calls.append(x)
        return len(calls)

    outcome = session.judge("student.f(7)\nassert student.f(7) == 1", f=counting)
    assert outcome.counterexample is not None
    assert outcome.counterexample.repeatable is False


def test_a_generator_of_a_call_that_is_made_again_begins_anew(session: Session) -> None:
    body = """
        rng = law.generator(3)
        law.agree(student.f(rng), 2)
    """
    outcome = session.judge(textwrap.dedent(body), f=lambda rng: float(rng.random()))
    assert outcome.counterexample is not None
    assert outcome.counterexample.repeatable is True
    body = body.replace("law.agree", "student.f(rng)\n        law.agree")
    outcome = session.judge(textwrap.dedent(body), f=lambda rng: float(rng.random()))
    assert outcome.counterexample is not None
    assert outcome.counterexample.repeatable is False  # as it reads, it would begin anew


def test_who_raises_each_time_is_repeatable_and_so_is_who_is_missing(session: Session) -> None:
    for outcome in (
        session.judge("student.f(0)", f=lambda x: 1 // x),
        session.judge("student.g(0)", f=lambda x: 1 // x),
    ):
        assert outcome.counterexample is not None
        assert outcome.counterexample.repeatable is True


def test_a_failed_assertion_fails_with_what_came_back(session: Session) -> None:
    outcome = session.judge("assert student.f(2) == 5", f=lambda x: 2 * x)
    assert outcome.status == "failed"
    assert outcome.counterexample == Counterexample("f(2)", "4")


def test_an_exception_of_the_student_s_fails_and_is_shown(session: Session) -> None:
    outcome = session.judge("student.f(0)", f=lambda x: 1 // x)
    assert outcome.status == "failed"
    text = "integer division or modulo by zero"
    found = Message.of("raised", kind="ZeroDivisionError", text=text)
    assert outcome.counterexample == Counterexample("f(0)", found)


def test_a_missing_function_loses_only_its_own_points(session: Session) -> None:
    grading = session.grade(
        '''
        @points(1, task="f")
        def test_f(student):
            """f."""
            assert student.f(1) == 1

        @points(1, task="g")
        def test_g(student):
            """g."""
            assert student.g(1) == 1
        ''',
        g=lambda x: x,
    )
    assert statuses(grading) == {"test_f": "failed", "test_g": "passed"}
    example = grading.outcomes[0].counterexample
    assert example == Counterexample("f(1)", Message.of("missing", name="f"))


def test_a_notebook_that_broke_off_fails_the_law(session: Session) -> None:
    class Broken(InProcessTransport):
        def ask(self, request: bytes) -> bytes:
            raise Died(Message.of("died"))

    session.pytester.makepyfile(
        HEAD + "@points(1, task='f')\ndef test_f(student):\n    '''f.'''\n    student.f()\n"
    )
    grading = JudgePlugin(Source(lambda law: Broken({})))
    session.pytester.inline_run("-p", "no:cacheprovider", plugins=[grading])
    assert [o.counterexample for o in grading.outcomes] == [
        Counterexample("f()", Message.of("died"))
    ]


def test_an_assertion_before_any_call_has_no_counterexample(session: Session) -> None:
    outcome = session.judge("assert False")
    assert (outcome.status, outcome.counterexample) == ("failed", None)


# --- what is not graded -------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        *("1 / 0", "raise ValueError('so')", "student.f(1) + 'a'", "pytest.skip('so')"),
        *("pytest.fail('so')", "pytest.xfail('so')", "raise ExceptionGroup('', [Violation('')])"),
        *("raise SystemExit(0)", "from nowhere import nothing", "student.f(object())"),
        *("raise MemoryError", "pytest.importorskip('nowhere')", "student._f"),
        "raise ExceptionGroup('', [AssertionError(), ValueError()])",
    ],
)
def test_any_other_exception_is_not_the_student_s_fault(session: Session, body: str) -> None:
    outcome = session.judge(body, f=lambda x: x)
    assert outcome.status == "not graded"
    assert outcome.reason
    assert outcome.counterexample is None


def test_a_law_marked_as_skipped_is_not_graded(session: Session) -> None:
    for mark in ("skip('so')", "skipif(True, reason='so')", "xfail(run=False)"):
        outcome = session.judge("pass", before=f"@pytest.mark.{mark}")
        assert outcome.status == "not graded"


def test_a_violation_in_a_law_that_is_expected_to_fail_still_fails(session: Session) -> None:
    outcome = session.judge("assert student.f(1) == 2", before="@pytest.mark.xfail", f=lambda x: x)
    assert outcome.status == "failed"


FIXTURES = '''
@pytest.fixture
def before():
    raise AssertionError("broken before")

@pytest.fixture
def after():
    yield
    raise AssertionError("broken after")

@points(1, task="f")
def test_before(student, before):
    """Vorher."""

@points(1, task="f")
def test_after(student, after):
    """Nachher."""

@points(1, task="f")
def test_unknown(student, unknown):
    """Unbekannt."""

@points(1, task="f")
def test_sound(student):
    """Heil."""
'''


def test_a_broken_fixture_is_not_graded_and_the_others_are(session: Session) -> None:
    grading = session.grade(FIXTURES)
    assert statuses(grading) == {
        "test_before": "not graded",
        "test_after": "not graded",
        "test_unknown": "not graded",
        "test_sound": "passed",
    }
    reasons = [str(outcome.reason) for outcome in grading.outcomes]
    assert "broken before" in reasons[0]
    assert "broken after" in reasons[1]


def test_a_student_who_can_not_be_opened_is_not_graded(session: Session) -> None:
    session.pytester.makepyfile(HEAD + "@points(1, task='f')\ndef test_f(student):\n    '''f.'''\n")

    def fail(law: Law) -> Transport:
        raise OSError("no snapshot")

    grading = JudgePlugin(Source(fail))
    session.pytester.inline_run("-p", "no:cacheprovider", plugins=[grading])
    assert statuses(grading) == {"test_f": "not graded"}


THREE = '''
@points(1, task="f")
def test_one(student):
    """Eins."""

@points(1, task="f")
def test_two(student):
    """Zwei."""
    {}

@points(1, task="f")
def test_three(student):
    """Drei."""
'''


@pytest.mark.parametrize("end", ["pytest.exit('so')", "raise KeyboardInterrupt"])
def test_a_session_that_ends_early_leaves_the_rest_not_graded(session: Session, end: str) -> None:
    grading = session.grade(THREE.format(end))
    assert list(statuses(grading).values()) == ["passed", "not graded", "not graded"]
    assert all(outcome.reason for outcome in grading.outcomes[1:])


# --- what is known before a test runs -------------------------------------------------


def test_the_laws_are_known_without_running_one(session: Session) -> None:
    session.pytester.makepyfile(HEAD + THREE.format("1 / 0"))
    grading = JudgePlugin()
    session.pytester.inline_run("--collect-only", "-p", "no:cacheprovider", plugins=[grading])
    assert [law.test for law in grading.laws.values()] == ["test_one", "test_two", "test_three"]
    assert [outcome.status for outcome in grading.outcomes] == ["not graded"] * 3
    assert grading.faults == []


def test_the_laws_are_known_before_the_first_test(pytester: pytest.Pytester) -> None:
    known: list[int] = []
    profile = settings.get_current_profile_name()
    pytester.makepyfile(HEAD + THREE.format("pass"))

    def open_functions(law: Law) -> Transport:
        known.append(len(grading.laws))
        return InProcessTransport({})

    grading = JudgePlugin(Source(open_functions))
    pytester.inline_run("-p", "no:cacheprovider", plugins=[grading])
    settings.load_profile(profile)
    assert known == [3, 3, 3]


def test_a_file_that_can_not_be_read_is_a_fault_and_nothing_is_graded(session: Session) -> None:
    session.pytester.makepyfile(test_broken="import nowhere")
    grading = session.grade(THREE.format("pass"))
    assert len(grading.faults) == 1
    assert "nowhere" in grading.faults[0]
    assert set(statuses(grading).values()) == {"not graded"}


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        ('def test_free(student):\n    """Ein Satz."""\n', "no points"),
        ('@points(1, task="f")\ndef test_free(student):\n    pass\n', "no docstring"),
        ('@points(1, task="f")\ndef test_free(student):\n    """  """\n', "no docstring"),
    ],
)
def test_a_test_that_states_no_law_is_a_fault(session: Session, suite: str, said: str) -> None:
    grading = session.grade(suite + THREE.format("pass"))
    assert len(grading.faults) == 1
    assert said in grading.faults[0]
    assert "test_free" in grading.faults[0]
    assert set(statuses(grading)) == {"test_one", "test_two", "test_three"}


def test_the_points_may_stand_above_or_below_given(session: Session) -> None:
    grading = session.grade(
        '''
        @given(x=st.integers())
        @points(1.5, task="f")
        def test_below(student, x):
            """Unten."""

        @points(2, task="f")
        @given(x=st.integers())
        def test_above(student, x):
            """Oben."""
        '''
    )
    assert grading.faults == []
    assert [outcome.law.points for outcome in grading.outcomes] == [1.5, 2.0]
    assert [outcome.law.sentence for outcome in grading.outcomes] == ["Unten.", "Oben."]


# --- with Hypothesis -------------------------------------------------------------------


LAW = '''
@points(1, task="f")
@given(x=st.integers(0, 10_000))
def test_it(student, x):
    """Ein Satz."""
    law.agree(student.f(x), x)
'''


def test_the_counterexample_is_the_smallest_call_that_fails(session: Session) -> None:
    (outcome,) = session.grade(LAW, f=lambda x: x if x < 100 else -1).outcomes
    assert outcome.status == "failed"
    assert outcome.counterexample == Counterexample("f(100)", "-1", "100.0")


def test_an_exception_is_shown_with_its_smallest_call(session: Session) -> None:
    def f(x: int) -> int:
        if x > 7:
            raise KeyError(x)
        return x

    (outcome,) = session.grade(LAW, f=f).outcomes
    assert outcome.counterexample is not None
    assert outcome.counterexample.call == "f(8)"


def test_an_error_of_the_law_s_own_is_not_graded_under_given_too(session: Session) -> None:
    suite = LAW.replace("law.agree(student.f(x), x)", "student.f(x) / 0")
    (outcome,) = session.grade(suite, f=lambda x: x).outcomes
    assert outcome.status == "not graded"


def test_a_strategy_that_fails_is_not_graded(session: Session) -> None:
    for strategy in ("st.nothing()", "st.integers(3, 1)", "st.integers().map(lambda x: 1 / 0)"):
        suite = LAW.replace("st.integers(0, 10_000)", strategy)
        (outcome,) = session.grade(suite, f=lambda x: x).outcomes
        assert outcome.status == "not graded"


@pytest.mark.parametrize("wrong", ["returns", "raises"])
def test_a_function_that_fails_only_once_is_said_to_be_flaky(session: Session, wrong: str) -> None:
    calls = itertools.count()

    def f(x: int) -> int:
        if next(calls) != 3:
            return x
        if wrong == "raises":
            raise ValueError
        return -1

    (outcome,) = session.grade(LAW, f=f).outcomes
    assert outcome.status == "failed"
    assert outcome.counterexample is not None
    assert outcome.counterexample.found == Message.of("flaky")
    assert outcome.counterexample.call.startswith("f(")


def test_an_error_of_ours_that_comes_and_goes_is_not_graded(session: Session) -> None:
    suite = "calls = iter(range(10_000))\n" + LAW.replace(
        "law.agree(student.f(x), x)", "assert student.f(x) == x and (next(calls) != 3 or 1 / 0)"
    )
    (outcome,) = session.grade(suite, f=lambda x: x).outcomes
    assert outcome.status == "not graded"


def test_the_same_functions_give_the_same_outcomes_twice(session: Session) -> None:
    suite = (
        LAW
        + '''
@points(1, task="f")
@given(z=st.lists(st.floats(-9, 9), min_size=1))
def test_sum(student, z):
    """Die Summe."""
    law.agree(student.g(np.array(z)), 0.0)
'''
    )
    asked: list[str] = []

    def f(x: int) -> int:
        asked.append(repr(x))
        return x % 777

    def g(z: np.ndarray) -> float:
        asked.append(repr(z))
        return float(np.where(z > 2, z, 0.0).sum())

    first = session.grade(suite, f=f, g=g).outcomes
    examples, asked[:] = list(asked), []
    second = session.run(f=f, g=g).outcomes
    assert [outcome.status for outcome in first] == ["failed", "failed"]
    assert first == second
    assert asked == examples  # a lucky draw in one of two sessions would be unfair


def test_every_test_has_a_student_of_its_own_and_closes_it(session: Session) -> None:
    grading = session.grade(THREE.format("assert student.f()"), f=lambda: 0)
    assert list(statuses(grading).values()) == ["passed", "failed", "passed"]
    assert [transport.closed for transport in session.opened] == [True] * 3


def test_a_law_of_several_cases_has_an_outcome_for_each(session: Session) -> None:
    grading = session.grade(
        '''
        @points(1, task="f")
        @pytest.mark.parametrize("x", [1, 2])
        def test_it(student, x):
            """Ein Satz."""
            assert student.f(x) == 1
        ''',
        f=lambda x: x,
    )
    assert statuses(grading) == {"test_it[1]": "passed", "test_it[2]": "failed"}


def test_the_points_are_a_marker_that_a_strict_pytest_knows(session: Session) -> None:
    grading = session.grade(THREE.format("pass"), "--strict-markers")
    assert set(statuses(grading).values()) == {"passed"}


def test_a_law_keeps_its_name_whatever_seed_it_is_tried_on(session: Session) -> None:
    grading = session.grade(
        '''
        @points(1, task="f")
        @pytest.mark.parametrize("x", [1, 2])
        def test_both(student, x, seed):
            """Ein Satz."""

        @points(1, task="f")
        def test_one(student, seed):
            """Ein Satz."""
            assert seed == 0
        ''',
        f=lambda x: x,
    )
    assert statuses(grading) == {
        "test_both[1]": "passed", "test_both[2]": "passed", "test_one": "passed",
    }  # fmt: skip


# --- names that functions of the course may have ----------------------------------


NAMES = [
    *("last", "line", "request", "variable", "limits", "found", "repeat", "each", "unchanged"),
    *("log", "transport", "function", "name", "call", "ask", "stuck", "failure", "exchanges"),
]


def test_a_function_may_have_any_name(session: Session) -> None:
    suite = "\n".join(
        f"@points(1, task={name!r})\n"
        f"def test_{name}(student):\n"
        f'    """Verdoppelt."""\n'
        f"    law.agree(student.{name}(2), 4)\n"
        f"    law.agree(student.{name}.repeat(2, 3), [6, 6])\n"
        f"    law.agree(student.{name}.each((1,), (2,)), [2, 4])\n"
        for name in NAMES
    )
    grading = session.grade(suite, **dict.fromkeys(NAMES, lambda x: 2 * x))
    assert statuses(grading) == {f"test_{name}": "passed" for name in NAMES}


def test_the_student_has_no_public_attribute_of_its_own() -> None:
    student = Student(InProcessTransport({}), Limits())
    assert [name for name in dir(student) if not name.startswith("_")] == []


def test_what_broke_a_law_counts_where_no_copy_can_be_made_any_more(session: Session) -> None:
    class Ends(InProcessTransport):
        asked = 0

        def ask(self, request: bytes) -> bytes:
            type(self).asked += 1
            if type(self).asked > 1:
                raise NoCopy("no copy can be made")
            raise Died(Message.of("died"))

    session.pytester.makepyfile(
        HEAD + "@points(1, task='f')\n@given(x=st.integers())\n"
        "def test_f(student, x):\n    '''f.'''\n    student.f(x)\n"
    )
    grading = JudgePlugin(Source(lambda law: Ends({})))
    session.pytester.inline_run("-p", "no:cacheprovider", plugins=[grading])
    assert [o.counterexample for o in grading.outcomes] == [
        Counterexample("f(0)", Message.of("died"))
    ]
    assert Ends.asked == 2
