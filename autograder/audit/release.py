"""Let an assignment out only when its hidden tests are proven and nothing of them is in it.

How it works: nbgrader makes the release in a scratch folder first. What is in it is
searched for lines of the reference, the hidden tests and the solution cells; it is
graded untouched, and the source is graded as a submission. The real release, which
students get and the gradebook remembers, is made when all that and the audit passed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from autograder.audit.checks import Check
from autograder.course.draft import draft_release
from autograder.course.folder import Course
from autograder.grading.process import grade_in_subprocess
from autograder.model.cells import read_notebook
from autograder.model.grade import Grade
from autograder.nbgrader.preprocessors import GradeSubmission
from autograder.submission.restore import restore

MARKS = tuple(
    f"### {edge} {kind}"
    for edge in ("BEGIN", "END")
    for kind in ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
)
SHORTEST = 20  # characters of a line that would tell something


def examine_release(course: Course, assignment: str) -> tuple[Grade, Grade, Check]:
    """The grades of the source and of the untouched release, handed in, and what leaks."""
    with draft_release(course, assignment) as draft:
        path = draft / f"{assignment}.ipynb"
        untouched = read_notebook(path.read_text(encoding="utf-8"), name=str(path))
        ends = course.source(assignment), untouched
        with ThreadPoolExecutor(len(ends)) as pool:  # each waits for a process
            grade = partial(grade_as_submission, course, assignment)
            solved, nothing = pool.map(grade, ends)
        return solved, nothing, check_leaks(course, assignment, draft)


def grade_as_submission(course: Course, assignment: str, notebook: NotebookNode) -> Grade:
    """The grade of a notebook that somebody hands in."""
    step = GradeSubmission(config=course.config())
    restored = restore(notebook, course.source(assignment))
    return grade_in_subprocess(step.job(str(course.root), assignment, restored.notebook)).grade


def check_leaks(course: Course, assignment: str, release: Path) -> Check:
    """Nothing of the solutions and of the hidden tests is in the release."""
    secrets = secret_lines(course, assignment)
    files = sorted(path for path in release.rglob("*") if path.is_file())
    problems = [
        f"{path.relative_to(release)} holds: {line}"
        for path in files
        for line in lines_of(path)
        if line in secrets or line.startswith(MARKS)
    ]
    found = f"{len(files)} files, {len(secrets)} secret lines"
    return Check("nothing leaks into the release", found, tuple(problems))


def secret_lines(course: Course, assignment: str) -> set[str]:
    """The lines that no student may read before handing in."""
    kept = course.root / "solutions", course.root / "tests" / "hidden" / assignment
    files = [path for folder in kept for path in folder.rglob("*.py")]
    hidden, public = split_regions(course.source(assignment))
    secret = {line for path in files for line in lines_of(path)} | set(hidden)
    return {line for line in secret - set(public) if len(line) >= SHORTEST}


def split_regions(notebook: NotebookNode) -> tuple[list[str], list[str]]:
    """The stripped lines of a source's regions that students do not get, and all others."""
    hidden: list[str] = []
    public: list[str] = []
    for cell in notebook.cells:
        inside = False
        for line in map(str.strip, cell.source.split("\n")):
            if line.startswith(MARKS):
                inside = "BEGIN" in line
            else:
                (hidden if inside else public).append(line)
    return hidden, public


def lines_of(path: Path) -> list[str]:
    """The stripped lines of a file; of a notebook, those of its cells and outputs."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".ipynb":
        cells = read_notebook(text, name=str(path)).cells
        shown = [str(output) for cell in cells for output in cell.get("outputs", [])]
        text = "\n".join([*(cell.source for cell in cells), *shown])
    return [line.strip() for line in text.split("\n")]
