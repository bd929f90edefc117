"""A hub that speaks the protocol of the public one on this machine, and misbehaves where a test wants it to.

Honest, it serves `huggingface_hub` as well: revisions, the tree in pages, contents with ranges, refs, gated and renamed
repositories, large files at another origin. `twist` changes any answer on its way out.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Protocol
from urllib.parse import parse_qs, quote, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Content(Protocol):
    """Bytes of a file, made when they are asked for."""

    @property
    def size(self) -> int: ...

    def read(self, start: int, end: int) -> bytes: ...


@dataclass(frozen=True)
class Sparse:
    """`head`, and zeros behind it up to `size`."""

    head: bytes
    size: int

    def read(self, start: int, end: int) -> bytes:
        return self.head[start:end].ljust(min(end, self.size) - start, b"\0")


@dataclass(frozen=True)
class File:
    """A file of a repository; a large one (`sha256`) lies where git only holds a pointer."""

    content: Content
    blob: str
    sha256: str = ""

    @classmethod
    def of(cls, data: bytes, *, large: bool = False) -> File:
        blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        return cls(Sparse(data, len(data)), blob, hashlib.sha256(data).hexdigest() if large else "")

    @property
    def etag(self) -> str:
        return self.sha256 or self.blob


@dataclass
class Repository:
    """One commit of a repository; `refs` are the names that lead to it."""

    files: dict[str, File]
    commit: str = COMMIT
    refs: tuple[str, ...] = ("main",)
    gated: bool = False
    token: str = ""
    renamed: str = ""


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    server: str = "hub"

    @property
    def span(self) -> tuple[int, int | None] | None:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        return (int(found[1]), int(found[2]) + 1 if found[2] else None) if found else None


@dataclass
class Reply:
    """An answer. `pause` is waited before every `step` bytes of the head and the body, `cut` ends it after so many bytes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    length: int | None = None
    pause: float = 0.0
    head_pause: float = 0.0
    step: int = 1
    cut: int | None = None


Twist = Callable[[Asked, Reply], Reply]


class HubServer:
    """Serves `repositories`, by kind and name ("models/org/name"). Counts what it was asked and what it sent."""

    def __init__(
        self, *, page: int = 1000, elsewhere: bool = False, prefix: str = "", tls: SSLContext | None = None
    ) -> None:
        self.repositories: dict[str, Repository] = {}
        self.pages: dict[str, Content] = {}
        self.twist: Twist = lambda asked, reply: reply
        self.asked: list[Asked] = []
        self.sent = 0
        self._page, self._prefix = page, prefix
        self._stopped = threading.Event()
        self._listen = [_listen(self, "hub", tls)] + ([_listen(self, "cdn", tls)] if elsewhere else [])
        scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
        origins = [f"{scheme}://{host}:{server.server_address[1]}" for server in self._listen]
        self.endpoint, self.cdn = origins[0] + prefix, origins[1] if elsewhere else ""

    def close(self) -> None:
        self._stopped.set()
        for server in self._listen:
            server.shutdown()
            server.server_close()

    def wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)
        if self._stopped.is_set():
            raise BrokenPipeError

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.twist(asked, self._honest(asked))

    def _honest(self, asked: Asked) -> Reply:
        path = unquote(asked.path)
        if path in self.pages:
            return _content(asked, self.pages[path], {"ETag": f'"{path}"'})
        if asked.server == "cdn":
            return self._from_cdn(asked, path)
        if not path.startswith(self._prefix):
            return _error(404, "", "Not Found")
        raw = asked.path.removeprefix(self._prefix)
        if found := re.fullmatch(
            r"/api/(models|datasets|spaces|kernels)/(.+?)(?:/(revision|tree|refs)(?:/(.+))?)?", raw
        ):
            return self._api(asked, *found.groups())
        if found := re.fullmatch(r"/((?:datasets|spaces|kernels)/)?(.+?)/resolve/([^/]+)/(.+)", raw):
            kind, name, revision, file = (unquote(part or "") for part in found.groups())
            return self._resolve(asked, (kind or "models/") + name, revision, file)
        return _error(404, "", "Not Found")

    def _api(self, asked: Asked, kind: str, name: str, verb: str | None, rest: str | None) -> Reply:
        repository, refused = self._repository(asked, f"{kind}/{name}")
        if repository is None:
            return refused
        revision, _, folder = (rest or "main").partition("/")
        revision, folder = unquote(revision), unquote(folder)
        if verb == "refs":
            branches = [
                {"name": name, "ref": f"refs/heads/{name}", "targetCommit": repository.commit} for name in ("main",)
            ]
            return _json({"branches": branches, "tags": [], "converts": [], "pullRequests": []})
        if revision not in (*repository.refs, repository.commit):
            return _error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        if verb == "tree":
            return self._tree(asked, repository, folder)
        siblings = [{"rfilename": path} for path in repository.files]
        told = {"id": name, "modelId": name, "sha": repository.commit, "private": False, "gated": repository.gated}
        return _json(told | {"siblings": siblings, "tags": [], "downloads": 0, "likes": 0})

    def _tree(self, asked: Asked, repository: Repository, folder: str) -> Reply:
        deep = asked.query.get("recursive") == ["true"]
        inside = {path: file for path, file in repository.files.items() if not folder or path.startswith(f"{folder}/")}
        items: list[dict[str, object]] = []
        for path, file in inside.items():
            if deep or "/" not in path.removeprefix(folder).strip("/"):
                item = {"type": "file", "path": path, "size": file.content.size, "oid": file.blob}
                if file.sha256:
                    item |= {"lfs": {"oid": file.sha256, "size": file.content.size, "pointerSize": 135}}
                items.append(item)
        start = int(asked.query.get("cursor", ["0"])[0])
        reply = _json(items[start : start + self._page])
        if start + self._page < len(items):
            query = "&".join(f"{name}={quote(values[0])}" for name, values in asked.query.items() if name != "cursor")
            there = f"{self.endpoint}{asked.path.removeprefix(self._prefix)}?{query}&cursor={start + self._page}"
            reply.headers["Link"] = f'<{there}>; rel="next"'
        return reply

    def _resolve(self, asked: Asked, name: str, revision: str, path: str) -> Reply:
        repository, refused = self._repository(asked, name)
        if repository is None:
            return refused
        if repository.gated and asked.headers.get("Authorization") != f"Bearer {repository.token}":
            return _error(
                403, "GatedRepo", f"Access to model {name} is restricted and you are not in the authorized list."
            )
        if revision not in (*repository.refs, repository.commit):
            return _error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        file = repository.files.get(path)
        if file is None:
            return _error(404, "EntryNotFound", f"Entry {path} not found")
        headers = {"X-Repo-Commit": repository.commit, "ETag": f'"{file.etag}"'}
        if file.sha256:
            headers |= {"X-Linked-Etag": f'"{file.sha256}"', "X-Linked-Size": str(file.content.size)}
        if file.sha256 and self.cdn:
            there = f"{self.cdn}/{quote(name)}/{quote(path)}?Signature=not-to-be-shown"
            return Reply(302, headers | {"Location": there, "X-Xet-Hash": file.sha256})
        return _content(asked, file.content, headers)

    def _from_cdn(self, asked: Asked, path: str) -> Reply:
        kind, *rest = path.strip("/").split("/")
        for size in (2, 1):
            name, file = "/".join((kind, *rest[:size])), "/".join(rest[size:])
            if name in self.repositories and file in self.repositories[name].files:
                found = self.repositories[name].files[file]
                return _content(asked, found.content, {"ETag": f'"{found.etag}"'})
        return _error(404, "", "Not Found")

    def _repository(self, asked: Asked, name: str) -> tuple[Repository | None, Reply]:
        repository = self.repositories.get(name)
        if repository is None:
            return None, _error(
                401 if not asked.headers.get("Authorization") else 404, "RepoNotFound", "Repository not found"
            )
        if repository.renamed:
            _, short = name.split("/", 1)
            there = asked.path.replace(short, repository.renamed)
            return None, Reply(307, {"Location": there})
        if (
            repository.token
            and not repository.gated
            and asked.headers.get("Authorization") != f"Bearer {repository.token}"
        ):
            return None, _error(401, "RepoNotFound", "Repository not found")
        return repository, Reply()


