"""Searching the library with the clients of the public hub: what each lists is what its token would get."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

from hilt.core.verdict import Outcome
from hub_served import Served, served_hub
from library_office import NAME
from shelves import shelve

BERT: dict[str, Any] = {
    "pipeline_tag": "fill-mask",
    "library_name": "transformers",
    "tags": ["transformers", "fill-mask", "license:mit", "dataset:wiki"],
    "downloads": 40,
    "likes": 3,
    "lastModified": "2026-02-01T08:00:00.000Z",
    "createdAt": "2025-02-01T08:00:00.000Z",
    "cardData": {"license": "mit"},
    "config": {"model_type": "bert"},
}
TELL: dict[str, Any] = {"pipeline_tag": "text-classification", "tags": ["license:mit"], "downloads": 9, "likes": 70}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A library with two models that policy admits, one that it blocks, one of a name that few may have, and a data set."""
    with served_hub(tmp_path_factory.mktemp("hub")) as served:
        office = served.shop.office
        shelve(office, "acme/bert-base", told=BERT)
        shelve(office, "other/tell", told=TELL)
        shelve(office, "acme/bert-evil", told=BERT, outcome=Outcome.BLOCK)
        shelve(office, "secret/bert", told=BERT, outcome=Outcome.REVIEW)
        shelve(office, "acme/letters", kind="datasets", told={"tags": ["language:en"]})
        yield served


@pytest.fixture(scope="module")
def api(at: Served) -> HfApi:
    return HfApi(endpoint=at.origin, token=at.shop.secret())


def named(found: Any) -> list[str]:
    return [one.id for one in found]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["other/tell", "acme/bert-base"]),
        ({"search": "bert"}, ["acme/bert-base"]),
        ({"author": "other"}, ["other/tell"]),
        ({"filter": "fill-mask"}, ["acme/bert-base"]),
        ({"filter": ["transformers", "license:mit"]}, ["acme/bert-base"]),
        ({"trained_dataset": "wiki"}, ["acme/bert-base"]),
        ({"pipeline_tag": "text-classification"}, ["other/tell"]),
        ({"limit": 1}, ["other/tell"]),
        ({"sort": "downloads"}, ["acme/bert-base", "other/tell"]),
        ({"sort": "likes"}, ["other/tell", "acme/bert-base"]),
        ({"sort": "last_modified"}, ["acme/bert-base", "other/tell"]),
        ({"sort": "trending_score"}, ["other/tell", "acme/bert-base"]),
        ({"gated": True}, []),
        ({"gated": False, "search": "tell"}, ["other/tell"]),
        ({"search": "evil"}, []),
    ],
)
def test_models_are_listed_as_they_are_asked_for(api: HfApi, asked: dict[str, Any], names: list[str]) -> None:
    assert named(api.list_models(**asked)) == names


def test_a_model_of_a_list_says_of_itself_what_was_asked(api: HfApi) -> None:
    (one,) = api.list_models(search="bert-base")
    assert (one.private, one.gated, one.downloads, one.likes, one.library_name) == (False, False, 40, 3, "transformers")
    assert (one.pipeline_tag, one.tags, len(one.sha or "")) == ("fill-mask", BERT["tags"], 40)
    assert one.last_modified is not None
    assert one.last_modified.isoformat() == "2026-02-01T08:00:00+00:00"
    assert (one.siblings, one.card_data, one.config) == (None, None, None)
    (full,) = api.list_models(search="bert-base", full=True, cardData=True, fetch_config=True)
    assert [file.rfilename for file in full.siblings or ()] == ["model.safetensors"]
    assert (full.card_data["license"], full.config) == ("mit", {"model_type": "bert"})
    (some,) = api.list_models(search="bert-base", expand=["likes", "siblings"])
    assert (some.likes, some.downloads, some.tags) == (3, None, None)
    assert [file.rfilename for file in some.siblings or ()] == ["model.safetensors"]


def test_data_sets_and_spaces_are_listed_too(api: HfApi) -> None:
    assert named(api.list_datasets()) == ["acme/letters"]
    assert named(api.list_datasets(language="en", search="let")) == ["acme/letters"]
    assert named(api.list_datasets(search="bert")) == []
    assert named(api.list_spaces()) == []


def test_pages_of_a_list_follow_each_other_at_this_origin(at: Served) -> None:
    token = at.shop.secret()
    path, names = "/api/models?limit=1&filter=license:mit&expand=likes", []
    while path:
        answer = at.ask("GET", path, token=token)
        names += [(one["id"], sorted(one)) for one in json.loads(answer.body)]
        link = answer.headers.get("link", "")
        assert not link or link.endswith('>; rel="next"')
        address = link.partition(">")[0].removeprefix("<")
        assert address.startswith(at.origin if address else "")
        path = address.removeprefix(at.origin)
    assert names == [("other/tell", ["_id", "id", "likes"]), ("acme/bert-base", ["_id", "id", "likes"])]


def test_a_token_lists_its_own_repositories_alone_and_none_lists_nothing(at: Served) -> None:
    some = HfApi(endpoint=at.origin, token=at.shop.secret(names=("acme/*",)))
    assert named(some.list_models()) == ["acme/bert-base"]
    assert named(some.list_datasets()) == ["acme/letters"]
    for token in ("", "hf_" + "x" * 40):
        assert at.ask("GET", "/api/models", token=token).status == 401


@pytest.mark.parametrize("asked", [{"apps": "ollama"}, {"num_parameters": "min:6B"}, {"inference_provider": "all"}])
def test_what_hilt_does_not_know_is_no_reason_to_list_others(api: HfApi, asked: dict[str, Any]) -> None:
    with pytest.raises(HfHubHTTPError, match="cannot search by it"):
        list(api.list_models(**asked))


def test_a_model_that_was_listed_is_the_one_that_is_had(at: Served) -> None:
    kept = at.shop.read()
    api = HfApi(endpoint=at.origin, token=at.shop.secret())
    (one,) = api.list_models(author="org", full=True)
    assert one.sha == kept.commit == api.model_info(NAME.name).sha
    assert sorted(file.rfilename for file in one.siblings or ()) == sorted(file.path for file in kept.files)


def test_the_command_of_the_public_hub_lists_them(at: Served, tmp_path: Path) -> None:
    hf = Path(sys.executable).with_name("hf")
    homes = {"HF_HOME": str(tmp_path), "HF_HUB_DISABLE_UPDATE_CHECK": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
    env = {**os.environ, **homes, "HF_ENDPOINT": at.origin, "HF_TOKEN": at.shop.secret()}
    asked = [hf, "models", "list", "--author", "acme", "--sort", "likes", "--format", "json"]
    done = subprocess.run(asked, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, [one["id"] for one in json.loads(done.stdout or "[]")]) == (0, ["acme/bert-base"]), (
        done.stderr
    )


def test_the_client_for_javascript_finds_what_it_reads_of_each(at: Served) -> None:
    keys = ("pipeline_tag", "private", "gated", "downloads", "likes", "lastModified", "tags")
    expand = "".join(f"&expand={key}" for key in keys)
    answer = at.ask("GET", f"/api/models?limit=500&author=acme&search=bert{expand}", token=at.shop.secret())
    (one,) = json.loads(answer.body)
    assert sorted(one) == sorted(("_id", "id", *keys))
    assert "link" not in answer.headers
