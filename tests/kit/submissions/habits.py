"""Honest notebooks with the habits that people have in notebooks: none of them loses a point."""

from __future__ import annotations

from functools import partial

from nbformat import NotebookNode

from tests.kit.submissions import (
    Change,
    Submission,
    after,
    answer,
    cell_of,
    ends_with,
    first,
    last,
    several,
)


def starts_with(task: str, line: str) -> Change:
    """Begin the cell of an answer with one more line."""

    def change(notebook: NotebookNode) -> None:
        cell = cell_of(notebook, task)
        cell.source = f"{line}\n{cell.source}"

    return change


# --- what IPython offers --------------------------------------------------------

PREAMBLE = """
%matplotlib inline
%load_ext autoreload
%autoreload 2
%config InlineBackend.figure_format = 'retina'
%config IPCompleter.greedy = True
%precision 3
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.ast_node_interactivity = "all"
"""

LOOKS = """
%timeit -n 2 -r 1 softmax([1.0, 2.0])
%who
%whos ndarray
softmax?
help(softmax)
%pinfo softmax
%history -l 1
%prun -q softmax([1.0, 2.0])
"""

SHELL = """
!ls
files = !ls
!echo {len(files)}
%ls
%pwd
%env
"""

SCRIPTS = [
    "%%bash\necho from bash",
    "%%html\n<b>bold</b>",
    "%%javascript\nconsole.log(1)",
    "%%latex\n$p_i$",
    "%%capture shown\nprint(softmax([1.0, 2.0]))",
    "%%timeit -n 2 -r 1\nsoftmax([1.0, 2.0])",
    "%%time\nentropy(np.array([0.5, 0.5]))",
    "shown.show()",
    "%%script python3\nprint(1)",
]

IN_CELLS = several(
    starts_with("softmax", "%%time"),
    starts_with("entropy", "%%capture"),
    starts_with("top_k", "%%capture --no-stderr out"),
    starts_with("deviation", "%matplotlib inline"),
    starts_with("my_deviation", "%%time"),
)

INSTALLS = "%pip install -q seaborn\n!pip install numpy\n!apt-get install -y graphviz"

# --- modules and files ----------------------------------------------------------

HELPER = "%%writefile helper.py\nimport numpy as np\n\ndef shifted(z):\n    return z - np.max(z)\n"

WITH_HELPER = """
from helper import shifted
def softmax(z):
    import helper
    e = np.exp(helper.shifted(np.asarray(z, dtype=float)))
    assert shifted is helper.shifted
    return e / e.sum()
"""

ON_PATH = """
import sys
from pathlib import Path
Path("lib").mkdir(exist_ok=True)
Path("lib/shifting.py").write_text("def shifted(z):\\n    return z - z.max()\\n")
sys.path.insert(0, "lib")
import importlib
import shifting
importlib.reload(shifting)
"""

WITH_SHIFTING = """
def softmax(z):
    e = np.exp(shifting.shifted(np.asarray(z, dtype=float)))
    return e / e.sum()
"""

FILES = """
import json, os, pickle, tempfile
os.makedirs("figures", exist_ok=True)
plt.plot([1, 2]); plt.savefig("figures/line.png"); plt.close()
np.save("probs.npy", softmax(logits))
with open("probs.pkl", "wb") as file:
    pickle.dump(softmax(logits), file)
with open("tokens.json", "w") as file:
    json.dump(vocab, file)
with tempfile.NamedTemporaryFile("w") as file:
    file.write("x")
os.chdir("figures")
print(os.listdir("."), np.load("../probs.npy"))
"""

# --- ways to write a function ---------------------------------------------------

CALLABLE = """
from dataclasses import dataclass, field
from typing import ClassVar

@dataclass(frozen=True)
class Softmax:
    shift: bool = True
    uses: ClassVar[int] = 0
    def __call__(self, z):
        z = np.asarray(z, dtype=float)
        e = np.exp(z - z.max() if self.shift else z)
        return e / e.sum()

softmax = Softmax()
"""

