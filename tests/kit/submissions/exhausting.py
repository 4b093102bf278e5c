"""Submissions that use up time, memory, processes or what can be shown.

Each ends by itself within the default limits, and costs no function but its own.
"""

from __future__ import annotations

from tests.kit.submissions import Submission, after, answer, first, several

ENDED = "ended the kernel"
INTERRUPTED = "was interrupted: limit cell_seconds"

LOOPS = """
while True:
    pass
"""

LOOPS_IN_FUNCTION = """
def prob_not(tokens, p, token):
    while len(tokens) != 6:
        pass
    return 0.5
"""

LOOPS_IN_ARRAY = """
class Endless:
    def __array__(self, *arguments, **named):
        while True:
            pass
    __float__ = __len__ = __iter__ = __repr__ = __eq__ = __array__
def prob_not(tokens, p, token):
    return Endless() if len(tokens) != 6 else 0.5
"""

ENDLESS_LIST = """
import itertools
class Endless(list):
    def __iter__(self):
        return itertools.repeat(None)
def prob_not(tokens, p, token):
    return Endless() if len(tokens) != 6 else 0.5
"""

IGNORES_SIGNALS = """
import signal
for number in range(1, 64):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""

SWALLOWS_INTERRUPTS = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""

ONE_LARGE = """
def grow():
    kept = []
    while True:
        kept.append(b"x" * (1 << 26))
try:
    grow()
except MemoryError as error:
    print(type(error))
"""

MANY_LARGE = """
import os, time
for _ in range(6):
    if os.fork() == 0:
        kept = b"x" * (600 << 20)
        time.sleep(60)
        os._exit(0)
time.sleep(8)
"""

LARGE_IN_FUNCTION = """
def prob_not(tokens, p, token):
    return len(b"x" * (1 << 40))
"""

FORK_BOMB = """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.1)
"""

MANY_THREADS = """
import threading, time
threads = []
try:
    for _ in range(10_000):
        threads.append(threading.Thread(target=time.sleep, args=(3,)))
        threads[-1].start()
except (RuntimeError, MemoryError):
    threads.pop()
for thread in threads:
    thread.join()
"""

DEEP_RECURSION = """
import sys
sys.setrecursionlimit(10 ** 9)
class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")
Deep().x
"""

RECURSES_IN_FUNCTION = """
def prob_not(tokens, p, token):
    return prob_not(tokens, p, token)
"""

C_CALL = """
import ctypes
libc = ctypes.CDLL(None)
mutex = ctypes.create_string_buffer(256)
libc.pthread_mutex_lock(mutex)
libc.pthread_mutex_lock(mutex)
"""

SLEEPS = """
import time
time.sleep(10 ** 6)
"""

WAITS_FOR_INPUT = """
input("Wie heißt du? ")
"""

GIGABYTE = """
import os, sys
for _ in range(1000):
    sys.stdout.write("x" * (1 << 20))
    sys.stdout.flush()
os.write(1, b"x" * (1 << 20))
os.write(2, b"x" * (1 << 20))
"""

MANY_DISPLAYS = """
for number in range(100_000):
    display(number)
"""

HUGE_PICTURE = """
from IPython.display import Image
display(Image(data=b"\\x89PNG" + bytes(40_000_000), format="png"))
"""

MANY_FIGURES = """
import matplotlib.pyplot as plt
for _ in range(300):
    plt.figure(figsize=(1, 1))
plt.show()
"""

HUGE_VALUE = """
def prob_not(tokens, p, token):
    return "x" * 10 ** 8
"""

DEEP_VALUE = """
def prob_not(tokens, p, token):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
"""

HUGE_ERROR = """
def prob_not(tokens, p, token):
    raise KeyError("x" * 10 ** 7)
"""

ENDLESS_ERROR = """
class Endless(ValueError):
    def __str__(self):
        while True:
            pass
def prob_not(tokens, p, token):
    if len(tokens) != 6:
        raise Endless()
    return 0.5
