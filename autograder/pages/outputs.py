"""Make the outputs of a student's cells harmless and of bounded size.

Nothing here raises for odd input: what cannot be shown is replaced by a line of text that
says so. SVG is shown inside `<img>`, where a browser runs no script and loads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.model.messages import Language, Message, render
from autograder.pages.image import SIGNATURES, is_image, joined, svg_image
from autograder.pages.markdown import clean_markdown
from autograder.pages.sanitize import HIDING, LIMIT, clean_html, readable

# An escape character stays where it begins a colour.
NOT_FOR_TERMINALS = re.compile(f"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f{HIDING}]|\x1b(?!\\[[0-9;]*m)")


WIDGET = "application/vnd.jupyter.widget-view+json"


def clean_output(
    output: NotebookNode, *, limit: int = LIMIT, language: Language = "de"
) -> NotebookNode | None:
    """One output of a student's cell, harmless and of bounded size; None where it has none."""
    try:
        return CLEANERS[output["output_type"]](output, limit, language)
    except Exception:
        return note(Message.of("output_odd"), language)


def clean_stream(output: NotebookNode, limit: int, language: Language) -> NotebookNode:
    """What a cell printed."""
    name = "stderr" if output["name"] == "stderr" else "stdout"
    text = cut(joined(output["text"]), limit, language)
    return new_output("stream", name=name, text=text)


def clean_error(output: NotebookNode, limit: int, language: Language) -> NotebookNode:
    """The exception that ended a cell."""
    traceback = cut("\n".join(map(joined, output["traceback"])), limit, language)
    return new_output(
        "error",
        ename=cut(joined(output["ename"]), limit, language),
        evalue=cut(joined(output["evalue"]), limit, language),
        traceback=traceback.split("\n"),
    )


def clean_display(output: NotebookNode, limit: int, language: Language) -> NotebookNode | None:
    """What a cell displayed or returned, in the kinds that a page can show.

    A widget is None: the text beside it says nothing to a reader.
    """
    data = dict(output["data"])
    if WIDGET in data and not as_html(data) and not any(kind in data for kind in SIGNATURES):
        return None
    data = clean_data(data, limit, language)
    if output["output_type"] == "display_data":
        return new_output("display_data", data)
    count = output.get("execution_count")
    return new_output("execute_result", data, execution_count=whole(count))


CLEANERS: dict[str, Callable[[NotebookNode, int, Language], NotebookNode | None]] = {
    "stream": clean_stream,
    "error": clean_error,
    "display_data": clean_display,
    "execute_result": clean_display,
    "clear_output": lambda *_: None,
    "update_display_data": lambda *_: None,
}


def clean_data(data: dict[str, object], limit: int, language: Language) -> dict[str, str]:
    """A bundle of representations, with text that says what is left out."""
    large = [kind for kind, value in data.items() if size(value) > limit and kind != "text/plain"]
    fitting = {kind: value for kind, value in data.items() if kind not in large}
    shown: dict[str, str] = {}
    html = as_html(fitting)
    if html:
        shown["text/html"] = str(html)
    for kind in SIGNATURES:
        if is_image(kind, fitting.get(kind)):
            shown[kind] = "".join(joined(fitting[kind]).split())
    if isinstance(data.get("text/plain"), str | list):
        shown["text/plain"] = cut(joined(data["text/plain"]), limit, language)
    if large and not (shown.keys() - {"text/plain"}):
        shown["text/plain"] = left_out("output_too_large", large, language)
    if not shown:
        shown["text/plain"] = left_out("output_unknown", list(data), language)
    return shown


def as_html(data: Mapping[str, object]) -> Markup:
    """The richest representation that can be cleaned as HTML, or nothing."""
    for kind, convert_to_html in HTML_KINDS.items():
        if kind in data:
            html = convert_to_html(joined(data[kind]))
            if html.strip():
                return html
    return Markup()


HTML_KINDS: dict[str, Callable[[str], Markup]] = {
    "text/html": clean_html,
    "text/markdown": clean_markdown,
    "text/latex": clean_markdown,
    "image/svg+xml": svg_image,
}


def whole(value: object) -> int | None:
    """A count, or None for anything else."""
    return value if isinstance(value, int) and value >= 0 else None


def size(value: object) -> int:
    """The length of a representation in characters."""
    return sum(map(len, value)) if isinstance(value, list) else len(str(value))


def cut(text: str, limit: int, language: Language) -> str:
    """The text for a terminal, no longer than the limit and the line that says so."""
    shown = NOT_FOR_TERMINALS.sub("\N{REPLACEMENT CHARACTER}", text[:limit])
    if len(text) <= limit:
        return shown
    return f"{shown}\n{render(Message.of('text_cut', limit=str(limit)), language)}"


def left_out(key: str, kinds: list[str], language: Language) -> str:
    """A line that names what is not shown."""
    names = ", ".join(readable(str(kind)[:40]) for kind in kinds[:5])
    return render(Message.of(key, kind=names), language)


def note(message: Message, language: Language) -> NotebookNode:
    """A line of text in place of an output."""
    return new_output("stream", name="stdout", text=render(message, language) + "\n")
