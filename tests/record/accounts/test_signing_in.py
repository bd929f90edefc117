"""Accounts and passes on both engines: the whole way of somebody who is invited, comes, and goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hilt.core.errors import NotAllowed
from hilt.core.signed_in import PassKind, Waiting
from hilt.gate.backup import backup
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.erase_person import erase_person
from hilt.gate.init import init
from hilt.gate.record import keeping_open, opened
from hilt.gate.restore import restore
from hilt.gate.settings import Settings
from hilt.gate.signing_in.accounts import let_in, sign_in_as, waiting
from hilt.gate.signing_in.invite import invite
from hilt.gate.signing_in.passes import Asked, Opened, end, passes, who
from hilt.gate.signing_in.sign_in import FREE_TRIES, WRONG, accept, change_password, first, sign_in
from quick_passwords import _quick_passwords  # noqa: F401 - pytest finds it by its name

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PASSWORD, OTHER = "correct horse battery", "staple of the horse"


def settings_of(where: str, folder: Path) -> Settings:
    told = RecordSettings(database=where, key=str(folder / "log.key"), checkpoint=str(folder / "kept"))
    return Settings(record=told)


@pytest.fixture
def settings(where: str, tmp_path: Path) -> Iterator[Settings]:
    settings = settings_of(where, tmp_path)
    init(settings)
    with keeping_open(settings):
        yield settings


def asked(given: Opened, settings: Settings) -> Asked:
    found = who(given.secret, [given.who.kind], settings)
    assert found is not None
    return found


def test_somebody_comes_and_goes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "hilt.gate.signing_in.sign_in.clock", lambda *later: (NOON + sum(later, timedelta())).isoformat()
    )
    ada = asked(first("Ada", "ada@acme.example", PASSWORD, settings), settings)
    name = "Gr\udcffce Höpper"
    grace = asked(accept(invite(name, "g", key=ada.key, settings=settings).secret, PASSWORD, settings), settings)
    second = sign_in(name, PASSWORD, settings)
    assert [one.shown for one in passes(grace, settings)].count(True) == 1
    change_password(grace, PASSWORD, OTHER, settings)
    assert who(second.secret, list(PassKind), settings) is None
    end(grace, grace.pass_digest, settings)
    for _ in range(FREE_TRIES):
        with pytest.raises(NotAllowed, match=WRONG):
            sign_in(name, PASSWORD, settings)
    with pytest.raises(NotAllowed, match="too many tries"):
        sign_in(name, OTHER, settings)
    erase_person(name, key=ada.key, settings=settings)
    with opened(settings) as record:
        assert record.accounts.account(grace.who.person.person) is None
        assert list(record.verify()) == []


def test_somebody_is_let_in_for_whom_another_server_vouches(settings: Settings) -> None:
    ada = asked(first("Ada", "ada@acme.example", PASSWORD, settings), settings)
    told = "https://id.acme.example", "s\udcff-17", "Gr\udcffce", "g@acme.example", settings
    came = sign_in_as(*told)
    assert waiting(ada, settings) == (came,)
    assert isinstance(came, Waiting)
    let_in(came.person, ["legal"], key=ada.key, settings=settings)
    assert isinstance(sign_in_as(*told), Opened)
    assert waiting(ada, settings) == ()


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
def test_accounts_move_to_another_engine_with_a_backup(settings: Settings, postgresql: str, tmp_path: Path) -> None:
    session = first("Ada", "ada@acme.example", PASSWORD, settings)
    backup(tmp_path / "saved", settings=settings)
    (tmp_path / "moved").mkdir()
    moved = settings_of(postgresql, tmp_path / "moved")
    restore(tmp_path / "saved", settings=moved)
    assert who(session.secret, list(PassKind), moved) is None
    assert sign_in("Ada", PASSWORD, moved).who.person.roles == ("admin",)
