"""Honest work in a notebook with copies, drafts, and cells that an editor has changed.

The measure is "restart and run all": what a test cell sees there is what is graded.
"""

from __future__ import annotations

import copy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.model.cells import grade_id_of, is_solution, is_test, task_of
from tests.kit.submissions import Change, Submission, cell_of, released, several

TWICE = "it was there more than once"
RECOGNISED = "recognised by"
NONSENSE = "lambda *a, **k: 'an experiment'"


def code_answers(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells with answers in code."""
    return [cell for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"]


def draft(cell: NotebookNode) -> NotebookNode:
    """A copy of an answer's cell with an experiment in it that is wrong."""
    scratch = copy.deepcopy(cell)
    scratch.source = f"{grade_id_of(cell)} = {NONSENSE}"
    return scratch


def behind(notebook: NotebookNode, grade_id: str, *cells: NotebookNode) -> None:
    """Put cells behind the cell of that grade_id."""
    at = notebook.cells.index(cell_of(notebook, grade_id))
    notebook.cells[at + 1 : at + 1] = cells


def drafts_at_the_end(notebook: NotebookNode) -> None:
    """A wrong copy of every answer below everything else."""
    notebook.cells += [draft(cell) for cell in code_answers(notebook)]


def drafts_in_place(notebook: NotebookNode) -> None:
    """A wrong copy of answers right behind their test cells; later tasks don't need them."""
    for task in ("prob_not", "top_k_choice", "argmax_choice", "my_logits"):
        behind(notebook, f"test_{task}", draft(cell_of(notebook, task)))


def drafts_before(notebook: NotebookNode) -> None:
    """A wrong copy of every answer above the right one."""
    for cell in code_answers(notebook):
        notebook.cells.insert(notebook.cells.index(cell), draft(cell))


def loses_metadata(notebook: NotebookNode) -> None:
    """No metadata in any cell."""
    for cell in notebook.cells:
        cell.metadata = NotebookNode()


def loses_some(notebook: NotebookNode) -> None:
    """No metadata in every second cell."""
    for cell in notebook.cells[::2]:
        cell.metadata = NotebookNode()


def pairs_at_the_end(notebook: NotebookNode) -> None:
    """Answers and their test cells copied to the end for an experiment."""
    for task in ("softmax", "entropy", "top_k"):
        pair = [draft(cell_of(notebook, task)), copy.deepcopy(cell_of(notebook, f"test_{task}"))]
        notebook.cells += pair


def pairs_solved_in_the_copy(notebook: NotebookNode) -> None:
    """A stub is left where it is, and solved in a copy of it and its test cell right below."""
    stubs = {grade_id_of(cell): cell for cell in released().cells}
    for task in ("softmax", "deviation", "temperature_table"):
        pair = copy.deepcopy([cell_of(notebook, task), cell_of(notebook, f"test_{task}")])
        cell_of(notebook, task).source = stubs[task].source
        if task == "deviation":  # some editors copy the text alone
            for cell in pair:
                cell.metadata = NotebookNode()
        behind(notebook, f"test_{task}", *pair)


def stubs_beside_answers(notebook: NotebookNode) -> None:
    """Every stub untouched, and the answer in a cell of the student's own right below."""
    stubs = {grade_id_of(cell): cell for cell in released().cells}
    for cell in code_answers(notebook):
        behind(notebook, grade_id_of(cell), new_code_cell(cell.source))
        cell.source = stubs[grade_id_of(cell)].source


def stubs_out_of_the_way(notebook: NotebookNode) -> None:
    """Answers in cells of the student's own, and the stubs moved below the test cells."""
    stubs = {grade_id_of(cell): cell for cell in released().cells}
    for task in ("prob_not", "top_k_choice", "my_logits"):  # later tasks don't need them
        cell = cell_of(notebook, task)
        notebook.cells[notebook.cells.index(cell)] = new_code_cell(cell.source)
        behind(notebook, f"test_{task}", copy.deepcopy(stubs[task]))


def rewritten(notebook: NotebookNode) -> None:
    """Answers' cells deleted and written anew, without metadata."""
    for task in ("entropy", "sample_many", "my_deviation"):
        cell = cell_of(notebook, task)
        notebook.cells[notebook.cells.index(cell)] = new_code_cell(cell.source)


def answers_below(notebook: NotebookNode) -> None:
    """Two answers below their test cells, and wrong copies at the end."""
    for task in ("argmax_choice", "prob_not"):
        cell = cell_of(notebook, task)
        notebook.cells.remove(cell)
        behind(notebook, f"test_{task}", cell)
        notebook.cells.append(draft(cell))


def merges(notebook: NotebookNode) -> None:
    """Two answers in one cell, and a draft of the second in the cell that is left."""
    first, second = cell_of(notebook, "top_k"), cell_of(notebook, "top_k_choice")
    first.source += f"\n\n\n{second.source}"
    notebook.cells.remove(second)
    second.source = f"top_k_choice = {NONSENSE}"
    notebook.cells.append(second)


def answer_moves_away(notebook: NotebookNode) -> None:
    """A written answer at the end, behind drafts of functions."""
    cell = cell_of(notebook, "answer_truth")
    notebook.cells.remove(cell)
    notebook.cells += [
        new_code_cell(f"softmax = top_k = prob_not = {NONSENSE}\ntemperature_table = {{}}"),
        cell,
    ]


def resets_what_is_given(notebook: NotebookNode) -> None:
    """The given logits changed for an experiment, and their cell copied to have them back."""
    vocabulary = copy.deepcopy(cell_of(notebook, "vocabulary"))
    play = new_code_cell("logits = np.zeros(len(vocab))\nprint(softmax(logits))")
    behind(notebook, "test_softmax", play, vocabulary)


def essays_twice(notebook: NotebookNode) -> None:
    """A written answer below its untouched stub, and a note at the end."""
    cell = cell_of(notebook, "answer_truth")
    stub = copy.deepcopy(cell)
    stub.source = "DEINE ANTWORT"
    notebook.cells.insert(notebook.cells.index(cell), stub)
    notebook.cells.append(new_markdown_cell("Eine Notiz."))


def tests_moved(notebook: NotebookNode) -> None:
    """All test cells at the end, in the opposite order, above drafts."""
    tests = [cell for cell in notebook.cells if is_test(cell)]
    notebook.cells = [cell for cell in notebook.cells if not is_test(cell)] + tests[::-1]
    notebook.cells += [new_code_cell(f"{task_of(cell)} = {NONSENSE}") for cell in tests]


def twice(*tasks: str) -> tuple[str, ...]:
    """What staff read about copies."""
    return tuple(f"cell {task}: {TWICE}" for task in tasks)


def honest(name: str, tries: str, change: Change, *told: str) -> Submission:
    """A submission that earns everything."""
    return Submission(name, tries, change, told=told)


COPYING = [
    honest(
        "drafts-at-the-end",
        "leaves a wrong copy of every answer at the end",
        drafts_at_the_end,
        "cell softmax: it was there more than once, number 1 of 2 counts",
    ),
    honest(
        "drafts-in-place",
        "leaves wrong copies behind the test cells",
        drafts_in_place,
        *twice("prob_not", "my_logits"),
    ),
    honest(
        "drafts-before",
        "leaves a wrong copy before every answer",
        drafts_before,
        "cell softmax: it was there more than once, number 2 of 2 counts",
    ),
    honest(
        "drafts-without-metadata",
        "the same with all metadata lost",
        several(drafts_before, drafts_at_the_end, loses_metadata),
        RECOGNISED,
    ),
    honest(
        "drafts-with-half-the-metadata",
        "the same with some metadata lost",
        several(drafts_before, drafts_at_the_end, loses_some),
        RECOGNISED,
    ),
    honest(
        "pairs-at-the-end",
        "copies answers and tests to experiment",
        pairs_at_the_end,
        *twice("softmax", "test_softmax"),
    ),
    honest(
        "pairs-solved-in-the-copy",
        "solves tasks in a copy of their cells",
        pairs_solved_in_the_copy,
        *twice("softmax", "test_softmax", "test_deviation"),
    ),
    honest("stubs-beside-answers", "answers below untouched stubs", stubs_beside_answers),
    honest("stubs-out-of-the-way", "moves stubs below the tests", stubs_out_of_the_way),
    honest("rewritten", "writes answers anew in new cells", rewritten, RECOGNISED),
    honest(
        "answers-below-and-drafts",
        "moves answers below their tests, and leaves drafts",
        answers_below,
        "cell test_prob_not: it was put back in its place",
        *twice("prob_not"),
    ),
    honest("merges-and-drafts", "answers two tasks in one cell, and leaves a draft", merges),
    honest("answer-moves-away", "moves a written answer behind drafts", answer_moves_away),
    honest(
        "resets-what-is-given",
        "copies the cell of the given logits to have them back",
        resets_what_is_given,
        *twice("vocabulary"),
    ),
    honest(
        "essays-twice", "leaves the stub of a written answer", essays_twice, *twice("answer_truth")
    ),
    honest("tests-moved", "moves all tests to the end, above drafts", tests_moved),
]
