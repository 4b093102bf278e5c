"""Read the notebook of `next_token` as its authors see it: cells by id, regions, namespaces."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import nbformat

COURSE = Path(__file__).resolve().parents[2]
NOTEBOOK = COURSE / "source" / "next_token" / "next_token.ipynb"
VARIANTS = COURSE / "solutions" / "variants" / "next_token"

PARAMETERS = {
    "softmax": ("z",),
    "softmax_with_temperature": ("z", "T"),
    "entropy": ("p",),
    "argmax_choice": ("tokens", "p"),
    "sample_choice": ("tokens", "p", "rng"),
    "sample_many": ("tokens", "p", "n", "rng"),
    "deviation": ("p", "rel"),
    "prob_not": ("tokens", "p", "token"),
    "top_k": ("p", "k"),
    "top_k_choice": ("tokens", "p", "k", "rng"),
}
VARIABLES = ("temperature_table", "my_logits", "my_deviation")
TASKS = (*PARAMETERS, *VARIABLES)
POINTS = {
    "softmax": 6,
    "softmax_with_temperature": 4,
    "entropy": 4,
    "argmax_choice": 3,
    "sample_choice": 6,
    "sample_many": 5,
    "deviation": 3,
    "prob_not": 3,
    "top_k": 6,
    "top_k_choice": 4,
    "temperature_table": 3,
    "my_logits": 3,
    "my_deviation": 2,
}
STUBS = {"code": "# DEIN CODE\nraise NotImplementedError()", "markdown": "DEINE ANTWORT"}


@cache
def read() -> Any:
    """The notebook, read once: copy it before you change it."""
    return nbformat.read(NOTEBOOK, as_version=4)


def cells() -> dict[str, Any]:
    """The cells by their ids, in the order of the notebook."""
    return {cell.id: cell for cell in read().cells}


def grading(cell: Any) -> dict[str, Any]:
    """The cell's nbgrader metadata, {} where it has none."""
    return dict(cell.metadata.get("nbgrader", {}))


def region(source: str, kind: str) -> list[str]:
    """The lines between `### BEGIN <kind>` and `### END <kind>`."""
    lines = source.split("\n")
    begins = [i for i, line in enumerate(lines) if f"### BEGIN {kind}" in line]
    ends = [i for i, line in enumerate(lines) if f"### END {kind}" in line]
    return [line for i, j in zip(begins, ends, strict=True) for line in lines[i + 1 : j]]


def replace(source: str, kind: str, stub: str = "") -> str:
    """The source with its region of that kind replaced by `stub`, indented as the region was."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if f"### BEGIN {kind}" in line:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + row for row in stub.split("\n") if row]
        elif f"### END {kind}" in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def visible(task: str) -> str:
    """The visible checks of a task: its test cell without the hidden region."""
    return replace(cells()[f"test_{task}"].source, "HIDDEN TESTS")


def stub(task: str) -> str:
    """The solution cell of a task as students get it."""
    return replace(cells()[task].source, "SOLUTION", STUBS["code"])


def variants(task: str) -> list[Path]:
    """The other right answers to a task."""
    return sorted(VARIANTS.glob(f"{task}__*.py"))


def solved(*, before: str = "") -> dict[str, Any]:
    """A namespace with the set-up, the vocabulary and the solution cells (those above `before`)."""
    namespace: dict[str, Any] = {}
    for name, cell in cells().items():
        if name == before:
            break
        if name in {"setup", "vocabulary", *TASKS}:
            run(cell.source, namespace)
    return namespace


def run(source: str, namespace: dict[str, Any]) -> None:
    """Run a cell of the course's own notebook, or a variant of it, in `namespace`."""
    exec(compile(source, "<cell>", "exec"), namespace)
