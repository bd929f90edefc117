from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from hilt.core.errors import NothingToCheck, SourceError
from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.core.subject import Entry, EntryKind
from hilt.sources.hub import list_repository
from hilt.sources.listing import Listing
from hilt.sources.network import Network
from hub_server import COMMIT, Asked, File, HubServer, Reply, Repository, serving

TOKEN = "hf_0123456789"
LIMITS = Limits()


def listed(
    hub: HubServer, reference: str = "hf:org/name", *, token: str = "", limits: Limits = LIMITS
) -> closing[Listing]:
    network = Network(endpoint=hub.endpoint, token=token, patience=2, private_hosts=("127.0.0.1",))
    return closing(list_repository(reference, limits, network))


def tree(change: Callable[[Any], Any]) -> Callable[[Asked, Reply], Reply]:
    """Answers with another list of files."""

    def twist(asked: Asked, reply: Reply) -> Reply:
        if "/tree/" not in asked.path:
            return reply
        return replace(reply, body=json.dumps(change(json.loads(reply.body))).encode())

    return twist


def first(**changes: object) -> Callable[[Asked, Reply], Reply]:
    return tree(lambda items: [items[0] | changes, *items[1:]])


def test_a_repository_is_listed_at_its_commit_with_the_digests_that_are_stated() -> None:
    data = b"w" * 100
    with serving({"model.bin": File.of(data, large=True), "sub/config.json": b"{}"}) as hub, listed(hub) as listing:
        assert listing.subject.reference == "hf:org/name"
        assert listing.subject.revision == COMMIT
        assert listing.subject.entries == (
            Entry(path="model.bin", size=100, sha256=hashlib.sha256(data).hexdigest(), claimed=True),
            Entry(path="sub/config.json", size=2),
        )
        assert listing.gaps == ()
        assert listing.remote is not None
        assert listing.remote.read("sub/config.json", [(0, 2)]) == [b"{}"]
        assert listing.open("model.bin").read(90, 100) == b"w" * 10
        assert listing.remote.transferred.requests == len(hub.asked)


@pytest.mark.parametrize("kind", ["models", "datasets", "spaces", "kernels"])
@pytest.mark.parametrize("name", ["org/name", "name"])
@pytest.mark.parametrize("prefix", ["", "/api/huggingface"])
def test_every_kind_of_repository_is_found(kind: str, name: str, prefix: str) -> None:
    with (
        serving({"a/b c.txt": b"text"}, name=f"{kind}/{name}", prefix=prefix) as hub,
        listed(hub, f"hf:{kind}/{name}") as listing,
    ):
        assert listing.open("a/b c.txt").read(0, 9) == b"text"


def test_a_revision_with_slashes_is_found() -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.repositories["models/org/name"].refs = ("main", "refs/pr/1")
        with listed(hub, "hf:org/name@refs/pr/1") as listing:
            assert listing.subject.revision == COMMIT
        assert hub.asked[0].path == "/api/models/org/name/revision/refs%2Fpr%2F1"


def test_a_renamed_repository_is_found_under_its_new_name() -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.repositories["models/old/name"] = Repository({}, renamed="org/name")
        with listed(hub, "hf:old/name") as listing:
            assert listing.open("a.txt").read(0, 9) == b"text"


def test_all_pages_are_listed_and_only_the_hub_that_was_named_is_asked_for_them() -> None:
    def elsewhere(asked: Asked, reply: Reply) -> Reply:
        if "Link" in reply.headers:
            reply.headers["Link"] = reply.headers["Link"].replace(hub.endpoint, "https://another.example")
        return reply

    with serving({f"{n:02}.txt": b"%d" % n for n in range(25)}, page=10) as hub:
        hub.twist = elsewhere
        with listed(hub) as listing:
            assert len(listing.subject.entries) == 25


def test_a_token_goes_to_the_hub_and_nowhere_else() -> None:
    with serving({"model.bin": File.of(b"w" * 100, large=True)}, elsewhere=True) as hub:
        with listed(hub, token=TOKEN) as listing:
            listing.open("model.bin").read(0, 10)
        sent = {(asked.server, asked.headers.get("Authorization")) for asked in hub.asked}
        assert sent == {("hub", f"Bearer {TOKEN}"), ("cdn", None)}


@pytest.mark.parametrize(("token", "advice"), [("", "give a token that has it"), (TOKEN, "does not have it")])
def test_a_gated_repository_says_so_and_what_to_do(token: str, advice: str) -> None:
    with serving({"config.json": b"{}"}) as hub:
        hub.repositories["models/org/name"].gated = True
        with pytest.raises(SourceError) as raised:
            listed(hub, token=token)
    for words in ("answers 403", "access to it must be granted", "is restricted", advice, "request request-1"):
        assert words in str(raised.value)
    assert TOKEN not in str(raised.value)


def test_a_private_repository_needs_its_token() -> None:
    with serving({"config.json": b"{}"}) as hub:
        hub.repositories["models/org/name"].token = TOKEN
        with pytest.raises(SourceError, match=r"no such repository, or it is private.*HF_TOKEN"):
            listed(hub)
        with listed(hub, token=TOKEN) as listing:
            assert listing.open("config.json").read(0, 9) == b"{}"


@pytest.mark.parametrize(
    ("reference", "words"),
    [("hf:org/nothing", "no such repository"), ("hf:org/name@nothing", "no such revision.*name a branch")],
)
def test_what_is_not_there_is_named(reference: str, words: str) -> None:
    with serving({"a.txt": b""}) as hub, pytest.raises(SourceError, match=words):
        listed(hub, reference)


