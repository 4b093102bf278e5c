"""Rewrite untrusted HTML so that it runs nothing and loads nothing.

How it works: HTML is parsed and written again by an allow-list (nh3, the Rust library
ammonia): whatever the list does not name is removed, so that a payload nobody thought of
is removed too. Images are data in the page, never a request. Nothing here raises for odd
input: what cannot be parsed at a reasonable cost is shown as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import nh3
from markupsafe import Markup
from pygments.token import STANDARD_TYPES

LIMIT = 1_000_000  # characters of one output, and of one piece of HTML
TAG_LIMIT = 20_000  # tags of one piece of HTML: deep nesting costs quadratic time
NESTING_LIMIT = 400_000  # formatting tags times all tags, see `too_nested`
VERBATIM_LIMIT = 20_000  # characters of what is shown as text


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
FORMATTING = re.compile(
    r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.IGNORECASE
)


def clean_html(html: str) -> Markup:
    """HTML by anyone, as HTML that runs nothing and loads nothing."""
    return rewrite(html, PLAIN)


def clean_fragment(html: str) -> Markup:
    """Like `clean_html`, with the classes that the feedback on a task is made of."""
    return rewrite(html, FRAGMENT)


def clean_highlighted(html: str) -> Markup:
    """Like `clean_html`, with the classes of highlighted code and of formulas shown as code."""
    return rewrite(html, HIGHLIGHTED)


def readable(text: str) -> str:
    """The text without characters that hide, reverse or cannot be written to a file."""
    return UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def verbatim(text: str) -> Markup:
    """The text as it is, escaped, cut at VERBATIM_LIMIT."""
    return Markup("<pre>{}</pre>").format(readable(text[:VERBATIM_LIMIT]))


def rewrite(html: str, cleaner: nh3.Cleaner) -> Markup:
    """HTML parsed and written again by a cleaner."""
    if len(html) > LIMIT or too_nested(html):
        return verbatim(html)
    return Markup(cleaner.clean(readable(html)))  # noqa: S704 -- it is what nh3 wrote


def too_nested(html: str) -> bool:
    """Whether a parser could need far more memory for it than its length lets expect.

    A parser of HTML5 opens every unclosed formatting element again in each new
    paragraph: 20 kB of `<b>` and `<p>` would fill 700 MB.
    """
    tags = html.count("<")
    return tags > TAG_LIMIT or len(FORMATTING.findall(html)) * tags > NESTING_LIMIT


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
LABELS = {f"label-{kind}" for kind in ("success", "warning", "danger", "default")}  # Bootstrap's
FRAGMENT = cleaner(
    {
        "section": {"ag-task"},
        "p": {"ag-total", "ag-law-sentence", "ag-hint", "ag-open", "ag-cause", "ag-later"},
        "div": {"ag-law", "ag-passed", "ag-failed", "ag-untried", "ag-follow-on", "ag-not-graded"},
        "span": {"ag-mark", "ag-worth", "label", *LABELS},
        "dl": {"ag-case"},
    }
)
