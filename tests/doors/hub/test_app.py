"""Requests as they come over the wire, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hub_served import Served, served_hub
from hub_server import COMMIT, File
from library_office import CARD, HONEST, safetensors
from office import KNOWN_ROAD, UNKNOWN_CALL

WEIGHTS = safetensors()
FILE = "/org/name/resolve/main/model.safetensors"
INFO = "/api/models/org/name"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    files = {**HONEST, "deep/er/config.json": b"{}", "empty": b""}
    with served_hub(tmp_path_factory.mktemp("shop"), files) as served:
        yield served


@pytest.fixture(scope="module")
def token(at: Served) -> str:
    return at.shop.secret()


def test_a_file_comes_with_what_clients_look_for(at: Served, token: str) -> None:
    told = at.ask("GET", FILE, token=token)
    assert (told.status, told.body) == (200, WEIGHTS)
    assert told.headers["x-repo-commit"] == COMMIT
    assert told.headers["etag"] == f'"{File.of(WEIGHTS, large=True).sha256}"'
    assert told.headers["accept-ranges"] == "bytes"
    card = at.ask("GET", "/org/name/raw/main/README.md", token=token)
    assert (card.body, card.headers["etag"]) == (CARD, f'"{File.of(CARD).blob}"')


def test_no_browser_shows_what_a_model_brings(at: Served, token: str) -> None:
    headers = at.ask("GET", "/org/name/resolve/main/README.md", token=token).headers
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == "attachment; filename*=UTF-8''README.md"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_head_tells_the_same_without_the_bytes(at: Served, token: str) -> None:
    head, whole = (at.ask(method, FILE, token=token) for method in ("HEAD", "GET"))
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(WEIGHTS)))
    assert {**head.headers, "date": ""} == {**whole.headers, "date": ""}


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=5-", 5, len(WEIGHTS)), ("bytes=-7", len(WEIGHTS) - 7, len(WEIGHTS))],
)
def test_a_part_of_a_file_is_had(at: Served, token: str, asked: str, start: int, end: int) -> None:
    told = at.ask("GET", FILE, token=token, range=asked)
    assert (told.status, told.body) == (206, WEIGHTS[start:end])
    assert told.headers["content-range"] == f"bytes {start}-{end - 1}/{len(WEIGHTS)}"


def test_what_is_no_part_of_a_file_is_not_made_up(at: Served, token: str) -> None:
    behind = at.ask("GET", FILE, token=token, range=f"bytes={len(WEIGHTS)}-")
    assert (behind.status, behind.body, behind.headers["content-range"]) == (416, b"", f"bytes */{len(WEIGHTS)}")
    assert at.ask("GET", FILE, token=token, range="bytes=0-0,2-2").body == WEIGHTS
    assert at.ask("GET", FILE, token=token, range="bytes=0-0", if_range='"another"').body == WEIGHTS


def test_an_empty_file_is_one(at: Served, token: str) -> None:
    told = at.ask("GET", "/org/name/resolve/main/empty", token=token)
    assert (told.status, told.body, told.headers["content-length"]) == (200, b"", "0")


def test_whoever_has_the_bytes_is_not_sent_them_again(at: Served, token: str) -> None:
    tag = at.ask("HEAD", FILE, token=token).headers["etag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        told = at.ask("GET", FILE, token=token, if_none_match=known)
        assert (told.status, told.body, told.headers["etag"]) == (304, b"", tag)
    assert at.ask("HEAD", FILE, token=token, if_none_match='"other"').status == 200


def test_a_request_is_named_in_its_answer(at: Served, token: str) -> None:
    assert at.ask("GET", INFO, token=token, x_amzn_trace_id="a-1").headers["x-request-id"] == "a-1"
    assert "x-request-id" not in at.ask("GET", INFO, token=token, x_amzn_trace_id="<a>").headers


@pytest.mark.parametrize("revision", ["main", COMMIT, "HEAD"])
def test_a_revision_has_its_names(at: Served, token: str, revision: str) -> None:
    assert json.loads(at.ask("GET", f"{INFO}/revision/{revision}", token=token).body)["sha"] == COMMIT


def test_whatever_is_to_be_expanded_is_taken(at: Served, token: str) -> None:
    told = json.loads(at.ask("GET", f"{INFO}?expand=sha&expand=xetEnabled&expand[]=x", token=token).body)
    assert (told["sha"], "siblings" in told) == (COMMIT, False)
    assert "siblings" in json.loads(at.ask("GET", f"{INFO}?expand=siblings", token=token).body)


def test_paths_are_asked_for_as_json_too(at: Served, token: str) -> None:
    body = json.dumps({"paths": ["deep", "README.md"], "expand": True}).encode()
    told = at.ask("POST", f"{INFO}/paths-info/main", token=token, body=body, content_type="application/json")
    assert [(one["path"], one["type"], one["lastCommit"]["id"]) for one in json.loads(told.body)] == [
        ("deep", "directory", COMMIT),
        ("README.md", "file", COMMIT),
    ]
    wrong = at.ask("POST", f"{INFO}/paths-info/main", token=token, body=b"[]", content_type="application/json")
    assert (wrong.status, wrong.headers["connection"]) == (400, "close")


@pytest.mark.parametrize(
    "path",
    [
        INFO, f"{INFO}/revision/main", f"{INFO}/tree/main", f"{INFO}/commits/main", f"{INFO}/refs", f"{INFO}/auth-check", FILE, "/api/models",
        "/org/name/raw/main/README.md", "/api/whoami-v2",
    ],
)  # fmt: skip
def test_no_way_leads_around_the_question_who_asks(at: Served, path: str) -> None:
    for method in ("GET", "HEAD"):
        assert at.ask(method, path).status == 401
        wrong = at.ask(method, path, token="hf_" + "a" * 43)
        assert (wrong.status, wrong.headers["x-error-message"]) == (401, "Invalid credentials in Authorization header")
        assert at.ask(method, path, authorization="Basic YTpi").status == 401
    assert at.ask("GET", path, token=at.shop.secret("Ada", names=("acme/*",))).status == (
        200 if path in ("/api/whoami-v2", "/api/models") else 403
    )


def test_paths_are_not_told_to_strangers(at: Served) -> None:
    assert at.ask("POST", f"{INFO}/paths-info/main", body=b"paths=README.md").status == 401


def test_a_session_of_the_pages_is_no_token_of_the_library(at: Served, token: str) -> None:
    assert at.ask("GET", INFO, cookie=f"hilt={token}").status == 401


def test_a_token_that_only_reads_may_not_write(at: Served, token: str) -> None:
    assert at.ask("GET", f"{INFO}/auth-check/write", token=token).status == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/agent-harnesses", 404),
        ("HEAD", "/api/telemetry/a/b", 200),
        ("POST", "/api/telemetry/a", 200),
        ("GET", "/api/organizations/acme/overview", 404),
        ("GET", "/api/models/a/b/c/d", 404),
        ("DELETE", "/api/models/org/name", 405),
        ("GET", "/api/models/org/name/paths-info/main", 405),
    ],
)
def test_what_clients_ask_besides_is_answered(at: Served, method: str, path: str, status: int) -> None:
    told = at.ask(method, path)
    assert (told.status, told.headers["content-type"]) == (status, "application/json")


def test_a_browser_is_led_to_the_page_of_the_model(at: Served, token: str) -> None:
    for path in ("/org/name", "/org/name/blob/main/README.md"):
        told = at.ask("GET", path)  # and nobody who is not signed in hears from here whether it was checked
        assert (told.status, told.headers["location"]) == (303, "/library?repository=hf%3Aorg%2Fname")


def test_what_is_not_there_is_told_with_what_clients_know_it_by(at: Served, token: str) -> None:
    for path, code in (
        ("/org/name/resolve/main/none", "EntryNotFound"),
        (f"{INFO}/tree/main/none", "EntryNotFound"),
        (f"{INFO}/revision/none", "RevisionNotFound"),
        ("/api/models/org/none", "RepoNotFound"),
    ):
        told = at.ask("GET", path, token=token)
        assert (told.status, told.headers["x-error-code"]) == (404, code)
    assert at.ask("HEAD", "/org/name/resolve/main/none", token=token).headers["x-repo-commit"] == COMMIT


def test_what_is_blocked_is_blocked_on_every_way(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = {"README.md": CARD, "model.pkl": File.of(KNOWN_ROAD, large=True)}
    with served_hub(tmp_path_factory.mktemp("blocked"), files) as at:
        token = at.shop.secret()
        for path in (INFO, f"{INFO}/tree/main", f"{INFO}/commits/main", f"{INFO}/auth-check"):
            told = at.ask("GET", path, token=token)
            assert (told.status, told.headers["x-error-code"]) == (403, "GatedRepo")
            assert json.loads(told.body)["error"] == told.headers["x-error-message"]
        asked = at.ask("POST", f"{INFO}/paths-info/main", token=token, body=b"paths=README.md")
        assert (asked.status, b"sha" in asked.body) == (403, False)
        for path in ("README.md", "model.pkl", "none"):
            for method in ("GET", "HEAD"):
                told = at.ask(method, f"/org/name/resolve/{COMMIT}/{path}", token=token)
                assert (told.status, told.headers["x-error-code"]) == (403, "GatedRepo")
                assert KNOWN_ROAD not in told.body
                assert at.origin in told.headers["x-error-message"]


def test_what_waits_for_people_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    files = {**HONEST, "model.pkl": File.of(UNKNOWN_CALL, large=True)}
    with served_hub(tmp_path_factory.mktemp("waits"), files) as at:
        told = at.ask("GET", FILE, token=at.shop.secret())
        assert (told.status, told.headers["x-error-code"]) == (403, "GatedRepo")
        assert "waits for" in told.headers["x-hf-warning"]
