"""A Dask cluster grades: with the same results as this machine, and whatever breaks."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.course.settings import Settings
from autograder.files import PACKAGE
from autograder.grading.intake import ReadJob
from autograder.model.errors import ClusterLost
from autograder.model.grade import Grade
from autograder.model.limits import Limits
from autograder.pool import cluster as cluster_module
from autograder.pool.pool import GradingPool
from tests.kit.courses import TinyRoom
from tests.kit.dask import DaskCluster, run_cluster
from tests.kit.patience import PATIENT, wait_until
from tests.kit.tiny import FULL, NAME, RIGHT, SLOW, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

STUDENTS = tuple(f"s{number}" for number in range(4))
DEAD_END = "tcp://127.0.0.1:9"  # nobody listens there


@pytest.fixture
def room(tmp_path: Path) -> TinyRoom:
    return TinyRoom.make(tmp_path / "course")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler and two workers."""
    with run_cluster(tmp_path / "dask", "one", "two") as cluster:
        yield cluster


def scheduler(address: str) -> str:
    return f'c.GradeSubmission.scheduler = "{address}"'


def test_a_cluster_comes_to_the_same_as_this_machine(room: TinyRoom, cluster: DaskCluster) -> None:
    for number, student in enumerate(STUDENTS):
        room.hand_in(student, WRONG if number == 1 else RIGHT)
    (room.hand_in("s3") / f"{NAME}.ipynb").write_text("no notebook")
    found = []
    for lines in ([], [scheduler(cluster.address)], [scheduler(cluster.address)]):
        room.configure(*lines)
        options = ["--force"] + ["--GradeSubmission.reuse=False"] * (len(found) < 2)
        status, said = room.autograde(*options)
        assert status == 1, said  # s3 waits for a person
        assert bool(lines) == (f"graded by {cluster.address}, 2 at a time" in said), said
        assert bool(options[1:]) != ("kept, since nothing has changed" in said), said
        found.append(room.everything(STUDENTS))
    assert found[0] == found[1] == found[2]
    assert [found[0][student][0] for student in ("s0", "s2")] == [FULL, FULL]
    assert not [path for path in cluster.folder.rglob("*") if "autograder" in path.name]


def test_a_notebook_is_graded_by_the_cluster(room: TinyRoom, cluster: DaskCluster) -> None:
    notebook = str(room.hand_in("s0") / f"{NAME}.ipynb")
    results = []
    for options in ((), ("--scheduler", cluster.address)):
        status, said = room.run("autograder", "grade", NAME, notebook, "--json", "g", *options)
        assert status == 0, said
        results.append((said, (room.root / "g").read_bytes()))
    assert results[0] == results[1]
    assert "autograder-" in cluster.log("one")


@pytest.fixture
def running(room: TinyRoom, cluster: DaskCluster) -> Iterator[subprocess.Popen[str]]:
    """A run over slow submissions, one on each worker."""
    for student in STUDENTS:
        room.hand_in(student, SLOW)
    room.configure(scheduler(cluster.address))
    with room.start("nbgrader", "autograde", NAME) as process:
        yield process
        process.kill()


def test_who_loses_a_worker_is_graded_by_another_and_a_new_worker_joins(
    room: TinyRoom, cluster: DaskCluster, running: subprocess.Popen[str]
) -> None:
    wait_until(lambda: any(room.result(student).exists() for student in STUDENTS))
    time.sleep(1)
    cluster.kill("one")
    cluster.start_worker("three")
    said, _ = running.communicate(timeout=PATIENT)
    assert running.returncode == 0, said
    assert all(room.scores(student) == FULL for student in STUDENTS)
    assert [said.count(f"{student}: 3 of 3 points") for student in STUDENTS] == [1, 1, 1, 1]
    assert "autograder-" in cluster.log("three")


def test_a_lost_scheduler_ends_the_run_and_the_next_one_goes_on(
    room: TinyRoom, cluster: DaskCluster, running: subprocess.Popen[str]
) -> None:
    wait_until(lambda: any(room.result(student).exists() for student in STUDENTS))
    cluster.kill("scheduler")
    said, _ = running.communicate(timeout=PATIENT)
    assert running.returncode == 2, said
    assert "tiny can't be graded: The connection to the scheduler is lost" in said, said
    done = [student for student in STUDENTS if room.result(student).exists()]
    assert done != list(STUDENTS)
    for student in STUDENTS:
        assert room.scores(student) in ((FULL,) if student in done else ({}, dict.fromkeys(FULL)))
    room.configure()
    status, said = room.autograde()
    assert status == 0, said
    assert said.count("graded already") == len(done)
    assert all(room.scores(student) == FULL for student in STUDENTS)


