"""A notebook runs to its end, whatever its cells do, and each test cell gets its snapshot."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.record import write_notes
from autograder.kernel.cell import CellResult
from autograder.kernel.execute import Run, run_notebook
from autograder.kernel.kernel import Kernel
from autograder.model.errors import Died
from autograder.model.limits import MIB, Limits
from autograder.model.messages import Message
from autograder.student.budget import Budget
from autograder.student.proxy import Student
from autograder.student.snapshot import Snapshot
from autograder.student.transport import NoSnapshot, WorkerTransport
from tests.kit.sandbox import greedy

LIMITS = Limits(cell_seconds=3.0, call_seconds=2.0, memory_bytes=512 * MIB, processes=24)
PATIENT = LIMITS.override({"cell_seconds": 60.0})
SWALLOWS = "while True:\n try:\n  while True:\n   pass\n except BaseException:\n  pass"
ENDS = "import os; os._exit(1)"


@contextlib.contextmanager
def running(*cells: NotebookNode | str, limits: Limits = PATIENT) -> Iterator[Run]:
    """The run of a notebook of these cells; a text is a code cell."""
    nodes = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    with run_notebook(new_notebook(cells=nodes), limits) as run:
        for index, notes in run.notes.items():
            write_notes(run.notebook.cells[index], notes, "en")
        yield run


def check(task: str, code: str = "raise RuntimeError('hidden')") -> NotebookNode:
    """A test cell."""
    data = {"grade": True, "solution": False, "grade_id": f"test_{task}", "points": 1}
    return new_code_cell(code, metadata={"nbgrader": data})


def call(run: Run, function: str, *arguments: Any) -> Any:
    """What the frozen function answers."""
    snapshot = run.snapshots[function]
    if isinstance(snapshot, Message):
        return getattr(Student(NoSnapshot(snapshot), PATIENT), function)(*arguments)
    transport = WorkerTransport(snapshot, PATIENT, Budget(30.0))
    try:
        return getattr(Student(transport, PATIENT), function)(*arguments)
    finally:
        transport.close()


def shown(run: Run, index: int) -> str:
    """What the cell at `index` printed, and the names of its errors."""
    outputs = run.notebook.cells[index].outputs
    return "".join(output.get("text", "") or output.get("ename", "") for output in outputs)


def test_every_test_cell_gets_the_functions_as_they_are_there() -> None:
    cells = ["def f(): return 1", check("f"), "def f(): return 2\ndef g(): return f()", check("g")]
    with running(new_markdown_cell("text"), *cells) as run:
        assert [call(run, "f"), call(run, "g")] == [1, 2]
        assert run.remarks == []


def test_a_test_cell_never_runs() -> None:
    touches = check("f", "open('/tmp/ran', 'w').close()\ndef f(): return 'wrong'\nprint('ran')")
    with running("def f(): return 1", touches, "import os; print(os.path.exists('/tmp/ran'))") as r:
        assert call(r, "f") == 1
        assert r.notebook.cells[1].outputs == []
        assert shown(r, 2) == "False\n"


def test_an_exception_is_an_output_and_the_run_goes_on() -> None:
    with running("1 / 0", "x = )", "def f(): return 1", check("f")) as run:
        assert [shown(run, 0), shown(run, 1)] == ["ZeroDivisionError", "SyntaxError"]
        assert call(run, "f") == 1


def test_an_endless_loop_costs_only_its_own_cell() -> None:
    with running("while True: pass", "def f(): return 1", check("f"), limits=LIMITS) as run:
        assert call(run, "f") == 1
        assert run.remarks == ["cell 1 from the top was interrupted: limit cell_seconds"]
        assert "It ran longer than 3 seconds" in shown(run, 0)


def test_a_loop_that_swallows_interrupts_is_left_out_and_named() -> None:
    cells = ["def f(): return 1", check("f"), SWALLOWS, "def g(): return 2", check("g")]
    with running(*cells, limits=LIMITS) as run:
        assert [call(run, "f"), call(run, "g")] == [1, 2]
        assert len(run.remarks) == 1
        assert run.remarks[0].startswith("cell 3 from the top ended the kernel")
        assert "This cell was stopped when grading" in shown(run, 2)


def test_a_cell_that_ends_the_process_is_left_out_when_the_others_run_again() -> None:
    before = "print('before')\ndef f(): return 1"
    with running(before, check("f"), ENDS, "def g(): return 2", check("g")) as run:
        assert [call(run, "f"), call(run, "g")] == [1, 2]
        assert shown(run, 0) == "before\n", "outputs of the first run are not kept"
        assert run.remarks == [
            "cell 3 from the top ended the kernel: A cell ended the Python process."
        ]


def test_a_cell_that_is_left_out_keeps_what_it_showed_and_says_that_it_was_cut() -> None:
    shows = "import os, time\nfor i in range(600): print(i, flush=True)\ntime.sleep(1); os._exit(1)"
    limits = PATIENT.override({"outputs": 1, "output_bytes": 1000})
    with running(shows, "def f(): return 1", check("f"), limits=limits) as run:
        assert call(run, "f") == 1
        said = shown(run, 0)
        assert said.startswith("0\n")
        assert said.count("[Output cut: at most 1 outputs and 1000 bytes a cell]") == 1
        assert said.endswith(
            "[This cell was stopped when grading: A cell ended the Python process.]\n"
        )


def test_after_too_many_ends_what_was_frozen_before_them_stays() -> None:
    cells = ["def f(): return 1", check("f"), ENDS, ENDS, ENDS, "def g(): return 2", check("g")]
    with running(*cells, limits=PATIENT.override({"restarts": 2})) as run:
        assert call(run, "f") == 1
        assert run.snapshots["g"] == Message.of("kernel_died", cause=Message.of("cause_ended"))
        with pytest.raises(Died):
            call(run, "g")
        assert run.remarks[-1] == "the run stopped before cell 5 from the top: limit restarts"


def test_memory_beyond_the_limit_is_named_and_the_rest_runs_again() -> None:
    with running(greedy.MEMORY, "def f(): return 1", check("f")) as run:
        assert call(run, "f") == 1
        assert run.remarks == [
            "cell 1 from the top ended the kernel: More memory was used than allowed (512 MiB)."
        ]
        assert "512 MiB" in shown(run, 0)


def test_a_fork_bomb_is_named_and_the_rest_runs_again() -> None:
    with running(greedy.PROCESSES, "def f(): return 1", check("f")) as run:
        assert call(run, "f") == 1
        assert run.remarks == [
            "cell 1 from the top ended the kernel: More processes were running than allowed (24)."
        ]


def test_the_time_of_all_cells_together_is_limited() -> None:
    slow = "import time; time.sleep(0.4)"
    cells = ["def f(): return 1", check("f"), *[slow] * 20, "def g(): return 2", check("g")]
    with running(*cells, limits=PATIENT.override({"cells_seconds": 3.0})) as run:
        assert call(run, "f") == 1
        cause = Message.of("cause_cells_seconds", seconds="3")
        assert run.snapshots["g"] == Message.of("kernel_died", cause=cause)
        assert len(run.remarks) == 1
        assert run.remarks[0].endswith("limit cells_seconds")


def test_what_an_interrupted_cell_defined_is_there_in_the_next_run_too() -> None:
    cells = ["def f(): return 1\nwhile True: pass", check("f"), ENDS, "def g(): return f() + 1"]
    with running(*cells, check("g"), limits=LIMITS) as run:
        assert [call(run, "f"), call(run, "g")] == [1, 2]
        assert "cell 1 from the top was interrupted: limit cell_seconds" in run.remarks


def test_a_cell_cannot_take_the_snapshots_thread_with_it() -> None:
    stops = """
