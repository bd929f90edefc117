"""Lists a repository at one commit of a hub, by the hub's own API; its bytes are then read from that commit alone.

Protocol: huggingface.co/docs/hub/api. `GET /api/{kind}/{repository}/revision/{revision}` gives the commit, and
`.../tree/{commit}?recursive=true` the files, in pages: size, git's name for the content (SHA-1), and for large files
SHA-256.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from hilt.core.context import HubStated
from hilt.core.errors import NothingToCheck, SourceError
from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.core.subject import Entry, EntryKind, Subject
from hilt.sources.file import Locator
from hilt.sources.http import Client
from hilt.sources.hub_place import HubPlace, parse_reference
from hilt.sources.hub_told import told_of
from hilt.sources.listing import Listing
from hilt.sources.network import Network
from hilt.sources.remote import Remote
from hilt.sources.remote_file import Stated
from hilt.sources.remote_source import RemoteLocator

PAGE_BYTES = 16 << 20
PAGES = 1_000

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')


Wanted = Callable[[Entry], bool]


class Listed(NamedTuple):
    """One file as the hub lists it; `stated` is None for what hilt does not ask for."""

    entry: Entry
    stated: Stated | None = None


class Resolved(NamedTuple):
    """A commit, and what the hub says of the repository beside its files."""

    commit: str
    told: Mapping[str, object] = MappingProxyType({})


class Tree(NamedTuple):
    """The files of a repository at a commit, by path. `gaps` says what was not listed, and why.

    `told` is what the hub says of the repository beside its files; nothing rests on it.
    """

    commit: str
    files: tuple[Listed, ...]
    gaps: tuple[Gap, ...] = ()
    told: Mapping[str, object] = MappingProxyType({})


def list_repository(reference: str, limits: Limits, network: Network) -> Listing:
    """The files of `hf:...`. Raises `ReferenceInvalid`, `NothingToCheck`, and `SourceError` where the hub is no help."""
    return list_place(parse_reference(reference), reference, limits, network)


def list_place(
    place: HubPlace, reference: str, limits: Limits, network: Network, *, wanted: Wanted | None = None
) -> Listing:
    """The files of a repository, or the one that `place` names. With `wanted`, those in its root folder that it wants."""
    client = Client(network)
    try:
        tree = list_tree(client, place, limits, wanted=wanted)
    except BaseException:
        client.close()
        raise
    return listing_of(client, tree, place, reference, limits, {})


def list_tree(
    client: Client, place: HubPlace, limits: Limits, *, wanted: Wanted | None = None, resolved: Resolved | None = None
) -> Tree:
    """What the hub lists at `place`, or at what its revision was `resolved` to; the client stays open.

    Raises `NothingToCheck`, and `SourceError` where the hub is no help.
    """
    commit, told = resolved or resolve(client, place)
    listed, gaps = _listed(client, place, commit, limits, wanted)
    return Tree(commit, tuple(sorted(listed, key=lambda one: one.entry.path)), tuple(gaps), told)


def listing_of(
    client: Client, tree: Tree, place: HubPlace, reference: str, limits: Limits, here: Mapping[str, Locator]
) -> Listing:
    """The files of a tree, to be read; whoever closes it closes the client, and where this raises it is closed.

    Files `here` are read from the disk, where they lie under their SHA-256; all others by ranges.
    """
    try:
        files = [_here(one, here[one.entry.path]) if one.entry.path in here else one for one in tree.files]
    except BaseException:
        client.close()
        raise
    elsewhere = [one.stated for one in files if one.stated is not None and one.entry.path not in here]
    remote = Remote(client, elsewhere, limits)
    try:
        remote.begin()
    except BaseException:
        remote.close()
        raise
    subject = Subject(reference=reference, revision=tree.commit, entries=tuple(one.entry for one in files))
    hub = HubStated(commit=tree.commit, digests=_digests(files), source=str(place), asked=True)
    locators: dict[str, Locator | RemoteLocator] = dict(remote.locators)
    locators |= {one.entry.path: here[one.entry.path] for one in files if one.entry.path in here}
    return Listing(subject=subject, locators=locators, gaps=tree.gaps, remote=remote, hub=hub)


def resolve(client: Client, place: HubPlace) -> Resolved:
    """The commit that the revision of `place` names now. Raises `SourceError`."""
    address = f"{place.api(client.network.endpoint)}/revision/{quote(place.revision, safe='')}"
    document = _document(client.get(address, most=PAGE_BYTES, accept="application/json").body, place)
    match document:
        case {"sha": str(commit)} if _COMMIT.fullmatch(commit):
            if _COMMIT.fullmatch(place.revision) and commit != place.revision:
                raise SourceError(f"{place}: the hub answers with another commit, {commit}")
            return Resolved(commit, MappingProxyType(told_of(document)))
    raise SourceError(f"{place}: the hub does not say which commit it is, so nothing can be bound to it")


def _here(listed: Listed, locator: Locator) -> Listed:
    """The file as it lies here: by its name, its SHA-256 is known, and its size must be the one that was listed."""
    sha256 = PurePath(locator.path).name
    if listed.stated is None or not _SHA256.fullmatch(sha256) or locator.size != listed.stated.size:
        raise SourceError(
            f"{listed.entry.path}: {locator.path} is not the file that is listed; see that nobody changed it"
        )
    return Listed(replace(listed.entry, sha256=sha256, claimed=False), listed.stated)


def _digests(listed: Iterable[Listed]) -> dict[str, str]:
    stated = {one.entry.path: one.stated.sha256 or one.stated.blob for one in listed if one.stated is not None}
    return {path: digest for path, digest in stated.items() if digest}


def _listed(
    client: Client, place: HubPlace, commit: str, limits: Limits, wanted: Wanted | None
) -> tuple[list[Listed], list[Gap]]:
    listed: dict[str, Listed] = {}
    gaps: list[Gap] = []
    for item in _items(client, place, commit, shallow=bool(place.file or wanted)):
        one = _file(item, place, commit, client.network.endpoint)
        if one is None or (place.file and one.entry.path != place.file) or (wanted and not wanted(one.entry)):
            continue
        path = one.entry.path
        if path in listed:
            raise SourceError(f"{place}: the hub lists {path!r} twice, so nobody can say which one you would get")
        if len(listed) >= limits.files:
            why = f"more than {limits.files} names (limit files); raise it, or check its parts one by one"
            gaps.append(Gap(what="read", path="", state=State.FAILED, why=why))
            break
        listed[path] = one
        if one.stated is None:
            gaps.append(Gap(what="read", path=path, state=State.FAILED, why=one.entry.note))
    if place.file and not listed:
        raise NothingToCheck(f"{place}: there is no such file")
    return list(listed.values()), gaps


def _items(client: Client, place: HubPlace, commit: str, *, shallow: bool) -> Iterator[Any]:
    """What the pages of the tree hold. Only the query of a link to the next page is taken: it must stay this tree."""
    folder = quote(place.file.rpartition("/")[0])
    tree = f"{place.api(client.network.endpoint)}/tree/{commit}" + (f"/{folder}" if folder else "")
    query = f"recursive={'false' if shallow else 'true'}&expand=false"
    asked: set[str] = set()
    while query and query not in asked:
        if len(asked) >= PAGES:
            raise SourceError(f"{place}: the list of files has more than {PAGES} pages")
        asked.add(query)
        answer = client.get(f"{tree}?{query}", most=PAGE_BYTES, accept="application/json")
        page = _document(answer.body, place)
        if not isinstance(page, list):
            raise SourceError(f"{place}: the hub's list of files is no list")
        yield from page
        found = _NEXT.search(answer.headers.get("link", ""))
        query = urlsplit(found[1]).query if found and page else ""
    if query:
        raise SourceError(f"{place}: the pages of the list of files lead in a circle")


def _document(data: bytes, place: HubPlace) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place}: what the hub answers is no JSON that can be read ({error!r:.120})") from None


def _file(item: Any, place: HubPlace, commit: str, endpoint: str) -> Listed | None:
    """One item of a tree; None for a folder, whose files are items of their own."""
    match item:
        case {"type": "directory"}:
            return None
        case {"type": str(kind), "path": str(path), **rest} if path:
            size = rest.get("size", 0)
        case _:
            raise SourceError(f"{place}: the hub lists what is no file: {item!r:.120}")
    if kind != "file":
        return Listed(Entry(path=path, kind=EntryKind.SPECIAL, note=f"the hub calls it {kind!r:.40}, which is no file"))
    if type(size) is not int or not 0 <= size < 1 << 63:
        raise SourceError(f"{place}: the hub says that {path!r:.120} has {size!r:.40} bytes")
    if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in path.split("/")):
        note = "a name that leads elsewhere, so it was not asked for"
        return Listed(Entry(path=path, kind=EntryKind.UNREADABLE, size=size, note=note))
    sha256 = _sha256(rest, path, size, place)
    blob = str(rest.get("oid", ""))
    stated = Stated(
        path=path,
        size=size,
        address=place.content(endpoint, commit, path),
        commit=commit,
        sha256=sha256,
        blob=blob if not sha256 and _COMMIT.fullmatch(blob) else "",
    )
    return Listed(Entry(path=path, size=size, sha256=sha256, claimed=bool(sha256)), stated)


def _sha256(item: Mapping[Any, Any], path: str, size: int, place: HubPlace) -> str:
    """The SHA-256 that is stated of a large file; empty for one that git itself holds."""
    match item.get("lfs"):
        case None:
            return ""
        case {"oid": str(oid), "size": int(large)} if _SHA256.fullmatch(oid.removeprefix("sha256:")) and large == size:
            return oid.removeprefix("sha256:")
    raise SourceError(f"{place}: what the hub says of the large file {path!r:.120} does not fit together")
