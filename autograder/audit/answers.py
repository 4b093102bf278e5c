"""Wrong answers that nobody writes: answers of no worth, and mutants of the reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from autograder.course.answers import Answer, Namespace, read_source
from autograder.mutants.syntax import mutate

NULLS = {
    "returns_none": "return None",
    "returns_zero": "return 0",
    "returns_one": "return 1.0",
    "returns_nan": "return float('nan')",
    "returns_nothing": "return np.array([])",
    "returns_a_text": "return 'Paris'",
    "returns_its_argument": "return [*arguments, *named.values()][0]",
    "raises": "raise NotImplementedError",
    "raises_value_error": "raise ValueError",
}


def null_answers(slug: str, namespace: Namespace, tasks: Iterable[str]) -> tuple[Answer, ...]:
    """An answer of no worth to every task, of the kind that `NULLS` calls `slug`."""
    answers = ((task, null_source(task, NULLS[slug], namespace)) for task in tasks)
    return tuple(Answer(task, slug, source, "null") for task, source in answers if source)


def null_source(task: str, body: str, namespace: Namespace) -> str:
    """A cell whose function does nothing but `body`, or whose variable has that value."""
    if callable(namespace[task]):
        return f"import numpy as np\ndef {task}(*arguments, **named):\n    {body}\n"
    if body.startswith("raise") or "arguments" in body:  # a variable does nothing
        return ""
    return f"import numpy as np\n{task} = {body.removeprefix('return ')}\n"


def mutants(course: Path, assignment: str, tasks: Sequence[str]) -> tuple[Answer, ...]:
    """Small changes to the reference; `about` shows the line before and after."""
    source = read_source(course, assignment)
    return tuple(
        Answer(
            mutant.task,
            f"mutant_{number}",
            mutant.source,
            "mutant",
            mutant.change,
            original=mutant.original,
        )
        for number, mutant in enumerate(mutate(source, tuple(tasks)))
    )
