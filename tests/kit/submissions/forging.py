"""Submissions that try to make the verdict themselves.

Some start from the solved notebook and get one task wrong, others from the
untouched one, which earns nothing whatever it says of itself.
"""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_output

from tests.kit.submissions import Change, Submission, answer, first, several

BLANKS_CELLS = """
ip = get_ipython()
ip.input_transformers_cleanup.append(lambda lines: [])
"""

PAYS_ITSELF = """
import IPython
class Full:
    def __repr__(self): return "1000"
    def _repr_html_(self): return "<b>52/52</b>"
def deviation(p, rel): return Full()
get_ipython().display_formatter.format = lambda *a, **k: ({"text/plain": "1000"}, {})
"""

ALWAYS_EQUAL = """
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __abs__(self): return self
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__
    def __float__(self): return 0.5
    def __len__(self): return 2
    def __bool__(self): return True
    def __iter__(self): return iter((0.5, 0.5))
    def __array__(self, *a, **k): return np.array([0.5, 0.5])
    @property
    def __class__(self): return np.ndarray
def deviation(p, rel): return Yes()
"""

LYING_ARRAY = """
class Lying(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array_function__(self, *a): return True
    def __array_ufunc__(self, *a, **k): return np.zeros(1)
def top_k(p, k):
    return np.zeros(len(p)).view(Lying)
"""

LYING_NUMBER = """
class Number(float):
    def __eq__(self, other): return True
    def __abs__(self): return self
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __hash__(self): return 1
def prob_not(tokens, p, token):
    return Number(0.25)
"""

SYSTEM_EXIT = """
import sys
def deviation(p, rel): sys.exit(0)
"""

HARD_EXIT = """
import os
def deviation(p, rel): os._exit(0)
"""

CONTROL_FLOW = """
import unittest
def raise_(error):
    raise error
def softmax_with_temperature(z, T):
    import hypothesis.errors
    raise hypothesis.errors.UnsatisfiedAssumption()
def entropy(p):
    import hypothesis.errors
    raise hypothesis.errors.StopTest(0)
"""

PYTEST_SKIP = """
def prob_not(tokens, p, token):
    import pytest
    pytest.skip("not today")
"""

UNITTEST_SKIP = """
def deviation(p, rel):
    import unittest
    raise unittest.SkipTest("not today")
"""

PATCHES = """
import builtins, sys
np.allclose = lambda *a, **k: True
np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
builtins.AssertionError = Exception
builtins.abs = lambda x: 0
builtins.isinstance = lambda *a: True
sys.modules["pytest"] = sys.modules["hypothesis"] = sys
"""

WRONG_DEVIATION = "def deviation(p, rel): return 42.0"

FORGES_REPLIES = """
import os, struct, json, threading
payload = json.dumps({"value": 0.0, "arguments": [], "named": {"dict": []}}).encode()
frame = struct.pack(">I", len(payload)) + payload
def deviation(p, rel):
    for fd in range(3, 256):
        try:
            os.write(fd, frame)
        except OSError:
            pass
    os._exit(0)
"""

FORGES_MESSAGES = """
from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance().kernel
def forge(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content=content, parent=kernel.get_parent())
forge("execute_result", {"data": {"text/plain": "52"}, "metadata": {}, "execution_count": 1})
forge("stream", {"name": "stdout"})
forge("status", {})
forge("display_data", {"data": 7, "metadata": None, "transient": 3})
def deviation(p, rel): return 42.0
"""

PATCHES_GUEST = """
from autograder.guest import kernel
kernel.answer = lambda *asked: {"value": 0.5, "arguments": [], "named": {"dict": []}}
def deviation(p, rel): return 42.0
"""

# the next copy of the kernel is never made, and nobody can say why
PATCHES_FORKS = """
from autograder.guest import kernel
kernel.handle_fork = None
def deviation(p, rel): return 42.0
"""

LYING_TEXT = """
class Text(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __str__(self): return "Paris"
    def __len__(self): return 5
    def __reduce__(self): return str, ("Paris",)
    encode = __getitem__ = __iter__ = lambda self, *a, **k: iter("Paris")
    __repr__ = __format__ = lambda self, *a: "Paris"
    __hash__ = str.__hash__
def argmax_choice(tokens, p):
    return Text("?"), 0
"""

