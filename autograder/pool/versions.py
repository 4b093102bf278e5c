"""What a machine grades with, to be compared with another's.

How it works: two machines come to the same result where Python, the engine and the packages that
it names in its requirements are the same.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from autograder.course.digest import digest_of_place
from autograder.files import PACKAGE

DISTRIBUTION = "nbgrader-autograder"
Versions = dict[str, str]  # by the name of what has the version


def read_versions() -> Versions:
    """The versions of Python, the engine and the packages that it needs, on this machine."""
    return read_packages() | {"autograder": digest_of_place(PACKAGE)[:12]}


def read_packages() -> Versions:
    """The same without the engine's."""
    found = {"Python": platform.python_version()}
    for each in map(Requirement, requires(DISTRIBUTION) or ()):
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            found[each.name] = installed(each.name)
    return found


def installed(name: str) -> str:
    """The version of a package, or that there is none."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def name_differences(here: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """What differs, a line each, with both versions."""
    return [
        f"{name} {there.get(name, 'missing')} instead of {here.get(name, 'missing')}"
        for name in sorted(here.keys() | there.keys(), key=str.lower)
        if here.get(name) != there.get(name)
    ]
