"""Run the benchmarks: `make bench` and `make bench-scale`.

They work in `build/bench` and touch nothing that git knows. Nothing is asserted about a clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from autograder.model.errors import GraderError
from tests.bench import scale as scaling
from tests.bench import throughput as comparing
from tests.bench.table import show_scale, show_throughput
from tests.kit.submissions import ROOT

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
console = Console()

Size = Annotated[int, typer.Option("--class", min=1, help="How many hand in.")]
Plain = Annotated[
    int | None,
    typer.Option(min=1, help="How many plain nbgrader grades; every tenth, at least 5."),
]
Workers = Annotated[int | None, typer.Option(min=1, help="How many are graded at a time.")]
Numbers = Annotated[str, typer.Option(help="Whole numbers, with commas between.")]


@app.command()
def throughput(size: Size = 100, plain: Plain = None, workers: Workers = None) -> None:
    """Grade a class by plain nbgrader and by the engine, and compare with a bare process."""
    with working() as progress:
        found = comparing.measure_throughput(size, plain or max(5, size // 10), workers, progress)
    show_throughput(console, found)
    write("throughput.json", asdict(found))


@app.command()
def scale(sizes: Numbers = "10,100", workers: Numbers = "1,2") -> None:
    """Grade classes of several sizes by several numbers of workers."""
    asked = whole_numbers(sizes, "--sizes"), whole_numbers(workers, "--workers")
    with working() as progress:
        steps = scaling.measure_scale(*asked, progress)
    show_scale(console, steps)
    write("scale.json", [asdict(step) for step in steps])


def whole_numbers(text: str, option: str) -> list[int]:
    """The numbers in a list; raises a usage error for anything else."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise typer.BadParameter(
            f"{text!r}: expected whole numbers from 1 up, with commas between.", param_hint=option
        )
    return list(map(int, parts))


@contextmanager
def working() -> Iterator[comparing.Progress]:
    """A bar for each part of the work; an interrupt or a failure ends with one line."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    try:
        with Bars(*columns, TimeElapsedColumn(), console=console) as bars:

            def progress(what: str, times: int) -> Any:
                task = bars.add_task(what, total=times)
                return lambda: bars.advance(task)

            yield progress
    except KeyboardInterrupt:
        console.print("Interrupted: nothing was written.")
        raise typer.Exit(130) from None
    except (GraderError, RuntimeError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from error


def write(name: str, data: object) -> None:
    """Keep the figures beside the courses."""
    path: Path = comparing.FOLDER / name
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"written to {path.relative_to(ROOT)}", highlight=False)


if __name__ == "__main__":
    app()
