"""Why all of a task failed, where its failures have one cause that can be told.

How it works: a student whose function returns nothing, is not begun or was never defined reads
that once, and not as seven broken laws. What is said is what happened: each failed law must have
met just that, and which error a cell ended with is what its output says.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from nbformat import NotebookNode

from autograder.grading.dependence import names_defined
from autograder.model.cells import grade_id_of, is_locked, is_test, task_of, text_of
from autograder.model.grade import Outcome
from autograder.model.messages import Message, Sentence

LINE = re.compile(r"line (\d+)\)$")  # at the end of what a SyntaxError says
MODULE = re.compile(r"No module named '([\w.]+)'")
LONGEST = 200  # characters of what an error says
SIMILAR = 0.8  # of 1, how much two names have in common


def find_cause(
    task: str, outcomes: Sequence[Outcome], cells: Sequence[NotebookNode]
) -> Message | None:
    """The one cause of all laws that failed by the task's own fault, in the executed notebook."""
    failed = [each for each in outcomes if each.status == "failed" and not each.follow_on]
    found = [found_of(each) for each in failed]
    if not found or any(kind_of(each) != kind_of(found[0]) for each in found[1:]):
        return None
    if any(each.status == "passed" for each in outcomes) and not is_absent(found[0]):
        return None  # it goes wrong in some calls
    return cause_of(task, found[0], cells)


def is_absent(found: Sentence | None) -> bool:
    """Whether nothing was written that could go wrong."""
    return is_key(found, "missing") or is_raised(found, "NotImplementedError")


def found_of(outcome: Outcome) -> Sentence | None:
    """What came back."""
    case = outcome.counterexample
    return case.found if case is not None else outcome.reason


def kind_of(found: Sentence | None) -> Sentence | None:
    """What came back, whatever limit a call met."""
    return Message.of("timed_out") if is_key(found, "timed_out") else found


def cause_of(task: str, found: Sentence | None, cells: Sequence[NotebookNode]) -> Message | None:
    """What that says of the task."""
    own = next((cell for cell in cells if grade_id_of(cell) == task), None)
    text = text_of(own) if own is not None else ""
    if found == "None":
        return Message.of("why_printed" if "print(" in text else "why_none", name=task)
    if isinstance(found, Message) and found.key == "timed_out":
        return Message.of("why_slow", name=task, **found.data)
    if is_raised(found, "NotImplementedError") and "NotImplementedError" in text:
        return Message.of("why_unwritten", name=task)
    if is_key(found, "missing"):
        return why_missing(task, own, cells)
    return None


def why_missing(
    task: str, own: NotebookNode | None, cells: Sequence[NotebookNode]
) -> Message | None:
    """Why the notebook does not define what the task asks for."""
    if own is None:
        return None
    if (error := error_in(own)) is not None:
        return why_ended(error)
    similar = difflib.get_close_matches(task, sorted(own_names(cells)), 1, SIMILAR)
    return Message.of("why_similar", name=task, other=similar[0]) if similar else None


def why_ended(error: NotebookNode) -> Message:
    """Which error the task's cell ended with."""
    kind, text = str(error.get("ename", ""))[:LONGEST], str(error.get("evalue", ""))[:LONGEST]
    if kind == "NotImplementedError":
        return Message.of("why_begun")
    if kind == "ModuleNotFoundError" and (module := MODULE.search(text)):
        return Message.of("why_module", module=module[1])
    if line := LINE.search(text):
        return Message.of("why_line", kind=kind, line=line[1])
    return Message.of("why_ended", kind=kind, text=text)


def error_in(cell: NotebookNode) -> NotebookNode | None:
    """The error that a cell ended with."""
    outputs = (each for each in cell.get("outputs", ()) if each.get("output_type") == "error")
    return next(outputs, None)


def own_names(cells: Sequence[NotebookNode]) -> set[str]:
    """The names that the student's cells define and that are no task's."""
    tasks = {task_of(cell) for cell in cells if is_test(cell)}
    mine = (cell for cell in cells if cell.cell_type == "code" and not is_locked(cell))
    return {name for cell in mine for name in names_defined(text_of(cell))} - tasks


def is_key(found: Sentence | None, key: str) -> bool:
    """Whether something is that message."""
    return isinstance(found, Message) and found.key == key


def is_raised(found: Sentence | None, kind: str) -> bool:
    """Whether a call raised an exception of that name."""
    return (
        isinstance(found, Message)
        and found.key in ("raised", "raised_silently")
        and found.data.get("kind") == kind
    )
