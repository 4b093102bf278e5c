"""Submissions that change what students may not change.

Cells, their order and their metadata; files beside the notebook that pose as
somebody else's; and whatever the next student might meet.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.model.cells import is_solution, is_test
from tests.kit.submissions import (
    ASSIGNMENT,
    Submission,
    answer,
    cell_of,
    first,
    several,
    write_notebook,
)

MISSING = "it was missing"
TWICE = "it was there more than once"
RESTORED = "its locked text was restored"
MOVED = "it was put back in its place"
RECOGNISED = "recognised by"
IGNORED = "beside the notebook were ignored"
WRONG = answer("prob_not", "def prob_not(tokens, p, token): return 42.0")
LOSES = {"prob_not": "all"}


def test_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that give points."""
    return [cell for cell in notebook.cells if is_test(cell)]


test_cells.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test otherwise


def raises_points(notebook: NotebookNode) -> None:
    """More points for every test, and points for what gives none."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.points = 1000


def empties_metadata(notebook: NotebookNode) -> None:
    """No nbgrader metadata in any test cell."""
    for cell in test_cells(notebook):
        del cell.metadata["nbgrader"]


def odd_metadata(notebook: NotebookNode) -> None:
    """Metadata of wrong types on all test cells."""
    odd: list[object] = [
        None,
        [],
        "grade",
        7,
        {"grade_id": ["test_softmax"]},
        {"grade_id": {"a": 1}},
    ]
    for cell, data in zip(test_cells(notebook), odd, strict=False):
        cell.metadata["nbgrader"] = data


def forges_checksums(notebook: NotebookNode) -> None:
    """Checksums and schema versions of its own."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(
                checksum="0" * 32, original_checksum="0" * 32, schema_version=99
            )


def skips_tests(notebook: NotebookNode) -> None:
    """Tags that keep tools from running or showing a cell."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


def unlocks_tests(notebook: NotebookNode) -> None:
    """Test cells that pose as answers, with a friendlier text."""
    for cell in test_cells(notebook):
        cell.metadata.nbgrader.update(solution=True, locked=False, editable=True)
        cell.source = "print(1000)"


def grades_itself(notebook: NotebookNode) -> None:
    """Answers that pose as test cells with points of their own."""
    for cell in notebook.cells:
        if is_solution(cell):
            cell.metadata.nbgrader.update(grade=True, points=50)


def adds_bonus(notebook: NotebookNode) -> None:
    """A graded cell of its own, with a result in it."""
    cell = new_code_cell("1000")
    cell.metadata["nbgrader"] = {
        "grade": True,
        "grade_id": "test_bonus",
        "locked": True,
        "points": 1000,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    notebook.cells.append(cell)


def deletes_tests(notebook: NotebookNode) -> None:
    """No test cell at all."""
    notebook.cells = [cell for cell in notebook.cells if not is_test(cell)]


def deletes_one(notebook: NotebookNode) -> None:
    """Without the test of the task that it can't do."""
    notebook.cells.remove(cell_of(notebook, "test_prob_not"))


def copies_behind(notebook: NotebookNode) -> None:
    """Every test cell a second time at the end."""
    notebook.cells += copy.deepcopy(test_cells(notebook))


def copies_before(notebook: NotebookNode) -> None:
    """Every test cell a second time at the start."""
    notebook.cells[:0] = copy.deepcopy(test_cells(notebook))


def copies_everything(notebook: NotebookNode) -> None:
    """The whole notebook twice."""
    notebook.cells += copy.deepcopy(notebook.cells)


def copies_answer(notebook: NotebookNode) -> None:
    """A wrong answer with the same grade_id before the right one."""
    cell = copy.deepcopy(cell_of(notebook, "prob_not"))
    cell.source = "def prob_not(tokens, p, token): return 42.0"
    notebook.cells.insert(notebook.cells.index(cell_of(notebook, "prob_not")), cell)


