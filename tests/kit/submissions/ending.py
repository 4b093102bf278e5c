"""Submissions whose kernel ends, or whose cells are stopped, although their answers are right."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.kit.submissions import Change, Submission, after, answer, cell_of, first, several

EXITED = "called exit(): the cells behind it ran all the same"
ENDED = "ended the kernel"

TIMER = """
import os, threading
threading.Timer({seconds}, os._exit, [0]).start()
"""

ALARM = """
import signal
signal.alarm(3)
"""

CHILD_KILLS_KERNEL = """
import os, signal, time
parent = os.getpid()
if os.fork() == 0:
    time.sleep(3)
    os.kill(parent, signal.SIGKILL)
    os._exit(0)
"""

LOOPS_BEHIND = """
while True:
    pass
"""

HARD_EXIT = """
import os
os._exit(1)
"""

MANY_LOCKS = """
import fcntl
kept = []
for number in range(200):
    kept.append(open(f"/tmp/locked-{number}", "w"))
    for place in range(1000):
        fcntl.lockf(kept[-1], fcntl.LOCK_EX, 1, 2 * place)
"""

# a plain sampler that adds up the probabilities in a loop, on a slow machine
SLOW_SAMPLER = """
import time
def sample_choice(tokens, p, rng):
    time.sleep(0.0007)
    u, total = rng.random(), 0.0
    for idx, probability in enumerate(p):
        total += probability
        if u < total:
            break
    while not p[idx]:
        idx -= 1
    return tokens[idx], idx
"""

LATE_EXIT = """
def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError(token)
    exit()
    return 1 - p[tokens.index(token)]
"""


def last(code: str) -> Change:
    """Put a cell of the student's own behind all others."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells.append(new_code_cell(code))

    return change


def appended(task: str, code: str) -> Change:
    """Go on in the cell of an answer."""

    def change(notebook: NotebookNode) -> None:
        cell_of(notebook, task).source += f"\n{code}"

    return change


ENDING = [
    Submission("exits-last", "leaves at the end", last("exit()"), told=(EXITED,)),
    Submission("exits-first", "leaves in its first cell", first("quit()"), told=(EXITED,)),
    Submission("exits-midway", "leaves in the middle", after("deviation", "exit(0)\nexit()")),
    Submission("exits-in-answer", "leaves behind an answer", appended("entropy", "exit()")),
    Submission("exits-in-function", "leaves in a function", answer("prob_not", LATE_EXIT)),
    Submission("timer-last", "ends the kernel after its last cell", last(TIMER.format(seconds=3))),
    Submission(
        "timer-midway",
        "ends the kernel some time later",
        after("deviation", TIMER.format(seconds=1)),
    ),
    Submission("alarm", "has Linux end the kernel later", after("softmax", ALARM)),
    Submission("child-kills", "ends the kernel from a child", after("softmax", CHILD_KILLS_KERNEL)),
    Submission(
        "stopped-and-ended",
        "is interrupted in an answer, and ends the kernel afterwards",
        several(appended("softmax", LOOPS_BEHIND), after("my_logits", HARD_EXIT)),
        told=("was interrupted: limit cell_seconds", ENDED),
    ),
    Submission("many-locks", "locks 200,000 places", first(MANY_LOCKS), told=("More memory",)),
    Submission("slow-sampler", "draws slowly, and right", answer("sample_choice", SLOW_SAMPLER)),
]
