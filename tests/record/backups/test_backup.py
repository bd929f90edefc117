"""A backup has all of a record, goes from one database to another, and is put back as it was signed or not at all."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from hilt.core.errors import FormatError, RecordBehind, RecordDamaged, RecordError
from hilt.core.events import Withdrawn
from hilt.core.progress import Silent
from hilt.record import schema
from hilt.record.backups import backup
from hilt.record.database import Database
from hilt.record.ledger.envelopes import sign
from hilt.record.record import Record
from hilt.record.statements import Statement, write
from record.one_of_each import ANNA_KEY, LOG_KEY, ORIGIN, OTHER, SUBJECT, one_of_each, said
from sample_receipts import KEYS

pytestmark = pytest.mark.slow_on_postgresql
Lines = list[list[Any]]


def everything(where: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with closing(Database(where)) as database, database.reading() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for name, table in schema.METADATA.tables.items()
        }


def put_back(file: Path, where: str, **held: str) -> backup.Saved:
    with closing(Database(where, create=True)) as database:
        return backup.restore(file, database, held, Silent())


@pytest.fixture
def file(where: str, tmp_path: Path) -> Path:
    """A backup of a record with an entry of every kind."""
    record, _ = one_of_each(where)
    file = tmp_path / "backup"
    with record:
        record.back_up(file, Silent())
    return file


@pytest.mark.slow_on_postgresql(False)
def test_from_each_database_into_each(where: str, file: Path, tmp_path: Path, elsewhere: str) -> None:
    before = everything(where)
    data = file.read_bytes()
    for number, target in enumerate([str(tmp_path / "other.db"), elsewhere]):
        saved = put_back(file, target)
        assert everything(target) == before
        with Record.open(target, log_key=LOG_KEY) as record:
            assert (saved.log, saved.entries, saved.checkpoint) == (
                ORIGIN,
                record.log.head().size,
                record.log.head().note,
            )
            assert list(record.verify()) == []
            again = tmp_path / f"again {number}"
            record.back_up(again, Silent())
            assert again.read_bytes() == data
            record.commit([Withdrawn(subject=SUBJECT, why=said("enough"))], key=ANNA_KEY)
            assert list(record.verify(checkpoint=saved.checkpoint)) == []


def test_it_counts_what_it_holds(where: str, file: Path, tmp_path: Path) -> None:
    tables = everything(where)
    saved = put_back(file, str(tmp_path / "other.db"))
    assert (saved.entries, saved.documents, saved.words) == tuple(
        len(tables[name]) for name in ("entries", "documents", "words")
    )


def test_what_was_erased_is_not_in_it(file: Path) -> None:
    plain = gzip.decompress(file.read_bytes())
    assert b"it turned out bad" in plain
    assert b"nobody should know" not in plain


@pytest.mark.slow_on_postgresql(False)
def test_nothing_is_written_over_a_record(where: str, file: Path) -> None:
    before = everything(where)
    with pytest.raises(RecordError, match="there is a record here already, and nothing is written over it"):
        put_back(file, where)
    assert everything(where) == before


def test_a_damaged_record_is_not_backed_up(where: str, tmp_path: Path) -> None:
    record, _ = one_of_each(where)
    with record:
        with closing(Database(where)) as database, database.writing() as connection:
            connection.execute(text("UPDATE holdings SET person = 'p-00000000'"))
            connection.execute(text("DELETE FROM documents"))
        with pytest.raises(RecordDamaged, match=r"holdings .*; holdings .*; document .*"):
            record.back_up(tmp_path / "backup", Silent())
    assert not (tmp_path / "backup").exists()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, once for the tests that only read it."""
    folder = tmp_path_factory.mktemp("made")
    record, _ = one_of_each(str(folder / "record.db"))
    with record:
        record.back_up(folder / "backup", Silent())
    return folder / "backup"


def changed(file: Path, other: Path, change: Callable[[Lines], Lines]) -> Path:
    """The backup with other lines, and the SHA-256 that belongs to them."""
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()][:-1]
    plain = [json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in change(lines)]
    digest = sha256(b"".join(plain)).hexdigest()
    other.write_bytes(gzip.compress(b"".join([*plain, b'["end","%b"]\n' % digest.encode()])))
    return other


def without(lines: Lines, kind: str, number: int = 0) -> Lines:
    which = [line for line in lines if line[0] == kind][number]
    return [line for line in lines if line is not which]


def swapped(lines: Lines) -> Lines:
    places = [at for at, line in enumerate(lines) if line[0] == "entry"][-3:-1]
    lines[places[0]], lines[places[1]] = lines[places[1]], lines[places[0]]
    return lines


