"""Checks that begin on a page: a model of the hub, a folder of the server, files that are sent; followed and stopped there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from asking_checks import lying, over, pool, serving
from hilt.core.asked_check import CheckState
from hilt.doors.http import csrf
from hilt.doors.web.pages import checks
from hilt.gate.record import keeping_open
from hilt.gate.settings import Settings
from hilt.gate.working.checks_asked import asked_check, newest_checks
from office import Office
from web_office import Browser, WebOffice

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def settings(office: Office) -> Iterator[Settings]:
    (office.folder / "models").mkdir()
    office.model("models/acme-lid")
    office.model("models/\u202e<b>")
    told = serving(office, "folders: {shared: ../models}, uploads: {folder: ../in, bytes: 5000000, files: 20}")
    with keeping_open(told):
        yield told


@pytest.fixture
def web(office: Office, settings: Settings) -> WebOffice:
    return WebOffice(office)


@pytest.fixture
def eve(web: WebOffice) -> Browser:
    return web.browser("Eve")


def send(
    browser: Browser, *files: tuple[str, bytes], token: str | None = "", headers: Mapping[str, str] | None = None
) -> Any:
    """Sends files as the form of the page does, its token first; with None for a token, without."""
    told = csrf.token(browser.secret) if token == "" else token
    body = b"" if told is None else part('name="csrf"', told.encode())
    body += b"".join(part(f'name="files"; filename="{name}"', data) for name, data in files)
    usual = {
        "Origin": browser.origin,
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "multipart/form-data; boundary=xyz",
    }
    return browser.post("/upload", content=body + b"--xyz--\r\n", headers={**usual, **(headers or {})})


def part(disposition: str, body: bytes) -> bytes:
    return f"--xyz\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + body + b"\r\n"


def words(answer: Any) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def test_a_page_tells_the_three_ways(eve: Browser) -> None:
    page = eve.get("/check")
    assert page.status_code == 200
    assert 'placeholder="hf:org/name"' in page.text
    assert 'enctype="multipart/form-data" data-upload="5000000"' in page.text
    assert "At most 0.005 GB and 20 files." in words(page)
    assert '<a href="/check?in=shared#server">shared</a>' in page.text


def test_a_model_of_the_hub_is_asked_for_by_its_name(eve: Browser, settings: Settings) -> None:
    begun = eve.submit("/check", {"reference": "acme/lid@v1"})
    assert (begun.status_code, begun.headers["location"]) == (303, "/checks/1")
    page = eve.get("/checks/1")
    assert "hf:acme/lid@v1" in page.text
    assert "It comes next. You can leave this page" in words(page)
    assert 'hx-trigger="every 1s"' in page.text
    assert '<noscript><p><a href="/checks/1">Look again</a>' in page.text


def test_what_was_typed_is_not_lost_where_it_is_no_model(eve: Browser, settings: Settings) -> None:
    page = eve.submit("/check", {"reference": HOSTILE})
    assert page.status_code == 400
    assert "is no name of a repository" in page.text
    assert "<script>alert" not in page.text
    assert 'value="&lt;script&gt;alert(1)&lt;/script&gt;' in page.text
    assert newest_checks(settings) == ()


def test_a_folder_is_found_by_its_name_checked_and_told(eve: Browser, settings: Settings) -> None:
    page = eve.get("/check?in=shared")
    assert 'href="/check?in=shared/acme-lid#server"' in page.text
    assert "\\u202e&lt;b&gt;" in page.text
    assert "\u202e" not in page.text
    assert "2 files here" in words(eve.get("/check?in=shared/acme-lid"))
    begun = eve.submit("/check", {"place": "shared/acme-lid"})
    check = asked_check(1, settings)
    assert (begun.headers["location"], check is None) == ("/checks/1", False)
    assert check is not None
    with pool(settings):
        done = over(check, settings)
    page = eve.get("/checks/1")
    assert "People decide about it" in page.text
    assert f'href="/models/{done.subject}">See the report</a>' in page.text
    assert "hx-trigger" not in page.text
    told = eve.get("/checks/1.json").json()["check"]
    assert (told["state"], told["outcome"], told["subject"], told["place"]) == (
        "done",
        "review",
        done.subject,
        done.place,
    )


@pytest.mark.parametrize(
    "place", ["../settings", "shared/../../settings", "/etc", "shared//etc", "shared/acme-lid/README.md"]
)
def test_no_other_folder_is_opened(eve: Browser, settings: Settings, place: str) -> None:
    assert eve.get("/check", params={"in": place}).status_code == 400
    assert eve.submit("/check", {"place": place}).status_code == 400
    assert newest_checks(settings) == ()


def test_files_that_were_sent_are_checked_and_gone(eve: Browser, settings: Settings) -> None:
    begun = send(eve, ("lid/README.md", b"A model.\n"), ("lid/model.pkl", b"N."), ("", b""))
    assert (begun.status_code, begun.headers["location"]) == (303, "/checks/1")
    check = asked_check(1, settings)
    assert check is not None
    assert check.name == "upload:lid"
    assert len(lying(settings)) == 1
    with pool(settings):
        assert over(check, settings).state is CheckState.DONE
    assert lying(settings) == set()
    page = eve.get("/checks")
    assert "upload:lid" in page.text
    assert "Eve" in page.text


@pytest.mark.parametrize(
    "name", ["../x", "/etc/x", "c:/x", "a\x1bb", "a\u202eb", "a" * 300, "a/" * 40 + "a", "b", "B", "b/c", HOSTILE]
)
def test_hostile_names_leave_nothing(eve: Browser, settings: Settings, name: str) -> None:
    page = send(eve, ("b", b"1"), (name, b"2"))
    assert (page.status_code, "send the model as one archive" in page.text) == (400, True)
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text
    assert lying(settings) == set()
    assert newest_checks(settings) == ()


def test_nothing_is_written_before_it_is_known_that_a_page_of_ours_sent_it(
    web: WebOffice, eve: Browser, settings: Settings
) -> None:
    file = ("model.bin", b"0")
    assert send(eve, file, token=None).status_code == 403
    assert send(eve, file, token="0" * 96).status_code == 403
    assert send(eve, file, token=csrf.token(web.secret("Otto"))).status_code == 403
    assert send(eve, file, headers={"Origin": "http://evil.example"}).status_code == 403
    assert send(eve, file, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert send(web.browser(), file).status_code in (303, 401)
    late = part('name="files"; filename="a"', b"0") + part('name="csrf"', csrf.token(eve.secret).encode())
    usual = {"Origin": eve.origin, "Content-Type": "multipart/form-data; boundary=xyz"}
    refused = eve.post("/upload", content=late + b"--xyz--\r\n", headers=usual)
    assert (refused.status_code, "begin with its token" in refused.text) == (403, True)
    assert lying(settings) == set()
    by_header = send(eve, file, token=None, headers={"X-CSRF-Token": csrf.token(eve.secret)})
    assert by_header.status_code == 303


def test_a_program_sends_files_with_its_token(web: WebOffice, settings: Settings) -> None:
    from hilt.core.signed_in import PassKind

    program = web.browser()
    secret = web.secret("Eve", PassKind.TOKEN)
    told = send(program, ("model.bin", b"0"), token=None, headers={"Authorization": f"Bearer {secret}"})
    assert told.status_code == 201
    assert json.loads(told.text)["check"]["name"] == "upload:model.bin"


def test_an_upload_past_its_bounds_is_refused_on_a_page(eve: Browser, settings: Settings) -> None:
    announced = eve.post(
        "/upload",
        content=b"--xyz--\r\n",
        headers={
            "Origin": eve.origin,
            "Content-Type": "multipart/form-data; boundary=xyz",
            "Content-Length": "10000000000",
        },
    )
    assert (announced.status_code, "ore than 0.005 GB were sent" in announced.text) == (413, True)
    counted = send(eve, ("a", bytes(3_000_000)), ("b", bytes(3_000_000)))
    assert (counted.status_code, "What came was deleted" in counted.text) == (413, True)
    many = send(eve, *((str(number), b"") for number in range(21)))
    assert (many.status_code, "ore than 20 files" in many.text) == (413, True)
    assert send(eve).status_code == 400
    assert lying(settings) == set()


def test_whoever_only_reads_starts_nothing(web: WebOffice, settings: Settings) -> None:
    reader = web.browser("Eve", only_reads=True)
    page = reader.get("/check")
    assert "has nothing checked" in page.text
    assert '<form method="post" action="/check"' not in page.text
    assert reader.submit("/check", {"place": "shared/acme-lid"}).status_code == 403
    assert send(reader, ("a", b"0")).status_code == 403
    assert (lying(settings), newest_checks(settings)) == (set(), ())


def test_a_check_is_stopped_by_whoever_asked_for_it(web: WebOffice, eve: Browser, settings: Settings) -> None:
    eve.submit("/check", {"place": "shared/acme-lid"})
    otto = web.browser("Otto")
    assert "Stop it" not in otto.get("/checks/1").text
    assert otto.submit("/checks/1/stop").status_code == 403
    assert "Stop it" in eve.get("/checks/1").text
    assert eve.submit("/checks/1/stop").status_code == 303
    page = eve.get("/checks/1")
    assert "It was interrupted: somebody stopped it" in words(page)
    assert '<a class="button" href="/check?in=shared/acme-lid#server">Ask for it again</a>' in page.text
    assert 'value="hf:a/b@c"' in eve.get("/check?reference=hf%3Aa/b%40c").text
    assert eve.submit("/checks/2/stop").status_code == 404
    assert eve.get(f"/checks/{10**12}").status_code == 404


def test_the_list_is_long_and_narrowed(web: WebOffice, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    eve = web.browser("Eve")
    assert "Check a first model" in eve.get("/checks").text
    people = [web.browser(name) for name in ("Eve", "Lena", "Otto")]
    monkeypatch.setattr(checks, "ON_A_PAGE", 4)
    for number in range(5):
        people[number % 3].submit("/check", {"reference": f"acme/m{number}"})
    assert "/checks?before=2" in eve.get("/checks").text
    assert "hf:acme/m0<" in eve.get("/checks?before=2").text
    assert "No check is here" in eve.get("/checks?show=over").text
    assert len(eve.get("/checks.json?show=open").json()["checks"]) == 4
    assert eve.get("/checks?before=x&show=%00").status_code in (200, 400)
