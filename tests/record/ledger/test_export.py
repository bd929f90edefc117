"""The log as a folder: Go's verifier reads it, finds whatever is changed in it, and it grows as the log does."""

from __future__ import annotations

import shutil
from base64 import b64encode
from pathlib import Path

import pytest
from sqlalchemy import text

from go_verifier import says
from grown_logs import Grown, grown
from hilt.core.errors import RecordBehind, RecordDamaged, UsageError
from hilt.record.database import Database
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.keys import new_signing_key
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import leaf_hash
from hilt.record.ledger.notes import sign_note
from hilt.record.ledger.proofs import TlogProof
from hilt.record.ledger.tiles import bundle, bundles, tiles

SIZE, OLD = 600, 300


@pytest.fixture
def log(tmp_path: Path) -> Grown:
    return grown(tmp_path, OLD)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_the_checkpoint_the_tiles_and_the_entries(database: Database, tmp_path: Path) -> None:
    log = Grown(database, OLD).log
    told = log.export(tmp_path / "log")
    expected = {tile.path for tile in [*tiles(OLD), *bundles(OLD)]}
    assert files(tmp_path / "log") == {"checkpoint", *expected}
    assert (told.before, told.size, told.files) == (0, OLD, len(expected))
    assert (tmp_path / "log/checkpoint").read_text(encoding="utf-8") == log.head().note
    leaves = (tmp_path / "log/tile/0/000").read_bytes()
    entries = [leaf(one) for one in log.envelopes(range(256))]
    assert b"".join(leaf_hash(entry) for entry in entries) == leaves
    assert (tmp_path / "log/tile/entries/000").read_bytes() == bundle(entries)


def test_only_what_is_new_is_written(log: Grown, tmp_path: Path) -> None:
    log.log.export(tmp_path / "log")
    first = tmp_path / "log/tile/entries/000"
    written = first.stat().st_mtime_ns
    assert log.log.export(tmp_path / "log").files == 0
    log.grow(SIZE)
    told = log.log.export(tmp_path / "log")
    assert (told.before, told.size) == (OLD, SIZE)
    assert first.stat().st_mtime_ns == written
    again = tmp_path / "again"
    log.log.export(again)
    partial_tiles_of_before = {"tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"}
    assert files(tmp_path / "log") == files(again) | partial_tiles_of_before
    assert all((again / one).read_bytes() == (tmp_path / "log" / one).read_bytes() for one in files(again))


def test_the_verifier_in_go_takes_it_and_every_proof(log: Grown, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    log.log.export(folder)
    old = tmp_path / "old"
    shutil.copy(folder / "checkpoint", old)
    log.grow(SIZE)
    log.log.export(folder)
    request = tmp_path / "request"
    request.write_text(log.log.request(OLD).text, encoding="utf-8")
    proofs = [tmp_path / f"{place}.tlog-proof" for place in (0, 1, 255, 256, 299, SIZE - 1)]
    for file in proofs:
        receipt = log.log.prove(int(file.stem))
        proof = TlogProof(index=receipt.index, path=receipt.path, note=receipt.note, extra=b"more")
        file.write_text(proof.text, encoding="utf-8")
    root = b64encode(log.log.head().root).decode()
    said = says(log.verifier.text, folder, "-old", old, "-request", request, *proofs)
    assert said == (0, f"{SIZE} entries, root {root}\n")


def test_the_verifier_in_go_finds_whatever_is_changed(log: Grown, tmp_path: Path) -> None:
    folder = tmp_path / "log"
    log.log.export(folder)
    for name in sorted(files(folder)):
        whole = (folder / name).read_bytes()
        changed = bytearray(whole)
        changed[len(whole) // 2] ^= 1
        (folder / name).write_bytes(changed)
        code, why = says(log.verifier.text, folder)
        assert (name, code) == (name, 1), why
        (folder / name).write_bytes(whole)
    assert says(log.verifier.text, folder)[0] == 0


def test_the_verifier_in_go_finds_false_growth_and_false_proofs(log: Grown, tmp_path: Path) -> None:
    folder, file = tmp_path / "log", tmp_path / "file"
    log.log.export(folder)
    key = log.verifier.text
    stranger = new_signing_key()
    for note, why in (
        (
            sign_note(Checkpoint(log.verifier.name, 200, bytes(32)).text, log.verifier.name, log.key),
            "invalid transparency",
        ),
        (sign_note(Checkpoint(log.verifier.name, 200, bytes(32)).text, log.verifier.name, stranger), "no verifiable"),
    ):
        file.write_text(note, encoding="utf-8")
        code, said = says(key, folder, "-old", file)
        assert (code, why in said) == (1, True), said
    receipt = log.log.prove(7)
    for proof in (
        TlogProof(index=8, path=receipt.path, note=receipt.note),
        TlogProof(index=7, path=receipt.path[1:], note=receipt.note),
        TlogProof(index=7, path=(bytes(32), *receipt.path[1:]), note=receipt.note),
    ):
        file.write_text(proof.text, encoding="utf-8")
        assert says(key, folder, file)[0] == 1
    assert says(key.replace("log.example", "lag.example"), folder)[0] == 1


def test_a_folder_of_another_log_is_left_alone(log: Grown, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    grown(tmp_path / "other", 5).log.export(tmp_path / "log")
    before = files(tmp_path / "log")
    with pytest.raises(UsageError, match="is not a checkpoint of this log"):
        log.log.export(tmp_path / "log")
    assert files(tmp_path / "log") == before


def test_a_folder_that_has_more_than_the_log_tells_that_entries_are_gone(log: Grown, tmp_path: Path) -> None:
    further = tmp_path / "further"
    further.mkdir()
    shutil.copy(tmp_path / "record.db", further)
    grown(further, OLD + 50, key=log.key).log.export(tmp_path / "log")
    with pytest.raises(RecordBehind, match=f"ends after {OLD} entries, and the checkpoint in .* has {OLD + 50}"):
        log.log.export(tmp_path / "log")
    log.grow(OLD + 60, said="another entry")
    with pytest.raises(RecordBehind, match="does not go on from the checkpoint in"):
        log.log.export(tmp_path / "log")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            "UPDATE entries SET envelope = (SELECT envelope FROM entries WHERE place = 6) WHERE place = 5",
            "tile/entries/000",
        ),
        ("UPDATE entries SET envelope = 'x' WHERE place = 299", "tile/entries/001.p/44"),
        ("DELETE FROM entries WHERE place = 5", "tile/entries/000"),
        ("UPDATE tiles SET hashes = zeroblob(32) WHERE level = 1", "the tree"),
        ("UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 0", "tile/entries/000"),
        ("DELETE FROM tiles", "tile 1/0"),
    ],
)
def test_a_damaged_log_is_not_exported(log: Grown, tmp_path: Path, change: str, what: str) -> None:
    with log.database.writing() as connection:
        connection.execute(text(change))
    with pytest.raises(RecordDamaged) as told:
        log.log.export(tmp_path / "log")
    assert told.value.what == what
    assert not (tmp_path / "log/checkpoint").exists()


def test_a_folder_that_cannot_be_written_is_told(log: Grown, tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a file")
    with pytest.raises(UsageError, match="log"):
        log.log.export(tmp_path / "log")
