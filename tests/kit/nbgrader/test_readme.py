"""nbgrader's own commands do the whole job: release, grade, feedback."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import determine_grade

from autograder.audit.cache import digest_of, store
from autograder.cli.suite import SEEDS
from autograder.course.folder import Course
from autograder.grading.grade import Job
from autograder.grading.process import grade_in_subprocess
from autograder.kernel.kernel import launch_kernel
from autograder.model.cells import grade_id_of, is_test, points_of, task_of
from autograder.model.grade import Grade
from autograder.model.limits import Limits
from autograder.submission.restore import restore
from tests.kit.courses import Classroom
from tests.kit.submissions import (
    ASSIGNMENT,
    ROOT,
    most_points,
    released,
    solved,
    source,
)
from tests.kit.submissions.honest import CLASS

pytestmark = [
    # nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.timeout(3600),  # for a whole audit
]

AUDIT = ["autograder", "audit", ASSIGNMENT]
SAMPLE = ["--task", "my_logits"]
STUDENTS = {submission.name: submission for submission in CLASS}
HERE = ("anna", "emma", "greta", "jonas", "klara")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, dict[str, str]]:
    """A class that has been graded by the commands of the README, and what each of them said."""
    room = Classroom.make(tmp_path_factory.mktemp("class") / "course")
    room.hand_in(STUDENTS[name] for name in HERE)
    commands = [c for c in readme_commands("An instructor's day") if c[0] != "."]
    assert ["nbgrader", "autograde", ASSIGNMENT] in commands
    assert AUDIT in commands
    # the whole audit takes minutes, and `test_the_audit_finds_what_the_readme_says` makes it:
    # here the task with the fewest laws stands for all
    store(digest_of(Course.at(room.root), ASSIGNMENT), SEEDS)
    said = {}
    for command in commands:
        options = SAMPLE if command == AUDIT else []
        said[" ".join(command)] = room.run(*command, *options)
    return room, said


@pytest.fixture(scope="module")
def room(day: tuple[Classroom, dict[str, str]]) -> Classroom:
    """That class."""
    return day[0]


def readme_commands(heading: str) -> list[list[str]]:
    """The commands that a section of the README shows, without their comments."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.split("#")[0].split() for line in section.split("\n") if line[:4] == " " * 4]
    return [words for words in lines if words]