def forged(lines: Lines) -> Lines:
    """The last entry is one that nobody who is known has signed."""
    event = Withdrawn(subject=OTHER, why=said("x"))
    envelope = sign(write(Statement(event, "2026-11-21T00:00:00+00:00", ORIGIN)), KEYS["Ed25519"])
    last = max(at for at, line in enumerate(lines) if line[0] == "entry")
    lines[last] = ["entry", json.loads(envelope.text())]
    return lines


def other_words(lines: Lines) -> Lines:
    which = next(line for line in lines if line[0] == "words")
    which[3] += "!"
    return lines


def put(lines: Lines, line: list[Any]) -> Lines:
    return [*lines, line]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda lines: without(lines, "entry", -1), RecordDamaged, "the signed checkpoint says that it is the last"),
        (lambda lines: without(lines, "entry", 5), RecordDamaged, "the signed checkpoint says that it is the last"),
        (lambda lines: without(lines, "checkpoint"), RecordDamaged, "the signed checkpoint: it is missing"),
        (lambda lines: without(lines, "document"), RecordDamaged, "document [0-9a-f]{64}: missing"),
        (lambda lines: without(lines, "words"), RecordDamaged, "words [0-9a-f]{64}: missing"),
        (swapped, RecordDamaged, "the signed checkpoint of .* they are other entries, or in another order"),
        (forged, RecordDamaged, "they are other entries, or in another order"),
        (other_words, FormatError, "line [0-9]+: words .* not the one whose digest was signed"),
        (lambda lines: put(lines, ["document", "0" * 64, "eJwDAAAAAAE="]), FormatError, "its SHA-256 is"),
        (lambda lines: put(lines, ["document", "0" * 64, "!"]), FormatError, "'!' is not base64"),
        (lambda lines: put(lines, ["entry", {}]), FormatError, "no envelope of DSSE"),
        (lambda lines: put(lines, ["entry"]), FormatError, "not one that hilt writes into a backup"),
        (lambda lines: put(lines, ["people", 1]), FormatError, "not one that hilt writes into a backup"),
        (lambda lines: put(lines, ["checkpoint", "x"]), FormatError, "note: a text, an empty line"),
        (lambda lines: put(lines, lines[0]), FormatError, "begins with what it is of, and says so once"),
        (lambda lines: lines[1:], FormatError, "line 1: a backup begins with what it is of"),
        (
            lambda lines: [["hilt backup", 2, "x", 1]],
            FormatError,
            "a backup of version 2, and this hilt reads version 1",
        ),
        (lambda lines: put(lines, next(line for line in lines if line[0] == "words")), RecordError, "contradicts"),
        (lambda lines: put(lines, ["signature", 3, "w", "x"]), RecordDamaged, "what w has signed of 3 entries"),
        (lambda lines: put(lines, ["signature", 1 << 63, "w", "x"]), FormatError, "not one that hilt writes"),
        (lambda lines: lines[:1], RecordDamaged, "entry 0: it is missing"),
    ],
)
def test_what_was_changed_is_found_and_nothing_is_put_back(
    made: Path, tmp_path: Path, change: Callable[[Lines], Lines], error: type[Exception], words: str
) -> None:
    target = str(tmp_path / "other.db")
    with pytest.raises(error, match=words):
        put_back(changed(made, tmp_path / "changed", change), target)
    assert not any(everything(target).values())


def test_a_database_is_as_empty_as_before_where_nothing_is_put_back(
    made: Path, tmp_path: Path, postgresql: str
) -> None:
    with pytest.raises(FormatError):
        put_back(changed(made, tmp_path / "changed", other_words), postgresql)
    assert not any(everything(postgresql).values())
    put_back(made, postgresql)


def longer(where: str, file: Path) -> Iterator[str]:
    """Checkpoints of the log after the backup."""
    with Record.open(where, log_key=LOG_KEY) as record:
        yield record.log.head().note
        for _ in range(3):
            record.commit([Withdrawn(subject=SUBJECT, why=said("enough"))], key=ANNA_KEY)
            yield record.log.head().note


def test_a_log_that_had_gone_further_is_not_put_back(where: str, file: Path, tmp_path: Path) -> None:
    same, *_, newest = longer(where, file)
    target = str(tmp_path / "other.db")
    size = put_back(file, target, **{"what was kept": same}).entries
    Path(target).unlink()
    words = (
        rf"the backup ends after {size} entries, and what was kept signs {size + 3}: entries {size} to {size + 2} would"
    )
    with pytest.raises(RecordBehind, match=words):
        put_back(file, target, **{"what was kept": newest})
    with Record.create(str(tmp_path / "stranger.db"), log_key=LOG_KEY, origin="another") as stranger:
        note = stranger.log.head().note
    with pytest.raises(RecordBehind, match="what was kept is not one of this log"):
        put_back(file, target, **{"what was kept": note})
