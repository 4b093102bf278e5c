"""What can't pass the wire."""

from __future__ import annotations


class WireError(Exception):
    """A value that may not pass, or a malformed frame. `what` says which."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class TooLarge(WireError):
    """A frame longer than allowed."""
