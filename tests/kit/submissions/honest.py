"""Right, partly right and typically wrong: what a class mostly hands in."""

from __future__ import annotations

from nbformat import NotebookNode

from autograder.model.cells import is_test
from tests.kit.submissions import (
    Submission,
    after,
    answer,
    cell_of,
    nothing,
    several,
    unanswered,
    variant,
)

EVERYTHING = {"*": "all"}

STDERR = """
import sys, warnings
def deviation(p, rel):
    print("computing the deviation", file=sys.stderr)
    warnings.warn("this is a warning")
    return max(abs(a - b) for a, b in zip(p, rel))
print("to stderr", file=sys.stderr)
"""

NAIVE_SOFTMAX = """
def softmax(z):
    e = np.exp(np.asarray(z, dtype=float))
    return e / e.sum()
"""

NO_ZEROS = """
def entropy(p):
    return -np.sum(p * np.log(p))
"""

MULTIPLIES = """
def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T")
    return softmax(np.asarray(z) * T)
"""

MEAN_DEVIATION = """
def deviation(p, rel):
    return np.mean(np.abs(p - rel))
"""

UNIFORM = """
def sample_choice(tokens, p, rng):
    idx = int(rng.integers(len(tokens)))
    return tokens[idx], idx
"""

LIST_OF_SOFTMAX = """
def softmax(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max())
    return list(e / e.sum())
"""

HANGS = """
def deviation(p, rel):
    while True:
        pass
"""

DIES = """
import os
def top_k(p, k):
    os._exit(1)
"""


def leave_four(notebook: NotebookNode) -> None:
    """Not finished: four tasks still hold their stubs."""
    unanswered(notebook, "sample_many", "prob_not", "top_k", "top_k_choice", "my_deviation")


def answer_in_text(notebook: NotebookNode) -> None:
    """An answer with a picture and a formula."""
    cell_of(notebook, "answer_truth").source = "Weil $p_i > 0$ ist, **kommt** es eben vor."


CLASS = [
    Submission("anna", "hands in the solution as it is", answer_in_text),
    Submission(
        "ben",
        "solves everything by other routes",
        several(
            variant("softmax__log_domain"),
            variant("sample_choice__gumbel"),
            variant("sample_many__multinomial"),
            variant("entropy__chain_rule"),
            variant("argmax_choice__heap"),
        ),
    ),
    Submission(
        "clara",
        "solves everything in plain Python",
        several(
            variant("softmax__pure_python"),
            variant("sample_choice__python_random"),
            variant("deviation__loop"),
            variant("prob_not__dictionary"),
        ),
    ),
    Submission(
        "david",
        "is not finished",
        leave_four,
        # my_deviation needs sample_many, so it can't be right without it
        lost=dict.fromkeys(
            ["sample_many", "prob_not", "top_k", "top_k_choice", "my_deviation"], "all"
        ),
    ),
]


CHEATS = """
class Yes:
    def __eq__(self, other): return True
    def __float__(self): return 0.01
    def __repr__(self): return "1000"
def deviation(p, rel): return Yes()
"""

SPIES = """
import glob
for pattern in ("../../tests/**", "../../solutions/**", "../../gradebook.db", "/home/*"):
    print(pattern, glob.glob(pattern, recursive=True)[:5])
"""


def forge_metadata(notebook: NotebookNode) -> None:
    """Have the test cells skipped, and worth a hundred points each."""
    for cell in filter(is_test, notebook.cells):
        cell.metadata["tags"] = ["skip-execution"]
        cell.metadata.nbgrader["points"] = 100
        cell.metadata.nbgrader["checksum"] = "0"


CLASS += [
    Submission(
        "emma",
        "makes the classic slips of numerics",
        several(answer("softmax", NAIVE_SOFTMAX), answer("entropy", NO_ZEROS)),
        {"softmax": 1, "entropy": 1},
    ),
    Submission(
        "felix",
        "has understood some things the wrong way round",
        several(
            answer("softmax_with_temperature", MULTIPLIES),
            answer("deviation", MEAN_DEVIATION),
            answer("sample_choice", UNIFORM),
        ),
        {
            "softmax_with_temperature": 1,
            "deviation": 1,
            "sample_choice": 2.5,
        },
    ),
    Submission("greta", "hands in the untouched notebook", nothing, EVERYTHING, solved=False),
    Submission(
        "hannes",
        "has an endless loop in one function",
        answer("deviation", HANGS),
        {"deviation": "all"},
        told=("limit cell_seconds", "limit call_seconds"),
    ),
    Submission(
        "ida",
        "ends the process in one function",
        answer("top_k", DIES),
        {"top_k": "all"},
        told=("ended the kernel",),
    ),
    Submission(
        "jonas",
        "cheats: lying objects, forged metadata, a look around",
        several(
            answer("deviation", CHEATS),
            after("deviation", SPIES),
            lambda notebook: unanswered(notebook, "top_k", "top_k_choice"),
            forge_metadata,
        ),
        {"deviation": "all", "top_k": "all", "top_k_choice": "all"},
    ),
    Submission("klara", "prints to stderr and warns while right", answer("deviation", STDERR)),
    Submission(
        "leo",
        "returns lists where arrays are named",
        answer("softmax", LIST_OF_SOFTMAX),
        {"softmax": 0.5},
    ),
]
