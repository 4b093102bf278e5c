"""A typical mistake is named where it explains all that was asked, and never on less."""

from __future__ import annotations

import contextlib
import functools
import json
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.answers import (
    Answer,
    answer_in,
    load_reference,
    read_misconceptions,
    read_variants,
)
from autograder.grading import diagnosis, questions
from autograder.grading.questions import Exchanges, agree, alike, question
from autograder.guest import wire
from autograder.guest.errors import WireError
from autograder.model.errors import StudentError
from autograder.model.grade import Diagnosis, Law
from autograder.model.limits import Limits
from autograder.student.inprocess import InProcessTransport
from autograder.student.log import Exchange
from autograder.student.proxy import Student, log_of, variable
from autograder.testing import generator
from tests.kit.strategies import values

COURSE = Path(__file__).resolve().parents[3]
NEXT_TOKEN = load_reference(COURSE, "next_token")
BANK = read_misconceptions(COURSE, "next_token")
VARIANTS = read_variants(COURSE, "next_token")

TOKENS, P = ["Paris", "Rom", "Berlin", "."], np.array([0.1, 0.2, 0.3, 0.4])

Namespace = dict[str, Any]
Asking = Callable[[Student], object]


def defining(source: str) -> Namespace:
    namespace: Namespace = {"np": np}
    exec(source, namespace)
    return namespace


def wrong(slug: str, source: str, task: str = "f") -> Answer:
    return Answer(task, slug, source, "misconception", slug, {"de": slug, "en": slug})


def law(number: int) -> Law:
    return Law(f"test_{number}", "f", 1.0, "Ein Satz.")


def exchanges(namespace: Namespace, *laws: Asking) -> Exchanges:
    """What each law asks a student with these functions, and what comes back."""
    kept: dict[Law, Sequence[Exchange]] = {}
    for number, asking in enumerate(laws):
        student = Student(InProcessTransport(dict(namespace)), Limits())
        with contextlib.suppress(StudentError), np.errstate(all="ignore"):
            asking(student)
        kept[law(number)] = log_of(student).exchanges
    return kept


def diagnose(
    asked: Exchanges, bank: Sequence[Answer], reference: Namespace
) -> tuple[Diagnosis, ...]:
    """What is named where all of these laws were broken."""
    return diagnosis.diagnose(asked, [law.name for law in asked], bank, reference)


def name_of(
    student: Namespace, bank: Sequence[Answer], reference: Namespace, *laws: Asking
) -> str | None:
    named = diagnose(exchanges(student, *laws), bank, reference)
    assert len(named) < 2
    return named[0].name if named else None


def names_of(
    student: Namespace, bank: Sequence[Answer], reference: Namespace, *laws: Asking
) -> dict[str, tuple[str, ...]]:
    """What is named, with the laws that it explains."""
    named = diagnose(exchanges(student, *laws), bank, reference)
    return {each.name: each.laws for each in named}


# --- answers without chance ---------------------------------------------------

MEAN = defining("def f(x):\n    return float(np.mean(x))\n")
SUMS = wrong("sums", "def f(x):\n    return float(np.sum(x))\n")
FIRST = wrong("first", "def f(x):\n    return float(x[0])\n")
CHANGES = wrong("changes", "def f(x):\n    x -= 1\n    return float(np.mean(x)) + 1\n")
RAISES = wrong("raises", "def f(x):\n    raise IndexError('none')\n")
COUNTS = wrong(
    "counts", "calls = []\ndef f(x):\n    calls.append(1)\n    return 100 + len(calls)\n"
)
SIMPLE = (SUMS, FIRST, CHANGES, RAISES, COUNTS)


def two(student: Student) -> None:
    student.f(np.array([1.0, 3.0]))
    student.f(np.array([2.0, 5.0, 8.0]))


@pytest.mark.parametrize("answer", SIMPLE, ids=lambda answer: answer.name)
def test_a_misconception_is_named_with_its_hints(answer: Answer) -> None:
    (named,) = diagnose(exchanges(answer_in(MEAN, answer), two), SIMPLE, MEAN)
    assert (named.name, named.hints, named.laws) == (answer.name, answer.hints, ("test_0",))