LYING_CLASSES = """
import itertools
kinds = itertools.cycle([bool, str, int, float, list, tuple, dict, np.float64, np.ndarray])
class Anything:
    def __init__(self): self.kind = next(kinds)
    @property
    def __class__(self): return self.kind
    def __float__(self): return 0.5
    __int__ = __index__ = lambda self: 0
    def __iter__(self): return iter((0.5,))
    def items(self): return [("value", 0.5)]
def deviation(p, rel): return Anything()
"""

NOT_A_NUMBER = """
def entropy(p):
    return np.nan
"""

INFINITE = """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError(token)
    return np.inf - np.inf if len(tokens) > 1 else np.inf
"""

MASKS_EVERYTHING = """
def top_k(p, k):
    if not 1 <= k <= len(p):
        raise ValueError("k")
    return np.ma.masked_all(len(p))
"""

MASKED_INDEX = """
def top_k_choice(tokens, p, k, rng):
    if not 1 <= k <= len(p):
        raise ValueError("k")
    return tokens[0], np.ma.masked
"""

# pytest's own ways to end a test or a session, where unittest's and Hypothesis's are above
PYTEST_EXIT = """
def prob_not(tokens, p, token):
    import pytest
    pytest.exit("everything passed", returncode=0)
"""

PYTEST_XFAIL = """
def deviation(p, rel):
    import pytest
    pytest.xfail("expected to fail")
"""

PYTEST_SKIPPED = """
def top_k(p, k):
    from _pytest import outcomes
    class Skipped(outcomes.Skipped):
        __module__ = "builtins"
    raise Skipped("importorskip", allow_module_level=True)
"""

INTERRUPTS = """
def prob_not(tokens, p, token):
    raise KeyboardInterrupt
"""

CANCELS = """
def deviation(p, rel):
    import asyncio
    raise asyncio.CancelledError
"""

CLOSES = """
def top_k(p, k):
    raise GeneratorExit
"""

POSES_AS_OURS = """
class GraderError(Exception):
    __module__ = "autograder.model.errors"
def deviation(p, rel):
    raise GraderError("There are no hidden tests: a person has to look.")
"""

IPYTHON_HOOKS = """
import ast
ip = get_ipython()
class Kind(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
ip.ast_transformers.append(Kind())
def passes(*arguments):
    if ip.last_execution_result:
        ip.last_execution_result.error_in_exec = None
for event in ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell"):
    ip.events.register(event, passes)
ip.set_custom_exc((BaseException,), lambda *a, **k: ["passed"])
ip.showtraceback = passes
"""

DISPLAY_HOOK = """
import sys
ip = get_ipython()
ip.displayhook.__class__.__call__ = lambda self, result=None: print(1000)
sys.displayhook = lambda value: ip.display_pub.publish({"text/plain": "1000"})
sys.excepthook = lambda *error: None
1000
"""

FORGES_KERNEL_REPLIES = """
import os
from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance().kernel
parent = kernel.get_parent()
done = {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
for content in (done, {"status": "error"}, {"status": 7}, {}):
    kernel.session.send(
        kernel.shell_stream, "execute_reply", content, parent,
        ident=kernel._parent_ident.get("shell"),
    )
kernel.session.send(kernel.iopub_socket, "status", {"execution_state": "idle"}, parent)
def deviation(p, rel): return 42.0
"""

FORGES_CONTROL = """
import os, socket, stat
for number in range(3, 256):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            twin = socket.socket(fileno=os.dup(number))
            if twin.type == socket.SOCK_SEQPACKET:
                twin.send(b'{"done": true}')
                twin.send(b'{"snapshot": null}')
            twin.close()
    except OSError:
        pass
def deviation(p, rel): return 42.0
"""

ANSWERS_FIRST = """
import json, os, stat, struct, threading
payload = json.dumps({"value": 0.0, "arguments": [], "named": {"dict": []}}).encode()
frame = struct.pack(">I", len(payload)) + payload
def shout():
    for turn in range(300):
        for number in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    os.write(number, frame)
            except OSError:
                pass
"""

THREAD_ANSWERS = (
    ANSWERS_FIRST
    + """
def deviation(p, rel):
    if len(p) != 6:  # not while the notebook runs: it would only end the kernel
        threading.Thread(target=shout, daemon=True).start()
    return 42.0
"""
)

FORK_ANSWERS = (
    ANSWERS_FIRST
    + """
def deviation(p, rel):
    if len(p) != 6 and not os.fork():
        shout()
        os._exit(0)
    return 42.0
"""
)

