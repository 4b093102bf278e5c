"""Grade a submission that was read: in a subprocess, with the remarks of its reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from autograder.course.settings import Settings
from autograder.grading.child import Children
from autograder.grading.grade import Job, Result, refuse
from autograder.grading.intake import ReadResult
from autograder.grading.process import grade_in_subprocess
from autograder.kernel.warm import WarmKernels
from autograder.model.grade import Grade
from autograder.model.messages import render


def grade_submission(
    course: Path,
    assignment: str,
    submission: ReadResult,
    settings: Settings,
    *,
    children: Children | None = None,
    warm: WarmKernels | None = None,
    examples: tuple[str, ...] = (),
    digests: Mapping[str, str] | None = None,
    earlier: Grade | None = None,
) -> Result:
    """The grade of a restored submission, and its notebook with outputs and verdicts.

    `examples` are the files with those of the laws, where they are recorded. Of an `earlier`
    grade the tasks are kept for which nothing has changed, by the `digests` of the files with
    hidden tests. What cannot be read is not graded; whatever happens in the subprocess, the
    result is a Result.
    """
    job = Job(
        course=str(course),
        assignment=assignment,
        notebook=submission.notebook,
        limits=settings.limits,
        language=settings.language,
        unsandboxed=settings.unsandboxed,
        examples=examples,
        digests=dict(digests or {}),
        earlier=earlier,
    )
    noticed = submission.noticed
    if noticed.fault:
        result = refuse(job, render(noticed.fault, "en"))
    else:
        result = grade_in_subprocess(job, children, warm)
    return replace(result, grade=result.grade.with_remarks(noticed.remarks))
