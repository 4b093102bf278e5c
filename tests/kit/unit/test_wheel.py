"""The wheel holds the whole package: every folder's modules, and the templates."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from autograder.files import PACKAGE
from tests.kit.submissions import ROOT

BUILT_FROM = ("pyproject.toml", "README.md", "LICENSE")
NOT_SHIPPED = shutil.ignore_patterns("__pycache__")


def test_the_wheel_holds_every_file_of_the_package_but_its_documents(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(PACKAGE, tree / "autograder", ignore=NOT_SHIPPED)
    for name in BUILT_FROM:
        shutil.copy(ROOT / name, tree)
    pip = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [*pip, "-w", tmp_path, tree], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if name.startswith("autograder/")}
    files = [path for path in (tree / "autograder").rglob("*") if path.is_file()]
    assert shipped == {
        str(path.relative_to(tree)) for path in files if path.suffix not in (".md", ".png", ".pyc")
    }
