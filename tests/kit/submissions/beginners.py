"""A class of beginners: notebooks with two to four slips, as first-year students make them.

Each says what its page must tell the student, and what it must not. A slip that is no beginner's
belongs into `solutions/misconceptions`; a misuse into the other modules here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.kit.submissions import Submission, answer, several


@dataclass(frozen=True)
class Beginner:
    """A notebook with slips: `code` by task, the points that each loses, and its page."""

    name: str
    slips: str
    code: Mapping[str, str]
    lost: Mapping[str, float | str]
    says: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by task
    never: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by task

    @property
    def submission(self) -> Submission:
        """What the student hands in."""
        change = several(*(answer(task, code.strip()) for task, code in self.code.items()))
        return Submission(self.name, self.slips, change, self.lost)


NAIVE_SOFTMAX = """
def softmax(z):
    e = np.exp(z)
    return e / np.sum(e)
"""
UNWRITTEN = """
def softmax(z):
    # DEIN CODE
    raise NotImplementedError()
"""

BEGINNERS = (
    Beginner(
        "anton",
        "no maximum is subtracted, and tied tokens go to the last",
        {
            "softmax": NAIVE_SOFTMAX,
            "argmax_choice": """
def argmax_choice(tokens, p):
    best = 0
    for i in range(len(p)):
        if p[i] >= p[best]:
            best = i
    return tokens[best], best
""",
        },
        {},
    ),
    Beginner("berta", "softmax is not begun, all else is right", {"softmax": UNWRITTEN}, {}),
    Beginner(
        "carl",
        "multiplies by T, and takes the entropy in bits",
        {
            "softmax_with_temperature": """
def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T muss positiv sein")
    return softmax(z * T)
""",
            "entropy": """
def entropy(p):
    p = p[p > 0]
    return -np.sum(p * np.log2(p))
""",
        },
        {},
    ),
    Beginner(
        "dora",
        "entropy in bits, and log(0) is not left out",
        {
            "entropy": """
def entropy(p):
    return -np.sum(p * np.log2(p))
""",
            "deviation": """
def deviation(p, rel):
    return np.max(p - rel)
""",
        },
        {},
    ),
    Beginner(
        "emil",
        "sample_many needs an rng, and counts in floats",
        {
            "sample_many": """
def sample_many(tokens, p, n=2000, rng=None):
    counts = np.zeros(len(tokens))
    for i in range(n):
        token, idx = sample_choice(tokens, p, rng)
        counts[idx] += 1
    return counts, counts / n
""",
        },
        {},
    ),
    Beginner(
        "frida",
        "top_k refuses no k and does not renormalise",
        {
            "top_k": """
def top_k(p, k):
    idx = np.argsort(-p, kind="stable")[:k]
    q = np.zeros(len(p))
    q[idx] = p[idx]
    return q
""",
        },
        {},
    ),
    Beginner(
        "gustav",
        "prints instead of returning, and gives the probability itself",
        {
            "deviation": """
def deviation(p, rel):
    print(np.max(np.abs(p - rel)))
""",
            "prob_not": """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("unbekannt")
    return p[tokens.index(token)]
""",
        },
        {},
    ),
    Beginner(
        "hanna",
        "a bracket is missing in softmax, and entropy is not begun",
        {
            "softmax": """
def softmax(z):
    z = np.array(z)
    e = np.exp(z - np.max(z)
    return e / e.sum()
""",
            "entropy": """
def entropy(p):
    # DEIN CODE
    raise NotImplementedError()
""",
        },
        {},
    ),
    Beginner(
        "igor",
        "imports pandas, and an unknown token is a KeyError",
        {
            "sample_many": """
import pandas as pd

def sample_many(tokens, p, n=2000, rng=None):
    rng = rng or np.random.default_rng()
    drawn = pd.Series(rng.choice(len(tokens), size=n, p=p))
    counts = drawn.value_counts().reindex(range(len(tokens)), fill_value=0).to_numpy()
    return counts, counts / n
""",
            "prob_not": """
def prob_not(tokens, p, token):
    table = dict(zip(tokens, p))
    return 1 - table[token]
""",
        },
        {},
    ),
    Beginner(
        "julia",
        "softmax with math.exp in a list",
        {
            "softmax": """
import math

def softmax(z):
    e = [math.exp(x) for x in z]
    return [x / sum(e) for x in e]
""",
        },
        {},
    ),
    Beginner(
        "kai",
        "a name with a capital letter, and top_k_choice draws from p",
        {
            "argmax_choice": """
def argmax_Choice(tokens, p):
    i = int(np.argmax(p))
    return tokens[i], i
""",
            "top_k_choice": """
def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(p):
        raise ValueError("k")
    return sample_choice(tokens, p, rng)
""",
        },
        {},
    ),
    Beginner(
        "lena",
        "lists where an array or tuples are asked for",
        {
            "my_logits": "my_logits = [3.0, 0.0, 0.0, 3.0, 0.0, 0.0]",
            "temperature_table": """
temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = [p.max(), entropy(p)]
""",
        },
        {},
    ),
    Beginner(
        "mia",
        "the minus of the entropy is missing, and the sign of a gap counts",
        {
            "entropy": """
def entropy(p):
    p = p[p > 0]
    return np.sum(p * np.log(p))
""",
            "deviation": """
def deviation(p, rel):
    return max(rel - p)
""",
        },
        {},
    ),
    Beginner(
        "nora",
        "sample_many needs an rng, and its counts end with the last token that came",
        {
            "sample_many": """
def sample_many(tokens, p, n=2000, rng=None):
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn)
    return counts, counts / n
