"""The newest huggingface_hub against the hub, as people use it: with nothing but another address and a token."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from huggingface_hub import HfApi, HfFileSystem, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile, RepoFolder
from huggingface_hub.utils import _http, disable_progress_bars

from hilt.doors.hub import waiting
from hilt.gate.admit import admit
from hilt.gate.withdraw import withdraw
from hub_served import Served, served_hub
from hub_server import COMMIT, Asked, File, Reply
from library_office import CARD, HONEST, safetensors
from office import KNOWN_ROAD, UNKNOWN_CALL, USE

BLOCKED = {"README.md": CARD, "model.pkl": File.of(KNOWN_ROAD, large=True)}
WAITS = {**HONEST, "model.pkl": File.of(UNKNOWN_CALL, large=True)}
FILES = {**HONEST, "deep/er/config.json": b"{}"}


class Client(NamedTuple):
    """Somebody with a token and a cache of their own."""

    at: Served
    token: str
    cache: Path

    @property
    def api(self) -> HfApi:
        return HfApi(endpoint=self.at.origin, token=self.token)

    def file(self, path: str, **more: Any) -> bytes:
        return Path(hf_hub_download("org/name", path, **self._told, **more)).read_bytes()

    def snapshot(self, **more: Any) -> Path:
        return Path(snapshot_download("org/name", **self._told, **more))

    @property
    def _told(self) -> dict[str, Any]:
        return {"endpoint": self.at.origin, "token": self.token, "cache_dir": self.cache}


disable_progress_bars()


@pytest.fixture(autouse=True)
def _warned_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client tells each warning once in a process."""
    monkeypatch.setattr(_http, "_WARNED_TOPICS", set())


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("shop"), FILES) as at:
        yield at


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("blocked"), BLOCKED) as at:
        yield at


@pytest.fixture
def client(honest: Served, tmp_path: Path) -> Client:
    return Client(honest, honest.shop.secret(), tmp_path / "cache")


def test_a_whole_model_is_downloaded(client: Client) -> None:
    folder = client.snapshot()
    assert folder.name == COMMIT
    assert (folder / "model.safetensors").read_bytes() == safetensors()
    assert (folder / "deep/er/config.json").read_bytes() == b"{}"
    assert {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()} == set(FILES)
    assert client.snapshot() == folder


def test_a_file_is_downloaded(client: Client) -> None:
    assert client.file("README.md") == CARD
    assert client.file("deep/er/config.json", revision=COMMIT) == b"{}"
    assert client.file("model.safetensors", force_download=True) == safetensors()


