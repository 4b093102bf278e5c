"""Sandboxed kernels, started and copied, in which tests run code."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

import pytest

from autograder.kernel.kernel import Kernel, launch_kernel
from autograder.kernel.warm import WarmKernels, open_warm_kernels
from autograder.model.limits import Limits
from tests.kit.sandbox.kernels import LIMITS, PLANTED, Ask, answer


@pytest.fixture(scope="module", params=["started", "copied"])
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Runs code in one sandboxed kernel; gives what the code calls `answer`."""
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.ExitStack() as opened,
        asyncio.Runner() as runner,
    ):
        patch.setenv("GRADER_TOKEN", PLANTED)
        copied = request.param == "copied"
        warm = opened.enter_context(open_warm_kernels()) if copied else None
        stack = contextlib.ExitStack()
        kernel = runner.run(enter(stack, LIMITS, warm))
        assert kernel.copied == copied
        yield lambda code: runner.run(answer(kernel, code))
        runner.run(leave(stack))


async def enter(
    stack: contextlib.ExitStack, limits: Limits, warm: WarmKernels | None = None
) -> Kernel:
    return stack.enter_context(launch_kernel(limits, warm=warm))


async def leave(stack: contextlib.ExitStack) -> None:
    stack.close()
