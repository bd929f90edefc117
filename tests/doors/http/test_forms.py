"""Forms: those of our own pages are taken, whatever else is sent is refused, and what was typed is kept."""

from __future__ import annotations

import asyncio
import re
from threading import Event
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import ASGITransport, AsyncClient

from hilt.core.errors import RecordUnreachable
from hilt.doors.http import csrf
from hilt.doors.http.answers import Answer, Told
from hilt.doors.http.app import application
from hilt.doors.http.asking import Asking
from hilt.doors.http.forms import LARGEST, MOST_FIELDS
from hilt.doors.http.route import Route
from hilt.doors.web.drawing import draw
from web_echo import echoing
from web_office import ORIGIN, Browser, WebOffice, complaint

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OURS = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


def posted(browser: Browser, body: str | bytes, path: str = "/echo", **headers: str) -> Any:
    token = csrf.token(browser.secret).encode()
    data = body.encode() if isinstance(body, str) else body
    return browser.post(path, content=b"csrf=" + token + b"&" + data, headers={**OURS, **FORM, **headers})


def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, complaint(answer)


def test_a_form_of_our_own_page_is_taken(web: WebOffice) -> None:
    lena = echoing(web)
    assert lena.submit("/echo", {"why": "It is ours. ünï\n😀"}).json() == {"why": "It is ours. ünï\n😀"}
    assert posted(lena, "a=1&a=2&empty=&plus=a+b%2Bc").json() == {"a": "2", "empty": "", "plus": "a b+c"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ORIGIN.replace("http:", "https:")},
        {"Origin": ORIGIN.replace("8791", "8792")},
        {"Origin": f"{ORIGIN}.evil.example"},
        {"Origin": "http://localhost:8791"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {},
    ],
)
def test_a_form_that_another_site_sends_is_refused_even_with_a_token(web: WebOffice, headers: dict[str, str]) -> None:
    lena = echoing(web)
    answer = lena.post("/echo", data={"csrf": csrf.token(lena.secret), "why": "Ours in disguise"}, headers=headers)
    assert kind(answer) == (403, f"this was not sent from a page of {ORIGIN}")
    assert "disguise" not in answer.text, "what others made up must not wait on our page to be sent"


