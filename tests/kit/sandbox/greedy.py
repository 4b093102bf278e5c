"""Cells that take more than a sandbox of 512 MiB and a few processes gives."""

from __future__ import annotations

MEMORY = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        kept = b"x" * (250 << 20)
        time.sleep(60)
        os._exit(0)
time.sleep(30)
"""
PROCESSES = """
import os, time
for _ in range(60):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
time.sleep(30)
"""
