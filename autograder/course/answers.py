"""The answers that a course keeps to prove its hidden tests (jury solutions), and the reference.

How it works: an answer is a file `<task>__<slug>.py` that defines what a student's
cell would define. Its docstring begins with a line that says the route. A
misconception's docstring also holds a hint for the student in each language:

    \"""Multiplies by T.

    de: Du multiplizierst mit T, statt zu dividieren. Was bewirkt dann ein großes T?
    en: You multiply by T instead of dividing. What does a large T do then?
    \"""

Answers are the course's own code. They run in the grader's processes, and no
student's code ever does.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from autograder.model.errors import GraderError
from autograder.model.messages import CATALOGUE, Language

Kind = Literal["reference", "variant", "misconception", "pair", "null", "mutant", "behaviour"]
Namespace = dict[str, Any]

HINT = re.compile(rf"^({'|'.join(CATALOGUE)}): ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one task, as the text of a cell. `about` says its route in a line."""

    task: str
    slug: str
    source: str
    kind: Kind
    about: str = ""
    hints: dict[Language, str] = field(default_factory=dict)  # a misconception's, by language
    original: str = ""  # what a mutant is a change of
    example: str = ""  # a call that shows what is wrong with it

    @property
    def name(self) -> str:
        """The name of its file, without the ending."""
        return f"{self.task}__{self.slug}"


def read_variants(course: Path, assignment: str) -> tuple[Answer, ...]:
    """The other right answers; () where the course keeps none."""
    return read_answers(course / "solutions" / "variants" / assignment, "variant")


def read_misconceptions(course: Path, assignment: str) -> tuple[Answer, ...]:
    """The typical wrong answers with their hints; () where the course keeps none."""
    return read_answers(misconceptions_folder(course, assignment), "misconception")


def read_answers(folder: Path, kind: Kind) -> tuple[Answer, ...]:
    """The answers of a folder by name; raises GraderError for a file that holds no answer."""
    return tuple(read_answer(path, kind) for path in sorted(folder.glob("*.py")))


def read_answer(path: Path, kind: Kind) -> Answer:
    """The answer in a file; raises GraderError, naming the file, for what is missing in it."""
    task, separator, slug = path.stem.partition("__")
    if not (task and separator and slug):
        raise GraderError(f"{path} must be named <task>__<slug>.py, with two underscores between.")
    try:
        source = path.read_text(encoding="utf-8")
        compile(source, str(path), "exec", dont_inherit=True)  # finds more than the parser
        about = ast.get_docstring(ast.parse(source)) or ""
    except (SyntaxError, ValueError) as error:
        raise GraderError(f"{path} is no Python: {error}.") from error
    summary, _, rest = about.partition("\n")
    if not summary:
        raise GraderError(f"{path} must begin with a docstring whose first line says its route.")
    hints = read_hints(rest)
    if kind == "misconception" and (lacking := {code for code in CATALOGUE if not hints.get(code)}):
        raise GraderError(
            f"{path} has no hint in: {', '.join(sorted(lacking))}. Add to its docstring a "
            "paragraph for each, which begins with the language and a colon, as in 'de: ...'."
        )
    return Answer(task, slug, source, kind, summary, hints)


def read_hints(text: str) -> dict[Language, str]:
    """The paragraphs that begin with a language and a colon."""
    _, *parts = HINT.split(text)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {cast(Language, code): " ".join(words.split()) for code, words in pairs}


def misconceptions_folder(course: Path, assignment: str) -> Path:
    """Where the typical wrong answers to an assignment lie."""
    return course / "solutions" / "misconceptions" / assignment


def reference_path(course: Path, assignment: str) -> Path:
    """Where the reference of an assignment lies."""
    return course / "solutions" / f"{assignment}.py"


def load_reference(course: Path, assignment: str) -> Namespace:
    """What the reference defines; raises GraderError where the file is missing or fails."""
    path = reference_path(course, assignment)
    spec = importlib.util.spec_from_file_location(f"reference_of_{assignment}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise GraderError(f"The reference is missing: {path}.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise GraderError(f"The reference {path} does not run: {error!r}.") from error
    return dict(vars(module))


def read_source(course: Path, assignment: str) -> str:
    """The text of the reference."""
    return reference_path(course, assignment).read_text(encoding="utf-8")


def answer_in(namespace: Namespace, answer: Answer) -> Namespace:
    """`namespace` after the answer's cell ran in it; an exception leaves what was there till then.

    The functions of the reference keep calling each other and never the answer, so that
    a wrong answer is wrong in its own task alone.
    """
    answered = {name: value for name, value in namespace.items() if name != answer.task}
    code = compile(answer.source, f"<{answer.name}>", "exec", dont_inherit=True)
    try:
        exec(code, answered)  # noqa: S102 -- the course's own code
    except Exception:
        return answered
    return answered
