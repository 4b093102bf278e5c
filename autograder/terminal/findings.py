"""Show in the terminal what `autograder doctor` found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from autograder.model.finding import Finding
from autograder.terminal.text import MARKS


def show_findings(console: Console, findings: Sequence[Finding]) -> None:
    """What `autograder doctor` found."""
    for finding in findings:
        mark = MARKS["passed" if finding.fine else "failed"]
        console.print(f"{mark} {escape(finding.what)}: {escape(finding.found)}")
        if not finding.fine and finding.remedy:
            console.print(f"    {escape(finding.remedy)}", highlight=False)
    bad = sum(not finding.fine for finding in findings)
    console.print(
        "Everything is in place." if not bad else f"{bad} of {len(findings)} are missing."
    )
