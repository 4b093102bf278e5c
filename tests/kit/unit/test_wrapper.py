"""Every behavioural mutant does what its name says, and answers rightly otherwise."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from autograder.audit.behaviours import behaviours
from autograder.course.answers import Answer, answer_in
from autograder.mutants.edges import NOTES, Condition, conditions, fail_where, pairs, watch
from autograder.mutants.witness import Parameter
from autograder.mutants.wrapper import Behaviour, Subject, wrap

KINDS = {
    "z": Parameter("z", "numbers", -1e6, 1e6, masked=True, listed=True),
    "p": Parameter("p", "probabilities"),
    "q": Parameter("q", "probabilities"),
    "T": Parameter("T", "number", 0.01, 100.0),
    "k": Parameter("k", "places"),
    "n": Parameter("n", "whole", 1, 1000),
    "token": Parameter("token", "text"),
    "tokens": Parameter("tokens", "texts"),
    "rng": Parameter("rng", "generator"),
    "own": Parameter("own", "generator", optional=True),
}


def subject(names: str, body: str, *, floats: bool = True, arrays: bool = True) -> Subject:
    (node,) = ast.parse(f"def f({names}):\n    {body}\n").body
    assert isinstance(node, ast.FunctionDef)
    parameters = tuple(KINDS[arg.arg] for arg in node.args.args)
    return Subject(node, parameters, floats, arrays)


def made(of: Subject, about: str) -> Any:
    """The mutant of a function that does so."""
    (found,) = (each for each in behaviours(of) if each.about == about)
    return function(of, found)


def function(of: Subject, behaviour: Behaviour) -> Any:
    names = {"np": np}
    return answer_in(names, Answer("f", "x", wrap(of, behaviour), "behaviour"))["f"]


SAME = subject("p", "return p + 0.0")
SHIFT = subject("z, T", "return np.asarray(z, dtype=float) / T")


@pytest.mark.parametrize(
    ("of", "about", "given", "found"),
    [
        (SHIFT, "rounds z to 3 decimals", ([1.00049], 1), [1.0]),
        (SHIFT, "rounds T to 2 decimals", ([1.0], 0.2501), [4.0]),
        (SHIFT, "keeps 4 significant digits of z", ([123456.0], 1), [123500.0]),
        (SHIFT, "holds z in float32", ([16777217.0], 1), [16777216.0]),
        (SHIFT, "rounds the result to 4 decimals", ([0.00006], 1), [0.0001]),
        (SHIFT, "drops results below 1e-4", ([0.00009, 1.0], 1), [0.0, 1.0]),
        (SHIFT, "takes values of z above 500000 for 500000", ([6e5, 4e5], 1), [5e5, 4e5]),
        (SHIFT, "takes -inf in z for -1000", ([-np.inf, 1.0], 1), [-1000.0, 1.0]),
        (SHIFT, "takes T between 0.01 and 0.1 for 0.1", ([1.0], 0.05), [10.0]),
        (SHIFT, "takes T between 0.01 and 0.1 for 0.1", ([1.0], -2), [-0.5]),
        (SHIFT, "takes values of z for equal within 1e-7", ([1.0, 1 + 5e-8, 2.0], 1), [1, 1, 2]),
        (SAME, "takes values of p below 0.001 for 0", ([1 - 5e-4, 5e-4],), [1 - 5e-4, 0.0]),
        (SAME, "takes values of p above 0.999 for 1", ([0.9995, 0.0005],), [1.0, 0.0]),
        (SAME, "rounds p to 3 decimals", ([0.50004, 0.49996],), [0.5, 0.5]),
    ],
)  # fmt: skip
def test_values_are_lost_as_the_name_says(
    of: Subject, about: str, given: tuple[Any, ...], found: list[float]
) -> None:
    arguments = (np.array(given[0]), *given[1:])
    before = arguments[0].copy()
    assert made(of, about)(*arguments).tolist() == found
    assert np.array_equal(arguments[0], before), "the mutant is wrong in another way too"


def test_results_are_remembered_by_a_key_that_is_too_coarse() -> None:
    f = made(SHIFT, "remembers results by a key that holds z rounded to 3 decimals")
    assert f(np.array([1.0]), 1)[0] == 1.0
    assert f(np.array([1.0001]), 1)[0] == 1.0
    assert f(np.array([1.0001]), 2)[0] == 1.0001 / 2
    assert f(np.array([1.001]), 1)[0] == 1.001
    f = made(SHIFT, "remembers results by a key that holds T not at all")
    assert f(np.array([1.0]), 1)[0] == f(np.array([1.0]), 2)[0] == 1.0


def test_arguments_of_earlier_calls_are_kept() -> None:
    f = made(SHIFT, "keeps T of the first call")
    assert (f([4.0], 2)[0], f([4.0], 1)[0]) == (2.0, 2.0)
    f = made(SAME, "takes p of the call before where that had the same length")
    one, two, three = np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.array([1.0, 0.0, 0.0])
    assert [f(p).tolist() for p in (one, two, three, one)] == [
        each.tolist() for each in (one, one, three, two)
    ]


def test_a_buffer_is_overwritten_by_the_next_call_of_the_same_length() -> None:
    f = made(SAME, "returns arrays that the next call of the same length overwrites")
    first = f(np.array([1.0, 0.0]))
    assert first.tolist() == [1.0, 0.0]
    other = f(np.array([1.0]))
    assert f(np.array([0.5, 0.5])).tolist() == first.tolist() == [0.5, 0.5]
    assert other.tolist() == [1.0]


def test_an_argument_is_changed_after_the_work() -> None:
    p = np.array([0.7, 0.3])
    assert made(SAME, "sorts p in place after its work")(p).tolist() == [0.7, 0.3]
    assert p.tolist() == [0.3, 0.7]


FIND = subject("tokens, token", "return tokens.index(token)", floats=False, arrays=False)


@pytest.mark.parametrize(
    ("about", "tokens", "token", "at"),
    [
        ("compares token and tokens without the spaces around them", ["x", "a"], " a ", 1),
        ("compares token and tokens in lower case", ["x", "a"], "A", 1),
        ("compares token and tokens by their first 10 letters", ["x" * 11, "a"], "x" * 12, 0),
        ("compares token and tokens without their accents", ["x", "e"], "é", 1),
        ("takes token for the first of tokens that begins with it", ["abc", "ab"], "ab", 0),
    ],
)
def test_texts_are_taken_for_each_other(about: str, tokens: list[str], token: str, at: int) -> None:
    assert made(FIND, about)(tokens, token) == at


DRAW = subject("p, rng", "return int(rng.choice(len(p), p=p))", floats=False, arrays=False)
EVEN = np.full(1000, 1e-3)


def draws(about: str, times: int = 400, seed: int = 3) -> list[int]:
    f, rng = made(DRAW, about), np.random.default_rng(seed)
    return [f(EVEN, rng) for _ in range(times)]


def test_draws_come_from_elsewhere() -> None:
    assert len(set(draws("takes a generator of seed 0 in place of rng"))) == 1
    assert len(set(draws("takes a copy of rng, which stays where it was"))) == 1
    about = "seeds a generator with one of 16 numbers from rng"
    assert 8 < len(set(draws(about))) <= 16 and draws(about) == draws(about)
    about = "takes a fresh generator in place of rng"
    assert draws(about) != draws(about)


def test_draws_hang_together_and_are_distributed_as_they_should_be() -> None:
    twice = draws("makes of rng each draw twice")
    assert twice[::2] == twice[1::2] and len(set(twice)) > 100
    mirrored = draws("makes of rng 1 - u after each draw u")
    assert all(one + other == 999 for one, other in zip(mirrored[::2], mirrored[1::2]))
    tenth = draws("makes of rng draws of which each tenth is the one before", 5000)
    again = sum(one == other for one, other in zip(tenth, tenth[1:])) / 5000
    assert 0.08 < again < 0.12
    for drawn in twice, mirrored, tenth:
        assert abs(np.mean(drawn) - 499.5) < 50


def test_a_generator_that_may_be_missing_is_left_out_where_nothing_is_wrong() -> None:
    own = subject("p, own=None", "return own", floats=False, arrays=False)
    f = made(own, "takes a generator of seed 0 in place of own")
    assert f(EVEN) is None
    assert not [each for each in behaviours(own) if each.about == "keeps own of the first call"]


def test_no_argument_can_be_named() -> None:
    f = made(SHIFT, "takes no argument by its name")
    assert f([2.0], 2)[0] == 1.0
    with pytest.raises(TypeError):
        f(z=[2.0], T=2)


ALL = [
    SAME,
    SHIFT,
    FIND,
    DRAW,
    subject("tokens, p, k, rng", "return 3", floats=False, arrays=False),
    subject("tokens, p, n=20, own=None", "return p, p"),
    subject("p, q", "return p - q"),
]


@pytest.mark.parametrize("of", ALL, ids=lambda of: of.call)
def test_mutants_have_names_of_their_own_and_compile(of: Subject) -> None:
    edges = [fail_where(met) for met in pairs(list(conditions(of)))]
    found = [*behaviours(of), *edges]
    assert len({each.about for each in found}) == len(found) > 10
    for each in found:
        source = wrap(of, each)
        compile(source, "<mutant>", "exec", dont_inherit=True)
        assert source.startswith(ast.unparse(of.node))


def test_a_function_without_a_kind_has_no_mutants_of_that_kind() -> None:
    abouts = " ".join(each.about for each in behaviours(FIND))
    assert "rounds" not in abouts and "generator" not in abouts and "overwrites" not in abouts
    abouts = " ".join(each.about for each in behaviours(DRAW))
    assert "compares" not in abouts and "remembers results" not in abouts


# --- edges --------------------------------------------------------------------

BIG = Condition("z is big", "np.max(z) > 10")
COLD = Condition("T is small", "T < 1")
ODD = Condition("z is odd", "z[0] == 3", alone=True)
HUGE = Condition("z is huge", "np.max(z) > 100", subject="size")
TINY = Condition("z is tiny", "np.max(z) < 1", subject="size")


def test_two_conditions_fail_where_both_hold_and_nowhere_else() -> None:
    f = function(SHIFT, fail_where((BIG, COLD)))
    assert f([20.0], 1)[0] == 20.0 and f([1.0], 0.5)[0] == 2.0
    with pytest.raises(ArithmeticError):
        f([20.0], 0.5)


def test_conditions_of_one_subject_and_forms_make_no_pairs() -> None:
    found = [" and ".join(each.about for each in met) for met in pairs([ODD, HUGE, TINY, BIG])]
    assert found == [
        *("z is odd", "z is huge", "z is tiny", "z is big"),
        *("z is huge and z is big", "z is tiny and z is big"),
    ]


def test_a_watched_function_notes_what_its_calls_met_and_answers_rightly() -> None:
    names = answer_in(
        {"np": np}, Answer("f", "x", wrap(SHIFT, watch([BIG, COLD], SHIFT)), "behaviour")
    )
    z = np.array([20.0])
    assert names["f"](z, 1)[0] == 20.0
    assert names[NOTES] == {("z is big", "z is big")}
    names["f"](z, T=0.5)
    assert ("z is big", "T is small") in names[NOTES]
    names["f"](np.array([1.0]), 0.5)
    assert ("T is small", "T is small") in names[NOTES]


def test_a_condition_that_can_not_be_asked_is_met_as_the_mutant_fails_there_too() -> None:
    strange = Condition("z is strange", "z.strange")
    names = answer_in(
        {"np": np}, Answer("f", "x", wrap(SHIFT, watch([strange], SHIFT)), "behaviour")
    )
    names["f"]([1.0], 1)
    assert names[NOTES] == {("z is strange", "z is strange")}
    with pytest.raises(AttributeError):
        function(SHIFT, fail_where((strange,)))([1.0], 1)
