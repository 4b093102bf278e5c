"""Search a release for lines of the solutions and of the hidden tests."""

from __future__ import annotations

from pathlib import Path

from autograder.audit.checks import Check
from autograder.course.folder import Course
from autograder.model.cells import read_notebook, split_regions

KINDS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")  # nbgrader's regions, of the source alone
DELIMITERS = tuple(f"### {edge} {kind}" for edge in ("BEGIN", "END") for kind in KINDS)
SHORTEST = 20  # characters of a line that would tell something


def check_leaks(course: Course, assignment: str, release: Path) -> Check:
    """Nothing of the solutions and of the hidden tests is in the release."""
    secrets = secret_lines(course, assignment)
    files = sorted(path for path in release.rglob("*") if path.is_file())
    problems = [
        f"{path.relative_to(release)} holds: {line}"
        for path in files
        for line in lines_of(path)
        if line in secrets or line.startswith(DELIMITERS)
    ]
    found = f"{len(files)} files, {len(secrets)} secret lines"
    return Check("nothing leaks into the release", found, tuple(problems))


def secret_lines(course: Course, assignment: str) -> set[str]:
    """The lines that no student may read before handing in."""
    kept = course.root / "solutions", course.root / "tests" / "hidden" / assignment
    files = [path for folder in kept for path in folder.rglob("*.py")]
    secret = {line for path in files for line in lines_of(path)}
    public: set[str] = set()
    for cell in course.source(assignment).cells:
        inside, outside = split_regions(cell.source, *KINDS)
        secret.update(map(str.strip, inside))
        public.update(map(str.strip, outside))
    return {line for line in secret - public if len(line) >= SHORTEST}


def lines_of(path: Path) -> list[str]:
    """The stripped lines of a file; of a notebook, those of its cells and outputs."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".ipynb":
        cells = read_notebook(text, name=str(path)).cells
        shown = [str(output) for cell in cells for output in cell.get("outputs", [])]
        text = "\n".join([*(cell.source for cell in cells), *shown])
    return [line.strip() for line in text.split("\n")]
