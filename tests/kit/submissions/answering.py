"""Submissions that answer wrongly on purpose, most of them where a ValueError is expected."""

from __future__ import annotations

from tests.kit.submissions import Submission, answer, several

# Right wherever the token is known; else the refusal is what each recipe puts in.
REFUSES_BY = """
{before}
def prob_not(tokens, p, token):
    if token in tokens:
        return 1 - p[tokens.index(token)]
    {refusal}
"""

# The one law of prob_not that asks for a ValueError.
REFUSAL = {"prob_not": 1.0}

CIRCLE = """
circle = []
circle.append(circle)
"""

LIAR = """
class Liar(dict):
    def items(self):
        raise ValueError("no")
"""

SURROGATE_ERROR = """
class Odd(Exception):
    pass
Odd.__name__ = "ValueError"
Odd.__qualname__ = "ValueError"
Odd.__module__ = "builtins"
"""

SAME_NAME = """
class ValueError(Exception):
    pass
"""

LIES_ABOUT_CLASS = """
import builtins
class Odd(Exception):
    @property
    def __class__(self):
        return builtins.ValueError
    def __instancecheck__(self, other):
        return True
"""

SILENT = """
class Silent(ValueError):
    def __str__(self):
        raise RuntimeError("no text")
    __repr__ = __str__
"""

PATCHES_BUILTIN = """
import builtins
from autograder.guest import answer
answer.BUILT_IN = frozenset(answer.BUILT_IN)
class Mine(Exception):
    pass
builtins.ValueError = ValueError = Mine
"""

# returns its right answer only behind a change of its argument's memory
BEHIND_A_COPY = """
def top_k(p, k):
    import ctypes
    if not 1 <= k <= len(p):
        raise ValueError("k")
    copied = p.copy()
    ctypes.memset(p.ctypes.data, 0, p.nbytes)
    best = np.argsort(-copied, kind="stable")[:k]
    kept = np.zeros(len(copied))
    kept[best] = copied[best] / copied[best].sum()
    return kept
"""

SORTS_TOKENS = """
def argmax_choice(tokens, p):
    idx = int(np.argmax(p))
    token = tokens[idx]
    tokens.sort()
    return token, idx
"""

RETURNS_ITS_ARGUMENT = """
def argmax_choice(tokens, p):
    idx = int(np.argmax(p))
    result = tokens[idx], idx
    p[:] = np.roll(p, 1)
    p[:] = np.roll(p, -1)
    if len(tokens) != 6:  # not the notebook's own vocabulary
        tokens.append("more")
    return result
"""

LONGDOUBLE = """
def softmax(z):
    z = np.asarray(z, dtype=np.longdouble)
    weights = np.exp(z - z.max())
    return weights / weights.sum()
"""

OBJECTS = """
def top_k(p, k):
    if not 1 <= k <= len(p):
        raise ValueError("k")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p), dtype=object)
    kept[best] = p[best] / p[best].sum()
    return kept
def top_k_choice(tokens, p, k, rng):
    return sample_choice(tokens, top_k(p, k).astype(float), rng)
"""

MASKED = """
def top_k(p, k):
    if not 1 <= k <= len(p):
        raise ValueError("k")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best] / p[best].sum()
    return np.ma.masked_array(kept, mask=kept == 0)
def top_k_choice(tokens, p, k, rng):
    return sample_choice(tokens, np.asarray(top_k(p, k)), rng)
"""

DECIMAL = """
def deviation(p, rel):
    from decimal import Decimal
    return Decimal(float(np.max(np.abs(p - rel))))
"""

TEXT = """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError(token)
    return str(float(1 - p[tokens.index(token)]))
"""

NAMED_TUPLE = """
import collections
Choice = collections.namedtuple("Choice", "token idx")
def argmax_choice(tokens, p):
    idx = int(np.argmax(p))
    return Choice(tokens[idx], idx)
"""

LIST_PAIR = """
def argmax_choice(tokens, p):
    idx = int(np.argmax(p))
    return [tokens[idx], idx]
"""

NEGATIVE_INDEX = """
def argmax_choice(tokens, p):
    idx = int(np.argmax(p))
    return tokens[idx], idx - len(tokens)
"""

ODD_VARIABLES = """
class Table(dict):
    def get(self, *key):
        return (0.5, 0.5)
temperature_table = Table({0.2: lambda: 1})
"""

CIRCULAR_TABLE = """
temperature_table = {}
temperature_table[0.2] = temperature_table
"""

NAN_LOGITS = "my_logits = np.array([np.nan, np.nan, np.nan, -np.inf, np.inf, 1.0])"

MANY_DIGITS = """
import sys
sys.set_int_max_str_digits(0)
my_deviation = 10 ** 5000
"""


# the list of tokens is its own first element after the call
ARGUMENT_CIRCLE = """
def prob_not(tokens, p, token):
    if token not in tokens:
        tokens.insert(0, tokens)
        raise ValueError(token)
    return 1 - p[tokens.index(token)]
"""

HIDES_IN_ARGUMENT = """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError(token)
    result = float(1 - p[tokens.index(token)])
    if len(tokens) != 6:
        tokens.append(tokens)
    return result
"""

VIEW = """
def top_k(p, k):
    if not 1 <= k <= len(p):
        raise ValueError("k")
    kept = p.view()
    kept[np.argsort(-p, kind="stable")[k:]] = 0
    kept /= kept.sum()
    return kept
"""


