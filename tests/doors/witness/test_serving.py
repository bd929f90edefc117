"""A log of hilt that is witnessed by a witness of hilt, over HTTP between two processes."""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from urllib.parse import urlsplit

import pytest

from hilt.doors.http import server
from hilt.gate.init import init
from hilt.gate.record import opened
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.keys import new_signing_key
from hilt.record.ledger.notes import Verifier, read_note, sign_note
from hilt.record.ledger.witness_protocol import LARGEST_REQUEST, CosignRequest
from office import Office, carried_out
from witness_server import NAME, Running, running


@pytest.fixture
def witness(office: Office) -> Iterator[Running]:
    with running(office.folder / "witness", verifier(office)) as one:
        name(office, one)
        yield one


def verifier(office: Office) -> str:
    return office.run("log", "key").out.strip()


def name(office: Office, witness: Running) -> None:
    """Puts the witness into the settings."""
    told = office.settings_file.read_text()
    office.settings_file.write_text(told.replace("checks: false}", f"checks: false, {witness.settings}}}"))


def grow(office: Office) -> None:
    """One entry more."""
    assert office.run("person", "roles", "Eve", "--role", "engineer", by="Ada").code == 0


def request(office: Office, old: int = 0) -> CosignRequest:
    with opened(office.settings) as record:
        return record.log.request(old)


def test_a_witness_signs_what_grows_and_receipts_carry_it(office: Office, witness: Running) -> None:
    for _ in range(2):
        done = office.run("log", "checkpoint")
        assert (done.code, f"— {NAME} " in done.out) == (0, True), done.text
        assert f"{NAME} ({witness.url}) signed it at 20" in done.text
        grow(office)
    size = office.entries() - 1
    assert f"witnessed by {NAME}: {size} entries at 20" in office.run("log", "verify").text
    assert f"{NAME} {witness.url} signed {size} entries at 20" in office.run("log", "witness", "list").text
    receipt = office.folder / "receipt"
    for form in ("sigstore", "tlog-proof"):
        office.run("log", "proof", 3, "--format", form, "-o", receipt)
        keys = ("--key", verifier(office), "--key", witness.key)
        done = office.run("log", "verify", receipt, *keys)
        assert (done.code, f"witnessed by {NAME} at 20" in done.text) == (0, True), done.text
        other = ("--key", witness.key.replace("w1", "w2"))
        assert office.run("log", "verify", receipt, *keys, *other).code == 2


def test_a_log_of_one_entry_is_told_as_that(office: Office) -> None:
    office.settings_file.write_text("record: {database: new.db, key: new.key, checkpoint: new, checks: false}\n")
    init(office.settings)
    with running(office.folder / "witness", verifier(office)) as witness:
        name(office, witness)
        assert office.run("log", "checkpoint").code == 0
        assert f"{NAME} {witness.url} signed 1 entry at 20" in office.run("log", "witness", "list").text


def test_a_receipt_of_an_entry_that_no_witness_saw_is_refused_where_one_is_asked_for(
    office: Office, witness: Running
) -> None:
    office.run("log", "checkpoint")
    grow(office)
    receipt = office.folder / "receipt"
    office.run("log", "proof", office.entries() - 1, "-o", receipt)
    assert office.run("log", "verify", receipt, "--key", verifier(office)).code == 0
    done = office.run("log", "verify", receipt, "--key", verifier(office), "--key", witness.key)
    assert (done.code, done.err) == (1, f"hilt: the witness '{NAME}' has not signed the checkpoint of this receipt\n")


def test_add_asks_once_and_prints_what_belongs_into_the_settings(office: Office) -> None:
    with running(office.folder / "witness", verifier(office)) as witness:
        done = office.run("log", "witness", "add", witness.url, witness.key)
        assert (done.code, json.dumps(witness.key) in done.out) == (0, True), done.text
        told = office.told("log", "witness", "add", witness.url, witness.key)
        assert (told["name"], told["why"]) == (NAME, "")
        done = office.run("log", "witness", "add", witness.url, verifier(office))
        assert (done.code, "that of a witness is needed here" in done.text) == (2, True), done.text
    assert office.run("log", "witness", "add", "ftp://x", witness.key).code == 2


