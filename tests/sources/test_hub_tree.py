from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import SourceError
from hilt.core.limits import Limits
from hilt.core.subject import Entry
from hilt.sources.file import Locator
from hilt.sources.http import Client
from hilt.sources.hub import Resolved, Tree, list_tree, listing_of, resolve
from hilt.sources.hub_place import HubPlace
from hilt.sources.listing import Listing
from hilt.sources.network import Network
from hub_server import COMMIT, Asked, File, HubServer, Reply, serving

PLACE = HubPlace(kind="models", repository="org/name")
LARGE = random.Random(5).randbytes(2_000_000)
SMALL = b'{"a": 1}'
FILES: dict[str, bytes | File] = {"z/config.json": SMALL, "model.bin": File.of(LARGE, large=True)}
SHA256 = hashlib.sha256(LARGE).hexdigest()
LIMITS = Limits()


@contextmanager
def client_of(hub: HubServer) -> Iterator[Client]:
    client = Client(Network(endpoint=hub.endpoint, patience=2))
    try:
        yield client
    finally:
        client.close()


def tree_of(hub: HubServer) -> Tree:
    with client_of(hub) as client:
        return list_tree(client, PLACE, LIMITS)


def listed(hub: HubServer, tree: Tree, here: Mapping[str, Locator]) -> closing[Listing]:
    client = Client(Network(endpoint=hub.endpoint, patience=2))
    return closing(listing_of(client, tree, PLACE, "hf:org/name", LIMITS, here))


def stored(folder: Path, data: bytes) -> Locator:
    path = folder / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return Locator.of(str(path), path.stat())


def test_a_tree_has_the_files_by_path_with_what_is_stated_of_them() -> None:
    with serving(FILES) as hub:
        tree = tree_of(hub)
    assert tree.commit == COMMIT
    assert [one.entry for one in tree.files] == [
        Entry(path="model.bin", size=len(LARGE), sha256=SHA256, claimed=True),
        Entry(path="z/config.json", size=len(SMALL)),
    ]
    first, second = (one.stated for one in tree.files)
    assert first is not None
    assert second is not None
    assert (first.sha256, first.blob, first.commit) == (SHA256, "", COMMIT)
    assert (second.sha256, second.blob) == ("", hashlib.sha1(b"blob 8\0" + SMALL).hexdigest())
    assert tree.told == {
        "modelId": "org/name",
        "private": False,
        "gated": False,
        "tags": [],
        "downloads": 0,
        "likes": 0,
    }


def test_no_page_of_a_tree_is_left_out() -> None:
    with serving({f"{number:03}.txt": b"" for number in range(50)}, page=7) as hub:
        assert len(tree_of(hub).files) == 50


def test_what_was_resolved_before_is_not_asked_again() -> None:
    with serving(FILES) as hub, client_of(hub) as client:
        resolved = resolve(client, PLACE)
        assert resolved.commit == COMMIT
        tree = list_tree(client, PLACE, LIMITS, resolved=Resolved(COMMIT, {"likes": 7}))
        assert tree.told == {"likes": 7}
        assert sum("/revision/" in asked.path for asked in hub.asked) == 1


def test_what_a_hub_tells_beside_the_files_has_bounds() -> None:
    def tell(asked: Asked, reply: Reply) -> Reply:
        told = {"sha": COMMIT, "likes": 3, "cardData": {"a": "x" * 70_000}, "tags": ["b"], "siblings": [], "secret": 1}
        return replace(reply, body=json.dumps(told).encode()) if "/revision/" in asked.path else reply

    with serving(FILES) as hub, client_of(hub) as client:
        hub.twist = tell
        assert resolve(client, PLACE).told == {"likes": 3, "tags": ["b"]}


def test_files_that_are_here_are_read_from_the_disk(tmp_path: Path) -> None:
    with serving(FILES) as hub:
        tree = tree_of(hub)
        here = {"model.bin": stored(tmp_path, LARGE), "z/config.json": stored(tmp_path, SMALL)}
        hub.asked.clear()
        with listed(hub, tree, here) as listing:
            assert listing.subject.entries == (
                Entry(path="model.bin", size=len(LARGE), sha256=SHA256),
                Entry(path="z/config.json", size=len(SMALL), sha256=hashlib.sha256(SMALL).hexdigest()),
            )
            for path, data in (("model.bin", LARGE), ("z/config.json", SMALL)):
                with listing.open(path) as source:
                    assert source.read(0, len(data)) == data
            assert listing.remote is not None
            assert listing.remote.probes() == {}
        assert hub.asked == []


def test_files_that_are_not_here_are_read_by_ranges_and_leave_probes(tmp_path: Path) -> None:
    with serving(FILES) as hub:
        tree = tree_of(hub)
        with listed(hub, tree, {"z/config.json": stored(tmp_path, SMALL)}) as listing:
            assert listing.hub is not None
            assert listing.hub.digests["model.bin"] == SHA256
            with listing.open("model.bin") as source:
                assert source.read(1_000_000, 100) == LARGE[1_000_000:1_000_100]
            assert listing.remote is not None
            probes = listing.remote.probes()
    assert probes.keys() == {"model.bin"}
    assert any(one.start <= 1_000_000 and one.start + one.size >= 1_000_100 for one in probes["model.bin"])
    for start, size, sha256 in probes["model.bin"]:
        assert hashlib.sha256(LARGE[start : start + size]).hexdigest() == sha256
    assert sum(one.size for one in probes["model.bin"]) < len(LARGE)


@pytest.mark.parametrize(("name", "data"), [("0" * 64, b"other"), ("other", SMALL)])
def test_what_lies_here_must_be_what_is_listed(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    wrong = Locator.of(str(tmp_path / name), (tmp_path / name).stat())
    with serving(FILES) as hub:
        tree = tree_of(hub)
        with pytest.raises(SourceError, match="is not the file that is listed"):
            listed(hub, tree, {"z/config.json": wrong})
