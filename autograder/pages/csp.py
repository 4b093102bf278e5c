"""Give a page of nbgrader's a Content-Security-Policy that allows its own scripts only."""

from __future__ import annotations

import base64
import hashlib
import re

# What a page by others may do besides running its scripts: no request leaves its server.
POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; font-src 'self'; "
    "form-action 'none'; img-src data:; style-src 'self' 'unsafe-inline'"
)
# The formgrader waits for MathJax before it takes keys; formulas are MathML here.
STAND_IN = 'window.MathJax = {Hub: {Startup: {signal: {Interest: tell => tell("End")}}}};'
SCRIPT = re.compile(r"<script(?: type=\"text/javascript\")?>(.*?)</script>", re.DOTALL)
REMOTE_SCRIPT = re.compile(r"<script src=\"https?:[^>]*> *</script>")
HANDLER = re.compile(r"\bonclick=\"([^\"]*)\"")


def guarded(head: str, *rest: str) -> str:
    """The head of a page with a policy: of scripts in the page only those in `head` and `rest` run.

    For a page by others, which brings scripts of its own; ours needs none at all.
    """
    text = "".join((head, *rest))
    codes = [STAND_IN, *SCRIPT.findall(text), *HANDLER.findall(text)]
    scripts = " ".join(sorted({f"'sha256-{digest(code)}'" for code in codes}))
    policy = f"{POLICY}; script-src 'self' 'unsafe-hashes' {scripts}"
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return REMOTE_SCRIPT.sub("", head).replace(
        "<head>", f"<head>{meta}<script>{STAND_IN}</script>", 1
    )


def digest(code: str) -> str:
    """The hash by which a policy names a script."""
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
