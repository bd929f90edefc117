"""One library and one record behind several servers: each request of an upload reaches another one than the request before it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import pytest

from hilt.formats.xet_hashes import text_of
from hilt.gate.hold import holdings
from hilt.gate.keeping.library import Library
from hub_served import Answer, Served, serving_hub
from library_office import CARD, LICENCE, Shop, shop
from several_servers import Balanced, balanced
from uploaders import MINE, OWN, Uploader, header, large, lines, small
from xet_files import LZ4, MadeFile, MadeXorb, shard

DATA = b"weights" * 1000
XORB = MadeXorb([b"abc\n" * 999, b"said again\n" * 900], (LZ4,))
FILE = MadeFile([XORB.term()])


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Balanced, Shop]]:
    """What people reach, in front of two servers that have in common what lies on the disk; and the shop of the second one."""
    with (
        shop(tmp_path_factory.mktemp("shop"), {}, more=OWN) as one,
        balanced() as proxy,
        Library(one.office.settings, proxy.origin) as library,
        serving_hub(one, proxy.origin) as first,
        serving_hub(other := one._replace(library=library), proxy.origin) as second,
    ):
        proxy.origins += [first.origin, second.origin]
        yield Served(one, proxy.origin, []), proxy, other


@pytest.fixture(scope="module")
def at(proxy: tuple[Served, Balanced, Shop]) -> Served:
    return proxy[0]


@pytest.fixture(scope="module")
def token(at: Served) -> str:
    return at.shop.secret(writes=True)


@pytest.fixture
def name(at: Served, token: str, request: pytest.FixtureRequest) -> str:
    """A new repository."""
    name = request.node.name[5:40].strip("_")
    body = {"type": "model", "organization": "acme", "name": name}
    assert sent(at, "/api/repos/create", body, token)["url"] == f"{at.origin}/acme/{name}"
    return f"acme/{name}"


def sent(at: Served, path: str, body: dict[str, Any] | bytes, token: str) -> dict[str, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = at.ask("POST", path, token=token, body=data)
    assert answer.status == 200, answer.body
    told: dict[str, Any] = json.loads(answer.body or b"{}")
    return told


def commit(at: Served, name: str, token: str, *operations: object, **said: str) -> Answer:
    return at.ask("POST", f"/api/models/{name}/commit/main", token=token, body=lines(header(**said), *operations))


def had(at: Served, proxy: Balanced, name: str, path: str, token: str) -> list[bytes]:
    """A file as each of the servers gives it."""
    return [
        Served(at.shop, origin, []).ask("GET", f"/{name}/resolve/main/{path}", token=token).body
        for origin in proxy.origins
    ]


def test_what_is_sent_by_lfs_is_committed(
    at: Served, token: str, name: str, proxy: tuple[Served, Balanced, Shop]
) -> None:
    files = [{"path": "w.txt", "size": len(DATA), "sample": "d2VpZ2h0cw=="}]
    assert sent(at, f"/api/models/{name}/preupload/main", {"files": files}, token)["files"][0]["path"] == "w.txt"
    said = {"oid": sha256(DATA).hexdigest(), "size": len(DATA)}
    batch = {"operation": "upload", "objects": [said], "hash_algo": "sha256"}
    (wanted,) = sent(at, f"/{name}.git/info/lfs/objects/batch", batch, token)["objects"]
    parts = urlsplit(wanted["actions"]["upload"]["href"])
    assert at.ask("PUT", f"{parts.path}?{parts.query}", body=DATA).status == 200
    sent(at, urlsplit(wanted["actions"]["verify"]["href"]).path, said, token)
    assert "actions" not in sent(at, f"/{name}.git/info/lfs/objects/batch", batch, token)["objects"][0]
    operations = (small("LICENSE", LICENCE), small("README.md", CARD), large("w.txt", DATA))
    assert commit(at, name, token, *operations).status == 200
    assert had(at, proxy[1], name, "w.txt", token) == [DATA, DATA]
    for _ in proxy[1].origins:
        assert "actions" not in sent(at, f"/{name}.git/info/lfs/objects/batch", batch, token)["objects"][0]
    for what, place in (("branch", "side"), ("tag/main", "v1")):
        body = {"startingPoint": "main", "tag": place}
        path = f"/api/models/{name}/{what}" + (f"/{place}" if what == "branch" else "")
        sent(at, path, body, token)
        assert at.ask("POST", path, token=token, body=json.dumps(body).encode()).status == 409


def test_what_is_sent_by_xet_is_committed(
    at: Served, token: str, name: str, proxy: tuple[Served, Balanced, Shop]
) -> None:
    told = json.loads(at.ask("GET", f"/api/models/{name}/xet-write-token/main", token=token).body)
    place, secret = told["casUrl"].removeprefix(at.origin), told["accessToken"]
    xorb = f"{place}/v1/xorbs/default/{text_of(XORB.hash)}"
    assert [sent(at, xorb, XORB.data, secret)["was_inserted"] for _ in range(2)] == [True, False]
    assert sent(at, f"{place}/v2/shards", shard([FILE], [XORB]), secret) == {"type": "result"}
    assert commit(at, name, token, small("LICENSE", LICENCE), large("w.txt", FILE.data)).status == 200
    assert had(at, proxy[1], name, "w.txt", token) == [FILE.data] * 2


def test_of_two_commits_at_one_parent_one_is_refused(at: Served, token: str, name: str) -> None:
    parent = at.shop.library.uploads._head(MINE._replace(name=name), "main").commit
    answers: list[int] = []

    def put(number: int) -> None:
        answers.append(commit(at, name, token, small(f"{number}", b"x"), parentCommit=parent).status)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[412] * 5]


def test_of_two_names_that_differ_in_capitals_one_is_made(at: Served, token: str) -> None:
    answers: list[int] = []

    def make(name: str) -> None:
        body = json.dumps({"type": "model", "organization": "acme", "name": name}).encode()
        answers.append(at.ask("POST", "/api/repos/create", token=token, body=body).status)

    threads = [threading.Thread(target=make, args=(name,)) for name in ("twice", "Twice", "TWICE", "twicE")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]


def test_what_one_took_the_other_does_not_throw_away(
    at: Served, proxy: tuple[Served, Balanced, Shop], name: str
) -> None:
    one, other = (Uploader(each, repository=MINE._replace(name=name)) for each in (at.shop, proxy[2]))
    waits, taken = b"waits" * 1000, b"taken" * 1000
    other.uploads.staged.waiting()  # what it knows is what it knew before
    one.send(waits)
    one.send(taken)
    one.commit(large("taken", taken))
    bytes_ = other.at.library._settings.library.bytes
    object.__setattr__(other.at.library._settings.library, "bytes", 0)
    other.at.library._evict()
    object.__setattr__(other.at.library._settings.library, "bytes", bytes_)
    for data in (waits, taken):
        assert other.at.library._blobs.has(sha256(data).hexdigest(), len(data))


def test_who_downloads_from_several_at_once_has_it_once(
    at: Served, token: str, name: str, proxy: tuple[Served, Balanced, Shop]
) -> None:
    assert commit(at, name, token, small("LICENSE", LICENCE), small("README.md", CARD)).status == 200
    assert had(at, proxy[1], name, "README.md", token) == [CARD] * 2
    digest, other = at.shop.read("main", MINE._replace(name=name)).digest, at.shop.secret("Otto")
    threads = [
        threading.Thread(target=at.ask, args=("GET", f"/{name}/resolve/main/README.md"), kwargs={"token": other})
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = holdings(f"sha256:{digest}", settings=at.shop.office.settings)
    assert len(held) == 2, "Eve has it, and Otto"
