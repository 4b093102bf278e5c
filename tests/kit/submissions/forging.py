"""Submissions that try to make the verdict themselves."""

from __future__ import annotations

from tests.kit.submissions import Submission, answer, first, several

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

SNAPSHOT_THREAD = """
import threading
for thread in threading.enumerate():
    if thread.name == "autograder":
        thread._target = None
from autograder import guest
guest.answer = lambda request, namespace: {"value": 0.5}
guest.serve_calls = None
def deviation(p, rel): return 42.0
"""

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
        {"deviation": "all", "my_deviation": "all"},
    ),
    Submission(
        "always-equal",
        "returns an object that equals everything",
        answer("deviation", ALWAYS_EQUAL),
        {"deviation": "all", "my_deviation": "all"},
    ),
    Submission(
        "lying-array",
        "returns an ndarray subclass that lies",
        answer("top_k", LYING_ARRAY),
        {"top_k": "all", "top_k_choice": "all"},
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
        {"deviation": "all", "my_deviation": "all"},
    ),
    Submission(
        "hard-exit",
        "ends the process inside a function",
        answer("deviation", HARD_EXIT),
        {"deviation": "all", "my_deviation": "all"},
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
        {
            "softmax_with_temperature": "all",
            "entropy": "all",
            "temperature_table": "all",
            "my_deviation": "all",
        },
    ),
    Submission(
        "pytest-skip", "skips the test", answer("prob_not", PYTEST_SKIP), {"prob_not": "all"}
    ),
    Submission(
        "unittest-skip",
        "raises unittest's SkipTest",
        answer("deviation", UNITTEST_SKIP),
        {"deviation": "all", "my_deviation": "all"},
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
        {"deviation": "all", "my_deviation": "all"},
    ),
    Submission(
        "forged-messages",
        "sends forged kernel messages",
        answer("deviation", FORGES_MESSAGES),
        {"deviation": "all", "my_deviation": "all"},
    ),
    Submission(
        "patched-guest",
        "replaces the kit's side of the wire",
        answer("deviation", SNAPSHOT_THREAD),
        {"deviation": "all", "my_deviation": "all"},
    ),
]
