"""Checks that a server carries out: recorded as any other, followed while they run, and none lost or done twice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asking_checks import lying, over, pool, serving, signed_in
from hilt.core.asked_check import AskedCheck, CheckState
from hilt.core.errors import NotAllowed, ReferenceInvalid, SourceError, UsageError
from hilt.core.events import VerdictGiven
from hilt.core.verdict import Outcome
from hilt.gate.record import keeping_open, opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked
from hilt.gate.working import check_pool, uploads
from hilt.gate.working.checks_asked import (
    MOST_OPEN,
    ask_folder,
    ask_upstream,
    asked_check,
    newest_checks,
    stop,
    waiting_before,
)
from hilt.gate.working.uploads import TooMuch, Upload, refuse_announced
from office import Office


@pytest.fixture
def settings(unopened: Settings) -> Iterator[Settings]:
    """With the record open, as a server has it."""
    with keeping_open(unopened):
        yield unopened


@pytest.fixture
def unopened(office: Office) -> Settings:
    (office.folder / "models").mkdir()
    office.model("models/acme-lid")
    return serving(office, "folders: {shared: ../models}, uploads: {folder: ../in, bytes: 5000000, files: 20}")


@pytest.fixture
def eve(office: Office) -> Asked:
    return signed_in(office, "Eve")


def sent(asked: Asked, settings: Settings, **files: bytes) -> AskedCheck:
    with Upload(settings) as upload:
        for name, data in files.items():
            upload.begin_file(name.replace("__", "/"))
            upload.write(data)
        return upload.ask(asked)


def recorded(check: AskedCheck, settings: Settings) -> VerdictGiven:
    with opened(settings) as record:
        event = record.recorded(check.place).event
    assert isinstance(event, VerdictGiven)
    return event


def test_a_folder_that_was_chosen_is_checked_and_the_verdict_recorded(settings: Settings, eve: Asked) -> None:
    check = ask_folder(eve, "shared/acme-lid", settings)
    assert (check.state, check.person) == (CheckState.WAITING, eve.who.person.person)
    with pool(settings):
        done = over(check, settings)
    assert (done.state, done.outcome, done.error) == (CheckState.DONE, Outcome.REVIEW, "")
    event = recorded(done, settings)
    assert (event.subject, event.outcome) == (done.subject, done.outcome)
    assert event.reference == settings.serve.folders["shared"].replace("settings/../", "") + "/acme-lid"
    assert done.reached.files == done.reached.all_files == 2
    assert done.reached.share == 1.0
    assert newest_checks(settings) == (done,)


def test_an_upload_is_judged_as_the_folder_is_that_was_sent_and_leaves_nothing(
    settings: Settings, eve: Asked, office: Office
) -> None:
    there = office.model("models/acme-lid")
    files = {f"acme-lid__{path.name}".replace(".", "."): path.read_bytes() for path in there.iterdir()}
    uploaded, chosen = sent(eve, settings, **files), ask_folder(eve, "shared/acme-lid", settings)
    assert lying(settings) != set()
    with pool(settings):
        one, other = over(uploaded, settings), over(chosen, settings)
    assert (one.name, one.subject) == ("upload:acme-lid", other.subject)
    assert recorded(one, settings).reference == "upload:acme-lid"
    assert lying(settings) == set()


def test_a_file_that_was_sent_alone_is_named_for_itself_and_several_for_their_number(
    settings: Settings, eve: Asked
) -> None:
    names = [sent(eve, settings, **files).name for files in ({"model.pkl": b"N."}, {"a": b"1", "b": b"2"})]
    assert names == ["upload:model.pkl", "upload:2 files"]


def test_what_fails_says_why(settings: Settings, eve: Asked, office: Office) -> None:
    gone = ask_folder(eve, "shared/acme-lid", settings)
    for path in (office.folder / "models/acme-lid").iterdir():
        path.unlink()
    with pool(settings):
        told = over(gone, settings)
    assert (told.state, told.outcome, told.place) == (CheckState.FAILED, None, -1)
    assert "holds no file" in told.error


def test_our_own_mistake_is_told_as_one_and_ends_no_server(
    settings: Settings, eve: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check_pool, "given", lambda *_, **__: 1 / 0)
    first, second = sent(eve, settings, a=b"1"), ask_folder(eve, "shared/acme-lid", settings)
    with pool(settings):
        assert "hilt made a mistake" in over(first, settings).error
        monkeypatch.undo()
        assert over(second, settings).state is CheckState.DONE
    assert "hilt: ZeroDivisionError" in capsys.readouterr().err
    assert lying(settings) == set()


def test_a_check_that_runs_tells_how_far_it_is_and_can_be_stopped(
    settings: Settings, eve: Asked, office: Office, large: Path
) -> None:
    check = ask_folder(eve, f"shared/{large.name}", settings)
    with pool(settings):
        half = wait_for(check, settings, lambda found: found.reached.size > 0)
        assert half.state is CheckState.RUNNING
        assert half.reached.all_size == large_size(large)
        assert 0 < half.reached.share < 1
        with pytest.raises(NotAllowed, match="of somebody else"):
            stop(signed_in(office, "Otto"), half, settings)
        stop(signed_in(office, "Ada"), half, settings)  # an administrator
        over_now = over(check, settings)
    assert (over_now.state, over_now.error) == (CheckState.INTERRUPTED, "somebody stopped it")
    with pytest.raises(NotAllowed, match="is over"):
        stop(eve, over_now, settings)


def test_a_server_that_ends_leaves_what_runs_to_the_next(settings: Settings, eve: Asked, large: Path) -> None:
    check = ask_folder(eve, f"shared/{large.name}", settings)
    with pool(settings):
        wait_for(check, settings, lambda found: found.reached.size > 0)
    waiting = asked_check(check.number, settings)
    assert waiting is not None
    assert waiting.state is CheckState.WAITING
    os.truncate(large / "model.bin", 10)
    with pool(settings):
        assert over(check, settings).state is CheckState.DONE


def test_a_server_that_was_killed_is_replaced_by_another(settings: Settings, eve: Asked) -> None:
    check = sent(eve, settings, a=b"1")
    with opened(settings) as record:
        assert record.asked_checks.take("killed", "", store=uploads.store(uploads.folder(settings))) is not None
    with pool(settings, patience=0.3):
        assert over(check, settings).state is CheckState.DONE
    assert lying(settings) == set()


def test_two_servers_carry_out_each_check_once(settings: Settings, eve: Asked, office: Office) -> None:
    before = office.entries()
    asked = [ask_folder(eve, "shared/acme-lid", settings) for _ in range(2)]
    assert waiting_before(asked[1], settings) == 1
    with pool(settings), pool(settings):
        done = [over(check, settings) for check in asked]
    assert {check.state for check in done} == {CheckState.DONE}
    assert office.entries() == before + 2


def test_a_database_that_was_away_for_a_while_loses_nothing(unopened: Settings, eve: Asked, office: Office) -> None:
    settings = unopened
    database, aside = office.folder / "settings/record.db", office.folder / "settings/aside.db"
    check = ask_folder(eve, "shared/acme-lid", settings)
    database.rename(aside)
    with pool(settings):
        time.sleep(0.2)
        aside.rename(database)
        assert over(check, settings).state is CheckState.DONE


def test_what_a_crash_has_left_is_deleted_and_what_waits_is_kept(settings: Settings, eve: Asked) -> None:
    left = uploads.folder(settings) / ("0" * 32)
    left.mkdir()
    (left / "model.bin").write_bytes(b"0")
    waiting = sent(eve, settings, a=b"1")
    uploads.sweep(settings)
    assert len(lying(settings)) == 1
    with Upload(settings) as coming:
        coming.begin_file("a")
        uploads.sweep(settings)
        coming.write(b"1")
        assert len(lying(settings)) == 3  # with its lock
    assert len(lying(settings)) == 1
    stop(eve, waiting, settings)
    uploads.sweep(settings)
    assert lying(settings) == set()


def test_only_whoever_may_ask_has_something_checked(settings: Settings, office: Office) -> None:
    for asked in (signed_in(office, "Eve", only_reads=True),):
        with pytest.raises(NotAllowed, match="ask an administrator for the role requester"):
            ask_folder(asked, "shared/acme-lid", settings)
        with pytest.raises(NotAllowed):
            sent(asked, settings, a=b"1")
    assert lying(settings) == set()


def test_nobody_fills_the_queue_alone(settings: Settings, eve: Asked, office: Office) -> None:
    for _ in range(MOST_OPEN):
        ask_folder(eve, "shared/acme-lid", settings)
    with pytest.raises(UsageError, match="20 checks of yours are not over yet"):
        ask_folder(eve, "shared/acme-lid", settings)
    ask_folder(signed_in(office, "Otto"), "shared/acme-lid", settings)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("hf:acme/lid", "hf:acme/lid"),
        (" acme/lid@v1 ", "hf:acme/lid@v1"),
        ("hf:datasets/acme/words", "hf:datasets/acme/words"),
        ("https://huggingface.co/acme/lid", "hf:acme/lid"),
        ("https://huggingface.co/acme/lid/tree/v1", "hf:acme/lid@v1"),
    ],
)
def test_a_model_of_the_hub_is_named_in_several_ways(settings: Settings, eve: Asked, told: str, name: str) -> None:
    assert ask_upstream(eve, told, settings).name == name


@pytest.mark.parametrize(
    "told",
    [
        "",
        "/etc/passwd",
        "hf:/etc/passwd",
        "hf:../../etc",
        "acme/lid/../x",
        "http://127.0.0.1/acme/lid",
        "https://127.0.0.1/acme/lid",
        "https://example.org/acme/lid",
        "https://huggingface.co/acme/lid/blob/main/config.json",
        "https://huggingface.co.example.org/acme/lid",
        "https://user@huggingface.co/acme/lid/x/y",
        "file:///etc/passwd",
        "sha256:" + "0" * 64,
        "a" * 1000,
        "acme/lid@../x",
        "acme/\u202elid",
        "acme/lid\0",
    ],
)
def test_nothing_else_is_asked_for(settings: Settings, eve: Asked, told: str) -> None:
    with pytest.raises((UsageError, ReferenceInvalid)):
        ask_upstream(eve, told, settings)


def test_an_upload_has_bounds(settings: Settings, eve: Asked) -> None:
    with pytest.raises(TooMuch, match=r"more than 0\.005 GB"):
        refuse_announced(50_000_000, settings)
    with Upload(settings) as upload:
        upload.begin_file("a")
        upload.write(bytes(5_000_000))
        with pytest.raises(TooMuch, match=r"more than 0\.005 GB"):
            upload.write(b"0")
    with Upload(settings) as upload:
        for number in range(20):
            upload.begin_file(str(number))
        with pytest.raises(TooMuch, match="more than 20 files"):
            upload.begin_file("20")
    with Upload(settings) as upload, pytest.raises(TooMuch, match="more than 20 files or folders"):
        upload.begin_file("/".join("abcdefghijklmnopqrstuvw"))
    with Upload(settings) as upload, pytest.raises(UsageError, match="no file was sent"):
        upload.ask(eve)
    assert lying(settings) == set()
    assert newest_checks(settings) == ()


def test_an_upload_leaves_room_on_the_disk(settings: Settings, monkeypatch: pytest.MonkeyPatch, eve: Asked) -> None:
    monkeypatch.setattr(uploads, "SPARE", 1 << 60)
    with pytest.raises(TooMuch, match=r"has no room for it \(0\.0 GB are left\)"):
        refuse_announced(1, settings)
    monkeypatch.setattr(uploads, "SPARE", 0)
    monkeypatch.setattr(uploads, "_LOOK", 1000)
    with Upload(settings) as upload:
        upload.begin_file("a")
        upload.write(bytes(1000))
        monkeypatch.setattr(uploads, "SPARE", 1 << 60)
        with pytest.raises(TooMuch, match="has no room"):
            upload.write(b"0")
    assert lying(settings) == set()


def test_a_server_may_take_no_uploads_or_be_unable_to_keep_them(office: Office, settings: Settings) -> None:
    text = office.settings_file.read_text()
    office.settings_file.write_text(text.replace("bytes: 5000000", "bytes: 0"))
    with pytest.raises(UsageError, match="nothing is uploaded to this server"):
        refuse_announced(0, office.settings)
    office.settings_file.write_text(text.replace("../in", "settings.yaml"))
    with pytest.raises(SourceError, match="uploads are to lie here"):
        Upload(office.settings)


@pytest.fixture
def large(office: Office, settings: Settings) -> Path:
    """A folder whose bytes take a while, and no room on the disk."""
    folder = office.folder / "models/large"
    folder.mkdir()
    with (folder / "model.bin").open("wb") as file:
        file.truncate(4_000_000_000)
    return folder


def large_size(folder: Path) -> int:
    return (folder / "model.bin").stat().st_size


def wait_for(check: AskedCheck, settings: Settings, is_so: Callable[[AskedCheck], bool]) -> AskedCheck:
    for _ in range(1000):
        found = asked_check(check.number, settings)
        assert found is not None
        if is_so(found):
            return found
        threading.Event().wait(0.01)
    raise AssertionError(found)
