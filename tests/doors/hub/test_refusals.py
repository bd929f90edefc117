"""How clients are told why they do not get something."""

from __future__ import annotations

import json

import pytest

from hilt.core.errors import (
    HiltError,
    NotAllowed,
    NotHeld,
    NotReady,
    NotServed,
    RecordUnreachable,
    SourceError,
)
from hilt.core.library import Repository
from hilt.doors.http.problems import TooLarge
from hilt.doors.hub.refusals import UNKNOWN_TOKEN, NotKnown, NotServedHere, one_line, reply_to

ORIGIN = "https://hilt.example"
MODEL = Repository("models", "org/name")


def told(error: Exception) -> tuple[int, dict[str, str], dict[str, str]]:
    reply = reply_to(error, ORIGIN, MODEL)
    return reply.status, dict(reply.headers), json.loads(reply.body)


def test_what_is_blocked_is_told_as_gated_for_that_is_what_clients_show() -> None:
    status, headers, body = told(NotServed("Blocked: it calls os.system.", link="/cases/4"))
    said = "Blocked: it calls os.system. https://hilt.example/cases/4"
    assert (status, body) == (403, {"error": said})
    assert (headers["X-Error-Code"], headers["X-Error-Message"]) == ("GatedRepo", said)
    assert headers["X-HF-Warning"] == f"hilt models/org/name 403; {said}"


def test_what_was_withdrawn_is_gone_so_that_copies_of_it_are_not_loaded() -> None:
    status, headers, body = told(NotServed("Withdrawn", link="/cases/4", recalled=True))
    said = "Withdrawn. https://hilt.example/cases/4"
    assert (status, headers["X-Error-Code"], headers["X-Error-Message"]) == (404, "RevisionNotFound", said)
    assert (headers["X-HF-Warning"], body) == (f"hilt models/org/name 404; {said}", {"error": said})


@pytest.mark.parametrize(
    ("what", "code", "warns"),
    [("repository", "RepoNotFound", True), ("revision", "RevisionNotFound", False), ("file", "EntryNotFound", False)],
)
def test_what_is_not_there_is_told_by_its_kind(what: str, code: str, warns: bool) -> None:
    status, headers, _ = told(NotHeld("none such", what=what))
    assert (status, headers["X-Error-Code"], "X-HF-Warning" in headers) == (404, code, warns)


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (NotKnown(UNKNOWN_TOKEN), 401, "Invalid credentials in Authorization header"),
        (NotAllowed("this token is for acme/*"), 403, "this token is for acme/*"),
        (NotServedHere("not here"), 501, "not here"),
        (SourceError("the upstream is down."), 502, "the upstream is down. Try again in a moment."),
        (TooLarge("paths: too many"), 413, "paths: too many. Send less at once."),
        (HiltError("odd"), 400, "odd."),
    ],
)
def test_other_troubles_have_a_status_and_words(error: Exception, status: int, message: str) -> None:
    got, headers, body = told(error)
    assert (got, headers["X-Error-Message"], body["error"]) == (status, message, message)


def test_a_client_that_is_not_known_is_asked_for_a_token() -> None:
    assert told(NotKnown("a token"))[1]["WWW-Authenticate"] == "Bearer"


def test_what_is_still_being_read_says_when_to_come_again() -> None:
    status, headers, _ = told(NotReady("is being read", seconds=5))
    assert (status, headers["Retry-After"], "X-HF-Warning" in headers) == (503, "5", False)


def test_of_a_mistake_of_hilt_only_its_operator_reads_more(capsys: pytest.CaptureFixture[str]) -> None:
    status, headers, body = told(KeyError("secret"))
    assert status == 500
    assert "secret" not in str(headers) + str(body)
    assert "KeyError" in capsys.readouterr().err


def test_where_the_record_is_is_for_its_operator_alone(capsys: pytest.CaptureFixture[str]) -> None:
    status, headers, body = told(RecordUnreachable("postgresql://db.internal does not answer"))
    assert (status, "internal" in str(headers) + str(body)) == (503, False)
    assert "db.internal" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["a\r\nX-Repo-Commit: 1", "a\0b\x7f\x1b[31m", "\u202eab\u0430", "a" * 5000, "\ud800"])
def test_no_message_can_be_more_than_one_line_of_a_header(text: str) -> None:
    line = one_line(text)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 4000
    assert told(NotServed(text, link="/a"))[1]["X-Error-Message"].isprintable()
