"""Uploads by xet over the wire: with requests of our own, with hf_xet, and with the command that people type."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hilt.doors.hub import xet
from hilt.doors.hub.waiting import Waiting
from hilt.doors.hub.xet import Xet
from hilt.formats.xet_hashes import text_of
from hilt.gate.keeping.short_tokens import Holder
from hilt.gate.signing_in.end_person import end_person
from hub_served import Answer, Served, served_hub
from library_office import CARD, LICENCE, Shop
from uploaders import MINE, OWN, Uploader
from xet_client import hf, upload
from xet_files import GROUPED, LZ4, PLAIN, MadeFile, MadeXorb, shard

RANDOM = random.Random(7)
TOKEN = "/api/models/acme/lid/xet-write-token/main"
XORB = MadeXorb([RANDOM.randbytes(3000), b"abc" * 999, bytes(5000)], (PLAIN, LZ4, GROUPED))
FILE = MadeFile([XORB.term(1, 3), XORB.term()])
XORB_AT = f"v1/xorbs/default/{text_of(XORB.hash)}"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("shop"), {}, more=OWN) as served:
        Uploader(served.shop).create()
        yield served


@pytest.fixture(scope="module")
def writer(at: Served) -> str:
    return at.shop.secret(writes=True)


class Client:
    """Somebody with a token for an upload."""

    def __init__(self, at: Served, secret: str) -> None:
        self.at = at
        self.told = json.loads(at.ask("GET", TOKEN, token=secret).body)

    def post(self, path: str, body: bytes = b"", *, token: str = "") -> Answer:
        place = self.told["casUrl"].removeprefix(self.at.origin)
        return self.at.ask("POST", f"{place}/{path}", token=token or self.told["accessToken"], body=body)

    def lines(self, body: bytes) -> list[dict[str, object]]:
        """What is said while files are put together."""
        answer = self.post("v2/shards", body)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson")
        return [json.loads(line) for line in answer.body.splitlines()]


@pytest.fixture
def client(at: Served, writer: str) -> Client:
    return Client(at, writer)


def blob(at: Shop, digest: str) -> bytes:
    return at.library._blobs.path(digest).read_bytes()


def is_sent(at: Served, data: bytes) -> bool:
    """May whoever uploads name it in a commit?"""
    return at.shop.library.uploads.staged.size_of(MINE, sha256(data).hexdigest()) == len(data)


def test_a_token_says_where_chunks_go_and_for_how_long(at: Served, writer: str) -> None:
    answer = at.ask("GET", TOKEN, token=writer)
    told = json.loads(answer.body)
    assert told["casUrl"] == f"{at.origin}/api/xet"
    assert 0 < told["exp"] - time.time() < 1000
    assert [answer.headers[f"x-xet-{name}"] for name in ("cas-url", "access-token", "token-expiration")] == [
        told["casUrl"],
        told["accessToken"],
        str(told["exp"]),
    ]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "status", "why"),
    [
        (TOKEN.replace("acme/lid", "acme/none"), 404, "not there yet"),
        (TOKEN.replace("acme/lid", "org/name"), 403, "none of ours"),
        (f"{TOKEN}?create_pr=1", 400, "no pull requests"),
        (TOKEN.replace("write", "read"), 404, "nothing at this address"),
    ],
)
def test_there_is_none_for_what_is_not_uploaded_here(at: Served, writer: str, path: str, status: int, why: str) -> None:
    answer = at.ask("GET", path, token=writer)
    assert (answer.status, why in answer.headers["x-error-message"]) == (status, True)


def test_there_is_none_for_whoever_only_downloads(at: Served) -> None:
    assert at.ask("GET", TOKEN, token=at.shop.secret()).status == 403
    assert at.ask("GET", TOKEN).status == 401
    assert at.ask("GET", TOKEN, token=at.shop.secret(writes=True, names=("acme/other",))).status == 403


def test_a_token_counts_no_longer_than_the_person_who_asked_for_it(tmp_path: Path) -> None:
    with served_hub(tmp_path, {}, more=OWN) as at:
        Uploader(at.shop).create()
        otto, eve = (Client(at, at.shop.secret(name, writes=True)) for name in ("Otto", "Eve"))
        end_person("Otto", key=at.shop.office.signing("Ada"), settings=at.shop.office.settings)
        assert [one.post(XORB_AT, XORB.data).status for one in (otto, eve)] == [401, 200]
        assert otto.post("v1/shards", shard([FILE], [XORB])).status == 401


@pytest.mark.parametrize("path", [XORB_AT, "v1/shards", "v2/shards", "v1/chunks/default/" + "0" * 64, "", "v1"])
def test_nothing_is_done_without_the_token_of_an_upload(client: Client, writer: str, path: str) -> None:
    for token in (writer, "x.y", client.told["accessToken"][:-1]):
        answer = client.post(path, XORB.data, token=token)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "path",
    [
        "v1/chunks/default/" + "0" * 64,
        "v1/xorb-grants/default/" + "0" * 64,
        "v1/reconstructions/" + "0" * 64,
        "v2/reconstructions/" + "0" * 64,
        "v1/xorbs/other/" + "0" * 64,
        "v3/shards",
    ],
)
def test_what_clients_can_do_without_is_not_there(at: Served, client: Client, path: str) -> None:
    assert client.post(path, b"{}").status == 404
    assert at.ask("GET", f"{xet.PLACE}/{path}", token=client.told["accessToken"]).status == 404


def test_how_an_upload_went_is_thrown_away(at: Served, client: Client) -> None:
    assert client.post("v1/telemetry", b"{}").status == 200
    assert at.ask("POST", "/v1/telemetry", token="x", body=b"{}").status == 200


def test_a_xorb_is_taken_once(client: Client) -> None:
    made = MadeXorb([RANDOM.randbytes(2000)])
    answers = [client.post(f"v1/xorbs/default/{text_of(made.hash)}", made.data) for _ in range(2)]
    assert [(one.status, json.loads(one.body)) for one in answers] == [
        (200, {"was_inserted": True}),
        (200, {"was_inserted": False}),
    ]


@pytest.mark.parametrize("name", ["0" * 64, "A" * 64, "..%2F..%2Fx", "0" * 63, "%00"])
def test_a_xorb_that_is_not_what_it_is_called_is_refused(at: Served, client: Client, name: str) -> None:
    assert client.post(f"v1/xorbs/default/{name}", XORB.data).status == 400
    assert not [*(at.shop.library._blobs.folder / "xet" / "partial").iterdir()]


def test_what_is_too_long_is_not_awaited(at: Served, client: Client) -> None:
    connection = at.connect()
    try:
        connection.putrequest("POST", f"{xet.PLACE}/{XORB_AT}")
        connection.putheader("Authorization", f"Bearer {client.told['accessToken']}")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        assert connection.getresponse().status == 413
    finally:
        connection.close()


def test_chunks_are_only_posted(at: Served, client: Client) -> None:
    for path in (XORB_AT, "v1/shards", "v2/shards"):
        assert at.ask("GET", f"{xet.PLACE}/{path}", token=client.told["accessToken"]).status == 405


def test_a_file_comes_with_a_shard_as_older_clients_send_it(at: Served, client: Client) -> None:
    client.post(XORB_AT, XORB.data)
    answer = client.post("v1/shards", shard([FILE], [XORB]))
    assert (answer.status, json.loads(answer.body)) == (200, {"result": 1})
    assert blob(at.shop, FILE.sha256) == FILE.data
    assert is_sent(at, FILE.data)


def test_what_is_wrong_with_a_shard_is_said_with_a_status(client: Client) -> None:
    answer = client.post("v1/shards", b"no shard")
    assert (answer.status, "header" in json.loads(answer.body)["error"]) == (400, True)


def test_how_far_files_are_is_said_line_by_line(at: Served, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xet, "PULSE", 0.0)
    made = MadeXorb([RANDOM.randbytes(120_000)] * 40)
    file = MadeFile([made.term(number, number + 1) for number in range(40)])
    client.post(f"v1/xorbs/default/{text_of(made.hash)}", made.data)
    *lines, last = client.lines(shard([file], [made]))
    assert last == {"type": "result"}
    assert lines
    assert {one["type"] for one in lines} == {"validating"}
    done = [one["verified"] for one in lines]
    assert done == sorted(done, key=int)
    assert is_sent(at, file.data)


def test_what_is_wrong_is_said_on_the_last_line(client: Client) -> None:
    made = MadeXorb([b"never sent"])
    (line,) = client.lines(shard([MadeFile([made.term()])]))
    assert (line["type"], line["retryable"]) == ("error", False)
    assert text_of(made.hash) in str(line["message"])
    assert str(line["message"]).isascii()


def test_a_mistake_of_ours_is_told_as_one(
    at: Served, client: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(at.shop.library.xet, "take_shard", fail)
    (line,) = client.lines(b"x")
    assert (line["type"], "secret" in str(line["message"])) == ("error", False)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_server_that_ends_waits_for_no_file(at: Served, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = MadeXorb([RANDOM.randbytes(1000)])
    file = MadeFile([made.term()] * 20_000)
    client.post(f"v1/xorbs/default/{text_of(made.hash)}", made.data)
    steps: list[int] = []
    told = xet._Progress.told

    def noted(progress: xet._Progress, done: int, of: int) -> None:
        steps.append(done)
        told(progress, done, of)

    async def send(_: object) -> None:
        pass

    async def begun() -> None:
        while not steps:  # noqa: ASYNC110 - a thread of somebody else makes them
            await asyncio.sleep(0.01)

    async def begin_and_end() -> None:
        request = cast("Any", SimpleNamespace(scope={"method": "POST", "headers": []}, send=send))
        with library.xet.coming_shard() as body:
            body.write(shard([file]))
            telling = Xet(waiting, at.origin)._tell(request, body, Holder(MINE, "eve"))
            work = asyncio.get_running_loop().create_task(telling)
            await begun()
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work

    monkeypatch.setattr(xet._Progress, "told", noted)
    library = at.shop.library
    waiting = Waiting(library, at.shop.office.settings, at.origin)
    asyncio.run(begin_and_end())
    assert len(steps) < 20_000
    assert not is_sent(at, file.data)


def test_whoever_leaves_while_sending_leaves_nothing_behind(at: Served, client: Client) -> None:
    connection = at.connect()
    connection.putrequest("POST", f"{xet.PLACE}/{XORB_AT}")
    connection.putheader("Authorization", f"Bearer {client.told['accessToken']}")
    connection.putheader("Content-Length", "1000000")
    connection.endheaders()
    connection.send(bytes(500_000))
    partial = at.shop.library._blobs.folder / "xet" / "partial"
    wait_for(lambda: any(partial.iterdir()))
    connection.close()
    wait_for(lambda: not any(partial.iterdir()))


def wait_for(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_hf_xet_uploads_files_of_each_kind(at: Served, writer: str, tmp_path: Path) -> None:
    files = {
        "random": RANDOM.randbytes(400_000),
        "text": b"said again and again\n" * 30_000,
        "floats": b"".join(RANDOM.gauss(0, 1).hex().encode() for _ in range(20_000)),
        "small": b"x",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in files]
    done = upload(f"{at.origin}{TOKEN}", paths, tmp_path / "home", token=writer)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [sha256(data).hexdigest() for data in files.values()]
    for data in files.values():
        assert blob(at.shop, sha256(data).hexdigest()) == data
        assert is_sent(at, data)


def test_whoever_uploads_reads_why_it_does_not_work(at: Served, writer: str, tmp_path: Path) -> None:
    """What the client remembers is not here any more."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(RANDOM.randbytes(500_000))
    second.write_bytes(first.read_bytes() + b"more")
    address, home = f"{at.origin}{TOKEN}", tmp_path / "home"
    assert upload(address, [first], home, token=writer).returncode == 0
    for one in (at.shop.library._blobs.folder / "xet" / "xorbs").glob("*/*"):
        one.unlink()
    done = upload(address, [second], home, token=writer)
    assert done.returncode != 0
    assert "is not here, or not any more" in done.stderr
    assert "~/.cache/huggingface/xet" in done.stderr
    assert upload(address, [second], tmp_path / "another", token=writer).returncode == 0


