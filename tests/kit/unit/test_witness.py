"""Witnesses are calls that the contract allows, and no two of them share what can be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from autograder.audit.equivalents import read_arguments
from autograder.course.answers import load_reference
from autograder.mutants.witness import (
    FORMS,
    SIZES,
    Parameter,
    Witness,
    hints_of,
    holds_arrays,
    holds_floats,
    parameters_of,
    witnesses,
)

COURSE = Path(__file__).resolve().parents[3]
Vector = NDArray[np.float64]
KNOWN = read_arguments(COURSE, "next_token")
FUNCTIONS = [
    function
    for name, function in load_reference(COURSE, "next_token").items()
    if (COURSE / "tests" / "hidden" / "next_token" / f"test_{name}.py").is_file()
    and callable(function)
]


def many(
    z: ArrayLike, p: Vector, T: float, k: int, token: str, tokens: list[str],
    rng: np.random.Generator, other: np.random.Generator | None = None,
) -> tuple[NDArray[np.int64], Vector]: ...  # fmt: skip


def test_a_kind_is_read_from_an_annotation() -> None:
    kinds = {each.name: each.kind for each in parameters_of(many, {})}
    assert kinds == {
        "z": "numbers",
        "p": "numbers",
        "T": "number",
        "k": "whole",
        "token": "text",
        "tokens": "texts",
        "rng": "generator",
        "other": "generator",
    }
    parameters = {each.name: each for each in parameters_of(many, {})}
    assert [name for name, each in parameters.items() if each.optional] == ["other"]
    assert [name for name, each in parameters.items() if each.listed] == ["z"]


def test_a_course_may_say_more_of_an_argument() -> None:
    described = {"p": {"kind": "probabilities"}, "T": {"least": 0.5, "most": 2.0}}
    found = {each.name: each for each in parameters_of(many, described)}
    assert found["p"].kind == "probabilities"
    assert (found["T"].least, found["T"].most) == (0.5, 2.0)


@pytest.mark.parametrize(
    "source", ["def f(x): ...", "def f(x: dict): ...", "def f(x: 'gone'): ..."]
)
def test_a_function_of_an_unknown_parameter_has_no_calls(source: str) -> None:
    names: dict[str, Any] = {}
    exec(source, names)
    assert parameters_of(names["f"], {}) == ()
    assert witnesses(()) == ()


def test_what_a_result_holds_is_read_from_its_annotation() -> None:
    result = hints_of(many)["return"]
    assert holds_floats(result) and holds_arrays(result)
    assert not holds_floats(tuple[NDArray[np.int64], int])
    assert not holds_arrays(tuple[str, float]) and holds_floats(tuple[str, float])


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_every_call_keeps_the_contract_of_the_courses_functions(function: Any) -> None:
    parameters = parameters_of(function, KNOWN)
    calls = witnesses(parameters)
    assert calls and {call.form for call in calls} == set(FORMS)
    for call in calls:
        sizes = {len(value) for value in call.arguments.values() if isinstance(value, np.ndarray)}
        assert len(sizes) <= 1 and sizes <= set(SIZES)
        for parameter in parameters:
            check(parameter, call.arguments[parameter.name], call)


def check(parameter: Parameter, value: Any, call: Witness) -> None:
    """Whether a value is what the contract of `next_token` allows."""
    match parameter.kind:
        case "probabilities":
            assert value.dtype == np.float64 and value.min() >= 0 and abs(value.sum() - 1) < 1e-9
        case "numbers":
            values = np.asarray(value, dtype=np.float64)
            finite = values[np.isfinite(values)]
            assert finite.size and np.abs(finite).max() <= 1e6
            assert np.isneginf(values[~np.isfinite(values)]).all()
        case "number":
            assert 0.01 <= value <= 100
        case "whole":
            assert isinstance(value, int) and 1 <= value <= 10_000
        case "places":
            assert isinstance(value, int) and 1 <= value <= len(call.arguments["p"])
        case "texts":
            assert len(set(value)) == len(value) == len(call.arguments["p"])


@pytest.mark.parametrize("form", FORMS)
def test_a_call_can_be_made_twice_and_has_the_form_that_it_says(form: Any) -> None:
    given = Witness({"p": np.array([1.0, 2.0]), "tokens": ["a", "b"]}, form)
    first, second = given.fresh(), given.fresh()
    first["tokens"].append("c")
    assert second["tokens"] == ["a", "b"] and first["p"] is not second["p"]
    assert first["p"].tolist() == [1.0, 2.0]
    assert first["p"].flags.writeable == (form != "read-only")
    assert first["p"].flags.c_contiguous == (form != "strided")


def test_a_generator_begins_anew_in_each_call_and_is_another_one_where_that_is_wanted() -> None:
    (parameter,) = parameters_of(drawn, {})
    plain, *_ = witnesses([parameter])
    assert plain.fresh()["rng"].random() == plain.fresh()["rng"].random()
    other = Witness(plain.arguments, "another generator").fresh()["rng"]
    assert type(other.bit_generator) is not np.random.PCG64


def drawn(rng: np.random.Generator) -> None: ...
