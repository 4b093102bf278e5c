"""What travels to another machine: all that a grade depends on of a course, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.grading.grade import Job
from autograder.model.errors import GraderError
from autograder.pool.bundle import EXAMPLES, Bundle, leave_home, pack, settle_in
from autograder.pool.versions import name_differences, read_versions

NAME = "tiny"
FILES = {
    f"tests/hidden/{NAME}/test_tiny.py": "laws",
    f"tests/hidden/{NAME}/__pycache__/test_tiny.pyc": "-",
    "tests/hidden/helpers.py": "helpers",
    f"solutions/{NAME}.py": "reference",
    f"solutions/misconceptions/{NAME}/double__triples.py": "misconception",
    "solutions/other.py": "-",
    f"solutions/variants/{NAME}/double__adds.py": "-",
    f"submitted/anna/{NAME}/{NAME}.ipynb": "-",
    "gradebook.db": "-",
    "nbgrader_config.py": "-",
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "course"


def test_a_bundle_holds_what_a_grade_depends_on_and_nothing_else(
    course: Path, tmp_path: Path
) -> None:
    (tmp_path / "abc-10.json").write_text("examples")
    bundle = pack(course, NAME, [str(tmp_path / "abc-10.json")])
    expected = {name: content.encode() for name, content in FILES.items() if content != "-"}
    assert bundle.files == {**expected, f"{EXAMPLES}/abc-10.json": b"examples"}
    bundle.unpack(tmp_path / "there")
    assert (tmp_path / "there").stat().st_mode & 0o077 == 0
    assert pack(tmp_path / "there", NAME, []).files == expected


def test_a_bundle_is_named_by_what_it_holds(course: Path) -> None:
    digests = [pack(course, NAME, []).digest]
    (course / "solutions" / f"{NAME}.py").write_text("another reference")
    digests.append(pack(course, NAME, []).digest)
    (course / "gradebook.db").write_text("newer")
    digests.append(pack(course, NAME, []).digest)
    assert digests[0] != digests[1] == digests[2]


def test_an_assignment_without_hidden_tests_has_no_bundle(course: Path) -> None:
    with pytest.raises(GraderError, match="no hidden tests for 'none'"):
        pack(course, "none", [])


@pytest.mark.parametrize("name", ["/etc/cron.d/job", "../outside", "tests/../../outside"])
def test_no_file_of_a_bundle_leaves_its_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="leaves its folder"):
        Bundle({name: b""}).unpack(tmp_path / "there")
    assert os.listdir(tmp_path) == ["there"]


def test_a_job_names_no_path_of_the_machine_that_it_left(course: Path, tmp_path: Path) -> None:
    file = f"tests/hidden/{NAME}/test_tiny.py"
    examples = str(tmp_path / "cache" / "abc-10.json")
    job = Job(str(course), NAME, "{}", examples=(examples,), digests={str(course / file): "d"})
    away = leave_home(job)
    assert str(tmp_path) not in repr(away)
    there = settle_in(away, tmp_path / "there")
    assert there.course == str(tmp_path / "there")
    assert there.digests == {str(tmp_path / "there" / file): "d"}
    assert there.examples == (str(tmp_path / "there" / EXAMPLES / "abc-10.json"),)


def test_versions_that_differ_are_named_with_both() -> None:
    here = read_versions()
    assert {"Python", "autograder", "numpy", "hypothesis", "ipykernel"} <= here.keys()
    assert "missing" not in here.values()
    assert "psycopg" not in here  # of an extra, which no grade depends on
    assert name_differences(here, here) == []
    there = {**here, "numpy": "1.0"}
    del there["pytest"]
    assert name_differences(here, there) == [
        f"numpy 1.0 instead of {here['numpy']}",
        f"pytest missing instead of {here['pytest']}",
    ]
