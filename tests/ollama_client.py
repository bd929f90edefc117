"""What `ollama pull` does, request for request, as its source tells (server/images.go, server/auth.go, server/download.go; the program
itself is not to be had from PyPI, npm or Debian): a manifest, without a token; asked who it is, a proof of its key, and the same again with
the token that it is given; of each layer a HEAD, a GET that is broken off once it answers, and says where the layer is, and parts from there,
on connections of their own that carry no header but Range; then every digest is held against the bytes.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from secrets import token_bytes
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

AGENT = {"User-Agent": "ollama/0.32.0 (amd64 linux) Go/go1.26"}
ACCEPT = "application/vnd.docker.distribution.manifest.v2+json"
AT_ONCE = 16
SMALLEST = 100 * 1000 * 1000
"""Bytes of a part, but for the last one; tests pass a smaller number to have many parts."""
_NOTHING = b64encode(sha256(b"").hexdigest().encode()).decode()


class PullFailed(Exception):
    """The message is what Ollama prints."""


class Question(NamedTuple):
    """What a server asks somebody who shows no token."""

    realm: str
    service: str
    scope: str

    def url(self, ts: int | None = None, nonce: str = "") -> str:
        """Where the answer goes."""
        said = {
            "nonce": nonce or urlsafe_b64encode(token_bytes(16)).decode().rstrip("="),
            "scope": self.scope,
            "service": self.service,
            "ts": str(int(time.time()) if ts is None else ts),
        }
        return f"{self.realm}?{urlencode(said)}"

    @classmethod
    def of(cls, header: str) -> Question:
        found = dict(re.findall(r'(\w+)="([^"]*)"', header.removeprefix("Bearer ")))
        return cls(found.get("realm", ""), found.get("service", ""), found.get("scope", ""))


class OllamaKey:
    """What Ollama makes when it starts for the first time, as id_ed25519 and id_ed25519.pub."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.line = self._key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()

    def proof(self, url: str) -> str:
        """The header Authorization of whoever asks there for a token."""
        signature = self._key.sign(f"GET,{url},{_NOTHING}".encode())
        return f"{self.line.split()[1]}:{b64encode(signature).decode()}"


def pull(
    origin: str, name: str, folder: Path, *, key: OllamaKey | None = None, smallest: int = SMALLEST
) -> dict[str, Any]:
    """Pulls `org/name:tag` into blobs/ of the folder, and returns the manifest."""
    return _Pull(origin, key or OllamaKey(), smallest).into(folder, name)


class _Pull:
    def __init__(self, origin: str, key: OllamaKey, smallest: int) -> None:
        self._origin, self._key, self._smallest, self._token = origin, key, smallest, ""

    def into(self, folder: Path, name: str) -> dict[str, Any]:
        repository, _, tag = name.partition(":")
        answer = self._ask("GET", f"/v2/{repository}/manifests/{tag or 'latest'}", Accept=ACCEPT)
        manifest: dict[str, Any] = json.loads(answer.body)
        (folder / "blobs").mkdir(parents=True, exist_ok=True)
        for layer in (*manifest["layers"], manifest["config"]):
            digest = layer["digest"]
            path = folder / "blobs" / digest.replace(":", "-")
            if not path.exists():
                self._blob(f"/v2/{repository}/blobs/{digest}", path)
                if f"sha256:{sha256(path.read_bytes()).hexdigest()}" != digest:
                    path.unlink()
                    raise PullFailed("digest mismatch, file must be downloaded again")
        return manifest

    def _blob(self, where: str, path: Path) -> None:
        total = int(self._ask("HEAD", where).location or 0)
        direct = self._ask("GET", where, whole=False).location
        if not direct:
            raise PullFailed("http: no Location header in response")
        with path.open("wb") as target:
            target.truncate(total)

        def fetch(part: range) -> None:
            data = _part(direct, part)
            with path.open("r+b") as target:
                target.seek(part.start)
                target.write(data)

        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(fetch, self._parts(total)))

    def _parts(self, total: int) -> Iterator[range]:
        size = max(self._smallest, total // AT_ONCE)
        return (range(start, min(start + size, total)) for start in range(0, total, size))

    def _ask(self, method: str, where: str, *, whole: bool = True, **headers: str) -> _Answer:
        """makeRequestWithRetry: once more where it is asked who it is."""
        for _ in range(2):
            answer = self._once(method, f"{self._origin}{where}", headers, whole=whole)
            if answer.status == 401:
                self._token = self._prove(Question.of(answer.location))
            elif answer.status == 404:
                raise PullFailed("pull model manifest: file does not exist")
            elif answer.status >= 400:
                raise PullFailed(f"pull model manifest: {answer.status}: {answer.body.decode()}")
            else:
                return answer
        raise PullFailed("unauthorized: access denied")

    def _prove(self, question: Question) -> str:
        """getAuthorizationToken: whatever the server says when it refuses is what the user reads."""
        url = question.url()
        here, there = urlsplit(self._origin).netloc, urlsplit(url).netloc
        if here != there:
            raise PullFailed(f"realm host {there!r} does not match original host {here!r}")
        answer = _asked("GET", url, {**AGENT, "Authorization": self._key.proof(url)}, whole=True)
        if answer.status >= 400:
            raise PullFailed(f"pull model manifest: {answer.status}: {answer.body.decode()}")
        token: str = json.loads(answer.body)["token"]
        return token

    def _once(self, method: str, url: str, headers: dict[str, str], *, whole: bool) -> _Answer:
        """Go's client follows a redirect within the same host, and sends the same headers there."""
        said = {**AGENT, **headers, **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        for _ in range(10):
            answer = _asked(method, url, said, whole=whole or method == "HEAD")
            if answer.status != 307 or urlsplit(answer.location).hostname != urlsplit(self._origin).hostname:
                return answer
            url = answer.location
        raise PullFailed("maximum redirects exceeded (10) for directURL")


class _Answer(NamedTuple):
    """`location` is the header that matters: what is asked of a 401, the length for a HEAD, and else where something is."""

    status: int
    body: bytes
    location: str


def _asked(method: str, url: str, headers: dict[str, str], *, whole: bool) -> _Answer:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=headers)
        response = connection.getresponse()
        said = _said(response, method, url)
        return _Answer(response.status, response.read() if whole or response.status >= 400 else b"", said)
    finally:
        connection.close()


def _said(response: HTTPResponse, method: str, url: str) -> str:
    if response.status == 401:
        return response.getheader("WWW-Authenticate") or ""
    if method == "HEAD":
        return response.getheader("Content-Length") or ""
    location = response.getheader("Location") or ""
    return urljoin(url, location) if location else ""


def _part(url: str, part: range) -> bytes:
    """downloadChunk: whatever the status, so many bytes of the body are taken, and fewer are an error."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        span = f"bytes={part.start}-{part.stop - 1}"
        connection.request("GET", f"{parts.path}?{parts.query}", headers={"Range": span})
        data = connection.getresponse().read(len(part))
    finally:
        connection.close()
    if len(data) != len(part):
        raise PullFailed("max retries exceeded: EOF")
    return data
