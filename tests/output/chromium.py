"""Opens a page in a real Chromium, and says what became of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

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
