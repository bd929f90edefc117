from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path

import pytest

import hilt
from attacks.archives import Part, zip_of
from hilt.core.finding import Severity
from hilt.core.report import Report


def split(folder: Path, data: bytes, names: list[str]) -> None:
    size = -(-len(data) // len(names)) + 1
    for place, name in enumerate(names):
        (folder / name).write_bytes(data[place * size : (place + 1) * size])


def archive(member: bytes, name: str) -> bytes:
    return zip_of(Part(name="config.json", data=b'{"model_type": "bert"}'), Part(name=name, data=member))


def weights() -> bytes:
    header = json.dumps({"a": {"dtype": "F32", "shape": [100], "data_offsets": [0, 400]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(400)


def seen(folder: Path) -> tuple[Report, list[tuple[str, Severity, str]]]:
    report = hilt.check(folder).report
    found = [(finding.check, finding.severity, finding.message) for finding in report.findings if finding.severity > 1]
    return report, found


NUMBERS, LETTERS = [f"m.zip.{n:03d}" for n in range(1, 5)], [f"m.zip.part-a{c}" for c in "abcd"]


@pytest.mark.parametrize("names", [NUMBERS, LETTERS, [f"m.zip.part{n}" for n in range(1, 5)]])
def test_parts_are_read_as_the_one_file_that_they_are(tmp_path: Path, names: list[str]) -> None:
    split(tmp_path, archive(weights(), "model.safetensors"), names)
    report, found = seen(tmp_path)
    assert found == []
    assert report.formats[f"{names[0]}!/model.safetensors"] == "safetensors"
    assert [gap for gap in report.coverage.gaps if gap.what == "read"] == []


def test_code_across_parts_is_found(tmp_path: Path) -> None:
    attack = b"cos\nsystem\n(S'echo hilt'\ntR." + b" " * 200
    split(tmp_path, archive(attack, "model.pkl"), NUMBERS)
    assert "pickle-code" in [check for check, _, _ in seen(tmp_path)[1]]


def test_a_part_that_is_a_file_of_its_own_is_read_too(tmp_path: Path) -> None:
    data = pickle.dumps(list(range(100)))
    for name in NUMBERS[:2]:
        (tmp_path / name).write_bytes(data)
    (tmp_path / NUMBERS[2]).write_bytes(b"cos\nsystem\n(S'echo hilt'\ntR.")
    assert "pickle-code" in [check for check, _, _ in seen(tmp_path)[1]]


@pytest.mark.parametrize(
    ("names", "gone"), [(NUMBERS, "m.zip.002"), (NUMBERS, "m.zip.001"), (LETTERS, "m.zip.part-ac")]
)
def test_a_missing_part_is_a_finding(tmp_path: Path, names: list[str], gone: str) -> None:
    split(tmp_path, archive(weights(), "model.safetensors"), names)
    (tmp_path / gone).unlink()
    found = [finding for finding in seen(tmp_path)[1] if finding[0] == "split-file"]
    assert found == [("split-file", Severity.MEDIUM, f"of a file in 4 parts these are missing: {gone}")]


def test_without_its_last_part_it_cannot_be_read(tmp_path: Path) -> None:
    split(tmp_path, archive(weights(), "model.safetensors"), NUMBERS)
    (tmp_path / NUMBERS[-1]).unlink()
    assert max(severity for _, severity, _ in seen(tmp_path)[1]) >= Severity.MEDIUM


def test_files_of_one_size_are_files_of_their_own(tmp_path: Path) -> None:
    for name in ("model.001", "model.002"):
        (tmp_path / name).write_bytes(weights())
    report, found = seen(tmp_path)
    assert (found, set(report.formats.values())) == ([], {"safetensors"})
