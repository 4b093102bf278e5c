"""Write what grading found into the executed notebook."""

from __future__ import annotations

from collections.abc import Iterable

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.kernel.cell import Note
from autograder.kernel.execute import Notes
from autograder.model.cells import is_test, task_of
from autograder.model.grade import Grade, TaskGrade
from autograder.model.messages import Language, render
from autograder.pages.outputs import clean_output
from autograder.pages.task import render_task


def record(notebook: NotebookNode, grade: Grade, notes: Notes, language: Language) -> str:
    """The notebook as JSON, with one trusted output a test cell and harmless others.

    `notes` are what the student is to read in the outputs of other cells.
    """
    for index, own in notes.items():
        write_notes(notebook.cells[index], own, language)
    tasks = {task.task: task for task in grade.tasks}
    for cell in notebook.cells:
        if is_test(cell):
            cell.outputs = [trusted_output(tasks[task_of(cell)], language)]
        elif cell.cell_type == "code":
            cleaned = [clean_output(output, language=language) for output in cell.outputs]
            cell.outputs = [output for output in cleaned if output is not None]
    return nbformat.writes(notebook)


def write_notes(cell: NotebookNode, notes: Iterable[Note], language: Language) -> None:
    """Add each note to the output that has room for it."""
    for note in notes:
        cell.outputs[note.at].text += f"{render(note.message, language)}\n"


def trusted_output(task: TaskGrade, language: Language) -> NotebookNode:
    """What nbgrader reads the points from, and what people read beside it.

    A task that was not graded says 0 here: should anybody but our own recorder
    read it, the text "not graded" would earn full points.
    """
    data = {
        "text/plain": f"{task.earned or 0.0:g}",
        "text/html": render_task(task, language),
    }
    return new_output("execute_result", data)