import os, socket
for number in range(3, 64):
    try:
        socket.socket(fileno=os.dup(number)).shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
"""
    with running("def f(): return 1", check("f"), stops, "def g(): return 2", check("g")) as run:
        assert set(run.snapshots) == {"f", "g"}
        for task, value in (("f", 1), ("g", 2)):
            if isinstance(run.snapshots[task], Snapshot):
                assert call(run, task) == value


def test_unclosed_figures_and_threads_do_not_hold_up_the_end() -> None:
    leaves = """
import threading, time
for _ in range(5):
    threading.Thread(target=time.sleep, args=(3600,)).start()
"""
    with running(leaves, "def f(): return 1", check("f")) as run:
        assert call(run, "f") == 1


LEAVES_A_BOMB = """
import os, time
if not os.fork():
    os.setsid()
    time.sleep(4)
    while True:
        try:
            os.fork()
        except OSError:
            time.sleep(0.1)
while True:
    pass
"""


def test_what_an_interrupted_cell_left_behind_is_not_blamed_on_the_next_one() -> None:
    cells = [LEAVES_A_BOMB, "import time\ntime.sleep(4)\ndef f(): return 1", check("f")]
    with running(*cells, limits=LIMITS.override({"cell_seconds": 6.0})) as run:
        assert call(run, "f") == 1
        assert any("More processes" in remark for remark in run.remarks), run.remarks
        assert "left out" not in shown(run, 1) and "stopped" not in shown(run, 1)


# --- ends that come from somewhere else -----------------------------------------

TIMER = "import os, threading\nthreading.Timer({}, os._exit, [0]).start()"


@pytest.mark.parametrize("leave", ["exit()", "quit()", "get_ipython().ask_exit()"])
def test_a_cell_that_leaves_the_kernel_ends_nothing_but_itself(leave: str) -> None:
    cells = [
        f"def f(): return 1\n{leave}",
        check("f"),
        "def g(): return f() + 1",
        check("g"),
        leave,
    ]
    with running(*cells) as run:
        assert [call(run, "f"), call(run, "g")] == [1, 2]
        assert run.remarks == [
            f"cell {number} from the top called exit(): the cells behind it ran all the same"
            for number in (1, 5)
        ]


def test_the_copies_outlive_their_kernel() -> None:
    with running("def f(): return 1", check("f"), TIMER.format(0.5)) as run:
        wait_until(lambda: not run.kernel.alive)
        assert run.lost is None
        assert call(run, "f") == 1


def test_the_cell_that_set_a_timer_is_left_out_and_not_the_one_it_met() -> None:
    sleeps = "import time\ntime.sleep(4)\ndef g(): return 2"
    cells = ["def f(): return 1", check("f"), TIMER.format(2), "x = 1", sleeps, check("g")]
    with running(*cells) as run:
        assert [call(run, "f"), call(run, "g")] == [1, 2]
        assert run.remarks == [
            "cell 3 from the top ended the kernel: A cell ended the Python process."
        ]


def test_a_kernel_that_was_killed_from_outside_costs_no_cell() -> None:
    killed = []

    async def kill(kernel: Kernel, cell: NotebookNode) -> CellResult:
        if "g" in cell.source and not killed:
            killed.append(kernel.process.number)
            kernel.process.kill()
        return await run_cell(kernel, cell)

    run_cell = Kernel.run
    cells = ["def f(): return 1", check("f"), "def g(): return 2", check("g")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Kernel, "run", kill)
        with running(*cells) as run:
            assert [call(run, "f"), call(run, "g")] == [1, 2]
            assert run.remarks == [
                "the kernel ended once and, run again, did not: A cell ended the Python process."
            ]


def test_a_module_that_the_notebook_writes_can_be_imported() -> None:
    writes = "%%writefile helper.py\ndef add(x, y):\n    return x + y"
    uses = "from helper import add\ndef f(x):\n    import helper\n    return helper.add(x, 1)"
    with running(writes, uses, check("f")) as run:
        assert call(run, "f", 2) == 3


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something is so; pytest-timeout ends what never comes."""
    while not holds():
        time.sleep(0.05)
