from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

import hilt
from hub_server import COMMIT, File, Repository, serving

HEADER = b'{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}'
WEIGHTS = struct.pack("<Q", len(HEADER)) + HEADER + bytes(16)
FILES = {"model.safetensors": WEIGHTS, "config.json": b'{"a": 1}', "deep/er/config.json": b'{"b": 2}'}


def etag(path: str, data: bytes) -> str:
    if path.endswith(".safetensors"):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def downloaded(folder: Path, files: Mapping[str, bytes] = FILES, commit: str = COMMIT) -> Path:
    """As `hf download --local-dir` leaves it."""
    for path, data in files.items():
        written(folder / path, data)
        told = f"{commit}\n{etag(path, data)}\n1712656091.123\n"
        written(folder / f".cache/huggingface/download/{path}.metadata", told.encode())
    return folder


def cached(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """As `hf download` leaves it in the cache."""
    repository = folder / "models--org--name"
    for path, data in files.items():
        blob = written(repository / "blobs" / etag(path, data), data)
        link = repository / "snapshots" / COMMIT / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(blob, link.parent))
    return repository


def told(verdict: hilt.Verdict, key: str) -> tuple[object, str]:
    fact = verdict.report.fact(key)
    assert fact is not None
    return fact.value, fact.known.word


def found(verdict: hilt.Verdict) -> list[tuple[str, str, str]]:
    return [
        (finding.severity.word, finding.where.path, finding.message)
        for finding in verdict.report.findings
        if finding.check == "hub-mismatch"
    ]


def test_what_a_download_client_wrote_down_beside_a_folder_is_held_against_the_bytes(tmp_path: Path) -> None:
    verdict = hilt.check(downloaded(tmp_path))
    assert told(verdict, "provenance.commit") == (COMMIT, "claimed")
    assert told(verdict, "provenance.hub_digests") == (3, "claimed")
    assert found(verdict) == []


@pytest.mark.skipif(os.name == "nt", reason="without links a cache is a plain folder")
def test_the_names_of_the_blobs_in_a_cache_are_held_against_the_bytes(tmp_path: Path) -> None:
    repository = cached(tmp_path)
    verdict = hilt.check(repository)
    assert told(verdict, "provenance.commit") == (COMMIT, "claimed")
    assert told(verdict, "provenance.hub_digests") == (3, "claimed")
    changed = repository / "blobs" / etag("model.safetensors", WEIGHTS)
    changed.write_bytes(WEIGHTS[:-1] + b"\1")
    verdict = hilt.check(repository)
    ((severity, path, message),) = found(verdict)
    assert (severity, path) == ("medium", "model.safetensors")
    assert changed.name in message
    assert etag("model.safetensors", changed.read_bytes()) in message
    assert "the names of the blobs" in message
    assert verdict.outcome is hilt.Outcome.REVIEW
    assert told(verdict, "provenance.hub_digests") == (2, "claimed")


def test_a_small_file_that_somebody_changed_is_told_and_changes_no_decision(tmp_path: Path) -> None:
    downloaded(tmp_path)
    (tmp_path / "config.json").write_bytes(b'{"a": 2}')
    verdict = hilt.check(tmp_path)
    assert [(severity, path) for severity, path, _ in found(verdict)] == [("low", "config.json")]
    assert verdict.outcome is hilt.Outcome.ADMIT


def test_files_of_several_commits_have_no_commit(tmp_path: Path) -> None:
    downloaded(tmp_path)
    downloaded(tmp_path, {"other.json": b"{}"}, commit="f" * 40)
    assert told(hilt.check(tmp_path), "provenance.commit") == (None, "unknown")


def test_a_link_among_what_was_written_down_is_not_followed(tmp_path: Path) -> None:
    folder = downloaded(tmp_path / "model", {"config.json": b"{}"})
    metadata = folder / ".cache/huggingface/download/config.json.metadata"
    metadata.rename(tmp_path / "elsewhere")
    metadata.symlink_to(tmp_path / "elsewhere")
    assert told(hilt.check(folder), "provenance.hub_digests") == (0, "verified")


@pytest.mark.parametrize("data", [b"", b"\xff" * 200, b"a\nb\nc\n", b"g" * 40 + b"\n" + b"1" * 40 + b"\n"])
def test_what_is_not_as_a_client_writes_it_says_nothing(tmp_path: Path, data: bytes) -> None:
    folder = downloaded(tmp_path, {"config.json": b"{}"})
    (folder / ".cache/huggingface/download/config.json.metadata").write_bytes(data)
    verdict = hilt.check(folder)
    assert told(verdict, "provenance.hub_digests") == (0, "verified")
    assert found(verdict) == []


def test_without_digests_large_files_are_not_held_against_anything(tmp_path: Path) -> None:
    downloaded(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(WEIGHTS[:-1] + b"\1")
    verdict = hilt.check(tmp_path, hashed=False)
    assert found(verdict) == []
    assert told(verdict, "provenance.hub_digests") == (2, "claimed")


def test_of_a_hub_that_was_asked_only_what_was_fetched_whole_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as hub:
        files = {path: File.of(data, large=path.endswith(".safetensors")) for path, data in FILES.items()}
        hub.repositories["models/org/name"] = Repository(files)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path))
        plain = hilt.check("hf:org/name")
        searched = hilt.check("hf:org/name", search_bytes=True)
    assert told(plain, "provenance.commit") == (COMMIT, "claimed")
    assert told(plain, "provenance.hub_digests") == (2, "verified")
    assert told(searched, "provenance.hub_digests") == (3, "verified")


def test_of_any_other_folder_no_hub_is_known_to_have_said_anything(tmp_path: Path) -> None:
    written(tmp_path / "config.json", b"{}")
    verdict = hilt.check(tmp_path)
    assert told(verdict, "provenance.commit") == (None, "unknown")
    assert told(verdict, "provenance.hub_digests") == (0, "verified")
