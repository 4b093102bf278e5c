"""Show code and the text of a terminal in colours, as long as that takes little time.

How it works: the expressions of the lexers and of nbconvert look ahead and back, so that
a run of one kind of character costs them the square of its length. What is
long, or has such runs, is shown as it is: escaped, without colours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup
from nbconvert.filters import ansi2html
from nbconvert.filters.highlight import Highlight2HTML

CODE_LIMIT = 20_000  # characters of one piece of code
LINES_LIMIT = 2_000  # characters of one of its lines
COLOURS_LIMIT = 20_000_000  # characters of a text times its colours: each one copies the rest
CODE_RUN = re.compile(r"\s{100}|[\w.*%]{400}")  # what code has not, and the lexer can't do fast
LONG_LINE = re.compile(f"[^\n]{{{LINES_LIMIT}}}")
# A colour as programs write it; what looks like one is taken out with the others.
COLOUR = re.compile("\x1b\\[[0-9;]{0,40}m")
OTHER_ESCAPE = re.compile("\x1b(?!\\[[0-9;]{0,40}m)(?:\\[[0-9;]*m?)?")


def highlight_code(source: str, metadata: Mapping[str, object] | None = None) -> Markup:
    """Python in colours; `metadata` is the cell's, whose word on its language does not count."""
    del metadata
    if len(source) > CODE_LIMIT or CODE_RUN.search(source) or LONG_LINE.search(source):
        return plain_code(source)
    return Markup(Highlight2HTML()(source))  # noqa: S704 -- Pygments escapes what it colours


def plain_code(source: str, metadata: Mapping[str, object] | None = None) -> Markup:
    """Code as it is."""
    del metadata
    return Markup('<div class="highlight"><pre>{}\n</pre></div>').format(source)


def colour_terminal(text: str) -> Markup:
    """What a program wrote for a terminal, in its colours."""
    tidied = OTHER_ESCAPE.sub("", text)
    if len(tidied) * len(COLOUR.findall(tidied)) > COLOURS_LIMIT:
        return plain_terminal(text)
    return Markup(ansi2html(tidied))  # noqa: S704 -- it escapes the text first


def plain_terminal(text: str) -> Markup:
    """What a program wrote for a terminal, without colours."""
    return Markup("{}").format(COLOUR.sub("", OTHER_ESCAPE.sub("", text)))
