"""Make untrusted markup harmless: HTML, Markdown and the outputs of student cells.

How it works. Markup is parsed and written anew by an allow-list (nh3, the Rust
library ammonia): what the list does not name is gone, so that a payload nobody
thought of is gone too. Images are data in the page, never a request. SVG is
shown inside `<img>`, where a browser runs no script and loads nothing. Formulas
become MathML, so that a page needs no MathJax and no network.

Nothing here raises for odd input: what cannot be shown is replaced by a line of
text that says so.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import nh3
from jinja2 import pass_context
from jinja2.runtime import Context
from latex2mathml.converter import convert
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_output
from pygments.token import STANDARD_TYPES

from autograder.model.messages import Language, Message, say
from autograder.pages.highlight import highlight_code, plain_code

LIMIT = 1_000_000  # characters of one output, and of one piece of HTML
MARKDOWN_LIMIT = 20_000  # characters of one Markdown cell: its parser is not linear
MARKDOWN_RUN = re.compile(r"[^\S\n]{200}")  # its parser takes the cube of a run of spaces
FORMULAS_LIMIT = 4_000_000  # characters of one Markdown cell times its formulas
FORMULA_LIMIT = 2_000  # characters of one formula
TAG_LIMIT = 20_000  # tags of one piece of HTML: deep nesting costs quadratic time
TANGLE_LIMIT = 400_000  # formatting tags times all tags, see `tangled`


def words(text: str) -> set[str]:
    """The words of a text."""
    return set(text.split())


TAGS = words(
    """a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em
    figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small
    span strong sub summary sup table tbody td tfoot th thead tr u ul var"""
)
MATH_TAGS = words(
    """math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms
    mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover"""
)
MATH_ATTRIBUTES = words(
    """accent accentunder columnalign columnspacing display displaystyle fence form height
    linethickness lspace mathvariant maxsize minsize movablelimits rowspacing rspace scriptlevel
    separator stretchy width"""
)
ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title"},
    "a": {"href"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    **dict.fromkeys(MATH_TAGS, MATH_ATTRIBUTES),
}
STYLES = {"background-color", "color", "font-style", "font-weight", "text-align"}
# Gone with what they hold: their text is code, or no part of what a reader should see.
WITH_CONTENT = {"iframe", "noscript", "object", "script", "style", "svg", "title"}

IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
LINK = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
# What turns the direction of writing around, and lone surrogates, which no file in UTF-8 holds.
HIDING = "\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
UNREADABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f{HIDING}]")
# An escape character stays where it begins a colour.
NOT_FOR_TERMINALS = re.compile(f"[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f{HIDING}]|\x1b(?!\\[[0-9;]*m)")
FORMATTING = re.compile(
    r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.IGNORECASE
)
# What opens a formula: the parser looks for the end of each one through the whole rest.
OPENING = re.compile(r"\\begin\{|\\\\[\[(]")
UNKNOWN_COMMAND = re.compile(r">\\[A-Za-z]")
# What a page by others may do besides running its scripts: no request leaves its server.
POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; "
    "form-action 'none'; img-src data:; style-src 'self' 'unsafe-inline'"
)
# The formgrader waits for MathJax before it takes keys; formulas are MathML here.
STAND_IN = 'window.MathJax = {Hub: {Startup: {signal: {Interest: tell => tell("End")}}}};'
SCRIPT = re.compile(r"<script(?: type=\"text/javascript\")?>(.*?)</script>", re.DOTALL)
ABROAD = re.compile(r"<script src=\"https?:[^>]*> *</script>")
HANDLER = re.compile(r"\bonclick=\"([^\"]*)\"")
SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def clean_html(html: str) -> Markup:
    """HTML by anyone, as HTML that runs nothing and loads nothing."""
    return rewrite(html, PLAIN)


def clean_fragment(html: str) -> Markup:
    """Like `clean_html`, with the classes that the feedback on a task is made of."""
    return rewrite(html, FRAGMENT)


def clean_markdown(source: str, attachments: Mapping[str, Any] | None = None) -> Markup:
    """Markdown with formulas as HTML that runs nothing and loads nothing."""
    if len(source) > MARKDOWN_LIMIT or MARKDOWN_RUN.search(source):
        return verbatim(source)
    if len(source) * len(OPENING.findall(source)) > FORMULAS_LIMIT:
        return verbatim(source)
    try:
        renderer = Renderer(attachments)
        return rewrite(MarkdownWithMath(renderer=renderer).render(readable(source)), HIGHLIGHTED)
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


def clean_output(
    output: NotebookNode, *, limit: int = LIMIT, language: Language = "de"
) -> NotebookNode | None:
    """One output of a student's cell, harmless and of bounded size; None where it has none."""
    try:
        return CLEANERS[output["output_type"]](output, limit, language)
    except Exception:
        return note(Message.of("output_odd"), language)


def guarded(head: str, *rest: str) -> str:
    """The head of a page with a policy: of scripts in the page only those in `head` and `rest` run.

    For a page by others, which brings scripts of its own; ours needs none at all.
    """
    text = "".join((head, *rest))
    codes = [STAND_IN, *SCRIPT.findall(text), *HANDLER.findall(text)]
    scripts = " ".join(sorted({f"'sha256-{digest(code)}'" for code in codes}))
    policy = f"{POLICY}; script-src 'self' 'unsafe-hashes' {scripts}"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return ABROAD.sub("", head).replace("<head>", f"<head>{meta}<script>{STAND_IN}</script>", 1)


