"""Which earlier tasks a task builds on, by the names that its cells use.

How it works: a cell uses a name that stands in its text, and defines one that it assigns to or
that a `def` or `class` of it has. A task uses what its own cell uses, and what the cells use that
define that. Nothing is parsed: a name in a comment counts as well, which costs time and no points.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.model.cells import grade_id_of, is_solution, is_test, task_of, text_of

WORD = re.compile(r"[^\W\d]\w*")
DEFINITION = re.compile(r"^\s*(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)
ASSIGNMENT = re.compile(r"^([^\W\d][\w ,]*)(?::[^=\n]+)?=(?!=)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Dependence:
    """The earlier tasks that a task uses, also indirectly, in their order, and its own cell."""

    task: str
    uses: tuple[str, ...]
    cell: str


def dependences_of(notebook: NotebookNode) -> tuple[Dependence, ...]:
    """What each task of a restored notebook builds on, in the order of the test cells."""
    found: list[Dependence] = []
    own: dict[str, str] = {}  # the cells of tasks
    defined: dict[str, list[int]] = defaultdict(list)  # by the name: cells that define it
    words: list[set[str]] = []  # of the cells so far
    for cell in notebook.cells:
        if is_test(cell):
            task = task_of(cell)
            used = reach(task, defined, words)
            uses = tuple(each.task for each in found if each.task in used)
            found.append(Dependence(task, uses, own.get(task, "")))
        elif cell.cell_type == "code":
            text = text_of(cell)
            for name in names_defined(text):
                defined[name].append(len(words))
            words.append(set(WORD.findall(text)))
            if is_solution(cell):
                own[grade_id_of(cell)] = text
                defined[grade_id_of(cell)].append(len(words) - 1)
    return tuple(found)


def names_defined(text: str) -> set[str]:
    """The names that a cell defines."""
    assigned = (WORD.findall(names) for names in ASSIGNMENT.findall(text))
    return {*DEFINITION.findall(text), *(name for names in assigned for name in names)}


def reach(task: str, defined: dict[str, list[int]], words: list[set[str]]) -> Iterable[str]:
    """The names that the cells of a task use, and those that these need."""
    found: set[str] = set()
    waiting, seen = list(defined.get(task, ())), set[int]()
    while waiting:
        number = waiting.pop()
        if number in seen:
            continue
        seen.add(number)
        new = (words[number] & defined.keys()) - found
        found |= new
        waiting += (each for name in new for each in defined[name])
    return found - {task}
