"""Lay out a page in a subprocess, with a limit on its time and memory.

How it works: an exporter of nbconvert turns a notebook into a page with libraries that
were not made for hostile text: some need the square of its length, and a page that
hangs would hold up the class, or the formgrader's server for everybody. So the exporter
works in a child process that the operating system ends after so many seconds of
computing. The page is then laid out again as *plain* text: the same template with the
trusted parts, and what the student wrote as it is, which costs no more than to copy it.

The time of computing counts, not that of the clock: a busy machine makes no page plain.
The child is our own code at work on untrusted text; it returns the page and nothing else.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode, from_dict
from pebble import ProcessExpired, ProcessPool
from traitlets import Float
from traitlets.config import Config

from autograder.model.errors import GraderError
from autograder.pages.highlight import colour_terminal, highlight_code, plain_code, plain_terminal
from autograder.pages.markdown import markdown2html, plain_text
from autograder.pages.sanitize import clean_html

PLAIN = "autograder_plain"  # in resources: the page shows what a student wrote as it is
MEMORY_BYTES = 2048 * 1024 * 1024
PLAIN_SECONDS = 20.0
CLOCK = 20  # seconds of the clock for each of computing, after which the child must have hung
# What the main module of nbgrader and of a server imports: the child imports that module again.
MAIN = ("nbgrader.apps.nbgraderapp", "jupyter_server.serverapp", "jupyterlab.labapp")
CODE_TOTAL = 400_000  # characters of code in a notebook that are shown in colours
MARKDOWN_TOTAL = 500_000  # characters of Markdown in a notebook that are laid out

Filters = Mapping[str, Callable[..., Any]]
CODE: Filters = {"highlight_code": highlight_code}
TEXT: Filters = {"markdown2html": markdown2html}
OTHERS: Filters = {
    "ansi2html": colour_terminal,
    "clean_html": clean_html,
    "strip_files_prefix": lambda html: html,  # nbconvert's takes the square of a run of "["
}
PLAIN_CODE: Filters = {"highlight_code": plain_code}
PLAIN_TEXT: Filters = {"markdown2html": plain_text}
PLAIN_OTHERS: Filters = {**OTHERS, "ansi2html": plain_terminal}


@dataclass(frozen=True, slots=True)
class Order:
    """All that a page is laid out from."""

    exporter: type[PageExporter]
    config: Config
    steps: tuple[type, ...]  # the preprocessors
    notebook: str
    resources: dict[str, Any]
    seconds: float

    @property
    def plain(self) -> Order:
        """The order for a page of plain text."""
        seconds = max(self.seconds, PLAIN_SECONDS)
        return replace(self, resources=self.resources | {PLAIN: True}, seconds=seconds)


class PageExporter(HTMLExporter):
    """nbconvert's exporter of pages, in a child process that ends in time."""

    page_seconds = Float(
        20.0, help="Seconds of computing for one page; it is then made as plain text."
    ).tag(config=True)

    def from_notebook_node(  # type: ignore[override]  # as nbconvert's own
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **named: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page, and the resources that were given."""
        del named
        order = self.order(nb, resources or {})
        resources = self._init_resources(resources)
        try:
            return lay_out_in_subprocess(order), resources
        except OVERRUN as error:
            name = name_of(resources)
            self.log.warning("%s: the page is shown as plain text: %s", name, cause_of(error))
        try:
            return lay_out_in_subprocess(order.plain), resources
        except OVERRUN as error:
            message = f"The page of {name} can't be made: {cause_of(error)}."
            raise GraderError(message) from error

    def order(self, nb: NotebookNode, resources: Mapping[str, Any]) -> Order:
        """What the child needs."""
        steps = tuple(type(step) for step in self._preprocessors if getattr(step, "enabled", True))
        classes = {parent.__name__ for one in (type(self), *steps) for parent in one.__mro__}
        # the rest of a configuration may hold what cannot be sent
        config = Config({name: self.config[name] for name in classes & self.config.keys()})
        return Order(type(self), config, steps, json.dumps(nb), dict(resources), self.page_seconds)

    def lay_out(self, order: Order) -> str:
        """The page, made here."""
        nb, resources = from_dict(json.loads(order.notebook)), order.resources
        self._preprocessors = []
        for step in order.steps:
            self.register_preprocessor(step, enabled=True)
        self.filters = {**self.filters, **filters_for(nb, plain=PLAIN in resources)}
        widgets = WidgetsDataTypeFilter(
            notebook_metadata=self._nb_metadata, parent=self, resources=resources
        )
        self.register_filter("filter_data_type", widgets)
        # not HTMLExporter's, which parses and writes each finished page once more, in Python
        html, _ = TemplateExporter.from_notebook_node(self, nb, resources)
        return html


OVERRUN = (TimeoutError, ProcessExpired, MemoryError, RecursionError)


def filters_for(nb: NotebookNode, *, plain: bool) -> dict[str, Callable[..., Any]]:
    """The filters that a notebook passes: a huge one is laid out plainly from the start."""
    code = sum(len(cell.source) for cell in nb.cells if cell.cell_type == "code")
    text = sum(len(cell.source) for cell in nb.cells if cell.cell_type == "markdown")
    return {
        **(PLAIN_CODE if plain or code > CODE_TOTAL else CODE),
        **(PLAIN_TEXT if plain or text > MARKDOWN_TOTAL else TEXT),
        **(PLAIN_OTHERS if plain else OTHERS),
    }


def lay_out_in_subprocess(order: Order) -> str:
    """The page, made in a child process; raises one of OVERRUN where it is not made in time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([order.exporter.__module__, *(set(MAIN) & sys.modules.keys())])
    with ProcessPool(max_workers=1, context=context) as pool:
        try:
            page: str = pool.schedule(
                lay_out_bounded, args=[order], timeout=order.seconds * CLOCK
            ).result()
        except BaseException:  # also an interrupt: nobody waits for the page then
            pool.stop()
            raise
    return page


def lay_out_bounded(order: Order) -> str:
    """In the child: the page, or an end by the operating system."""
    seconds = max(1, round(order.seconds))
    for limit, most in (
        (resource.RLIMIT_CPU, seconds + cpu_seconds()),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (bound, hard))
    return order.exporter(config=order.config).lay_out(order)


def cpu_seconds() -> int:
    """What the process has used so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int(usage.ru_utime + usage.ru_stime)


def name_of(resources: Mapping[str, Any]) -> str:
    """Whose page it is."""
    about = resources.get("nbgrader") or {}
    return str(about.get("student") or resources.get("student") or "a notebook")


def cause_of(error: BaseException) -> str:
    """Why a page was not made."""
    if isinstance(error, ProcessExpired):
        return f"its process was ended ({error}), which happens at the limit page_seconds"
    return f"{type(error).__name__}: {error}"