@contextmanager
def serving(
    files: Mapping[str, bytes | File] | None = None, *, name: str = "models/org/name", **options: object
) -> Iterator[HubServer]:
    """A hub with one repository of these files."""
    server = HubServer(**options)  # type: ignore[arg-type]
    made = {path: File.of(data) if isinstance(data, bytes) else data for path, data in (files or {}).items()}
    server.repositories[name] = Repository(made)
    try:
        yield server
    finally:
        server.close()


def _content(asked: Asked, content: Content, headers: dict[str, str]) -> Reply:
    headers = headers | {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}
    if asked.method == "HEAD":
        return Reply(200, headers, length=content.size)
    if asked.span is None:
        return Reply(200, headers, content.read(0, content.size))
    start, end = asked.span[0], min(asked.span[1] or content.size, content.size)
    if start >= content.size:
        return Reply(416, headers | {"Content-Range": f"bytes */{content.size}"})
    told = {"Content-Range": f"bytes {start}-{end - 1}/{content.size}"}
    return Reply(206, headers | told, content.read(start, end))


def _json(value: object) -> Reply:
    return Reply(200, {"Content-Type": "application/json"}, json.dumps(value).encode())


def _error(status: int, code: str, message: str) -> Reply:
    told = {"X-Error-Code": code} if code else {}
    headers = told | {"X-Error-Message": ascii(message)[1:-1], "X-Request-Id": "request-1"}
    return Reply(status, headers, json.dumps({"error": message}).encode())


def _listen(hub: HubServer, name: str, tls: SSLContext | None) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = Asked(self.command, url.path, parse_qs(url.query), dict(self.headers.items()), name)
            reply = hub.answer(asked)
            with suppress(OSError):
                self._send(reply)

        do_HEAD = do_GET  # noqa: N815

        def _send(self, reply: Reply) -> None:
            length = len(reply.body) if reply.length is None else reply.length
            headers = {"Content-Length": str(length)} | reply.headers
            head = f"HTTP/1.1 {reply.status} Said\r\n" + "".join(
                f"{key}: {value}\r\n" for key, value in headers.items()
            )
            self._drip(head.encode("latin-1", "replace") + b"\r\n", reply.head_pause, reply.step)
            if self.command != "HEAD":
                self._drip(reply.body[: reply.cut], reply.pause, reply.step)
            if reply.cut is not None or (reply.length is not None and self.command != "HEAD"):
                self.close_connection = True

        def _drip(self, data: bytes, pause: float, step: int) -> None:
            for at in range(0, len(data), step if pause else len(data) or 1):
                if pause:
                    hub.wait(pause)
                part = data[at : at + step] if pause else data
                self.wfile.write(part)
                hub.sent += len(part)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Nobody listens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server
