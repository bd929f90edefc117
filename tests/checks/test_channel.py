"""A subject that lies elsewhere is read through the pipe of a reading process that has no network."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

import pytest

from attacks.archives import Part, zip_of
from hilt.checks.channel import serve
from hilt.checks.run import run
from hilt.checks.workers import Workers
from hilt.core.errors import ChangedWhileRead, SourceError
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from hilt.core.progress import Silent
from hilt.core.report import Report, State, Transfer
from hilt.core.subject import Entry, Subject
from hilt.sources.listing import Listing
from hilt.sources.remote import Remote
from hilt.sources.remote_source import RemoteLocator


class Elsewhere(Remote):
    """Files in memory, of which every byte that is asked for is counted."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.asked: list[tuple[str, int, int]] = []

    def read(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
        self.asked += [(path, offset, n) for offset, n in ranges]
        return [self.files[path][offset : offset + n] for offset, n in ranges]

    @property
    def transferred(self) -> Transfer:
        return Transfer(bytes=sum(n for _, _, n in self.asked), requests=len(self.asked))


LIMITS = Limits()


def check(remote: Elsewhere, limits: Limits = LIMITS, *, search_bytes: bool = False, **claimed: str) -> Report:
    entries = tuple(
        Entry(path=path, size=len(data), sha256=claimed.get(path, ""), claimed=path in claimed)
        for path, data in sorted(remote.files.items())
    )
    locators = {entry.path: RemoteLocator(entry.path, entry.size) for entry in entries}
    listing = Listing(subject=Subject(reference="hf:acme/model", entries=entries), locators=locators, remote=remote)
    with Workers(limits) as workers:
        return run(listing, limits, workers, hashed=True, progress=Silent(), search_bytes=search_bytes)


WEIGHTS = 64 << 20
HEADER = json.dumps({"w": {"dtype": "U8", "shape": [WEIGHTS], "data_offsets": [0, WEIGHTS]}}).encode()
LARGE = len(HEADER).to_bytes(8, "little") + HEADER + bytes(WEIGHTS)
RUNS_CODE = b"\x80\x02cposix\nsystem\nX\x09\0\0\0echo hilt\x85R."


def test_weights_are_read_by_their_header_alone_and_bound_by_the_digest_that_is_stated() -> None:
    remote = Elsewhere({"model": LARGE})
    report = check(remote, model="ab" * 32)
    assert (report.formats, report.coverage.complete) == ({"model": "safetensors"}, True)
    assert report.transfer is not None
    assert report.transfer.bytes < 100_000
    assert (report.subject.claimed, report.subject.entries[0].sha256) == (True, "ab" * 32)


def test_members_of_an_archive_and_a_repository_are_read_as_if_they_lay_here() -> None:
    remote = Elsewhere(
        {
            "model.zip": zip_of(Part(name="weights.pkl", data=RUNS_CODE)),
            "config.json": b'{"auto_map": {"AutoModel": "modeling.Model"}}',
            "modeling.py": b"import os\nos.system('echo hilt')\n",
        }
    )
    report = check(remote)
    found = {(finding.check, finding.where.path) for finding in report.at_least(Severity.HIGH)}
    assert ("pickle-code", "model.zip!/weights.pkl") in found
    assert any(finding_id == "remote-code" for finding_id, _ in found)
    assert report.subject.digest
    assert not report.subject.claimed


def test_a_file_that_nobody_states_a_digest_of_is_fetched_whole_only_if_it_is_small() -> None:
    remote = Elsewhere({"model": LARGE})
    report = check(remote)
    (gap,) = report.coverage.gaps
    assert (gap.what, gap.path, gap.state) == ("hash", "model", State.SKIPPED)
    assert "not bound to them" in gap.why
    assert report.subject.digest == ""


@pytest.mark.reaches("remote_digest_bytes")
def test_the_limit_says_how_large_a_file_is_fetched_for_its_digest_alone() -> None:
    remote = Elsewhere({"notes.txt": b"hello\n"})
    assert check(remote).subject.digest
    assert check(remote, Limits(remote_digest_bytes=5)).coverage.gaps[0].why.startswith("nobody states its digest")


def test_a_search_through_all_bytes_compares_them_with_the_digest_that_is_stated() -> None:
    remote = Elsewhere({"notes.txt": b"hello\n"})
    (gap,) = check(remote, search_bytes=True, **{"notes.txt": "ab" * 32}).coverage.gaps
    assert (gap.what, gap.state) == ("hash", State.FAILED)
    assert "that of the bytes is 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" in gap.why


@pytest.mark.parametrize("error", [SourceError("the line is dead"), ChangedWhileRead("another file came")])
def test_what_cannot_be_fetched_is_a_gap_with_the_reason(error: SourceError) -> None:
    class Dead(Elsewhere):
        def read(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
            raise error

    report = check(Dead({"a.json": b"{}"}))
    assert {(gap.what, gap.why) for gap in report.coverage.gaps} == {("read", str(error)), ("hash", str(error))}


@pytest.mark.parametrize(
    "wish",
    [
        b'{"want": 1, "ranges": []}\n',
        b'{"want": "a", "ranges": [[0]]}\n',
        b'{"want": "a", "ranges": [[-1, 5]]}\n',
        b'{"want": "a", "ranges": [[0, 99999999999]]}\n',
        b'{"want": \n',
    ],
)
def test_a_wish_that_no_reader_has_is_not_answered(wish: bytes) -> None:
    remote = Elsewhere({"a": b"12"})
    with pytest.raises(ValueError, match=r"wish|values to unpack|Expecting value"):
        serve(wish, remote, io.BytesIO())
    assert not remote.asked


def test_the_process_that_reads_imports_nothing_that_fetches() -> None:
    program = "import hilt.checks.worker, hilt.sources.remote_source, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"hilt.sources.remote", "hilt.sources.http", "concurrent.futures", "ssl"}.isdisjoint(loaded)
