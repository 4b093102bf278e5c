"""The pytest plugin: the `student` fixture, points, and an outcome for every law.

How it works, in pytest's order: the laws are read from the collected tests
before one of them runs; every test gets a `Student` of its own; what the test
came to is sorted into *passed*, *failed* (the student's side did it) and *not
graded* (anything else); and a law without an outcome at the end is not graded.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial, wraps
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, is_hypothesis_test, seed, settings

from autograder.judge.examples import Examples, Recorder, fixtures_of, replay
from autograder.judge.source import StudentSource
from autograder.judge.verdict import flaky, judge, show
from autograder.model.errors import GraderError, StudentError
from autograder.model.grade import Law, LawName, Outcome
from autograder.model.limits import Limits
from autograder.student.log import CallLog, Exchange
from autograder.student.proxy import Student, is_repeatable, log_of

PROFILE = "autograder"
MARKER = "points(worth, task, hint, chance): what a law is worth, and the cell that it grades"

MOST_REMARKS, LONGEST_REMARK = 5, 300  # of one law, in characters: a student's values may be in it

SEED = re.compile(r"\[seed=\d+\]|-seed=\d+(?=[-\]])|(?<=\[)seed=\d+-")

STUDENT: pytest.StashKey[Student] = pytest.StashKey()

settings.register_profile(
    PROFILE,
    derandomize=True,  # the same submission always meets the same examples
    database=None,
    deadline=None,  # time is limited by the call, not by the example
    max_examples=50,
    # "explain" would try hundreds of variations of a counterexample for a report nobody reads
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


class JudgePlugin:
    """A plugin object for one session: give it to `pytest.main`, then read `outcomes`.

    Without a source the session can only collect the laws.
    """

    def __init__(
        self,
        source: StudentSource | None = None,
        *,
        limits: Limits | None = None,
        seeds: Sequence[int] = (0,),
        shrink: bool = True,
        examples: Mapping[LawName, Examples] | None = None,
    ) -> None:
        self.source = source
        self.limits = limits or Limits()
        self.seeds = seeds  # of random results; grading knows one
        self.shrink = shrink  # whether to look for a smaller counterexample
        self.examples = examples or {}  # of laws that need not draw theirs
        self.laws: dict[str, Law] = {}  # by pytest's node id
        self.faults: list[str] = []  # what pytest could not collect
        self.found: dict[str, Outcome] = {}
        self.logs: dict[Law, CallLog] = {}  # what each law asked, and the answers
        self.said: dict[str, list[str]] = {}  # what each law tells staff
        self.replayed: set[str] = set()  # the tests that have met their recorded examples

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """One outcome for every law; what has none was not graded."""
        missing = "The session ended before this test."
        return tuple(
            self.found.get(node, Outcome(law, "not graded", reason=missing))
            for node, law in self.laws.items()
        )

    @property
    def exchanges(self) -> Mapping[Law, Sequence[Exchange]]:
        """What each law asked, and the answers."""
        return {law: log.exchanges for law, log in self.logs.items()}

    @property
    def remarks(self) -> list[str]:
        """What laws tell staff."""
        return [remark for said in self.said.values() for remark in said]

    def pytest_configure(self, config: pytest.Config) -> None:
        config.addinivalue_line("markers", MARKER)
        settings.load_profile(PROFILE)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(f"{report.nodeid}: {report.longreprtext.strip()[-1000:]}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            try:
                self.laws[item.nodeid] = read_law(item)
            except GraderError as error:
                self.faults.append(str(error))
            else:
                bound_examples(item, self.limits.examples, shrink=self.shrink)
                note_failures(item)
                if self.seeds[0]:
                    reseed(item, self.seeds[0])

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "seed" in metafunc.fixturenames:
            metafunc.parametrize("seed", self.seeds, ids=[f"seed={n}" for n in self.seeds])

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Iterator[Student]:
        """The student's functions, in a process that no other test uses."""
        assert self.source is not None, "this session only collects"
        law = self.laws[request.node.nodeid]
        transport = self.source.open(law)
        log = self.logs[law] = CallLog()
        student = request.node.stash[STUDENT] = Student(transport, self.limits, log)
        yield student
        transport.close()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        fresh = item.nodeid not in self.replayed
        result = yield
        law = self.laws.get(item.nodeid)
        if law is None or self.source is None:
            return result
        run_again = partial(item.ihook.pytest_runtest_protocol, item=item, nextitem=nextitem)
        lost = self.source.lost
        try:
            if self.source.must_retry(law):
                self.found.pop(item.nodeid, None)
                run_again()
            elif fresh and not lost and self.must_search(item.nodeid, law):
                first, log = self.found.pop(item.nodeid), self.logs[law]
                run_again()
                if (first.status, self.found[item.nodeid].status) == ("failed", "passed"):
                    self.found[item.nodeid] = flaky(law, log)
        except GraderError as error:
            self.found[item.nodeid] = Outcome(law, "not graded", reason=str(error))
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Play the recorded examples, where there are some and the law has not met them yet."""
        law = self.laws.get(pyfuncitem.nodeid)
        examples = self.examples.get(law.name) if law is not None else None
        if examples is None or pyfuncitem.nodeid in self.replayed:
            return None
        self.replayed.add(pyfuncitem.nodeid)
        test = pyfuncitem.obj
        replay(test, examples, fixtures_of(test, pyfuncitem.funcargs))
        return True

    def must_search(self, node: str, law: Law) -> bool:
        """Whether Hypothesis must look for the smallest example: a recorded one failed, and calls
        may go on."""
        if node not in self.replayed:
            return False
        status = self.found[node].status
        if status == "failed":
            return self.shrink and self.logs[law].stuck is None
        return status == "not graded"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        law = self.laws.get(item.nodeid)
        if law is None:
            return report
        error = call.excinfo.value if call.excinfo else None
        if report.when == "call":
            student = item.stash.get(STUDENT, None)
            outcome = judge(law, error, log_of(student) if student is not None else None)
            case = outcome.counterexample
            if self.shrink and student is not None and case is not None:
                case = replace(case, repeatable=is_repeatable(student))
            self.found[item.nodeid] = replace(outcome, counterexample=case)
            self.said[item.nodeid] = remarks_of(item, law)
        elif not report.passed:  # a fixture is never the student's fault
            reason = str(error if isinstance(error, GraderError) else report.longrepr)
            self.found[item.nodeid] = Outcome(law, "not graded", reason=reason)
        return report


def read_law(item: pytest.Item) -> Law:
    """The law that a test states; raises GraderError where points or sentence are missing."""
    marker = item.get_closest_marker("points")
    if marker is None:
        raise GraderError(f"{item.nodeid} has no points: mark it with autograder.testing.points.")
    function = getattr(item, "function", None)
    sentence = " ".join((getattr(function, "__doc__", None) or "").split())
    if not sentence:
        raise GraderError(f"{item.nodeid} has no docstring: the student reads it.")
    name = SEED.sub("", item.name)  # one law, however many seeds it is tried on
    return Law(name, sentence=sentence, points=float(marker.args[0]), **marker.kwargs)


def bound_examples(item: pytest.Item, most: int, *, shrink: bool) -> None:
    """Cap Hypothesis's `max_examples`; drop the shrink phase unless `shrink`."""
    test: Any = getattr(item, "function", None)
    if not is_hypothesis_test(test):
        return
    # Hypothesis has no public way to change the settings of a test that is already made
    asked = test._hypothesis_internal_use_settings
    most = min(asked.max_examples, most)
    phases = [phase for phase in asked.phases if shrink or phase is not Phase.shrink]
    if most < asked.max_examples or not shrink:
        bounded = settings(asked, max_examples=most, phases=phases)
        test._hypothesis_internal_use_settings = bounded