def test_the_same_mistake_in_other_words_is_named() -> None:
    adds = defining("def f(x):\n    total = 0.0\n    for v in x: total += v\n    return total\n")
    assert name_of(adds, SIMPLE, MEAN, two) == "f__sums"


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return float(np.mean(x))\n",
        "def f(x):\n    return sum(x) / len(x)\n",
        "def f(x):\n    return float(x[0]) + 1000\n",
        "def f(x):\n    return [float(np.sum(x))]\n",
        "def f(x):\n    return str(np.sum(x))\n",
        "def f(x):\n    return float(np.sum(x)) if len(x) == 2 else 7.0\n",
        "def f(x):\n    raise KeyError('none')\n",
        "def f(x):\n    x -= 1\n    return float(np.sum(x + 1))\n",
        "f = 3\n",
        "g = 3\n",
    ],
)
def test_right_answers_and_mistakes_of_another_kind_have_no_name(source: str) -> None:
    assert name_of(defining(source), SIMPLE, MEAN, two) is None


def test_what_is_no_matter_of_chance_has_to_be_the_very_answer() -> None:
    def ask(student: Student) -> None:
        for token in (*TOKENS, "Bonn"):
            student.prob_not(TOKENS, P, token)

    bank = [each for each in BANK if each.task == "prob_not"]
    constant = defining("def prob_not(tokens, p, token):\n    return 0.123\n")
    assert name_of(constant, bank, NEXT_TOKEN, ask) is None
    lists = defining("def softmax(z):\n    return [7.0 for _ in z]\n")
    softmax = [each for each in BANK if each.task == "softmax"]
    assert name_of(lists, softmax, NEXT_TOKEN, scale) is None


def test_where_the_reference_answers_alike_nothing_is_named() -> None:
    def single(student: Student) -> None:
        student.f(np.array([4.0]))  # sum, mean and first element are the same

    assert name_of(answer_in(MEAN, SUMS), SIMPLE, MEAN, single) is None
    assert name_of(answer_in(MEAN, SUMS), SIMPLE, MEAN, single, two) == "f__sums"


def test_every_law_has_to_be_explained() -> None:
    def three(student: Student) -> None:
        student.f(np.array([1.0, 2.0, 3.0]))

    odd = defining("def f(x):\n    return float(np.sum(x)) + (len(x) == 3 and x[0] == 1)\n")
    assert name_of(odd, SIMPLE, MEAN, two) == "f__sums"
    assert name_of(odd, SIMPLE, MEAN, two, three) is None


def test_each_law_meets_a_function_that_was_never_called() -> None:
    found = exchanges(answer_in(MEAN, COUNTS), two)
    assert diagnose(found | {law(7): found[law(0)]}, SIMPLE, MEAN)
    went_on = {law(0): [*found[law(0)], *found[law(0)]]}
    assert not diagnose(went_on, SIMPLE, MEAN)


def test_without_a_question_or_a_bank_nothing_is_named() -> None:
    assert not diagnose({}, SIMPLE, MEAN)
    assert not diagnose({law(0): []}, SIMPLE, MEAN)
    assert name_of(answer_in(MEAN, SUMS), (), MEAN, two) is None


def test_a_variable_is_compared_by_its_value() -> None:
    bank = [wrong("in_percent", "v = 25.0\n", "v"), wrong("text", "v = '0.25'\n", "v")]

    def ask(student: Student) -> None:
        variable(student, "v")

    reference: Namespace = {"v": 0.25}
    assert name_of({"v": 25}, bank, reference, ask) == "v__in_percent"
    assert name_of({"v": "0.25"}, bank, reference, ask) == "v__text"
    assert name_of({"v": 0.25}, bank, reference, ask) is None
    assert name_of({"v": 0.5}, bank, reference, ask) is None
    assert name_of({}, bank, reference, ask) is None


def test_a_misconception_that_defines_nothing_is_that_of_who_defines_nothing() -> None:
    assert name_of({}, [wrong("forgets", "pass\n")], MEAN, two) == "f__forgets"


# --- answers of chance --------------------------------------------------------


def sampling(body: str) -> str:
    return f"def f(tokens, p, rng):\n    {body}\n    return tokens[i], i\n"


