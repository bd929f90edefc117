from __future__ import annotations

from hilt.core.verification import WrittenSignature
from hilt.output.layout import Page
from hilt.output.text_verification import signature_data, write_signature
from told_of_records import HOSTILE

WRITTEN = WrittenSignature("model.sig", "the key 1f2e", 4, 284, ("notes.md",))


def text_of(written: WrittenSignature) -> str:
    page = Page(100, colour=False)
    write_signature(page, written)
    return str(page)


def test_what_was_signed_is_one_line_and_what_was_not_another() -> None:
    assert text_of(WRITTEN).splitlines() == [
        "model.sig: 4 files, 284 bytes, signed by the key 1f2e",
        "not signed: notes.md",
    ]
    assert len(text_of(WRITTEN._replace(left_out=())).splitlines()) == 1


def test_the_data_says_the_same() -> None:
    assert signature_data(WRITTEN) == {
        "file": "model.sig",
        "by": "the key 1f2e",
        "files": 4,
        "size": 284,
        "left_out": ["notes.md"],
    }


def test_no_control_character_reaches_the_terminal() -> None:
    hostile = text_of(WRITTEN._replace(file=HOSTILE, by=HOSTILE, left_out=(HOSTILE,)))
    assert not {"\x1b", "\u202e"} & set(hostile)
