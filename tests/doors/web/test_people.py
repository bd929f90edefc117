"""Who there is, what administrators do about it, and what everybody does about their own account."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

import pytest

from hilt.core.signed_in import PassKind
from hilt.gate.keeping.reader import reader_of, reader_with_key
from hilt.gate.person import people
from library_office import ollama_code
from office import Office
from ollama_client import OllamaKey
from web_office import Browser, WebOffice, complaint

PASSWORD, OTHER = "correct horse battery staple", "another long pass phrase"


@pytest.fixture
def web(office: Office) -> WebOffice:
    return WebOffice(office)


def value_of(page: Any, name: str) -> str:
    """What stands in the field with this id."""
    found = re.search(rf'id="{name}"[^>]* value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def invited(web: WebOffice, name: str = "Nora", **fields: Any) -> Browser:
    """The browser of somebody who came in by the link that Ada made."""
    told = {"name": name, "contact": f"{name}@acme.example", "role": ["requester"], **fields}
    link = value_of(web.browser("Ada").submit("/people/invite", told), "link")
    assert link.startswith(web.origin)
    nora = web.browser()
    token = {"link": link.partition("link=")[2], "name": name, "password": PASSWORD, "again": PASSWORD}
    assert nora.submit("/begin", token).status_code == 303
    return nora


def person_of(web: WebOffice, name: str) -> Any:
    return next(one for one in people(web.office.settings) if one.name.text == name)


def test_everybody_sees_who_decides_and_only_some_how_to_reach_them(web: WebOffice) -> None:
    page, told = web.browser("Eve").get("/people"), web.browser("Ada").get("/people")
    assert "calls-are-known" in page.text
    assert ("otto@acme.example" in page.text, "otto@acme.example" in told.text) == (False, True)
    assert ("Invite somebody" in page.text, "Invite somebody" in told.text) == (False, True)
    assert "otto@acme.example" not in web.browser("Eve").get("/people.json").text
    for path in ("/people/invite", "/people/p-1/roles", "/people/p-1/end", "/people/let-in", "/people/turn-away"):
        assert web.browser("Eve").submit(path, {"name": "Mallory"}).status_code == 403


def test_an_administrator_invites_somebody_by_a_link_that_is_shown_once(web: WebOffice) -> None:
    nora = invited(web)
    assert nora.get("/account").status_code == 200
    assert person_of(web, "Nora").roles == ("requester",)
    assert "link=" not in web.browser("Ada").get("/people").text
    wrong = web.browser("Ada").submit("/people/invite", {"name": "Max", "contact": "m@x", "role": "No Role!"})
    assert (wrong.status_code, 'value="Max"' in wrong.text) == (400, True)


def test_roles_change_and_nobody_shuts_themselves_out(web: WebOffice) -> None:
    ada, eve = web.browser("Ada"), person_of(web, "Eve").person
    assert ada.submit(f"/people/{eve}/roles", {"role": ["reader"], "other": "engineer, legal"}).status_code == 303
    assert person_of(web, "Eve").roles == ("engineer", "legal", "reader")
    own = person_of(web, "Ada").person
    assert ada.submit(f"/people/{own}/roles", {"role": ["reader"]}).status_code == 400
    assert ada.submit(f"/people/{own}/end").status_code == 400
    assert ada.submit(f"/people/{eve}/roles", {}).status_code == 400
    assert "admin" in person_of(web, "Ada").roles


def test_who_has_left_is_signed_out_everywhere(web: WebOffice) -> None:
    nora, ada = invited(web), web.browser("Ada")
    assert ada.submit(f"/people/{person_of(web, 'Nora').person}/end").status_code == 303
    assert nora.get("/account").headers["location"].startswith("/sign-in")
    assert person_of(web, "Nora").roles == ()
    assert "who left" in ada.get("/people").text


def test_a_token_is_shown_once_and_ended_again(web: WebOffice) -> None:
    nora = invited(web)
    page = nora.submit("/account/token", {"label": "deploy <b>", "until": "2026-12-31", "only_reads": "yes"})
    if page.status_code == 400:  # this test is read in a later year
        page = nora.submit("/account/token", {"label": "deploy <b>", "until": value_of(nora.get("/account"), "until")})
    secret = value_of(page, "token")
    assert secret.startswith("hilt_")
    program = Browser(web.application)
    assert program.post("/api/models", json={}, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    told = nora.get("/account").text
    assert (secret in told, "deploy &lt;b&gt;" in told) == (False, True)
    (token,) = [one for one in nora.get("/account.json").json()["passes"] if one["kind"] == "token"]
    assert nora.submit("/account/end", {"pass": token["digest"]}).status_code == 303
    assert program.post("/api/models", json={}, headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert nora.submit("/account/token", {"label": "", "until": "2026-12-31"}).status_code == 400


def library_token(browser: Browser, **fields: Any) -> Any:
    """What comes back for the form of a token that opens the library."""
    told = {
        "label": "laptop <b>",
        "use": "support chatbot, EU",
        "until": value_of(browser.get("/account"), "library-until"),
    }
    return browser.submit("/account/library-token", {**told, "names": "acme/*, datasets/*", **fields})


def test_a_token_of_the_library_is_shown_once_with_what_a_client_is_told(web: WebOffice) -> None:
    nora = invited(web)
    page = library_token(nora, writes="yes")
    secret = value_of(page, "token")
    assert re.fullmatch("hf_[A-Za-z0-9]{34,}", secret)
    assert f"export HF_ENDPOINT={web.origin}\nexport HF_TOKEN={secret}</pre>" in page.text
    assert "downloads and uploads as you until" in page.text
    told = nora.get("/account").text
    listed = ("laptop &lt;b&gt;", "support chatbot, EU", "acme/*, datasets/*", "may upload")
    assert [secret in told, *(one in told for one in listed)] == [False, True, True, True, True]
    (token,) = [one for one in nora.get("/account.json").json()["passes"] if one["kind"] == "library"]
    assert token["library"] == {"use": "support chatbot, EU", "names": ["acme/*", "datasets/*"], "writes": True}
    assert nora.submit("/account/end", {"pass": token["digest"]}).status_code == 303
    assert reader_of(secret, web.office.settings) is None


def test_a_token_of_the_library_opens_no_page_and_no_verb(web: WebOffice) -> None:
    secret = value_of(library_token(invited(web)), "token")
    reader = reader_of(secret, web.office.settings)
    assert reader is not None
    assert (reader.use, reader.names, reader.writes) == ("support chatbot, EU", ("acme/*", "datasets/*"), False)
    program, headers = Browser(web.application), {"Authorization": f"Bearer {secret}"}
    assert program.post("/api/models", json={}, headers=headers).status_code == 401
    for path in ("/", "/account", "/log.json", "/live?about=log"):
        assert program.get(path, headers=headers).status_code == 401, path
        assert Browser(web.application, secret).get(path).status_code in (303, 401), path


def test_what_is_wrong_with_a_token_of_the_library_is_told_and_the_rest_stays_typed(web: WebOffice) -> None:
    nora = invited(web)
    for fields, said in (
        ({"use": " "}, "use: say what the downloads are for"),
        ({"names": "acme/* no way/*/"}, "names no repositories; say acme/*"),
        ({"until": "2020-01-01"}, "this day is over"),
        ({"label": ""}, "label: say what the token is for"),
    ):
        page = library_token(nora, writes="yes", **fields)
        assert (page.status_code, said in complaint(page)) == (400, True), page.text
        assert value_of(page, "library-use") == {"use": "support chatbot, EU", **fields}["use"]
        assert re.search(r'id="library-writes"[^>]* checked', page.text)
        assert value_of(page, "label") == "", "it belongs to the other form"
    assert [one["kind"] for one in nora.get("/account.json").json()["passes"]] == ["session"]


def test_whoever_only_reads_is_told_why_they_download_nothing(web: WebOffice) -> None:
    rita = invited(web, "Rosa", role=["reader"])
    assert "An administrator gives the role requester" in rita.get("/account").text
    told = {"label": "laptop", "use": "x", "until": "2999-01-01", "names": "*"}
    assert rita.submit("/account/library-token", told).status_code == 403


def ollama_key(browser: Browser, code: str, **fields: Any) -> Any:
    """What comes back for the form with the code of an Ollama."""
    told = {"label": "chat <b>", "use": "support chatbot, EU", "names": "acme/*", "until": "2999-01-01"}
    until = value_of(browser.get("/account"), "ollama-until")
    return browser.submit("/account/ollama-key", {**told, "until": until, "code": code, **fields})


def test_the_key_of_an_ollama_is_added_and_ended_again(web: WebOffice) -> None:
    nora, key = invited(web), OllamaKey()
    page = ollama_key(nora, f"Error: pull model manifest: {ollama_code(key, web.office.settings)}\n")
    assert (page.status_code, "may download from now on" in page.text) == (200, True), page.text
    blob = b64decode(key.line.split()[1])
    assert f"SHA256:{b64encode(sha256(blob).digest()).decode().rstrip('=')}" in page.text
    assert all(one in page.text for one in ("Key of the Ollama", "chat &lt;b&gt;", "support chatbot, EU", "acme/*"))
    (told,) = [one for one in nora.get("/account.json").json()["passes"] if one["kind"] == "ollama"]
    assert told["library"] == {"use": "support chatbot, EU", "names": ["acme/*"], "writes": False}
    reader = reader_with_key(told["digest"], web.office.settings)
    assert reader is not None
    assert (reader.use, reader.names, reader.writes) == ("support chatbot, EU", ("acme/*",), False)
    assert nora.submit("/account/end", {"pass": told["digest"]}).status_code == 303
    assert reader_with_key(told["digest"], web.office.settings) is None


def test_what_is_wrong_with_the_key_of_an_ollama_is_told_and_the_rest_stays_typed(web: WebOffice) -> None:
    nora, key = invited(web), OllamaKey()
    code = ollama_code(key, web.office.settings)
    assert ollama_key(nora, code).status_code == 200
    for given, fields, said in (
        (key.line, {}, "there is no code of hilt in"),
        (code[:-1], {}, "pull hilt/code from here with the ollama"),
        (code, {}, "this key is on an account already"),
        (ollama_code(OllamaKey(), web.office.settings), {"use": " "}, "use: say what the downloads are for"),
    ):
        page = ollama_key(nora, given, **fields)
        assert (page.status_code, said in complaint(page)) == (400, True), page.text
        assert value_of(page, "ollama-label") == "chat &lt;b&gt;"
        assert value_of(page, "library-label") == "", "it belongs to the other form"
    eve = invited(web, "Max")
    assert "this key is on an account already" in complaint(ollama_key(eve, code))


def test_nobody_ends_the_pass_of_somebody_else(web: WebOffice) -> None:
    nora = invited(web)
    (own,) = nora.get("/account.json").json()["passes"]
    assert web.browser("Eve").submit("/account/end", {"pass": own["digest"]}).status_code == 403
    assert nora.get("/account").status_code == 200
    assert nora.submit("/account/end", {"pass": own["digest"]}).headers["location"] == "/sign-in"
    assert nora.get("/account").status_code == 303


def test_another_password_ends_all_else(web: WebOffice) -> None:
    nora = invited(web)
    second = web.browser()
    assert second.submit("/sign-in", {"name": "Nora", "password": PASSWORD, "next": "/"}).status_code == 303
    for old, new, again in ((OTHER, OTHER, OTHER), (PASSWORD, OTHER, PASSWORD), (PASSWORD, "short", "short")):
        assert nora.submit("/account/password", {"old": old, "new": new, "again": again}).status_code == 400
    done = nora.submit("/account/password", {"old": PASSWORD, "new": OTHER, "again": OTHER})
    assert (done.status_code, "was changed" in done.text, OTHER in done.text) == (200, True, False)
    assert (nora.get("/account").status_code, second.get("/account").status_code) == (200, 303)
    assert nora.submit("/account/end-all").headers["location"] == "/sign-in"


def test_keys_are_told_to_whoever_signs_with_them(web: WebOffice) -> None:
    assert person_of(web, "Eve").keys[0] in web.browser("Eve").get("/account").text
    assert PassKind.INVITATION.value not in web.browser("Eve").get("/account.json").text