def splits_tests(notebook: NotebookNode) -> None:
    """Every test cell cut in two, the second half without metadata."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if is_test(cell):
            lines = cell.source.split("\n")
            cell.source = "\n".join(lines[:-2])
            cells.append(new_code_cell("\n".join(lines[-2:])))
    notebook.cells = cells


def tests_first(notebook: NotebookNode) -> None:
    """All test cells before the functions that they test."""
    tests = test_cells(notebook)
    notebook.cells = tests + [cell for cell in notebook.cells if not is_test(cell)]


def tests_last(notebook: NotebookNode) -> None:
    """All test cells at the end, in the opposite order."""
    tests = test_cells(notebook)
    notebook.cells = [cell for cell in notebook.cells if not is_test(cell)] + tests[::-1]


def everything_backwards(notebook: NotebookNode) -> None:
    """The order of all cells turned around: nothing is defined where it is needed."""
    notebook.cells.reverse()


def swaps_tests(notebook: NotebookNode) -> None:
    """The tests of two tasks with their names exchanged."""
    one, other = cell_of(notebook, "test_prob_not"), cell_of(notebook, "test_deviation")
    one.metadata, other.metadata = other.metadata, one.metadata


def swaps_answers(notebook: NotebookNode) -> None:
    """The answers to two tasks with their names exchanged."""
    one, other = cell_of(notebook, "deviation"), cell_of(notebook, "prob_not")
    one.source, other.source = other.source, one.source


def answers_elsewhere(notebook: NotebookNode) -> None:
    """Every function in a cell of the student's own, before the empty answer."""
    cells = []
    for cell in notebook.cells:
        if is_solution(cell) and cell.cell_type == "code":
            cells.append(new_code_cell(cell.source))
            cell.source = ""
        cells.append(cell)
    notebook.cells = cells


def answers_in_one(notebook: NotebookNode) -> None:
    """All answers in the first answer's cell."""
    answers = [cell for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"]
    answers[0].source = "\n\n\n".join(cell.source for cell in answers)
    for cell in answers[1:]:
        cell.source = ""


def answers_in_tests(notebook: NotebookNode) -> None:
    """An answer in the locked test cell, where no student may write."""
    cell = cell_of(notebook, "prob_not")
    cell_of(notebook, "test_prob_not").source = cell.source
    cell.source = ""


def answers_too_late(notebook: NotebookNode) -> None:
    """An answer behind the cell that tests it."""
    cell = cell_of(notebook, "prob_not")
    at = notebook.cells.index(cell_of(notebook, "test_prob_not"))
    notebook.cells.insert(at + 1, new_code_cell(cell.source))
    cell.source = ""


def edits_locked(notebook: NotebookNode) -> None:
    """A locked cell that does more than it did."""
    cell_of(notebook, "setup").source += "\nnp.allclose = np.isclose = lambda *a, **k: True"
    cell_of(notebook, "vocabulary").source = "vocab, logits = ['x'], np.zeros(1)"


def changes_types(notebook: NotebookNode) -> None:
    """Test cells as text, and an answer as raw text."""
    for cell in test_cells(notebook):
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]
    cell = cell_of(notebook, "prob_not")
    cell.cell_type = "raw"
    del cell["outputs"], cell["execution_count"]


def shows_results(notebook: NotebookNode) -> None:
    """Test cells that already hold a result."""
    for cell in test_cells(notebook):
        cell.execution_count = 1
        cell.outputs = [
            NotebookNode(
                output_type="execute_result",
                data={"text/plain": "1000", "text/html": "<b>1000</b>"},
                metadata={},
                execution_count=1,
            )
        ]


def notebook_metadata(notebook: NotebookNode) -> None:
    """A kernel of its own, and settings for tools."""
    notebook.metadata = NotebookNode(
        kernelspec={"name": "bash", "display_name": "Bash", "language": "bash"},
        language_info={"name": "bash"},
        nbgrader={"points": 1000},
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {}}},
    )


def renames_cells(notebook: NotebookNode) -> None:
    """grade_ids that nobody knows, on every cell."""
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id += "_2"


def takes_one_name(notebook: NotebookNode) -> None:
    """The grade_id of the task with most points, on every test."""
    for cell in test_cells(notebook):
        cell.metadata.nbgrader.grade_id = "test_softmax"


def poses_as_answers(notebook: NotebookNode) -> None:
    """Every answer with the grade_id of its test, and the reverse."""
    for cell in test_cells(notebook):
        task = cell.metadata.nbgrader.grade_id.removeprefix("test_")
        other = cell_of(notebook, task)
        cell.metadata.nbgrader.grade_id, other.metadata.nbgrader.grade_id = task, f"test_{task}"


