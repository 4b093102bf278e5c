"""One Chromium, steered over a pipe, which opens pages and tells what they did."""

from __future__ import annotations

import base64
import json
import os
import re
import select
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kit.chromium import FLAGS, find_chromium

PATIENCE = 300  # seconds after which a browser or a server must have hung
QUIET = 0.25  # seconds without news after which a page has loaded


TOUCH = """
(() => {
  const events = ["mouseover", "mouseenter", "pointerenter", "focus", "focusin", "click"];
  const away = one => {
    const link = one.closest("a");
    const to = link && (link.getAttribute("href") || link.getAttribute("xlink:href"));
    return to && /^\\s*(https?:|mailto:|[/#.?])/i.test(to);
  };
  const touch = root => {
    for (const one of root.querySelectorAll("*")) {
      if (away(one) || one.closest(".scoring-buttons")) continue;
      for (const name of events)
        one.dispatchEvent(new MouseEvent(name, {bubbles: name === "click", cancelable: true}));
      if (one.shadowRoot) touch(one.shadowRoot);
      if (one.tagName === "IFRAME" && one.contentDocument) touch(one.contentDocument);
    }
  };
  for (const root of document.querySelectorAll("WHERE")) touch(root);
})()
"""
# What lies over the rest of a document, or hides it.
COVERS = """
(() => {
  const seen = root => root && [...root.querySelectorAll("WHERE *")].some(
    one => ["fixed", "absolute", "sticky"].includes(getComputedStyle(one).position)
  ) || root && root.body && getComputedStyle(root.body).display === "none";
  const frames = [...document.querySelectorAll("iframe")];
  return [seen(document), ...frames.map(frame => seen(frame.contentDocument))];
})()
"""
MARKS = "[...document.querySelectorAll('*')].map(e => e.localName).filter(n => /^pwned/.test(n))"
TITLES = "[...document.querySelectorAll('iframe')].map(f => (f.contentDocument || {}).title)"
STEERED = [
    *FLAGS,
    "--hide-scrollbars",
    "--window-size=1200,1600",
    # only the test's own servers are found: a request to any other fails, and is seen
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
]


@dataclass(frozen=True)
class Seen:
    """What became of a page that a browser showed."""

    title: str
    marks: list[str]  # the elements that payloads left behind
    covers: list[bool]  # of the page and of its frames
    abroad: set[str]  # what it asked another server for
    errors: list[str]


class Browser:
    """Headless Chromium, steered over a pipe."""

    def __init__(self, profile: Path) -> None:
        self.read, answers = os.pipe()
        commands, self.write = os.pipe()
        pipes = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        self.process = subprocess.Popen(
            ["bash", "-c", pipes, find_chromium(), *STEERED, f"--user-data-dir={profile}"],
            pass_fds=(commands, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self.rest, self.count, self.session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """End the browser."""
        self.session = ""
        self.call("Browser.close")
        self.process.wait(timeout=PATIENCE)
        os.close(self.read)
        os.close(self.write)

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command; what the browser answered."""
        self.count += 1
        order: dict[str, object] = {"id": self.count, "method": method, "params": params}
        if self.session:
            order["sessionId"] = self.session
        os.write(self.write, json.dumps(order).encode() + b"\0")
        while True:
            message = self.receive()
            assert message is not None, f"the browser does not answer {method}"
            if message.get("id") == self.count:
                assert "error" not in message, message
                return message["result"]

    def receive(self, seconds: float = PATIENCE) -> dict[str, Any] | None:
        """The browser's next message, None where it says nothing for so long."""
        while b"\0" not in self.rest:
            if not select.select([self.read], [], [], seconds)[0]:
                return None
            piece = os.read(self.read, 1 << 20)
            assert piece, "the browser is gone"
            self.rest += piece
        line, _, self.rest = self.rest.partition(b"\0")
        message = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message

    def told(self, method: str) -> list[dict[str, Any]]:
        """What the browser told of one kind since the page was opened."""
        return [event["params"] for event in self.events if event["method"] == f"{method}"]

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, url: str) -> None:
        """Open a page and wait until it has loaded all that it wants."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not self.told("Page.loadEventFired"):
            assert self.receive(), f"{url} does not load"
        self.settle()

    def settle(self) -> None:
        """Wait until no request is open and the browser has no news."""
        end = time.monotonic() + PATIENCE
        while self.receive(QUIET) or self.pending():
            assert time.monotonic() < end, "the page never comes to rest"

    def pending(self) -> set[str]:
        """The requests that are still open."""
        over = self.told("Network.loadingFinished") + self.told("Network.loadingFailed")
        asked = [one for one in self.told("Network.requestWillBeSent") if one.get("frameId")]
        return {one["requestId"] for one in asked} - {one["requestId"] for one in over}

    def frames(self, urls: list[str]) -> None:
        """Put pages into frames of the one that is open, which must be of the same server."""
        texts = "".join(f'<iframe src="{url}"></iframe>' for url in urls)
        self.run(f"document.body.innerHTML = {json.dumps(texts)}")
        self.settle()

    def look(self, url: str, where: str = "body") -> Seen:
        """Open a page, touch everything in it, and say what happened."""
        self.open(url)
        self.run(TOUCH.replace("WHERE", where))
        self.settle()
        home = re.match(r"\w+://[^/]*/", url)
        assert home
        asked = [one["request"]["url"] for one in self.told("Network.requestWillBeSent")]
        return Seen(
            title=self.run("document.title"),
            marks=self.run(MARKS),
            covers=self.run(COVERS.replace("WHERE", where)),
            abroad={one for one in asked if not one.startswith((home[0], "data:"))},
            errors=[json.dumps(one)[:500] for one in self.told("Runtime.exceptionThrown")],
        )

    def picture(self, path: Path) -> None:
        """Keep what is in the window."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))
