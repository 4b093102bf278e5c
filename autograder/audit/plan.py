"""What is tried on a suite: lists of trials, each for one purpose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.audit.answers import NULLS, mutants, null_answers
from autograder.audit.behaviours import Edges, Suspect, suspects, wrapped
from autograder.audit.equivalents import read_arguments, read_tolerances
from autograder.audit.pairs import sample_pairs
from autograder.audit.suite import Suite
from autograder.audit.trial import AnswerResult, Trial
from autograder.course.answers import Answer, read_misconceptions, read_source, read_variants

POWER_SHARE = 5  # a misconception is tried on a fifth of the seeds

Plan = dict[str, list[Trial]]  # by purpose


def plan_answers(suite: Suite, seeds: int) -> Plan:
    """Right and wrong answers, each tried once, and the right ones with other seeds."""
    variants = suite.measured(read_variants(suite.course, suite.assignment))
    misconceptions = suite.measured(read_misconceptions(suite.course, suite.assignment))
    certain = [task for task in suite.functions if not suite.by_chance(task)]
    source = read_source(suite.course, suite.assignment)
    together = sample_pairs(misconceptions, certain, source)
    changed = suite.measured(mutants(suite.course, suite.assignment, suite.all_tasks))
    return {
        "variant": [diagnosing(suite, answer, misconceptions) for answer in variants],
        "misconception": [diagnosing(suite, answer, misconceptions) for answer in misconceptions],
        "pair": [diagnosing(suite, answer, misconceptions) for answer in together],
        "mutant": [suite.trial(answer, laws=suite.about(answer.task)) for answer in changed],
        "null": [of_no_worth(suite, slug) for slug in NULLS],
        "seeds": share_seeds(suite, variants, seeds),
    }


def diagnosing(suite: Suite, answer: Answer, misconceptions: Iterable[Answer]) -> Trial:
    """A trial of an answer that also tells which misconception it shows."""
    own = [each for each in misconceptions if each.task == answer.task]
    return suite.trial(answer, laws=suite.about(answer.task), misconceptions=own)


def of_no_worth(suite: Suite, slug: str) -> Trial:
    """A trial in which every function does the same nothing."""
    answers = null_answers(slug, suite.reference, suite.tasks)
    given = {answer.task for answer in answers}
    return suite.trial(*answers, laws=(law.name for law in suite.laws if law.task in given))


def share_seeds(suite: Suite, variants: Sequence[Answer], seeds: int) -> list[Trial]:
    """Trials in which the variants of each task that chance judges share all seeds among them."""
    trials = []
    for task in suite.tasks:
        own = [variant for variant in variants if variant.task == task]
        for number, variant in enumerate(own if suite.by_chance(task) else ()):
            if block := range(1 + number, 1 + seeds, len(own)):
                trials.append(suite.trial(variant, laws=suite.about(task), seeds=block))
    return trials


def find_suspects(suite: Suite) -> list[Suspect]:
    """The functions of which there are behavioural mutants."""
    return list(
        suspects(
            read_source(suite.course, suite.assignment),
            suite.reference,
            suite.functions,
            read_arguments(suite.course, suite.assignment),
            read_tolerances(suite.course, suite.assignment),
        )
    )


def plan_behaviours(suite: Suite, functions: Sequence[Suspect], failing: Sequence[Edges]) -> Plan:
    """The behavioural mutants: one by one until a law fails, and those of edges at once."""
    one_by_one = [answer for function in functions for answer in wrapped(function)]
    return {
        "behaviour": [
            suite.trial(answer, laws=suite.about(answer.task), brief=True) for answer in one_by_one
        ],
        "edges": [
            suite.trial(each.watched, laws=suite.about(each.watched.task)) for each in failing
        ],
    }


def plan_power(suite: Suite, misconceptions: Iterable[AnswerResult], seeds: int) -> Plan:
    """The misconceptions that laws of chance alone have caught, again with several seeds."""
    several = range(1, 1 + seeds // POWER_SHARE)
    return {
        "power": [
            suite.trial(answer, laws=result.broken, seeds=several)
            for answer, result in misconceptions
            if several
            and answer.task in suite.functions
            and result.broken
            and result.broken <= suite.by_chance(answer.task)
        ]
    }
