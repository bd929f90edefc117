from __future__ import annotations

from hilt.core.log import AskedWitness, Cosigned, Exported, KnownWitness, LogState, Proven
from hilt.output.layout import Page
from hilt.output.text_log import (
    asked_line,
    damage_line,
    write_exported,
    write_keys,
    write_proven,
    write_settings,
    write_verified,
    write_witnesses,
)
from told_of_records import HOSTILE, REQUEST, SUBJECT, VERDICT

STATE = LogState("acme.example/models", 12, "ab" * 32, "KEY", "", (Cosigned("w.example", 9, 1_770_000_000),))
WITNESSED = "2026-02-02T02:40:00+00:00"


def page() -> Page:
    return Page(100, colour=False)


def flat(told: Page) -> str:
    return " ".join(str(told).split())


def test_a_whole_record_is_told_with_its_root_and_who_saw_it() -> None:
    told = page()
    write_verified(told, STATE, damage=0, checkpoint=None)
    text = flat(told)
    assert text.startswith("Everything is as it was signed: 12 entries of acme.example/models")
    assert f"witnessed by w.example: 9 entries at {WITNESSED}" in text
    assert "rollback not excluded: no checkpoint was kept elsewhere" in text


def test_a_rollback_is_excluded_by_a_checkpoint_from_elsewhere_alone() -> None:
    kept, held = page(), page()
    write_verified(kept, STATE._replace(kept="/state/kept"), damage=0, checkpoint=None)
    write_verified(held, STATE, damage=0, checkpoint="/mnt/kept")
    assert "not excluded where somebody can write to /state/kept and to the database" in flat(kept)
    assert "no entry was taken back since the checkpoint in /mnt/kept" in flat(held)


def test_damage_says_what_to_do() -> None:
    told = page()
    write_verified(told, None, damage=3, checkpoint=None)
    assert "3 things are not what was signed. Keep this copy, and put back a backup: hilt restore" in flat(told)


def test_a_receipt_tells_what_it_proves_and_by_which_key() -> None:
    for recorded, by in ((VERDICT, "the key of the log"), (REQUEST, "the key EVEKEY")):
        told = page()
        proven = Proven(recorded, "acme.example/models", 12, "EVEKEY", (("w.example", 1_770_000_000),), {})
        write_proven(told, proven)
        text = flat(told)
        assert text.startswith(f"The receipt holds: entry {recorded.index} of the log acme.example/models")
        assert f"signed with {by} about sha256:{SUBJECT}" in text
        assert f"witnessed by w.example at {WITNESSED}" in text


def test_witnesses_are_told_with_what_they_signed_last() -> None:
    told, nobody = page(), page()
    write_witnesses(
        told,
        [
            KnownWitness("w1", "https://w1", "KEY", 9, 1_770_000_000),
            KnownWitness("w2", "https://w2", "KEY", 0, 0),
        ],
    )
    write_witnesses(nobody, [])
    assert str(told).splitlines() == [
        f"w1  https://w1  signed 9 entries at {WITNESSED}",
        "w2  https://w2  signed nothing yet",
    ]
    assert "no witness is named in the settings" in flat(nobody)


def test_a_witness_that_was_asked_signed_or_says_why_not() -> None:
    assert asked_line(AskedWitness("w", "https://w", time=1_770_000_000)) == f"w (https://w) signed it at {WITNESSED}"
    assert asked_line(AskedWitness("w", "https://w", why="it forgot")) == "w (https://w) did not sign: it forgot"


def test_the_lines_for_the_settings_are_yaml() -> None:
    told = page()
    write_settings(told, AskedWitness("w", "https://w/\x1b"), key="w+1+KEY")
    assert str(told).splitlines() == [
        "record:",
        "  witnesses:",
        '    - url: "https://w/\\u001b"',
        '      key: "w+1+KEY"',
    ]


def test_exports_and_keys_are_told_a_line_each() -> None:
    told = page()
    write_exported(told, Exported(3, 12, 4), folder="/mnt/log")
    write_keys(told, ["old+1", "new+2"])
    assert str(told).splitlines() == ["/mnt/log: 12 entries, 9 of them new; 4 files written", "old+1", "new+2"]


def test_no_control_character_reaches_the_terminal() -> None:
    told = page()
    write_verified(told, STATE._replace(origin=HOSTILE, kept=HOSTILE), damage=0, checkpoint=HOSTILE)
    write_witnesses(told, [KnownWitness(HOSTILE, HOSTILE, HOSTILE, 1, 0)])
    write_exported(told, Exported(0, 1, 1), folder=HOSTILE)
    lines = damage_line(HOSTILE, HOSTILE) + asked_line(AskedWitness(HOSTILE, HOSTILE, why=HOSTILE))
    assert not {"\x1b", "\u202e"} & set(str(told) + lines)
