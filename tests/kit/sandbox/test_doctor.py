"""`autograder doctor` names every restriction that a machine lacks, and what to do about it."""

from __future__ import annotations

import asyncio
import copy
import errno
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from autograder.doctor.machine import examine_seccomp, examine_warm_kernels, hidden_paths
from autograder.doctor.probe import PROBE, Outside, collect_facts
from autograder.doctor.restrictions import judge_facts
from autograder.kernel.warm import open_warm_kernels
from autograder.model.finding import Finding
from autograder.model.limits import Limits
from autograder.sandbox import seccomp
from autograder.terminal.findings import show_findings
from tests.kit.submissions import ROOT

Facts = dict[str, Any]
OUTSIDE = Outside.current(Limits())
THREATS = list(dict.fromkeys(rule.threat for rule in OUTSIDE.rules))


@pytest.fixture(scope="module")
def facts() -> Facts:
    """What a sandbox of this machine answers."""
    return dict(asyncio.run(collect_facts(OUTSIDE, hidden_paths(ROOT))))


@pytest.fixture(scope="module")
def facts_of_a_copy() -> Facts:
    """What a kernel answers that was copied into its sandbox."""
    with open_warm_kernels() as warm:
        return dict(asyncio.run(collect_facts(OUTSIDE, hidden_paths(ROOT), warm)))