DRAW = defining(sampling("i = int(rng.choice(len(tokens), p=p))"))
EVEN = wrong("even", sampling("i = int(rng.integers(len(tokens)))"))
RESEEDS = wrong("reseeds", sampling("i = int(np.random.default_rng(1).choice(len(tokens), p=p))"))
LIKELIEST = wrong("likeliest", sampling("i = int(np.argmax(p))"))
SWAPPED = wrong(
    "swapped", "def f(t, p, rng):\n    i = int(rng.choice(4, p=p))\n    return i, t[i]\n"
)
DRAWS = (EVEN, RESEEDS, LIKELIEST, SWAPPED)


def draws(student: Student) -> None:
    student.f.repeat(600, TOKENS, P, generator(3))


def draws_again(student: Student) -> None:
    for seed in (3, 4, 3):
        student.f.repeat(60, TOKENS, P, generator(seed))


@pytest.mark.parametrize("answer", DRAWS, ids=lambda answer: answer.name)
def test_a_sampler_that_draws_as_the_misconception_does_is_named(answer: Answer) -> None:
    assert name_of(answer_in(DRAW, answer), DRAWS, DRAW, draws, draws_again) == answer.name


@pytest.mark.parametrize(
    ("source", "named"),
    [
        (sampling("i = int(rng.random() * len(tokens))"), "f__even"),
        (sampling("i = 3 - int(rng.integers(len(tokens)))"), "f__even"),
        (
            "def f(t, p, rng):\n    i = int(np.argmax(rng.multinomial(1, p)))\n"
            "    return i, t[i]\n",
            "f__swapped",
        ),
    ],
)
def test_a_sampler_that_draws_otherwise_but_as_often_is_named(source: str, named: str) -> None:
    assert name_of(defining(source), DRAWS, DRAW, draws, draws_again) == named
    only_equal = [q for kept in exchanges(defining(source), draws).values() for q in kept]
    answer = next(each for each in DRAWS if each.name == named)
    (other,) = questions.others([question(q) for q in only_equal], answer_in(DRAW, answer))
    assert not questions.equal(question(only_equal[0]), other)
    assert alike(question(only_equal[0]), other)


@pytest.mark.parametrize(
    "source",
    [
        sampling("i = int(rng.choice(len(tokens), p=p))"),
        sampling("i = int(np.searchsorted(p.cumsum(), rng.random()))"),
        sampling("i = int(np.argmax(rng.multinomial(1, p)))"),
        sampling("i = int(rng.choice(len(tokens), p=p[::-1]))"),
        sampling("i = int(rng.choice(2))"),
        # as often as the misconception, but from elsewhere: it never repeats itself
        "kept = np.random.default_rng(5)\n" + sampling("i = int(kept.integers(len(tokens)))"),
    ],
)
def test_right_samplers_and_those_of_another_distribution_have_no_name(source: str) -> None:
    assert name_of(defining(source), DRAWS, DRAW, draws, draws_again) is None


def test_counts_that_were_drawn_together_are_compared_as_counts() -> None:
    def counting(p: str, how: str = "rng.choice(4, size=n, p={})") -> str:
        drawn = how.format(p)
        return (
            f"def f(p, n, rng):\n    c = np.bincount({drawn}, minlength=4)\n    return c, c / n\n"
        )

    def ask(student: Student) -> None:
        student.f.repeat(20, P, 100, generator(2))

    reference = defining(counting("p"))
    bank = [wrong("reversed", counting("p[::-1]")), wrong("even", counting("None"))]
    other = counting("p[::-1]", "np.searchsorted({}.cumsum(), 1 - rng.random(n))")
    assert name_of(defining(other), bank, reference, ask) == "f__reversed"
    other = counting("p", "np.searchsorted({}.cumsum(), 1 - rng.random(n))")
    assert name_of(defining(other), bank, reference, ask) is None


@pytest.mark.parametrize("form", ["c", "(c / n, c)", "[n, (c / n, c)]"])
def test_counts_are_found_wherever_they_stand_in_the_value(form: str) -> None:
    def counting(drawn: str) -> str:
        return f"def f(p, n, rng):\n    c = np.bincount({drawn}, minlength=4)\n    return {form}\n"

    def ask(student: Student) -> None:
        student.f.repeat(20, P, 100, generator(2))

    bank = [wrong("reversed", counting("rng.choice(4, size=n, p=p[::-1])"))]
    other = defining(counting("np.searchsorted(p[::-1].cumsum(), 1 - rng.random(n))"))
    assert name_of(other, bank, defining(counting("rng.choice(4, size=n, p=p)")), ask)


