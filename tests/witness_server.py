"""A witness in a process of its own, as its operator starts it, and what it answers over HTTP."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from hilt.record.ledger.keys import new_signing_key, signing_key_pem

NAME = "witness.example/w1"


class Running(NamedTuple):
    """Where a witness answers, and its verifier key."""

    url: str
    key: str

    def post(self, body: bytes, path: str = "/add-checkpoint", method: str = "POST") -> tuple[int, str, str]:
        """The status, the media type and the body of an answer."""
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.headers.get("content-type", ""), answer.read().decode()
        finally:
            connection.close()

    @property
    def settings(self) -> str:
        """The lines that name it in settings."""
        return f'witnesses: [{{url: "{self.url}", key: "{self.key}"}}]'


@contextmanager
def running(folder: Path, *logs: str, name: str = NAME) -> Iterator[Running]:
    """A witness of these logs, with its key and its state in `folder`."""
    folder.mkdir(exist_ok=True)
    key = folder / "witness.key"
    if not key.exists():
        key.write_bytes(signing_key_pem(new_signing_key(), None))
    command = [sys.executable, "-m", "hilt", "log", "witness", "serve", "--port", "0", "--name", name]
    command += ["--key", str(key), "--state", str(folder / "state.db"), *(f"--log={log}" for log in logs)]
    if not (folder / "state.db").exists():
        command.append("--new")
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"(\S+) answers at (http://\S+)\n", line)
        assert found, (folder / "said").read_text()
        yield Running(found[2], found[1])
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