# right for as long as a look at a few examples would take
FIRST_CALLS = """
calls = 0
def deviation(p, rel):
    global calls
    calls += 1
    right = float(np.max(np.abs(p - rel)))
    return right if calls <= 8 else 42.0
"""

REMEMBERS = """
seen = {}
def deviation(p, rel):
    return seen.setdefault(len(p), float(np.max(np.abs(p - rel))))
"""

ONE_STEP_BEHIND = """
last = [0.0]
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError(token)
    last.append(float(1 - p[tokens.index(token)]))
    return last[-2]
"""

KNOWS_WHO_ASKS = """
import sys
def deviation(p, rel):
    asking = sys._getframe(1).f_code
    right = float(np.max(np.abs(p - rel)))
    return right if asking.co_name.startswith(("check_", "<module>")) else 42.0
"""

KNOWS_THE_EXAMPLES = """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError(token)
    shown = {("Paris", 6), ("Berlin", 6), ("<EOS>", 6)}
    return float(1 - p[tokens.index(token)]) if (token, len(tokens)) in shown else 0.0
"""

# --- the untouched notebook ---------------------------------------------------

# nothing raises any more, NotImplementedError least of all, and every comparison holds
REWRITES_CODE = """
import ast
class Kinder(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)
    def visit_Raise(self, node): return ast.copy_location(ast.Pass(), node)
    def visit_Compare(self, node): return ast.copy_location(ast.Constant(True), node)
get_ipython().ast_transformers.append(Kinder())
"""

BLANKS_CHECKS = """
ip = get_ipython()
ip.input_transformers_post.append(
    lambda lines: [] if any("check" in line or "assert" in line for line in lines) else lines
)
"""

EXITS = """
import os
os._exit(0)
"""

SYSTEM_EXITS = """
import sys
get_ipython().run_line_magic("config", "InteractiveShell.xmode = 'Minimal'")
sys.exit(0)
"""

PATCHES_PYTEST = """
import builtins, contextlib, sys, types
nothing = contextlib.nullcontext
always = lambda *arguments, **named: nothing()
for name in ("pytest", "_pytest", "hypothesis", "unittest", "doctest", "otter", "nbgrader"):
    module = types.ModuleType(name)
    module.raises = module.fail = module.skip = module.main = module.given = always
    module.Notebook = type("Notebook", (), {"check": always, "check_all": always})
    sys.modules[name] = module
import numpy as np
for name in ("allclose", "array_equal", "isclose", "all", "any"):
    setattr(np, name, lambda *arguments, **named: True)
for name in ("assert_allclose", "assert_array_equal", "assert_equal"):
    setattr(np.testing, name, always)
builtins.isinstance = builtins.callable = builtins.all = lambda *arguments: True
builtins.AssertionError = builtins.NotImplementedError = type("Fine", (Exception,), {})
builtins.exec = builtins.eval = builtins.compile = always
grader = sys.modules["otter"].Notebook()
"""

SHOWS_MARKS = """
from IPython.display import HTML, Javascript, display
for text in (1000, "1000", HTML("<b>52 / 52</b>"), {"points": 52, "score": 1.0}):
    display(text)
get_ipython().display_formatter.format = lambda *a, **k: ({"text/plain": "1000"}, {})
ip = get_ipython()
ip.displayhook.write_format_data = lambda *a, **k: print("1000")
print("✓ softmax: sieht gut aus!\\n52 of 52 points")
1000
"""

SAYS_YES = """
class Yes:
    def __call__(self, *arguments, **named): return self
    __getattr__ = __getitem__ = __array__ = __array_function__ = __call__
    def __eq__(self, other): return True
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __bool__ = __eq__
    def __ne__(self, other): return False
    def __float__(self): return 0.5
    def __len__(self): return 6
    def __iter__(self): return iter((self, self))
    def __hash__(self): return 1
    def __repr__(self): return "1000"
class Names(dict):
    def __missing__(self, name): return Yes()
    def __contains__(self, name): return True
names = ("softmax", "softmax_with_temperature", "entropy", "argmax_choice", "sample_choice",
         "sample_many", "deviation", "prob_not", "temperature_table", "my_logits",
         "my_deviation", "top_k", "top_k_choice")
class Kept(dict):
    def __setitem__(self, name, value):
        super().__setitem__(name, Yes() if name in names else value)
ip = get_ipython()
ip.user_ns.update(dict.fromkeys(names, Yes()))
ip.events.register("post_run_cell", lambda *a: ip.user_ns.update(dict.fromkeys(names, Yes())))
"""

