"""Opens a page in a real Chromium, and says what became of it: its document, and how it looks at a width or in print.

What is measured is asked for over the pipe of the DevTools protocol, which the security policy of a page does not stop.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

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
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
CONSOLE = re.compile(r":CONSOLE[:(]\d+\)?\] \"(.*?)\", source:", re.DOTALL)

AT_3_AND_4 = """
import os, sys
requests, answers, *command = sys.argv[1:]
os.dup2(int(requests), 3)
os.dup2(int(answers), 4)
os.execv(command[0], command)
"""
"""Starts Chromium with the pipes where it looks for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The document as it stands after loading, and what the page said on the console."""

    dom: str
    console: tuple[str, ...]


def binary() -> str:
    """Skips the test where there is no Chromium; in CI that is a failure."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not found:
        complaint = "CHROMIUM IS MISSING, so no page was looked at: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(complaint)
        pytest.skip(complaint)
    return found


def opened(page: str, folder: Path) -> Opened:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [binary(), *FLAGS, f"--user-data-dir={profile}", "--enable-logging=stderr", "--dump-dom", file.as_uri()],
            capture_output=True,
            timeout=90,
            check=True,
        )
    said = done.stderr.decode("utf-8", "replace")
    return Opened(dom=done.stdout.decode("utf-8"), console=tuple(CONSOLE.findall(said)))


class Shown:
    """A page that stands in a Chromium."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self._requests, self._answers = requests, answers
        self._number = 0
        self._session: dict[str, str] = {}

    def open(self, file: Path) -> None:
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = {"sessionId": session}
        self.call("Page.enable")
        self.call("Page.navigate", url=file.as_uri())
        while self._next().get("method") != "Page.loadEventFired":
            pass

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        request = {"id": self._number, "method": method, "params": parameters, **self._session}
        self._requests.write(json.dumps(request).encode() + b"\0")
        self._requests.flush()
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def _next(self) -> dict[str, Any]:
        read = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "Chromium ended"
            read += byte
        return dict(json.loads(read))

    def look(self, *, width: int, media: str = "screen", dark: bool = False) -> None:
        """From now on as a device of this width shows it, or paper."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def value(self, expression: str) -> Any:
        """What JavaScript finds on the page."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def picture(self) -> bytes:
        """The whole page, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def paper(self) -> bytes:
        """The page on A4, as PDF."""
        printed = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
        return base64.b64decode(printed["data"])


@contextmanager
def shown(page: str, folder: Path) -> Iterator[Shown]:
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8")
    browser = binary()
    ours_in, theirs_out = os.pipe()
    theirs_in, ours_out = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = [*FLAGS, "--remote-debugging-pipe", f"--user-data-dir={profile}"]
        descriptors = (str(theirs_in), str(theirs_out))
        command = [sys.executable, "-c", AT_3_AND_4, *descriptors, browser, *flags]
        process = subprocess.Popen(command, pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            with open(ours_out, "wb") as requests, open(ours_in, "rb") as answers:
                page_shown = Shown(requests, answers)
                page_shown.open(file)
                yield page_shown
        finally:
            process.terminate()
            process.wait(30)
