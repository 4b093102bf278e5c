"""Forkserver preload: import and warm up pytest and Hypothesis once, before trials are forked.

How it works: importing this module does it, and only the server that trials are forked
from (`batch.run_trials`) does so. Each batch would otherwise load pytest's plugins and
register NumPy's generator with Hypothesis for itself.
"""

from __future__ import annotations

import gc
import tempfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.audit.batch import silenced
from autograder.judge.session import isolate, pytest_args


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
