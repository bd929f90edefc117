"""The log: what is added stands in a tree whose root is signed, and is proven when it is read."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from hilt.core.errors import KeyUnusable, RecordBehind, RecordDamaged, RecordError, RecordUnreachable
from hilt.record.database import Database
from hilt.record.ledger import stored_tree
from hilt.record.ledger.checkpoints import open_checkpoint
from hilt.record.ledger.kept import Kept
from hilt.record.ledger.keys import new_signing_key
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.log import Log
from hilt.record.ledger.merkle import EMPTY_ROOT, Frontier, check_consistency, leaf_hash, root
from hilt.record.ledger.receipts import check_receipt
from logs import KEY, ORIGIN, OTHER, add, entry, genesis, log_with

pytestmark = pytest.mark.slow_on_postgresql
SIZES = [1, 2, 255, 256, 257, 513]


@pytest.mark.parametrize("size", SIZES)
def test_every_entry_is_read_and_proven(database: Database, size: int) -> None:
    log = log_with(database, size)
    envelopes = [genesis()[0], *(entry(number)[0] for number in range(1, size))]
    assert log.envelopes(range(size)) == envelopes
    head = log.head()
    edge = Frontier()
    edge.append(leaf_hash(leaf(one)) for one in envelopes)
    assert (head.size, head.root) == (size, edge.root())
    told, _ = open_checkpoint(head.note, log.verifiers())
    assert (told.origin, told.size, told.root) == (ORIGIN, size, head.root)
    for place in {0, size // 2, size - 1}:
        receipt = log.prove(place)
        assert receipt.envelope == envelopes[place]
        check_receipt(receipt, log.verifiers())
    assert list(log.verify()) == []


def test_it_grows_by_any_number_and_stays_what_it_was(database: Database) -> None:
    log = log_with(database, 1)
    heads = [log.head()]
    for count in [1, 2, 250, 1, 1, 1, 256, 3, 512, 255, 1000]:
        places = add(log, heads[-1].size, count)
        assert places == range(heads[-1].size, heads[-1].size + count)
        heads.append(log.head())
    for old in heads:
        check_consistency(old.size, heads[-1].size, old.root, heads[-1].root, log.request(old.size).path)
    assert list(log.verify()) == []
    assert all(map(log.goes_on_from, heads))
    assert not log.goes_on_from(heads[3]._replace(root=heads[4].root))
    assert not log.goes_on_from(heads[-1]._replace(size=heads[-1].size + 1))
    again = Log(database, key=KEY)
    add(again, heads[-1].size, 5)
    assert list(again.verify()) == []


def test_the_upper_tiles_grow_with_it(database: Database) -> None:
    """Past 65,536 leaves there are three levels; added in pieces, they are the same as made at once."""
    edge, size = Frontier(), 0
    for tiles in [150, 100, 5, 1, 300, 1]:
        leaves = [leaf_hash(b"%d" % (size + number)) for number in range(256 * tiles)]
        with database.writing() as connection:
            stored_tree.grow(connection, size, leaves)
        edge.append(leaves)
        size += len(leaves)
        with database.reading() as connection:
            assert root(size, stored_tree.reading(connection, size)) == edge.root()
            levels = connection.execute(text("SELECT level, count(*) FROM tiles GROUP BY level ORDER BY level")).all()
    assert [tuple(row) for row in levels] == [(0, 557), (1, 3), (2, 1)]


@pytest.mark.slow_on_postgresql(False)
def test_an_empty_log_has_neither_name_nor_checkpoint(database: Database) -> None:
    log = Log(database, key=KEY)
    assert log.head() == (0, EMPTY_ROOT, "")
    with pytest.raises(RecordError, match="the log is empty, and has no name yet"):
        log.verifiers()
    envelope, row = entry(1)
    with pytest.raises(RecordDamaged, match="entry 0: it brings no key of the log, and is taken for one that does"):
        log.append([envelope], [row])
    assert log.head().size == 0


@pytest.mark.slow_on_postgresql(False)
def test_a_place_that_is_not_there_is_told(database: Database) -> None:
    log = log_with(database, 3)
    for place in (3, -1, 1 << 63, 10**30):
        with pytest.raises(RecordError, match=f"there is no entry {place}: the log has 3, and the first is entry 0"):
            log.prove(place)


def test_without_the_key_of_the_log_it_is_read_alone(database: Database) -> None:
    log_with(database, 3)
    log = Log(database)
    assert log.head().size == 3
    with pytest.raises(KeyUnusable, match="opened to be read"):
        add(log, 3, 1)
    with pytest.raises(KeyUnusable, match=f"the log '{ORIGIN}' signs with the key .*, and another one was given"):
        add(Log(database, key=OTHER), 3, 1)
    assert log.head().size == 3


@pytest.mark.slow_on_postgresql(False)
def test_an_entry_is_added_once(database: Database) -> None:
    log = log_with(database, 3)
    with pytest.raises(RecordError, match="there already, in the log, at place 2; nothing was added"):
        add(log, 2, 3)
    envelope, row = entry(7)
    with pytest.raises(RecordError, match="there already, among those that were to be added; nothing was added"):
        log.append([envelope, envelope], [row, row])
    assert log.head().size == 3
    assert list(log.verify()) == []


@pytest.mark.slow_on_postgresql(False)
def test_what_is_written_alongside_stands_or_falls_with_the_entries(database: Database) -> None:
    log = log_with(database, 3)
    envelope, row = entry(3)

    def write(connection: Connection, first: int) -> None:
        connection.execute(text("INSERT INTO words VALUES (:digest, '', '')"), {"digest": f"at {first}"})

    def fail(connection: Connection, first: int) -> None:
        write(connection, first)
        raise RecordError("no such person")

    with pytest.raises(RecordError, match="no such person"):
        log.append([envelope], [row], fail)
    assert log.head().size == 3
    assert log.append([envelope], [row], write) == range(3, 4)
    with database.reading() as connection:
        assert connection.execute(text("SELECT digest FROM words")).scalars().all() == ["at 3"]


@pytest.mark.slow_on_postgresql(False)
def test_many_threads_share_a_transaction_and_each_learns_its_own_places(database: Database) -> None:
    log, other = log_with(database, 1), Log(database, key=KEY)
    got: dict[int, range | str] = {}

    def work(thread: int) -> None:
        for number in range(10):
            which = 1 + thread * 10 + number
            try:
                got[which] = add(log if thread % 2 else other, which if which % 7 else 1, 1)
            except RecordError as error:
                got[which] = str(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    placed = {which: places.start for which, places in got.items() if isinstance(places, range)}
    twice = [told for told in got.values() if isinstance(told, str)]
    assert len(twice) == 11
    assert all("there already, in the log" in told for told in twice)
    assert sorted(placed.values()) == list(range(1, 70))
    assert log.head().size == 70
    for which, place in placed.items():
        assert log.envelopes([place]) == [entry(which if which % 7 else 1)[0]]
    assert list(log.verify()) == []


@pytest.mark.slow_on_postgresql(False)
def test_readers_see_whole_additions_while_others_write(database: Database) -> None:
    log = log_with(database, 1)
    done = threading.Event()
    problems: list[Exception] = []

    def read() -> None:
        try:
            while not done.is_set():
                head = log.head()
                assert head.size % 5 == 1
                check_receipt(log.prove(head.size - 1), log.verifiers())
        except (AssertionError, RecordError) as error:
            problems.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(40):
        add(log, 1 + 5 * number, 5)
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []


def test_the_old_key_says_which_key_is_next(database: Database) -> None:
    new = new_signing_key()
    log, meanwhile = log_with(database, 300), Log(database, key=KEY)
    assert meanwhile.head().size == 300
    envelope, row = genesis(new, signed_by=KEY)
    log.append([envelope], [row])
    told, _ = open_checkpoint(log.head().note, log.verifiers()[:1])
    assert told.size == 301
    for old in (log, meanwhile, Log(database, key=KEY)):
        with pytest.raises(KeyUnusable, match="and another one was given"):
            add(old, 301, 1)
    rotated = Log(database, key=new)
    add(rotated, 301, 2)
    assert [one.key for one in log.verifiers()] == [KEY.public, new.public]
    open_checkpoint(log.head().note, log.verifiers()[1:])
    assert list(log.verify()) == []
    assert log.envelopes([300, 302])[0] == envelope


def test_a_key_of_the_log_comes_alone_and_signed_by_the_one_before(database: Database) -> None:
    log = log_with(database, 2)
    with pytest.raises(ValueError, match="added by itself"):
        log.append(*zip(genesis(OTHER, signed_by=KEY), entry(2), strict=True))
    envelope, row = genesis(OTHER)
    with pytest.raises(RecordDamaged, match="not signed with the key that the log had"):
        log.append([envelope], [row])
    assert log.head().size == 2


def test_the_kept_checkpoint_is_the_newest_one(where: str, tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "checkpoint"
    database = Database(where, create=True)
    database.create_tables()
    log = log_with(database, 4, kept=kept)
    assert kept.read_text() == log.head().note
    add(log, 4, 300)
    assert kept.read_text() == log.head().note
    assert [path.name for path in kept.parent.iterdir()] == ["checkpoint"]
    database.close()


def test_several_processes_may_keep_one_checkpoint(tmp_path: Path) -> None:
    """Whoever reads it meanwhile never sees half of it."""
    kept, done = Kept(tmp_path / "checkpoint"), threading.Event()
    notes = {f"{letter * 200}\n" for letter in "abcdef"} | {"longer" * 100}
    seen: set[str] = set()

    def write(some: list[str]) -> None:
        while not done.is_set():
            for note in some:
                with kept.published(note):
                    pass

    writers = [threading.Thread(target=write, args=([*notes][number::2],)) for number in range(2)]
    for writer in writers:
        writer.start()
    while len(seen) < len(notes):
        seen.add(kept.read())
        assert seen <= notes | {""}
    done.set()
    for writer in writers:
        writer.join()
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]


def test_a_log_that_ends_before_the_kept_checkpoint_is_neither_read_nor_continued(
    where: str, tmp_path: Path, database: Database
) -> None:
    kept = tmp_path / "checkpoint"
    longer = Database(str(tmp_path / "longer.db"), create=True)
    longer.create_tables()
    log_with(longer, 10, kept=kept)
    log_with(database, 5)
    log = Log(database, key=KEY, kept=kept)
    for refused in (log.head, log.verifiers, lambda: add(log, 5, 1), lambda: log.prove(0)):
        with pytest.raises(
            RecordBehind, match=r"the log ends after 5 entries, and the checkpoint kept in .* has 10; put"
        ):
            refused()
    add(Log(database, key=KEY), 5, 5)
    assert log.head().size == 10
    add(log, 10, 1)
    longer.close()


def test_a_log_with_another_history_than_the_kept_checkpoint_is_refused(database: Database, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint"
    fork = Database(str(tmp_path / "fork.db"), create=True)
    fork.create_tables()
    add(log_with(fork, 10, kept=kept), 100, 1)
    log = log_with(database, 12)
    log = Log(database, key=KEY, kept=kept)
    with pytest.raises(
        RecordBehind, match=r"does not go on from the checkpoint kept in .*: among its first 11 entries"
    ):
        log.head()
    kept.write_text("nonsense")
    with pytest.raises(RecordBehind, match=r"is not one of this log .*; if this is a new log, name another file"):
        log.head()
    fork.close()


def test_a_log_that_shrinks_while_a_process_uses_it_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    database = Database(str(file), create=True)
    database.create_tables()
    log = log_with(database, 10)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM entries"))
        connection.execute(text("DELETE FROM heads"))
    fresh = log_with(database, 5)
    with pytest.raises(
        RecordBehind, match="ends after 5 entries, and the checkpoint that this process saw last has 10"
    ):
        log.head()
    with pytest.raises(RecordBehind):
        add(log, 11, 1)
    add(fresh, 100, 10)
    with pytest.raises(RecordBehind, match="does not go on from the checkpoint that this process saw last"):
        log.head()
    database.close()


def test_nothing_is_recorded_where_the_checkpoint_cannot_be_kept(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "file"
    folder.write_text("")
    log_with(database, 3)
    log = Log(database, key=KEY, kept=folder / "checkpoint")
    with pytest.raises(RecordUnreachable, match="the log keeps its last checkpoint in this file"):
        add(log, 3, 1)
    assert Log(database).head().size == 3
