"""What the source says of an answer in words is shown to who grades it, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.model.cells import grade_id_of, is_for_staff
from autograder.nbgrader.formgrader import prepare_cell
from autograder.nbgrader.preprocessors import scheme_of
from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, notebook

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

ANSWER = """### BEGIN SOLUTION
Half of twice a number is the number.
### END SOLUTION
### BEGIN MARK SCHEME
- 1: says *inverse*
### END MARK SCHEME"""
SECRETS = ("Half of twice", "says *inverse*", "MARK SCHEME", "SOLUTION")


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A class whose source has a model answer and a mark scheme; graded, with feedback."""
    room = TinyRoom.make(tmp_path_factory.mktemp("scheme") / "course", release=False)
    source = notebook(RIGHT)
    source.cells[-1].source = ANSWER
    nbformat.write(source, room.root / "source" / NAME / f"{NAME}.ipynb")
    for command in (("generate_assignment",), ("autograde",), ("generate_feedback",)):
        if command == ("autograde",):
            room.hand_in("anna")
        status, said = room.run("nbgrader", *command, NAME)
        assert status == 0, said
    return room


def text_at(path: Path) -> str:
    """The text of a file."""
    return path.read_text(encoding="utf-8")


def test_students_get_neither_the_answer_nor_the_scheme(room: TinyRoom) -> None:
    release = text_at(room.root / "release" / NAME / f"{NAME}.ipynb")
    page = text_at(room.root / "feedback" / "anna" / NAME / f"{NAME}.html")
    for text in (release, page):
        assert not [secret for secret in SECRETS if secret in text]
    assert "DEINE ANTWORT" in release


def test_who_grades_sees_both_behind_the_answer(room: TinyRoom) -> None:
    path = room.root / "autograded" / "anna" / NAME / f"{NAME}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    index = [grade_id_of(cell) for cell in cells].index("why")
    assert cells[index].source == "Weil es so ist."
    scheme = cells[index + 1]
    assert is_for_staff(scheme)
    assert scheme.source == (
        "**For staff only: model answer and mark scheme**\n\n"
        "Half of twice a number is the number.\n\n- 1: says *inverse*"
    )


def test_a_source_without_regions_adds_nothing() -> None:
    (cell,) = notebook({}).cells[1:]
    assert scheme_of(cell) == ""


def test_the_formgrader_shows_of_a_test_cell_what_students_got() -> None:
    (cell,) = (each for each in notebook(RIGHT).cells if grade_id_of(each) == "test_double")
    hidden = "### BEGIN HIDDEN TESTS\nraise RuntimeError()\n### END HIDDEN TESTS"
    cell.source = f"print(double(2))\n{hidden}"
    prepare_cell(cell, plain=False)
    assert cell.source == "print(double(2))"


def test_an_untouched_answer_is_known_as_one(room: TinyRoom) -> None:
    """nbgrader compares the checksum of what students got with that of a submission."""
    release = nbformat.read(room.root / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    (given,) = (cell for cell in release.cells if grade_id_of(cell) == "why")
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "language-models") as book:
        assert (
            book.find_source_cell("why", NAME, NAME).checksum
            == (given.metadata.nbgrader["checksum"])
        )