METHODS = """
class Sampler:
    @staticmethod
    def draw(tokens, p, rng):
        idx = int(rng.choice(len(tokens), p=p))
        return tokens[idx], idx
    @classmethod
    def make(cls):
        return cls()
    def __enter__(self):
        return self
    def __exit__(self, *about):
        return False

with Sampler.make() as sampler:
    sample_choice = sampler.draw
"""

LAMBDA = "deviation = lambda p, rel: np.abs(p - rel).max()"

PARTIAL = """
from functools import partial

def _sample_many(minlength, tokens, p, n=2000, rng=None):
    rng = rng or np.random.default_rng()
    counts = np.bincount(rng.choice(len(tokens), size=n, p=p), minlength=minlength or len(tokens))
    return counts, counts / n

sample_many = partial(_sample_many, None)
"""

CACHED = """
from functools import cache, lru_cache, reduce

@lru_cache(maxsize=None)
def log_of(x):
    return 0.0 if x == 0 else np.log(x)

@cache
def entropy_of(values):
    return -sum(x * log_of(x) for x in values)

def entropy(p):
    return float(entropy_of(tuple(p)))
"""

HINTS = """
from __future__ import annotations
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])
Vector = npt.NDArray[np.float64]

class HasMax(Protocol):
    def max(self) -> Any: ...

def deviation(p: Vector, rel: Vector | Sequence[float]) -> float:
    gaps: Vector = np.abs(np.asarray(p) - np.asarray(rel))
    return float(gaps.max())
"""

DECORATED = """
import functools, time

def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            print(f"{function.__name__}: {time.perf_counter() - start:.6f} s")
    return wrapper

def repeated(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for _ in range(times):
                result = function(*args, **kwargs)
            return result
        return wrapper
    return decorate

@timed
@repeated(2)
@np.errstate(all="ignore")
def softmax(z):
    z = np.array(z, dtype=float, copy=True)
    return np.exp(z - np.logaddexp.reduce(z))
"""

DOCTESTS = '''
def deviation(p, rel):
    """The largest gap.

    >>> deviation(np.array([0.5, 0.5]), np.array([0.25, 0.75]))
    0.25
    >>> 1 + 1
    3
    """
    return float(np.max(np.abs(p - rel)))

import doctest, unittest
doctest.testmod()

class TestDeviation(unittest.TestCase):
    def test_zero(self):
        self.assertEqual(deviation(np.ones(2), np.ones(2)), 0)
    def test_wrong(self):
        self.assertEqual(1, 2)

unittest.main(argv=[""], exit=False)
np.testing.assert_allclose(deviation(np.ones(2), np.zeros(2)), 1)
'''

NOISY = """
import logging, sys, warnings
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
log = logging.getLogger("softmax")
warnings.simplefilter("always")

def softmax(z):
    log.debug("softmax of %s", z)
    warnings.warn("careful", RuntimeWarning)
    print("softmax", file=sys.stderr, end="\\r")
    sys.stdout.write("."); sys.stdout.flush()
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max())
    log.info("done")
    return e / e.sum()
"""

UNICODE = """
import math as μ
π = μ.pi
def softmax(z):
    größe = np.asarray(z, dtype=float)   # 🎲 Δ ≤ ∑
    Δ = größe - größe.max()
    ŷ = np.exp(Δ)
    return ŷ / ŷ.sum()
print("✓ fertig — “ja” 日本語 \\N{GRINNING FACE}")
"""

LEFTOVERS = '''
def deviation(p, rel):
    # erster Versuch:
    # return np.mean(np.abs(p - rel))
    """
    return abs(sum(p - rel))
    """
    return np.max(np.abs(p - rel))
    # DEIN CODE
    raise NotImplementedError()
'''

TWICE = """
def entropy(p):
    return -np.sum(p * np.log(p))   # nan bei 0

def entropy(p):
    return float(-np.sum(p * np.log(np.where(p > 0, p, 1))))

assert np.isclose(entropy(np.array([0.5, 0.5])), np.log(2))
print(entropy(np.array([1.0, 0.0])))
plt.plot([entropy(np.array([x, 1 - x])) for x in np.linspace(0, 1, 20)])
plt.show()
"""

