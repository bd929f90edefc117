from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

import hilt
from attacks.oci import HONEST, KIT, Files, descriptor, digest, image, model_kit, model_pack, tar, with_blob
from hilt.checks.inspect import oci_mismatch
from hilt.checks.inspect.oci_mismatch import CHECK
from hilt.core.finding import Severity
from hilt.core.report import Gap
from repositories import findings_in, repository


def seen(files: Files) -> list[tuple[Severity, str]]:
    return [(found.severity, found.message) for found in findings_in(CHECK, files)]


@pytest.mark.parametrize("kind", HONEST)
def test_an_honest_layout_is_quiet(kind: str) -> None:
    assert seen(HONEST[kind]) == []


@pytest.mark.parametrize(
    ("files", "severity", "words"),
    [
        (with_blob(model_kit(), 2, b"\x80\x04N."), Severity.HIGH, "its name says that its sha256 is"),
        (with_blob(model_kit(), 1, b"{}"), Severity.HIGH, "has 2 bytes,"),
        (model_kit(digest="sha256:" + "0" * 64), Severity.MEDIUM, "is not there"),
        (model_kit(digest="../../etc/passwd"), Severity.HIGH, "'../../etc/passwd', which is no digest"),
        (
            model_kit(urls=["https://elsewhere.example/x"]),
            Severity.MEDIUM,
            "fetched from 'https://elsewhere.example/x'",
        ),
        (model_kit(mediaType=f"{KIT}.model.v1.tar"), Severity.MEDIUM, "model.v1.tar, and holds gzip"),
        (
            model_pack(mediaType="application/vnd.cncf.model.weight.v1.tar+gzip"),
            Severity.MEDIUM,
            "and holds safetensors",
        ),
        (model_kit() | {f"blobs/sha256/{hashlib.sha256(b'{}').hexdigest()}": b"{}"}, Severity.LOW, "no manifest names"),
        (model_kit() | {"blobs/sha256/model.pt": b"{}"}, Severity.MEDIUM, "its name is no digest"),
        (image(["/bin/sh", "-c", "echo hilt"]), Severity.LOW, "runs [['/bin/sh', '-c', 'echo hilt']]"),
    ],
)
def test_what_is_not_as_the_layout_says_is_named(files: Files, severity: Severity, words: str) -> None:
    found = seen(files)
    assert [message for worst, message in found if words in message and worst == severity], found


def test_manifests_that_name_each_other_end() -> None:
    files = model_kit()
    files["index.json"] = files["index.json"].replace(b'"schemaVersion": 2', b'"subject": {"digest": "sha256:1"}')
    assert Severity.HIGH in {severity for severity, _ in seen(files)}


def test_a_layout_of_nothing_but_odd_values_is_read() -> None:
    assert seen({"oci-layout": b"{}", "index.json": b'{"manifests": [7, {"digest": []}, {}], "layers": {"size": "x"}}'})


def test_a_layout_inside_a_tar_is_digested_here(tmp_path: Path) -> None:
    for name, files in (("good.tar", model_kit()), ("bad.tar", with_blob(model_kit(), 2, b"\x80\x04N."))):
        (tmp_path / name).write_bytes(tar(files))
    report = hilt.check(str(tmp_path)).report
    worst = {found.where.path.partition("!/")[0] for found in report.findings if found.check == CHECK.id}
    assert worst == {"bad.tar"}


def test_the_digests_of_files_are_those_that_hilt_made_already(tmp_path: Path) -> None:
    files = with_blob(model_kit(), 2, b"\x80\x04N.")
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    report = hilt.check(str(tmp_path)).report
    assert [found.severity for found in report.findings if found.check == CHECK.id] == [
        Severity.HIGH,
        Severity.HIGH,
        Severity.MEDIUM,
    ]


def test_blobs_past_the_sum_are_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oci_mismatch, "_DIGESTED", 700)
    files = repository(model_kit())
    gaps = [one for one in CHECK.run(files) if isinstance(one, Gap)]
    assert "its digest was not compared with its name" in gaps[0].why
    known = tuple(replace(entry, sha256=entry.path.rpartition("/")[2]) for entry in files.subject.entries)
    assert list(CHECK.run(replace(files, subject=replace(files.subject, entries=known)))) == []


def test_the_builder_names_blobs_by_their_digests() -> None:
    assert descriptor("a", b"")["digest"] == digest(b"") == f"sha256:{hashlib.sha256(b'').hexdigest()}"