def note_failures(item: pytest.Item) -> None:
    """Have a test note in its student what broke the law: time may be up before the search ends."""
    test: Any = getattr(item, "function", None)
    if not is_hypothesis_test(test) or hasattr(test.hypothesis.inner_test, "__wrapped__"):
        return
    inner = test.hypothesis.inner_test

    @wraps(inner)
    def noting(*arguments: Any, **named: Any) -> None:
        try:
            inner(*arguments, **named)
        except (StudentError, AssertionError) as error:
            if isinstance(student := named.get("student"), Student):
                log = log_of(student)
                log.failure = show(log, error)
            raise

    test.hypothesis.inner_test = noting


class ExampleRecorder:
    """A plugin beside a `JudgePlugin`: it keeps the examples of each law that passes."""

    def __init__(self, judge: JudgePlugin) -> None:
        self.judge = judge
        self.recorded: list[Examples] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        test, law = pyfuncitem.obj, self.judge.laws.get(pyfuncitem.nodeid)
        if law is None or not is_hypothesis_test(test):
            return (yield)
        recorder, inner = Recorder(test), test.hypothesis.inner_test
        test.hypothesis.inner_test = recorder.wrap(inner)
        try:
            result = yield
        finally:
            test.hypothesis.inner_test = inner
        if recorder.usable:
            kept, drawn = tuple(recorder.kept), tuple(recorder.drawn)
            self.recorded.append(Examples(law.task, law.test, kept, drawn))
        return result


def reseed(item: pytest.Item, number: int) -> None:
    """Have Hypothesis draw other examples than those that grading knows."""
    test: Any = getattr(item, "function", None)
    if is_hypothesis_test(test):
        seed(number)(test)


def remarks_of(item: pytest.Item, law: Law) -> list[str]:
    """What a law has told staff by way of pytest's `record_property`."""
    said = [text for name, text in item.user_properties if name == "remark"]
    return [f"{law.task}: {text}"[:LONGEST_REMARK] for text in dict.fromkeys(said[:MOST_REMARKS])]
