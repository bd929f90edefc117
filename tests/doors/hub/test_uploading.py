"""Uploads by the newest huggingface_hub and its command, without xet, and by bare requests that no honest client sends."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    constants,
    hf_hub_download,
    snapshot_download,
)
from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import _http, disable_progress_bars

from attacks.pickles import SAMPLES, Sample
from hilt.core.finding import Severity
from hilt.core.library import Repository
from hilt.doors.hub import bodies, upload_links
from hilt.doors.hub.paths import Hub, asked
from hilt.doors.hub.upload_links import Linked, Links
from hilt.gate.record import opened
from hilt.gate.signing_in.end_person import end_person
from hilt.gate.signing_in.passes import digest_of
from hilt.gate.withdraw import withdraw
from hilt.record.accounts.store import take
from hub_served import Answer, Served, served_hub
from library_office import CARD, LICENCE, safetensors
from office import KNOWN_ROAD
from uploaders import MINE, OWN, digest, header, large, lines, removed, small
from xet_client import hf

WEIGHTS = safetensors(3 << 20)
disable_progress_bars()
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of the client about itself


@pytest.fixture(autouse=True)
def _without_xet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(_http, "_WARNED_TOPICS", set())


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("shop"), more=OWN) as found:
        yield found


@pytest.fixture(scope="module")
def token(at: Served) -> str:
    return at.shop.secret(writes=True)


@pytest.fixture
def api(at: Served, token: str) -> HfApi:
    return HfApi(endpoint=at.origin, token=token)


@pytest.fixture
def mine(api: HfApi, request: pytest.FixtureRequest) -> str:
    """A repository for one test."""
    name = f"acme/{request.node.name.partition('[')[0][5:80]}"
    api.create_repo(name)
    return name


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "deep" / "er").mkdir(parents=True)
    files = {"README.md": CARD, "LICENSE": LICENCE, "model.safetensors": WEIGHTS, "deep/er/config.json": b"{}"}
    for path, data in files.items():
        (folder / path).write_bytes(data)
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_a_folder_is_uploaded_and_downloaded_by_somebody_else(
    at: Served, api: HfApi, mine: str, model: Path, tmp_path: Path
) -> None:
    done = api.upload_folder(repo_id=mine, folder_path=model, commit_message="All of it")
    assert (done.commit_url, str(done.repo_url)) == (f"{at.origin}/{mine}/commit/{done.oid}", f"{at.origin}/{mine}")
    told = {"endpoint": at.origin, "token": at.shop.secret("Otto"), "cache_dir": tmp_path / "cache"}
    got = Path(snapshot_download(mine, **told))
    assert got.name == done.oid
    assert {path: data for path, data in files_of(got).items() if path != ".gitattributes"} == files_of(model)
    info = api.model_info(mine, files_metadata=True)
    assert (info.sha, info.pipeline_tag) == (done.oid, "text-classification")
    assert {one.rfilename for one in info.siblings or () if one.lfs} == {"model.safetensors"}
    again = api.upload_folder(repo_id=mine, folder_path=model)
    assert again.oid == done.oid, "nothing changed"


def test_a_file_is_uploaded_twice_and_the_second_one_is_had(at: Served, api: HfApi, mine: str, tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        api.upload_file(repo_id=mine, path_or_fileobj=data, path_in_repo="a.txt")
    api.upload_file(repo_id=mine, path_or_fileobj=LICENCE, path_in_repo="LICENSE", commit_description="So that all may")
    told: dict[str, Any] = {"endpoint": at.origin, "token": api.token, "cache_dir": tmp_path}
    assert Path(hf_hub_download(mine, "a.txt", **told)).read_bytes() == b"two"
    commits = api.list_repo_commits(mine)
    assert [commit.title for commit in commits[:1]] == ["Upload LICENSE with huggingface_hub"]
    assert len(commits) == 1, "of those that nobody admitted, nobody is told who changed what"
    assert commits[0].message == "So that all may"
    assert all(author.startswith("p-") for commit in commits for author in commit.authors)


def test_files_are_removed_copied_and_replaced_in_one_commit(api: HfApi, mine: str) -> None:
    add = [
        CommitOperationAdd(path, data) for path, data in (("LICENSE", LICENCE), ("a/b.txt", b"b"), ("w.bin", WEIGHTS))
    ]
    first = api.create_commit(mine, add, commit_message="First")
    api.list_repo_files(mine)
    changes = [
        CommitOperationDelete("a/"),
        CommitOperationCopy("w.bin", "copy.bin"),
        CommitOperationCopy("LICENSE", "docs/LICENSE"),
        CommitOperationAdd("c.txt", b"c"),
    ]
    second = api.create_commit(mine, changes, commit_message="Second", parent_commit=first.oid)
    found = api.list_repo_files(mine, revision=second.oid)
    assert set(found) == {".gitattributes", "LICENSE", "c.txt", "copy.bin", "docs/LICENSE", "w.bin"}
    with pytest.raises(HfHubHTTPError, match=f"main is at {second.oid} by now") as late:
        api.create_commit(mine, [CommitOperationAdd("d", b"d")], commit_message="Third", parent_commit=first.oid)
    assert late.value.response.status_code == 412
    with pytest.raises(EntryNotFoundError, match="A file with this name doesn't exist"):
        api.create_commit(mine, [CommitOperationDelete("none")], commit_message="None")


def test_branches_and_tags_are_made_and_removed(at: Served, api: HfApi, mine: str) -> None:
    api.upload_file(repo_id=mine, path_or_fileobj=LICENCE, path_in_repo="LICENSE")
    api.create_branch(mine, branch="try/this")
    api.create_branch(mine, branch="try/this", exist_ok=True)
    done = api.upload_file(repo_id=mine, path_or_fileobj=b"x", path_in_repo="x.txt", revision="try/this")
    api.create_tag(mine, tag="v1.0", revision="try/this")
    api.create_tag(mine, tag="v1.0", exist_ok=True)
    assert api.model_info(mine, revision="v1.0").sha == done.oid
    refs = api.list_repo_refs(mine)
    assert {one.name for one in refs.branches} == {"main", "try/this"}
    assert [(one.name, one.target_commit) for one in refs.tags] == [("v1.0", done.oid)]
    api.delete_branch(mine, branch="try/this")
    api.delete_tag(mine, tag="v1.0")
    assert [one.name for one in api.list_repo_refs(mine).branches] == ["main"]
    assert api.model_info(mine, revision=done.oid).sha == done.oid


def test_a_repository_is_made_once(at: Served, api: HfApi, mine: str) -> None:
    assert str(api.create_repo(mine, exist_ok=True)) == f"{at.origin}/{mine}"
    for name in (mine, mine.upper()):
        with pytest.raises(HfHubHTTPError) as there:
            api.create_repo(name)
        assert there.value.response.status_code == 409
    assert str(api.create_repo(mine, repo_type="dataset")) == f"{at.origin}/datasets/{mine}"
    done = api.upload_file(repo_id=mine, repo_type="dataset", path_or_fileobj=WEIGHTS, path_in_repo="data.bin")
    assert api.list_repo_refs(mine, repo_type="dataset").branches[0].target_commit == done.oid


def test_what_is_private_is_said_not_to_be(api: HfApi, caplog: pytest.LogCaptureFixture) -> None:
    api.create_repo("acme/private", private=True)
    assert any("no repository private" in one.message for one in caplog.records)


def test_a_repository_is_not_deleted(api: HfApi, mine: str) -> None:
    with pytest.raises(GatedRepoError, match="withdraw it"):
        api.delete_repo(mine)
    with pytest.raises(HfHubHTTPError) as moved:
        api.move_repo(mine, "acme/elsewhere")
    assert moved.value.response.status_code == 501


@pytest.mark.parametrize("name", ["lid", "other/lid", "acme/a..b", "acme/tree", "acme/x.git", "acme/-x"])
def test_what_is_none_of_ours_or_no_name_is_not_made(at: Served, token: str, name: str) -> None:
    organisation, _, last = name.rpartition("/")
    body = json.dumps({"name": last, "organization": organisation or None, "type": "model"}).encode()
    answer = at.ask("POST", "/api/repos/create", token=token, body=body)
    assert answer.status in (400, 403)
    assert at.ask("GET", f"/api/models/{name}", token=token).status in (403, 404)


def test_whoever_may_not_upload_is_told_so(at: Served, mine: str, caplog: pytest.LogCaptureFixture) -> None:
    reads = HfApi(endpoint=at.origin, token=at.shop.secret())
    with pytest.raises(GatedRepoError, match="only downloads"):
        reads.upload_file(repo_id=mine, path_or_fileobj=b"x", path_in_repo="x")
    with pytest.raises(GatedRepoError, match="only downloads"):
        reads.create_repo("acme/new")
    other = HfApi(endpoint=at.origin, token=at.shop.secret(writes=True, names=("labs/*",)))
    with pytest.raises(GatedRepoError, match="is for labs"):
        other.upload_file(repo_id=mine, path_or_fileobj=b"x", path_in_repo="x")
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        HfApi(endpoint=at.origin, token="hf_" + "a" * 43).create_repo("acme/new")
    writes = HfApi(endpoint=at.origin, token=at.shop.secret(writes=True))
    writes.auth_check(mine, write=True)
    with pytest.raises(RepositoryNotFoundError):
        writes.auth_check("acme/none", write=True)
    assert writes.whoami()["auth"]["accessToken"]["role"] == "write"


def test_pull_requests_are_refused_before_anything_is_sent(api: HfApi, mine: str) -> None:
    for more in ({"create_pr": True}, {"revision": "refs/pr/1"}):
        with pytest.raises(HfHubHTTPError, match="upload to a branch") as refused:
            api.upload_file(repo_id=mine, path_or_fileobj=b"x", path_in_repo="x", **more)
        assert "/preupload/" in str(refused.value.response.url)


def test_a_card_is_looked_at_before_it_is_sent(at: Served, api: HfApi, mine: str) -> None:
    with pytest.raises(ValueError, match="Invalid metadata in README"):
        api.upload_file(repo_id=mine, path_or_fileobj=b"---\na: [\n---\n", path_in_repo="README.md")
    asked_without_token = json.dumps({"content": "---\na: [\n---\n", "repoType": "model"}).encode()
    answer = at.ask("POST", "/api/validate-yaml", body=asked_without_token)
    assert (answer.status, json.loads(answer.body)) == (200, {"errors": [], "warnings": []})


def test_the_command_uploads(at: Served, token: str, model: Path, tmp_path: Path) -> None:
    env = {**os.environ, "HF_ENDPOINT": at.origin, "HF_TOKEN": token, "HF_HOME": str(tmp_path / "home")}
    env |= {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [str(Path(sys.executable).parent / "hf"), "upload", "acme/command", str(model), "."]
    done = subprocess.run(command, check=False, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert f"{at.origin}/acme/command" in done.stdout
    kept = at.shop.read("main", Repository("models", "acme/command"))
    assert {one.path for one in kept.files} == {*files_of(model), ".gitattributes"}


@pytest.mark.parametrize(
    "sample", [one for one in SAMPLES if one.severity is Severity.CRITICAL][:3], ids=lambda one: one.id
)
def test_an_attack_is_uploaded_and_had_by_nobody(at: Served, api: HfApi, sample: Sample, tmp_path: Path) -> None:
    mine = f"acme/attack-{sample.id}"
    api.create_repo(mine)
    add = [CommitOperationAdd(path, data) for path, data in (("LICENSE", LICENCE), (sample.name, sample.data))]
    done = api.create_commit(mine, add, commit_message="Weights")
    told: dict[str, Any] = {"endpoint": at.origin, "token": api.token, "cache_dir": tmp_path}
    for call in (snapshot_download, lambda name, **more: hf_hub_download(name, "LICENSE", revision=done.oid, **more)):
        with pytest.raises(GatedRepoError, match=f"hilt blocks {mine}"):
            call(mine, **told)
    with pytest.raises(GatedRepoError):
        HfApi(endpoint=at.origin, token=at.shop.secret()).list_repo_files(mine)
    again = CommitOperationAdd(sample.name, sample.data)
    assert api.create_commit(mine, [again], commit_message="Again").oid == done.oid, "nothing changed"
    raw = at.ask("GET", f"/{mine}/resolve/{done.oid}/{sample.name}", token=str(api.token))
    assert raw.status == 403
    assert sample.data not in raw.body
    clean = api.create_commit(mine, [CommitOperationDelete(sample.name)], commit_message="Without them")
    assert api.model_info(mine).sha == clean.oid


def batch(at: Served, token: str, *datas: bytes, repository: str = "acme/bare", **more: Any) -> Answer:
    objects = [{"oid": digest(data), "size": len(data)} for data in datas]
    body = {"operation": "upload", "objects": objects, "hash_algo": "sha256", **more}
    return at.ask("POST", f"/{repository}.git/info/lfs/objects/batch", token=token, body=json.dumps(body).encode())


def link(at: Served, token: str, data: bytes, **more: Any) -> str:
    """Where a file is to be sent."""
    (told,) = json.loads(batch(at, token, data, **more).body)["objects"]
    href = told["actions"]["upload"]["href"]
    assert token not in href
    assert href.startswith(at.origin)
    return str(href.removeprefix(at.origin))


def commit(at: Served, token: str, *operations: object, repository: str = "acme/bare", body: bytes = b"") -> Answer:
    said = body or lines(header(), *operations)
    return at.ask("POST", f"/api/models/{repository}/commit/main", token=token, body=said)


def error(answer: Answer) -> str:
    return str(json.loads(answer.body)["error"])


@pytest.fixture(scope="module")
def bare(at: Served, token: str) -> Served:
    """A repository for bare requests."""
    at.shop.library.uploads.create(Repository("models", "acme/bare"), at.shop.reader(writes=True))
    return at


def test_a_link_is_good_for_one_file_and_for_a_while(bare: Served, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, other = b"one" * 1000, b"two" * 1000
    href = link(bare, token, data)
    assert link(bare, token, data) != "", "asked twice"
    wrong = [
        href.replace(digest(data), digest(other)),
        href.replace("size=3000", "size=3001"),
        href.replace("acme/bare", "acme/other"),
        href.replace("until=", "until=9"),
        href.replace("pass=", "pass=0"),
        href.partition("?")[0],
        href[:-1] + ("0" if href[-1] != "0" else "1"),
        href + "&proof=%C3%A9",
    ]
    for one in wrong:
        refused = bare.ask("PUT", one, token=token, body=data)
        assert (refused.status, "is over, or was made by nobody here" in error(refused)) == (403, True), one
    assert bare.ask("PUT", href, body=other).status == 400
    assert bare.ask("PUT", href, body=data + b"x").status == 413
    assert bare.ask("PUT", href, body=data[:-1]).status == 400
    assert bare.ask("PUT", href, body=gzip.compress(data), content_encoding="gzip").status == 400
    verify = json.dumps({"oid": digest(data), "size": len(data)}).encode()
    there = "/acme/bare.git/info/lfs/objects/verify"
    assert bare.ask("POST", there, token=token, body=verify).status == 404
    assert bare.ask("PUT", href, body=data).status == 200
    assert bare.ask("POST", there, token=token, body=verify).status == 200
    assert bare.ask("POST", there, body=verify).status == 401
    assert "actions" not in json.loads(batch(bare, token, data).body)["objects"][0]
    later = time.time() + upload_links.LASTS + 10
    monkeypatch.setattr(upload_links, "time", lambda: later)
    assert bare.ask("PUT", href, body=data).status == 403


def test_a_link_that_was_made_with_another_key_is_none() -> None:
    query = Links(b"k" * 32).query(MINE, "a" * 64, Linked(10, "b" * 64))
    told = {one.partition("=")[0]: [one.partition("=")[2]] for one in query.split("&")}
    with pytest.raises(Exception, match="made by nobody here"):
        Links(bytes(32)).file(MINE, "a" * 64, told)


def comes_true(condition: Callable[[], bool]) -> bool:
    """Within half a minute?"""
    for _ in range(600):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_a_file_that_breaks_off_is_not_kept(bare: Served, token: str) -> None:
    data = b"z" * 3_000_000
    connection = bare.connect()
    connection.putrequest("PUT", link(bare, token, data))
    connection.putheader("Content-Length", str(len(data)))
    connection.endheaders()
    connection.send(data[: 1 << 20])
    partial = next(bare.shop.office.folder.rglob("partial"))
    assert comes_true(lambda: list(partial.glob("new-*")) != [])
    connection.close()
    assert comes_true(lambda: list(partial.glob("new-*")) == [])
    assert "actions" in json.loads(batch(bare, token, data).body)["objects"][0]


def test_whoever_sends_nothing_for_long_is_not_waited_for(
    bare: Served, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.2)
    connection = bare.connect()
    connection.putrequest("PUT", link(bare, token, b"q" * 5000))
    connection.putheader("Content-Length", "5000")
    connection.endheaders()
    connection.send(b"q" * 100)
    assert connection.getresponse().status == 408
    connection.close()


def test_the_bytes_of_others_are_not_had_by_whoever_knows_their_digest(bare: Served, token: str) -> None:
    """They lie in the library, but the commit names what was never sent to this repository."""
    secret = b"secret" * 500
    owner = bare.shop.secret("Otto", writes=True, names=("labs/*",))
    api = HfApi(endpoint=bare.origin, token=owner)
    api.create_repo("Labs/secret")
    api.upload_file(repo_id="Labs/secret", path_or_fileobj=secret, path_in_repo="w.bin")
    thief = bare.shop.secret("Eve", writes=True, names=("acme/*",))
    assert "actions" in json.loads(batch(bare, thief, secret).body)["objects"][0], (
        "it does not even say that it is there"
    )
    answer = commit(bare, thief, large("w.bin", secret))
    assert answer.status == 400
    assert "was not sent to acme/bare" in error(answer)
    assert commit(bare, token, large("w.bin", secret)).status == 400, "nor by whose token is for both"
    assert bare.ask("PUT", link(bare, token, secret), body=secret).status == 200
    assert commit(bare, token, large("w.bin", secret)).status == 200, "whoever sends them has them"


def test_a_link_counts_no_longer_than_the_person_who_asked_for_it(tmp_path: Path) -> None:
    data = b"z" * 5000
    with served_hub(tmp_path, {}, more=OWN) as at:
        otto, eve = (at.shop.secret(name, writes=True) for name in ("Otto", "Eve"))
        at.shop.library.uploads.create(Repository("models", "acme/bare"), at.shop.reader(writes=True))
        hrefs = [link(at, secret, data) for secret in (otto, eve, eve)]
        settings, key = at.shop.office.settings, at.shop.office.signing("Ada")
        end_person("Otto", key=key, settings=settings)
        refused = at.ask("PUT", hrefs[0], body=data)
        assert (refused.status, "token with which this upload began is over" in error(refused)) == (403, True)
        assert at.ask("PUT", hrefs[1], body=data).status == 200
        with opened(settings) as record:
            record.accounts.change(take(digest_of(eve), record.person("Eve").person, "gone"))
        assert at.ask("PUT", hrefs[2], body=data).status == 403


def test_many_at_once_do_not_pass_the_bound(tmp_path: Path) -> None:
    with served_hub(tmp_path, {}, more=f"{OWN}  bytes: 200000\n") as at:
        token = at.shop.secret(writes=True)
        at.shop.library.uploads.create(Repository("models", "acme/bare"), at.shop.reader(writes=True))
        datas = [bytes([number]) * 80_000 for number in range(6)]
        hrefs = [link(at, token, data) for data in datas]
        begun = [_begun(at, href, data) for href, data in zip(hrefs, datas, strict=True)]
        ended = []
        for connection, data in zip(begun, datas, strict=True):
            ended.append(_sent(connection, data[1:]))
            connection.close()
        assert sorted(ended) == [200, 200, 400, 400, 400, 400]
        assert bytes_of_blobs(at) <= 200_000


def _begun(at: Served, href: str, data: bytes) -> Any:
    """A file that is on its way: hilt waits for the rest of it, or has refused it."""
    before = len(list(at.shop.office.folder.rglob("partial/new-*")))
    connection = at.connect()
    connection.putrequest("PUT", href)
    connection.putheader("Content-Length", str(len(data)))
    connection.endheaders()
    connection.send(data[:1])
    for _ in range(20):
        if len(list(at.shop.office.folder.rglob("partial/new-*"))) > before:
            break
        time.sleep(0.02)
    return connection


def _sent(connection: Any, rest: bytes) -> int:
    """The status of the answer; whoever was refused before all was sent may find the connection closed instead."""
    with suppress(ConnectionError):  # the answer may have come before
        connection.send(rest)
    try:
        return int(connection.getresponse().status)
    except (ConnectionError, HTTPException):
        return 400


def bytes_of_blobs(at: Served) -> int:
    return sum(one.stat().st_size for one in at.shop.office.folder.rglob("blobs/sha256/??/*"))


def test_of_a_commit_that_is_refused_nothing_stays(tmp_path: Path) -> None:
    with served_hub(tmp_path, {}, more=f"{OWN}  bytes: 100000\n") as at:
        token = at.shop.secret(writes=True)
        at.shop.library.uploads.create(Repository("models", "acme/bare"), at.shop.reader(writes=True))
        before = bytes_of_blobs(at)
        files = [small(f"{number}.txt", bytes([number]) * 30_000) for number in range(3)]
        for wrong in ({"key": "nonsense", "value": {}}, removed("none.txt"), large("w.bin", b"never sent")):
            assert commit(at, token, *files, wrong).status in (400, 404)
            assert bytes_of_blobs(at) == before
        full = commit(at, token, *files, small("3.txt", b"3" * 30_000))
        assert (full.status, "library.bytes" in error(full)) == (400, True)
        assert bytes_of_blobs(at) == before
        assert commit(at, token, *files).status == 200, "what was refused takes no room"
        assert bytes_of_blobs(at) == before + 90_000
        assert commit(at, token, small("3.txt", b"3" * 30_000)).status == 400


def test_strangers_have_nothing_read_and_large_cards_are_uploaded(at: Served, token: str) -> None:
    connection = at.connect()
    connection.putrequest("POST", "/api/validate-yaml")
    connection.putheader("Content-Length", "2000000")
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["connection"]) == (200, "close"), "nothing of it was sent yet"
    connection.close()
    wrong = json.dumps({"content": f"---\na: [\n---\n{'x' * 50_000}"}).encode()
    longer = json.dumps({"content": f"---\na: [\n---\n{'x' * 70_000}"}).encode()
    nobody = "hf_" + "a" * 43
    asked_for = [(nobody, wrong, 401), (token, wrong, 400), (token, longer, 200), (token, b"[", 400)]
    for secret, body, status in asked_for:
        assert at.ask("POST", "/api/validate-yaml", token=secret, body=body).status == status


def test_a_model_that_may_not_be_had_is_put_right_with_the_command(at: Served, token: str, tmp_path: Path) -> None:
    """What is not admitted yet is listed to whoever uploads it, and to nobody else; of its bytes nobody has any."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "LICENSE").write_bytes(LICENCE)
    (folder / "evil.pkl").write_bytes(KNOWN_ROAD)
    uploaded = hf(at.origin, tmp_path / "home", token, "upload", "acme/wrong", str(folder), ".")
    assert uploaded.returncode == 0, uploaded.stderr
    api, others = (HfApi(endpoint=at.origin, token=one) for one in (token, at.shop.secret()))
    names = [".gitattributes", "LICENSE", "evil.pkl"]
    assert sorted(api.list_repo_files("acme/wrong")) == names
    info = api.model_info("acme/wrong", files_metadata=True)
    assert {one.rfilename: one.size for one in info.siblings or ()}["LICENSE"] == len(LICENCE)
    assert [one.path for one in api.get_paths_info("acme/wrong", ["LICENSE"])] == ["LICENSE"]
    told: tuple[Callable[[], object], ...] = (
        lambda: others.list_repo_files("acme/wrong"),
        lambda: others.model_info("acme/wrong"),
        lambda: others.get_paths_info("acme/wrong", ["LICENSE"]),
        lambda: api.list_repo_commits("acme/wrong"),
        lambda: api.hf_hub_download("acme/wrong", "LICENSE", cache_dir=tmp_path),
    )
    for call in told:
        with pytest.raises(GatedRepoError, match="hilt blocks acme/wrong"):
            call()
    (folder / "evil.pkl").unlink()
    mended = hf(at.origin, tmp_path / "home", token, "upload", "acme/wrong", str(folder), ".", "--delete", "*.pkl")
    assert mended.returncode == 0, mended.stderr
    assert sorted(others.list_repo_files("acme/wrong")) == names[:2]