def test_offline_nothing_is_asked() -> None:
    with serving({"a.txt": b""}) as hub:
        with pytest.raises(SourceError, match="HF_HUB_OFFLINE is set"):
            list_repository("hf:org/name", Limits(), Network(endpoint=hub.endpoint, offline=True))
        assert hub.asked == []


def test_a_repository_without_files_is_listed_empty() -> None:
    with serving({}) as hub, listed(hub) as listing:
        assert listing.subject.entries == ()


@pytest.mark.reaches("files")
def test_files_past_the_limit_are_a_gap() -> None:
    with serving({f"{n}.txt": b"" for n in range(5)}) as hub, listed(hub, limits=Limits(files=3)) as listing:
        assert len(listing.subject.entries) == 3
        (gap,) = listing.gaps
        assert (gap.what, gap.state) == ("read", State.FAILED)
        assert "limit files" in gap.why


@pytest.mark.parametrize("path", ["../a.txt", "/etc/passwd", "a/../../b", "a//b", "a/", "./a", "a\0b"])
def test_a_name_that_leads_elsewhere_is_listed_and_not_asked_for(path: str) -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.twist = first(path=path)
        with listed(hub) as listing:
            note = "a name that leads elsewhere, so it was not asked for"
            assert listing.subject.entries == (Entry(path=path, kind=EntryKind.UNREADABLE, size=4, note=note),)
            assert listing.gaps == (Gap(what="read", path=path, state=State.FAILED, why=note),)
            assert dict(listing.locators) == {}
        assert not any("resolve" in asked.path for asked in hub.asked)


@pytest.mark.parametrize("path", ["a\nb", "\ud800", "\u202egnp.exe", "C:\\x", "a?b#c%d", "~", "x" * 3000])
def test_a_strange_name_is_listed_as_it_is(path: str) -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.twist = first(path=path)
        with listed(hub) as listing:
            assert [entry.path for entry in listing.subject.entries] == [path]


def test_what_is_neither_file_nor_folder_is_not_opened() -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.twist = first(type="commit")
        with listed(hub) as listing:
            (entry,) = listing.subject.entries
            assert (entry.kind, entry.note) == (EntryKind.SPECIAL, "the hub calls it 'commit', which is no file")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda items: {"error": "no"}, "no list"),
        (lambda items: [1], "what is no file"),
        (lambda items: [{"type": "file"}], "what is no file"),
        (lambda items: [items[0] | {"size": -1}], "has -1 bytes"),
        (lambda items: [items[0] | {"size": "4"}], "has '4' bytes"),
        (lambda items: [items[0] | {"size": True}], "has True bytes"),
        (lambda items: [items[0] | {"size": 1 << 63}], "bytes"),
        (lambda items: [items[0] | {"lfs": {"oid": "x", "size": 4}}], "does not fit together"),
        (lambda items: [items[0] | {"lfs": {"oid": "0" * 64, "size": 5}}], "does not fit together"),
        (lambda items: items * 2, "lists 'a.txt' twice"),
    ],
)
def test_a_list_that_cannot_be_right_is_refused(change: Callable[[Any], Any], words: str) -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.twist = tree(change)
        with pytest.raises(SourceError, match=words):
            listed(hub)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 1_000_000, b'{"sha": "main"}', b"[]", b'{"sha": 1e999}'])
def test_an_answer_without_a_commit_is_refused(body: bytes) -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.twist = lambda asked, reply: replace(reply, body=body)
        with pytest.raises(SourceError, match=r"no JSON that can be read|does not say which commit"):
            listed(hub)


def test_a_commit_that_was_named_must_be_the_one_that_is_given() -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.repositories["models/org/name"].refs = ("f" * 40,)
        with pytest.raises(SourceError, match=f"answers with another commit, {COMMIT}"):
            listed(hub, "hf:org/name@" + "f" * 40)


@pytest.mark.parametrize("cursor", ["same", "other"])
def test_pages_without_an_end_are_refused(cursor: str) -> None:
    def endless(asked: Asked, reply: Reply) -> Reply:
        if "/tree/" in asked.path:
            page = len(hub.asked) if cursor == "other" else 0
            item = {"type": "file", "path": f"{len(hub.asked)}.txt", "size": 0, "oid": ""}
            reply.body = json.dumps([item]).encode()
            reply.headers["Link"] = f'<{hub.endpoint}/x?cursor={page}>; rel="next"'
        return reply

    with serving({"a.txt": b"text"}) as hub:
        hub.twist = endless
        with pytest.raises(SourceError, match="lead in a circle" if cursor == "same" else "more than 1000 pages"):
            listed(hub)


def test_a_list_that_is_too_long_is_refused_at_its_length() -> None:
    with serving({"a.txt": b"text"}) as hub:
        hub.twist = lambda asked, reply: replace(reply, length=1 << 40) if "/tree/" in asked.path else reply
        with pytest.raises(SourceError, match="where at most 16777216 bytes were asked for"):
            listed(hub)


def test_no_file_of_that_name_is_nothing_to_check() -> None:
    from hilt.sources.hub import list_place
    from hilt.sources.hub_place import HubPlace

    with serving({"a/b.txt": b"text", "a/c.txt": b"more", "a/d/e.txt": b"", "b.txt": b""}) as hub:
        network = Network(endpoint=hub.endpoint)
        one = HubPlace(kind="models", repository="org/name", file="a/b.txt")
        with closing(list_place(one, "x", Limits(), network)) as listing:
            assert [entry.path for entry in listing.subject.entries] == ["a/b.txt"]
            assert listing.open("a/b.txt").read(0, 9) == b"text"
        with pytest.raises(NothingToCheck, match="no such file"):
            list_place(replace(one, file="a/x.txt"), "x", Limits(), network)