def test_a_model_that_nobody_asked_for_before_is_downloaded_by_one_file(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", FILES) as at:
        client = Client(at, at.shop.secret(), tmp_path / "cache")
        assert client.file("model.safetensors") == safetensors()


def test_a_model_is_asked_about(client: Client) -> None:
    info = client.api.model_info("org/name", files_metadata=True)
    assert (info.id, info.sha, info.gated) == ("org/name", COMMIT, False)
    sizes = {one.rfilename: one.size for one in info.siblings or ()}
    assert sizes["model.safetensors"] == len(safetensors())
    assert client.api.list_repo_files("org/name") == sorted(FILES, key=list(sizes).index)
    assert client.api.repo_exists("org/name")
    assert client.api.file_exists("org/name", "README.md")
    assert not client.api.file_exists("org/name", "none")


def test_models_are_searched(client: Client) -> None:
    client.snapshot()
    (found,) = client.api.list_models(search="nam", author="org", full=True)
    assert (found.id, found.sha, len(found.siblings or ())) == ("org/name", COMMIT, len(FILES))
    assert list(client.api.list_models(search="none")) == []
    assert list(client.api.list_models(pipeline_tag="image-classification", limit=5)) == []
    assert list(client.api.list_datasets(search="name")) == []


def test_what_a_token_is_not_for_is_not_listed(client: Client, blocked: Served) -> None:
    other = HfApi(endpoint=client.at.origin, token=client.at.shop.secret(names=("acme/*",)))
    assert list(other.list_models()) == []
    blocked.shop.read()
    assert list(HfApi(endpoint=blocked.origin, token=blocked.shop.secret()).list_models()) == []


def test_files_and_folders_are_listed(client: Client) -> None:
    top = {one.path: one for one in client.api.list_repo_tree("org/name", expand=True)}
    folder, weights = top["deep"], top["model.safetensors"]
    assert isinstance(folder, RepoFolder)
    assert isinstance(weights, RepoFile)
    assert weights.lfs is not None
    assert (weights.lfs.size, weights.xet_hash) == (weights.size, None)
    deep = client.api.list_repo_tree("org/name", "deep", recursive=True, revision="main")
    assert [one.path for one in deep] == ["deep/er", "deep/er/config.json"]
    named = client.api.get_paths_info("org/name", ["deep", "README.md", "none"], expand=True)
    assert {one.path for one in named} == {"deep", "README.md"}


def test_branches_and_commits_are_listed(client: Client) -> None:
    refs = client.api.list_repo_refs("org/name")
    assert [(one.name, one.target_commit) for one in refs.branches] == [("main", COMMIT)]
    assert [one.commit_id for one in client.api.list_repo_commits("org/name")] == [COMMIT]


def test_a_token_says_whose_it_is(client: Client) -> None:
    me = client.api.whoami()
    assert (me["name"], me["auth"]["accessToken"]["role"]) == ("Eve", "read")
    client.api.auth_check("org/name")
    with pytest.raises(GatedRepoError):
        client.api.auth_check("org/name", write=True)


def test_parts_of_a_file_are_read_as_of_a_file_system(client: Client) -> None:
    files = HfFileSystem(endpoint=client.at.origin, token=client.token, skip_instance_cache=True)
    with files.open("org/name/model.safetensors", block_size=1 << 16) as stream:
        stream.seek(1 << 20)
        assert stream.read(100) == safetensors()[1 << 20 :][:100]
    assert sorted(files.ls("org/name", detail=False)) == sorted(
        {f"org/name/{path.partition('/')[0]}" for path in FILES}
    )


def test_datasets_are_served_as_models_are(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", {"a.csv": b"1,2\n", "README.md": CARD, "LICENSE": FILES["LICENSE"]}) as at:
        at.shop.hub.repositories["datasets/org/name"] = at.shop.hub.repositories["models/org/name"]
        client = Client(at, at.shop.secret(), tmp_path / "cache")
        assert client.api.dataset_info("org/name").sha == COMMIT
        assert client.file("a.csv", repo_type="dataset") == b"1,2\n"
        assert (client.snapshot(repo_type="dataset") / "a.csv").read_bytes() == b"1,2\n"


def test_what_is_blocked_says_why_and_where_to_ask(
    blocked: Served, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(blocked, blocked.shop.secret(), tmp_path)
    for call in (client.snapshot, lambda: client.file("README.md"), lambda: client.api.model_info("org/name")):
        with pytest.raises(GatedRepoError, match=r"hilt blocks org/name.*posix\.system") as told:
            call()
        assert f"{blocked.origin}/models/" in str(told.value)
    assert sum("hilt blocks org/name" in one.message for one in caplog.records) == 1


def test_what_waits_for_people_says_so(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", WAITS) as at:
        client = Client(at, at.shop.secret(), tmp_path / "cache")
        for call in (client.snapshot, lambda: client.file("README.md")):
            with pytest.raises(GatedRepoError, match=r"waits for review.*acme\.layers"):
                call()


def test_what_was_withdrawn_is_not_loaded_from_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    with served_hub(tmp_path / "shop") as at:
        client = Client(at, at.shop.secret(), tmp_path / "cache")
        client.snapshot()
        digest, key = at.shop.read().subject.digest, at.shop.office.signing("Ada")
        withdraw(f"sha256:{digest}", why="it was tampered with", key=key, settings=at.shop.office.settings)
        for call in (client.snapshot, lambda: client.file("model.safetensors")):
            with pytest.raises(RevisionNotFoundError, match=r"was withdrawn.*it was tampered with"):
                call()


def test_tokens_are_asked_for(honest: Served, tmp_path: Path) -> None:
    wrong = Client(honest, "hf_" + "a" * 43, tmp_path)
    with pytest.raises(HfHubHTTPError, match="Invalid credentials"):
        wrong.api.model_info("org/name")
    none = HfApi(endpoint=honest.origin, token=False)
    with pytest.raises(HfHubHTTPError, match="HF_TOKEN") as told:
        none.model_info("org/name")
    assert f"{honest.origin}/account" in str(told.value)
    other = Client(honest, honest.shop.secret(names=("acme/*",)), tmp_path)
    with pytest.raises(GatedRepoError, match="this token is for acme"):
        other.api.model_info("org/name")


def test_what_is_not_there_is_not_found(client: Client) -> None:
    with pytest.raises(EntryNotFoundError):
        client.file("none")
    with pytest.raises(RevisionNotFoundError):
        client.file("README.md", revision="none")
    with pytest.raises(RepositoryNotFoundError):
        client.api.model_info("org/none")
    with pytest.raises(LocalEntryNotFoundError):
        client.file("README.md", local_files_only=True, revision="other")


def test_conditions_are_told_to_whoever_downloads(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with served_hub(tmp_path / "shop") as at:
        office, digest = at.shop.office, at.shop.read().subject.digest
        why, conditions = "fine so", "only in English"
        admit(
            f"sha256:{digest}",
            use=USE,
            why=why,
            conditions=conditions,
            key=office.signing("Otto"),
            settings=office.settings,
        )
        Client(at, at.shop.secret(), tmp_path / "cache").snapshot()
        assert sum("only in English" in one.message for one in caplog.records) == 1


def test_a_download_that_began_with_wrong_bytes_ends_with_the_right_ones(tmp_path: Path) -> None:
    data, lies = safetensors(8 << 20), [True]

    def lie_once(asked: Asked, reply: Reply) -> Reply:
        if asked.method == "GET" and asked.path.endswith("model.safetensors") and asked.span is None:
            reply.body = data[: 1 << 20] + bytes(1 << 20) + data[2 << 20 :] if lies.pop() else data
            lies.append(False)
            reply.pause, reply.step = 0.02, 1 << 20
        return reply

    with served_hub(tmp_path, {**HONEST, "model.safetensors": File.of(data, large=True)}) as at:
        at.shop.hub.twist = lie_once
        client = Client(at, at.shop.secret(), tmp_path / "cache")
        assert client.file("model.safetensors") == data
        asked = [one for one in at.shop.hub.asked if one.path.endswith("model.safetensors") and one.method == "GET"]
        assert [one.span for one in asked].count(None) == 2
