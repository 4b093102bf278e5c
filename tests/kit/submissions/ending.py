"""Submissions whose kernel ends, or whose cells are stopped, although their answers are right.

What calls `exit()` is among the habits.
"""

from __future__ import annotations

from tests.kit.submissions import Submission, after, answer, ends_with, first, last, several

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


ENDING = [
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
        several(ends_with("softmax", LOOPS_BEHIND), after("my_logits", HARD_EXIT)),
        told=("was interrupted: limit cell_seconds", ENDED),
    ),
    Submission("many-locks", "locks 200,000 places", first(MANY_LOCKS), told=("More memory",)),
    Submission("slow-sampler", "draws slowly, and right", answer("sample_choice", SLOW_SAMPLER)),
]
