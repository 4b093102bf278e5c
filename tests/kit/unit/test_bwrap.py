"""The arguments of bubblewrap show what student code needs, and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autograder.model.limits import Limits
from autograder.sandbox.bwrap import Interpreter, bwrap_args
from autograder.sandbox.command import small_files
from tests.kit.sandbox.kernels import GUEST_FILES, LIMITS, PLANTED
from tests.kit.submissions import ROOT

MACHINE = Interpreter(Path("/machine/python"), Path("/machine/venv"), "3.11")
DATA = {"/etc/passwd": 7, "/kit/connection.json": 8}


def binds(arguments: list[str]) -> dict[str, str]:
    """Where each bound path is seen, by where it lies."""
    places = [at for at, word in enumerate(arguments) if word.startswith("--ro-bind")]
    return {arguments[at + 1]: arguments[at + 2] for at in places}


def test_interpreter_and_packages_are_seen_under_paths_that_say_nothing() -> None:
    found = binds(bwrap_args(LIMITS, MACHINE, DATA, {}))
    assert found["/machine/python"] == "/opt/python"
    assert found["/machine/venv/lib"] == "/env/lib"


def test_no_argument_but_the_source_of_a_bind_names_a_path_of_this_machine() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    sources = binds(arguments)
    rest = " ".join(word for word in arguments if word not in sources)
    for path in ("/machine", str(ROOT), str(Path.home()), sys.prefix, os.getcwd()):
        assert path not in rest.replace("/home/student", "")


def test_of_the_course_and_the_kit_only_the_guests_files_get_in() -> None:
    sources = {Path(source) for source in binds(bwrap_args(LIMITS, MACHINE, DATA, {}))}
    assert not sources & {ROOT, *ROOT.parents, Path.home()}
    assert not any(ROOT in source.parents for source in sources)
    kit = [path for path in small_files(MACHINE) if path.startswith("/kit/autograder/")]
    assert sorted(kit) == sorted(GUEST_FILES)


def test_nothing_is_bound_in_a_way_that_it_can_be_written() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    assert not {"--bind", "--bind-try", "--dev-bind", "--dev-bind-try"} & set(arguments)
    at = len(arguments) - 1 - arguments[::-1].index("--remount-ro")
    assert arguments[at + 1] == "/", "the root is made read-only behind all mounts"
    assert not any(word.startswith(("--ro-bind", "--tmpfs")) for word in arguments[at:])


def test_proc_is_read_only_and_no_device_maps_memory_that_nobody_counts() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    read_only = [arguments[at + 1] for at, word in enumerate(arguments) if word == "--remount-ro"]
    assert set(read_only) == {"/proc", "/dev", "/"}
    assert binds(arguments)["/dev/null"] == "/dev/zero"


def test_every_private_folder_gets_its_size_from_the_limits() -> None:
    arguments = bwrap_args(Limits(disk_bytes=12345), MACHINE, DATA, {})
    folders = [at for at, word in enumerate(arguments) if word == "--tmpfs"]
    assert {arguments[at + 1] for at in folders} == {
        *["/tmp", "/dev/shm", "/home/student", "/run/kernel"],
    }
    assert all(arguments[at - 2 : at] == ["--size", "12345"] for at in folders)


def test_the_environment_is_cleared_and_set_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", PLANTED)
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    assert "--clearenv" in arguments
    assert PLANTED not in arguments
    assert "GRADER_TOKEN" not in arguments


def test_a_python_of_the_system_needs_no_bind_of_its_own() -> None:
    python = Interpreter(Path("/usr"), Path("/usr"), "3.11")
    targets = binds(bwrap_args(LIMITS, python, DATA, {})).values()
    assert python.inner_python == "/usr/bin/python3.11"
    assert not {"/opt/python", "/env/lib"} & set(targets)