def digest(code: str) -> str:
    """What a policy knows a script by."""
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def readable(text: str) -> str:
    """The text without characters that hide, reverse or cannot be written to a file."""
    return UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def verbatim(text: str) -> Markup:
    """The text as it is, escaped, cut at the limit of Markdown."""
    return Markup("<pre>{}</pre>").format(readable(text[:MARKDOWN_LIMIT]))


def rewrite(html: str, cleaner: nh3.Cleaner) -> Markup:
    """HTML parsed and written anew by a cleaner."""
    if len(html) > LIMIT or tangled(html):
        return verbatim(html)
    return Markup(cleaner.clean(readable(html)))  # noqa: S704 -- it is what nh3 wrote


def tangled(html: str) -> bool:
    """Whether a parser could need far more memory for it than its length lets expect.

    A parser of HTML5 opens every unclosed formatting element again in each new
    paragraph: 20 kB of `<b>` and `<p>` would fill 700 MB.
    """
    tags = html.count("<")
    return tags > TAG_LIMIT or len(FORMATTING.findall(html)) * tags > TANGLE_LIMIT


def keep_attribute(_tag: str, name: str, value: str) -> str | None:
    """The value of an attribute, or None to drop it."""
    if name == "src":
        value = "".join(value.split())
        return value if IMAGE.fullmatch(value) else None
    if name == "href":
        return value if LINK.match(value) else None
    return value


def cleaner(classes: Mapping[str, set[str]]) -> nh3.Cleaner:
    """The allow-list, with these classes beside it."""
    return nh3.Cleaner(
        tags=TAGS | MATH_TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=WITH_CONTENT,
        attribute_filter=keep_attribute,
        filter_style_properties=STYLES,
        url_schemes={"data", "http", "https", "mailto"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        allowed_classes=dict(classes),
    )


PLAIN = cleaner({"table": {"dataframe"}})
HIGHLIGHTED = cleaner(
    {"div": {"highlight"}, "span": set(STANDARD_TYPES.values()) - {""}, "code": {"formula"}}
)
FRAGMENT = cleaner(
    {
        "section": {"ag-task"},
        "p": {"ag-total", "ag-law-sentence", "ag-hint", "ag-open"},
        "div": {"ag-law", "ag-passed", "ag-failed", "ag-not-graded"},
        "span": {"ag-mark", "ag-worth", "label", "label-success", "label-danger", "label-default"},
        "dl": {"ag-case"},
    }
)


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


def attached(bundle: object) -> str:
    """The address of an attached image as data, or "" where it is none."""
    if isinstance(bundle, Mapping):
        for kind in SIGNATURES:
            if kind in bundle and is_image(kind, bundle[kind]):
                return f"data:{kind};base64,{''.join(bundle[kind].split())}"
    return ""


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


def clean_display(output: NotebookNode, limit: int, language: Language) -> NotebookNode:
    """What a cell displayed or returned, in the kinds that a page can show."""
    data = clean_data(dict(output["data"]), limit, language)
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


def svg_image(svg: str) -> Markup:
    """SVG as the data of an image, where its scripts do not run."""
    data = base64.b64encode(readable(svg).encode()).decode()
    return Markup('<img alt="" src="data:image/svg+xml;base64,{}">').format(data)


HTML_KINDS: dict[str, Callable[[str], Markup]] = {
    "text/html": clean_html,
    "text/markdown": clean_markdown,
    "text/latex": clean_markdown,
    "image/svg+xml": svg_image,
}


def is_image(kind: str, value: object) -> bool:
    """Whether a value is base64 of a file that begins as this kind does."""
    try:
        data = base64.b64decode("".join(joined(value).split()), validate=True)
    except (TypeError, ValueError, binascii.Error):
        return False
    return data.startswith(SIGNATURES[kind])


def whole(value: object) -> int | None:
    """A count, or None for anything that is none."""
    return value if isinstance(value, int) and value >= 0 else None


def joined(value: object) -> str:
    """A text, which a notebook file may hold as a list of lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    if isinstance(value, str):
        return value
    raise TypeError(f"This is no text but {type(value).__name__}.")


def size(value: object) -> int:
    """The length of a representation in characters."""
    return sum(map(len, value)) if isinstance(value, list) else len(str(value))


def cut(text: str, limit: int, language: Language) -> str:
    """The text for a terminal, no longer than the limit and the line that says so."""
    shown = NOT_FOR_TERMINALS.sub("\N{REPLACEMENT CHARACTER}", text[:limit])
    if len(text) <= limit:
        return shown
    return f"{shown}\n{say(Message.of('text_cut', limit=str(limit)), language)}"


def left_out(key: str, kinds: list[str], language: Language) -> str:
    """A line that names what is not shown."""
    names = ", ".join(readable(str(kind)[:40]) for kind in kinds[:5])
    return say(Message.of(key, kind=names), language)


def note(message: Message, language: Language) -> NotebookNode:
    """A line of text in place of an output."""
    return new_output("stream", name="stdout", text=say(message, language) + "\n")
