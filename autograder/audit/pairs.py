"""Answers that make two typical mistakes at once, to see what feedback names of them.

How it works: a pair of misconceptions of one function is asked as its two parts and the reference
are: it errs wherever one of the two does, as that one does; where both err, as the first does.
Functions of chance are left out: what they draw can't be compared call by call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import combinations, groupby

from autograder.course.answers import Answer

MOST_PAIRS = 60  # of an assignment: a sample of equal distances where there are more

AND = "__and__"  # between the names of the two

SOURCE = """
import copy
import numpy as np

sources = {sources!r}


def made(source):
    names = dict(globals())
    exec(source, names)
    return names[{task!r}]


first, second, right = map(made, sources)


def look(function, arguments, named):
    given = copy.deepcopy((arguments, named))
    try:
        value = repr(function(*given[0], **given[1]))
    except Exception as error:
        value = type(error).__name__
    return value, repr(given)


def {task}(*arguments, **named):
    with np.printoptions(threshold=10**6, precision=9):
        said = [look(each, arguments, named) for each in (first, second, right)]
    wrong = second if said[0] == said[2] else first
    return wrong(*arguments, **named)
"""


def sample_pairs(
    misconceptions: Iterable[Answer], functions: Iterable[str], reference: str
) -> list[Answer]:
    """Pairs of misconceptions of these functions, of which none may draw."""
    found = list(pairs(misconceptions, frozenset(functions), reference))
    return found[:: -(-len(found) // MOST_PAIRS) or 1]


def pairs(
    misconceptions: Iterable[Answer], functions: Collection[str], reference: str
) -> Iterator[Answer]:
    """Each pair of misconceptions of one of these functions."""
    for task, group in groupby(misconceptions, key=lambda answer: answer.task):
        for first, second in combinations(group if task in functions else (), 2):
            sources = (first.source, second.source, reference)
            source = SOURCE.format(task=task, sources=sources)
            yield Answer(task, f"{first.slug}{AND}{second.slug}", source, "pair", first.about)


def parts(pair: Answer) -> set[str]:
    """The names of the two misconceptions of a pair."""
    return {f"{pair.task}__{slug}" for slug in pair.slug.split(AND)}
