"""hilt backup and hilt restore, as people meet them."""

from __future__ import annotations

from pathlib import Path

from office import Office


def database(office: Office) -> Path:
    return office.settings_file.parent / "record.db"


def test_there_and_back(office: Office, tmp_path: Path) -> None:
    file, entries = tmp_path / "backup", office.entries()
    done = office.run("backup", file)
    assert (done.code, done.err) == (0, "")
    assert f"{entries} entries of hilt/" in done.text
    assert "The key of the log is not in it" in done.text
    database(office).unlink()
    done = office.run("restore", file)
    assert (done.code, done.err) == (0, "")
    assert "all of it as it was signed. It goes on from the checkpoint kept in" in done.text
    assert office.run("log", "verify").code == 0
    database(office).unlink()
    told = office.told("restore", file)
    assert (told["entries"], told["key_is_there"], told["new_log"]) == (entries, True, "")
    again = office.told("backup", file)
    assert {key: again[key] for key in ("log", "entries", "words")} == {
        key: told[key] for key in ("log", "entries", "words")
    }


def test_what_nobody_can_tell_is_said(office: Office, tmp_path: Path) -> None:
    file, kept = tmp_path / "backup", office.settings_file.parent / "kept"
    office.run("backup", file)
    database(office).unlink()
    kept.unlink()
    done = office.run("restore", file)
    assert "Nobody can tell whether the log had gone further than this backup" in done.text
    assert "--origin NAME" in done.text


def test_a_log_that_had_gone_further(office: Office, tmp_path: Path) -> None:
    file, entries = tmp_path / "backup", office.entries()
    office.run("backup", file)
    assert office.run("person", "roles", "Eve", "--none", by="Ada").code == 0
    database(office).unlink()
    done = office.run("restore", file)
    assert done.code == 1
    assert f"entry {entries} would be missing. Put back a newer backup. If there is none," in done.text
    done = office.run("restore", file, "--origin", "acme/second")
    assert (done.code, done.err) == (0, "")
    assert "a new log, whose first entry says that hilt/" in done.text
    assert f"ended after {entries} entries" in done.text
    assert "acme/second+" in done.text
    assert "knows no people" in done.text
    assert office.entries() == 1
    done = office.run("restore", file, "--database", tmp_path / "old.db")
    assert done.code == 0
