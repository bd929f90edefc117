"""Environments with packages from PyPI that tests use as others do, beside the one that the tests run in: made once, for all tests."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "hilt", "python")
PATIENCE = 400
"""Seconds that an installation may take; the largest one takes half a minute."""
DEBIAN = Path("/usr/lib/python3/dist-packages")
LINK = "import os, sys, sysconfig; [os.symlink(p, sysconfig.get_path('platlib') + '/' + os.path.basename(p)) for p in sys.argv[1:]]"


def environment(complaint: str, *requirements: str) -> Path:
    """The Python of an environment with these packages. Skips the test where they cannot be had; in CI that is a failure."""
    folder, trouble = _make(requirements)
    _complain(complaint, trouble)
    return folder / "bin" / "python"


def environment_with_torch(complaint: str, *requirements: str) -> Path:
    """The same for the Python of Debian with Debian's PyTorch, for that of PyPI comes with gigabytes for graphics cards.

    Of the packages of Debian, nothing but PyTorch is in the environment.
    """
    folder, trouble = _make_with_torch(requirements)
    _complain(complaint, trouble)
    return folder / "bin" / "python"


def source(complaint: str, requirement: str) -> Path:
    """The archive of a package as its makers published it."""
    folder, trouble = _download(requirement)
    _complain(complaint, trouble)
    return next(folder.glob("*.tar.gz"))


def _complain(complaint: str, trouble: str) -> None:
    if trouble and os.environ.get("CI") == "true":
        pytest.fail(f"{complaint}: {trouble}")
    if trouble:
        pytest.skip(f"{complaint}: {trouble}")


@cache
def _make(requirements: tuple[str, ...]) -> tuple[Path, str]:
    folder = _folder("environment", sys.version, *requirements)
    return folder, _once(folder, [sys.executable, "-m", "venv", str(folder)], _install(folder, requirements))


@cache
def _make_with_torch(requirements: tuple[str, ...]) -> tuple[Path, str]:
    parts = [str(one) for name in ("torch", "torch-*", "torchgen", "functorch") for one in sorted(DEBIAN.glob(name))]
    if not parts:
        return DEBIAN, f"there is no torch in {DEBIAN}; scripts/install-system slow installs it on Debian"
    folder = _folder("environment with torch", *parts, *requirements)
    python = str(folder / "bin" / "python")
    return folder, _once(
        folder,
        ["/usr/bin/python3", "-m", "venv", "--without-pip", str(folder)],
        _install(folder, requirements),
        [python, "-c", LINK, *parts],
        [python, "-c", "import torch; torch.from_numpy(torch.ones(2).numpy())"],
    )


def _install(folder: Path, requirements: tuple[str, ...]) -> list[str]:
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "--disable-pip-version-check"]
    return [*pip, "install", "--quiet", "--no-compile", *requirements]


@cache
def _download(requirement: str) -> tuple[Path, str]:
    folder = _folder("source", requirement)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    return folder, _once(
        folder, [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    )


def _folder(*of: str) -> Path:
    return CACHE / sha256("\0".join(of).encode()).hexdigest()[:16]


def _once(folder: Path, *commands: list[str]) -> str:
    """Has them carried out in a new folder, and says what went wrong."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "done").exists():
            return ""
        shutil.rmtree(folder, ignore_errors=True)
        for command in commands:
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
            except subprocess.TimeoutExpired:
                return f"{command[1:4]} took more than {PATIENCE} s"
            if done.returncode:
                return f"{' '.join(command[1:4])}: {done.stderr.strip()[-300:]}"
        (folder / "done").touch()
        return ""
