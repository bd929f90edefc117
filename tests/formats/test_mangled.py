"""What becomes of files on the way, tried with a file of every format that is listed: each is read as what it is, or it
is told what is wrong with it; nothing is passed over in silence, and nothing takes long.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from attacks.mangling import Mangled, cut, encrypted, nested, noise, padded, renamed, turned
from crater.corpus import fetched
from fuzz.seeds import seeds
from hilt.checks.inspect.extension_mismatch import TEXTS
from hilt.core.limits import GIB
from hilt.core.report import State
from hilt.formats import READERS
from hilt.formats.reader import Reader
from hilt.sources.file import Locator
from told import Told, told

SECONDS = 20.0
"""CPU time for one file, ten times what the fuzzer gives it: this is about what hangs."""

LINES = {
    "caffe-prototxt", "ini", "jinja", "json-lines", "licence", "lightgbm", "model-card", "ncnn", "package-metadata",
    "python", "script", "tensorflow-text", "text", "triton-config", "yaml",
}  # fmt: skip
"""Formats that are text: with more or fewer lines they are text as well, and nobody can say that any is missing."""

ROWS = {
    "equinox", "json-lines", "keras-metadata", "media", "paddle-parameters", "tensorflow-graph",
    "ocdbt-values", "tesseract", "tfrecord", "torch-legacy", "torch-shard",
}  # fmt: skip
"""Formats that are a row of parts without a count, such as pictures of a camera: a shorter or a longer row is one too."""

UNFRAMED = {"ocdbt-values"}
"""Formats that begin with bytes whose places only compressed nodes know."""

FILLED = {"tar", "torch-tar"}
"""Formats whose writers fill up with zeros as they like."""

TEXTUAL = LINES | {"ar", "caffe", "json", "openvino-ir", "pickle", "pmml", "tokenizer", "xml"}
"""Formats that may consist of characters alone: turned around they are a text of no sense."""


class Sample(NamedTuple):
    """A file that hilt reads as what it is, and what it says of it."""

    name: str
    data: bytes
    said: Told


@cache
def sample(reader_id: str) -> Sample | None:
    """The largest file of the format about which there is least to say."""
    known = ((name, data, told(name, data)) for name, data in seeds()[reader_id])
    read = [Sample(*each) for each in known if each[2].formats[0] == reader_id and not _unread(each[2])]
    return min(read, key=lambda each: (each.said.stopped, -len(each.data)), default=None)


def _unread(said: Told) -> bool:
    return any(gap.state is State.FAILED for gap in said.gaps)


def silent(mangled: Iterable[Mangled], before: Told, is_so: Callable[[Mangled, Told], bool]) -> list[str]:
    """Which of `mangled` hilt passes without a word that it did not say before, though it is not so."""
    found, known = [], {(finding.check, finding.message) for finding in before.findings}
    for what, name, data in mangled:
        begun = time.process_time()
        said = told(name, data)
        if (seconds := time.process_time() - begun) > SECONDS:
            found.append(f"{what}: takes {seconds:.1f} s")
        new = {(finding.check, finding.message) for finding in said.findings} - known
        if not (new or said.stopped or is_so((what, name, data), said)):
            found.append(f"{what}: is taken for {' and '.join(said.formats)}")
    return found


def of(reader: Reader) -> Sample:
    found = sample(reader.id)
    assert found is not None, f"tests/fuzz/seeds.py has no file that the reader {reader.id} reads"
    return found


each_reader = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.id)


@each_reader
def test_what_is_missing_is_told(reader: Reader) -> None:
    name, data, said = of(reader)

    def is_so(mangled: Mangled, _: Told) -> bool:
        # Zeros and the end of the last line fill up.
        return reader.id in LINES | ROWS or not data[len(mangled[2]) :].strip(b"\0\n")

    assert silent(cut(name, data), said, is_so) == []


@each_reader
def test_what_hangs_on_is_told(reader: Reader) -> None:
    name, data, said = of(reader)

    def is_so(mangled: Mangled, now: Told) -> bool:
        again = mangled[0] == "itself behind" and reader.id in LINES | ROWS
        filled = mangled[0] == "zeros behind" and reader.id in FILLED
        listed = mangled[0] == "a zip behind" and reader.id in ROWS and len(now.formats) > len(said.formats)
        return again or filled or listed

    assert silent(padded(name, data), said, is_so) == []


@each_reader
def test_what_is_turned_around_is_told(reader: Reader) -> None:
    name, data, said = of(reader)

    def is_so(_: Mangled, now: Told) -> bool:
        return reader.id in TEXTUAL and now.formats[0] in ("licence", "text")

    assert silent(turned(name, data), said, is_so) == []


@each_reader
def test_under_another_name_it_is_the_same(reader: Reader) -> None:
    name, data, said = of(reader)

    def is_so(_: Mangled, now: Told) -> bool:
        # Texts are told apart by their names, and under none of them can a loader be deceived.
        return now.formats[0] == reader.id or reader.weak or reader.id in LINES

    assert silent(renamed(name, data), said, is_so) == []


@each_reader
def test_what_is_encrypted_is_told(reader: Reader) -> None:
    name, data, said = of(reader)
    assert silent(encrypted(name, data), said, lambda *_: False) == []


@each_reader
def test_inside_of_archives_it_is_the_same(reader: Reader) -> None:
    name, data, said = of(reader)

    def is_so(_: Mangled, now: Told) -> bool:
        same = reader.id in now.formats or (reader.id == "pickle" and "joblib" in now.formats)
        return same and (now.stopped or not said.stopped)

    assert silent(nested(name, data), said, is_so) == []


@each_reader
def test_an_empty_file_is_told_where_its_name_promises_more(reader: Reader) -> None:
    name, _, _ = of(reader)
    said = told(name, b"")
    promised = {other.id for other in READERS if other.claims(name)}
    assert said.formats == ("empty",)
    assert said.stopped == (bool(promised) and promised.isdisjoint(TEXTS))


@each_reader
@pytest.mark.parametrize("where", ["behind", "inside"])
def test_a_hole_of_a_terabyte_is_told_at_once(reader: Reader, where: str, tmp_path: Path) -> None:
    name, data, _ = of(reader)
    path, at = tmp_path / name, len(data) if where == "behind" else len(data) // 2
    with path.open("wb") as file:
        file.write(data[:at])
        file.truncate(1024 * GIB)
        file.seek(1024 * GIB)
        file.write(data[at:])
    begun = time.process_time()
    with Locator.of(str(path), os.stat(path)).open() as source:
        now = told(name, source)
    assert time.process_time() - begun < 1.5 * SECONDS
    assert now.stopped or reader.id in FILLED | UNFRAMED


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_real_model_of_every_kind_is_missed_when_something_is_missing() -> None:
    tried, passed = set[str](), dict[str, list[str]]()
    for path in sorted(fetched().rglob("*")):
        if not path.is_file() or not 64 <= path.stat().st_size <= 4 << 20:
            continue
        data = path.read_bytes()
        said = told(path.name, data)
        reader_id = said.formats[0]
        if reader_id in tried | LINES | {"empty", "unknown"} or said.stopped:
            continue
        tried.add(reader_id)
        wrong = (
            ("half of it", path.name, data[: len(data) // 2]),
            ("its first bytes", path.name, data[:64]),
            ("noise behind", path.name, data + noise(777)),
            ("encrypted", path.name, noise(len(data))),
        )
        if found := silent(wrong, said, lambda *_: False):
            passed[str(path)] = found
    assert passed == {}
    assert len(tried) > 12
