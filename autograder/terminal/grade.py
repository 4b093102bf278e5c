"""Show the grade of one submission in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from autograder.model.grade import Grade, Outcome, TaskGrade
from autograder.model.messages import Language, render
from autograder.terminal.text import MARKS, amount, plain


def show_grade(console: Console, grade: Grade, language: Language) -> None:
    """Every law of every task, the counterexamples, and what was unusual."""
    for task in grade.tasks:
        console.print(f"\n[bold]{escape(task.task)}[/]  {amount(task.earned)} / {task.points:g}")
        for outcome in task.outcomes:
            mark = MARKS["untried" if outcome.untried else outcome.status]
            console.print(f"  {mark} {escape(outcome.law.sentence)}")
            show_counterexample(console, outcome, language)
            if outcome.follow_on:
                names = ", ".join(map(plain, outcome.follow_on))
                console.print(f"      [cyan]follow-on error:[/] holds with a right {escape(names)}")
        if task.why is not None:
            console.print(f"  [magenta]→[/] {escape(plain(render(task.why, language)))}")
        show_misconceptions(console, task, language)
        if task.cause:
            console.print(f"  [yellow]not graded:[/] {escape(plain(task.cause))}")
    for remark in grade.remarks:
        console.print(f"[yellow]note:[/] {escape(plain(remark))}")
    console.print(f"\n[bold]{amount(grade.earned)} of {grade.points:g} points[/]")


def show_counterexample(console: Console, outcome: Outcome, language: Language) -> None:
    """The call that broke the law, what came back and what should have."""
    example = outcome.counterexample
    if outcome.status != "failed" or outcome.untried or example is None:
        return
    console.print(f"      [cyan]{escape(plain(example.call))}[/]", highlight=False)
    console.print(f"      → {escape(plain(render(example.found, language)))}", highlight=False)
    if example.expected is not None:
        console.print(
            f"      ≠ {escape(plain(render(example.expected, language)))}", highlight=False
        )


def show_misconceptions(console: Console, task: TaskGrade, language: Language) -> None:
    """The hints at the typical mistakes behind the task's failures, if some are known."""
    for diagnosis in task.diagnoses:
        if hint := diagnosis.hints.get(language):
            console.print(f"  [magenta]→[/] {escape(plain(hint))}", highlight=False)
