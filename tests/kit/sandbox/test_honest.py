"""What honest code does works in the sandbox as it does everywhere."""

from __future__ import annotations

import asyncio

import pytest
from nbformat.v4 import new_code_cell

from autograder.kernel.kernel import launch_kernel
from tests.kit.sandbox.kernels import LIMITS, Ask

HONEST = {
    "threads": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    answer = list(pool.map(abs, [-1, 2])) == [1, 2]
""",
    "a subprocess": """
import subprocess
answer = "usr" in subprocess.run(["ls", "/"], capture_output=True, text=True).stdout.split()
""",
    "a shell line": "answer = get_ipython().getoutput('echo out') == ['out']",
    "a pool of forks": """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    answer = pool.map(abs, [-1, 2]) == [1, 2]
""",
    "spawned processes": """
import multiprocessing
with multiprocessing.get_context("spawn").Pool(1) as pool:
    answer = pool.map(abs, [-1, 2]) == [1, 2]
""",
    "shared memory": """
from multiprocessing import shared_memory
block = shared_memory.SharedMemory(create=True, size=1000)
block.buf[0] = 7
answer = block.buf[0] == 7
block.close()
block.unlink()
""",
    "shared values": """
import multiprocessing
context = multiprocessing.get_context("fork")
value = context.Value("i", 0)
def work():
    with value:
        value.value += 1
started = [context.Process(target=work) for _ in range(2)]
for process in started: process.start()
for process in started: process.join()
answer = value.value == 2
""",
    "a saved plot": """
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.savefig("/tmp/plot.png")
plt.close()
answer = b"PNG" in open("/tmp/plot.png", "rb").read(4)
""",
    "linear algebra": """
import numpy as np
matrix = np.eye(300) * 2
answer = bool(np.allclose(np.linalg.inv(matrix) @ matrix, np.eye(300)))
""",
    "temporary files": """
import tempfile
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
    answer = file.write(b"1") == 1
""",
    "copied files": """
import shutil
with open("one.txt", "w") as file:
    file.write("1")
answer = shutil.copy2("one.txt", "two.txt") == "two.txt"
""",
    "asyncio": """
import asyncio
async def echo():
    child = await asyncio.create_subprocess_exec("echo", "out", stdout=asyncio.subprocess.PIPE)
    return (await child.communicate())[0]
answer = (await echo()).startswith(b"out")
""",
    "sqlite": """
import sqlite3
answer = sqlite3.connect("/tmp/data").execute("select 1").fetchall() == [(1,)]
""",
    "a lookup without a network": """
import socket
try:
    socket.getaddrinfo("example.org", 80)
except socket.gaierror:
    answer = True
""",
}


@pytest.mark.parametrize("what", HONEST)
def test_honest_code_does_not_meet_the_walls(ask: Ask, what: str) -> None:
    assert ask(HONEST[what]) is True


def test_what_a_forked_process_prints_is_seen() -> None:
    code = """
import multiprocessing, time
child = multiprocessing.get_context("fork").Process(target=print, args=("from a child",))
child.start()
child.join()
time.sleep(1)
"""

    async def work() -> str:
        with launch_kernel(LIMITS) as kernel:
            cell = new_code_cell(code)
            await kernel.run(cell)
            return "".join(output.get("text", "") for output in cell.outputs)

    assert asyncio.run(work()) == "from a child\n"
