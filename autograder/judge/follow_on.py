"""Try failed laws again with what earlier tasks should have given: one mistake, one loss.

How it works: when all laws have run, each task that failed and builds on earlier tasks that failed
as well is tried again in copies where these earlier functions answer as the reference does. A law
that holds then failed for the earlier mistake alone, and keeps its share of points. Only
earlier functions are ever replaced: nobody is paid for code that the reference wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import pytest

from autograder.judge.plugin import JudgePlugin
from autograder.model.grade import Law, Outcome
from autograder.student.transport import Helper

Help = Callable[[str, tuple[str, ...]], Helper]  # of a task, for these functions


class HelpedSource(Protocol):
    """A `judge.source.StudentSource` whose workers may have a helper."""

    helper: Helper | None


class Known(Protocol):
    """What is known of the notebook's tasks."""

    @property
    def uses(self) -> Mapping[str, tuple[str, ...]]:
        """The earlier tasks that each task uses."""
        ...

    @property
    def wrong(self) -> set[str]:
        """The tasks that do not run now, and are wrong."""
        ...


@dataclass(slots=True)
class FollowOn:
    """A pytest plugin beside `JudgePlugin`."""

    judge: JudgePlugin
    source: HelpedSource
    notebook: Known
    share: float  # of a law's points, from 0 to 1
    help: Help

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """After all laws: those that failed, where it may be an earlier task's fault."""
        result = yield
        failed = [item for item in session.items if self.is_failed(item)]
        if failed:
            self.try_again(failed)
        return result

    def is_failed(self, item: pytest.Item) -> bool:
        """Whether a law was broken."""
        outcome = self.judge.found.get(item.nodeid)
        return outcome is not None and outcome.status == "failed"

    def try_again(self, failed: list[pytest.Item]) -> None:
        """Run these laws, task by task, with the helper of the task."""
        by_task: dict[str, list[pytest.Item]] = {}
        for item in failed:
            by_task.setdefault(self.judge.laws[item.nodeid].task, []).append(item)
        wrong = by_task.keys() | self.notebook.wrong
        uses = self.notebook.uses
        for task, items in by_task.items():
            names = tuple(name for name in uses.get(task, ()) if name in wrong)
            if names:
                self.try_task(task, names, items)
        self.name_the_first()

    def name_the_first(self) -> None:
        """In place of a task that follows others as a whole, name those that it follows."""
        broken = [each for each in self.judge.found.values() if each.status == "failed"]
        first = {each.law.task for each in broken if not each.follow_on} | self.notebook.wrong
        before: dict[str, set[str]] = {}  # the tasks that each of the others follows
        for each in broken:
            before.setdefault(each.law.task, set()).update(each.follow_on)

        def begins(task: str) -> set[str]:
            # tasks follow earlier ones alone, so this ends
            known = task in first or not before.get(task)
            return {task} if known else set().union(*map(begins, before[task]))

        for node, outcome in self.judge.found.items():
            if outcome.follow_on:
                found = set().union(*map(begins, outcome.follow_on))
                order = (*self.notebook.uses[outcome.law.task], *sorted(found))
                names = tuple(dict.fromkeys(name for name in order if name in found))
                self.judge.found[node] = replace(outcome, follow_on=names)

    def try_task(self, task: str, names: tuple[str, ...], items: list[pytest.Item]) -> None:
        """Run the failed laws of one task."""
        helper = self.source.helper = self.help(task, names)
        try:
            for item in items:
                self.try_law(item, names, helper.used)
        finally:
            self.source.helper = None
            helper.stop()

    def try_law(self, item: pytest.Item, names: tuple[str, ...], used: set[str]) -> None:
        """Run one law again; what it asked and said before stays. `used` are the functions that
        the helper answers for meanwhile."""
        judge, node = self.judge, item.nodeid
        law, shrink = judge.laws[node], judge.shrink
        first, log, said = judge.found.pop(node), judge.logs.get(law), judge.said.get(node, [])
        judge.replayed.discard(node)
        judge.shrink = False  # the smallest example is known already
        used.clear()
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        finally:
            judge.shrink = shrink
        second = judge.found.get(node, untried(law, "it did not run again"))
        helped = tuple(name for name in names if name in used)
        judge.found[node] = decide(first, second, helped, self.share)
        judge.said[node] = said
        if log is not None:
            judge.logs[law] = log


def decide(first: Outcome, second: Outcome, names: tuple[str, ...], share: float) -> Outcome:
    """What a law came to that failed, and ran once more with these functions helped.

    One that holds without any help holds by chance: it failed.
    """
    if second.status == "passed" and names:
        return replace(first, follow_on=names, credit=share)
    if second.status == "not graded":
        return untried(first.law, str(second.reason))
    return first


def untried(law: Law, why: str) -> Outcome:
    """Nobody knows whether it is a follow-on error: a person has to look."""
    reason = f"{law.test} failed, and whether that is a follow-on error could not be tried: {why}"
    return Outcome(law, "not graded", reason=reason)
