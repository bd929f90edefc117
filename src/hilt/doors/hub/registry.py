"""The hub as a registry of images, which is how Ollama pulls: `ollama pull HOST/org/name:Q4_K_M`.

Specification: "OCI Distribution Specification" 1.1, for what pulls; Ollama's server/images.go, server/auth.go, server/download.go. Ollama
has no place for a token of ours: each is asked who it is, and proves a key of its own (`gate/keeping/ollama_tokens.py`); whose key nobody
knows gets what whoever shows no token may have. Other clients of registries send the token as the password of any name.

Ollama shows its user the body of an answer, but none of a 404 and none of a 401: what may not be had, and what was withdrawn, is a 403.
The parts of a layer it asks for without a token, where a GET of the layer says that it is: in the header Location, of a 200 as well, without
which it gives up. A redirect within the same host it follows, and takes the Location of what it finds there.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from hilt.core.errors import HiltError, NotAllowed, NotHeld, NotReady, NotServed, UsageError
from hilt.core.library import KeptRevision, Repository
from hilt.doors.http.desk import hosts_of
from hilt.doors.hub import files
from hilt.doors.hub.refusals import UNKNOWN_TOKEN, NotKnown, reply_to
from hilt.doors.hub.reply import Headers, Reply, Scope, begin, give, header, told, told_bytes
from hilt.doors.hub.waiting import check_names
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.ollama import CONFIG, MANIFEST, Images
from hilt.gate.keeping.ollama_tokens import PREFIX
from hilt.gate.keeping.short_tokens import SECONDS

if TYPE_CHECKING:
    from hilt.doors.hub.app import Request
    from hilt.doors.hub.waiting import Waiting
    from hilt.gate.keeping.library import Offer
    from hilt.gate.keeping.reader import Reader
    from hilt.gate.keeping.short_tokens import Holder

PATIENCE = 20.0
"""Seconds that a request for bytes waits for the gate; Ollama gives up after 30. For a manifest it waits as long as it takes."""
MAIN = "main"
MOST = 4096
"""Layers of which it is remembered in which commit they were told of: a branch may move while a client pulls."""
_LINK = "link"
_BEARER = f"Bearer {PREFIX}"
_OTHER_PROOF = (
    "this is no token that hilt gave to an Ollama; with OLLAMA_EXPERIMENT=client2 it asks for none, so start it without"
)
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
            "registry-token": (read, partial(self._in_its_words, self._token)),
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

    async def _token(self, request: Request) -> None:
        """For an Ollama that proves its key: only where it asks is what it signed."""
        scope = request.scope
        url = f"{self._place(scope)}{_path(scope)}"
        token = await self._waiting.quickly(self._waiting.ollama.token, url, header(scope, b"authorization"))
        await give(told({"token": token, "expires_in": SECONDS}), scope, request.send)

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
        digest, here = _digest(request.hub.path), _link_of(request)
        if digest and not here and request.scope["method"] == "GET" and await self._is_led(request):
            return
        commit = self._told.get((request.repository, digest)) or MAIN
        offer, reader, key = await self._offer(request, commit, PATIENCE)
        kept = offer.kept
        file = next((one for one in kept.files if one.sha256 == digest), None)
        if file is None:
            body = await self._waiting.in_thread(Images(kept).made, digest)
            if body is None:
                raise NotHeld(f"{kept.repository.name} has no file with the digest {request.hub.path}", what="file")
            reply = self._document(body, CONFIG, kept)
            await give(Reply(reply.status, body, (*reply.headers, *here)), request.scope, request.send)
            return
        said = (*files.headers(kept, file), *_VERSION, ("Docker-Content-Digest", f"sha256:{digest}"), *here)
        if request.scope["method"] == "HEAD":  # with the length whatever that is: Ollama divides it into parts
            await begin(200, (("Content-Length", str(file.size)), *said), request.scope, request.send)
            await request.send({"type": "http.response.body", "body": b""})
            return
        sending = files.Sending(
            file, said, request.scope, request.send, request.presence, self._waiting.accel, digests=True
        )
        await sending.give(self._waiting.opening(offer, file, reader, key))

    async def _is_led(self, request: Request) -> bool:
        """Leads an Ollama to where the parts of a layer are, that it asks for without a token; old ones ask for them with it. Was it?"""
        holder = await self._holder(request)
        if holder is None or header(request.scope, b"range"):
            return False
        link = await self._waiting.quickly(self._waiting.ollama.link, holder, _what(request))
        to = f"{request.scope['raw_path'].decode('latin-1')}?{urlencode({_LINK: link})}"
        said = (("Location", to), ("Cache-Control", "no-store"), *_VERSION)
        await give(Reply(307, headers=said), request.scope, request.send)
        return True

    async def _offer(self, request: Request, revision: str, seconds: float | None) -> tuple[Offer, Reader, str]:
        reader, key = await self._reader(request)
        check_names(reader, request.repository)
        kept = await self._waiting.kept(request.repository, revision, key, request.presence, seconds)
        return await self._waiting.offer(kept, reader, key), reader, key

    async def _reader(self, request: Request) -> tuple[Reader, str]:
        """Who asks, and what they are remembered by: an Ollama by what it was given here. Raises `NotKnown`, `NotAllowed`."""
        holder = await self._holder(request)
        if holder is not None:
            return await self._waiting.reader_with_key(holder.pass_digest)
        if _is_asked_who(request.scope):
            raise NotKnown(UNKNOWN_TOKEN)
        try:
            return await self._waiting.reader(request.scope)
        except NotKnown:
            if _is_ollama(request.scope):
                raise NotKnown(_OTHER_PROOF) from None
            raise

    async def _holder(self, request: Request) -> Holder | None:
        """Of a link or a token that was given to an Ollama; None where neither is shown. Raises `NotKnown`, `NotAllowed`."""
        ollama, repository = self._waiting.ollama, request.repository
        if link := request.query.get(_LINK):
            return await self._waiting.quickly(ollama.linked, link[-1], repository, _what(request))
        said = header(request.scope, b"authorization")
        if not said.startswith(_BEARER):
            return None
        holder = await self._waiting.quickly(ollama.holder, said.removeprefix("Bearer "))
        if holder is None:
            raise NotKnown(UNKNOWN_TOKEN)
        if holder.repository != repository:
            raise NotAllowed(f"this token is for {holder.repository.name}, and not for {repository.name}")
        return holder

    def _place(self, scope: Scope) -> str:
        """The address of this server as a client has it, who compares: on loopback there are several."""
        host = header(scope, b"host").lower()
        scheme, _, known = self._origin.partition("://")
        return f"{scheme}://{host if host in hosts_of(self._origin) else known}"

    def _question(self, scope: Scope, repository: Repository) -> str:
        """Where an Ollama is to prove who it is."""
        place = self._place(scope)
        service = place.partition("://")[2]
        return f'Bearer realm="{place}/v2/token",service="{service}",scope="repository:{repository.name}:pull"'

    def _document(self, body: bytes, media: str, kept: KeptRevision) -> Reply:
        digest = f"sha256:{sha256(body).hexdigest()}"
        said = (("Docker-Content-Digest", digest), ("ETag", f'"{digest}"'), ("X-Repo-Commit", kept.commit), *_VERSION)
        reply = told_bytes(body, headers=said)
        return Reply(reply.status, body, (("Content-Type", media), *reply.headers[1:]))

    def _refused(self, error: HiltError, request: Request) -> Reply:
        usual = reply_to(error, self._origin, request.hub.repository)
        message = dict(usual.headers)["X-Error-Message"]
        status, said = _status(error, usual.status, request.scope), _VERSION
        if status == 401 and _is_asked_who(request.scope) and request.hub.repository is not None:
            said = (*said, ("WWW-Authenticate", self._question(request.scope, request.repository)))
        elif status == 401:
            said = (*said, ("WWW-Authenticate", 'Basic realm="hilt"'))
        if isinstance(error, NotReady):
            said = (*said, ("Retry-After", str(error.seconds)))
        is_file = isinstance(error, NotHeld) and error.what != "repository"
        code = _UNKNOWN_FILES.get(request.hub.verb, "") if is_file else _CODES.get(status, "UNKNOWN")
        return told({"errors": [{"code": code, "message": message, "detail": {}}]}, status, said)


def _status(error: HiltError, usual: int, scope: Scope) -> int:
    """An Ollama that shows what it did not get here is told so: of a 401 it would complain alone that it was asked."""
    is_told = isinstance(error, NotKnown) and _is_ollama(scope) and not _is_asked_who(scope)
    return 403 if is_told or isinstance(error, NotServed) else usual


def _is_ollama(scope: Scope) -> bool:
    return header(scope, b"user-agent").startswith("ollama/")


def _is_asked_who(scope: Scope) -> bool:
    """Is it an Ollama that shows nothing, or what it was given here a while ago?"""
    said = header(scope, b"authorization")
    return _is_ollama(scope) and (not said or said.startswith(_BEARER))


def _path(scope: Scope) -> str:
    """As it was asked for, with the query."""
    query = scope["query_string"].decode("latin-1")
    path: str = scope["raw_path"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _what(request: Request) -> str:
    """What a link opens: a layer, and no manifest that is called alike."""
    return f"{request.hub.verb}/{request.hub.path}"


def _link_of(request: Request) -> Headers:
    """For an Ollama that followed a link: its parts are there as well."""
    return (("Location", _path(request.scope)),) if _LINK in request.query else ()


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
