"""Submissions that fail a task in the same way, as one group."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from autograder.model.grade import Grade, TaskGrade
from autograder.model.messages import Language, Sentence, render

ID_LENGTH = 6  # hexadecimal digits: a class has some hundred groups at most


@dataclass(frozen=True, slots=True)
class Cluster:
    """A group of submissions: the task, in which way it fails, and whose they are."""

    id: str  # the same as long as the way is
    task: str
    what: str  # the typical mistakes by name, the one cause, or the sentence of the broken law
    students: tuple[str, ...]
    call: str = ""  # the smallest that breaks the law, where no mistake is known
    found: Sentence = ""


def clusters_of(grades: Mapping[str, Iterable[Grade]], language: Language) -> list[Cluster]:
    """The groups of a class, the largest first; who lost nothing in a task is in none of it."""
    members = defaultdict(list)
    ways = {}
    for student, each in grades.items():
        for task in (task for grade in each for task in grade.tasks):
            if (way := way_of(task, language)) is not None:
                members[way.id].append(student)
                ways[way.id] = way
    found = [
        Cluster(way.id, way.task, way.what, tuple(sorted(members[name])), way.call, way.found)
        for name, way in ways.items()
    ]
    return sorted(found, key=lambda each: (-len(each.students), each.task, each.what))


def way_of(task: TaskGrade, language: Language) -> Cluster | None:
    """In which way a task fails, as a group of nobody yet; None where nothing is broken."""
    broken = [
        each
        for each in task.outcomes
        if each.status == "failed" and not (each.untried or each.follow_on)
    ]
    if task.why is not None:
        return way(task.task, render(task.why, language))
    if not broken:
        return None
    if task.diagnoses:
        return way(task.task, ", ".join(sorted(each.name for each in task.diagnoses)))
    worst = max(broken, key=lambda each: each.law.points)
    case = worst.counterexample
    if case is None:
        return way(task.task, worst.law.sentence)
    return way(task.task, worst.law.sentence, case.call, case.found)


def way(task: str, what: str, call: str = "", found: Sentence = "") -> Cluster:
    """A group of nobody yet, whose id stands for all that is the same in it."""
    same = json.dumps([task, what, call, render(found, "en")])
    digest = hashlib.sha256(same.encode("utf-8", "backslashreplace")).hexdigest()
    return Cluster(digest[:ID_LENGTH], task, what, (), call, found)
