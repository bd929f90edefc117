"""What is written of a revision is read back, and nothing else is."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError, ReportInvalid
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.core.limits import Limits
from hilt.record.blobs.revision_v1 import decode, encode, in_order, manifest, swhid
from kept_files import COMMIT, a_file, a_revision

PARTS = st.text(min_size=1, max_size=8).filter(lambda part: part not in (".", "..") and not {"/", "\0"} & set(part))
PATHS = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 62), 1 << 62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def files(draw: st.DrawFn) -> KeptFile:
    large = draw(st.booleans())
    return KeptFile(
        path=draw(PATHS),
        size=draw(st.integers(0, (1 << 63) - 1)),
        sha256=draw(HEX),
        blob=draw(HEX)[:40],
        large=large,
        pointer_size=draw(st.integers(0, 200)) if large else 0,
    )


@st.composite
def revisions(draw: st.DrawFn) -> KeptRevision:
    listed: dict[str, KeptFile] = {}
    for one in draw(st.lists(files(), max_size=5)):
        if not any(
            f"{one.path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one.path}/") for other in listed
        ):
            listed[one.path] = one
    return KeptRevision(
        repository=Repository("datasets", "Acme/sétè"),
        commit=COMMIT,
        files=tuple(sorted(listed.values(), key=lambda one: one.path)),
        upstream=draw(st.text()),
        at=draw(st.text()),
        told=draw(st.dictionaries(st.text(), VALUES, max_size=4)),
    )


@given(revision=revisions())
def test_what_is_written_is_read_back(revision: KeptRevision) -> None:
    data = encode(revision)
    assert data.isascii()
    assert decode(data) == revision


def test_the_document_can_be_read_by_people() -> None:
    assert encode(a_revision({"b/c": b"", "a": b"hi"}, upstream="hub", at="2026-01-01T00:00:00+00:00")).decode() == (
        '{"schema": "hilt.revision/1", "kind": "models", "name": "acme/tiny", '
        '"commit": "c0ffee0000000000000000000000000000000000", '
        '"swhid": "swh:1:dir:08280287fa9f7b2489d621177272d7475a9b23f4", "upstream": "hub", "at": "2026-01-01T00:00:00+00:00", "told": {}, "files": [\n'
        '{"path": "a", "size": 2, "sha256": "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4", '
        '"blob": "32f95c0d1244a78b2be1bab8de17906fabb2c4a8"},\n'
        '{"path": "b/c", "size": 0, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", '
        '"blob": "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"}\n'
        "]}\n"
    )


def test_what_json_cannot_say_is_left_out_of_what_an_upstream_told() -> None:
    deep: object = "end"
    for _ in range(Limits().json_depth + 5):
        deep = [deep]
    told = {"nan": float("nan"), "inf": -float("inf"), "huge": 1 << 80, "lone": "\ud800", "deep": deep, "set": {1}}
    read = decode(encode(a_revision({}, told=told))).told
    assert {key: read[key] for key in ("nan", "inf", "huge", "lone", "set")} == {
        "nan": None,
        "inf": None,
        "huge": None,
        "lone": "\ud800",
        "set": None,
    }
    json.dumps(read["deep"])


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"path": "../a"}, "path cannot be"),
        ({"path": "/etc/passwd"}, "path cannot be"),
        ({"path": "a\0"}, "path cannot be"),
        ({"path": ""}, "path cannot be"),
        ({"path": "a/" * 70 + "a"}, "path cannot be"),
        ({"path": "a" * 5000}, "path cannot be"),
        ({"size": -1}, "size cannot be"),
        ({"size": 1 << 63}, "size cannot be"),
        ({"sha256": ""}, "sha256 cannot be"),
        ({"sha256": "A" * 64}, "sha256 cannot be"),
        ({"blob": ""}, "blob cannot be"),
        ({"pointer_size": 5}, "pointer_size cannot be"),
    ],
)
def test_a_file_that_no_revision_has_is_not_written(change: dict[str, object], wrong: str) -> None:
    with pytest.raises(FormatError, match=wrong):
        encode(replace(a_revision({}), files=(replace(a_file("a", b"a"), **change),)))


def test_two_files_of_one_path_and_a_file_that_is_a_folder_are_not_written() -> None:
    one = a_file("a", b"a")
    with pytest.raises(FormatError, match="a path is listed twice"):
        encode(replace(a_revision({}), files=(one, one)))
    with pytest.raises(FormatError, match="a file, too"):
        encode(a_revision({"a": b"", "a/b": b""}))


def test_as_many_files_are_kept_as_are_checked() -> None:
    many = [a_file("a", b"")] * (Limits().files + 1)
    with pytest.raises(FormatError, match="it has 100001 files, and 100000 at most"):
        in_order(many)


def test_what_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(FormatError, match=r"takes \d+ bytes, and 67108864 at most are kept"):
        encode(a_revision({}, told={"card": "x" * Limits().json_bytes}))


GOOD = encode(a_revision({"a": b"hi"}))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b"hilt.revision/1", b"hilt.revision/2", r"schema: this version of hilt reads hilt.revision/1 alone"),
        (b'"kind"', b'"kin"', r"kind: this key is missing"),
        (b'"size": 2', b'"size": "2"', r"files\[0\].size: a whole number"),
        (b'"size": 2', b'"size": -2', r"files\[0\].size: a whole number"),
        (b'"size": 2', b'"size": 2, "more": 1', r"files\[0\]: keys that this version does not know: 'more'"),
        (b'"path": "a"', b'"path": "../a"', "path cannot be '../a'"),
        (b'"blob": "32', b'"blob": "3', "blob cannot be"),
        (b'"told": {}', b'"told": []', "told: an object is needed here"),
        (b'"told": {}', b'"told": ' + b'{"a":' * 200 + b"1" + b"}" * 200, "told: more than 100 lists"),
        (b'"told": {}', b'"told": ' + b"[" * 90_000 + b"]" * 90_000, "not JSON: RecursionError"),
        (b'"files": [', b'"files": {', "not JSON"),
        (b'"name"', b'"\xff"', "not JSON: UnicodeDecodeError"),
    ],
)
def test_what_hilt_did_not_write_is_not_read(old: bytes, new: bytes, told: str) -> None:
    assert old in GOOD
    with pytest.raises((FormatError, ReportInvalid), match=told):
        decode(GOOD.replace(old, new, 1))


@given(st.binary(max_size=60), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_whatever_is_changed_is_read_or_refused(patch: bytes, at: int, length: int) -> None:
    with suppress(FormatError, ReportInvalid):
        decode(GOOD[:at] + patch + GOOD[at + length :])


def test_the_manifest_is_what_sha256sum_checks(tmp_path: Path) -> None:
    files = {"a b/c": b"1", "d\\e": b"2", "f\ng": b"3", "h\ri": b"4", "é": b"5", "\udcff": b"6", "*x": b"7"}
    for path, data in files.items():
        place = tmp_path / path
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(data)
    command = ["sha256sum", "--", *sorted(files)]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    assert manifest(a_revision(files).files) == made


def test_the_identifier_is_of_paths_and_names() -> None:
    assert swhid(()) == "swh:1:dir:4b825dc642cb6eb9a060e54bf8d69288fbee4904"