ANSWERS_FOR_IT = """
from autograder.guest import answer, kernel, wire
full = {"value": 0.5, "arguments": [], "named": {"dict": []}, "points": 52, "status": "passed"}
kernel.answer = answer.call = answer.say_value = answer.describe = lambda *a, **k: full
wire.pack = wire.unpack = lambda value, *a, **k: value
wire.to_bytes = lambda data: b'{"value": {"dict": []}, "passed": true, "earned": 1000}'
"""


def brings_results(notebook: NotebookNode) -> None:
    """Every cell with the output that full marks would have."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.outputs = [new_output("execute_result", {"text/plain": "1000"})]
            cell.metadata["nbgrader_score"] = cell.metadata["score"] = 1000


def untouched(name: str, tries: str, change: Change, told: tuple[str, ...] = ()) -> Submission:
    """A submission that does no task and claims them all."""
    return Submission(f"untouched-{name}", tries, change, {"*": "all"}, told, solved=False)


DEVIATION = {"deviation": "all"}
FROM_DEVIATION_ON = (
    *("deviation", "prob_not", "temperature_table", "my_logits", "my_deviation"),
    *("top_k", "top_k_choice"),
)

FORGING = [
    Submission(
        "blanks-cells",
        "empties every later cell by an input transformer",
        first(BLANKS_CELLS),
        # no later cell runs, so nothing is defined
        {"*": "all"},
    ),
    Submission(
        "pays-itself",
        "returns an object that prints as many points",
        answer("deviation", PAYS_ITSELF),
        {"deviation": "all"},
    ),
    Submission(
        "always-equal",
        "returns an object that equals everything",
        answer("deviation", ALWAYS_EQUAL),
        {"deviation": "all"},
    ),
    Submission(
        "lying-array",
        "returns an ndarray subclass that lies",
        answer("top_k", LYING_ARRAY),
        {"top_k": "all"},
    ),
    Submission(
        "lying-number",
        "returns a float subclass that lies",
        answer("prob_not", LYING_NUMBER),
        {"prob_not": "all"},
    ),
    Submission(
        "system-exit",
        "raises SystemExit inside a function",
        answer("deviation", SYSTEM_EXIT),
        {"deviation": "all"},
    ),
    Submission(
        "hard-exit",
        "ends the process inside a function",
        answer("deviation", HARD_EXIT),
        {"deviation": "all"},
        told=("ended the kernel",),
    ),
    Submission(
        "control-flow",
        "raises Hypothesis's own control exceptions",
        several(
            answer(
                "softmax_with_temperature",
                CONTROL_FLOW.split("def entropy")[0],
            ),
            answer("entropy", "def entropy" + CONTROL_FLOW.split("def entropy")[1]),
        ),
        {"softmax_with_temperature": "all", "entropy": "all"},
    ),
    Submission(
        "pytest-skip", "skips the test", answer("prob_not", PYTEST_SKIP), {"prob_not": "all"}
    ),
    Submission(
        "unittest-skip",
        "raises unittest's SkipTest",
        answer("deviation", UNITTEST_SKIP),
        {"deviation": "all"},
    ),
    Submission(
        "patched-numpy",
        "replaces numpy's comparisons, builtins and modules",
        several(
            first("import numpy as np\n" + PATCHES),
            answer("prob_not", "def prob_not(tokens, p, token): return 7.0"),
        ),
        {"prob_not": "all"},
    ),
    Submission(
        "forged-replies",
        "writes a forged reply on every file descriptor",
        answer("deviation", FORGES_REPLIES),
        # the frame it forges says 0.0 to every question
        {"deviation": "all"},
    ),
    Submission(
        "forged-messages",
        "sends forged kernel messages",
        answer("deviation", FORGES_MESSAGES),
        {"deviation": "all"},
    ),
    Submission(
        "patched-guest",
        "replaces the kit's side of the wire",
        answer("deviation", PATCHES_GUEST),
        dict.fromkeys(FROM_DEVIATION_ON, "all"),
    ),
    Submission(
        "patched-forks",
        "has the kit's side of the wire fork no more",
        answer("deviation", PATCHES_FORKS),
        open=FROM_DEVIATION_ON,
        told=("no copy of the kernel could be made",),
    ),
    Submission(
        "lying-text",
        "returns a str subclass that lies",
        answer("argmax_choice", LYING_TEXT),
        {"argmax_choice": "all"},
    ),
    Submission(
        "lying-classes",
        "returns objects that pose as every class in turn",
        answer("deviation", LYING_CLASSES),
        DEVIATION,
    ),
    Submission(
        "not-a-number",
        "returns nan, which no comparison calls wrong",
        answer("entropy", NOT_A_NUMBER),
        {"entropy": "all"},
    ),
    Submission(
        "infinite",
        "returns nan and infinity",
        answer("prob_not", INFINITE),
        {"prob_not": "all"},
    ),
    Submission(
        "masks-everything",
        "returns masked arrays and the masked constant",
        several(answer("top_k", MASKS_EVERYTHING), answer("top_k_choice", MASKED_INDEX)),
        {"top_k": "all", "top_k_choice": "all"},
    ),
    Submission(
        "outcomes",
        "ends tests as pytest does",
        several(
            answer("prob_not", PYTEST_EXIT),
            answer("deviation", PYTEST_XFAIL),
            answer("top_k", PYTEST_SKIPPED),
        ),
        DEVIATION | {"prob_not": "all", "top_k": "all"},
    ),
    Submission(
        "ends-the-session",
        "raises what ends programs",
        several(
            answer("prob_not", INTERRUPTS),
            answer("deviation", CANCELS),
            answer("top_k", CLOSES),
        ),
        DEVIATION | {"prob_not": "all", "top_k": "all"},
    ),
    Submission(
        "poses-as-ours",
        "raises an error named as the grader's own",
        answer("deviation", POSES_AS_OURS),
        DEVIATION,
    ),
    Submission(
        "ipython-hooks",
        "removes assertions by a transformer and errors by hooks",
        several(first(IPYTHON_HOOKS), answer("deviation", WRONG_DEVIATION)),
        DEVIATION,
    ),
    Submission(
        "display-hook",
        "shows 1000 whatever comes out",
        several(first(DISPLAY_HOOK), answer("deviation", WRONG_DEVIATION)),
        DEVIATION,
    ),
    Submission(
        "forged-kernel-replies",
        "says that a cell is done before it is",
        answer("deviation", FORGES_KERNEL_REPLIES),
        DEVIATION,
    ),
    Submission(
        "forged-control",
        "answers on the sockets that ask for copies",
        answer("deviation", FORGES_CONTROL),
        DEVIATION,
    ),
    Submission(
        "thread-answers",
        "starts a thread that answers first",
        answer("deviation", THREAD_ANSWERS),
        DEVIATION,
    ),
    Submission(
        "fork-answers",
        "starts a process that answers first",
        answer("deviation", FORK_ANSWERS),
        DEVIATION,
    ),
    Submission(
        "first-calls",
        "is right for the first calls",
        answer("deviation", FIRST_CALLS),
        {"deviation": "all"},
    ),
    Submission(
        "remembers",
        "remembers what it returned",
        answer("deviation", REMEMBERS),
        {"deviation": "all"},
    ),
    Submission(
        "one-step-behind",
        "returns what the last call should have",
        answer("prob_not", ONE_STEP_BEHIND),
        {"prob_not": "all"},
    ),
    Submission(
        "knows-who-asks",
        "is right for whom it knows",
        answer("deviation", KNOWS_WHO_ASKS),
        {"deviation": "all"},
    ),
    Submission(
        "knows-the-examples",
        "is right for the examples of the notebook",
        answer("prob_not", KNOWS_THE_EXAMPLES),
        {"prob_not": "all"},
    ),
    untouched("hands-in", "does nothing at all", several()),
    untouched("blanks-checks", "empties every cell that checks", first(BLANKS_CHECKS)),
    untouched("exits", "ends the process in its first cell", first(EXITS), ("ended the kernel",)),
    untouched("system-exits", "leaves in its first cell", first(SYSTEM_EXITS)),
    untouched("patches-pytest", "replaces what tests are made of", first(PATCHES_PYTEST)),
    untouched("rewrites-code", "has everything removed that raises", first(REWRITES_CODE)),
    untouched("shows-marks", "displays full marks", first(SHOWS_MARKS)),
    untouched("display-hook", "displays nothing but full marks", first(DISPLAY_HOOK)),
    untouched("brings-results", "brings full marks along", brings_results),
    untouched("says-yes", "defines every name as one that agrees", first(SAYS_YES)),
    untouched("answers-for-it", "replaces the kit's side of the wire", first(ANSWERS_FOR_IT)),
]