def test_counts_that_scatter_too_much_are_told_from_right_ones() -> None:
    def counting(drawn: str) -> str:
        return (
            f"def f(p, n, rng):\n    c = np.bincount({drawn}, minlength=4)\n    return c, c / n\n"
        )

    def ask(student: Student) -> None:
        student.f.repeat(300, P, 2, generator(2))

    reference = defining(counting("rng.choice(4, size=n, p=p)"))
    bank = [wrong("twice", counting("np.repeat(rng.choice(4, size=n // 2, p=p), 2)"))]
    drawn = "np.searchsorted(p.cumsum(), 1 - rng.random({}))"
    other = counting(f"np.repeat({drawn.format('n // 2')}, 2)")
    assert name_of(defining(other), bank, reference, ask) == "f__twice"
    assert name_of(defining(counting(drawn.format("n"))), bank, reference, ask) is None


def test_who_draws_from_the_global_generator_is_told_by_calls_in_its_one_state() -> None:
    def drawing(rng: str) -> str:
        return f"def f(p, rng=None):\n    return int(({rng}).choice(4, p=p))\n"

    def ask(student: Student) -> None:
        student.f(P, generator(1))
        student.f.repeat(12, P)
        student.f.each(*[(P,)] * 12)

    reference = defining(drawing("rng or np.random.default_rng()"))
    bank = [wrong("global", drawing("rng or np.random"))]
    other = "def f(p, rng=None):\n    return int(3 - (rng or np.random).choice(4, p=p[::-1]))\n"
    assert name_of(defining(other), bank, reference, ask) == "f__global"
    assert name_of(reference, bank, reference, ask) is None


def test_one_draw_is_no_distribution_but_has_a_form() -> None:
    def once(student: Student) -> None:
        student.f(TOKENS, P, generator(3))

    other = defining(sampling("i = (int(rng.integers(len(tokens))) + 1) % 4"))
    assert name_of(other, [EVEN], DRAW, once, draws) == "f__even"
    assert name_of(other, [EVEN], DRAW, once) is None  # a right answer has that form too
    assert name_of(answer_in(DRAW, SWAPPED), [EVEN], DRAW, once, draws) is None


# --- the course's own answers -------------------------------------------------


def sample(student: Student) -> None:
    student.sample_choice.repeat(600, TOKENS, P, generator(3))
    student.sample_choice.repeat(60, TOKENS, P[::-1].copy(), generator(8))


def scale(student: Student) -> None:
    for z in ([1.0, 2.0, 4.0], [-700.0, 0.0, 710.0], [3, 3], [0.0, -np.inf]):
        student.softmax(np.array(z))
        student.softmax(z)


@pytest.mark.parametrize(
    "answer", [a for a in VARIANTS if a.task in ("softmax", "sample_choice")], ids=lambda a: a.name
)
def test_a_right_variant_is_never_taken_for_a_misconception(answer: Answer) -> None:
    bank = [each for each in BANK if each.task == answer.task]
    asking = sample if answer.task == "sample_choice" else scale
    assert name_of(answer_in(NEXT_TOKEN, answer), bank, NEXT_TOKEN, asking) is None


@pytest.mark.parametrize(
    "name",
    [
        *("sample_choice__ignores_p", "sample_choice__takes_the_likeliest"),
        *("softmax__returns_a_list", "softmax__forgets_the_sum", "softmax__forgets_shift"),
    ],
)
def test_a_misconception_of_the_course_is_named(name: str) -> None:
    answer = next(each for each in BANK if each.name == name)
    bank = [each for each in BANK if each.task == answer.task]
    asking = sample if answer.task == "sample_choice" else scale
    assert name_of(answer_in(NEXT_TOKEN, answer), bank, NEXT_TOKEN, asking) == name


# --- two mistakes at once -----------------------------------------------------


def heat(student: Student) -> None:
    for T in (0.5, 2.0, 3.0, 7.0):
        student.softmax_with_temperature(np.array([1.0, 2.0, 4.0]), T)