def test_a_browser_that_names_the_site_but_no_origin_is_believed(web: WebOffice) -> None:
    lena = echoing(web)
    data = {"csrf": csrf.token(lena.secret)}
    assert lena.post("/echo", data=data, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("token", ["", "0", "0" * 96, "é", "\u202e" * 40])
def test_a_token_that_was_made_up_is_refused(web: WebOffice, token: str) -> None:
    assert echoing(web).submit("/echo", {"csrf": token}).status_code == 403


def test_a_token_of_another_session_is_refused_and_what_was_typed_can_be_sent_from_this_one(web: WebOffice) -> None:
    lena, otto = echoing(web, "Lena"), echoing(web, "Otto")
    answer = lena.submit("/echo", {"csrf": csrf.token(otto.secret), "why": 'two "tabs" <b>', "case": "17"})
    assert answer.status_code == 403
    assert "two &#34;tabs&#34; &lt;b&gt;</textarea>" in answer.text
    assert '<input type="hidden" name="case" value="17">' in answer.text
    token = re.search(r'action="/echo">\s*<input type="hidden" name="csrf" value="(\w+)"', answer.text)
    assert token
    assert lena.submit("/echo", {"csrf": token[1], "why": "again"}).json() == {"why": "again"}


def test_no_two_pages_have_the_same_token_and_each_holds_in_every_tab(web: WebOffice) -> None:
    lena = echoing(web)
    one, other = csrf.token(lena.secret), csrf.token(lena.secret)
    assert one != other
    assert all(lena.submit("/echo", {"csrf": token}).status_code == 200 for token in (one, other, one))


def test_what_was_typed_outlives_the_session_but_for_passwords(web: WebOffice) -> None:
    stranger = Browser(echoing(web).app, "A" * 43)
    answer = stranger.submit("/echo", {"why": "a long reason", "password": "not to be shown", "old": "nor this"})
    assert (answer.status_code, "a long reason</textarea>" in answer.text) == (401, True)
    assert "not to be shown" not in answer.text
    assert "nor this" not in answer.text
    assert '<a href="/sign-in" target="_blank" rel="noopener">' in answer.text


def test_a_form_that_somebody_was_quicker_than_is_kept_and_a_wrong_one_is_told_without_markup(web: WebOffice) -> None:
    lena = echoing(web)
    answer = lena.submit("/quicker", {"why": "my reason"})
    assert kind(answer) == (409, "lena decided this case a moment ago")
    assert "my reason</textarea>" in answer.text
    answer = lena.submit("/wrong", {"why": "x"})
    assert kind(answer) == (400, "<script>alert(1)</script>\\u202ex")


def test_a_replayed_form_of_a_session_that_was_ended_does_nothing(web: WebOffice) -> None:
    lena = web.browser("Lena")
    token = csrf.token(lena.secret)
    assert lena.submit("/sign-out").headers["location"] == "/sign-in"
    again = Browser(echoing(web).app, lena.secret)
    assert again.submit("/echo", {"csrf": token}).status_code == 401


@pytest.mark.parametrize(
    "media",
    ["", "text/plain", "multipart/form-data; boundary=x", "application/json", "application/x-www-form-urlencodedx"],
)
def test_what_is_no_form_is_refused(web: WebOffice, media: str) -> None:
    answer = posted(echoing(web), "a=1", **{"Content-Type": media})
    assert (answer.status_code, "a form is needed here" in complaint(answer)) == (400, True)


@pytest.mark.parametrize("body", [b"a=%ff", b"a=\xff", b"%ed%a0%80=1", b"a=%00", b"a%00b=1"])
def test_what_is_no_text_is_refused(web: WebOffice, body: bytes) -> None:
    assert kind(posted(echoing(web), body))[0] == 400


def test_a_form_is_bounded(web: WebOffice) -> None:
    lena = echoing(web)
    assert posted(lena, "a=" + "x" * (LARGEST - 200)).status_code == 200
    answer = posted(lena, "a=" + "x" * LARGEST)
    assert kind(answer) == (413, f"more than {LARGEST} bytes were sent")
    assert answer.headers["connection"] == "close"
    assert kind(posted(lena, "&".join(f"f{n}=" for n in range(MOST_FIELDS + 1))))[0] == 400
    endless = (b"a" * 65536 for _ in range(20))
    assert lena.post("/echo", content=endless, headers={**OURS, **FORM}).status_code == 413


def test_a_length_that_is_none_is_refused(web: WebOffice) -> None:
    for length in ("-1", "1e3", "9" * 30, "٣"):
        headers: Any = {**OURS, **FORM, "Content-Length": length.encode()}
        assert echoing(web).post("/echo", content=b"a=1", headers=headers).status_code == 413


def test_no_header_and_no_field_turns_one_method_into_another(web: WebOffice) -> None:
    lena = echoing(web)
    answer = lena.get("/echo?_method=POST", headers={"X-HTTP-Method-Override": "POST", **OURS})
    assert kind(answer) == (405, "this cannot be asked for in this way")
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"):
        assert lena.request(method, "/echo", headers=OURS).status_code == 405, method


def test_json_takes_a_token_of_the_page_or_one_that_no_browser_adds(web: WebOffice) -> None:
    lena = echoing(web)
    json = {"Content-Type": "application/json", **OURS}
    with_token = {**json, "X-CSRF-Token": csrf.token(lena.secret)}
    assert lena.post("/api/echo", content=b'{"a": 1}', headers=with_token).json() == {"a": 1}
    told = lena.post("/api/echo", content=b'{"a": 1}', headers=json)
    assert (told.status_code, told.json()["error"]["kind"]) == (403, "form-refused")
    for body in (b"[1]", b"{", b'{"a": NaN}', b'{"a": "\xff"}', b"[" * 100_000, b"1" * 5000):
        told = lena.post("/api/echo", content=body, headers=with_token)
        assert (told.status_code, told.json()["error"]["kind"]) == (400, "usage-error"), body[:20]


def test_an_api_token_needs_no_token_of_a_page_and_is_taken_for_no_session(web: WebOffice) -> None:
    from hilt.core.signed_in import PassKind

    secret = web.secret("Lena", PassKind.TOKEN, label="build")
    program = Browser(echoing(web).app)
    json = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    assert program.post("/api/echo", content=b'{"a": 1}', headers=json).json() == {"a": 1}
    assert program.post("/echo", content=b"a=1&b=2", headers={**json, **FORM}).json() == {"b": "2"}
    assert Browser(program.app, secret).get("/away?to=/").status_code == 303
    assert Browser(program.app, secret).get("/away?to=/x").headers["location"].startswith("/sign-in?")
    session = web.secret("Lena")
    answer = program.get("/away?to=/", headers={"Authorization": f"Bearer {session}"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_database_that_is_away_is_told_on_a_page_that_keeps_what_was_typed(
    web: WebOffice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lena = echoing(web)

    def away(*_: object) -> None:
        raise RecordUnreachable("/srv/record.db: gone\x1b")

    monkeypatch.setattr("hilt.gate.signing_in.passes.who", away)
    answer = lena.submit("/echo", {"why": "a long reason"})
    assert kind(answer) == (503, "the record does not answer at this moment")
    assert capsys.readouterr().err == "hilt: POST /echo: /srv/record.db: gone\\x1b\n"
    assert "a long reason</textarea>" in answer.text


def test_a_query_that_is_no_text_is_told_as_that(web: WebOffice) -> None:
    for query in ("to=%ff", "to=%00", "&".join("a" * 600)):
        assert echoing(web).get(f"/away?{query}").status_code == 400, quote(query)


def test_many_who_try_passwords_keep_nobody_from_the_pages(web: WebOffice) -> None:
    seen, at_once = Event(), []

    def slow(_: Asking) -> Answer:
        at_once.append(1)
        assert seen.wait(60)
        return Told(value=1)

    def page(_: Asking) -> Answer:
        seen.set()
        return Told(value=len(at_once))

    routes = (Route("/slow", slow, methods=("POST",), open=True), Route("/page", page, open=True))
    transport = ASGITransport(application(web.desk, routes, draw))

    async def all_at_once() -> Any:
        async with AsyncClient(transport=transport, base_url=ORIGIN) as client:
            tries = [asyncio.create_task(client.post("/slow", headers=OURS)) for _ in range(50)]
            await asyncio.sleep(0.2)
            told = await asyncio.wait_for(client.get("/page"), 30)
            await asyncio.gather(*tries)
        return told.json()

    assert asyncio.run(all_at_once()) <= 2
    assert len(at_once) == 50
