"""`hilt init`, `hilt person` and `hilt erase-person` as their users meet them."""

from __future__ import annotations

import json
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from office import Done, carried_out

ADA = ("Ada Lovelace", "ada.key.pub", "--contact", "ada@example")


class Desk:
    """Where somebody works: a folder, the settings in it, and their key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        homes = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state"}
        self.env = {"COLUMNS": "100", **{variable: str(folder / name) for variable, name in homes.items()}}

    def hilt(self, *arguments: str, **env: str) -> Done:
        with chdir(self.folder):
            return carried_out([*arguments], {**self.env, **env})

    def said(self, *arguments: str, **env: str) -> str:
        """What the verb says when all goes well, wherever lines were broken."""
        done = self.hilt(*arguments, **env)
        assert (done.code, done.err) == (0, "")
        return " ".join(done.out.split())

    def refused(self, code: int, *arguments: str, **env: str) -> str:
        done = self.hilt(*arguments, **env)
        assert (done.code, done.out) == (code, "")
        return done.err

    def people(self) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(self.said("person", "list", "--json"))
        return listed


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_from_nothing_to_two_people(desk: Desk) -> None:
    said = desk.said("init", "--origin", "acme.example/models")
    assert said.startswith(f"A record was made. database {desk.folder}/data/hilt/record.db key of the log")
    assert f"{desk.folder}/data/hilt/log.key (new; keep a copy of it elsewhere" in said
    assert "verifier key acme.example/models+" in said
    assert "Next: the first person" in said
    assert "nobody yet" in desk.said("person", "list")
    root = json.loads(desk.said("log", "key", "--trusted-root"))
    assert [one["baseUrl"] for one in root["tlogs"]] == ["acme.example/models"]
    assert desk.said("person", "new-key", "-o", "ada.key", "--no-password") == (
        "ada.key: your private key; keep it to yourself "
        "ada.key.pub: your public key; an administrator adds it: hilt person add, hilt person key"
    )
    assert "Ada Lovelace ada@example roles admin key " in desk.said("person", "add", *ADA)
    (desk.folder / "password").write_text("correct horse\n")
    desk.said("person", "new-key", "-o", "ben.key", HILT_KEY_PASSWORD="correct horse")
    ben = ("Ben", "ben.key.pub", "--contact", "ben@example", "--role", "legal")
    assert desk.refused(2, "person", "add", *ben).startswith(
        "hilt: this is signed with your own key: give it with --key"
    )
    desk.said("person", "add", *ben, "--key", "ada.key")
    assert [(one["name"], one["roles"]) for one in desk.people()] == [("Ada Lovelace", ["admin"]), ("Ben", ["legal"])]
    own = ("person", "roles", "Ben", "--role", "admin", "--key", "ben.key")
    assert "no password was given; give it with --password-file" in desk.refused(2, *own)
    assert "the password is wrong" in desk.refused(2, *own, HILT_KEY_PASSWORD="wrong")
    assert "role admin, which p-" in desk.refused(1, *own, HILT_KEY_PASSWORD="correct horse")
    assert "role admin, which p-" in desk.refused(1, *own, "--password-file", "password")
    assert "risk-officer" in desk.said("person", "roles", "Ben", "--role", "risk-officer", HILT_KEY="ada.key")
    assert (
        desk.said("person", "roles", "Ben", "--none", HILT_KEY=(desk.folder / "ada.key").read_text()).count("none") == 1
    )


def test_keys_come_and_go(desk: Desk) -> None:
    for name in ("ada", "old", "new"):
        desk.said("person", "new-key", "-o", f"{name}.key", "--no-password")
    desk.env["HILT_KEY"] = "ada.key"
    desk.said("person", "add", *ADA)
    (ben,) = json.loads(desk.said("person", "add", "Ben", "old.key.pub", "--contact", "-", "--json"))
    desk.said("person", "key", "Ben", "new.key.pub")
    assert len(desk.people()[1]["keys"]) == 2
    assert "--why is missing" in desk.refused(2, "person", "key", "Ben", "old.key.pub", "--revoke")
    assert "a new key needs no reason" in desk.refused(2, "person", "key", "Ben", "old.key.pub", "--why", "x")
    (after,) = json.loads(
        desk.said("person", "key", "Ben", ben["keys"][0], "--compromised", "--why", "stolen", "--json")
    )
    assert after["keys"] == [key for key in desk.people()[1]["keys"] if key != ben["keys"][0]]
    assert len(after["keys"]) == 1
    assert "revoked already" in desk.refused(1, "person", "key", "Ben", "old.key.pub", "--compromised", "--why", "x")
    last = ("person", "key", "Ada Lovelace", "ada.key.pub", "--revoke", "--why", "x")
    assert "the last key with the role admin" in desk.refused(1, *last)


def test_a_person_is_erased(desk: Desk) -> None:
    for name in ("ada", "ben"):
        desk.said("person", "new-key", "-o", f"{name}.key", "--no-password")
    desk.env["HILT_KEY"] = "ada.key"
    desk.said("person", "add", *ADA)
    desk.said("person", "add", "Benjamin", "ben.key.pub", "--contact", "+49 30 1")
    desk.said("person", "key", "Benjamin", "ben.key.pub", "--revoke", "--why", "Benjamin has left")
    said = desk.said("erase-person", "Benjamin")
    ben = desk.people()[1]
    assert said.startswith(f"{ben['person']}: name and contact erased (entry 6) stays what {ben['person']} signed")
    assert "1 text of others with their name or contact" in said
    assert said.endswith("delete them, or erase it there too.")
    assert (ben["name"], ben["contact"]) == (None, None)
    assert "(erased) (erased)" in desk.said("person", "list")
    done = json.loads(desk.said("erase-person", ben["person"], "--naming", "Benjamin", "--json"))
    assert done == {"person": ben["person"], "entry": 7, "texts": 1, "said": 0, "naming": 0}
    assert "nothing to erase" in desk.refused(2, "erase-person", ben["person"], "--texts")
    for file in desk.folder.joinpath("data/hilt").iterdir():
        assert b"Benjamin" not in file.read_bytes()
        assert b"+49 30" not in file.read_bytes()


def test_settings_are_told_and_found_again(desk: Desk) -> None:
    said = desk.hilt(
        "init", "--database", "there/record.db", "--key", "keys/log.key", "--password-env", "P", P="secret"
    )
    lines = said.out.splitlines()
    start = lines.index("record:")
    (desk.folder / "settings.yaml").write_text("\n".join(lines[start : start + 4]))
    desk.env |= {"HILT_CONFIG": "settings.yaml", "P": "secret", "HILT_KEY": "ada.key"}
    desk.said("person", "new-key", "-o", "ada.key", "--no-password")
    desk.said("person", "add", *ADA)
    assert (desk.folder / "there/record.db").exists()
    assert not (desk.folder / "data").exists()
    again = desk.refused(1, "init")
    assert "there is a record here already" in again
    assert "record.password_env P" in desk.refused(2, "person", "roles", "Ada Lovelace", "--role", "admin", P="")
    assert desk.said("person", "list", P="").startswith("p-")  # to read takes no key


def test_a_new_key_takes_its_password_from_a_file_as_well(desk: Desk) -> None:
    (desk.folder / "password").write_text("correct horse\n")
    desk.said("person", "new-key", "-o", "ada.key", "--password-file", "password")
    desk.said("person", "add", *ADA)
    own = ("person", "roles", "Ada Lovelace", "--role", "admin", "--role", "legal", "--key", "ada.key")
    assert "the password is wrong" in desk.refused(2, *own, HILT_KEY_PASSWORD="wrong")
    assert "admin, legal" in desk.said(*own, "--password-file", "password")


WRONG = (
    (
        ("person", "new-key", "-o", "x"),
        "a key has a password: --password-file or --password-env names it, or $HILT_KEY",
    ),
    (("person", "new-key", "-o", "x", "--no-password", "--password-env", "HOME"), "and yet there is a password"),
    (("person", "new-key", "-o", "ada.key", "--no-password"), "ada.key is there already"),
    (("person", "add", "B", "ada.key", "--contact", "-", "--key", "ada.key"), "this is a private key: keep it to"),
    (("person", "add", "B", "rsa", "--contact", "-", "--key", "ada.key"), "FILE.pub rsa: No such file"),
    (
        ("person", "add", "B", "--contact", "-", "--key", "ada.key.pub"),
        "no private key in PEM: there is a PUBLIC KEY",
    ),
    (("person", "roles", "Nobody", "--role", "x", "--key", "ada.key"), "there is no person 'Nobody'"),
    (("person", "roles", "Ada Lovelace", "--key", "ada.key"), "name every role that they have from now on"),
    (("person", "roles", "Ada Lovelace", "--role", "x", "--none"), "name every role that they have from now on"),
    (("erase-person", "p-00000000", "--key", "ada.key"), "there is no person 'p-00000000'"),
    (("init", "--origin", "a b"), "--origin 'a b': a name without blanks"),
)


def test_a_wrong_call_is_told_in_words(desk: Desk) -> None:
    desk.said("person", "new-key", "-o", "ada.key", "--no-password")
    desk.said("person", "add", *ADA)
    for arguments, said in WRONG:
        assert said in desk.refused(2, *arguments)
    assert len(desk.people()) == 1


def test_a_hostile_name_moves_no_cursor(desk: Desk) -> None:
    desk.said("person", "new-key", "-o", "ada.key", "--no-password")
    done = desk.hilt("person", "add", "A\x1b[2Jda\u202e", "ada.key.pub", "--contact", "\x07")
    assert done.code == 0
    assert r"A\x1b[2Jda\u202e \x07" in done.out
    assert "\x1b" not in done.out
