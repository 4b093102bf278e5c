"""The answers of a course are read by name, and a malformed file says what to do."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.audit.answers import NULLS, mutants, null_answers
from autograder.audit.equivalents import read_arguments, read_equivalents, read_tolerances
from autograder.course.answers import (
    Answer,
    Kind,
    answer_in,
    load_reference,
    read_answer,
    read_answers,
    read_misconceptions,
    read_variants,
)
from autograder.model.errors import GraderError
from autograder.model.messages import CATALOGUE

COURSE = Path(__file__).resolve().parents[3]
MISCONCEPTIONS = read_misconceptions(COURSE, "next_token")
VARIANTS = read_variants(COURSE, "next_token")
KNOWN = {path.stem.removeprefix("test_") for path in COURSE.glob("tests/hidden/next_token/test_*")}

HINTED = '"""Adds one.\n\nde: Zu\n  viel.\nen: Too much.\n"""\n\ndef f(x):\n    return x + 1\n'


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


Write = Callable[[str, str], Path]


# --- files --------------------------------------------------------------------


def test_an_answer_is_known_by_its_file_and_its_docstring(write: Write) -> None:
    answer = read_answer(write("f__adds_one.py", HINTED), "misconception")
    assert (answer.task, answer.slug, answer.name) == ("f", "adds_one", "f__adds_one")
    assert (answer.about, answer.kind, answer.source) == ("Adds one.", "misconception", HINTED)
    assert answer.hints == {"de": "Zu viel.", "en": "Too much."}


def test_a_line_of_a_hint_may_begin_like_a_language(write: Write) -> None:
    text = HINTED.replace("Too much.", "What is f(10) +\n10: twenty?\nof: what?")
    hints = read_answer(write("f__x.py", text), "misconception").hints
    assert hints == {"de": "Zu viel.", "en": "What is f(10) + 10: twenty? of: what?"}


def test_a_task_may_have_underscores_and_so_may_a_slug(write: Write) -> None:
    answer = read_answer(write("top_k__one_too_many.py", '"""One."""\n'), "variant")
    assert (answer.task, answer.slug) == ("top_k", "one_too_many")


@pytest.mark.parametrize("name", ["f.py", "f_slug.py", "__slug.py", "f__.py", "__.py"])
def test_a_name_without_task_or_slug_is_refused_and_the_form_is_named(
    write: Write, name: str
) -> None:
    path = write(name, HINTED)
    with pytest.raises(GraderError) as caught:
        read_answer(path, "variant")
    assert str(path) in str(caught.value)
    assert "<task>__<slug>.py" in str(caught.value)


@pytest.mark.parametrize("kind", ["variant", "misconception"])
@pytest.mark.parametrize("text", ["", "# no docstring\n", "def f(x):\n    '''Inner.'''\n", "3\n"])
def test_an_answer_without_a_docstring_is_refused(write: Write, text: str, kind: Kind) -> None:
    path = write("f__x.py", text)
    with pytest.raises(GraderError) as caught:
        read_answer(path, kind)
    assert str(path) in str(caught.value)
    assert "docstring" in str(caught.value)


@pytest.mark.parametrize("text", ["def f(:\n", '"""Says."""\nreturn 3\n', '"""Says."""\n\0'])
def test_what_does_not_compile_is_refused(write: Write, text: str) -> None:
    path = write("f__x.py", text)
    with pytest.raises(GraderError) as caught:
        read_answer(path, "variant")
    assert f"{path} is no Python" in str(caught.value)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f__x.py"
    path.write_bytes('"""Zählt."""\n'.encode("latin-1"))
    with pytest.raises(GraderError) as caught:
        read_answer(path, "variant")
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("hints", "lacking"),
    [
        ("", "de, en"),
        ("de: Da.", "en"),
        ("en: There.", "de"),
        ("de: Da.\nen: ", "en"),
        ("de:Da.\nen: There.", "de"),
        ("de: Da. en: There.", "en"),
    ],
)
def test_a_misconception_needs_a_hint_in_every_language(
    write: Write, hints: str, lacking: str
) -> None:
    path = write("f__x.py", f'"""Adds one.\n\n{hints}\n"""\n')
    with pytest.raises(GraderError) as caught:
        read_answer(path, "misconception")
    assert f"{path} has no hint in: {lacking}. Add to its docstring" in str(caught.value)
    assert read_answer(path, "variant").about == "Adds one."


def test_answers_come_by_name_and_other_files_are_left(write: Write, tmp_path: Path) -> None:
    for name in ("g__a.py", "f__b.py", "f__a.py"):
        write(name, HINTED)
    write("notes.txt", "no answer")
    found = [answer.name for answer in read_answers(tmp_path, "variant")]
    assert found == ["f__a", "f__b", "g__a"]


def test_a_course_may_keep_no_answers(tmp_path: Path) -> None:
    assert read_variants(tmp_path, "next_token") == ()
    assert read_misconceptions(tmp_path, "next_token") == ()


# --- the course's own ---------------------------------------------------------


def test_there_are_misconceptions_and_variants_of_every_task() -> None:
    assert {answer.task for answer in MISCONCEPTIONS} == KNOWN
    assert {answer.task for answer in VARIANTS} == KNOWN


@pytest.mark.parametrize("answer", MISCONCEPTIONS, ids=lambda answer: answer.name)
def test_every_misconception_has_its_hints_and_a_known_task(answer: Answer) -> None:
    assert answer.task in KNOWN
    assert set(answer.hints) == set(CATALOGUE) == {"de", "en"}
    assert all(len(hint) > 20 for hint in answer.hints.values())
    assert answer.hints["de"] != answer.hints["en"]
    defined = {getattr(node, "name", "") for node in ast.parse(answer.source).body} | {
        node.id
        for node in ast.walk(ast.parse(answer.source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert answer.task in defined


def test_no_name_is_both_a_variant_and_a_misconception() -> None:
    assert not {answer.name for answer in VARIANTS} & {answer.name for answer in MISCONCEPTIONS}


# --- the reference ------------------------------------------------------------


def test_a_missing_reference_is_named(tmp_path: Path) -> None:
    with pytest.raises(GraderError) as caught:
        load_reference(tmp_path, "x")
    assert str(tmp_path / "solutions" / "x.py") in str(caught.value)


@pytest.mark.parametrize("text", ["1 / 0\n", "def f(:\n", "import no_such_module\n"])
def test_a_reference_that_does_not_run_is_named(write: Write, tmp_path: Path, text: str) -> None:
    path = write("solutions/x.py", text)
    with pytest.raises(GraderError) as caught:
        load_reference(tmp_path, "x")
    assert f"{path} does not run" in str(caught.value)


def test_a_reference_is_loaded_anew_each_time(write: Write, tmp_path: Path) -> None:
    write("solutions/x.py", "kept = []\n")
    first = load_reference(tmp_path, "x")
    first["kept"].append(3)
    assert load_reference(tmp_path, "x")["kept"] == []


def reference() -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec("def f(x):\n    return x\n\ndef g(x):\n    return f(x) * 10\n", namespace)
    return namespace


def answer_to(task: str, source: str) -> Answer:
    return Answer(task, "x", source, "misconception")


def test_an_answer_takes_the_place_of_its_task_and_the_reference_never_calls_it() -> None:
    given = reference()
    answered = answer_in(given, answer_to("f", "def f(x):\n    return x + 1\n"))
    assert answered["f"](1) == 2
    assert answered["g"](1) == 10
    assert given["f"](1) == 1


def test_an_answer_may_call_what_the_reference_defines() -> None:
    answered = answer_in(reference(), answer_to("g", "def g(x):\n    return f(x) + 5\n"))
    assert answered["g"](1) == 6


def test_an_answer_that_fails_leaves_its_task_undefined_and_what_it_had_defined() -> None:
    answered = answer_in(reference(), answer_to("f", "helper = 3\n1 / 0\ndef f(x): ...\n"))
    assert "f" not in answered
    assert answered["helper"] == 3
    assert answered["g"](1) == 10


def test_an_answer_does_not_inherit_how_the_kit_is_compiled() -> None:
    answered = answer_in({}, answer_to("f", "def f(x: int): ...\n"))
    assert answered["f"].__annotations__ == {"x": int}


# --- answers that nobody has to write -----------------------------------------


@pytest.mark.parametrize(
    ("slug", "value"),
    [
        ("returns_none", None),
        ("returns_zero", 0),
        ("returns_one", 1.0),
        ("returns_a_text", "Paris"),
    ],
)
def test_a_null_answer_returns_its_value_whatever_it_is_given(slug: str, value: object) -> None:
    (answer,) = null_answers(slug, reference(), ["f"])
    assert (answer.task, answer.slug, answer.kind) == ("f", slug, "null")
    function = answer_in(reference(), answer)["f"]
    assert function() == function(1, 2, named=3) == value


def test_null_answers_of_other_kinds_do_what_their_names_say() -> None:
    def null(slug: str) -> Callable[..., Any]:
        (answer,) = null_answers(slug, reference(), ["f"])
        function: Callable[..., Any] = answer_in(reference(), answer)["f"]
        return function

    assert np.isnan(null("returns_nan")(1))
    assert null("returns_nothing")(1).shape == (0,)
    assert null("returns_its_argument")("first", 2) == "first"
    assert null("returns_its_argument")(named="first") == "first"
    with pytest.raises(NotImplementedError):
        null("raises")(1)
    with pytest.raises(ValueError):
        null("raises_value_error")(1)


@pytest.mark.parametrize("slug", NULLS)
def test_a_variable_has_the_value_of_a_null_answer_unless_that_does_something(slug: str) -> None:
    namespace = {"v": 7, **reference()}
    answers = null_answers(slug, namespace, ["v", "f"])
    skipped = slug in ("returns_its_argument", "raises", "raises_value_error")
    assert [answer.task for answer in answers] == (["f"] if skipped else ["v", "f"])
    if not skipped:
        value = answer_in(namespace, answers[0])["v"]
        assert not callable(value)
        assert repr(value) == repr(answer_in(namespace, answers[1])["f"]())


def test_mutants_are_numbered_and_keep_what_they_change(write: Write, tmp_path: Path) -> None:
    write("solutions/x.py", "def f(x):\n    return x + 1\n")
    found = mutants(tmp_path, "x", ["f"])
    assert [answer.name for answer in found] == [f"f__mutant_{n}" for n in range(len(found))]
    assert {answer.original for answer in found} == {"def f(x):\n    return x + 1\n"}
    assert ("return x + 1  →  return x - 1", "mutant") in {(a.about, a.kind) for a in found}


# --- equivalents --------------------------------------------------------------


def test_equivalents_are_kept_by_task_and_change(write: Write, tmp_path: Path) -> None:
    text = '[[equivalent]]\ntask = "f"\nchanges = ["a", "b"]\nreason = "So."\n'
    write("solutions/equivalents/x.toml", text)
    assert read_equivalents(tmp_path, "x") == {("f", "a"): "So.", ("f", "b"): "So."}


def test_a_course_may_keep_no_equivalents(write: Write, tmp_path: Path) -> None:
    assert read_equivalents(tmp_path, "x") == {}
    write("solutions/equivalents/x.toml", "# none\n")
    assert read_equivalents(tmp_path, "x") == {}


@pytest.mark.parametrize(
    "text",
    [
        "[[equivalent]\n",
        '[[equivalent]]\nchanges = ["a"]\nreason = "So."\n',
        '[[equivalent]]\ntask = "f"\nreason = "So."\n',
        '[[equivalent]]\ntask = "f"\nchanges = ["a"]\n',
        '[[equivalent]]\ntask = "f"\nchanges = 3\nreason = "So."\n',
        '[[equivalent]]\ntask = "f"\nchanges = "a text"\nreason = "So."\n',
        '[equivalent]\ntask = "f"\nchanges = ["a"]\nreason = "So."\n',
        "equivalent = 3\n",
    ],
)
def test_equivalents_that_can_not_be_read_name_the_file_and_what_is_needed(
    write: Write, tmp_path: Path, text: str
) -> None:
    path = write("solutions/equivalents/x.toml", text)
    with pytest.raises(GraderError) as caught:
        read_equivalents(tmp_path, "x")
    assert str(path) in str(caught.value)
    assert "needs task, changes and reason" in str(caught.value)


def test_reasons_for_behavioural_mutants_stand_in_a_table_of_their_own(
    write: Write, tmp_path: Path
) -> None:
    text = '[[{}]]\ntask = "f"\nchanges = ["{}"]\nreason = "So."\n'
    write(
        "solutions/equivalents/x.toml",
        text.format("equivalent", "a") + text.format("behaviour", "b"),
    )
    assert read_equivalents(tmp_path, "x") == {("f", "a"): "So."}
    assert read_equivalents(tmp_path, "x", "behaviour") == {("f", "b"): "So."}


def test_what_the_contract_says_of_arguments_is_kept_by_their_names(
    write: Write, tmp_path: Path
) -> None:
    assert read_arguments(tmp_path, "x") == {}
    write(
        "solutions/equivalents/x.toml",
        '[arguments]\nT = { least = 0.5 }\np = { kind = "places" }\n',
    )
    assert read_arguments(tmp_path, "x") == {"T": {"least": 0.5}, "p": {"kind": "places"}}


@pytest.mark.parametrize(
    "text", ["[arguments]\nT = { lowest = 1 }\n", "[arguments]\nT = 3\n", "arguments = 3\n"]
)
def test_an_argument_that_is_said_nothing_known_of_names_the_file(
    write: Write, tmp_path: Path, text: str
) -> None:
    path = write("solutions/equivalents/x.toml", text)
    with pytest.raises(GraderError) as caught:
        read_arguments(tmp_path, "x")
    assert str(path) in str(caught.value) and "kind, least, most" in str(caught.value)


def test_a_task_may_have_a_tolerance_of_its_own(write: Write, tmp_path: Path) -> None:
    assert read_tolerances(tmp_path, "x") == {}
    write("solutions/equivalents/x.toml", "[tolerances]\nf = 1e-6\n")
    assert read_tolerances(tmp_path, "x") == {"f": 1e-6}
    path = write("solutions/equivalents/x.toml", "[tolerances]\nf = []\n")
    with pytest.raises(GraderError) as caught:
        read_tolerances(tmp_path, "x")
    assert str(path) in str(caught.value)
