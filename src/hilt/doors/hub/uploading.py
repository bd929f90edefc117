"""Uploads to repositories of ours, as clients of the hub send them.

Specification: what `huggingface_hub` and `@huggingface/hub` send, and git-lfs, docs/api/batch.md. Large files come by its transfer
`basic`, one request for each; what is in git's sense small comes inside of the commit.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from hilt.core.errors import AlreadyThere, HiltError, NotAllowed, NotHeld, NotServed, UsageError
from hilt.core.library import KINDS, Repository
from hilt.doors.http.problems import NotThere, WrongMethod
from hilt.doors.hub import answers
from hilt.doors.hub.bodies import beginning, json_of, object_of, objects, pieces, text, whole
from hilt.doors.hub.refusals import one_line, warnings
from hilt.doors.hub.reply import Headers, give, told
from hilt.doors.hub.upload_links import LASTS, Linked, Links
from hilt.gate.keeping.reader import Reader, pass_of
from hilt.gate.keeping.uploads.cards import complaint_of
from hilt.gate.keeping.uploads.drafts import MOST_BYTES
from hilt.gate.keeping.uploads.staged import Wanted
from hilt.gate.keeping.uploads.upload_modes import Offered

if TYPE_CHECKING:
    from hilt.core.library import KeptRevision
    from hilt.doors.hub.app import Request
    from hilt.doors.hub.waiting import Waiting
    from hilt.gate.keeping.uploads.drafts import Draft
    from hilt.gate.keeping.uploads.uploading import Uploads

T = TypeVar("T")
Verbs = Mapping[str, tuple[tuple[str, ...], Callable[["Request"], Awaitable[None]]]]

THREADS = 8
"""Pieces of uploads that are written, and commits that are made, at the same time."""
COMMITS = 32
"""Commits that come at the same time; each has its longest line in memory."""
LARGEST_COMMIT = 2 * MOST_BYTES
"""Bytes: the files in it are written as letters, which takes a third more."""
_SAMPLE = 2048
"""Letters that are looked at of how a file begins."""
_FULL = 507
_CLOSE = (("Connection", "close"),)
LONGEST_CARD = 64 << 10
"""Bytes of a card that is looked at before it is sent; when it has come it is looked at anyway."""


class Uploading:
    """Belongs to one event loop."""

    def __init__(self, waiting: Waiting, origin: str) -> None:
        self._waiting, self._origin = waiting, origin
        self._made_links: Links | None = None
        self._threads: CapacityLimiter | None = None
        self._commits: CapacityLimiter | None = None
        post, change = ("POST",), ("POST", "DELETE")
        self.verbs: Verbs = {
            "create": (post, self._create),
            "delete": (("DELETE",), self._remove),
            "validate-yaml": (post, self._validate),
            "preupload": (post, self._preupload),
            "large": (("POST", "PUT"), self._large),
            "commit": (post, self._commit),
            "branch": (change, self._branch),
            "tag": (change, self._tag),
        }

    async def check(self, request: Request) -> None:
        """Raises why whoever asks may not upload to a repository."""
        await self._work(self._uploads.exists, request.repository, await self._reader(request))

    async def names_of(self, kept: KeptRevision, reader: Reader, refused: NotServed) -> KeptRevision:
        """What a revision that may not be had holds, told to whoever may upload there: names and sizes, of nothing that was withdrawn.

        Raises for everybody else that it is `refused`.
        """
        if refused.recalled:
            raise refused
        try:
            return await self._work(self._uploads.names_of, kept, reader)
        except (NotAllowed, NotHeld, UsageError):
            raise refused from None

    async def commits(self, request: Request, kept: KeptRevision, more: Headers) -> None:
        """The commits that lead to a revision of ours that may be had."""
        history = await self._work(lambda: list(self._uploads.history(kept)))
        said = [
            {
                "id": one.commit,
                "title": one.title,
                "message": one.message,
                "date": answers.date(one.date),
                "authors": [{"user": one.by}] if one.by else [],
            }
            for one in history
        ]
        await give(told(said, headers=more), request.scope, request.send)

    @property
    def _uploads(self) -> Uploads:
        return self._waiting.library.uploads

    async def _links(self) -> Links:
        if self._made_links is None:
            self._made_links = Links(await self._work(self._uploads.key, "upload links"))
        return self._made_links

    async def _work(self, call: Callable[..., T], *values: object) -> T:
        """In a thread, but not in one of those that answer everybody else."""
        if self._threads is None:
            self._threads = CapacityLimiter(THREADS)
        return await run_sync(partial(call, *values), limiter=self._threads)

    async def _reader(self, request: Request) -> Reader:
        reader, _ = await self._waiting.reader(request.scope)
        return reader

    async def _create(self, request: Request) -> None:
        reader = await self._reader(request)
        body = await json_of(request.scope, request.receive)
        repository = _named(body)
        if body.get("files"):
            raise UsageError("files: make the repository first, and commit to it then")
        url = self._url(repository)
        answer = {"url": url, "name": repository.name, "id": repository.name}
        private = body.get("private") is True or text(body, "visibility") in ("private", "protected")
        warned = "hilt keeps no repository private: who may have it, the names on their tokens say" if private else ""
        try:
            await self._work(self._uploads.create, repository, reader)
        except AlreadyThere as error:
            said = {"error": one_line(str(error)), **answer}  # clients that want it to be there read on
            reply = told(said, 409, (("X-Error-Message", one_line(str(error))),))
        else:
            reply = told(answer, headers=warnings(warned, repository))
            self._waiting.moved(repository)
        await give(reply, request.scope, request.send)

    async def _remove(self, request: Request) -> None:
        reader = await self._reader(request)
        body = await json_of(request.scope, request.receive)
        await self._work(self._uploads.refuse_to_remove, _named(body), reader)

    async def _validate(self, request: Request) -> None:
        """Some clients ask without a token, and take a 401 for the end of an upload: nobody reads for them, and nothing is wrong."""
        if not _has_token(request):
            await give(told({"errors": [], "warnings": []}, headers=_CLOSE), request.scope, request.send)
            return
        looks = (await self._reader(request)).writes
        body = await beginning(request.scope, request.receive, LONGEST_CARD if looks else 0)
        wrong = await self._work(_complaint, body) if looks and len(body) <= LONGEST_CARD else ""
        errors = [{"message": one_line(wrong)}] if wrong else []
        reply = told({"errors": errors, "warnings": []}, 400 if errors else 200)
        await give(reply, request.scope, request.send)

    async def _preupload(self, request: Request) -> None:
        reader = await self._reader(request)
        _refuse_requests(request)
        body = await json_of(request.scope, request.receive)
        files = [_offered(one) for one in objects(body, "files")]
        repository, revision = request.repository, request.hub.revision
        found = await self._work(self._uploads.modes, repository, revision, files, reader)
        said = [
            {
                "path": one.path,
                "uploadMode": "lfs" if one.is_large else "regular",
                "shouldIgnore": False,
                **({"oid": one.oid} if one.oid else {}),
            }
            for one in found
        ]
        await give(told({"files": said}), request.scope, request.send)

    async def _large(self, request: Request) -> None:
        """What comes behind `.git/info/lfs/objects/`: a call of git-lfs, or the SHA-256 of a file that is sent."""
        called, method = request.hub.path, request.scope["method"]
        calls = {"batch": self._batch, "verify": self._verify}
        if (method == "POST") != (called in calls):
            raise WrongMethod(
                "send files with PUT to the links that `batch` gives, and ask `batch` and `verify` with POST"
            )
        await calls.get(called, self._put)(request)

    async def _batch(self, request: Request) -> None:
        reader, repository = await self._reader(request), request.repository
        body = await json_of(request.scope, request.receive)
        if text(body, "operation") != "upload" or text(body, "hash_algo", "sha256") not in ("sha256", "sha_256"):
            raise UsageError(
                "hilt takes uploads here, named by SHA-256; large files are had from resolve/, as all others are"
            )
        files = [(text(one, "oid"), whole(one, "size")) for one in objects(body, "objects")]
        await self._work(self._uploads.exists, repository, reader)
        wanted = await self._work(self._uploads.staged.wanted, repository, files)
        links = await self._links()
        said = [self._action(repository, one, reader, links) for one in wanted]
        await give(told({"transfer": "basic", "objects": said}), request.scope, request.send)

    def _action(self, repository: Repository, wanted: Wanted, reader: Reader, links: Links) -> dict[str, Any]:
        said: dict[str, Any] = {"oid": wanted.sha256, "size": wanted.size}
        if wanted.refused:
            return said | {"error": {"code": _FULL, "message": wanted.refused}}
        if wanted.is_here:
            return said
        query = links.query(repository, wanted.sha256, Linked(wanted.size, pass_of(reader)))
        objects_at = f"{self._url(repository)}.git/info/lfs/objects"
        upload = {"href": f"{objects_at}/{wanted.sha256}?{query}", "expires_in": LASTS}
        return said | {"authenticated": True, "actions": {"upload": upload, "verify": {"href": f"{objects_at}/verify"}}}

    async def _put(self, request: Request) -> None:
        repository, digest = request.repository, request.hub.path
        size, pass_digest = (await self._links()).file(repository, digest, request.query)
        await self._work(self._uploads.check_again, pass_digest)
        sending = await self._work(self._uploads.staged.receive, repository, digest, size)
        try:
            async for piece in pieces(request.scope, request.receive, size):
                await self._work(sending.write, piece)
            await self._work(sending.finish)
        finally:
            sending.give_up("it broke off")  # which means nothing where it has come
        await give(told({}), request.scope, request.send)

    async def _verify(self, request: Request) -> None:
        reader = await self._reader(request)
        body = await json_of(request.scope, request.receive)
        digest, size = text(body, "oid"), whole(body, "size")
        await self._work(self._uploads.exists, request.repository, reader)
        await self._work(self._uploads.staged.check, request.repository, digest, size)
        await give(told({}), request.scope, request.send)

    async def _commit(self, request: Request) -> None:
        reader, repository, branch = await self._reader(request), request.repository, request.hub.revision
        _refuse_requests(request)
        if self._commits is None:
            self._commits = CapacityLimiter(COMMITS)
        async with self._commits:
            with await self._work(self._uploads.draft, repository, branch, reader) as draft:
                kept = await self._come(request, draft, reader)
        self._waiting.moved(repository, branch)
        said = {
            "success": True,
            "commitOid": kept.commit,
            "commitUrl": f"{self._url(repository)}/commit/{kept.commit}",
            "hookOutput": "",
            "pullRequestUrl": None,
        }
        await give(told(said), request.scope, request.send)

    async def _come(self, request: Request, draft: Draft, reader: Reader) -> KeptRevision:
        wrong: HiltError | None = None
        async for piece in pieces(request.scope, request.receive, LARGEST_COMMIT):
            try:
                if wrong is None:
                    await self._work(draft.feed, piece)
            except HiltError as error:  # whoever still sends does not listen: they are told at the end
                wrong = error
        if wrong is not None:
            raise wrong
        return await self._work(self._uploads.commit, draft, reader)

    async def _branch(self, request: Request) -> None:
        reader, repository, branch = await self._reader(request), request.repository, request.hub.revision
        if request.scope["method"] == "DELETE":
            await self._work(self._uploads.remove_branch, repository, branch, reader)
        else:
            body = await json_of(request.scope, request.receive)
            if body.get("emptyBranch") or body.get("overwrite"):
                raise UsageError(
                    "a branch begins at a commit that is there (startingPoint), and takes the place of no other"
                )
            start = text(body, "startingPoint", "main")
            await self._work(self._uploads.make_branch, repository, branch, start, reader)
        self._waiting.moved(repository, branch)
        await give(told({}), request.scope, request.send)

    async def _tag(self, request: Request) -> None:
        reader, repository, named = await self._reader(request), request.repository, request.hub.revision
        tag = named
        if request.scope["method"] == "DELETE":
            await self._work(self._uploads.remove_tag, repository, tag, reader)
        else:
            tag = text(await json_of(request.scope, request.receive), "tag")
            await self._work(self._uploads.make_tag, repository, tag, named, reader)
        self._waiting.moved(repository, tag)
        await give(told({}), request.scope, request.send)

    def _url(self, repository: Repository) -> str:
        kind = "" if repository.kind == KINDS[0] else f"{repository.kind}/"
        return f"{self._origin}/{kind}{repository.name}"


def _refuse_requests(request: Request) -> None:
    if request.flag("create_pr"):
        raise UsageError("hilt has no pull requests: upload to a branch of its own (revision=...), made before")


def _named(body: dict[str, Any]) -> Repository:
    """The repository that a body is about."""
    kind, organisation, name = f"{text(body, 'type', 'model')}s", text(body, "organization"), text(body, "name")
    if kind not in KINDS or not name:
        raise NotThere(f"{kind[:40]!a}, {name[:100]!a}: a type (model, dataset, space, kernel) and a name are needed")
    return Repository(kind, f"{organisation}/{name}" if organisation else name)


def _offered(told: dict[str, Any]) -> Offered:
    try:
        sample = b64decode(text(told, "sample")[:_SAMPLE])
    except ValueError:
        raise UsageError("sample: the beginning of the file is needed, in Base64") from None
    return Offered(text(told, "path"), whole(told, "size"), sample)


def _complaint(body: bytes) -> str:
    """What is wrong with the card that somebody is about to send. Raises `UsageError`."""
    return complaint_of(text(object_of(body), "content").encode("utf-8", "replace"))


def _has_token(request: Request) -> bool:
    return any(name == b"authorization" for name, _ in request.scope["headers"])
