"""Run code in a sandboxed kernel, and read what it calls `answer`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from nbformat.v4 import new_code_cell

from autograder.kernel.kernel import Kernel, launch_kernel
from autograder.model.limits import MIB, Limits
from autograder.sandbox.command import GUEST

Ask = Callable[[str], Any]
PLANTED = "a-token-of-the-grader-that-nobody-may-see"
GUEST_FILES = ["/kit/autograder/__init__.py"] + [
    f"/kit/autograder/guest/{path.name}" for path in GUEST.glob("*.py")
]
LIMITS = Limits(disk_bytes=6 * MIB, file_bytes=4 * MIB, cell_seconds=60.0)


async def answer(kernel: Kernel, code: str) -> Any:
    """What the code calls `answer`."""
    cell = new_code_cell(f"{code}\nimport json as _json\nprint(_json.dumps(answer))")
    await kernel.wait_for_outputs()
    await kernel.run(cell)
    said = "".join(output.get("text", "") for output in cell.outputs)
    assert said.endswith("\n"), cell.outputs
    return json.loads(said)


async def run_once(code: str, limits: Limits = LIMITS, *, unsandboxed: bool = False) -> Any:
    with launch_kernel(limits, unsandboxed=unsandboxed) as kernel:
        return await answer(kernel, code)
