"""What the fork server imports once, before it forks children.

How it works: importing this module does it, and only the server does so (`child`). Nothing of a
course is read here: what the children share has no influence on a verdict.
"""

from __future__ import annotations

import gc
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grading import intake, process
from autograder.judge.session import isolate, pytest_args, silenced

assert intake, process  # they import the rest


# a busy machine is slow, and none of this is a test that could fail
@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.integers() | st.floats() | st.text()))
def draw(values: object) -> None:
    """Have Hypothesis draw a few lists, which loads what it needs."""
    del values


isolate()
with silenced(), tempfile.TemporaryDirectory(prefix="autograder-") as nothing:
    pytest.main([*pytest_args(nothing), nothing])
    draw()
gc.collect()
gc.freeze()  # what is here by now is left alone, and its pages stay shared
