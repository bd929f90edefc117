"""The hub as an application: reads what clients ask, has the gate answer, and tells them why where it does not.

Every way to a repository leads through the same questions: who asks, may their token have it, and may it be had for their use?
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode

from hilt.core.errors import NotHeld, NotReady, NotServed, UsageError
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.doors.http.front import ROUTE
from hilt.doors.http.problems import NotThere, WrongMethod
from hilt.doors.hub import answers, files, listing, paths, trees
from hilt.doors.hub.comparing import Comparing
from hilt.doors.hub.named_paths import Names, body_of, names
from hilt.doors.hub.paths import Hub
from hilt.doors.hub.refusals import NotKnown, NotServedHere, reply_to, warnings
from hilt.doors.hub.registry import Registry
from hilt.doors.hub.remembered import Rendered
from hilt.doors.hub.reply import Headers, Message, Receive, Reply, Scope, Send, give, header, told, told_bytes
from hilt.doors.hub.uploading import Uploading
from hilt.doors.hub.waiting import Left, Presence, Waiting, check_names, no_token
from hilt.doors.hub.xet import Xet
from hilt.gate.keeping.library import Library, Offer
from hilt.gate.keeping.reader import Reader
from hilt.gate.settings import Settings
from hilt.output.terminal import complain_of

PATIENCE = 8.0
"""Seconds that a request for a file waits for the gate; clients give up after 10. Those for lists wait as long as it takes."""
MANY = 500
"""Files of a revision whose list is put together by a thread, so that nobody waits for that meanwhile."""
RENDERED = 64 << 20
"""Bytes of answers that are kept at hand."""


class Request(NamedTuple):
    """What was asked, and whoever asks."""

    hub: Hub
    scope: Scope
    receive: Receive
    send: Send
    presence: Presence

    @property
    def repository(self) -> Repository:
        if self.hub.repository is None:
            raise NotThere("the library has nothing at this address")
        return self.hub.repository

    def flag(self, name: str) -> bool:
        return self.query.get(name, [""])[-1].lower() in ("true", "1")

    @property
    def query(self) -> dict[str, list[str]]:
        try:
            return parse_qs(self.scope["query_string"].decode("latin-1"), max_num_fields=200)
        except ValueError:
            raise UsageError("the address asks for more than can be read") from None


def hub(library: Library, settings: Settings, origin: str) -> HubApplication:
    """What answers clients with the library; `origin` is where people reach its pages."""
    return HubApplication(Waiting(library, settings, origin), origin)


class HubApplication:
    """An ASGI application."""

    def __init__(self, waiting: Waiting, origin: str) -> None:
        self._waiting, self._origin = waiting, origin
        self._uploading = Uploading(waiting, origin)
        self._rendered: Rendered[object] = Rendered(RENDERED)
        read, post = ("GET", "HEAD"), ("POST",)
        self._verbs: Mapping[str, tuple[tuple[str, ...], Callable[[Request], Awaitable[None]]]] = {
            paths.INFO: (read, self._info),
            "revision": (read, self._info),
            "tree": (read, self._tree),
            "paths-info": (post, self._paths_info),
            "commits": (read, self._commits),
            "refs": (read, self._refs),
            "auth-check": (read, self._auth_check),
            "resolve": (read, self._file),
            "raw": (read, self._file),
            "whoami": (read, self._whoami),
            "telemetry": ((*read, *post), _nothing),
            "harnesses": (read, _not_there),
            "organizations": (read, _not_there),
            paths.PAGE: (read, self._page),
            paths.SEARCH: (read, self._search),
            paths.UNKNOWN: ((), _not_there),
            **self._uploading.verbs,
            **Xet(waiting, origin).verbs,
            **Comparing(waiting, origin).verbs,
            **Registry(waiting, origin).verbs,
            "xet-read-token": (read, _not_there),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        asked = paths.asked(scope["raw_path"]) or Hub(paths.UNKNOWN)
        scope[ROUTE] = f"hub {asked.verb}"
        presence = Presence(receive)
        try:
            await self._answer(Request(asked, scope, receive, sent, presence))
        except Left:
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody is told in words
            if started:
                complain_of(error)
                return
            await give(_closing(reply_to(error, self._origin, asked.repository), scope), scope, send)
        finally:
            presence.end()

    async def _answer(self, request: Request) -> None:
        verb = request.hub.verb
        if verb not in self._verbs:
            raise NotServedHere(f"hilt does not answer {verb}")
        methods, handler = self._verbs[verb]
        if methods and request.scope["method"] not in methods:
            raise WrongMethod(f"{verb}: ask with {' or '.join(methods)}")
        await handler(request)

    async def _info(self, request: Request) -> None:
        expand = [*request.query.get("expand", ()), *request.query.get("expand[]", ())]
        blobs, security = request.flag("blobs"), request.flag("securityStatus")
        siblings = not expand or "siblings" in expand

        def told_of(kept: KeptRevision) -> object:
            return answers.info(kept, blobs=blobs, siblings=siblings, security=security)

        await self._tell(request, (blobs, siblings, security), told_of)

    async def _tree(self, request: Request) -> None:
        recursive, expand, folder = request.flag("recursive"), request.flag("expand"), request.hub.path

        def told_of(kept: KeptRevision) -> object:
            return trees.tree(kept, folder, recursive=recursive, expand=expand)

        await self._tell(request, (folder, recursive, expand), told_of)

    async def _paths_info(self, request: Request) -> None:
        await self._admitted(request)
        asked: Names = names(await body_of(request.receive), header(request.scope, b"content-type"))

        def told_of(kept: KeptRevision) -> object:
            return trees.named(kept, asked.paths, expand=asked.expand)

        await self._tell(request, None, told_of)

    async def _commits(self, request: Request) -> None:
        offer = await self._offer(request)
        if offer.kept.upstream:
            await self._tell(request, (), answers.commits)
        else:
            more = warnings(offer.warning, offer.kept.repository)
            await self._uploading.commits(request, offer.kept, more)

    async def _tell(self, request: Request, which: object, told_of: Callable[[KeptRevision], object]) -> None:
        """Tells of a revision that may be had, or that whoever asks uploads to. The same is put together once, `which` names it; None for
        what nobody asks again."""
        reader, known_by = await self._admitted(request)
        kept = await self._waiting.kept(request.repository, request.hub.revision, known_by, request.presence)
        more: Headers = ()
        try:
            more = warnings((await self._waiting.offer(kept, reader, known_by)).warning, kept.repository)
        except NotServed as refused:
            kept, which = await self._uploading.names_of(kept, reader, refused), None
        key = (kept.repository, kept.commit, kept.at, request.hub.verb, which)
        body = self._rendered.get(key) if which is not None else None
        if body is None:
            render = self._waiting.in_thread if len(kept.files) > MANY else _at_once
            body = (await render(lambda: told(told_of(kept)))).body
            if which is not None:
                self._rendered.put(key, body)
        await give(told_bytes(body, headers=more), request.scope, request.send)

    async def _admitted(self, request: Request) -> tuple[Reader, str]:
        """Who asks, and what they are remembered by. Raises `NotAllowed` where their token is not for this."""
        reader, key = await self._waiting.reader(request.scope)
        check_names(reader, request.repository)
        return reader, key

    async def _offer(self, request: Request) -> Offer:
        reader, key = await self._admitted(request)
        kept = await self._waiting.kept(request.repository, request.hub.revision, key, request.presence)
        return await self._waiting.offer(kept, reader, key)

    async def _refs(self, request: Request) -> None:
        _, key = await self._admitted(request)
        found = await self._waiting.refs(request.repository, key)
        await give(told(answers.refs(found, requests=request.flag("include_prs"))), request.scope, request.send)

    async def _auth_check(self, request: Request) -> None:
        await self._admitted(request)
        if request.hub.path == "write":
            await self._uploading.check(request)
        else:
            await self._offer(request)
        await give(told({}), request.scope, request.send)

    async def _whoami(self, request: Request) -> None:
        reader, _ = await self._waiting.reader(request.scope)
        if reader.asked is None:
            raise NotKnown(no_token(self._origin))
        await give(told(answers.whoami(reader)), request.scope, request.send)

    async def _search(self, request: Request) -> None:
        reader, _ = await self._waiting.reader(request.scope)
        query, kind = request.query, request.repository.kind
        asked, most, after = listing.sought(kind, query), listing.limit(query), listing.after(query)
        search = partial(self._waiting.library.search, asked, reader, after=after, limit=most)
        found = await self._waiting.in_thread(search)
        more = listing.next_page(found, kind, query, self._origin)
        await give(told(listing.listed(found, kind, query), headers=more), request.scope, request.send)

    async def _page(self, request: Request) -> None:
        """That page looks who asks: not everybody is told what was checked."""
        to = f"/library?{urlencode({'repository': request.repository.reference})}"
        await give(Reply(303, headers=(("Location", to), ("Cache-Control", "no-store"))), request.scope, request.send)

    async def _file(self, request: Request) -> None:
        reader, key = await self._admitted(request)
        head, scope, send = request.scope["method"] == "HEAD", request.scope, request.send
        try:
            kept = await self._waiting.kept(request.repository, request.hub.revision, key, request.presence, PATIENCE)
        except NotReady:
            if not head or not await self._tell_listed(request):
                raise
            return
        offer = await self._waiting.offer(kept, reader, key)
        file = kept.file(request.hub.path)
        if file is None:
            await give(self._no_such_file(kept, request.hub.path), scope, send)
            return
        more = warnings(offer.warning, kept.repository)
        if files.is_had(file, scope):
            await files.not_changed(kept, file, scope, send)
        elif head:
            await files.tell(kept, file, more, scope, send)
        else:
            said = (*files.headers(kept, file), *more)
            sending = files.Sending(file, said, scope, send, request.presence, self._waiting.accel)
            await sending.give(self._waiting.opening(offer, file, reader, key))

    async def _tell_listed(self, request: Request) -> bool:
        """What is asked before a client asks for bytes, from what is listed while it is still read. Was it told?"""
        listed = await self._waiting.quickly(self._waiting.library.listed, request.repository, request.hub.revision)
        file: KeptFile | None = listed.file(request.hub.path) if listed is not None else None
        if listed is None or file is None or not file.etag:
            return False
        await files.tell(listed, file, (), request.scope, request.send)
        return True

    def _no_such_file(self, kept: KeptRevision, path: str) -> Reply:
        """With the commit, for clients remember what it does not have."""
        error = NotHeld(f"{path}: {kept.repository.name} has no such file at {kept.commit}", what="file")
        reply = reply_to(error, self._origin, kept.repository)
        return Reply(reply.status, reply.body, (*reply.headers, ("X-Repo-Commit", kept.commit)))


async def _at_once(render: Callable[[], Reply]) -> Reply:
    return render()


async def _nothing(request: Request) -> None:
    """For what clients count: it is thrown away."""
    await give(_closing(told({}), request.scope), request.scope, request.send)


async def _not_there(_: Request) -> None:
    raise NotThere("the library has nothing at this address")


def _closing(reply: Reply, scope: Scope) -> Reply:
    """What is left of a body must not be taken for the next request."""
    if scope["method"] in ("GET", "HEAD"):
        return reply
    return Reply(reply.status, reply.body, (*reply.headers, ("Connection", "close")))
