"""Grade a submission that was read: in a subprocess, with the remarks of its reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.course.settings import Settings
from autograder.grading.grade import Job, Result, refuse
from autograder.grading.intake import ReadResult
from autograder.grading.process import grade_in_subprocess
from autograder.model.grade import Grade
from autograder.model.messages import render


def grade_submission(
    course: Path,
    assignment: str,
    submission: ReadResult,
    settings: Settings,
    *,
    run: Callable[[Job], Result] = grade_in_subprocess,
    examples: tuple[str, ...] = (),
    digests: Mapping[str, str] | None = None,
    earlier: Grade | None = None,
) -> Result:
    """The grade of a restored submission, and its notebook with outputs and verdicts.

    `run` carries out a job, here or elsewhere. `examples` are the files with those of the laws,
    where they are recorded. Of an `earlier` grade the tasks are kept for which nothing has changed,
    by the `digests` of the files with hidden tests. What cannot be read is not graded.
    """
    job = Job(
        course=str(course),
        assignment=assignment,
        notebook=submission.notebook,
        limits=settings.limits,
        language=settings.language,
        unsandboxed=settings.unsandboxed,
        follow_on=settings.follow_on_share,
        examples=examples,
        digests=dict(digests or {}),
        earlier=earlier,
    )
    fault = submission.noticed.fault
    result = refuse(job, render(fault, "en")) if fault is not None else run(job)
    return replace(result, grade=result.grade.with_remarks(submission.noticed.remarks))