""",
        },
        {},
    ),
    Beginner(
        "otto",
        "writes the softmax with a temperature anew, without the maximum, and refuses no T",
        {
            "softmax_with_temperature": """
def softmax_with_temperature(z, T):
    e = np.exp(z / T)
    return e / e.sum()
""",
        },
        {},
    ),
    Beginner(
        "paula",
        "top_k returns the k values alone, and three equal logits",
        {
            "top_k": """
def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k passt nicht")
    q = np.sort(p)[::-1][:k]
    return q / q.sum()
""",
            "my_logits": "my_logits = np.array([2.0, 2.0, 2.0, 0.0, 0.0, 0.0])",
        },
        {},
    ),
    Beginner(
        "quentin",
        "a generator of its own in sample_choice, and the last place is left out",
        {
            "sample_choice": """
def sample_choice(tokens, p, rng):
    rng = np.random.default_rng(42)
    idx = rng.choice(len(tokens), p=p)
    return tokens[idx], idx
""",
            "prob_not": """
def prob_not(tokens, p, token):
    return 1 - p[tokens.index(token)]
""",
        },
        {},
    ),
    Beginner(
        "rosa",
        "prob_not prints, and the entropy is to the base of ten",
        {
            "prob_not": """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("gibt es nicht")
    i = tokens.index(token)
    print("Wahrscheinlichkeit:", 1 - p[i])
""",
            "entropy": """
def entropy(p):
    q = p[p > 0]
    return float(-(q * np.log10(q)).sum())
""",
        },
        {},
    ),
    Beginner(
        "sami",
        "sample_many is seeded with 42, and its counts end with the last token that came",
        {
            "sample_many": """
def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng(42)
    counts = np.bincount(rng.choice(len(tokens), size=n, p=p))
    return counts, counts / n
""",
        },
        {},
    ),
    Beginner(
        "tina",
        "a loop without an end, and the mean of the gaps",
        {
            "top_k": """
def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k")
    q = np.zeros(len(p))
    while k > 0:
        i = int(np.argmax(p))
        q[i] = p[i]
    return q / q.sum()
""",
            "deviation": """
def deviation(p, rel):
    return np.mean(np.abs(p - rel))
""",
        },
        {},
    ),
    Beginner(
        "udo",
        "one choice is a token, the other an index",
        {
            "argmax_choice": """
def argmax_choice(tokens, p):
    return int(np.argmax(p))
""",
            "sample_choice": """
def sample_choice(tokens, p, rng):
    return rng.choice(tokens, p=p)
""",
        },
        {},
    ),
    Beginner(
        "vera",
        "keys that are texts, and a deviation at T = 1",
        {
            "temperature_table": """
temperature_table = {}
for T in ["0.2", "1.0", "3.0"]:
    p = softmax_with_temperature(logits, float(T))
    temperature_table[T] = (p.max(), entropy(p))
""",
            "my_deviation": """
p = softmax_with_temperature(logits, 1.2)
counts, rel = sample_many(vocab, softmax(logits), 10000)
my_deviation = deviation(p, rel)
""",
        },
        {},
    ),
    Beginner(
        "wim",
        "T = 0 gives the likeliest token, and top_k the k values by size",
        {
            "softmax_with_temperature": """
def softmax_with_temperature(z, T):
    if T <= 0:
        p = np.zeros(len(z))
        p[np.argmax(z)] = 1.0
        return p
    return softmax(z / T)
""",
            "top_k": """
def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k muss zwischen 1 und V liegen")
    best = sorted(p, reverse=True)[:k]
    return np.array(best) / sum(best)
""",
        },
        {},
    ),
    Beginner(
        "xenia",
        "top_k writes into p and refuses no k, and prob_not refuses no token",
        {
            "top_k": """
def top_k(p, k):
    order = np.argsort(-p, kind="stable")
    p[order[k:]] = 0
    return p / p.sum()
""",
            "prob_not": """
def prob_not(tokens, p, token):
    total = 0
    for t, x in zip(tokens, p):
        if t != token:
            total += x
    return total
""",
        },
        {},
    ),
    Beginner(
        "yara",
        "softmax is not divided by the sum, and the table is typed from the screen",
        {
            "softmax": """
def softmax(z):
    z = np.asarray(z, dtype=float)
    return np.exp(z - np.max(z))
""",
            "temperature_table": """
temperature_table = {0.2: (0.88, 0.38), 1.0: (0.44, 1.38), 3.0: (0.26, 1.73)}
""",
        },
        {},
    ),
    Beginner(
        "zoe",
        "another name for a parameter, and the global logits instead of z",
        {
            "softmax": """
def softmax(x):
    x = np.asarray(x, dtype=float)
    e = np.exp(x - x.max())
    return e / e.sum()
""",
            "softmax_with_temperature": """
def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T")
    return softmax(logits / T)
""",
        },
        {},
    ),
)
