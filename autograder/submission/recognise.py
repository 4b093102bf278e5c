"""Tell which cell of a submission is which of the source's.

How it works: the measure is what a student sees after "restart and run all". A check
sees the definition that is in force just before it, so a test cell stays where the
student has it if its name is defined above, and of several copies of an answer the
last one above it counts: what stands further down is an experiment.

Some editors drop the metadata of cells, and with it nbgrader's grade_ids. A cell
is then known by its text (locked ones), by the name that it defines (answers in
code) or, where no grade_id at all is left, by its place (answers in words).
Students can only have their own text graded this way: a wrong guess pays nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.model.cells import (
    PREFIX,
    grade_id_of,
    is_locked,
    is_solution,
    is_test,
    says_the_same,
    text_of,
)

# def, class, assignments (also to several names) and imports at the start of a line
DEFINED = re.compile(
    r"^(?:async +)?(?:def|class) +(\w+)"
    r"|^(\w+(?: *, *\w+)*) *(?::[^=\n]+)?=(?!=)"
    r"|^from +[\w.]+ +import +([^\n#]+)",
    re.MULTILINE,
)
STATEMENT = re.compile(r"^[^\s)\]}#]", re.MULTILINE)  # how one begins at the top level
SILENT = re.compile(r"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*", re.DOTALL)  # docstrings and comments
# What a release's stubs say, see `c.ClearSolutions` in nbgrader_config.py, and nbgrader's own.
STUBS = ("raise NotImplementedError", "pass", "...")
TEXT_STUBS = ("", "DEINE ANTWORT", "YOUR ANSWER HERE")


@dataclass(slots=True)
class Recognised:
    """The grade_id of each submitted cell, "" for the student's own; each is there at most once."""

    names: list[str]
    copies: dict[int, str] = field(default_factory=dict)  # cells whose grade_id another one keeps
    late: set[str] = field(default_factory=set)  # test cells above all that they could test


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where the cells of one task stand: in code, all that may be its answer or its test cell."""

    answers: Sequence[int]
    done: Sequence[int]  # of the answers, those that are no stubs
    defining: Sequence[int]  # cells of whatever kind that define the name
    tests: Sequence[int]


@dataclass(frozen=True, slots=True)
class Choice:
    """The answer and the test cell that count, and whether the test cell stands too far above."""

    answer: int | None
    test: int | None
    late: bool = False


def recognise(submitted: list[NotebookNode], source: list[NotebookNode]) -> Recognised:
    """Which submitted cell is which cell of the source."""
    known = {name: cell for cell in source if (name := grade_id_of(cell))}
    names = [name if (name := grade_id_of(cell)) in known else "" for cell in submitted]
    given = {text_of(cell).strip() for cell in source if not grade_id_of(cell)}
    own = [cell if text_of(cell).strip() not in given else None for cell in submitted]
    lost_all = not any(names)
    found = Recognised(names)
    defines = [frozenset(defined(cell)) for cell in submitted]
    for name, original in known.items():
        if is_locked(original) and not is_test(original):
            keep(found, name, locked_places(submitted, names, original)[:1])
    for name, original in known.items():
        if is_solution(original) or (is_test(original) and answer_of(name) not in known):
            task = name if is_solution(original) else answer_of(name)
            choose_cells(found, submitted, defines, task, known)
    for name, original in known.items():
        if lost_all and name not in names and is_solution(original):
            keep(found, name, same_place(own, names, list(known), original)[:1])
    return found


def choose_cells(
    found: Recognised,
    cells: list[NotebookNode],
    defines: list[frozenset[str]],
    task: str,
    known: dict[str, NotebookNode],
) -> None:
    """Settle which cells are the answer and the test cell of a task."""
    answer, test = known.get(task), known.get(PREFIX + task)
    wanted = task if answer is None else wanted_of(answer)
    defining = [place for place, names in enumerate(defines) if wanted in names]
    labelled = [place for place, name in enumerate(found.names) if name == task]
    answers = labelled or [place for place in defining if not found.names[place]]
    done = {place for place in {*answers, *defining} if is_done(cells[place], wanted)}
    candidates = Candidates(
        answers=answers,
        done=[place for place in answers if place in done],
        defining=[place for place in defining if place in done],
        tests=[] if test is None else locked_places(cells, found.names, test),
    )
    choice = choose(candidates, end=next_known(found.names, list(known), task, candidates))
    if choice.late:
        found.late.add(PREFIX + task)
    if answer is not None:
        keep(found, task, [] if choice.answer is None else [choice.answer])
    if test is not None:
        keep(found, PREFIX + task, [] if choice.test is None else [choice.test])


def choose(task: Candidates, *, end: int) -> Choice:
    """The cells of a task that count; `end` is where the test cell belongs if it is missing."""

    def above(places: Sequence[int], test: int) -> list[int]:
        return [place for place in places if place < test]

    sure = [place for place in task.done if place in task.defining]  # answers that define the name
    test = next(
        (
            test
            for evidence in (sure, task.defining, task.done, task.answers)
            for test in task.tests
            if above(evidence, test)
        ),
        next(iter(task.tests), None),
    )
    at = end if test is None else test
    below = [place for place in task.done if place > at]
    if done := above(task.done, at):
        return Choice(done[-1], test)
    if above(task.defining, at):  # in a cell of the student's own, or beside another answer
        return Choice(next(iter([*above(task.answers, at)[::-1], *task.answers]), None), test)
    answer = next(iter([*below, *above(task.answers, at)[::-1], *task.answers]), None)
    return Choice(answer, test, late=test is not None and answer is not None and answer > test)


def next_known(names: list[str], order: list[str], task: str, candidates: Candidates) -> int:
    """Where the source's next cell stands behind the first answer that is done."""
    behind = set(order[order.index(task) + 1 :]) if task in order else set()
    behind.discard(PREFIX + task)
    first = next(iter([*candidates.done, *candidates.answers]), -1)
    places = (place for place, name in enumerate(names) if place > first and name in behind)
    return next(places, len(names))