"""

DAEMONS = """
import os, signal, time
for _ in range(10):
    if os.fork() == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:
            time.sleep(3600)
        os._exit(0)
"""

KILLS_ALL = """
import os, signal
os.kill(-1, signal.SIGKILL)
"""

CLOSES_DESCRIPTORS = """
import os
os.closerange(3, 1024)
"""

FILLS_DISK = """
import os
for folder in ("/tmp", "/home/student", "/dev/shm", "/run/kernel"):
    try:
        for number in range(100):
            with open(f"{folder}/{number}", "wb") as file:
                file.write(bytes(1 << 22))
    except OSError as error:
        print(error)
"""

STOPS_SNAPSHOT = """
def deviation(p, rel):
    import os, signal
    os.kill(os.getppid(), signal.SIGSTOP)
    return float(np.max(np.abs(p - rel)))
"""

DIES_OFTEN = """
import os
os._exit(1)
"""

LOOPS_IN_CLASS = """
class Endless:
    @property
    def __class__(self):
        while True:
            pass
def prob_not(tokens, p, token):
    return Endless() if len(tokens) != 6 else 0.5
"""

C_CALL_IN_FUNCTION = """
def prob_not(tokens, p, token):
    import ctypes, signal
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
    libc = ctypes.CDLL(None)
    mutex = ctypes.create_string_buffer(256)
    while len(tokens) != 6:
        libc.pthread_mutex_lock(mutex)
    return 0.5
"""

FORKS_IN_FUNCTION = """
def prob_not(tokens, p, token):
    import os, time
    if len(tokens) == 6:
        return 0.5
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.1)
"""

THREADS_IN_FUNCTION = """
def prob_not(tokens, p, token):
    import threading, time
    started = []
    try:
        while len(tokens) != 6 and len(started) < 10_000:
            started.append(threading.Thread(target=time.sleep, args=(600,), daemon=True))
            started[-1].start()
    except (RuntimeError, MemoryError):
        pass
    if token not in tokens:
        raise ValueError(token)
    return 1 - p[tokens.index(token)]
"""

WIDE_VALUE = """
class Wide(dict):
    def items(self):
        return ((number, None) for number in range(10 ** 12))
def prob_not(tokens, p, token):
    return Wide() if len(tokens) != 6 else 0.5
"""

ENDLESS_NAME = """
class Endless(type):
    @property
    def __name__(cls):
        while True:
            pass
class Error(Exception, metaclass=Endless):
    pass
def prob_not(tokens, p, token):
    if len(tokens) != 6:
        raise Error()
    return 0.5