def splits_answer(notebook: NotebookNode) -> None:
    """An answer in two cells of one name: the first defines it, the second uses it."""
    cell = cell_of(notebook, "deviation")
    half = copy.deepcopy(cell)
    half.source = "same = deviation"
    notebook.cells.insert(notebook.cells.index(cell) + 1, half)


# a module that makes every test pass, whichever it is taken for
PATCH = """
import builtins, sys
def given(*a, **k): return lambda test: lambda *a, **k: None
settings = example = note = assume = given
raises = approx = allclose = array_equal = lambda *a, **k: True
def pytest_collection_modifyitems(items): items.clear()
def pytest_runtest_makereport(item, call): call.excinfo = None
print("PATCHED")
"""

MODULES = (
    "hypothesis.py",
    "numpy.py",
    "pytest.py",
    "conftest.py",
    "sitecustomize.py",
    "usercustomize.py",
    "json.py",
    "autograder.py",
    "nbgrader_config.py",
    "solutions/__init__.py",
    "solutions/next_token.py",
    "tests/hidden/next_token/test_prob_not.py",
    ".ipython/profile_default/startup/00-first.py",
    ".ipython/profile_default/ipython_kernel_config.py",
    ".jupyter/jupyter_config.py",
    "hypothesis.pth",
)


def ships_modules(notebook: NotebookNode, folder: Path) -> None:
    """Modules that stand in for those of the tests, wherever Python might look."""
    write_notebook(notebook, folder)
    for name in MODULES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PATCH, encoding="utf-8")


def ships_results(notebook: NotebookNode, folder: Path) -> None:
    """The files that grading writes, with full marks in them."""
    write_notebook(notebook, folder)
    grade = {"assignment": ASSIGNMENT, "tasks": [], "remarks": [], "earned": 52}
    (folder / f"{ASSIGNMENT}.result.json").write_text(json.dumps(grade), encoding="utf-8")
    (folder / f"{ASSIGNMENT}.html").write_text("<h1>52 of 52</h1>", encoding="utf-8")
    (folder / "feedback").mkdir()
    (folder / "feedback" / f"{ASSIGNMENT}.html").write_text("52", encoding="utf-8")


def ships_links(notebook: NotebookNode, folder: Path) -> None:
    """Links through which a grader that writes would write into the course."""
    write_notebook(notebook, folder)
    course = Path("..", "..", "..")
    for name in ("gradebook.db", "source", "solutions", "tests"):
        (folder / name).symlink_to(course / name)
    (folder / f"{ASSIGNMENT}.result.json").symlink_to(course / "gradebook.db")


MEANT_FOR_THE_NEXT = (
    f"""
import os, pathlib, site, sys
text = {PATCH!r}
"""
    + """
places = ["/tmp", "/dev/shm", "/run/kernel", "/home/student", "/kit", "/kit/autograder", "/env",
          "/", "/usr/local/lib", "/etc", "/opt/python/lib", "/var/tmp", "/proc/1/root/tmp",
          "/proc/1/cwd", "..", "../..", "../../..", site.getusersitepackages(),
          *site.getsitepackages(), *sys.path]
names = ("sitecustomize.py", "conftest.py", "hypothesis.py", "gradebook.db", "evil.pth",
         ".ipython/profile_default/startup/00-first.py", "next_token/next_token.ipynb")
for path in (pathlib.Path(place, name) for place in places for name in names):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    except OSError:
        pass
for name in ("json", "IPython", "ipykernel", "autograder", "numpy"):
    try:
        pathlib.Path(__import__(name).__file__).write_text(text)
    except OSError as error:
        print(name, type(error).__name__)
for name in ("/proc/sys/kernel/core_pattern", "/sys/kernel/mm/ksm/run", "/proc/sysrq-trigger",
             "/proc/1/oom_score_adj", "/proc/1/comm", "/proc/1/environ", "/proc/1/mem"):
    try:
        pathlib.Path(name).write_text("|/tmp/evil")
    except OSError:
        pass
"""
)


