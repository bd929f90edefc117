"""What `ollama pull` does, request for request, as its source tells (server/images.go, server/download.go; the program itself is not to be
had from PyPI, npm or Debian): a manifest without a token; of each layer a HEAD, a GET that is broken off once it answers, and parts on
connections of their own that carry no header but Range; then every digest is held against the bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

AGENT = {"User-Agent": "ollama/0.32.0 (amd64 linux) Go/go1.26"}
ACCEPT = "application/vnd.docker.distribution.manifest.v2+json"
AT_ONCE = 16
SMALLEST = 100 * 1000 * 1000
"""Bytes of a part, but for the last one; tests pass a smaller number to have many parts."""


class PullFailed(Exception):
    """The message is what Ollama prints."""


def pull(origin: str, name: str, folder: Path, *, smallest: int = SMALLEST) -> dict[str, Any]:
    """Pulls `org/name:tag` into blobs/ of the folder, and returns the manifest."""
    repository, _, tag = name.partition(":")
    manifest: dict[str, Any] = json.loads(_ask(origin, f"/v2/{repository}/manifests/{tag or 'latest'}", Accept=ACCEPT))
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    for layer in (*manifest["layers"], manifest["config"]):
        digest = layer["digest"]
        path = folder / "blobs" / digest.replace(":", "-")
        if not path.exists():
            _blob(origin, f"/v2/{repository}/blobs/{digest}", path, smallest)
            if f"sha256:{sha256(path.read_bytes()).hexdigest()}" != digest:
                path.unlink()
                raise PullFailed("digest mismatch, file must be downloaded again")
    return manifest


def _blob(origin: str, where: str, path: Path, smallest: int) -> None:
    total = int(_ask(origin, where, method="HEAD"))
    _ask(origin, where, whole=False)
    with path.open("wb") as target:
        target.truncate(total)

    def fetch(part: range) -> None:
        data = _part(origin, where, part)
        with path.open("r+b") as target:
            target.seek(part.start)
            target.write(data)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(fetch, _parts(total, smallest)))


def _parts(total: int, smallest: int) -> Iterator[range]:
    size = max(smallest, total // AT_ONCE)
    return (range(start, min(start + size, total)) for start in range(0, total, size))


def _part(origin: str, where: str, part: range) -> bytes:
    """As Go's own client asks: whatever it answers, so many bytes of it are taken."""
    connection = HTTPConnection(urlsplit(origin).netloc, timeout=30)
    try:
        connection.request("GET", where, headers={"Range": f"bytes={part.start}-{part.stop - 1}"})
        return connection.getresponse().read(len(part))
    finally:
        connection.close()


def _ask(origin: str, where: str, *, method: str = "GET", whole: bool = True, **headers: str) -> bytes:
    """The body, the length of it for a HEAD; nothing where an answer is enough."""
    connection = HTTPConnection(urlsplit(origin).netloc, timeout=30)
    try:
        connection.request(method, where, headers={**AGENT, **headers})
        response = connection.getresponse()
        if response.status == 401:
            raise PullFailed(f"realm host '' does not match original host {urlsplit(origin).netloc!r}")
        if response.status == 404:
            raise PullFailed("pull model manifest: file does not exist")
        if response.status >= 400:
            raise PullFailed(f"pull model manifest: {response.status}: {response.read().decode()}")
        if method == "HEAD":
            return (response.getheader("Content-Length") or "0").encode()
        return response.read() if whole else b""
    finally:
        connection.close()
