"""Tell which images a page may show, and make them data in the page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from markupsafe import Markup

from autograder.pages.sanitize import readable

SIGNATURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def is_image(kind: str, value: object) -> bool:
    """Whether a value is base64 of a file that begins as this kind does."""
    try:
        data = base64.b64decode("".join(joined(value).split()), validate=True)
    except (TypeError, ValueError, binascii.Error):
        return False
    return data.startswith(SIGNATURES[kind])


def attached(bundle: object) -> str:
    """The address of an attached image as data, or "" if it is not an image."""
    if isinstance(bundle, Mapping):
        for kind in SIGNATURES:
            if kind in bundle and is_image(kind, bundle[kind]):
                return f"data:{kind};base64,{''.join(bundle[kind].split())}"
    return ""


def svg_image(svg: str) -> Markup:
    """SVG as the data of an image, where its scripts do not run."""
    data = base64.b64encode(readable(svg).encode()).decode()
    return Markup('<img alt="" src="data:image/svg+xml;base64,{}">').format(data)


def joined(value: object) -> str:
    """A text, which a notebook file may hold as a list of lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    if isinstance(value, str):
        return value
    raise TypeError(f"This is no text but {type(value).__name__}.")