TAMPERING = [
    Submission("raises-points", "raises its points", raises_points),
    Submission("raises-points-wrong", "the same, wrong", several(WRONG, raises_points), LOSES),
    Submission(
        "empties-metadata",
        "removes the metadata of all tests",
        empties_metadata,
        told=(RECOGNISED,),
    ),
    Submission("odd-metadata", "gives metadata of wrong types", odd_metadata, told=(RECOGNISED,)),
    Submission("forges-checksums", "forges checksums and schema versions", forges_checksums),
    Submission("skips-tests", "tags cells to be skipped", several(WRONG, skips_tests), LOSES),
    Submission(
        "unlocks-tests",
        "makes tests its own answers",
        several(WRONG, unlocks_tests),
        LOSES,
        told=("cell test_prob_not: " + RESTORED,),
    ),
    Submission("grades-itself", "makes answers tests", several(WRONG, grades_itself), LOSES),
    Submission("adds-bonus", "adds a cell with points", several(WRONG, adds_bonus), LOSES),
    Submission("deletes-tests", "deletes all tests", deletes_tests, told=(MISSING,)),
    Submission(
        "deletes-one",
        "deletes the test that it would fail",
        several(WRONG, deletes_one),
        LOSES,
        told=("cell test_prob_not: " + MISSING,),
    ),
    Submission("copies-behind", "copies all tests to the end", copies_behind, told=(TWICE,)),
    Submission("copies-before", "copies all tests to the start", copies_before, told=(TWICE,)),
    Submission("copies-everything", "hands everything in twice", copies_everything, told=(TWICE,)),
    Submission(
        "copies-answer",
        "leaves a wrong answer before the right one",
        copies_answer,
        told=("cell prob_not: " + TWICE,),
    ),
    Submission("splits-tests", "splits all tests", splits_tests, told=(RESTORED,)),
    Submission("tests-first", "moves all tests to the start", tests_first, told=(MOVED,)),
    Submission("tests-last", "moves all tests to the end", tests_last),
    Submission(
        "everything-backwards",
        "turns the order of all cells around",
        everything_backwards,
        # a function finds what it needs when it is called, a variable when its cell runs
        {"temperature_table": "all", "my_deviation": "all"},
        told=(MOVED,),
    ),
    Submission(
        "swaps-tests",
        "exchanges two tests",
        several(WRONG, swaps_tests),
        LOSES,
        told=(RESTORED,),
    ),
    Submission(
        "swaps-answers",
        "answers one task in another's cell",
        swaps_answers,
        # prob_not is defined before both tests, deviation only behind its own
        {"deviation": "all"},
    ),
    Submission("answers-elsewhere", "answers in cells of its own", answers_elsewhere),
    Submission("answers-in-one", "answers everything in one cell", answers_in_one),
    Submission(
        "answers-in-tests",
        "answers in a locked cell",
        answers_in_tests,
        LOSES,
        told=("cell test_prob_not: " + RESTORED,),
    ),
    Submission("answers-too-late", "answers behind the test", answers_too_late, LOSES),
    Submission(
        "edits-locked",
        "changes what is given",
        several(WRONG, edits_locked),
        LOSES,
        told=("cell setup: " + RESTORED, "cell vocabulary: " + RESTORED),
    ),
    Submission(
        "changes-types",
        "makes text of tests and of an answer",
        changes_types,
        told=("cell prob_not: its type was restored",),
    ),
    Submission("shows-results", "brings its results along", several(WRONG, shows_results), LOSES),
    Submission("notebook-metadata", "names another kernel", notebook_metadata),
    Submission("renames-cells", "renames all cells", renames_cells, told=(RECOGNISED,)),
    Submission(
        "takes-one-name",
        "gives all tests one name",
        takes_one_name,
        told=("cell test_softmax: " + TWICE,),
    ),
    Submission(
        "poses-as-answers",
        "exchanges the names of answers and tests",
        poses_as_answers,
        {"*": "all"},
        told=(RESTORED,),
    ),
    Submission(
        "splits-answer",
        "answers in two cells of one name",
        splits_answer,
        told=("cell deviation: " + TWICE,),
    ),
    Submission(
        "ships-modules",
        "ships modules that stand in for the tests'",
        WRONG,
        LOSES,
        told=("conftest.py", IGNORED),
        place=ships_modules,
    ),
    Submission(
        "ships-results",
        "ships the results of its grading",
        WRONG,
        LOSES,
        told=("next_token.result.json", IGNORED),
        place=ships_results,
    ),
    Submission(
        "ships-links",
        "ships links into the course",
        WRONG,
        LOSES,
        told=("gradebook.db", IGNORED),
        place=ships_links,
    ),
    Submission("meant-for-the-next", "writes wherever it can", first(MEANT_FOR_THE_NEXT)),
]
