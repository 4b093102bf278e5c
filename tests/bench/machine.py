"""What explains a difference between two measurements: machine, load and versions."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

PACKAGES = (
    *("nbgrader-autograder", "nbgrader", "nbconvert", "nbclient", "ipykernel", "pyzmq"),
    *("hypothesis", "pytest", "numpy", "matplotlib", "SQLAlchemy"),
)


def describe_machine() -> dict[str, object]:
    """Cores, load averages of the last 1, 5 and 15 minutes, processor and system."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "processor": processor(),
        "system": platform.platform(),
    }


def describe_versions() -> dict[str, str]:
    """Python, and the packages whose speed counts."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def processor() -> str:
    """The processor's name, "" where the system does not say."""
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        return next(names, "")
