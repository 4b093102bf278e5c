"""The tables that the benchmarks print."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.bench.scale import Step
from tests.bench.throughput import Throughput

MIB = 1024 * 1024


def show_throughput(console: Console, found: Throughput) -> None:
    """The three ways beside each other, and what to know of the figures."""
    console.print(throughput_table(found))
    console.print(f"[bold]{found.ratio:.1f}[/] times as fast as plain nbgrader", highlight=False)
    console.print(
        f"[bold]{found.cpu_ratio:.1f}[/] times the CPU seconds of the bare process", highlight=False
    )
    if found.plain_sample < found.class_size:
        graded = f"{found.plain_sample} of {found.class_size}"
        console.print(f"plain nbgrader graded {graded}: its time is scaled", highlight=False)
    console.print(f"points equal: {'yes' if found.points_equal else '[red]no[/]'}")
    for line in [*found.differences, *(f"{s} lost points" for s in found.lost_by_right_ones)]:
        console.print(f"  {line}", highlight=False, markup=False)
    load = found.machine["load_before"]
    console.print(f"load before: {load} on {found.machine['cores']} cores", highlight=False)


def throughput_table(found: Throughput) -> Table:
    """A row for plain nbgrader, the engine and the bare process."""
    shown = Table(title=f"A class of {found.class_size}, {found.right} of them right")
    shown.add_column("", no_wrap=True)
    for name in ("workers", "start s", "median s", "class s", "CPU s of a\nright one"):
        shown.add_column(name, justify="right")
    shown.add_row(
        "plain nbgrader",
        "1",
        f"{found.plain_start_seconds:.1f}",
        f"{found.plain_median_seconds:.2f}",
        f"{found.plain_seconds:.1f}",
        f"{found.plain_cpu_seconds:.2f}",
    )
    shown.add_row(
        "the engine",
        str(found.workers),
        f"{found.start_seconds:.1f}",
        f"{found.median_seconds:.2f}",
        f"{found.seconds:.1f}",
        f"{found.cpu_seconds:.2f}",
    )
    shown.add_row("bare process", "1", "", "", "", f"{found.floor_cpu_seconds:.2f}")
    return shown


def show_scale(console: Console, steps: Sequence[Step]) -> None:
    """A row for each class and number of workers."""
    shown = Table(title="Classes of several sizes, graded by the engine")
    for name in ("class", "workers", "seconds", "s each (median)", "CPU s each", "peak MiB"):
        shown.add_column(name, justify="right")
    for step in steps:
        shown.add_row(
            str(step.class_size),
            str(step.workers),
            f"{step.seconds:.1f}",
            f"{step.median_seconds:.2f}",
            f"{step.cpu_seconds:.2f}",
            f"{step.peak_bytes / MIB:.0f}",
        )
    console.print(shown)
