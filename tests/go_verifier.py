"""The verifier in Go, which knows nothing of hilt: built from Debian's copy of golang.org/x/mod and run."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

SOURCE = Path(__file__).parent / "record" / "ledger" / "go" / "verify.go"
LIBRARIES = Path("/usr/share/gocode")


@cache
def verifier() -> Path:
    """Skips the test where there is no Go, or no golang.org/x/mod; in CI that is a failure."""
    if shutil.which("go") is None or not (LIBRARIES / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        complaint = (
            "GO IS MISSING, so no other verifier read the log: apt-get install golang-go golang-golang-x-mod-dev"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(complaint)
        pytest.skip(complaint)
    program = Path(mkdtemp(prefix="hilt-go-")) / "verify"
    surroundings = {**os.environ, "GO111MODULE": "off", "GOPATH": str(LIBRARIES), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", str(program), str(SOURCE)], check=True, env=surroundings)
    return program


def says(key: str, folder: Path, *arguments: str | Path) -> tuple[int, str]:
    """The exit code of the verifier, and what it says of the log in `folder`."""
    command = [verifier(), "-key", key, "-log", folder, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