def refuses(
    name: str, tries: str, refusal: str, before: str = "", *, right: bool = False
) -> Submission:
    """A submission that is right but for how it refuses an unknown token."""
    code = REFUSES_BY.format(before=before, refusal=refusal)
    return Submission(name, tries, answer("prob_not", code), {} if right else REFUSAL)


# Where the name ValueError itself is taken, later functions refuse by it as well.
REFUSES_TOO = REFUSAL | {"top_k": 1.0}

ANSWERING = [
    refuses("circle", "returns a circular list for ValueError", "return circle", CIRCLE),
    refuses("many-digits", "returns an int of 5,000 digits for ValueError", "return 10 ** 5000"),
    refuses("surrogate", "returns half a surrogate pair for ValueError", r'return "\ud800"'),
    refuses("generator", "returns a generator for ValueError", "return (x for x in tokens)"),
    refuses("liar", "returns a dict whose items raise ValueError", "return Liar(a=1)", LIAR),
    refuses("too-large", "returns too much for ValueError", "return np.zeros(10 ** 7)"),
    refuses(
        "bad-bytes", "returns an array that is no numbers", 'return np.array([b"\\xff", None])'
    ),
    refuses("none", "returns None for ValueError", "return None"),
    refuses("the-class", "returns the class ValueError", "return ValueError"),
    refuses("an-instance", "returns a ValueError", 'return ValueError("unknown")'),
    refuses("key-error", "raises another error", "raise KeyError(token)"),
    refuses("group", "raises a group of ValueErrors", 'raise ExceptionGroup("x", [ValueError()])'),
    refuses("renamed", "raises an error renamed to ValueError", "raise Odd()", SURROGATE_ERROR),
    Submission(
        "same-name",
        "raises a ValueError of its own",
        answer("prob_not", REFUSES_BY.format(before=SAME_NAME, refusal="raise ValueError(token)")),
        REFUSES_TOO,
    ),
    refuses("lies-about-class", "raises what says it is one", "raise Odd()", LIES_ABOUT_CLASS),
    Submission(
        "replaced",
        "replaces ValueError itself",
        answer("prob_not", REFUSES_BY.format(before=PATCHES_BUILTIN, refusal="raise ValueError()")),
        REFUSES_TOO | {"top_k_choice": 0.5},
    ),
    refuses("subclass", "raises a UnicodeError", 'raise UnicodeError("x")', right=True),
    refuses("silent", "raises a ValueError without a text", "raise Silent()", SILENT, right=True),
    refuses(
        "odd-text",
        "raises a ValueError with half a surrogate pair",
        r'raise ValueError("\ud800\x00\x1b[31m")',
        right=True,
    ),
    Submission(
        "behind-a-copy",
        "changes the memory of its argument behind a copy",
        answer("top_k", BEHIND_A_COPY),
        {"top_k": 0.5},
    ),
    Submission(
        "sorts-tokens",
        "sorts the list it is given",
        answer("argmax_choice", SORTS_TOKENS),
        {"argmax_choice": 0.5},
    ),
    Submission(
        "appends-token",
        "leaves the array as it was, but not the list",
        answer("argmax_choice", RETURNS_ITS_ARGUMENT),
        {"argmax_choice": 0.5},
    ),
    Submission(
        "longdouble",
        "calculates more exactly than it should",
        answer("softmax", LONGDOUBLE),
        {"softmax": 0.5},
    ),
    Submission(
        "objects",
        "returns an array of objects",
        answer("top_k", OBJECTS),
        {"top_k": "all"},
    ),
    Submission("masked", "returns a masked array", answer("top_k", MASKED), {"top_k": "all"}),
    Submission(
        "decimal",
        "returns a Decimal",
        answer("deviation", DECIMAL),
        {"deviation": "all"},
    ),
    Submission(
        "text",
        "returns a text that reads as a number",
        answer("prob_not", TEXT),
        {"prob_not": "all"},
    ),
    Submission("named-tuple", "returns a named tuple", answer("argmax_choice", NAMED_TUPLE)),
    Submission(
        "list-pair", "returns a list", answer("argmax_choice", LIST_PAIR), {"argmax_choice": 1.5}
    ),
    Submission(
        "negative-index",
        "counts from the end",
        answer("argmax_choice", NEGATIVE_INDEX),
        {"argmax_choice": 1.5},
    ),
    Submission(
        "odd-variables",
        "gives variables that no wire carries",
        several(
            answer("temperature_table", ODD_VARIABLES),
            answer("my_logits", NAN_LOGITS),
            answer("my_deviation", MANY_DIGITS),
        ),
        {"temperature_table": "all", "my_logits": "all", "my_deviation": "all"},
    ),
    Submission(
        "circular-table",
        "gives a table that holds itself",
        answer("temperature_table", CIRCULAR_TABLE),
        {"temperature_table": "all"},
    ),
    refuses(
        "wire-error",
        "raises the wire's own error for ValueError",
        "from autograder.guest import wire; raise wire.TooLarge('x')",
    ),
    refuses(
        "json-error",
        "has its refusal raised by what reads it",
        "return type('Odd', (), {'__class__': property(lambda self: int('x'))})()",
    ),
    Submission(
        "argument-circle",
        "refuses rightly, with an argument that holds itself",
        answer("prob_not", ARGUMENT_CIRCLE),
    ),
    Submission(
        "hides-in-argument",
        "leaves an argument that no wire carries",
        answer("prob_not", HIDES_IN_ARGUMENT),
        {"prob_not": "all"},
    ),
    Submission(
        "view",
        "works on a view of its argument",
        answer("top_k", VIEW),
        {"top_k": 0.5},
    ),
]
