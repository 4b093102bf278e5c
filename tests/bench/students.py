"""The class that is graded: four of five submissions are right, each in a way of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from autograder.course.answers import Answer, read_misconceptions, read_variants
from tests.kit.submissions import ASSIGNMENT, ROOT, Submission, answer, most_points, several

T = TypeVar("T")

RIGHT, WRONG = 80, 20  # different submissions; in a larger class they come again

# Right, and slow for a vocabulary of 1,000 tokens: in some combinations the student's own code
# computes for minutes. Every grader waits as long, so they would hide what is measured here.
SLOW = {
    *("sample_choice__alias", "sample_many__gumbel", "sample_many__loop", "softmax__pairwise"),
    *("top_k__drop_the_worst", "top_k__heap", "top_k__ranks", "top_k__take_the_best"),
}


def students(size: int) -> list[Submission]:
    """A class of that size, the right ones first as nbgrader sorts them."""
    wrong = size // 5
    return [*map(right, range(size - wrong)), *map(wrong_one, range(wrong))]


def sample(size: int, most: int) -> list[Submission]:
    """At most so many of a class of that size, from all parts of it and in the same mixture."""
    everybody = students(size)
    if most >= size:
        return everybody
    wrong = most // 5
    border = size - size // 5
    return [*spread(everybody[:border], most - wrong), *spread(everybody[border:], wrong)]


def spread(some: Sequence[T], number: int) -> list[T]:
    """So many of them, evenly spaced."""
    return [some[len(some) * place // number] for place in range(number)]


def right(number: int) -> Submission:
    """Every task by one of its right answers; the first submission is the reference itself."""
    changes = []
    for step, task in enumerate(most_points(), start=1):
        routes = [None, *(each for each in right_answers() if each.task == task)]
        chosen = routes[number % RIGHT * step % len(routes)]
        if chosen is not None:
            changes.append(answer(task, chosen.source))
    return Submission(f"right-{number:04}", "solves everything", several(*changes))


def wrong_one(number: int) -> Submission:
    """The reference with one typical mistake."""
    mistakes = wrong_answers()
    chosen = mistakes[number % WRONG * len(mistakes) // WRONG]
    return Submission(f"wrong-{number:04}", chosen.name, answer(chosen.task, chosen.source))


@cache
def right_answers() -> tuple[Answer, ...]:
    """The course's variants but for the slow ones."""
    return tuple(each for each in read_variants(ROOT, ASSIGNMENT) if each.name not in SLOW)


@cache
def wrong_answers() -> tuple[Answer, ...]:
    """The course's misconceptions."""
    return read_misconceptions(ROOT, ASSIGNMENT)
