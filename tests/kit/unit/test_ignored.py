"""What the README's commands write into the course folder, git does not offer to keep."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.kit.submissions import ROOT

WRITTEN = [
    "submitted/anna/next_token/next_token.ipynb",  # put there for nbgrader autograde
    "downloaded/next_token/archive/all.zip",  # nbgrader zip_collect
    "autograded/anna/next_token/next_token.result.json",  # nbgrader autograde
    "gradebook.db",
    "gradebook.db.2026-01-01-10-00-00.000000",  # nbgrader db upgrade
    "feedback/anna/next_token/next_token.html",  # nbgrader generate_feedback
    "grades.csv",  # nbgrader export
    ".nbgrader.log",
    "release/next_token/.ipynb_checkpoints/next_token-checkpoint.ipynb",  # jupyter lab
    ".venv/ready",  # make setup
    "build/demo/gradebook.db",  # make demo
    "nbgrader_autograder.egg-info/PKG-INFO",
    "autograder/__pycache__/cli.cpython-311.pyc",
    ".hypothesis/unicode_data",  # make test
]
KEPT = ["source/next_token/next_token.ipynb", "release/next_token/next_token.ipynb", "README.md"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with nothing but the course's .gitignore."""
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    return tmp_path


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_command_writes_is_ignored(clone: Path, name: str) -> None:
    assert ignored(clone, name)


@pytest.mark.parametrize("name", KEPT)
def test_what_the_course_is_made_of_is_not_ignored(clone: Path, name: str) -> None:
    assert not ignored(clone, name)


def ignored(clone: Path, name: str) -> bool:
    """Whether git leaves the file out."""
    run = subprocess.run(["git", "check-ignore", "--quiet", name], cwd=clone)
    assert run.returncode in (0, 1)
    return run.returncode == 0
