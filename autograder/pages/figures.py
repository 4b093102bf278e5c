"""Figures of a report, drawn by matplotlib as SVG that a page can hold."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from autograder.model.report import LawRow, MistakeRow, Report, TaskRow

WIDTH = 7.5  # inches
BLUE, ORANGE, GREY = "#2e5e87", "#d1495b", "#c9d2da"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
BARS = 0.32  # inches for each bar of a figure of bars


def figure(alt: str, height: float, draw: Callable[[Any], None]) -> Markup:
    """One figure as an image with a text for those who don't see it."""
    import matplotlib  # half a second, which only reports take
    from matplotlib.figure import Figure

    with matplotlib.rc_context({**STYLE, "svg.hashsalt": alt}):
        drawn = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(drawn.add_subplot())
        file = io.BytesIO()
        drawn.savefig(file, format="svg", metadata={"Date": None}, transparent=False)
    data = base64.b64encode(file.getvalue()).decode()
    return Markup('<img alt="{}" src="data:image/svg+xml;base64,{}">').format(alt, data)


def scores(report: Report) -> Markup:
    """How many students have how many points of the hidden tests."""

    def draw(axes: Any) -> None:
        width = max(1.0, round(report.most / 20))
        bins = [width * at for at in range(int(report.most // width) + 2)]
        axes.hist(report.automatic, bins=bins, color=BLUE, edgecolor="white")
        axes.set_xlabel(f"points of the hidden tests, of {report.most:g}")
        axes.set_ylabel("students")
        axes.yaxis.get_major_locator().set_params(integer=True)

    counted = sorted(report.automatic)
    middle = counted[len(counted) // 2] if counted else 0
    return figure(f"Distribution of {len(counted)} scores; the median is {middle:g}.", 2.8, draw)


def tasks(rows: Sequence[TaskRow]) -> Markup:
    """The mean share of the points of each task."""

    def draw(axes: Any) -> None:
        shares = [row.mean / row.most if row.most else 0.0 for row in rows]
        bars(axes, [f"{row.task} ({row.most:g})" for row in rows], [(shares, BLUE, "")])
        axes.set_xlabel("mean share of the points")

    told = ", ".join(f"{row.task} {row.mean:.1f} of {row.most:g}" for row in rows)
    return figure(f"Mean points by task: {told}.", height_of(rows), draw)


def laws(rows: Sequence[LawRow]) -> Markup:
    """For how many each law holds, and for how many it fails for an earlier task alone."""

    def draw(axes: Any) -> None:
        held = [row.held for row in rows]
        follow = [row.follow_on / row.graded for row in rows]
        names = [f"{row.law.task}: {row.law.test.removeprefix('test_')}" for row in rows]
        bars(axes, names, [(held, BLUE, "holds"), (follow, ORANGE, "follow-on error")])
        axes.set_xlabel("share of students")

    hardest = min(rows, key=lambda row: row.held)
    told = f"{hardest.law.task}: {hardest.law.test} holds for {hardest.held:.0%}"
    return figure(f"Pass rate of {len(rows)} laws; the hardest: {told}.", height_of(rows), draw)


def mistakes(rows: Sequence[MistakeRow]) -> Markup:
    """How many students make each typical mistake."""

    def draw(axes: Any) -> None:
        names = [row.name.replace("__", ": ").replace("_", " ") for row in rows]
        bars(axes, names, [([row.students for row in rows], BLUE, "")], most=None)
        axes.set_xlabel("students")
        axes.xaxis.get_major_locator().set_params(integer=True)

    told = ", ".join(f"{row.name} {row.students}" for row in rows[:5])
    return figure(f"Typical mistakes by frequency: {told}.", height_of(rows), draw)


def bars(
    axes: Any,
    names: Sequence[str],
    parts: Sequence[tuple[Sequence[float], str, str]],
    most: float | None = 1.0,
) -> None:
    """Horizontal bars, the first on top, of parts beside each other told apart by a pattern."""
    left = [0.0] * len(names)
    for number, (values, colour, label) in enumerate(parts):
        axes.barh(
            *(range(len(names)), values),
            left=left,
            color=colour,
            label=label,
            hatch="///" if number else "",
            edgecolor="white",
        )
        left = [before + value for before, value in zip(left, values, strict=True)]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    if most is not None:
        axes.set_xlim(0, most)
    axes.grid(axis="x", color=GREY, linewidth=0.6)
    axes.set_axisbelow(True)
    if len(parts) > 1:
        axes.figure.legend(frameon=False, loc="outside upper right", ncols=len(parts))


def height_of(rows: Sequence[object]) -> float:
    """Inches for a figure with a bar for each row."""
    return 0.9 + BARS * len(rows)
