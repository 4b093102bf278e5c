"""Show staff what came of grading, as tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Grade as BookedGrade
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.course.folder import Course
from autograder.model.cells import PREFIX, grade_id_of, is_graded, points_of
from autograder.model.errors import GraderError
from autograder.model.grade import Grade, Outcome, TaskGrade, from_json
from autograder.model.messages import Language, say

MARKS = {"passed": "[green]✓[/]", "failed": "[red]✗[/]", "not graded": "[yellow]?[/]"}
WIDEST_NAME = 24
WAITS = "?"  # a person has to look
MOST_NOTES = 8  # of a student in the class table; the result file has all
LONGEST_NOTE = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `autograder doctor` looked at, and what to do where it is not fine."""

    what: str
    fine: bool
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A student's points by graded cell, None where a person has to look, and what was unusual."""

    student: str
    points: tuple[float | None, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The gradebook of one assignment: graded cells with their points, and a row a student."""

    cells: tuple[tuple[str, float], ...]
    rows: tuple[Row, ...]


def show_grade(console: Console, grade: Grade, language: Language) -> None:
    """Every law of every task, the counterexamples, and what was unusual."""
    for task in grade.tasks:
        console.print(f"\n[bold]{escape(task.task)}[/]  {amount(task.earned)} / {task.points:g}")
        for outcome in task.outcomes:
            console.print(f"  {MARKS[outcome.status]} {escape(outcome.law.sentence)}")
            show_counterexample(console, outcome, language)
        show_misconception(console, task, language)
        if task.cause:
            console.print(f"  [yellow]not graded:[/] {escape(plain(task.cause))}")
    for remark in grade.remarks:
        console.print(f"[yellow]note:[/] {escape(plain(remark))}")
    console.print(f"\n[bold]{amount(grade.earned)} of {grade.points:g} points[/]")


def show_counterexample(console: Console, outcome: Outcome, language: Language) -> None:
    """The call that broke the law, what came back and what should have."""
    example = outcome.counterexample
    if outcome.status != "failed" or example is None:
        return
    console.print(f"      [cyan]{escape(plain(example.call))}[/]", highlight=False)
    console.print(f"      → {escape(plain(say(example.found, language)))}", highlight=False)
    if example.expected is not None:
        console.print(f"      ≠ {escape(plain(say(example.expected, language)))}", highlight=False)


def show_misconception(console: Console, task: TaskGrade, language: Language) -> None:
    """The hint at the typical mistake behind the task's failures, if one is known."""
    hint = task.diagnosis.hints.get(language) if task.diagnosis else None
    if hint:
        console.print(f"  [magenta]→[/] {escape(plain(hint))}", highlight=False)


def amount(points: float | None) -> str:
    """Points, or the sign that a person has to look."""
    return WAITS if points is None else f"{points:g}"


def read_class(course: Course, assignment: str) -> ClassTable:
    """What the gradebook says of an assignment; raises GraderError where it knows none."""
    graded = [cell for cell in course.source(assignment).cells if is_graded(cell)]
    names = [grade_id_of(cell) for cell in graded]
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    with Gradebook(directory.db_url, directory.course_id) as book:
        try:
            found = book.find_assignment(assignment)
        except MissingEntry as error:
            raise GraderError(
                f"The gradebook knows no assignment {assignment!r} yet: nobody was graded. "
                f"Grade with: nbgrader autograde {assignment}"
            ) from error
        rows = [
            replace(read_row(submission, names), notes=read_notes(directory, submission))
            for submission in found.submissions
        ]
    cells = tuple((grade_id_of(cell).removeprefix(PREFIX), points_of(cell)) for cell in graded)
    return ClassTable(cells, tuple(sorted(rows, key=lambda row: row.student)))


def read_row(submission: SubmittedAssignment, names: Sequence[str]) -> Row:
    """A student's points in the order of `names`."""
    grades = {grade.name: grade for book in submission.notebooks for grade in book.grades}
    return Row(submission.student.id, tuple(points_booked(grades.get(name)) for name in names))


def read_notes(directory: CourseDirectory, submission: SubmittedAssignment) -> tuple[str, ...]:
    """What was unusual about a submission, from the result files of its grading."""
    student, assignment = submission.student.id, submission.assignment.name
    folder = Path(directory.format_path(directory.autograded_directory, student, assignment))
    files = sorted(folder.glob("*.result.json"))
    if not files:
        return ("its grading was never finished: run nbgrader autograde again",)
    grades = [from_json(path.read_bytes()) for path in files]
    remarks = [remark for grade in grades for remark in grade.remarks]
    causes = [task.cause for grade in grades for task in grade.tasks if task.cause]
    return tuple(dict.fromkeys([*remarks, *causes]))


def points_booked(grade: BookedGrade | None) -> float | None:
    """What counts of a gradebook's entry: a person's word first; None where nobody has decided."""
    if grade is None:
        return None
    score = grade.auto_score if grade.manual_score is None else grade.manual_score
    return None if score is None else float(score + (grade.extra_credit or 0.0))


def show_class(console: Console, table: ClassTable) -> None:
    """Students by tasks, with who waits for a person and what each can reach."""
    if not table.rows:
        console.print("Nobody has been graded yet.")
        return
    shown = Table(
        caption=f"{WAITS}  a person has to look   !  something was unusual: see below",
        box=None,
        padding=(0, 0, 0, 1),
        pad_edge=False,
    )
    longest = max(len(row.student) for row in table.rows)
    shown.add_column("student", overflow="fold", min_width=min(longest, WIDEST_NAME))
    for number, (_, points) in enumerate(table.cells, start=1):
        shown.add_column(f"{number}\n/{points:g}", justify="right", no_wrap=True)
    most = sum(points for _, points in table.cells)
    shown.add_column(f"sum\n/{most:g}", justify="right", no_wrap=True)
    for row in table.rows:
        total = sum(points for points in row.points if points is not None)
        waits = WAITS if None in row.points else ""
        mark = "[yellow]![/] " if row.notes else ""
        shown.add_row(
            mark + escape(plain(row.student)), *map(amount, row.points), f"{total:g}{waits}"
        )
    console.print(shown)
    names = [f"{number} {name}" for number, (name, _) in enumerate(table.cells, start=1)]
    console.print(escape("   ".join(names)), highlight=False)
    show_notes(console, table.rows)


def show_notes(console: Console, rows: Sequence[Row]) -> None:
    """What was unusual about submissions, a student a paragraph."""
    for row in rows:
        if row.notes:
            console.print(f"\n[bold]{escape(plain(row.student))}[/]", highlight=False)
        for note in row.notes[:MOST_NOTES]:
            text = plain(" ".join(note.split()))[:LONGEST_NOTE]
            console.print(f"  [yellow]![/] {escape(text)}", highlight=False)
        if len(row.notes) > MOST_NOTES:
            console.print(f"    and {len(row.notes) - MOST_NOTES} more: see the result file")


def plain(text: str) -> str:
    """The text without what a terminal would obey, but with its lines."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """What `autograder doctor` found."""
    for finding in findings:
        mark = MARKS["passed" if finding.fine else "failed"]
        console.print(f"{mark} {escape(finding.what)}: {escape(finding.found)}")
        if not finding.fine and finding.remedy:
            console.print(f"    {escape(finding.remedy)}", highlight=False)
    bad = sum(not finding.fine for finding in findings)
    console.print(
        "Everything is in place." if not bad else f"{bad} of {len(findings)} are missing."
    )
