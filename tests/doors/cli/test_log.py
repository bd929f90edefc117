"""The log on the command line: whatever was changed is named, and a receipt needs nothing but the verifier key."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from go_verifier import says
from hilt.gate.record import opened
from hilt.record.database import Database
from hilt.record.ledger.keys import new_signing_key, read_signing_key, signing_key_pem
from hilt.record.ledger.notes import Kind, Verifier
from office import USE, Done, Office, carried_out


def key_of(office: Office) -> str:
    return office.run("log", "key").out.strip()


def change(office: Office, statement: str) -> None:
    """Edits the database behind the back of the record."""
    database = Database(str(office.settings_file.parent / "record.db"))
    with database.writing() as connection:
        connection.execute(text(statement))
    database.close()


def elsewhere(office: Office, *arguments: object) -> Done:
    """A command on a machine that has neither the record nor its settings."""
    homes = {name: f"{folder}-elsewhere" for name, folder in office.homes.items()}
    return carried_out(
        [*map(str, arguments)], {"COLUMNS": "100", "NO_COLOR": "1", "HOME": str(office.folder / "nobody"), **homes}
    )


def test_a_record_that_is_whole_says_what_it_cannot_exclude(office: Office) -> None:
    done = office.run("log", "verify")
    assert done.code == 0
    assert done.out.startswith(f"Everything is as it was signed: {office.entries()} entries of hilt/")
    assert f"rollback not excluded where somebody can write to {office.settings_file.parent}/kept" in done.text
    (office.settings_file.parent / "kept").unlink()
    done = office.run("log", "verify")
    assert (
        "rollback not excluded: no checkpoint was kept elsewhere; `hilt log checkpoint -o FILE` writes one" in done.text
    )


def test_json_says_the_same(office: Office) -> None:
    told = office.told("log", "verify")
    assert (told["damage"], told["size"], told["rollback"]) == ([], office.entries(), "not excluded")
    assert told["key"] == key_of(office)
    change(office, "UPDATE people SET roles = 'admin' WHERE roles = 'legal'")
    told = office.told("log", "verify")
    assert [list(one) for one in told["damage"]] == [["what", "why"]]
    assert "size" not in told


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entries SET envelope = replace(envelope, 'a', 'b') WHERE place = 3", "entry 3"),
        ("UPDATE entries SET person = 'p-00000000' WHERE place = 4", "entry 4"),
        ("DELETE FROM entries WHERE place = 5", "entry 5"),
        ("UPDATE heads SET root = zeroblob(32)", "the signed checkpoint of 11 entries"),
        ("UPDATE people SET roles = 'admin' WHERE roles = 'legal'", "people "),
        ("DELETE FROM keys WHERE added = 2", "keys "),
        ("UPDATE words SET text = 'Mallory' WHERE text = 'Lena'", "words "),
        ("DELETE FROM words WHERE text = 'Lena'", "words "),
        ("INSERT INTO words VALUES ('00', '00', 'x')", "words 00"),
    ],
)
def test_whatever_is_changed_behind_its_back_is_named(office: Office, statement: str, named: str) -> None:
    change(office, statement)
    done = office.run("log", "verify")
    assert done.code == 1
    assert any(line.startswith(named) for line in done.out.splitlines()), done.text
    assert "Keep this copy, and put back a backup: hilt restore" in done.text


def test_a_copy_that_was_put_back_is_found_with_a_checkpoint_that_was_kept(office: Office) -> None:
    database, copy, kept = (office.settings_file.parent / name for name in ("record.db", "copy.db", "kept"))
    checkpoint = office.folder / "elsewhere"
    shutil.copy(database, copy)
    before = office.entries()
    assert office.run("person", "roles", "Eve", "--role", "engineer", by="Ada").code == 0
    assert office.run("log", "checkpoint", "-o", checkpoint).code == 0
    assert (
        "no entry was taken back since the checkpoint in"
        in office.run("log", "verify", "--checkpoint", checkpoint).text
    )
    shutil.copy(copy, database)
    for beside in ("-wal", "-shm"):
        database.with_name(f"record.db{beside}").unlink(missing_ok=True)
    kept.unlink()
    assert office.run("log", "verify").code == 0  # nothing in the copy tells that it is old
    done = office.run("log", "verify", "--checkpoint", checkpoint)
    assert (done.code, f"entry {before}: missing" in done.text) == (1, True), done.text


def test_a_checkpoint_of_another_log_or_of_nothing_is_no_comfort(office: Office, tmp_path: Path) -> None:
    other = Office(tmp_path / "other")
    file = office.folder / "checkpoint"
    other.run("log", "checkpoint", "-o", file)
    done = office.run("log", "verify", "--checkpoint", file)
    assert (done.code, "the checkpoint that was given: it is not one of this log" in done.text) == (1, True)
    assert office.run("log", "verify", "--checkpoint", office.folder / "missing").code == 2
    for nothing in (b"", b"\n", b"x" * 2_000_000):
        file.write_bytes(nothing)
        done = office.run("log", "verify", "--checkpoint", file)
        assert (done.code, done.err.startswith("hilt: --checkpoint ")) == (2, True), done.text


def test_a_record_that_is_not_there_is_told(office: Office) -> None:
    done = elsewhere(office, "log", "verify")
    assert (done.code, "there is no record here" in done.text) == (1, True), done.text


@pytest.mark.parametrize("form", ["sigstore", "tlog-proof"])
def test_a_receipt_verifies_anywhere_with_nothing_but_the_key(office: Office, form: str) -> None:
    model = office.model(weights=b"", licence="")
    office.run("status", model)
    receipt = office.folder / "receipt"
    assert office.run("log", "proof", 3, "--format", form, "-o", receipt).code == 0
    done = elsewhere(office, "log", "verify", receipt, "--key", key_of(office))
    assert done.code == 0, done.text
    assert done.out.startswith("The receipt holds: entry 3 of the log hilt/")
    told = json.loads(elsewhere(office, "log", "verify", receipt, "--key", key_of(office), "--json").out)
    assert (told["recorded"]["entry"], told["size"]) == (3, office.entries())
    assert told["statement"]["_type"] == "https://in-toto.io/Statement/v1"
    done = elsewhere(office, "log", "verify", receipt)
    assert (done.code, "name the verifier key of the log" in done.text) == (2, True)
    stranger = Verifier("stranger.example", new_signing_key().public).text
    done = elsewhere(office, "log", "verify", receipt, "--key", stranger)
    assert (done.code, "none of its signatures is by a key that is trusted here" in done.text) == (1, True)


def test_what_was_recorded_tells_its_receipt_without_a_key(office: Office) -> None:
    asked = office.run("admit", office.model(), "--use", USE, "--why", "cheap", by="Eve")
    assert asked.code == 10, asked.text
    place = office.entries() - 1
    receipt = office.folder / "receipt"
    office.run("log", "proof", place, "-o", receipt)
    done = office.run("log", "verify", receipt)
    assert (done.code, f"said asked to use it for {USE}" in done.text) == (0, True), done.text
    assert f"signed with the key {office.signing('Eve').public.text}" in done.text
    assert "cheap" not in done.text + receipt.read_text()  # words are not in a receipt


@pytest.mark.parametrize("form", ["sigstore", "tlog-proof"])
def test_every_change_of_a_receipt_is_noticed(office: Office, form: str) -> None:
    receipt = office.folder / "receipt"
    office.run("log", "proof", 3, "--format", form, "-o", receipt)
    whole, key = receipt.read_bytes(), key_of(office)
    name = range(at := whole.find(b'"keyId"'), at + 60)  # of the log, for Sigstore; the checkpoint names it as well
    for at in sorted({*range(0, len(whole), max(1, len(whole) // 60))} - {*name}):
        receipt.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        done = elsewhere(office, "log", "verify", receipt, "--key", key)
        assert done.code == 1, (at, done.text)
        receipt.write_bytes(whole[:at])
        assert elsewhere(office, "log", "verify", receipt, "--key", key).code == 1


def test_what_is_written_is_told_as_json_as_well(office: Office) -> None:
    file = office.folder / "file"
    for form in ("sigstore", "tlog-proof"):
        told = json.loads(office.run("log", "proof", 3, "--format", form, "-o", file, "--json").out)
        assert (told["entry"], told["format"], told["receipt"]) == (3, form, file.read_text())
        assert office.run("log", "proof", 3, "--format", form).out.rstrip("\n") == told["receipt"].rstrip("\n")
    told = json.loads(office.run("log", "checkpoint", "-o", file, "--json").out)
    assert told == {"checkpoint": file.read_text(), "witnesses": []}
    assert office.told("log", "key") == {"key": key_of(office), "keys": [key_of(office)]}


def test_a_proof_that_does_not_hold_what_it_proves_says_so(office: Office) -> None:
    receipt = office.folder / "receipt"
    office.run("log", "proof", 3, "--format", "tlog-proof", "-o", receipt)
    lines = receipt.read_text().split("\n")
    receipt.write_text("\n".join([lines[0], *lines[2:]]))
    done = elsewhere(office, "log", "verify", receipt, "--key", key_of(office))
    assert (done.code, "it does not hold what it proves" in done.text) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("verify", "--key", "x"), "a key is needed for a RECEIPT alone"),
        (("verify", "receipt", "--checkpoint", "x"), "a RECEIPT brings its own checkpoint"),
        (("verify", "missing", "--key", "a+b+c"), "RECEIPT missing: No such file"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(office: Office, arguments: tuple[str, ...], why: str) -> None:
    done = office.run("log", *arguments)
    assert (done.code, why in done.text) == (2, True), done.text


def test_a_key_that_is_none_is_refused(office: Office) -> None:
    receipt = office.folder / "receipt"
    office.run("log", "proof", 0, "-o", receipt)
    for key in ("x", "a+b+c", key_of(office)[:-1]):
        done = office.run("log", "verify", receipt, "--key", key)
        assert (done.code, done.err.startswith("hilt: --key: ")) == (2, True), done.text


def test_a_receipt_tells_what_people_and_keys_became(office: Office) -> None:
    receipt = office.folder / "receipt"
    eve = next(one for one in office.told("person", "list") if one["name"] == "Eve")
    office.run("person", "key", "Eve", office.folder / "Eve.key.pub", "--compromised", "--why", "stolen", by="Ada")
    office.run("erase-person", "Eve", by="Ada")
    said = []
    for place in [0, 1, 2, *range(office.entries() - 2, office.entries())]:
        office.run("log", "proof", place, "-o", receipt)
        done = office.run("log", "verify", receipt)
        said.append(done.text.split(" said ")[1].split(" at 20")[0])
    first, admin, key, revoked, erased = said
    assert first == f"had the log sign with {key_of(office)} from then on"
    assert (admin.endswith("has the roles admin"), " the key MCow" in key) == (True, True)
    assert revoked.startswith(f"took from {eve['person']} the key MCow")
    assert erased == f"erased words of or for {eve['person']}"


def test_an_entry_that_is_not_there_is_told(office: Office) -> None:
    done = office.run("log", "proof", 999)
    assert (done.code, "there is no entry 999: the log has 11" in done.text) == (1, True)
    assert office.run("log", "proof", -1).code == 2


@pytest.mark.parametrize(
    "verb",
    [
        ("log", "proof"),
        ("hold", "end"),
        ("review", "show"),
        ("exceptions", "renew", "--until", "2099-01-31"),
        ("status", "--after"),
    ],
    ids=" ".join,
)
def test_an_entry_is_named_by_its_number_the_same_everywhere(office: Office, verb: tuple[str, ...]) -> None:
    largest = (1 << 63) - 1
    for number in (largest + 1, "9" * 5000, "##1", "#", "x", "1.0", "\u0661", "\x1b[2J"):
        done = office.run(*verb, number)
        assert (done.code, done.out, "is no number of an entry, such as 17 or '#17'" in done.text) == (2, "", True)
        assert "\x1b" not in done.err
    for number in (7, largest):
        plain, marked = office.run(*verb, number), office.run(*verb, f"#{number}")
        assert "is no number of an entry" not in plain.text
        assert (marked.code, marked.err) == (plain.code, plain.err)


def test_help_tells_no_range_that_nobody_needs(office: Office) -> None:
    assert "4611686018427387904" not in office.run("status", "--help").out


def test_the_exported_log_is_read_by_the_verifier_in_go(office: Office) -> None:
    folder = office.folder / "log"
    done = office.run("log", "export", folder)
    size = office.entries()
    assert (done.code, f"{size} entries, {size} of them new; 2 files written" in done.text) == (0, True)
    assert says(key_of(office), folder)[0] == 0
    assert office.told("log", "export", folder) == {"before": size, "size": size, "files": 0}


def test_a_new_key_signs_from_now_on_and_old_receipts_hold(office: Office) -> None:
    old, receipt = key_of(office), office.folder / "receipt"
    office.run("log", "proof", 3, "-o", receipt)
    size = office.entries()
    new = office.run("log", "rotate-key").out.strip()
    assert new != old
    assert key_of(office) == new
    assert office.run("log", "key", "--all").out.split() == [old, new]
    assert office.entries() == size + 1
    assert elsewhere(office, "log", "verify", receipt, "--key", old).code == 0
    office.run("log", "proof", 3, "-o", receipt)  # the newest checkpoint is signed with both
    for key in (old, new):
        assert elsewhere(office, "log", "verify", receipt, "--key", key).code == 0
    assert office.run("person", "roles", "Eve", "--role", "engineer", by="Ada").code == 0
    office.run("log", "proof", 3, "-o", receipt)
    assert [elsewhere(office, "log", "verify", receipt, "--key", key).code for key in (old, new)] == [1, 0]
    assert office.run("log", "verify").code == 0
    folder = office.folder / "log"
    office.run("log", "export", folder)
    assert (says(new, folder)[0], says(old, folder)[0]) == (0, 1)


def test_the_old_key_adds_nothing_any_more(office: Office) -> None:
    file = office.settings_file.parent / "log.key"
    old = file.read_bytes()
    office.run("log", "rotate-key")
    assert read_signing_key(file.read_bytes()).public != read_signing_key(old).public
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    file.write_bytes(old)
    done = office.run("person", "roles", "Eve", "--role", "engineer", by="Ada")
    assert (done.code, "its log signs with another key than this one" in done.text) == (2, True), done.text


@pytest.mark.parametrize("interrupted", ["before the log tells of it", "before the file is in its place"])
def test_a_rotation_that_was_interrupted_goes_on(office: Office, interrupted: str) -> None:
    file = office.settings_file.parent / "log.key"
    following, old = file.with_name("log.key.next"), file.read_bytes()
    if interrupted == "before the log tells of it":
        following.write_bytes(signing_key_pem(new_signing_key(), None))
        size = office.entries() + 1
    else:
        office.run("log", "rotate-key")
        file.replace(following)
        file.write_bytes(old)
        size = office.entries()
    new = read_signing_key(following.read_bytes()).public
    told = office.run("log", "rotate-key")
    assert told.code == 0, told.text
    assert Verifier.read(told.out.strip()).key == new
    assert (office.entries(), following.exists()) == (size, False)
    assert office.run("log", "verify").code == 0


def test_a_key_with_a_password_is_followed_by_one_with_the_same(tmp_path: Path) -> None:
    office = Office(tmp_path)
    file = office.settings_file.parent / "log.key"
    key = read_signing_key(file.read_bytes())
    file.write_bytes(signing_key_pem(key, b"open sesame"))
    for password in ("", "wrong"):
        done = office.run("log", "rotate-key", HILT_LOG_KEY_PASSWORD=password)
        assert done.code == 2, done.text
        (file.with_name("log.key.next")).unlink(missing_ok=True)
    assert office.run("log", "rotate-key", HILT_LOG_KEY_PASSWORD="open sesame").code == 0
    assert read_signing_key(file.read_bytes(), b"open sesame").public != key.public


def test_a_cosignature_that_does_not_hold_is_named(office: Office) -> None:
    witness = Verifier("w.example", new_signing_key().public, Kind.WITNESS)
    told = office.settings_file.read_text()
    named = f'witnesses: [{{url: "https://w.example", key: "{witness.text}"}}]'
    office.settings_file.write_text(told.replace("checks: false}", f"checks: false, {named}}}"))
    with opened(office.settings) as record:
        size = record.log.head().size
    line = f"— w.example {'A' * 8}="
    change(office, f"INSERT INTO cosignatures VALUES ({size}, 'w.example', '{line}')")
    done = office.run("log", "verify")
    assert (done.code, f"what w.example has signed of {size} entries: " in done.text) == (1, True), done.text


@pytest.mark.parametrize(
    "row",
    [
        "'abc', 'w.example', 'x'",
        "-5, 'w.example', 'x'",
        "{size}, 'another.example', '\x1b]0;evil\x07'",
        "{size}, 'another.example', x'ff'",
        "{size}, 'another.example', '— another.example AAAAAAAAAA==\n— a.third AAAAAAAAAA==\n'",
    ],
)
def test_what_is_no_signature_of_a_witness_is_named_and_stands_in_nobodys_way(office: Office, row: str) -> None:
    witness = Verifier("w.example", new_signing_key().public, Kind.WITNESS)
    told = office.settings_file.read_text()
    named = f'witnesses: [{{url: "http://127.0.0.1:1", key: "{witness.text}"}}]'
    office.settings_file.write_text(told.replace("checks: false}", f"checks: false, {named}}}"))
    before = office.run("log", "checkpoint")
    change(office, f"INSERT INTO cosignatures VALUES ({row.format(size=office.entries())})")
    after = office.run("log", "checkpoint")
    assert (after.code, after.out) == (before.code, before.out)
    assert office.run("log", "proof", 3).code == 0
    assert office.run("log", "verify").code == 1
