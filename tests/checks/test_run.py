from __future__ import annotations

import hashlib
import json
import os
import pickle
import struct
import threading
import time
import zipfile
from pathlib import Path

import pytest
from blake3 import blake3

from attacks.archives import Part, zip_of
from hilt.checks.run import SCHEMA, run
from hilt.checks.workers import Workers
from hilt.core.fact import Known
from hilt.core.limits import Limits
from hilt.core.progress import Silent
from hilt.core.report import Gap, Report, State
from hilt.sources.references import open_reference


def report(path: Path, limits: Limits = Limits(), *, hashed: bool = True) -> Report:  # noqa: B008
    with Workers(limits) as workers:
        return run(open_reference(str(path), limits), limits, workers, hashed=hashed, progress=Silent())


def safetensors(data: bytes = b"\0" * 8) -> bytes:
    header = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    return struct.pack("<Q", len(header)) + header + data


def gaps(seen: Report) -> list[tuple[str, str, State]]:
    return [(gap.what, gap.path, gap.state) for gap in seen.coverage.gaps]


def test_every_file_is_recognised_read_and_digested(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(safetensors())
    (tmp_path / "config.json").write_text("{}")
    seen = report(tmp_path)
    assert seen.formats == {"config.json": "json", "model.safetensors": "safetensors"}
    assert seen.coverage.complete
    for entry in seen.subject.files:
        data = (tmp_path / entry.path).read_bytes()
        assert entry.sha256 == hashlib.sha256(data).hexdigest()
        assert entry.blake3 == blake3(data).hexdigest()
    rows = [[entry.path, entry.size, entry.sha256] for entry in seen.subject.files]
    assert seen.subject.digest == hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def test_raw_weights_bear_the_name_of_what_is_described_and_others_that_of_the_unknown(tmp_path: Path) -> None:
    shard = {"paths": ["shard.bin"], "weights": [{"name": "w", "shape": [25], "dtype": "float32"}]}
    (tmp_path / "model.json").write_text(json.dumps({"modelTopology": {}, "weightsManifest": [shard]}))
    (tmp_path / "shard.bin").write_bytes(b"\x01\xff\xfe\x00" * 25)
    (tmp_path / "other.bin").write_bytes(b"\x01\xff\xfe\x00" * 25)
    assert report(tmp_path).formats == {"model.json": "json", "other.bin": "unknown", "shard.bin": "described"}


def test_without_hashes_there_is_no_digest(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    assert report(tmp_path, hashed=False).subject.digest == ""


def test_the_same_bytes_give_the_same_report(tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number}.safetensors").write_bytes(safetensors(b"\0" * (8 + number % 3)))
    first, second = report(tmp_path), report(tmp_path)
    assert first == second
    assert len({finding.where.path for finding in first.findings}) == 66


def test_members_of_archives_are_read_where_they_are(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/model.safetensors", safetensors(b"\0" * 12))
        archive.writestr("config.json", "{}")
    seen = report(tmp_path)
    assert seen.formats["model.zip!/deep/model.safetensors"] == "safetensors"
    assert [finding.where.path for finding in seen.findings] == ["model.zip!/deep/model.safetensors"]
    assert [entry.path for entry in seen.subject.entries] == ["model.zip"]


def test_a_member_that_holds_less_than_stated_is_a_gap_and_no_bug(tmp_path: Path) -> None:
    (tmp_path / "model.zip").write_bytes(zip_of(Part(name="a.bin", data=b"0" * 9000, method=8, size=100_000)))
    (gap,) = (gap for gap in report(tmp_path).coverage.gaps if gap.what == "read")
    assert (gap.path, gap.state) == ("model.zip!/a.bin", State.FAILED)
    assert "holds 9000 bytes, 100000 were stated" in gap.why
    assert "bug" not in gap.why


@pytest.mark.reaches("archive_depth")
def test_archives_inside_each_other_are_opened_to_the_limit_only(tmp_path: Path) -> None:
    path = tmp_path / "0.zip"
    for level in range(4):
        outer = tmp_path / f"{level + 1}.zip"
        with zipfile.ZipFile(outer, "w") as archive:
            if level:
                archive.write(path, "inner.zip")
            archive.writestr("config.json", "{}")
        if level:
            path.unlink()
        path = outer
    seen = report(path, Limits(archive_depth=2))
    assert ("read", "4.zip!/inner.zip!/inner.zip", State.FAILED) in gaps(seen)
    assert "4.zip!/inner.zip!/inner.zip!/config.json" not in seen.formats


def test_a_truncated_file_is_a_gap_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "bad.safetensors").write_bytes(safetensors()[:30])
    (tmp_path / "good.safetensors").write_bytes(safetensors())
    seen = report(tmp_path)
    assert ("read", "bad.safetensors", State.FAILED) in gaps(seen)
    assert seen.formats["good.safetensors"] == "safetensors"
    assert {gap.path for gap in seen.coverage.gaps} == {"bad.safetensors"}


@pytest.mark.reaches("file_seconds")
def test_a_reader_that_takes_too_long_is_stopped_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "long.json").write_bytes(b"[" + b"[1.5e3]," * 7_500_000 + b"1]")  # seconds of parsing
    (tmp_path / "z.safetensors").write_bytes(safetensors())
    seen = report(tmp_path, Limits(file_seconds=0.2))
    assert [(gap.path, gap.state) for gap in seen.coverage.gaps] == [("long.json", State.FAILED)]
    assert "limit file_seconds" in seen.coverage.gaps[0].why
    assert seen.formats["z.safetensors"] == "safetensors"


@pytest.mark.reaches("worker_memory")
@pytest.mark.skipif(os.name == "nt", reason="Windows has no address space limit")
def test_a_reader_that_wants_too_much_memory_fails_alone(tmp_path: Path) -> None:
    many = {f"tensor{number:09}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for number in range(200_000)}
    header = json.dumps(many).encode()
    (tmp_path / "huge.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    (tmp_path / "z.safetensors").write_bytes(safetensors())
    seen = report(tmp_path, Limits(worker_memory=120 << 20))
    assert [(gap.path, gap.state) for gap in seen.coverage.gaps] == [("huge.safetensors", State.FAILED)]
    assert "worker_memory" in seen.coverage.gaps[0].why
    assert seen.formats["z.safetensors"] == "safetensors"


@pytest.mark.reaches("worker_answer")
def test_an_answer_past_the_limit_fails_that_file_alone(tmp_path: Path) -> None:
    header = json.dumps({f"t{n}": {"dtype": "X", "shape": [], "data_offsets": [0, 0]} for n in range(50)}).encode()
    (tmp_path / "a.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    (tmp_path / "b.json").write_text("{}")
    seen = report(tmp_path, Limits(worker_answer=4000))
    assert [(gap.path, "worker_answer" in gap.why) for gap in seen.coverage.gaps] == [("a.safetensors", True)]
    assert seen.formats == {"a.safetensors": "unread", "b.json": "json"}


@pytest.mark.reaches("findings_per_check")
def test_findings_past_the_limit_are_counted(tmp_path: Path) -> None:
    header = json.dumps({f"t{n}": {"dtype": "X", "shape": [], "data_offsets": [0, 0]} for n in range(30)}).encode()
    (tmp_path / "odd.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    seen = report(tmp_path, Limits(findings_per_check=5))
    of_check = [finding for finding in seen.findings if finding.check == "safetensors-header"]
    assert len(of_check) == 6
    assert of_check[-1].message.startswith("25 more findings of this check")


def test_a_file_that_changes_while_it_is_checked_is_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(safetensors())
    (tmp_path / "z.safetensors").write_bytes(safetensors())
    listing = open_reference(str(tmp_path), Limits())
    path.write_bytes(safetensors(b"\0" * 4))
    with Workers(Limits()) as workers:
        seen = run(listing, Limits(), workers, hashed=True, progress=Silent())
    assert {(gap.what, gap.path) for gap in seen.coverage.gaps} == {
        ("read", "model.safetensors"),
        ("hash", "model.safetensors"),
    }
    assert seen.subject.digest == ""
    assert seen.formats["z.safetensors"] == "safetensors"


def test_a_file_that_grows_all_the_time_ends_in_gaps(tmp_path: Path) -> None:
    path, over = tmp_path / "model.pkl", threading.Event()
    path.write_bytes(pickle.dumps(list(range(200_000))))

    def grow() -> None:
        while not over.is_set():
            with path.open("ab") as file:
                file.write(b"more")
            time.sleep(0.001)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        seen = report(tmp_path)
    finally:
        over.set()
        writer.join()
    assert all(isinstance(gap, Gap) and "changed while" in gap.why for gap in seen.coverage.gaps)
    assert seen.coverage.gaps


def test_a_json_file_of_a_gigabyte_is_refused_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "big.json").open("wb") as file:
        file.write(b'{"a": [' + b"1," * 2000)
        file.truncate(1 << 30)
    (tmp_path / "small.json").write_text("{}")
    seen = report(tmp_path, hashed=False)
    assert ("read", "big.json", State.FAILED) in gaps(seen)
    assert seen.formats["small.json"] == "json"


@pytest.mark.slow
def test_ten_thousand_files_are_all_read(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number:05}.json").write_bytes(b"{}")
    seen = report(tmp_path)
    assert len(seen.formats) == 10_000
    assert set(seen.formats.values()) == {"json"}
    assert seen.coverage.complete


def test_a_fact_that_nobody_stated_is_false_only_where_everything_was_seen(tmp_path: Path) -> None:
    (tmp_path / "good.safetensors").write_bytes(safetensors())
    whole = report(tmp_path).fact("inspect.code_on_load")
    assert whole is not None
    assert (whole.value, whole.known) == (False, Known.VERIFIED)
    (tmp_path / "bad.safetensors").write_bytes(safetensors()[:30])
    partly = report(tmp_path).fact("inspect.code_on_load")
    assert partly is not None
    assert (partly.value, partly.known) == (None, Known.UNKNOWN)


def test_what_a_check_stated_beside_its_findings_is_kept_and_comes_to_the_same(tmp_path: Path) -> None:
    (tmp_path / "quiet.pkl").write_bytes(b"\x80\x02K\x01.")
    assert report(tmp_path).statements == ()
    (tmp_path / "one.pkl").write_bytes(b"\x80\x02cacme.layers\nRebuild\n)R.")
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("two.pkl", b"\x80\x02(cacme.a\nA\n)Rcacme.b\nB\n)Rt.")
    seen = report(tmp_path)
    stated = {(fact.check, fact.source): fact.value for fact in seen.statements if fact.key == "inspect.unknown_calls"}
    assert stated.pop(("", "quiet.pkl")) == 0
    check = "pickle-unknown-call"
    assert stated == {(check, "both.zip!/two.pkl"): 2, (check, "one.pkl"): 1}
    for spec in SCHEMA:
        kept = [fact for fact in seen.statements if fact.key == spec.key]
        whole = seen.fact(spec.key)
        assert whole is not None
        assert not kept or spec.merge(kept).value == whole.value


def test_a_worker_sees_nothing_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HILT_TEST_TOKEN", "hunter2")
    (tmp_path / "a.json").write_text("{}")
    with Workers(Limits()) as workers:
        (worker,) = workers.take(1)
        worker.ask({"do": "file", "path": "a.json", "locator": _locator(tmp_path / "a.json"), "chain": []})
        environment = Path(f"/proc/{worker.process_id}/environ")
        if not environment.exists():
            pytest.skip("this platform does not show the environment of a process")
        assert b"hunter2" not in environment.read_bytes()
        assert Path(f"/proc/{worker.process_id}/cwd").readlink() == Path("/")


def _locator(path: Path) -> dict[str, object]:
    from hilt.sources.file import Locator

    return Locator.of(str(path), path.stat())._asdict()