def test_who_forgot_what_it_had_signed_is_told(office: Office, witness: Running) -> None:
    office.run("log", "checkpoint")
    with opened(office.settings) as record, record._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM cosignatures")
    grow(office)
    assert office.run("log", "checkpoint").code == 0


def test_a_record_that_was_put_back_is_found_by_its_witness(office: Office, witness: Running) -> None:
    database = office.settings_file.parent / "record.db"
    old = office.folder / "old.db"
    shutil.copy(database, old)
    grow(office)
    office.run("log", "checkpoint")
    size = office.entries()
    shutil.copy(old, database)
    for beside in ("-wal", "-shm"):
        database.with_name(f"record.db{beside}").unlink(missing_ok=True)
    (office.settings_file.parent / "kept").unlink()
    done = office.run("log", "checkpoint")
    assert done.code == 1
    assert f"did not sign: it has signed {size} entries of this log, which has {size - 1}" in done.text
    grow(office)  # now it is a fork, of the same size
    done = office.run("log", "checkpoint")
    assert (done.code, "it has seen another history" in done.text) == (1, True), done.text
    assert "has signed two histories" in (office.folder / "witness" / "said").read_text()
    grow(office)
    done = office.run("log", "checkpoint")
    assert (done.code, "it has seen another history" in done.text) == (1, True), done.text


def test_a_witness_of_other_logs_says_what_is_missing(office: Office) -> None:
    stranger = new_signing_key()
    others = [verifier(office).split("+")[0], "other.example"]
    for log in others:
        with running(office.folder / log.replace("/", "-"), Verifier(log, stranger.public).text) as witness:
            done = office.run("log", "witness", "add", witness.url, witness.key)
        assert (done.code, "its operator adds the key with --log" in done.text) == (1, True), done.text


def test_a_witness_that_is_not_there_is_told_and_the_checkpoint_is_written(office: Office) -> None:
    with running(office.folder / "witness", verifier(office)) as witness:
        name(office, witness)
    file = office.folder / "checkpoint"
    done = office.run("log", "checkpoint", "-o", file)
    assert (done.code, f"{NAME} ({witness.url}) did not sign: " in done.text) == (1, True), done.text
    assert Checkpoint.read(read_note(file.read_bytes()).text).size == office.entries()


def test_an_answer_that_is_no_signature_of_the_witness_is_refused(office: Office) -> None:
    with (
        running(office.folder / "one", verifier(office)) as one,
        running(office.folder / "two", verifier(office)) as two,
    ):
        done = office.run("log", "witness", "add", one.url, two.key)
    assert (done.code, "none of its signatures is by a key that is trusted here" in done.text) == (1, True), done.text


def test_the_statuses_are_those_of_the_specification(office: Office, witness: Running) -> None:
    office.run("log", "checkpoint")
    size = office.entries()
    before = request(office, size)
    grow(office)
    honest = request(office, size)
    assert witness.post(request(office, 3).text.encode()) == (409, "text/x.tlog.size", f"{size}\n")
    assert witness.post(b"no request")[0] == 400
    assert witness.post(honest.note.encode())[0] == 400
    assert witness.post(CosignRequest(size + 9, (), honest.note).text.encode())[0] == 400
    stranger = sign_note("other.example\n1\n" + 43 * "A" + "=\n", "other.example", new_signing_key())
    assert witness.post(CosignRequest(0, (), stranger).text.encode())[0] == 404
    forged = sign_note(read_note(honest.note).text, verifier(office).split("+")[0], new_signing_key())
    assert witness.post(CosignRequest(size, honest.path, forged).text.encode())[0] == 403
    assert witness.post(CosignRequest(size, honest.path[1:], honest.note).text.encode())[0] == 422
    assert witness.post(before.text.encode())[0] == 200
    assert witness.post(honest.text.encode())[:2] == (200, "text/plain; charset=utf-8")
    assert witness.post(b"", method="GET")[0] == 405
    assert witness.post(b"", path="/")[0] == 404


