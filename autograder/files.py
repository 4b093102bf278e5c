"""Write files so that nobody meets half of one."""

from __future__ import annotations

from pathlib import Path


def write_at_once(path: Path, content: bytes) -> None:
    """Write a file that is there as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