# --- what happens beside the answers --------------------------------------------

POOLS = """
import threading, time
from concurrent.futures import ThreadPoolExecutor, ProcessPoolExecutor
import multiprocessing
def square(x): return x * x
with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(square, range(4))))
with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(square, range(4)))
with ProcessPoolExecutor(2) as pool:
    print(list(pool.map(square, range(4))))
thread = threading.Thread(target=time.sleep, args=(0.1,)); thread.start(); thread.join()
threading.Timer(0.1, print, ["later"]).start()
"""

IN_THREADS = """
from concurrent.futures import ThreadPoolExecutor
def deviation(p, rel):
    with ThreadPoolExecutor(2) as pool:
        gaps = list(pool.map(lambda pair: abs(pair[0] - pair[1]), zip(p, rel)))
    return max(gaps)
"""

BACKGROUND = """
import threading, time
stop = threading.Event()
def spin():
    while not stop.wait(0.05):
        pass
threading.Thread(target=spin, daemon=True).start()
"""

ASYNC = """
import asyncio
async def slowly(x):
    await asyncio.sleep(0.01)
    return x
print(await asyncio.gather(slowly(1), slowly(2)))
task = asyncio.create_task(slowly(3))
"""

WIDGETS = """
import ipywidgets as widgets
from ipywidgets import interact, interactive, fixed
from IPython.display import HTML, Latex, Markdown, clear_output, display
interact(lambda T, k: print(softmax_with_temperature(logits, T)), T=(0.1, 3.0), k=fixed(2))
slider = widgets.FloatSlider(value=1.0, min=0.1, max=3.0)
out = widgets.Output()
slider.observe(lambda change: print(change), names="value")
with out:
    print("inside")
display(widgets.VBox([slider, out]), Markdown("**x**"), HTML("<i>y</i>"), Latex("$z$"))
slider.value = 2.0
for i in range(5):
    clear_output(wait=True)
    print(i, end="\\r")
"""

PLOTS = """
import matplotlib as mpl
mpl.rcParams["figure.dpi"] = 60
plt.rcParams.update({"font.size": 8, "axes.grid": True})
plt.style.use("ggplot")
fig, axes = plt.subplots(1, 2)
axes[0].bar(vocab, softmax(logits)); axes[1].plot([1, 2])
fig.tight_layout(); plt.show()
plt.hist(np.random.default_rng(0).normal(size=100)); plt.show()
plt.ion(); plt.plot([1]); plt.draw(); plt.pause(0.01); plt.close("all")
"""

FAILING = [
    "assert softmax([1, 2])[0] > 0.9, 'geht nicht'",
    "1 / 0",
    "def unfinished(:\n    pass",
    "print('open",
    "  x = 1\n y = 2",
    "not_defined_anywhere",
    "T = float(input('T? '))",
    "import getpass; getpass.getpass()",
    "import pandas_that_nobody_has",
    "%no_such_magic",
    "raise KeyboardInterrupt",
    "breakpoint()",
    "%debug",
    "import asyncio; asyncio.run(asyncio.sleep(0))",
    "%matplotlib widget",
    "import sys; sys.exit('stop')",
    "raise SystemExit",
]

NEVER_ASKED = """
def ask():
    return float(input("T? "))
def main():
    print(softmax(logits))
    return 0
if __name__ == "__main__":
    main()
"""

MAIN_EXITS = """
import sys
def main() -> int:
    print(softmax(logits))
    return 0
if __name__ == "__main__":
    sys.exit(main())
"""

SETTINGS = """
import gc, random, sys, warnings
np.set_printoptions(precision=2, suppress=True, threshold=5)
np.seterr(all="ignore")
warnings.filterwarnings("ignore")
sys.setrecursionlimit(5000)
random.seed(0); np.random.seed(0)
gc.collect()
"""

