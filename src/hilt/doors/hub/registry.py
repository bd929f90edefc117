"""The hub as a registry of images, which is how Ollama pulls: `ollama pull HOST/org/name:Q4_K_M`.

Specification: "OCI Distribution Specification" 1.1, for what pulls; Ollama's server/images.go, server/download.go. Ollama has no place
for a token of ours: asked to sign in, it proves a key of its own that nobody here knows. So it gets what whoever shows no token may
have; other clients of registries send the token as the password of any name. Ollama shows its user the body of an answer, but none of
a 404 and none of a 401: what may not be had, and what was withdrawn, is a 403.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from hilt.core.errors import HiltError, NotHeld, NotReady, NotServed, UsageError
from hilt.core.library import KeptRevision, Repository
from hilt.doors.hub import files
from hilt.doors.hub.refusals import NotKnown, reply_to
from hilt.doors.hub.reply import Headers, Reply, Scope, begin, give, header, told, told_bytes
from hilt.doors.hub.waiting import check_names
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.ollama import CONFIG, MANIFEST, Images

if TYPE_CHECKING:
    from hilt.doors.hub.app import Request
    from hilt.doors.hub.waiting import Waiting
    from hilt.gate.keeping.library import Offer
    from hilt.gate.keeping.reader import Reader

PATIENCE = 20.0
"""Seconds that a request for bytes waits for the gate; Ollama gives up after 30. For a manifest it waits as long as it takes."""
MAIN = "main"
MOST = 4096
"""Layers of which it is remembered in which commit they were told of: a branch may move while a client pulls."""
_VERSION: Headers = (("Docker-Distribution-Api-Version", "registry/2.0"),)
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})", re.ASCII)
_CODES = {400: "TAG_INVALID", 401: "UNAUTHORIZED", 403: "DENIED", 404: "NAME_UNKNOWN"}
_UNKNOWN_FILES = {"manifests": "MANIFEST_UNKNOWN", "blobs": "BLOB_UNKNOWN"}


class Registry:
    """Belongs to one event loop."""

    def __init__(self, waiting: Waiting, origin: str) -> None:
        self._waiting, self._origin = waiting, origin
        self._told: Newest[tuple[Repository, str], str] = Newest(MOST)
        read = ("GET", "HEAD")
        self.verbs: Mapping[str, tuple[tuple[str, ...], Callable[[Request], Awaitable[None]]]] = {
            "registry": (read, partial(self._in_its_words, self._here)),
            "manifests": (read, partial(self._in_its_words, self._manifest)),
            "blobs": (read, partial(self._in_its_words, self._blob)),
        }

    async def _in_its_words(self, handler: Callable[[Request], Awaitable[None]], request: Request) -> None:
        """What may not be had is told as clients of registries read it. Handlers raise `HiltError` before anything is sent."""
        try:
            await handler(request._replace(scope=_with_bearer(request.scope)))
        except HiltError as error:
            await give(self._refused(error, request), request.scope, request.send)

    async def _here(self, request: Request) -> None:
        await self._waiting.reader(request.scope)
        await give(told({}, headers=_VERSION), request.scope, request.send)

    async def _manifest(self, request: Request) -> None:
        offer, *_ = await self._offer(request, MAIN, None)
        body = await self._waiting.in_thread(self._manifest_of, offer.kept, request.hub.path)
        await give(self._document(body, MANIFEST, offer.kept), request.scope, request.send)

    def _manifest_of(self, kept: KeptRevision, reference: str) -> bytes:
        if digest := _digest(reference):
            body = Images(kept).manifest(digest)
            if body is None:
                raise NotHeld(f"{kept.repository.name} has no manifest {reference} any more", what="file")
            return body
        image = Images(kept).tagged(reference)
        for found in image.digests:
            self._told.put((kept.repository, found), kept.commit)
        return image.manifest

    async def _blob(self, request: Request) -> None:
        digest = _digest(request.hub.path)
        commit = self._told.get((request.repository, digest)) or MAIN
        offer, reader, key = await self._offer(request, commit, PATIENCE)
        kept = offer.kept
        file = next((one for one in kept.files if one.sha256 == digest), None)
        if file is None:
            body = await self._waiting.in_thread(Images(kept).made, digest)
            if body is None:
                raise NotHeld(f"{kept.repository.name} has no file with the digest {request.hub.path}", what="file")
            await give(self._document(body, CONFIG, kept), request.scope, request.send)
            return
        said = (*files.headers(kept, file), *_VERSION, ("Docker-Content-Digest", f"sha256:{digest}"))
        if request.scope["method"] == "HEAD":  # with the length whatever that is: Ollama divides it into parts
            await begin(200, (("Content-Length", str(file.size)), *said), request.scope, request.send)
            await request.send({"type": "http.response.body", "body": b""})
            return
        sending = files.Sending(
            file, said, request.scope, request.send, request.presence, self._waiting.accel, digests=True
        )
        await sending.give(self._waiting.opening(offer, file, reader, key))

    async def _offer(self, request: Request, revision: str, seconds: float | None) -> tuple[Offer, Reader, str]:
        reader, key = await self._waiting.reader(request.scope)
        check_names(reader, request.repository)
        kept = await self._waiting.kept(request.repository, revision, key, request.presence, seconds)
        return await self._waiting.offer(kept, reader, key), reader, key

    def _document(self, body: bytes, media: str, kept: KeptRevision) -> Reply:
        digest = f"sha256:{sha256(body).hexdigest()}"
        said = (("Docker-Content-Digest", digest), ("ETag", f'"{digest}"'), ("X-Repo-Commit", kept.commit), *_VERSION)
        reply = told_bytes(body, headers=said)
        return Reply(reply.status, body, (("Content-Type", media), *reply.headers[1:]))

    def _refused(self, error: HiltError, request: Request) -> Reply:
        usual = reply_to(error, self._origin, request.hub.repository)
        message = dict(usual.headers)["X-Error-Message"]
        status, said = _status(error, usual.status, request.scope), _VERSION
        if status == 401:
            said = (*said, ("WWW-Authenticate", 'Basic realm="hilt"'))
        if isinstance(error, NotReady):
            said = (*said, ("Retry-After", str(error.seconds)))
        is_file = isinstance(error, NotHeld) and error.what != "repository"
        code = _UNKNOWN_FILES.get(request.hub.verb, "") if is_file else _CODES.get(status, "UNKNOWN")
        return told({"errors": [{"code": code, "message": message, "detail": {}}]}, status, said)


def _status(error: HiltError, usual: int, scope: Scope) -> int:
    """Asked who it is, Ollama complains of the question and not of the answer."""
    if isinstance(error, NotServed) or (isinstance(error, NotKnown) and _is_ollama(scope)):
        return 403
    return usual


def _is_ollama(scope: Scope) -> bool:
    return header(scope, b"user-agent").startswith("ollama/")


def _digest(asked: str) -> str:
    """In hex; empty where a tag is asked for."""
    found = _DIGEST.fullmatch(asked)
    return found[1] if found else ""


def _with_bearer(scope: Scope) -> Scope:
    """With the password as the token that it is; without any, as clients send it that were given none, nobody is known."""
    scheme, _, said = header(scope, b"authorization").partition(" ")
    if scheme.lower() != "basic":
        return scope
    try:
        name_and_password = b64decode(said, validate=True)
    except (NotBase64, ValueError):
        raise UsageError("the Authorization header is no name and password") from None
    token = name_and_password.partition(b":")[2]
    others = [(key, value) for key, value in scope["headers"] if key != b"authorization"]
    return {**scope, "headers": [*others, (b"authorization", b"Bearer " + token)] if token else others}