def test_a_suite_that_was_proven_is_released(day: tuple[Classroom, dict[str, str]]) -> None:
    room, said = day
    audit = said["autograder audit next_token"].split(" answers\n")[-1]  # behind its progress
    assert audit.count("✓") == 15 and "The hidden tests of next_token may grade." in audit
    assert "Nothing has changed since the audit" in said["autograder release next_token"]
    assert (room.root / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").is_file()


@pytest.mark.slow
def test_the_audit_finds_what_the_readme_says(tmp_path: Path) -> None:
    room = Classroom.make(tmp_path / "course")
    audit = room.run(*AUDIT).split(" answers\n")[-1]
    assert audit.count("✓") == 15 and "The hidden tests of next_token may grade." in audit
    assert not (stale := figures_of_the_readme() - figures(audit)), stale
    assert "Nothing has changed since the audit" in room.run("autograder", "release", ASSIGNMENT)


def figures_of_the_readme() -> set[str]:
    """The numbers in the table of what was found, but for those of more seeds."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("| what is tried | found |\n")[1].split("\n\n")[0]
    rows = [row for row in table.splitlines()[1:] if "runs" not in row]
    return {found for row in rows for found in figures(row)} - {"6", "14"}  # at least so many


def figures(text: str) -> set[str]:
    """The whole numbers in a text."""
    return set(re.findall(r"\b\d+\b", text))


def test_export_writes_a_line_for_every_student(room: Classroom) -> None:
    grades = (room.root / "grades.csv").read_text(encoding="utf-8")
    assert [line.split(",")[0] for line in grades.splitlines()[1:]] == [ASSIGNMENT] * len(HERE)


def test_the_other_commands_of_the_readme_run(room: Classroom) -> None:
    """A TA's as they stand; a student's as far as they go without a browser and a network."""
    # an untouched answer in words, greta's, is worth nothing without a person
    words = {
        "grade": "52 of 52 points",
        "review": f"free text ({len(HERE) - 1})",
        "clusters": "greta",
    }
    for command in readme_commands("A TA's day"):
        assert words[command[1]] in room.run(*command)
    install, start = readme_commands("A student's day")
    folder = Classroom(room.root / "release" / ASSIGNMENT)
    folder.run(install[0], install[1], "--no-index", *install[2:])
    assert (folder.root / start[-1]).is_file()
    assert folder.run(*start[:2], "--version")


@pytest.mark.parametrize("name", HERE)
def test_the_gradebook_holds_the_grade_that_the_submission_deserves(
    room: Classroom, name: str
) -> None:
    row = next(row for row in room.table().rows if row.student == name)
    booked = dict(zip([cell for cell, _ in room.table().cells], row.points, strict=True))
    assert {task: booked[task] for task in most_points()} == STUDENTS[name].earned()


def test_the_solution_earns_every_automatic_point_and_the_release_none(room: Classroom) -> None:
    assert room.grade("anna").earned == sum(most_points().values())
    assert room.grade("greta").earned == 0


def test_nbgrader_and_the_pure_function_give_the_same_result_bit_by_bit(room: Classroom) -> None:
    for name in ("anna", "emma"):
        restored = restore(STUDENTS[name].notebook(), source())
        text = nbformat.writes(restored.notebook)
        job = Job(str(room.root), ASSIGNMENT, text, follow_on=1.0)
        grade, booked = grade_in_subprocess(job).grade, room.grade(name)
        tasks = tuple(replace(task, basis="") for task in booked.tasks)  # nobody has told the job
        assert grade.with_remarks(restored.remarks) == replace(booked, tasks=tasks)


def test_a_test_cell_has_one_trusted_output_and_other_cells_keep_their_plots(
    room: Classroom,
) -> None:
    graded = read(room, "anna")
    for cell in filter(is_test, graded.cells):
        (output,) = cell.outputs
        assert output.output_type == "execute_result"
        assert determine_grade(cell) == (points_of(cell), points_of(cell))
    outputs = [output for cell in graded.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)


def test_written_answers_wait_for_a_person_and_stubs_get_nothing(room: Classroom) -> None:
    grades = booked(room, "anna")
    assert grades["answer_truth"] == (None, True)
    assert booked(room, "greta")["answer_truth"] == (0.0, False)


def test_feedback_holds_no_hidden_test_no_reference_and_no_path(room: Classroom) -> None:
    secrets = secret_lines()
    assert len(secrets) > 100
    for name in HERE:
        page = room.feedback(name).read_text(encoding="utf-8")
        for secret in [*secrets, str(room.root), str(ROOT), str(Path.home()), "BEGIN HIDDEN"]:
            assert secret not in page, (name, secret)


def test_feedback_holds_the_law_the_call_what_came_and_what_should_have(room: Classroom) -> None:
    page = room.feedback("emma").read_text(encoding="utf-8")
    assert "softmax(np.array([1000.0, 0.0]))" in page
    assert "np.array([np.nan, 0.0])" in page
    assert "np.array([   1.0, 0.0])" in page  # numbers stand in columns
    assert "Auch bei sehr großen und sehr kleinen Logits" in page


def test_the_result_file_stays_with_staff(room: Classroom) -> None:
    assert isinstance(room.grade("anna"), Grade)
    assert not list((room.root / "feedback").rglob("*.result.json"))


def test_what_was_not_graded_waits_for_a_person(room: Classroom) -> None:
    """A hidden test with a bug costs nobody a point, and a failed regrade keeps no old score."""
    suite = room.root / "tests" / "hidden" / ASSIGNMENT / "test_prob_not.py"
    text = suite.read_text(encoding="utf-8")
    suite.write_text(text.replace("from solutions", "from nowhere"), encoding="utf-8")
    try:
        command = ("nbgrader", "autograde", ASSIGNMENT, "--student", "klara", "--force")
        assert "klara was not graded: prob_not: " in room.run(*command, check=False)
        assert booked(room, "klara")["test_prob_not"] == (None, True)
        assert booked(room, "klara")["test_softmax"] == (6.0, False)
        assert "nowhere" in next(t.cause for t in room.grade("klara").tasks if t.task == "prob_not")
    finally:
        suite.write_text(text, encoding="utf-8")


def test_plain_nbgrader_fails_at_every_hidden_region() -> None:
    """Whoever grades without this configuration sees zeros, not full marks."""
    notebook = solved()
    hidden = {grade_id_of(cell): cell.source for cell in source().cells if is_test(cell)}

    async def run_all() -> None:
        with launch_kernel(Limits()) as kernel:
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.source = hidden.get(grade_id_of(cell), cell.source)
                    await kernel.run(cell)

    asyncio.run(run_all())
    for cell in filter(is_test, notebook.cells):
        assert determine_grade(cell)[0] == 0, task_of(cell)


def test_a_release_with_other_points_than_its_hidden_tests_is_refused(tmp_path: Path) -> None:
    room = Classroom.make(tmp_path / "course")
    path = room.root / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    next(c for c in notebook.cells if grade_id_of(c) == "test_softmax").metadata.nbgrader.points = 7
    nbformat.write(notebook, path)
    said = room.run("nbgrader", "generate_assignment", ASSIGNMENT, check=False)
    assert "the cell test_softmax gives 7 points, its hidden tests 6" in said
    assert not (room.root / "release" / ASSIGNMENT).exists()


def test_the_release_is_what_the_source_makes(tmp_path: Path) -> None:
    room = Classroom.make(tmp_path / "course")
    room.run("nbgrader", "generate_assignment", ASSIGNMENT)
    made = sorted((room.root / "release" / ASSIGNMENT).iterdir())
    kept = sorted((ROOT / "release" / ASSIGNMENT).iterdir())
    assert [path.name for path in made] == [path.name for path in kept]
    for new, old in zip(made, kept, strict=True):
        assert new.read_text() == old.read_text(), "run: nbgrader generate_assignment --force"


def test_the_release_holds_no_line_of_a_solution_or_of_a_hidden_test() -> None:
    text = "\n".join(cell.source for cell in released().cells)
    given = {line.strip() for cell in released().cells for line in cell.source.split("\n")}
    for secret in {*secret_lines(), *solution_lines()} - given:
        assert secret not in text
    for line in solution_lines():
        assert line not in given, line


def secret_lines() -> list[str]:
    """Lines of the hidden tests and the reference that say something."""
    hidden = (ROOT / "tests" / "hidden" / ASSIGNMENT).glob("*.py")
    lines = [line for path in hidden for line in path.read_text(encoding="utf-8").split("\n")]
    code = [
        line.strip() for line in lines if re.search(r"student\.|reference\.|@given|def test", line)
    ]
    return [line for line in code if len(line) > 20]


def solution_lines() -> list[str]:
    """The longer lines between the solution markers of the source."""
    found, inside = [], False
    for cell in source().cells:
        for line in cell.source.split("\n"):
            if "BEGIN SOLUTION" in line:
                inside = True
            elif "END SOLUTION" in line:
                inside = False
            elif inside and len(line.strip()) > 20:
                found.append(line.strip())
    return found


def read(room: Classroom, student: str) -> nbformat.NotebookNode:
    """A student's autograded notebook."""
    folder = room.root / "autograded" / student / ASSIGNMENT
    return nbformat.read(folder / f"{ASSIGNMENT}.ipynb", as_version=4)


def booked(room: Classroom, student: str) -> dict[str, tuple[float | None, bool]]:
    """The automatic score and whether a person has to look, by graded cell."""
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "language-models") as book:
        submission = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
        return {g.name: (g.auto_score, g.needs_manual_grade) for g in submission.grades}