SHADOWS = """
sum = 0
for x in softmax(logits): sum += x
max = min = 3; list = [1, 2]; dict = {}; str = "text"; len = None; print = lambda *a: None
abs = range = zip = float = int = tuple = isinstance = None
p = T = z = k = tokens = "overwritten"
"""

EXITS = {
    "exit": "exit()",
    "quit": "quit()",
    "exit-line": "exit",
    "quit-keeping-the-kernel": "quit(keep_kernel=True)",
}

DELETES = """
scratch = [1]
del scratch
"""

HABITS = [
    Submission("magics", "sets IPython up and looks around", several(first(PREAMBLE), last(LOOKS))),
    Submission("shell-lines", "asks the shell", after("softmax", SHELL)),
    Submission("cell-magics", "has cells in other languages", last(*SCRIPTS)),
    Submission("answers-under-cell-magics", "times and silences the answers", IN_CELLS),
    Submission("installs-packages", "installs what is there already", first(INSTALLS)),
    Submission(
        "own-module",
        "writes a module and imports it",
        several(after("vocabulary", HELPER), answer("softmax", WITH_HELPER)),
    ),
    Submission(
        "own-module-on-path",
        "writes a module into a folder of its own",
        several(after("vocabulary", ON_PATH), answer("softmax", WITH_SHIFTING)),
    ),
    Submission("own-files", "writes files and changes the folder", after("top_k", FILES)),
    Submission(
        "callables",
        "answers with objects that can be called",
        several(
            answer("softmax", CALLABLE),
            answer("sample_choice", METHODS),
            answer("deviation", LAMBDA),
            answer("sample_many", PARTIAL),
        ),
    ),
    Submission("caches", "remembers what only the argument decides", answer("entropy", CACHED)),
    Submission("type-hints", "annotates everything", answer("deviation", HINTS)),
    Submission("decorators", "decorates its functions", answer("softmax", DECORATED)),
    Submission("doctests", "tests itself, and not all passes", answer("deviation", DOCTESTS)),
    Submission("noisy", "logs, warns and prints in a function", answer("softmax", NOISY)),
    Submission("unicode-names", "has names beyond ASCII", answer("softmax", UNICODE)),
    Submission(
        "leftovers",
        "keeps old attempts and what the stub raised",
        several(answer("deviation", LEFTOVERS), answer("entropy", TWICE)),
    ),
    Submission(
        "pools",
        "uses threads and processes that end",
        several(first(POOLS), answer("deviation", IN_THREADS)),
    ),
    Submission("background-thread", "leaves a thread running", after("softmax", BACKGROUND)),
    Submission("top-level-await", "awaits in a cell", after("entropy", ASYNC)),
    Submission("widgets", "plays with sliders", after("entropy", WIDGETS)),
    Submission("plots", "changes how plots look, and shows some", after("entropy", PLOTS)),
    Submission(
        "own-cells-fail",
        "has cells that raise, ask or are no Python",
        several(*(after(task, code) for task in ("softmax", "top_k") for code in FAILING)),
    ),
    Submission("main-guard", "ends as a script does", last(NEVER_ASKED, MAIN_EXITS)),
    Submission("main-guard-first", "exits as a script does", after("softmax", MAIN_EXITS)),
    Submission("settings", "sets what can be set", several(first(DELETES), first(SETTINGS))),
    Submission("shadowed-builtins", "uses up the names of built-ins", last(SHADOWS)),
    Submission("star-import", "imports everything at last", last("from numpy import *")),
    Submission("resets", "clears everything at last", last("del softmax, np", "%reset -f")),
    # what a cell that ends its kernel leaves undone must be nobody's loss
    *(
        Submission(f"{name}-{where}", f"{code} {where.replace('-', ' ')}", put(code))
        for name, code in EXITS.items()
        for where, put in (("at-the-end", last), ("in-the-middle", partial(after, "entropy")))
    ),
    Submission("exit-in-an-answer", "exits in an answer's cell", ends_with("entropy", "exit()")),
]