def freeze(student: Student) -> None:
    for T in (-1.0, 0.0, -3.0):
        with contextlib.suppress(StudentError):
            student.softmax_with_temperature(np.array([1.0, 2.0, 4.0]), T)


def weigh(student: Student) -> None:
    for p in ([0.5, 0.5], [0.1, 0.9], [0.2, 0.3, 0.5]):
        student.entropy(np.array(p))


def weigh_zeros(student: Student) -> None:
    for p in ([0.0, 1.0], [0.5, 0.0, 0.5], [0.2, 0.8, 0.0]):
        student.entropy(np.array(p))


@pytest.mark.parametrize(
    ("task", "source", "laws", "named"),
    [
        (
            "softmax_with_temperature",
            "def softmax_with_temperature(z, T):\n    return softmax(z * T)\n",
            (heat, freeze),
            {"multiplies_by_t": ("test_0",), "does_not_check": ("test_1",)},
        ),
        (
            "entropy",
            "def entropy(p):\n    return float(-np.sum(p * np.log2(p)))\n",
            (weigh, weigh_zeros),
            {"bits_instead_of_nats": ("test_0",), "forgets_zeros": ("test_1",)},
        ),
        (
            "entropy",  # the second mistake is none that the course knows
            "def entropy(p):\n    return float(-np.sum(p * np.log2(p))) if p.all() else 'none'\n",
            (weigh, weigh_zeros),
            {"bits_instead_of_nats": ("test_0",)},
        ),
        (
            "entropy",
            "def entropy(p):\n    return 3.0 if p.all() else 'none'\n",
            (weigh, weigh_zeros),
            {},
        ),
    ],
)
def test_a_second_mistake_does_not_hide_the_first(
    task: str, source: str, laws: Sequence[Asking], named: dict[str, tuple[str, ...]]
) -> None:
    student = answer_in(NEXT_TOKEN, wrong("x", source, task))
    bank = [each for each in BANK if each.task == task]
    assert names_of(student, bank, NEXT_TOKEN, *laws) == {
        f"{task}__{slug}": tests for slug, tests in named.items()
    }


def test_what_errs_where_the_student_does_not_is_never_named() -> None:
    student = defining(
        "def f(x):\n    return float(np.sum(x)) if len(x) == 2 else float(np.mean(x))\n"
    )

    def right(student: Student) -> None:
        student.f(np.array([1.0, 2.0, 6.0]))

    def several(student: Student) -> None:
        for first in range(5):
            student.f(np.array([first, 2.0]))

    assert names_of(student, SIMPLE, MEAN, several) == {"f__sums": ("test_0",)}
    assert names_of(student, SIMPLE, MEAN, several, right) == {}


# --- replies that are none ----------------------------------------------------


def deep(depth: int, data: Any = 1) -> Any:
    for _ in range(depth):
        data = [data]
    return data


def with_arguments(reply: dict[str, Any]) -> dict[str, Any]:
    return reply | {"arguments": wire.pack([P]), "named": wire.pack({})}


FORGED: list[Any] = [
    *(None, True, 3, 0.5, "text", [], [1, 2], {}, {"other": 1}, {"value": {}}),
    *({"value": {"tuple": 3}}, {"value": {"array": ["<f8", [2], "!"]}}),
    *({"value": {"array": ["O", [1], ""]}}, {"value": {"generator": [1, 2]}}),
    *({"value": {"dict": [[[], 1]]}}, {"value": {"dict": [1]}}, {"value": "\ud800"}),
    *({"value": deep(30)}, {"value": deep(20)}, {"value": {"dict": [[0.5, deep(20)]]}}),
    *({"raised": "ValueError"}, {"raised": {"kinds": "ValueError"}}, {"raised": None}),
    *({"raised": {"kinds": [1, None, []]}}, {"missing": 1}, {"not_callable": 3}),
    *({"unreadable": []}, {"too_large": True}, {"not_callable": "int"}, {"value": "text"}),
    *({"value": 10**400}, {"value": -(10**400)}, {"value": float("nan")}, {"value": float("inf")}),
    *({"value": [10**400, 1]}, {"value": [["Paris", 0]]}, {"value": {"tuple": []}}),
    {"value": wire.pack([(np.array(3), 1)] * 60)},
    {"value": wire.pack([(np.array([[1, 2]]), 1)] * 60)},
    {"value": wire.pack([np.array([1e308, 1e308, -np.inf, np.inf])] * 60)},
    {"value": wire.pack([("Paris", 10**400)] * 60)},
    {"value": 2.0, "arguments": deep(30), "named": 3},
    {"value": 2.0, "arguments": "text", "named": "text"},
    {"value": 2.0, "arguments": 10**400, "named": deep(20)},
]