def keep(found: Recognised, name: str, places: Sequence[int]) -> None:
    """Have the cells at these places, and no others, carry a name."""
    for place, given in enumerate(found.names):
        if given == name and place not in places:
            found.names[place], found.copies[place] = "", name
    for place in places:
        found.names[place] = name


def answer_of(name: str) -> str:
    """The grade_id of the answer that a test cell grades."""
    return name.removeprefix(PREFIX)


def locked_places(cells: list[NotebookNode], names: list[str], original: NotebookNode) -> list[int]:
    """Where a locked cell may stand: by grade_id and text, by text, or by grade_id alone."""
    name = grade_id_of(original)
    same = [place for place, cell in enumerate(cells) if says_the_same(cell, original)]
    mine = [place for place, given in enumerate(names) if given == name]
    return [place for place in same if names[place] in ("", name)] or mine


def same_place(
    cells: list[NotebookNode | None], names: list[str], order: list[str], original: NotebookNode
) -> list[int]:
    """Which cells of its type stand between the cells before and behind it in the source."""
    at = order.index(grade_id_of(original))
    before = max((names.index(name) for name in order[:at] if name in names), default=-1)
    behind = [names.index(name) for name in order[at + 1 :] if name in names]
    end = min((place for place in behind if place > before), default=len(cells))
    kind = original.cell_type
    return [
        i
        for i, cell in enumerate(cells)
        if before < i < end and not names[i] and cell is not None and cell.get("cell_type") == kind
    ]


def wanted_of(original: NotebookNode) -> str:
    """The name that an answer has to define."""
    names, name = defined(original), grade_id_of(original)
    return name if name in names or not names else names[0]


def is_done(cell: NotebookNode, wanted: str) -> bool:
    """Whether an answer is more than the stub that the release has there."""
    text = text_of(cell)
    if cell.get("cell_type") == "markdown":
        return text.strip() not in TEXT_STUBS
    found = [match.start() for match in DEFINED.finditer(text) if wanted in names_in(match)]
    if found:
        rest = STATEMENT.search(text, found[-1] + 1)
        text = text[found[-1] : rest.start() if rest else len(text)]
    lines = [line.strip() for line in SILENT.sub("", text).split("\n") if line.strip()]
    if lines and found and re.match(r"(?:async +)?(?:def|class)\b", lines[0]):
        header = next((n for n, line in enumerate(lines) if line.endswith(":")), -1)
        lines = lines[header + 1 :]
    return bool(lines) and not lines[0].startswith(STUBS)


def defined(cell: NotebookNode) -> list[str]:
    """The names that a code cell defines at its top level, functions before variables."""
    if cell.get("cell_type") != "code":
        return []
    matches = list(DEFINED.finditer(text_of(cell)))
    matches.sort(key=lambda match: match[1] is None)
    return [name for match in matches for name in names_in(match)]


def names_in(match: re.Match[str]) -> list[str]:
    """The names that a definition defines."""
    if match[1]:
        return [match[1]]
    parts = (match[2] or match[3]).strip("() ").split(",")
    return [part.split()[-1] for part in parts if part.strip()]  # of `a as b` it is b
