"""Right, partly right and typically wrong: what a class mostly hands in."""

from __future__ import annotations

from nbformat import NotebookNode

from tests.kit.submissions import (
    Submission,
    after,
    answer,
    cell_of,
    first,
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

UNTOUCHED = Submission("greta", "hands in the untouched notebook", nothing, EVERYTHING, solved=False)

LEAKY = Submission(
    "klara", "prints to stderr and warns while right", several(answer("deviation", STDERR))
)
