"""Packages from npm that tests hold hilt's work against: what a lock file names, installed once for all tests."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "hilt", "npm")
FILES = ("package.json", "package-lock.json")


def installed(project: Path, complaint: str, *scripts: str) -> Path:
    """The folder with the packages of this project, and those of its scripts that use them. Skips the test where they cannot be
    had; in CI that is a failure."""
    folder, trouble = _install(project, (*FILES, *scripts))
    if trouble and os.environ.get("CI") == "true":
        pytest.fail(f"{complaint}: {trouble}")
    if trouble:
        pytest.skip(f"{complaint}: {trouble}")
    return folder


@cache
def _install(project: Path, files: tuple[str, ...]) -> tuple[Path, str]:
    """Installs what the lock file names, and says what went wrong."""
    contents = b"\0".join((project / name).read_bytes() for name in files)
    folder = CACHE / sha256(contents).hexdigest()[:16]
    if not shutil.which("node") or not shutil.which("npm"):
        return folder, "node and npm are missing; scripts/install-system installs them"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "done").exists():
            return folder, ""
        for name in files:
            shutil.copy(project / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
        if done.returncode:
            return folder, f"npm ci: {done.stderr.strip()[-300:]}"
        (folder / "done").touch()
    return folder, ""
