"""Turn untrusted Markdown into HTML that runs nothing and loads nothing.

How it works: the HTML that the parser makes passes `sanitize`. Formulas become MathML, so
that a page needs no MathJax and no network. Text that the parser would take too long for,
or fails on, is shown as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from jinja2 import pass_context
from jinja2.runtime import Context
from latex2mathml.converter import convert
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.pages.highlight import highlight_code, plain_code
from autograder.pages.image import attached
from autograder.pages.sanitize import VERBATIM_LIMIT, clean_highlighted, readable, verbatim

MARKDOWN_LIMIT = VERBATIM_LIMIT  # characters of one Markdown cell: its parser is not linear
MARKDOWN_RUN = re.compile(r"[^\S\n]{200}")  # its parser takes the cube of a run of spaces
FORMULAS_LIMIT = 4_000_000  # characters of one Markdown cell times its formulas
FORMULA_LIMIT = 2_000  # characters of one formula
# What opens a formula: the parser looks for the end of each one through the whole rest.
OPENING = re.compile(r"\\begin\{|\\\\[\[(]")
UNKNOWN_COMMAND = re.compile(r">\\[A-Za-z]")


def clean_markdown(source: str, attachments: Mapping[str, Any] | None = None) -> Markup:
    """Markdown with formulas as HTML that runs nothing and loads nothing."""
    if len(source) > MARKDOWN_LIMIT or MARKDOWN_RUN.search(source):
        return verbatim(source)
    if len(source) * len(OPENING.findall(source)) > FORMULAS_LIMIT:
        return verbatim(source)
    try:
        renderer = Renderer(attachments)
        return clean_highlighted(MarkdownWithMath(renderer=renderer).render(readable(source)))
    except Exception:
        return verbatim(source)


def plain_text(source: str, attachments: object = None) -> Markup:
    """Markdown as it was written."""
    del attachments
    return Markup("<pre>{}</pre>").format(readable(source))


@pass_context
def markdown2html(
    context: Context, source: str, attachments: Mapping[str, Any] | None = None
) -> Markup:
    """`clean_markdown` in place of nbconvert's filter of this name, which keeps scripts.

    A template of nbconvert passes no attachments: they are those of its `cell`.
    """
    cell = context.get("cell") or {}
    return clean_markdown(source, attachments or cell.get("attachments"))


class Renderer(IPythonRenderer):
    """nbconvert's renderer of Markdown, with formulas as MathML and no access to files."""

    def __init__(self, attachments: Mapping[str, Any] | None = None) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.images = attachments or {}

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """An image: an attachment of the cell becomes data, anything else is cleaned later."""
        if url.startswith("attachment:"):
            url = attached(self.images.get(url.removeprefix("attachment:")))
        return super().image(text, url, title)

    def block_code(self, code: str, info: str | None = None) -> str:
        """A block of code: Python in colours, anything else as it is."""
        known = (info or "").split(maxsplit=1)[:1] in ([], ["python"], ["py"], ["ipython3"])
        return str(highlight_code(code) if known and info else plain_code(code))

    def inline_math(self, body: str) -> str:
        """A formula within a line."""
        return formula(body, "inline")

    def block_math(self, body: str) -> str:
        """A formula of its own line."""
        return formula(body, "block")

    def latex_environment(self, name: str, body: str) -> str:
        """A formula such as `\\begin{align}`."""
        return formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")


def formula(latex: str, display: Literal["inline", "block"]) -> str:
    """LaTeX as MathML, or as it was written where it cannot be converted."""
    known = re.sub(r"\\arg(?![A-Za-z])", r"\\operatorname{arg}", latex)
    known = re.sub(r"\\(begin|end)\{(?:aligned|equation)\*?\}", r"\\\1{align*}", known)
    try:
        if len(latex) > FORMULA_LIMIT:
            raise ValueError("too long")
        math = convert(known, display=display)
        if UNKNOWN_COMMAND.search(math):
            raise ValueError("unknown command")
    except Exception:
        return str(Markup('<code class="formula">{}</code>').format(latex.strip()))
    return math
