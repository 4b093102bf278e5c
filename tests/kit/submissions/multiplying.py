"""Submissions that multiply what the grader itself has to hold: messages, outputs, JSON, replies.

What a file or a message makes the grader allocate has a bound. Who meets it is not graded,
or loses what it touches, and the class goes on.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.kit.submissions import Change, Place, Submission, answer, first, nothing
from tests.kit.submissions.malformed import NAME, edited

MANY = 60_000_000  # bytes of a file, a little less than limit submission_bytes

# libzmq hands on no part of a message before the last one is there
FLOOD = """
import time, zmq
from ipykernel.kernelapp import IPKernelApp
thread = IPKernelApp.instance().iopub_thread
part = b"x" * (15 << 20)
def flood():
    for _ in range(200):
        thread.socket.send(part, zmq.SNDMORE, copy=False)
    thread.socket.send(b"the last one")
thread.schedule(flood)
time.sleep(5)
"""

GROWS = """
import time
from IPython.display import display, update_display
for _ in range(20):
    display("x", display_id="grows")
time.sleep(2)
update_display("y" * (12 << 20), display_id="grows")
"""

SHOWS_MUCH = """
print("z" * 1_900_000)
"""

SHOWS_LINES = """
print("\\n" * 1_900_000)
"""

SHOWS_OFTEN = """
for number in range(450):
    display(number)
"""

WIDE_TEXTS = """
def prob_not(tokens, p, token):
    return ["x"] * 300_000 + ["y" * 1_000_000]
"""

WIDE_PAIR = """
def sample_many(tokens, p, n=2000, rng=None):
    return ["x"] * 100_000 + ["y" * 1_000_000], ["x", "y" * 2_000_000]
"""

NESTS_ARGUMENT = """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError(token)
    rest = float(1 - p[tokens.index(token)])
    for _ in range(22):
        tokens[:] = [list(tokens)]
    return rest
"""

MANY_GENERATORS = """
def top_k(p, k):
    return [np.random.default_rng(0) for _ in range(20_000)]
"""

SPAWNS = """
def sample_choice(tokens, p, rng):
    child = rng.spawn(1)[0]
    idx = int(child.choice(len(p), p=p))
    return tokens[idx], idx
"""

SPAWNS_MANY = """
def sample_many(tokens, p, n=2000, rng=None):
    rng = np.random.default_rng() if rng is None else rng
    sequence = rng.bit_generator.seed_seq.spawn(1)[0]
    counts = np.random.default_rng(sequence).multinomial(n, p)
    return counts, counts / n
"""


def every_cell(code: str, times: int) -> Change:
    """Many cells that do the same."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells[:0] = [new_code_cell(code) for _ in range(times)]

    return change


def holding(piece: str) -> Place:
    """A notebook whose metadata holds the piece of JSON as often as a file may."""

    def place(notebook: NotebookNode, folder: Path) -> None:
        pieces = ",".join([piece] * (MANY // (len(piece) + 1)))
        text = json.dumps(notebook | {"metadata": {"x": "HERE"}}).replace('"HERE"', f"[{pieces}]")
        (folder / NAME).write_text(text, encoding="utf-8")

    return place


def many_names(data: dict[str, Any]) -> None:
    """A million attachments without a picture."""
    text = next(cell for cell in data["cells"] if cell["cell_type"] == "markdown")
    text["attachments"] = {str(number): {} for number in range(1_000_000)}


def long_names(data: dict[str, Any]) -> None:
    """A few attachments with names of megabytes."""
    text = next(cell for cell in data["cells"] if cell["cell_type"] == "markdown")
    text["attachments"] = {letter * (6 << 20): {} for letter in "abcdef"}


def long_grade_ids(data: dict[str, Any]) -> None:
    """Cells of the student's own with names of megabytes."""
    cell = {"cell_type": "code", "source": ""}
    data["cells"] += [
        {**cell, "metadata": {"nbgrader": {"grade_id": letter * (6 << 20)}}} for letter in "abcdef"
    ]


def empty_lines(data: dict[str, Any]) -> None:
    """A text of seven million lines."""
    data["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "\n" * 7_000_000})


def odd_heading(data: dict[str, Any]) -> None:
    """A heading and a version that are lists of lists."""
    deep: object = []
    for _ in range(300):
        deep = [deep]
    data["cells"].append({"cell_type": "heading", "source": {"a": deep}})
    data["nbformat"] = [deep]


def unread(name: str, tries: str, told: str, place: Place) -> Submission:
    """What nobody can grade, and why."""
    return Submission(name, tries, nothing, told=(told,), place=place, unread=True)


ALL_SHOWN = "showed more than limit outputs allows"
MULTIPLYING = [
    Submission(
        "flood-of-parts",
        "sends a message of three gigabytes in parts that are each allowed",
        first(FLOOD),
        told=("ended the kernel",),
    ),
    Submission(
        "growing-displays",
        "changes 20 small displays into large ones at once",
        first(GROWS),
        told=(ALL_SHOWN,),
    ),
    Submission(
        "much-in-many-cells",
        "shows as much as a cell may in 40 cells",
        every_cell(SHOWS_MUCH, 40),
        told=(ALL_SHOWN,),
    ),
    Submission(
        "lines-in-many-cells",
        "shows millions of empty lines",
        every_cell(SHOWS_LINES, 10),
        told=(ALL_SHOWN,),
    ),
    Submission(
        "often-in-many-cells",
        "shows as often as a cell may in 20 cells",
        every_cell(SHOWS_OFTEN, 20),
        told=(ALL_SHOWN,),
    ),
    Submission(
        "wide-texts",
        "returns texts that would make NumPy ask for terabytes",
        answer("prob_not", WIDE_TEXTS),
        {"prob_not": "all"},
    ),
    Submission(
        "wide-pair",
        "returns a pair of lists of texts in place of counts",
        answer("sample_many", WIDE_PAIR),
        {"sample_many": "all"},
    ),
    Submission(
        "nests-argument",
        "nests an argument as deep as may be sent",
        answer("prob_not", NESTS_ARGUMENT),
        {"prob_not": 0.5},
    ),
    Submission(
        "many-generators",
        "returns 20,000 generators",
        answer("top_k", MANY_GENERATORS),
        {"top_k": "all"},
    ),
    Submission("spawns", "draws with children of the generator", answer("sample_choice", SPAWNS)),
    Submission(
        "spawns-many", "draws with children of the seed", answer("sample_many", SPAWNS_MANY)
    ),
    unread("tiny-objects", "hands in millions of objects", "limit grading_bytes", holding("{}")),
    unread("tiny-lists", "hands in millions of lists", "limit grading_bytes", holding("[[]]")),
    unread("many-names", "attaches a million names", "limit attachments", edited(many_names)),
    unread("long-names", "attaches long names", "limit text_bytes", edited(long_names)),
    unread(
        "empty-lines", "writes millions of empty lines", "limit text_bytes", edited(empty_lines)
    ),
    unread("long-grade-ids", "names cells at length", "limit text_bytes", edited(long_grade_ids)),
    Submission(
        "odd-heading",
        "has a heading and a version of nested lists",
        nothing,
        told=("nbformat of another type",),
        place=edited(odd_heading),
    ),
]
