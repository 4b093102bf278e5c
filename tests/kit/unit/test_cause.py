"""Why all of a task failed, where one cause explains it."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output

from autograder.grading.cause import find_cause
from autograder.model.grade import Counterexample, Law, Outcome, Status
from autograder.model.messages import Message, Sentence, render
from tests.kit.tiny import tag

STUB = "def softmax(z):\n    raise NotImplementedError()"
RAISED = Message.of("raised_silently", kind="NotImplementedError", text="")
MISSING = Message.of("missing", name="softmax")


def outcome(found: Sentence, status: Status = "failed", number: int = 1) -> Outcome:
    law = Law(f"test_{number}", "softmax", 1, "Es gilt.")
    return Outcome(law, status, Counterexample(f"softmax({number})", found))


def cells(text: str, *error: str, others: str = "x = 1") -> list[NotebookNode]:
    """The cell of the task, perhaps ended by an error, and a cell of the student's."""
    own = new_code_cell(text, metadata=tag("softmax", solution=True))
    if error:
        name, value = error
        own.outputs = [new_output("error", ename=name, evalue=value, traceback=[])]
    test = new_code_cell("", metadata=tag("test_softmax", grade=True, locked=True, points=1.0))
    return [new_code_cell(others), own, test]


def told(found: Sentence, notebook: list[NotebookNode], *more: Outcome) -> str:
    """What the student reads where two laws failed in that way; "" for nothing."""
    outcomes = [outcome(found), outcome(found, number=2), *more]
    cause = find_cause("softmax", outcomes, notebook)
    return render(cause, "de") if cause is not None else ""


def test_nothing_that_is_returned_is_told_once() -> None:
    silent = cells("def softmax(z):\n    z / 2")
    assert told("None", silent) == "`softmax` gibt nichts zurück, also `None`. Fehlt ein `return`?"
    assert "`print` zeigt einen Wert nur an" in told("None", cells("def softmax(z): print(z)"))
    assert told("None", silent, outcome("1", "passed")) == ""  # it does return something
    assert told("None", silent, outcome("1.0", number=3)) == ""
    assert told("1.0", silent) == ""


def test_a_stub_that_is_still_there_is_told() -> None:
    assert "`softmax` ist noch nicht geschrieben" in told(RAISED, cells(STUB))
    assert told(RAISED, cells("def softmax(z): return other(z)")) == ""
    assert "nicht rechtzeitig" in told(Message.of("timed_out", seconds="5"), cells(STUB))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (("SyntaxError", "invalid syntax (123.py, line 8)"), "mit SyntaxError in Zeile 8"),
        (("ModuleNotFoundError", "No module named 'pandas'"), "`pandas` gibt es beim Bewerten"),
        (("NameError", "name 'pn' is not defined"), "NameError: name 'pn' is not defined"),
        (("NotImplementedError", ""), "`NotImplementedError` aus der Vorlage"),
    ],
)
def test_the_error_that_a_cell_ended_with_is_told(error: tuple[str, str], words: str) -> None:
    assert words in told(MISSING, cells("import pandas", *error))


def test_a_name_that_is_almost_the_one_is_told() -> None:
    assert "nicht definiert, aber `Softmax`" in told(MISSING, cells("def Softmax(z): return z"))
    assert told(MISSING, cells("def entropy(z): return z")) == ""


def test_laws_that_failed_for_an_earlier_task_do_not_count() -> None:
    law = outcome("1.0").law
    followed = Outcome(law, "failed", Counterexample("softmax(3)", "7"), follow_on=("top_k",))
    assert "gibt nichts zurück" in told("None", cells("def softmax(z): 1"), followed)
    assert find_cause("softmax", [followed], cells(STUB)) is None
