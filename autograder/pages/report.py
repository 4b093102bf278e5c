"""The page of a report on a class: one file with its figures, without a script."""

from __future__ import annotations

from autograder.model.report import Report
from autograder.pages import figures
from autograder.pages.jinja import template

MOST_MISTAKES = 25  # in the figure; the table has all


def report_page(report: Report) -> str:
    """The whole page as HTML."""
    return template("report.html.j2").render(
        report=report,
        scores=figures.scores(report) if report.automatic else "",
        tasks=figures.tasks(report.tasks) if report.tasks else "",
        laws=figures.laws(report.laws) if report.laws else "",
        mistakes=figures.mistakes(report.mistakes[:MOST_MISTAKES]) if report.mistakes else "",
    )
