"""Limits are overridden by name, and a bad name or value is refused."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, fields

import pytest

from autograder.model.errors import GraderError
from autograder.model.limits import Limits


def test_a_limit_is_overridden_by_name_and_the_others_stay() -> None:
    changed = Limits().override({"call_seconds": 1.5, "processes": 8})
    assert asdict(changed) == asdict(Limits()) | {"call_seconds": 1.5, "processes": 8}


def test_no_change_is_no_change() -> None:
    assert Limits().override({}) == Limits()


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_every_limit_has_a_positive_default_and_can_be_overridden(name: str) -> None:
    assert getattr(Limits(), name) > 0
    assert getattr(Limits().override({name: 7}), name) == 7


@pytest.mark.parametrize("name", ["", "call_second", "CALL_SECONDS", "override", "__class__"])
def test_an_unknown_name_is_refused_and_the_known_ones_are_named(name: str) -> None:
    with pytest.raises(GraderError) as caught:
        Limits().override({name: 1})
    assert repr(name) in str(caught.value)
    assert "call_seconds" in str(caught.value)


@pytest.mark.parametrize("value", [-1, -0.0, True, False, None, "5", [5], -float("inf"), 1j])
def test_a_value_that_is_no_positive_number_is_refused(value: object) -> None:
    with pytest.raises(GraderError) as caught:
        Limits().override({"call_seconds": value})  # type: ignore[dict-item]
    assert "call_seconds" in str(caught.value)
    assert repr(value) in str(caught.value)


def test_limits_can_not_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Limits().call_seconds = 9  # type: ignore[misc]


@pytest.mark.parametrize(
    "change", [{"memory_bytes": 1.5}, {"restarts": 2.5}, {"cell_seconds": float("nan")}]
)
def test_counts_are_whole_and_nothing_is_nan(change: dict[str, float]) -> None:
    with pytest.raises(GraderError):
        Limits().override(change)


def test_a_kernel_that_dies_need_not_be_started_again() -> None:
    assert Limits().override({"restarts": 0}).restarts == 0


def test_the_resource_limits_follow_from_the_limits_of_a_submission() -> None:
    limits = Limits(memory_bytes=1000, processes=3, file_bytes=5)
    inside, outside = limits.rlimits(), limits.rlimits(sandboxed=False)
    assert (inside["RLIMIT_AS"], inside["RLIMIT_DATA"], inside["RLIMIT_FSIZE"]) == (2000, 1000, 5)
    assert inside["RLIMIT_NPROC"] == 24
    assert set(inside) - set(outside) == {"RLIMIT_NPROC", "RLIMIT_SIGPENDING"}, (
        "outside a sandbox they would count the user's other processes"
    )