def test_what_else_is_printed_in_the_sandbox_does_not_spoil_the_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From Python 3.12 on, `os.fork` warns on the error stream."""
    noise = 'import sys\nprint("{}")\nprint("[]", file=sys.stderr)\n'
    monkeypatch.setattr("autograder.doctor.probe.PROBE", noise + PROBE + noise)
    assert lacking(dict(asyncio.run(collect_facts(OUTSIDE, [])))) == []


def lacking(facts: Facts) -> list[str]:
    return [finding.what for finding in judge_facts(facts, OUTSIDE) if not finding.fine]


def test_no_restriction_is_lacking_where_the_tests_run(
    facts: Facts, facts_of_a_copy: Facts
) -> None:
    assert lacking(facts) == []
    assert lacking(facts_of_a_copy) == []


def test_a_copy_is_held_to_what_a_started_kernel_is(facts: Facts, facts_of_a_copy: Facts) -> None:
    """Not only that nothing is lacking: what is allowed is the same."""
    for one in (facts, facts_of_a_copy):
        one["mounts"] = sorted(one["mounts"])
    for name in ("interfaces", "users", "calls", "written", "homes", "mounts", "folders"):
        assert facts_of_a_copy[name] == facts[name], name
    for name in ("devices", "limits"):
        assert facts_of_a_copy[name] == facts[name], name
    assert set(facts_of_a_copy["environment"]) == set(facts["environment"])


def test_copies_that_can_not_be_made_are_told_and_are_no_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (found,) = examine_warm_kernels(ROOT)
    assert found.fine and "every restriction holds" in found.found
    monkeypatch.setattr("autograder.sandbox.nursery.ANSWER_SECONDS", 1e-3)
    (found,) = examine_warm_kernels(ROOT)
    assert found.fine and "each kernel starts by itself: the preloaded" in found.found


def test_a_restriction_that_copies_lack_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "autograder.doctor.machine.judge_facts", lambda *_: judge_facts({}, OUTSIDE)
    )
    assert not any(found.fine for found in examine_warm_kernels(ROOT))


def set_limit(name: str, value: int) -> Callable[[Facts], None]:
    def spoil(facts: Facts) -> None:
        facts["limits"][f"RLIMIT_{name}"] = value

    return spoil


def set_in(group: str, name: str, value: Any) -> Callable[[Facts], None]:
    def spoil(facts: Facts) -> None:
        facts[group][name] = value

    return spoil


def add_to(group: str, value: Any) -> Callable[[Facts], None]:
    return lambda facts: facts[group].append(value)


BAD: list[tuple[str, Callable[[Facts], None]]] = [
    ("no network", add_to("interfaces", "eth0")),
    *[
        ("no capability", set_in("status", f"Cap{name}", "\t0000000000000001"))
        for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")
    ],
    ("no new privileges", set_in("status", "NoNewPrivs", "\t0")),
    ("an ordinary user", lambda facts: facts.update(users=[0] * 6)),
    ("an ordinary user", lambda facts: facts.update(users=[1000] * 5 + [0])),
    ("filter of system calls", set_in("status", "Seccomp", "\t0")),
    ("filter of system calls", set_in("status", "Seccomp", "\t1")),
    *[
        ("namespaces of its own", set_in("namespaces", name, link))
        for name, link in OUTSIDE.namespaces.items()
    ],
    ("no further user namespace", add_to("unshared", "made")),
    ("read-only system", add_to("written", "/usr")),
    ("read-only system", add_to("mounts", ["/proc", "proc", ["rw", "nosuid"]])),
    ("read-only system", add_to("mounts", ["/dev/mqueue", "mqueue", ["rw", "nosuid"]])),
    ("read-only system", add_to("mounts", ["/data", "ext4", ["rw"]])),
    ("no file of the grader's", add_to("found", "/home/teacher/course")),
    ("no other user's files", add_to("homes", "teacher")),
    ("own processes only", set_in("processes", "1", "systemd")),
    (
        "own processes only",
        lambda facts: facts["processes"].update({str(pid): "other" for pid in range(100, 120)}),
    ),
    ("no grader's environment", add_to("environment", "GRADER_TOKEN")),
    ("private folders of limited size", set_in("folders", "/tmp", 1 << 40)),
    ("private folders of limited size", set_in("folders", "/dev/shm", 0)),
    ("harmless devices only", add_to("devices", "sda")),
    ("harmless devices only", add_to("devices", "zero")),
    *[
        (name, set_limit(limit, value))
        for name, limits in {
            "limits of memory": ["AS", "DATA"],
            "limits of files": ["FSIZE", "CORE"],
            "limit of processes": ["NPROC"],
            "limits of the kernel's memory": ["NOFILE", "MEMLOCK", "MSGQUEUE", "SIGPENDING"],
        }.items()
        for limit in limits
        for value in (-1, 1 << 50)
    ],
]


@pytest.mark.parametrize(
    ("name", "spoil"), BAD, ids=[f"{number}-{name}" for number, (name, _) in enumerate(BAD)]
)
def test_a_bad_fact_is_reported_as_its_restriction_and_no_other(
    facts: Facts, name: str, spoil: Callable[[Facts], None]
) -> None:
    bad = copy.deepcopy(facts)
    spoil(bad)
    assert lacking(bad) == [f"sandbox: {name}"]


def test_every_restriction_is_among_the_spoiled_ones(facts: Facts) -> None:
    known = {finding.what for finding in judge_facts(facts, OUTSIDE)}
    calls = {f"sandbox: refused system calls: {threat}" for threat in THREATS}
    assert known == {f"sandbox: {name}" for name, _ in BAD} | calls


@pytest.mark.parametrize(
    "number", range(len(OUTSIDE.rules)), ids=[rule.call for rule in OUTSIDE.rules]
)
def test_a_single_call_that_is_not_refused_is_reported_by_its_name(
    facts: Facts, number: int
) -> None:
    rule, bad = OUTSIDE.rules[number], copy.deepcopy(facts)
    for answer in (errno.EINVAL, None):
        bad["calls"][number] = answer
        (found,) = [finding for finding in judge_facts(bad, OUTSIDE) if not finding.fine]
        assert found.what == f"sandbox: refused system calls: {rule.threat}"
        assert rule.call in found.found


def test_what_is_not_answered_is_lacking() -> None:
    assert len(lacking({})) == len(judge_facts({}, OUTSIDE))


def test_without_libseccomp_every_threat_of_the_filter_is_lacking(facts: Facts) -> None:
    bare = Outside(OUTSIDE.namespaces, [], Limits())
    findings = judge_facts(facts | {"calls": []}, bare)
    names = {finding.what for finding in findings if not finding.fine}
    assert names == {f"sandbox: refused system calls: {threat}" for threat in seccomp.REFUSED}


def test_a_missing_libseccomp_is_named_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert examine_seccomp().fine
    monkeypatch.setattr(seccomp, "find_library", lambda: None)
    found = examine_seccomp()
    assert not found.fine
    assert "sudo apt-get install libseccomp2" in found.remedy


def test_a_lacking_restriction_is_shown_with_its_threat_and_what_to_do(facts: Facts) -> None:
    bad = copy.deepcopy(facts)
    bad["interfaces"].append("eth0")
    shown = io.StringIO()
    show_findings(Console(file=shown, width=200), judge_facts(bad, OUTSIDE))
    assert "LACKING: eth0" in shown.getvalue()
    assert "send the course's files away" in shown.getvalue()
    assert "update it (0.8 or newer)" in shown.getvalue()


def test_every_restriction_says_what_it_protects_from_and_what_to_do() -> None:
    findings: list[Finding] = judge_facts({}, OUTSIDE)
    assert all(finding.remedy.count(".") >= 2 for finding in findings)


def test_neither_a_namespace_nor_a_secret_of_the_grader_is_told_to_the_sandbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    class Spy:
        def __init__(self, source: str) -> None:
            told.append(source)
            raise ValueError("told")

    monkeypatch.setattr("autograder.doctor.probe.new_code_cell", Spy)
    with pytest.raises(ValueError, match="told"):
        asyncio.run(collect_facts(OUTSIDE, [Path("/course")]))
    assert not any(link in told[0] for link in OUTSIDE.namespaces.values())