def uploaded(at: Served, token: str, folder: Path, home: Path) -> str:
    """The commit that `hf upload` makes of a folder."""
    done = hf(at.origin, home, token, "upload", "acme/lid", str(folder))
    assert done.returncode == 0, done.stderr
    return at.shop.library.uploads._revisions.refs(MINE)["main"]


def sent(at: Served) -> int:
    """Bytes of all xorbs."""
    return sum(one.stat().st_size for one in (at.shop.library._blobs.folder / "xet" / "xorbs").glob("*/*"))


def version_after_version(at: Served, token: str, folder: Path, size: int) -> None:
    """A large file, and the same with a little put into it, of which only that is sent."""
    home, model = folder / "home", folder / "model"
    model.mkdir()
    (model / "README.md").write_bytes(CARD)
    (model / "LICENSE").write_bytes(LICENCE)
    first = RANDOM.randbytes(size)
    middle = size // 2
    second = first[:middle] + b"a little" + first[middle:]
    commits, held = [], []
    for data in (first, second):
        (model / "weights.bin").write_bytes(data)
        commits.append(uploaded(at, token, model, home))
        held.append(sent(at))
        kept = at.shop.library._revisions.find(MINE, commits[-1])
        assert kept is not None
        found = kept.file("weights.bin")
        assert found is not None
        assert (found.size, found.sha256, found.large) == (len(data), sha256(data).hexdigest(), True)
        assert blob(at.shop, found.sha256) == data
    assert len(set(commits)) == 2
    assert size <= held[0]
    assert held[1] - held[0] < size // 4


def test_people_upload_a_model_and_a_changed_one(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", {}, more=OWN) as at:
        version_after_version(at, at.shop.secret(writes=True), tmp_path, 3_000_000)


@pytest.mark.slow
def test_people_upload_a_model_of_several_xorbs_and_a_changed_one(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", {}, more=OWN) as at:
        version_after_version(at, at.shop.secret(writes=True), tmp_path, 70_000_000)