def test_a_submission_whose_workers_die_is_not_graded(room: TinyRoom, tmp_path: Path) -> None:
    once = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    with run_cluster(tmp_path / "dask", **once) as cluster:
        cluster.start_worker("one", "--no-nanny")
        room.hand_in("s0", SLOW)
        room.configure(scheduler(cluster.address))
        with room.start("nbgrader", "autograde", NAME) as process:
            wait_until(lambda: "plugin autograder" in cluster.log("one"))
            wait_until(lambda: (room.root / "autograded" / "s0").exists())
            time.sleep(2)
            cluster.kill("one")
            said, _ = process.communicate(timeout=PATIENT)
    assert process.returncode == 1, said
    assert "Each worker that graded this submission died" in said
    assert room.scores("s0") == dict.fromkeys(FULL)


def test_unfit_workers_are_named_and_do_not_grade(room: TinyRoom, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(PACKAGE, other / "autograder")
    with (other / "autograder" / "files.py").open("a") as file:
        file.write("# newer\n")
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    for student in STUDENTS:
        room.hand_in(student)
    status, said = room.autograde()
    before = room.everything(STUDENTS)
    with run_cluster(tmp_path / "dask") as cluster:
        cluster.start_worker("without-sandbox", PATH=str(nothing))
        cluster.start_worker("other-engine", PYTHONPATH=str(other))
        room.configure(scheduler(cluster.address))
        status, said = room.autograde("--force")
        assert status == 2, said
        assert "No worker of the scheduler can grade" in said
        assert room.everything(STUDENTS) == before
        cluster.start_worker("fit")
        status, said = room.autograde("--force", "--GradeSubmission.reuse=False")
        assert status == 0, said
        assert "worker without-sandbox does not grade: bubblewrap" in said
        assert "worker other-engine does not grade: it has other versions: autograder " in said
        assert "1 at a time" in said
    assert {
        student: each[0] for student, each in room.everything(STUDENTS).items()
    } == dict.fromkeys(STUDENTS, FULL)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (DEAD_END, f"There is no scheduler at '{DEAD_END}'"),
        ("cluster.example", "There is no scheduler at 'cluster.example' (this is no address)"),
        ("tpc://127.0.0.1:9", "There is no scheduler at 'tpc://127.0.0.1:9'"),
    ],
)
def test_a_scheduler_that_is_not_there_changes_nothing(
    room: TinyRoom, address: str, words: str
) -> None:
    room.hand_in("s0")
    assert room.autograde()[0] == 0
    room.configure(scheduler(address))
    status, said = room.autograde("--force")
    assert status == 2, said
    assert words in said and "dask scheduler" in said
    assert room.scores("s0") == FULL
    assert room.result("s0").exists()


def test_a_cluster_runs_nothing_without_a_sandbox(room: TinyRoom) -> None:
    room.hand_in("s0")
    room.configure(scheduler(DEAD_END), "c.GradeSubmission.run_student_code_without_sandbox = True")
    status, said = room.autograde()
    assert status == 2 and "set either c.GradeSubmission.scheduler or" in said


def flat(said: str) -> str:
    """Without the line breaks of a table."""
    return " ".join(said.split())


def grade(room: TinyRoom, settings: Settings, meanwhile: Callable[[], None]) -> Grade:
    """The grade of a slow submission; `meanwhile` is done while a worker has it."""
    path = room.hand_in("s0", SLOW) / f"{NAME}.ipynb"
    source = (room.root / "source" / NAME / f"{NAME}.ipynb").read_text()
    with GradingPool(room.root, NAME, settings) as pool:
        future = pool.grade(pool.read(ReadJob(str(path), source)).result())
        time.sleep(2)
        meanwhile()
        return future.result(timeout=PATIENT).grade


def test_nobody_waits_for_ever_for_a_worker(
    room: TinyRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "PATIENCE_SECONDS", 3.0)
    monkeypatch.setattr(cluster_module, "LOOK_SECONDS", 0.5)
    with run_cluster(tmp_path / "dask", "one") as cluster:
        settings = Settings(scheduler=cluster.address, limits=Limits())
        with pytest.raises(ClusterLost, match="no worker for 3 seconds"):
            grade(room, settings, lambda: cluster.kill("one"))


def test_a_cluster_can_be_secured_by_tls(room: TinyRoom, tmp_path: Path) -> None:
    """With a certificate authority of the cluster's own, as Dask's documentation has it."""
    files = make_certificate(tmp_path)
    options = [f"--tls-{name}={path}" for name, path in files.items()]
    names = {"ca-file": "CA_FILE", "cert": "CLIENT__CERT", "key": "CLIENT__KEY"}
    own = {f"DASK_DISTRIBUTED__COMM__TLS__{names[name]}": path for name, path in files.items()}
    room.hand_in("s0")
    with run_cluster(tmp_path / "dask", "one", options=("--protocol=tls", *options)) as cluster:
        assert cluster.address.startswith("tls://")
        room.configure(scheduler(cluster.address))
        status, said = room.autograde()
        assert status == 2, said  # without a certificate
        status, said = TinyRoom(room.root, own).autograde()
        assert status == 0, said
    assert room.scores("s0") == FULL


def make_certificate(folder: Path) -> dict[str, str]:
    """A key, and a certificate that it has signed itself, by the option of Dask's commands."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        + ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=autograder"],
        check=True,
        capture_output=True,
    )
    return {"ca-file": str(certificate), "cert": str(certificate), "key": str(key)}
