from __future__ import annotations

import pytest

from hilt.core.record import ErasedPerson, MadeRecord, Restored, Saved
from hilt.output.layout import Page
from hilt.output.text_record import write_erased, write_made, write_restored, write_saved
from told_of_records import HOSTILE

MADE = MadeRecord("/srv/record.db", "/srv/log.key", True, "/state/kept", "acme+1+KEY", {})
SAVED = Saved("acme.example/models", 12, "CHECKPOINT", 4, 1)
RESTORED = Restored(SAVED, "/srv/new.db", "/srv/log.key", (), True)


def page() -> Page:
    return Page(100, colour=False)


def flat(told: Page) -> str:
    return " ".join(str(told).split())


@pytest.mark.parametrize(("is_new", "said"), [(True, "(new; keep a copy"), (False, "(it was there already; keep")])
def test_a_new_record_says_where_it_is_and_what_comes_next(is_new: bool, said: str) -> None:
    told = page()
    write_made(told, MADE._replace(key_is_new=is_new, settings={"database": "/srv/record.db"}))
    text = flat(told)
    assert text.startswith("A record was made. database /srv/record.db key of the log /srv/log.key")
    assert said in text
    assert '  database: "/srv/record.db"' in str(told).splitlines()
    assert "  hilt person new-key -o YOU.key" in str(told).splitlines()


def test_at_the_usual_place_no_settings_are_needed() -> None:
    told = page()
    write_made(told, MADE)
    assert "settings" not in str(told)


def test_a_backup_says_what_is_in_it_and_what_is_not() -> None:
    told = page()
    write_saved(told, SAVED, file="record.backup")
    text = flat(told)
    assert text.startswith("record.backup: 12 entries of acme.example/models, with 4 documents and 1 text.")
    assert "The key of the log is not in it, and names are" in text


def test_what_was_put_back_says_whether_entries_may_be_missing() -> None:
    alone, held = page(), page()
    write_restored(alone, RESTORED, file="record.backup")
    write_restored(held, RESTORED._replace(held_against=("/state/kept",), key_is_there=False), file="record.backup")
    assert "Nobody can tell whether the log had gone further than this backup" in flat(alone)
    assert "hilt restore record.backup --origin NAME" in flat(alone)
    assert "It goes on from /state/kept." in flat(held)
    assert "To add to it, put the key of the log into /srv/log.key." in flat(held)


def test_a_new_log_says_which_one_it_follows() -> None:
    told = page()
    write_restored(told, RESTORED._replace(verifier="acme2+1+KEY"), file="record.backup")
    text = flat(told)
    assert "a new log, whose first entry says that acme.example/models ended after 12 entries." in text
    assert "Its verifier key: acme2+1+KEY" in text


def test_who_was_erased_is_told_with_what_stays() -> None:
    told, all_of_it = page(), page()
    write_erased(told, ErasedPerson("p-0000000e", 20, texts=0, said=2, naming=1))
    write_erased(all_of_it, ErasedPerson("p-0000000e", 20, texts=2, said=0, naming=0))
    assert flat(told).startswith("p-0000000e: name and contact erased (entry 20)")
    assert "2 texts of theirs, which --texts erases" in flat(told)
    assert '1 text of others with their name or contact, which --naming "..." erases' in flat(told)
    assert flat(all_of_it).startswith("p-0000000e: name and contact and 2 texts erased")
    assert "--texts" not in flat(all_of_it)


def test_no_control_character_reaches_the_terminal() -> None:
    told = page()
    write_made(told, MADE._replace(database=HOSTILE, settings={"database": HOSTILE}))
    write_saved(told, SAVED._replace(log=HOSTILE), file=HOSTILE)
    for restored in (RESTORED, RESTORED._replace(verifier="acme2+1+KEY", key_is_there=False)):
        write_restored(told, restored._replace(database=HOSTILE, held_against=(HOSTILE,)), file=HOSTILE)
    assert not {"\x1b", "\u202e"} & set(str(told))
