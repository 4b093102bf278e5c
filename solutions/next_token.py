"""Right answers of the assignment `next_token`: from logits to sampled tokens.

Logits and probabilities are dimensionless float64 arrays of shape (V,), where V
is the size of the vocabulary; `tokens` is a list of V distinct strings. No
function changes its arguments. Randomness comes from the generator passed in.
The bodies are those of the notebook's solution cells; a test ties the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]
Counts = NDArray[np.int64]

vocab: list[str] = ["Paris", "Berlin", "Rom", "Frankreich", ".", "<EOS>"]
logits: Vector = np.array([2.4, 1.2, 0.3, 2.0, 0.1, -0.5])


def softmax(z: ArrayLike) -> Vector:
    """Return p_i = exp(z_i) / sum_j exp(z_j), an array of shape (V,) that sums to 1.

    `z` is an array or a list of V numbers, at least one of them finite; -inf
    masks a token. Adding a constant to all logits changes nothing, so the
    largest becomes 0 and `exp` cannot overflow (Goodfellow, Bengio, Courville:
    Deep Learning, section 4.1).
    """
    z = np.asarray(z, dtype=np.float64)
    weights = np.exp(z - z.max())
    p: Vector = weights / weights.sum()
    return p


def softmax_with_temperature(z: Vector, T: float) -> Vector:
    """Return `softmax(z / T)`; raises ValueError unless T is positive.

    T divides the logits as temperature divides the energy in a Boltzmann
    distribution (Hinton, Vinyals, Dean 2015, equation 1).
    """
    if T <= 0:
        raise ValueError(f"T is the temperature and must be positive, not {T}.")
    return softmax(z / T)


def entropy(p: Vector) -> float:
    """Return the Shannon entropy -sum_i p_i ln p_i in nats, with 0 ln 0 = 0 (Shannon 1948)."""
    possible = p[p > 0]
    return 0.0 - float(np.sum(possible * np.log(possible)))  # a plain minus would give -0.0


def argmax_choice(tokens: list[str], p: Vector) -> tuple[str, int]:
    """Return `(token, idx)` of the largest probability, the first one on a tie."""
    idx = int(np.argmax(p))
    return tokens[idx], idx


def sample_choice(tokens: list[str], p: Vector, rng: np.random.Generator) -> tuple[str, int]:
    """Draw `(token, idx)` with probability `p[idx]`; probability 0 is never drawn."""
    idx = int(rng.choice(len(tokens), p=p))
    return tokens[idx], idx


def sample_many(
    tokens: list[str], p: Vector, n: int = 2000, rng: np.random.Generator | None = None
) -> tuple[Counts, Vector]:
    """Draw n >= 1 tokens; return how often each came and its share, two arrays of shape (V,).

    Without `rng` a fresh generator draws, and each call gives another result.
    """
    if rng is None:
        rng = np.random.default_rng()
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / n


def deviation(p: Vector, rel: Vector) -> float:
    """Return max_i abs(p_i - rel_i), the largest gap between theory and frequencies."""
    return float(np.max(np.abs(p - rel)))


def prob_not(tokens: list[str], p: Vector, token: str) -> float:
    """Return the probability of drawing anything but `token`.

    Raises ValueError where `token` is not among `tokens`.
    """
    if token not in tokens:
        raise ValueError(f"{token!r} is not in the vocabulary.")
    return float(1 - p[tokens.index(token)])


def top_k(p: Vector, k: int) -> Vector:
    """Return a new array: the k largest probabilities renormalised to sum 1, the rest 0.

    On a tie at the border the lower index stays, so exactly k places stay; they
    may include probability 0. Raises ValueError unless 1 <= k <= V
    (Fan, Lewis, Dauphin 2018, section 5.4).
    """
    if not 1 <= k <= len(p):
        raise ValueError(f"k must be from 1 to {len(p)}, not {k}.")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best] / p[best].sum()
    return kept


def top_k_choice(tokens: list[str], p: Vector, k: int, rng: np.random.Generator) -> tuple[str, int]:
    """Draw `(token, idx)` from `top_k(p, k)`; raises ValueError unless 1 <= k <= V."""
    return sample_choice(tokens, top_k(p, k), rng)


def table_row(z: Vector, T: float) -> tuple[float, float]:
    """Return `(p_max, H)`: the largest probability and the entropy, in nats, at temperature T."""
    p = softmax_with_temperature(z, T)
    return float(p.max()), entropy(p)


def sampled_deviation(T: float, n: int, rng: np.random.Generator) -> float:
    """Return the deviation of n draws from the given `logits` at temperature T."""
    p = softmax_with_temperature(logits, T)
    return deviation(p, sample_many(vocab, p, n, rng)[1])


temperature_table: dict[float, tuple[float, float]] = {
    T: table_row(logits, T) for T in (0.2, 1.0, 3.0)
}
my_logits: Vector = np.array([3.0, 0.5, 0.0, 3.0, -1.0, -2.0])
my_deviation: float = sampled_deviation(1.2, 10_000, np.random.default_rng(7))
