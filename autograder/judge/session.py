"""One pytest session over the hidden tests of an assignment, and over nothing else.

How it works: pytest and Hypothesis hold global state and heed the settings of whoever
started them. A session therefore runs in a process that is used for it alone, with no
configuration, cache, plugin or output but ours.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator, Sequence

import pytest

from autograder.course.digest import suite_folder
from autograder.files import cache_folder
from autograder.judge.plugin import JudgePlugin

SETTINGS_OF_OTHERS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def run_session(
    course: str,
    assignment: str,
    judge: JudgePlugin,
    *others: object,
    files: Sequence[str] = (),
    options: Sequence[str] = (),
) -> None:
    """Have pytest judge the laws; what came of them is in `judge`.

    `others` are more plugin objects, `files` those with the laws (all where none is named).
    Raises GraderError where the assignment has no hidden tests.
    """
    isolate()
    chosen = files or [str(suite_folder(course, assignment))]
    pytest.main([*pytest_args(course), *options, *chosen], plugins=[judge, *others])


def isolate() -> None:
    """Keep what a person has set for pytest and Hypothesis out of this process."""
    for name in SETTINGS_OF_OTHERS:
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(cache_folder() / "hypothesis")


def pytest_args(course: str) -> list[str]:
    """The options of every session; a broken file leaves only its own tasks ungraded."""
    return [
        *["-c", os.devnull, "--rootdir", course, "-o", f"pythonpath={course}"],
        *["--import-mode=importlib", "-p", "no:cacheprovider", "--capture=no"],
        *["-p", "no:unraisableexception", "-p", "no:threadexception"],  # they collect garbage twice
        "--continue-on-collection-errors",
        *["--assert=plain", "--tb=native", "-q", "--no-header", "--no-summary"],
    ]


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """What pytest and answers print goes nowhere, and nobody is warned."""
    kept = os.dup(1), os.dup(2)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for descriptor in (1, 2):
            os.dup2(nowhere.fileno(), descriptor)
        try:
            yield
        finally:
            for descriptor, before in zip((1, 2), kept, strict=True):
                os.dup2(before, descriptor)
                os.close(before)