def test_what_was_signed_is_remembered_when_the_witness_is_started_again(office: Office) -> None:
    folder, log = office.folder / "witness", verifier(office)
    with running(folder, log) as witness:
        assert office.run("log", "witness", "add", witness.url, witness.key).code == 0
    size = office.entries()
    with running(folder, log) as again:
        assert again.key == witness.key
        assert again.post(request(office).text.encode()) == (409, "text/x.tlog.size", f"{size}\n")


def test_monitors_are_told_what_was_signed_last(office: Office, witness: Running) -> None:
    note = office.run("log", "checkpoint").out
    told = sha256(verifier(office).split("+")[0].encode()).hexdigest()
    where = f"/{told}/checkpoint"
    assert witness.post(b"", where, "GET") == (200, "text/plain; charset=utf-8", note)
    file = office.folder / "seen"
    file.write_text(note)
    assert "no entry was taken back since" in office.run("log", "verify", "--checkpoint", file).text
    assert witness.post(b"", f"/{told[::-1]}/checkpoint", "GET")[0] == 404


def test_a_witness_that_lost_what_it_signed_does_not_start(office: Office) -> None:
    folder, log = office.folder / "witness", verifier(office)
    with running(folder, log):
        pass
    serve = ("log", "witness", "serve", "--name", NAME, "--log", log, "--key", folder / "witness.key", "--state")
    again = carried_out([*map(str, serve), str(folder / "state.db"), "--new"], office.homes)
    assert (again.code, "leave out --new" in again.err) == (2, True)
    lost = carried_out([*map(str, serve), str(folder / "lost.db")], office.homes)
    assert (lost.code, "would sign a second history" in lost.err) == (2, True)


def test_what_it_takes_to_serve_is_said_before_anything_is_made(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = office.folder / "state.db"
    words = ["log", "witness", "serve", "--name", NAME, "--log", verifier(office), "--new", "--state", str(state)]
    words += ["--key", str(office.key("Eve"))]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = carried_out([*words, "--port", str(taken.getsockname()[1])], office.homes)
        assert (done.code, "Address already in use" in done.err) == (2, True), done.err
    monkeypatch.setattr(server, "find_spec", lambda _: None)
    done = carried_out(words, office.homes)
    assert (done.code, "pip install 'hilt[serve]'" in done.err) == (1, True), done.err
    assert not state.exists()


def test_a_body_that_is_too_large_is_not_read_to_its_end(witness: Running) -> None:
    status, _, why = witness.post(b"x" * (LARGEST_REQUEST + 1))
    assert (status, why) == (413, f"a request has at most {LARGEST_REQUEST} bytes\n")
    assert witness.post(b"x" * LARGEST_REQUEST)[0] == 400


@pytest.mark.slow
def test_connections_without_a_request_end(witness: Running) -> None:
    place = urlsplit(witness.url)
    idle = [socket.create_connection((place.hostname or "", place.port or 0)) for _ in range(40)]
    idle[0].sendall(b"GET / HTTP/1.1\r\nHost: x")
    assert witness.post(b"")[0] == 503
    begun = time.monotonic()
    while witness.post(b"")[0] == 503:
        assert time.monotonic() - begun < 60
        time.sleep(1)
    for one in idle:
        one.close()


@pytest.mark.slow
def test_many_that_send_nothing_keep_nobody_out_for_long(office: Office, witness: Running) -> None:
    place = urlsplit(witness.url)
    idle = [socket.create_connection((place.hostname or "", place.port or 0)) for _ in range(20)]
    try:
        for one in idle:
            one.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nold")
        begun = time.monotonic()
        assert office.run("log", "checkpoint").code == 0
        assert time.monotonic() - begun < 8
        with closing(idle[0]) as first:
            first.settimeout(25)
            assert b" 408 " in first.recv(100)
    finally:
        for one in idle:
            one.close()
