"""Run trials: each in a process of its own, which has the hidden tests collected already.

How it works: pytest and Hypothesis hold global state, and answers may leave anything
behind, so no two trials share a process. Collecting the tests takes longer than many a
trial, so trials of the same tests form batches. The process of a batch, forked from a
server that has imported all that it needs (`grading.child`), collects the tests; where pytest
would run them, it forks a child for one trial after the other, which runs them and sends
its result back. The process of the batch calls no answer itself.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

import pytest
from pebble import ProcessExpired, ProcessPool

from autograder.audit.trial import Selection, Trial, TrialResult, run_trial
from autograder.course.answers import load_reference
from autograder.grading.child import end_with_parent, fork_server
from autograder.judge.examples import read_examples
from autograder.judge.plugin import JudgePlugin
from autograder.judge.session import run_session, silenced
from autograder.judge.source import AnswerSource
from autograder.model.errors import GraderError

TRIAL_SECONDS = 600.0  # of one trial: it must have hung
BATCH = 8  # trials of a batch at most: enough to make collecting cheap

Key = TypeVar("Key", bound=Hashable)


def run_trials(
    trials: Mapping[Key, Trial], *, workers: int, done: Callable[[], None] = lambda: None
) -> dict[Key, TrialResult]:
    """What came of each trial; `done` is called once for each.

    Raises GraderError where the suite or the reference can't be read, or where a trial,
    which it names, can't be carried out; and what `done` raises.
    """
    context = fork_server()
    results: dict[Key, TrialResult] = {}
    with ProcessPool(max_workers=workers, max_tasks=1, context=context) as pool:
        futures: dict[Future[list[TrialResult]], Sequence[Key]] = {
            pool.schedule(
                run_batch,
                args=[[trials[key] for key in keys]],
                timeout=TRIAL_SECONDS * (len(keys) + 1),
            ): keys
            for keys in batches(trials, workers)
        }
        try:
            for future in as_completed(futures):
                for key, result in zip(futures[future], results_of(future), strict=True):
                    results[key] = result
                    done()
        except BaseException:  # also an interrupt: the others are not waited for
            pool.stop()
            raise
    return results


def batches(trials: Mapping[Key, Trial], workers: int) -> Iterator[Sequence[Key]]:
    """Trials of the same tests, in batches small enough to keep all workers busy."""
    groups: dict[Selection, list[Key]] = {}
    for key, trial in trials.items():
        groups.setdefault(trial.tests, []).append(key)
    for keys in groups.values():
        size = min(BATCH, -(-len(keys) // workers))
        for start in range(0, len(keys), size):
            yield keys[start : start + size]


def results_of(future: Future[list[TrialResult]]) -> list[TrialResult]:
    """What came of a batch; raises GraderError where its process ended or hung."""
    try:
        return future.result()
    except (ProcessExpired, TimeoutError) as error:
        raise GraderError(f"Collecting the hidden tests failed: {error}") from error


# --- the process of a batch ---------------------------------------------------


class ForkTrials:
    """A pytest plugin that runs each trial in a child, where pytest would run the tests."""

    def __init__(self, trials: Sequence[Trial], judge: JudgePlugin, source: AnswerSource) -> None:
        self.trials = trials
        self.judge = judge
        self.source = source
        self.results: list[TrialResult] = []
        self.fault: GraderError | None = None  # raised later: pytest would swallow it
        self.forked = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Fork for each trial; in the child, which calls this again, let pytest run the tests."""
        if self.forked:
            return None
        self.forked = True
        gc.freeze()  # the children leave it alone, and its pages stay shared
        try:
            for trial in () if self.judge.faults else self.trials:
                run = partial(run_trial, trial, session, self.judge, self.source)
                self.results.append(in_child(trial.name, run))
        except GraderError as error:
            self.fault = error
        return True


def run_batch(trials: Sequence[Trial]) -> list[TrialResult]:
    """What came of trials of the same tests; needs the main thread.

    Raises GraderError where the suite or the reference can't be read, or a trial fails.
    """
    tests = trials[0].tests
    source = AnswerSource(load_reference(Path(tests.course), tests.assignment), tests.limits)
    judge = JudgePlugin(
        source,
        limits=tests.limits,
        seeds=tests.seeds,
        shrink=tests.shrink,
        examples=read_examples(tests.examples),
    )
    forking = ForkTrials(trials, judge, source)
    with silenced():
        run_session(tests.course, tests.assignment, judge, forking, files=sorted(tests.files))
    if judge.faults or not forking.forked:
        faults = judge.faults or ["pytest found none."]
        raise GraderError("The hidden tests can't be read:\n" + "\n".join(faults))
    if forking.fault is not None:
        raise forking.fault
    return forking.results


def in_child(name: str, run: Callable[[], TrialResult]) -> TrialResult:
    """What `run` returns in a child process; raises GraderError, naming the trial, if it fails."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if not child:
        answer_parent(sender, run)
    sender.close()
    try:
        if not receiver.poll(TRIAL_SECONDS):
            raise GraderError(f"Trying {name} failed: it took over {TRIAL_SECONDS:g} seconds.")
        result = receiver.recv()
    except EOFError as error:
        raise GraderError(f"Trying {name} failed: its process ended.") from error
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        receiver.close()
    if not isinstance(result, TrialResult):
        raise GraderError(f"Trying {name} failed: {result}")
    return result


def answer_parent(sender: Connection, run: Callable[[], TrialResult]) -> None:
    """Send what `run` returns, or the traceback of its exception, and end this process."""
    end_with_parent()  # where the audit is interrupted
    try:
        sender.send(run())
    except BaseException:
        sender.send(traceback.format_exc())
    finally:
        os._exit(0)
