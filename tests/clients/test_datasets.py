"""datasets: rows of files of text and of Parquet, from a repository of the library."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_programs import DATASETS, NEWEST, Ran, run
from hilt.core.library import Repository
from hilt.doors.hub import waiting
from hilt.gate.withdraw import withdraw
from hub_served import Served, served_hub
from hub_server import File
from library_office import CARD, LICENCE
from office import KNOWN_ROAD
from python_packages import environment
from uploaders import OWN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first one installs what all need

WORDS = ["one", "two", "three"]
PARQUET = 'import sys; from datasets import Dataset; Dataset.from_dict({"word": sys.argv[2:]}).to_parquet(sys.argv[1])'
PUSH = """
import json, sys
from datasets import Dataset, load_dataset
from huggingface_hub import HfApi
api = HfApi()
api.create_repo("acme/words", repo_type="dataset")
try:
    for path in sys.argv[1:]:
        name = path.rpartition("/")[2]
        api.upload_file(repo_id="acme/words", repo_type="dataset", path_or_fileobj=path, path_in_repo=name)
    for words in (["one"], ["two", "three"]):
        Dataset.from_dict({"word": words}).push_to_hub("acme/words")
    print(json.dumps({"rows": load_dataset("acme/words", split="train")["word"][:]}))
except Exception as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
"""
BAD_ROWS = {
    "README.md": CARD,
    "LICENSE": LICENCE,
    "train.csv": b"word\none\n",
    "model.pkl": File.of(KNOWN_ROAD, large=True),
}


@pytest.fixture(scope="module")
def python() -> Path:
    return environment("NO datasets LOADED FROM THE LIBRARY", *NEWEST)


@pytest.fixture(scope="module")
def at(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("rows")
    subprocess.run([python, "-c", PARQUET, folder / "rows.parquet", *WORDS], check=True, capture_output=True)
    files = {
        "README.md": CARD,
        "LICENSE": LICENCE,
        "rows.csv": "\n".join(["word", *WORDS]).encode(),
        "rows.jsonl": "".join(json.dumps({"word": word}) + "\n" for word in WORDS).encode(),
        "rows.parquet": File.of((folder / "rows.parquet").read_bytes(), large=True),
    }
    with served_hub(folder / "shop", files) as served:
        served.shop.hub.repositories["datasets/org/name"] = served.shop.hub.repositories["models/org/name"]
        yield served


def rows(python: Path, at: Served, home: Path, file: str) -> Ran:
    return run([python, "-c", DATASETS, file], at, home, at.shop.secret())


@pytest.mark.parametrize("file", ["rows.csv", "rows.jsonl", "rows.parquet"])
def test_rows_are_loaded(python: Path, at: Served, tmp_path: Path, file: str) -> None:
    ran = rows(python, at, tmp_path, file)
    assert ran.told == {"rows": sorted(WORDS)}, ran.text


def test_rows_beside_what_may_not_be_had_are_not_loaded(python: Path, tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", BAD_ROWS) as served:
        served.shop.hub.repositories["datasets/org/name"] = served.shop.hub.repositories["models/org/name"]
        ran = rows(python, served, tmp_path / "home", "")
        assert "hilt blocks org/name" in ran.text, ran.text
        assert f"{served.origin}/models/" in ran.text
        assert "error" in ran.told


def test_rows_that_were_withdrawn_are_not_loaded_though_they_are_in_the_cache(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    with served_hub(tmp_path / "shop", {"README.md": CARD, "LICENSE": LICENCE, "train.csv": b"word\none\n"}) as served:
        served.shop.hub.repositories["datasets/org/name"] = served.shop.hub.repositories["models/org/name"]
        assert rows(python, served, tmp_path / "home", "").told == {"rows": ["one"]}
        digest = served.shop.read(repository=Repository("datasets", "org/name")).subject.digest
        office = served.shop.office
        withdraw(f"sha256:{digest}", why="it was tampered with", key=office.signing("Ada"), settings=office.settings)
        for file in ("", "train.csv"):
            ran = rows(python, served, tmp_path / "home", file)
            assert "error" in ran.told, ran.text
            assert "it was tampered with" in ran.text


def test_rows_are_pushed_again_where_they_are_admitted(python: Path, tmp_path: Path) -> None:
    """The first push is listed to whoever made it, admitted or not; the second one reads the card that is there."""
    for name, data in (("LICENSE", LICENCE), ("README.md", CARD)):
        (tmp_path / name).write_bytes(data)
    paths = [str(tmp_path / name) for name in ("LICENSE", "README.md")]
    for number, (files, told) in enumerate([(paths, {"rows": ["two", "three"]}), ([], None)]):
        with served_hub(tmp_path / f"shop{number}", {}, more=OWN) as at:
            ran = run([python, "-c", PUSH, *files], at, tmp_path / f"home{number}", at.shop.secret(writes=True))
            kept = at.shop.read("main", Repository("datasets", "acme/words"))
        assert [one.path for one in kept.files if one.path.endswith(".parquet")] != [], ran.text
        if told:
            assert ran.told == told, ran.text
        else:
            assert "waits for review" in ran.told["error"]
