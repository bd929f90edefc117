from __future__ import annotations

from typing import NamedTuple

from hilt.core.lineage import Kin
from hilt.output.layout import Page
from hilt.output.text_index import added_data, write_added, write_kin, write_listed, write_taken
from told_of_records import HOSTILE


class Weights(NamedTuple):
    name: str
    revision: str = ""
    files: tuple[str, ...] = ()
    added: str = "2026-03-01"
    stale: str = ""
    newer: str = ""


def page() -> Page:
    return Page(100, colour=False)


CAME = ("./acme-chat", {"new": 2, "known": 0}, [("adapter", "no tensor says enough")])


def test_what_came_of_each_reference_is_told_and_what_was_left_out() -> None:
    told = page()
    write_added(told, [CAME, ("./same", {"new": 0}, [])])
    assert str(told).splitlines() == ["./acme-chat: 2 new", "  adapter: no tensor says enough", "./same: nothing"]
    assert added_data([CAME]) == [{"reference": "./acme-chat", "new": 2, "known": 0, "left_out": CAME[2]}]


def test_what_a_pack_says_otherwise_is_named() -> None:
    told = page()
    other, old = Weights("acme/chat", "v1"), Weights("acme/old", stale="a leak")
    write_taken(told, {"new": 3, "differing": 1}, pack="pack.hilt", differing=[other], marked=[old])
    assert str(told).splitlines() == [
        "pack.hilt: 3 new, 1 differing",
        "  not taken, the index has other weights of this name: acme/chat at v1",
        "  stale, as the pack says: acme/old: a leak",
    ]


def test_what_an_index_holds_is_told_a_line_each_with_what_is_stale() -> None:
    told = page()
    write_listed(told, [Weights("acme/chat", "v1", ("a.bin", "b.bin")), Weights("acme/old", stale="leak", newer="v2")])
    assert str(told).splitlines() == [
        "acme/chat at v1  a.bin  2026-03-01",
        "acme/old  2026-03-01",
        "  stale: leak; newer: v2",
        "",
        "2 sets of weights",
    ]


def test_a_set_without_relatives_and_one_that_cannot_be_told_are_said() -> None:
    told = page()
    write_kin(told, Kin("i.db", 7, (), sets=("a.bin",), untold=("b.bin: unread",)), reference="./acme-chat")
    text = " ".join(str(told).split())
    assert text.startswith("./acme-chat among 7 sets of weights a.bin no relative is known")
    assert "cannot tell b.bin: unread" in text


def test_no_control_character_reaches_the_terminal() -> None:
    told, hostile = page(), Weights(HOSTILE, HOSTILE, (HOSTILE,), stale=HOSTILE, newer=HOSTILE)
    write_listed(told, [hostile])
    write_taken(told, {}, pack=HOSTILE, differing=[hostile], marked=[hostile])
    write_added(told, [(HOSTILE, {}, [(HOSTILE, HOSTILE)])])
    write_kin(told, Kin("i.db", 7, (), sets=(HOSTILE,), untold=(HOSTILE,)), reference=HOSTILE)
    assert not {"\x1b", "\u202e"} & set(str(told))
