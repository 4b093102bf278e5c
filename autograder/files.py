"""Where the package and the user's cache lie, and how files are written and folders removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent  # the engine's own files


def cache_folder() -> Path:
    """The user's cache folder ($XDG_CACHE_HOME): what can always be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "autograder"


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary name, then rename: the file is there as a whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)


def remove_folder(folder: Path) -> None:
    """Delete a folder, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