def test_a_submission_may_be_graded_alone(room: Classroom, tmp_path: Path) -> None:
    """`autograder grade` shows every law, leaves the gradebook alone and writes the grade."""
    path = tmp_path / "abgabe.ipynb"
    nbformat.write(STUDENTS["emma"].notebook(), path)
    before = (room.root / "gradebook.db").read_bytes()
    said = room.run(
        "autograder", "grade", ASSIGNMENT, str(path), "--json", str(tmp_path / "g.json")
    )
    assert "50 of 52 points" in said
    assert "softmax(np.array([1000.0, 0.0]))" in said
    assert (tmp_path / "g.json").stat().st_size > 1000
    assert (room.root / "gradebook.db").read_bytes() == before


def test_the_formgraders_button_grades_alike(room: Classroom) -> None:
    """The button calls nbgrader's API inside the server, where an event loop is running."""
    press = f"""
import asyncio
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
async def press():
    app = NbGrader()
    app.load_config_file()
    api = NbGraderAPI(config=app.config)
    return api.autograde("{ASSIGNMENT}", "greta", force=True, create=True)
result = asyncio.run(press())
print(result["success"], result.get("error"))
"""
    assert "True None" in room.run("python", "-c", press).splitlines()
    assert room.grade("greta").earned == 0


def test_unknown_names_get_a_message_and_not_a_traceback(room: Classroom, tmp_path: Path) -> None:
    for command, words in {
        ("grade", "nothing", "x.ipynb"): "There is no assignment 'nothing'",
        ("grade", ASSIGNMENT, "x.ipynb"): "The notebook x.ipynb can't be read",
        ("table", ASSIGNMENT, "--course", str(tmp_path)): "is no course folder",
    }.items():
        said = " ".join(room.run("autograder", *command, check=False).split())
        assert words in said
        assert "Traceback" not in said


def test_the_table_names_who_waits_for_a_person(room: Classroom) -> None:
    said = room.run("autograder", "table", ASSIGNMENT)
    assert re.search(r"^anna .* 52\?$", said, flags=re.MULTILINE)
