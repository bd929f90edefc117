from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from hilt.core.errors import NotHeld, NotServed, SettingsInvalid, SourceError
from hilt.core.library import KINDS, Repository
from hilt.core.limits import Limits
from hilt.gate.configured.library_settings import LibrarySettings, UpstreamSettings
from hilt.gate.keeping.origins.upstream import Upstream
from hilt.gate.keeping.origins.upstreams import Upstreams, asked_for
from hilt.gate.settings import Settings
from hub_server import COMMIT, Asked, File, HubServer, Reply, serving
from hub_server import Repository as Served

NAME = Repository("models", "org/name")
LIMITS = Limits()
TOKEN = "hf_0123456789"


def hub(name: str, *names: str) -> UpstreamSettings:
    return UpstreamSettings(name=name, url="https://hub.example", names=names or ("*",))


RULES = LibrarySettings(
    own=("Ours",),
    upstreams=(
        hub("first"),
        hub("acme", "acme/*", "gpt2"),
        hub("data", "datasets/acme/*", "datasets/lists", "other/llama-*"),
        hub("mirror", "Acme/*"),
        hub("last", "one/*", "*"),
    ),
)
EVERYBODY = ("first", "last")


@pytest.mark.parametrize(
    ("kind", "name", "upstreams"),
    [
        ("models", "some/name", EVERYBODY),
        ("models", "acme/name", ("acme", "mirror")),
        ("models", "ACME/name", ("acme", "mirror")),
        ("spaces", "acme/name", ("acme", "mirror")),
        ("datasets", "acme/name", ("acme", "data", "mirror")),
        ("models", "acmes/name", EVERYBODY),
        ("models", "acme", EVERYBODY),
        ("models", "gpt2", ("acme",)),
        ("models", "GPT2", ("acme",)),
        ("models", "gpt2/gpt2", EVERYBODY),
        ("datasets", "lists", ("data",)),
        ("models", "lists", EVERYBODY),
        ("models", "other/llama-7b", ("data",)),
        ("models", "other/name", EVERYBODY),
        ("models", "one/name", ("last",)),
        *((kind, "ours/name", ()) for kind in KINDS),
        ("models", "OURS/name", ()),
        ("models", "Ours", EVERYBODY),
        ("models", "oursx/name", EVERYBODY),
    ],
)
def test_a_name_comes_from_where_the_rules_say_and_from_nowhere_else(
    kind: str, name: str, upstreams: tuple[str, ...]
) -> None:
    assert tuple(one.name for one in asked_for(Repository(kind, name), RULES)) == upstreams


def test_what_nobody_is_named_for_is_asked_of_nobody() -> None:
    library = LibrarySettings(upstreams=(hub("acme", "acme/*"),))
    assert asked_for(Repository("models", "other/name"), library) == ()


def test_without_upstreams_there_is_the_hub_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({"a": b"a"}) as server:
        server.repositories["models/org/name"].token = TOKEN
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        with Upstreams(Settings()) as upstreams:
            (upstream,) = upstreams.of(NAME)
            assert upstream.name == "hub"
            assert upstream.resolve(NAME, "main") == COMMIT
            assert upstreams.named("hub") is upstream
            assert upstreams.named("other") is None
            assert upstreams.each() == (upstream,)


@contextmanager
def upstream(server: HubServer, **told: str) -> Iterator[Upstream]:
    listed = UpstreamSettings(name="there", url=server.endpoint, **told)
    with Upstreams(Settings(library=LibrarySettings(upstreams=(listed,)))) as upstreams:
        yield upstreams.each()[0]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "2")
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "2")
    monkeypatch.delenv("HF_TOKEN", raising=False)


def test_the_token_of_the_environment_goes_to_no_hub_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("ACME_TOKEN", " hf_of_acme\n")
    with serving({"a": b"a"}) as server:
        with upstream(server) as it:
            it.resolve(NAME, "main")
        with upstream(server, token_env="ACME_TOKEN") as it:
            it.resolve(NAME, "main")
        assert [asked.headers.get("Authorization") for asked in server.asked] == [None, "Bearer hf_of_acme"]