"""

EXHAUSTING = [
    Submission("loops", "loops while it is imported", first(LOOPS), told=(INTERRUPTED,)),
    Submission(
        "loops-in-function",
        "loops in a function",
        answer("prob_not", LOOPS_IN_FUNCTION),
        {"prob_not": "all"},
        told=("prob_not: limit call_seconds",),
    ),
    Submission(
        "loops-in-array",
        "returns what loops when it is looked at",
        answer("prob_not", LOOPS_IN_ARRAY),
        {"prob_not": "all"},
    ),
    Submission(
        "endless-list",
        "returns a list without an end",
        answer("prob_not", ENDLESS_LIST),
        {"prob_not": "all"},
    ),
    Submission("ignores-signals", "ignores all signals", first(IGNORES_SIGNALS), told=(ENDED,)),
    Submission(
        "swallows-interrupts", "catches all interrupts", first(SWALLOWS_INTERRUPTS), told=(ENDED,)
    ),
    Submission("one-large", "uses up memory in one process", first(ONE_LARGE)),
    Submission(
        "many-large",
        "uses up memory in many processes",
        first(MANY_LARGE),
        told=("More memory was used than allowed",),
    ),
    Submission(
        "large-in-function",
        "uses up memory in a function",
        answer("prob_not", LARGE_IN_FUNCTION),
        {"prob_not": "all"},
    ),
    Submission(
        "fork-bomb", "forks without an end", first(FORK_BOMB), told=("More processes were running",)
    ),
    Submission("many-threads", "starts threads without an end", first(MANY_THREADS)),
    Submission("deep-recursion", "overflows the stack", first(DEEP_RECURSION), told=(ENDED,)),
    Submission(
        "recurses-in-function",
        "calls itself without an end",
        answer("prob_not", RECURSES_IN_FUNCTION),
        {"prob_not": "all"},
    ),
    Submission("c-call", "waits in C for ever", first(C_CALL), told=(ENDED,)),
    Submission("sleeps", "sleeps for ever", first(SLEEPS), told=(INTERRUPTED,)),
    Submission("waits-for-input", "asks for input", first(WAITS_FOR_INPUT)),
    Submission("gigabyte", "prints a gigabyte", first(GIGABYTE)),
    Submission("many-displays", "shows 100,000 things", first(MANY_DISPLAYS)),
    Submission("huge-picture", "shows a huge picture", first(HUGE_PICTURE)),
    Submission("many-figures", "draws 300 figures", after("setup", MANY_FIGURES)),
    Submission(
        "huge-value", "returns a huge text", answer("prob_not", HUGE_VALUE), {"prob_not": "all"}
    ),
    Submission(
        "deep-value",
        "returns deeply nested lists",
        answer("prob_not", DEEP_VALUE),
        {"prob_not": "all"},
    ),
    Submission(
        "huge-error",
        "raises an error with a huge text",
        answer("prob_not", HUGE_ERROR),
        {"prob_not": "all"},
    ),
    Submission(
        "endless-error",
        "raises an error whose text never ends",
        answer("prob_not", ENDLESS_ERROR),
        {"prob_not": "all"},
        told=("prob_not: limit call_seconds",),
    ),
    Submission("daemons", "leaves daemons behind", first(DAEMONS)),
    Submission("kills-all", "kills every process it can", first(KILLS_ALL)),
    Submission("closes-descriptors", "closes every file", first(CLOSES_DESCRIPTORS), told=(ENDED,)),
    Submission("fills-disk", "fills every folder", first(FILLS_DISK)),
    Submission(
        "stops-snapshot",
        "stops the process that its copies come from",
        answer("deviation", STOPS_SNAPSHOT),
        # each law is answered before the copy is stopped
        told=("ran again in a new sandbox",),
    ),
    Submission(
        "dies-often",
        "ends the kernel again and again",
        several(*(after("my_deviation", DIES_OFTEN) for _ in range(6))),
        # what comes behind them is not reached
        {"my_deviation": "all", "top_k": "all", "top_k_choice": "all"},
        told=(ENDED,),
    ),
    Submission(
        "loops-in-class",
        "returns what loops when its class is asked for",
        answer("prob_not", LOOPS_IN_CLASS),
        {"prob_not": "all"},
        told=("prob_not: limit call_seconds",),
    ),
    Submission(
        "c-call-in-function",
        "waits in C for ever in a function, and blocks all signals",
        answer("prob_not", C_CALL_IN_FUNCTION),
        {"prob_not": "all"},
        told=("prob_not: limit call_seconds",),
    ),
    Submission(
        "forks-in-function",
        "forks without an end in a function",
        answer("prob_not", FORKS_IN_FUNCTION),
        {"prob_not": "all"},
    ),
    Submission(
        "threads-in-function",
        "starts threads without an end in a function",
        answer("prob_not", THREADS_IN_FUNCTION),
    ),
    Submission(
        "wide-value",
        "returns a dict of a trillion entries",
        answer("prob_not", WIDE_VALUE),
        {"prob_not": "all"},
    ),
    Submission(
        "endless-name",
        "raises an error whose class never says its name",
        answer("prob_not", ENDLESS_NAME),
        {"prob_not": "all"},
    ),
]
