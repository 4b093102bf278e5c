"""A browser, and the servers that what it opens may call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.browser.eyes import Browser
from tests.kit.browser.payloads import Canary


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with Canary() as server:
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def host() -> Iterator[Canary]:
    """A server of pages: to call the canary from them is a request abroad."""
    with Canary() as server:
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()
