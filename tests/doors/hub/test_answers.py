"""What is told of a revision, read by the client that reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from huggingface_hub import DatasetInfo, ModelInfo, SpaceInfo
from huggingface_hub.hf_api import GitRefs

from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.doors.hub import answers

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = (
    KeptFile(path="config.json", size=2, sha256="a" * 64, blob="b" * 40),
    KeptFile(path="w/model.safetensors", size=1 << 40, sha256="c" * 64, blob="d" * 40, large=True, pointer_size=135),
)


def kept(told: dict[str, Any] | None = None, kind: str = "models", name: str = "org/name") -> KeptRevision:
    at = "2026-11-22T09:50:08+00:00"
    return KeptRevision(repository=Repository(kind, name), commit=COMMIT, files=FILES, at=at, told=told or {})


def read(told: dict[str, Any]) -> ModelInfo:
    return ModelInfo(**json.loads(json.dumps(told)))


def test_a_client_finds_what_it_looks_for() -> None:
    told = {"pipeline_tag": "text-generation", "tags": ["a", 1], "cardData": {"license": "mit"}, "downloads": 7}
    info = read(answers.info(kept(told), blobs=True, security=True))
    assert (info.id, info.sha, info.gated, info.private, info.author) == ("org/name", COMMIT, False, False, "org")
    assert (info.tags, info.pipeline_tag, info.downloads, info.likes) == (["a"], "text-generation", 7, 0)
    assert info.last_modified is not None
    assert info.last_modified.isoformat() == "2026-11-22T09:50:08+00:00"
    assert info.card_data is not None
    assert info.card_data.license == "mit"
    assert info.siblings is not None
    small, large = info.siblings
    assert (small.rfilename, small.size, small.blob_id, small.lfs) == ("config.json", 2, "b" * 40, None)
    assert large.lfs is not None
    assert (large.size, large.lfs.sha256, large.lfs.pointer_size) == (1 << 40, "c" * 64, 135)


def test_what_is_not_asked_for_is_left_out() -> None:
    assert answers.info(kept())["siblings"] == [{"rfilename": one.path} for one in FILES]
    assert "siblings" not in answers.info(kept(), siblings=False)


def test_a_client_reads_datasets_and_spaces() -> None:
    told = {"sdk": "gradio", "description": "of things", "runtime": {"stage": 1}, "gated": "manual", "private": True}
    space = SpaceInfo(**answers.info(kept(told, "spaces", "alone")))
    assert (space.id, space.sdk, space.author, space.gated, space.private) == ("alone", "gradio", None, False, False)
    dataset = DatasetInfo(**answers.info(kept(told, "datasets")))
    assert (dataset.id, dataset.description) == ("org/name", "of things")


@pytest.mark.parametrize(
    "date", ["yesterday", 5, "2026-13-01T00:00:00.000Z", "2026-11-22", None, "2026-11-22T00:00:00.000Z\n"]
)
def test_a_date_that_clients_would_fail_on_is_not_passed_on(date: object) -> None:
    told = answers.info(kept({"lastModified": date, "createdAt": date}))
    assert told["lastModified"] == told["createdAt"] == "2026-11-22T09:50:08.000Z"


def test_the_dates_of_the_upstream_are_passed_on() -> None:
    assert (
        answers.info(kept({"lastModified": "2024-05-17T10:00:00.123Z"}))["lastModified"] == "2024-05-17T10:00:00.123Z"
    )


@pytest.mark.parametrize(
    "told",
    [
        {
            "tags": "abc",
            "cardData": "x",
            "downloads": "many",
            "pipeline_tag": [1],
            "siblings": 5,
            "sha": "0",
            "id": "x",
        },
        {"tags": None, "cardData": None, "downloads": True, "likes": -1, "config": [], "xetEnabled": True, "_id": 4},
    ],
)
def test_what_an_upstream_makes_up_leads_nobody_astray(told: dict[str, Any]) -> None:
    info = answers.info(kept(told))
    assert (info["id"], info["sha"], info["tags"], info["downloads"], info["likes"]) == ("org/name", COMMIT, [], 0, 0)
    assert not {"cardData", "pipeline_tag", "config", "xetEnabled"} & set(info)
    assert read(info).sha == COMMIT


def test_branches_and_tags_are_those_of_the_shape_that_they_have() -> None:
    main = {"name": "main", "ref": "refs/heads/main", "targetCommit": COMMIT}
    told = {
        "branches": [main | {"more": 1}, {"name": "a"}, "x", {**main, "name": 5}],
        "tags": None,
        "pullRequests": [main],
    }
    refs = answers.refs(told, requests=False)
    assert refs == {"branches": [main], "tags": [], "converts": []}
    assert answers.refs(told, requests=True)["pullRequests"] == [main]
    assert set(refs) <= {"converts", "branches", "tags", "pullRequests"}
    assert GitRefs


def test_of_commits_there_is_the_one_that_is_kept() -> None:
    (only,) = answers.commits(kept())
    assert (only["id"], only["date"]) == (COMMIT, "2026-11-22T09:50:08.000Z")


@pytest.mark.parametrize("at", ["", "what", "0001-01-01T00:00:00+00:00"])
def test_a_time_that_is_none_is_long_ago(at: str) -> None:
    assert answers.date(at) == "1970-01-01T00:00:00.000Z"
