"""Make the formgrader's pages harmless: nbgrader's templates escape nothing.

How it works: `PrepareView` cleans all that the page of a submission gets, however it was
stored, and `templates/formgrader.html.j2` gives the page a policy. What cannot be set in
nbgrader's configuration is replaced in its modules.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from traitlets.config import Config

from autograder.model.cells import is_test, visible_text
from autograder.pages.csp import guarded
from autograder.pages.jinja import TEMPLATES
from autograder.pages.layout import PLAIN, PageExporter
from autograder.pages.markdown import markdown2html
from autograder.pages.page import clean_outputs
from autograder.pages.sanitize import clean_fragment, clean_html

SHOWN_PLAINLY = (
    "For staff only: this notebook could not be laid out in the time given (page_seconds). "
    "It is shown as plain text; the points are not touched by that."
)
NAMES = {"assignment_id", "first_name", "last_name", "notebook_id", "notebook_path", "student"}
ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in '<>"\\\n\r\u2028\u2029'}


def guard_formgrader(config: Config) -> None:
    """Have the formgrader show submissions harmlessly; called by `nbgrader_config.py`."""
    view = config.HTMLExporter
    view.preprocessors = [name_of(PrepareView)]
    view.filters = {
        "markdown2html": name_of(markdown2html),
        "clean_html": name_of(clean_html),
        "guarded": name_of(guarded),
    }
    view.template_file = str(TEMPLATES / "formgrader.html.j2")
    replace_handlers()


def name_of(thing: type | Callable[..., Any]) -> str:
    """The dotted name by which a configuration refers to a class or a function."""
    return f"{thing.__module__}.{thing.__qualname__}"


def replace_handlers() -> None:
    """Have the formgrader escape names, end pages in time, and show no answer as a page.

    nbgrader writes what stands in an address, such as a student's id, into its pages
    as it is, so that a link could bring a script. There is no setting for that: these
    are the places where it decides. Outside of the formgrader there is nothing to do.
    """
    formgrader: Any = sys.modules.get("nbgrader.server_extensions.formgrader.formgrader")
    if formgrader is None:
        return
    formgrader.HTMLExporter = ViewExporter
    formgrader.Environment = partial(Environment, autoescape=True, finalize=written)
    no_page = property(lambda _: "default-src 'none'; sandbox")
    formgrader.apihandlers.BaseApiHandler.content_security_policy = no_page
    formgrader.handlers.SubmissionFilesHandler.content_security_policy = no_page


class ViewExporter(PageExporter):
    """The formgrader's page of a submission: nbconvert's exporter as it is configured."""


class PrepareView(Preprocessor):
    """Make a submission harmless before the formgrader shows it to staff."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean every cell, and escape the names that nbgrader's template writes as they are."""
        if "submission_id" not in resources:  # another exporter with the same configuration
            return nb, resources
        for name in NAMES & resources.keys():
            if isinstance(resources[name], str):
                resources[name] = str(escape(resources[name]))
        language = nb.metadata.get("language_info", {}).get("name")
        nb.metadata = NotebookNode(language_info=NotebookNode(name=str(language)))
        plain = PLAIN in resources
        for cell in nb.cells:
            prepare_cell(cell, plain)
        if plain:
            nb.cells.insert(0, new_markdown_cell(SHOWN_PLAINLY))
        return nb, resources


def prepare_cell(cell: NotebookNode, plain: bool) -> None:
    """Clean a cell in place; its Markdown and its code pass filters when they are laid out."""
    cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "nbgrader"})
    if cell.cell_type == "raw":
        cell.source = str(Markup("<pre>{}</pre>").format(cell.source))
    elif cell.cell_type == "code":
        if is_test(cell):
            cell.source = visible_text(cell)
        fragment = trusted_fragment(cell) if is_test(cell) else ""
        data = {"text/html": str(fragment)}
        cell.outputs = (
            [new_output("execute_result", data)]
            if fragment
            else list(clean_outputs(cell, "de", plain))
        )


def trusted_fragment(cell: NotebookNode) -> str:
    """What `render_task` put into a test cell, or "" where it did not.

    The output of a test cell that ran as plain nbgrader would run it can hold
    hidden tests in a traceback, so nothing but a fragment is ever shown.
    """
    if len(cell.outputs) == 1 and cell.outputs[0].output_type == "execute_result":
        html = str(cell.outputs[0].data.get("text/html", ""))
        if html.startswith('<section class="ag-task">'):
            return clean_fragment(html)
    return ""


def written(value: object) -> Markup:
    """Escape `value` for HTML text and for a JavaScript string literal inside HTML."""
    if isinstance(value, Markup):
        return value
    return Markup(str(value).translate(ENTITIES))  # noqa: S704 -- nothing can end a text or a string
