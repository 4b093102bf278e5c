"""The Dask cluster that the settings name, where Dask is installed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from autograder.course.settings import Settings
from autograder.model.errors import GraderError
from autograder.pool.bundle import Bundle

if TYPE_CHECKING:
    from autograder.pool.cluster import Cluster


def open_scheduler(settings: Settings, bundle: Bundle) -> AbstractContextManager[Cluster]:
    """The workers of `settings.scheduler`, with the bundle.

    Raises GraderError, on entering as well, where none can grade.
    """
    if settings.unsandboxed:
        raise GraderError(
            "Student code without a sandbox would have all rights on the workers of "
            f"{settings.scheduler}: set either c.GradeSubmission.scheduler or "
            "run_student_code_without_sandbox."
        )
    try:
        from autograder.pool.cluster import open_cluster
    except ImportError as error:
        raise GraderError(
            f"c.GradeSubmission.scheduler needs Dask, which is not installed ({error}): "
            'pip install "nbgrader-autograder[dask]".'
        ) from error
    return open_cluster(settings.scheduler, bundle, settings.limits)
