"""The browser of the tests: headless Chromium, with nothing of its own on the network."""

from __future__ import annotations

import os
import shutil

import pytest

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str:
    """A real browser; only outside of continuous integration may it be missing."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None and not os.environ.get("CI"):
        pytest.skip("chromium is not installed: apt-get install chromium")
    assert found, "chromium is not installed: apt-get install chromium"
    return found