@pytest.mark.parametrize("value", ["", " ", "t\u00f6ken"])
def test_a_token_that_is_not_there_is_missed_at_once(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("ACME_TOKEN", value)
    listed = UpstreamSettings(name="acme", url="https://hub.example", token_env="ACME_TOKEN")
    with pytest.raises(SettingsInvalid, match=r"library\.upstreams\.acme\.token_env: the variable ACME_TOKEN holds no"):
        Upstreams(Settings(library=LibrarySettings(upstreams=(listed,))))


def test_what_was_resolved_is_listed_without_asking_again() -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        assert it.resolve(NAME, "main") == COMMIT
        tree = it.tree(NAME, COMMIT, LIMITS)
        assert tree.told["modelId"] == "org/name"
        assert [one.entry.path for one in tree.files] == ["a"]
        assert len(server.asked) == 2
        with closing(it.listing(NAME, tree, LIMITS, {})) as listing, listing.open("a") as source:
            assert source.read(0, 9) == b"a"
            assert listing.subject.reference == "hf:org/name"


def test_a_commit_that_nobody_resolved_here_is_listed_as_well() -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        assert it.tree(NAME, COMMIT, LIMITS).told["modelId"] == "org/name"


def test_branches_and_tags_are_told() -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        main = {"name": "main", "ref": "refs/heads/main", "targetCommit": COMMIT}
        assert it.refs(NAME) == {"branches": [main], "tags": [], "converts": [], "pullRequests": []}


@pytest.mark.parametrize(
    "told",
    [
        b"[]",
        b"no",
        b'{"branches": 7}',
        b'{"branches": [{"name": "main"}]}',
        b'{"tags": [{"name": "a\\u001b", "ref": "b", "targetCommit": "%s"}]}' % COMMIT.encode(),
        b'{"tags": [{"name": "a", "ref": "b", "targetCommit": "../%s"}]}' % COMMIT.encode(),
        json.dumps({"tags": [{"name": "a", "ref": "b", "targetCommit": COMMIT}] * 10_001}).encode(),
    ],
    ids=range(7),
)
def test_branches_that_are_none_are_refused(told: bytes) -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        server.twist = lambda _, reply: replace(reply, body=told)
        with pytest.raises(SourceError, match="models/org/name"):
            it.refs(NAME)


@pytest.mark.parametrize("token", ["", TOKEN])
@pytest.mark.parametrize(
    ("name", "revision", "what"),
    [("org/other", "main", "repository"), ("org/name", "other", "revision"), ("org/name", "0" * 40, "revision")],
)
def test_what_the_hub_does_not_have_is_not_held(
    monkeypatch: pytest.MonkeyPatch, token: str, name: str, revision: str, what: str
) -> None:
    monkeypatch.setenv("ACME_TOKEN", TOKEN)
    with serving({"a": b"a"}) as server, upstream(server, token_env="ACME_TOKEN" if token else "") as it:
        with pytest.raises(NotHeld, match="there has no") as raised:
            it.resolve(Repository("models", name), revision)
        assert raised.value.what == what


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503),
        Reply(401, {"X-Error-Code": "Unauthorized"}),
        Reply(410),
        Reply(200, {}, b"<html>"),
        Reply(200, {}, b'{"sha": "main"}'),
        Reply(302, {"Location": "http://10.0.0.1/x"}),
        Reply(200, {}, b"{}", cut=0),
    ],
    ids=range(7),
)
def test_a_hub_that_is_no_help_is_not_one_that_does_not_have_it(reply: Reply) -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        server.twist = lambda *_: reply
        with pytest.raises(SourceError):
            it.resolve(NAME, "main")


@pytest.mark.parametrize("reply", [Reply(403, {"X-Error-Code": "GatedRepo"}), Reply(451)], ids=["gated", "by-law"])
def test_what_a_hub_has_and_does_not_give_is_told_as_not_served(reply: Reply) -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        server.twist = lambda *_: reply
        with pytest.raises(NotServed, match="there does not hand out models/org/name: "):
            it.resolve(NAME, "main")


@pytest.mark.parametrize(
    ("kind", "name", "revision"),
    [
        ("models", "../api", "main"),
        ("models", "org/name/more", "main"),
        ("models", "datasets/name", "main"),
        ("models", "org/name@main", "main"),
        ("models", "", "main"),
        ("models", "org/name", ""),
        ("models", "org/name", "../main"),
        ("models", "org/n\u00e4me", "main"),
        ("other", "org/name", "main"),
    ],
)
def test_what_is_no_name_is_never_asked_for(kind: str, name: str, revision: str) -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        with pytest.raises(NotHeld, match="is no name that a repository or a revision can have"):
            it.resolve(Repository(kind, name), revision)
        assert server.asked == []


def test_another_commit_than_the_one_that_was_asked_for_is_refused() -> None:
    def lie(asked: Asked, reply: Reply) -> Reply:
        return replace(reply, body=json.dumps({"sha": "f" * 40}).encode())

    with serving({"a": b"a"}) as server, upstream(server) as it:
        server.twist = lie
        with pytest.raises(SourceError, match="answers with another commit"):
            it.resolve(NAME, COMMIT)


def test_a_hub_that_wants_to_be_left_alone_is_and_says_until_when() -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it:
        assert it.limited_until == 0
        server.twist = lambda *_: Reply(429, {"Retry-After": "3000"})
        with pytest.raises(SourceError, match="asks to wait 3000 s"):
            it.resolve(NAME, "main")
        assert it.limited_until > 0
        asks: list[Callable[[], object]] = [
            lambda: it.resolve(NAME, "main"),
            lambda: it.refs(NAME),
            lambda: it.tree(NAME, COMMIT, LIMITS),
        ]
        for ask in asks:
            with pytest.raises(SourceError, match="there answers too many requests already, and wants none before"):
                ask()
        assert len(server.asked) == 1


def test_of_many_who_ask_at_once_each_has_the_answer() -> None:
    with serving({"a": b"a"}) as server, upstream(server) as it, ThreadPoolExecutor(20) as people:
        server.repositories["models/org/other"] = Served({"a": File.of(b"a")})
        names = [NAME, Repository("models", "org/other")] * 10
        assert {one.result() for one in [people.submit(it.resolve, name, "main") for name in names]} == {COMMIT}


def test_nothing_is_asked_once_it_is_closed() -> None:
    with serving({"a": b"a"}) as server:
        with upstream(server) as it:
            pass
        with pytest.raises(SourceError, match="the library is closed"):
            it.resolve(NAME, "main")
        assert server.asked == []
