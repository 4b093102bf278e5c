"""Be the first process of the sandbox: start the kernel, and outlive it.

When a sandbox's first process ends, Linux ends all others. A notebook may end its own
kernel while tests run (a timer that calls `os._exit`, a crash in C), and the frozen
copies of the kernel have to go on answering. This process therefore only waits, until
the grader ends the sandbox. Student code that ends it ends its own sandbox.

Started with the argument `preload` it is no sandbox's process yet: it is copied into one
for each kernel (`preload`), and what comes back from there goes on as if it had been
started in that sandbox.
"""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Start the guest as a child, with this process's arguments, and wait for ever."""
    if sys.argv[1] == "preload":
        from autograder.guest import preload

        preload.serve(int(sys.argv[2]))  # comes back once for each kernel, in its sandbox
    if not os.fork():
        from autograder.guest import kernel

        kernel.main()
        return
    os.close(int(sys.argv[1]))  # the grader sees by it whether the kernel is there
    os.wait()
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