@pytest.mark.parametrize("reply", FORGED, ids=lambda reply: repr(reply)[:40])
def test_a_forged_reply_has_no_name_and_raises_nothing(reply: Any) -> None:
    for namespace, bank, asking in ((MEAN, SIMPLE, two), (DRAW, DRAWS, draws_again)):
        ((key, kept),) = exchanges(namespace, asking).items()
        whole = [reply, with_arguments(reply)] if isinstance(reply, dict) else [reply]
        for each in whole:
            forged = [Exchange(kept[0].request, wire.to_bytes(each)), *kept[1:]]
            assert not diagnose({key: forged}, bank, namespace)
            assert not diagnose({key: forged[:1]}, bank, namespace)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"value":' * 100_000, b"9" * 5000]
)
def test_a_reply_that_can_not_be_read_has_no_name(content: bytes) -> None:
    ((key, kept),) = exchanges(answer_in(MEAN, SUMS), two).items()
    assert not diagnose({key: [Exchange(kept[0].request, content)]}, SIMPLE, MEAN)
    assert not diagnose({key: [*kept, Exchange(kept[0].request, content)]}, SIMPLE, MEAN)


@pytest.mark.parametrize("made", ["np.array(1)", "np.array([[1, 2]])", "10**400", "'x', [1]", "{}"])
def test_what_is_drawn_may_have_any_form(made: str) -> None:
    def body(draw: str) -> str:
        return f"def f(tokens, p, rng):\n    return ({made}), {draw}\n"

    bank = [wrong("odd", body("int(rng.integers(4))"))]
    other = defining(body("int(rng.random() * 4)"))
    assert name_of(other, bank, DRAW, draws) == "f__odd"
    assert name_of(defining(body("int(rng.random() * 2)")), bank, DRAW, draws) is None


@settings(max_examples=150, deadline=None)
@given(values(), values())
def test_any_two_values_can_be_compared(one: object, other: object) -> None:
    with contextlib.suppress(WireError), np.errstate(all="ignore"):
        one, other = wire.unpack(wire.pack(one)), wire.unpack(wire.pack(other))
        assert agree(one, other) == agree(other, one) or isinstance(one, np.ndarray)
        assert agree(one, one)
        assert hash(questions.form(one)) == hash(questions.form(one))
        for of in (questions.parts, questions.whole):
            questions.tally([one, other], of)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "raised", "kinds", "tuple", "dict", "array", "arguments"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_arbitrary_json_as_a_reply_raises_nothing(reply: Any) -> None:
    for namespace, bank, asking in ((MEAN, SIMPLE, two), (DRAW, DRAWS[:1], draws)):
        ((key, kept),) = exchanges(namespace, asking).items()
        forged = Exchange(kept[0].request, json.dumps(reply).encode())
        assert not diagnose({key: [forged, *kept]}, bank, namespace)


# --- course answers that hang -------------------------------------------------


def test_an_answer_of_the_course_that_hangs_is_ended_and_the_others_are_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    transport = functools.partial(InProcessTransport, limits=Limits(call_seconds=0.1))
    monkeypatch.setattr(questions, "InProcessTransport", transport)
    hangs = wrong("hangs", "def f(x):\n    while True:\n        pass\n")
    before = signal.getsignal(signal.SIGALRM)
    assert name_of(answer_in(MEAN, SUMS), [hangs, SUMS], MEAN, two) == "f__sums"
    assert name_of(MEAN, [hangs], MEAN, two) is None
    ((key, kept),) = exchanges(MEAN, two).items()
    forged = Exchange(kept[0].request, b"{}")  # no answer is no evidence on either side
    assert not diagnose({key: [forged]}, [hangs], MEAN)
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