def test_what_was_withdrawn_is_listed_to_nobody(at: Served, api: HfApi, mine: str) -> None:
    api.upload_file(repo_id=mine, path_or_fileobj=LICENCE, path_in_repo="LICENSE")
    kept = at.shop.read("main", Repository("models", mine))
    office = at.shop.office
    withdraw(
        f"sha256:{kept.subject.digest}", why="it was tampered with", key=office.signing("Ada"), settings=office.settings
    )
    with pytest.raises(HfHubHTTPError, match="it was tampered with"):
        api.list_repo_files(mine)


BAD_LINES = {
    "no header": lines(small("a", b"a")),
    "no JSON": lines(header()) + b"{\n",
    "no object": lines(header()) + b"[1]\n",
    "deep": lines(header()) + b"[" * 500_000 + b"\n",
    "a number of a million digits": lines(header()) + b'{"key":' + b"9" * 1_000_000 + b"}\n",
    "unknown": lines(header(), {"key": "run", "value": {"path": "x"}}),
    "no text": lines(header(), {"key": "file", "value": {"path": 1}}),
    "no Base64": lines(header(), {"key": "file", "value": {"path": "a", "content": "!", "encoding": "base64"}}),
    "another encoding": lines(header(), {"key": "file", "value": {"path": "a", "content": "a", "encoding": "zip"}})
    + b"x",
    "no digest": lines(header(), {"key": "lfsFile", "value": {"path": "a", "oid": "../../x"}}),
    "no size": lines(header(), {"key": "lfsFile", "value": {"path": "a", "oid": "a" * 64, "size": 1e9}}),
    "another algorithm": lines(header(), {"key": "lfsFile", "value": {"path": "a", "oid": "a" * 64, "algo": "md5"}}),
    "a long title": lines(header(summary="x" * 2000)),
    "elsewhere": lines(header(), small("../a", b"x")),
    "git's own": lines(header(), small(".git/hooks/post-checkout", b"x")),
}


