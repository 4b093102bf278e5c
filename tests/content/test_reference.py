"""The reference is what the notebook's solution cells say, and keeps its own laws."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions import next_token as reference

from .notebook import PARAMETERS, VARIABLES, cells, solved

LOGITS = st.lists(
    st.floats(-1e6, 1e6) | st.integers(-20, 20) | st.just(-np.inf), min_size=1, max_size=20
).filter(lambda z: max(z) > -np.inf)
FIFTY = settings(max_examples=50, deadline=None, derandomize=True, database=None)


class Bare(ast.NodeTransformer):
    """Drop what may differ between the two: docstrings, annotations, texts of errors."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        node.returns = None
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None
        return ast.Assign(targets=[node.target], value=node.value)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if isinstance(node.exc, ast.Call):
            node.exc = node.exc.func
        return node


def body(source: str, name: str) -> str:
    """The function `name` of a module or cell, bare, as text that can be compared."""
    functions = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    assert len(functions) == 1, f"{name} is defined {len(functions)} times"
    return ast.dump(Bare().visit(functions[0]), indent=1)


@pytest.mark.parametrize("name", PARAMETERS)
def test_reference_and_solution_cell_have_the_same_body(name: str) -> None:
    module = Path(inspect.getfile(reference)).read_text(encoding="utf-8")
    assert body(module, name) == body(cells()[name].source, name)


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_are_the_contracts(name: str) -> None:
    signature = inspect.signature(getattr(reference, name))
    assert tuple(signature.parameters) == PARAMETERS[name]
    assert inspect.getdoc(getattr(reference, name))


def test_sample_many_has_the_contracts_defaults() -> None:
    parameters = inspect.signature(reference.sample_many).parameters
    assert (parameters["n"].default, parameters["rng"].default) == (2000, None)


@pytest.mark.parametrize("name", VARIABLES)
def test_reference_and_solution_cell_give_a_variable_the_same_value(name: str) -> None:
    np.testing.assert_equal(getattr(reference, name), solved()[name])


def test_vocabulary_and_logits_are_those_of_the_notebook() -> None:
    notebook = solved()
    assert reference.vocab == notebook["vocab"]
    np.testing.assert_array_equal(reference.logits, notebook["logits"])


@FIFTY
@given(z=LOGITS)
def test_softmax_is_a_distribution_with_the_right_ratios(z: list[float]) -> None:
    p = reference.softmax(z)
    assert p.shape == (len(z),) and p.dtype == np.float64
    assert abs(p.sum() - 1) < 1e-12 and p.min() >= 0
    best = int(np.argmax(z))
    np.testing.assert_allclose(p, p[best] * np.exp(np.array(z) - max(z)), rtol=1e-12)


@FIFTY
@given(z=LOGITS, T=st.floats(0.01, 100))
def test_temperature_survives_its_whole_range(z: list[float], T: float) -> None:
    p = reference.softmax_with_temperature(np.array(z, dtype=float), T)
    assert abs(p.sum() - 1) < 1e-12
    assert 0 <= reference.entropy(p) <= np.log(len(z)) + 1e-9


@pytest.mark.parametrize("T", [0, 0.0, -0.01, -5])
def test_a_temperature_that_is_not_positive_is_refused(T: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        reference.softmax_with_temperature(reference.logits, T)


def test_entropy_of_a_certain_token_is_plus_zero() -> None:
    assert str(reference.entropy(np.array([0.0, 1.0]))) == "0.0"


@FIFTY
@given(weights=st.lists(st.integers(0, 3), min_size=1, max_size=12), data=st.data())
def test_top_k_keeps_exactly_the_first_k_places(weights: list[int], data: st.DataObject) -> None:
    weights[0] += 1
    p = np.array(weights) / sum(weights)
    k = data.draw(st.integers(1, len(p)))
    ranking = sorted(range(len(p)), key=lambda i: (-p[i], i))[:k]
    kept = reference.top_k(p, k)
    assert set(np.flatnonzero(kept)) == {i for i in ranking if p[i] > 0}
    np.testing.assert_allclose(kept * p[ranking].sum(), np.where(kept > 0, p, 0), atol=1e-15)


@pytest.mark.parametrize("k", [-1, 0, 4])
def test_a_k_outside_the_vocabulary_is_refused(k: int) -> None:
    p = np.full(3, 1 / 3)
    with pytest.raises(ValueError, match="1 to 3"):
        reference.top_k(p, k)
    with pytest.raises(ValueError, match="1 to 3"):
        reference.top_k_choice(["a", "b", "c"], p, k, np.random.default_rng(0))


def test_an_unknown_token_is_refused() -> None:
    with pytest.raises(ValueError, match="'d'"):
        reference.prob_not(["a", "b", "c"], np.full(3, 1 / 3), "d")


@FIFTY
@given(seed=st.integers(0, 2**32), weights=st.lists(st.integers(0, 2), min_size=1, max_size=8))
def test_samplers_repeat_and_never_draw_the_impossible(seed: int, weights: list[int]) -> None:
    weights[0] += 1
    p = np.array(weights) / sum(weights)
    tokens = [f"t{i}" for i in range(len(p))]
    counts, rel = reference.sample_many(tokens, p, 50, np.random.default_rng(seed))
    again, _ = reference.sample_many(tokens, p, 50, np.random.default_rng(seed))
    np.testing.assert_array_equal(counts, again)
    assert counts.sum() == 50 and not counts[p == 0].any()
    assert reference.deviation(p, rel) == max(abs(p - rel))
    token, idx = reference.sample_choice(tokens, p, np.random.default_rng(seed))
    assert token == tokens[idx] and p[idx] > 0


def test_the_variables_keep_their_contract() -> None:
    assert set(reference.temperature_table) == {0.2, 1.0, 3.0}
    first, second, third = np.sort(reference.softmax(reference.my_logits))[:-4:-1]
    assert first - second <= 0.01 and second - third >= 0.05
    assert 0 < reference.my_deviation < 0.03