@pytest.mark.parametrize("body", BAD_LINES.values(), ids=BAD_LINES.keys())
def test_a_commit_that_is_none_changes_nothing(bare: Served, token: str, body: bytes) -> None:
    before = bare.shop.library.refs(Repository("models", "acme/bare"))
    answer = commit(bare, token, body=body)
    assert answer.status == 400
    assert error(answer)
    assert bare.shop.library.refs(Repository("models", "acme/bare")) == before


def test_a_commit_is_bounded(bare: Served, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hilt.doors.hub import uploading
    from hilt.gate.keeping.uploads import drafts

    monkeypatch.setattr(drafts, "LONGEST_LINE", 1 << 16)
    assert "is longer than" in error(commit(bare, token, small("a", b"x" * 80_000)))
    assert "is longer than" in error(commit(bare, token, body=b"x" * (1 << 18)))
    monkeypatch.setattr(drafts, "LONGEST_LIST", 10_000)
    lists = lines(header()) + b'{"key":"file","value":{"path":"a","content":[' + b"[]," * 9000 + b"[]]}}"
    assert "in Base64" in error(commit(bare, token, body=lists))
    monkeypatch.setattr(drafts, "LARGEST", 1000)
    assert "send 'b' as a large one" in error(commit(bare, token, small("a", b"x" * 900), small("b", b"x" * 1100)))
    monkeypatch.setattr(drafts, "MOST_BYTES", 1500)
    assert "all of them together 1500" in error(commit(bare, token, small("a", b"x" * 900), small("b", b"x" * 900)))
    monkeypatch.setattr(drafts, "MOST", 2)
    assert "more than 2 files" in error(commit(bare, token, *(small(one, b"x") for one in "abc")))
    monkeypatch.setattr(uploading, "LARGEST_COMMIT", 1000)
    assert commit(bare, token, small("a", b"x" * 900)).status == 413


BAD_BODIES = {
    "preupload": [b"[", b"[]", b"{}", b'{"files": [1]}', b'{"files": [{"path": "a", "size": -1, "sample": ""}]}'],
    "commit": [b"", b"\n\n", b"\xff"],
}


def test_what_is_no_call_is_refused_with_words(bare: Served, token: str) -> None:
    asked_for = [
        *(
            ("POST", f"/api/models/acme/bare/{verb}/main", body)
            for verb, all_of in BAD_BODIES.items()
            for body in all_of
        ),
        ("POST", "/api/repos/create", b"[" * 100_000),
        ("POST", "/api/repos/create", b'{"name": 1}'),
        ("POST", "/acme/bare.git/info/lfs/objects/batch", b'{"operation": "download", "objects": []}'),
        (
            "POST",
            "/acme/bare.git/info/lfs/objects/batch",
            b'{"operation": "upload", "objects": [{"oid": "x", "size": 1}]}',
        ),
        ("POST", "/api/models/acme/bare/branch/x", b'{"startingPoint": 1}'),
        ("POST", "/api/models/acme/bare/branch/x", b'{"emptyBranch": true}'),
        ("POST", "/api/models/acme/bare/tag/main", b"{}"),
        ("DELETE", "/api/models/acme/bare/branch/main", b""),
    ]
    for method, path, body in asked_for:
        answer = bare.ask(method, path, token=token, body=body)
        assert (answer.status, bool(error(answer))) == (400, True), (path, body[:80])
    assert bare.ask("PUT", "/acme/bare.git/info/lfs/objects/batch", token=token, body=b"{}").status == 405
    assert bare.ask("GET", "/api/models/acme/bare/commit/main", token=token).status == 405
    connection = bare.connect()
    announced = {"Content-Length": str(bodies.LARGEST + 1), "Authorization": f"Bearer {token}"}
    connection.request("POST", "/api/repos/create", headers=announced)
    assert connection.getresponse().status == 413
    connection.close()


def test_more_than_there_is_room_for_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with served_hub(tmp_path, more=OWN + "  bytes: 5000\n") as at:
        token = at.shop.secret(writes=True)
        api = HfApi(endpoint=at.origin, token=token)
        api.create_repo("acme/bare")
        api.upload_file(repo_id="acme/bare", path_or_fileobj=b"x" * 2000, path_in_repo="w.bin")
        told = json.loads(batch(at, token, b"a" * 600, b"b" * 9000, b"x" * 2000).body)["objects"]
        assert ["actions" in one for one in told] == [True, False, False]
        assert told[1]["error"]["code"] == 507
        assert "library.bytes" in told[1]["error"]["message"]
        with pytest.raises(ValueError, match="there is room for"):
            api.upload_file(repo_id="acme/bare", path_or_fileobj=b"y" * 4000, path_in_repo="y.bin")
        api.upload_file(repo_id="acme/bare", path_or_fileobj=LICENCE[:100], path_in_repo="LICENSE")


def test_large_files_have_addresses_of_their_own() -> None:
    name = Repository("models", "acme/lid")
    at = b"/acme/lid.git/info/lfs/objects/"
    assert asked(at + b"batch") == Hub("large", name, path="batch")
    assert asked(at + b"a" * 64) == Hub("large", name, path="a" * 64)
    assert asked(b"/datasets" + at + b"verify") == Hub("large", name._replace(kind="datasets"), path="verify")
    for none in (b"", b"x", b"A" * 64, b"batch/x", b"%62atch"):
        found = asked(at + none)
        assert found is None or found.verb != "large"
    assert asked(b"/.git/info/lfs/objects/batch") is None
    assert asked(b"/a/b/c.git/info/lfs/objects/batch") is None
