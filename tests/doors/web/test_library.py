"""The page of the library: what it tells, and where those are led who ask for a model as on the public hub."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hilt.core.errors import SourceError
from hilt.core.events import FixityRun
from hilt.core.signed_in import PassKind
from hilt.core.verdict import Outcome
from hilt.doors.http.app import Beside
from hilt.doors.hub.app import hub
from hilt.doors.hub.paths import meant
from hilt.doors.web.app import pages
from hilt.gate.person import change_roles
from hilt.gate.record import opened
from hilt.gate.withdraw import withdraw
from library_office import Shop, shop
from office import USE, Office
from shelves import shelve
from web_office import ORIGIN, Browser, WebOffice, complaint

ROW = re.compile(r'<th scope="row"><a href="(/models/[0-9a-f]{64})"><bdi>([^<]*)')


@pytest.fixture
def web(office: Office) -> WebOffice:
    told = {"pipeline_tag": "text-generation"}
    shelve(
        office, "acme/chat", told=told, size=16 * 10**9, facts={"rights.licences": ("mit",), "fit.reserved": 17 * 10**9}
    )
    shelve(office, "acme/tell", outcome=Outcome.BLOCK, facts={"openness.class": 2})
    return WebOffice(office)


def named(answer: Any) -> list[str]:
    return [name for _, name in ROW.findall(answer.text)]


def readable(answer: Any) -> str:
    return " ".join(re.sub("<[^>]*>", " ", answer.text.partition("<main")[2]).split())


def test_what_the_library_has_is_listed_with_links_to_its_reports(web: WebOffice) -> None:
    lena = web.browser("Lena")
    page = lena.get("/library")
    assert (page.status_code, named(page)) == (200, ["acme/tell", "acme/chat"])
    for words in ("text-generation", "mit", "16 GB", "17 GB", "class 2", "none known", "from hub"):
        assert words in readable(page)
    for link, _ in ROW.findall(page.text):
        assert lena.get(link).status_code == 200
    assert "style=" not in page.text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=CHAT", ["acme/chat"]),
        ("q=&author=&task=&licence=&largest=&fits=&use=&kind=models&verdict=&openness=", ["acme/tell", "acme/chat"]),
        ("author=acme&task=text-generation", ["acme/chat"]),
        ("licence=mit", ["acme/chat"]),
        ("openness=2", ["acme/tell"]),
        ("verdict=block", ["acme/tell"]),
        ("fits=24+GB", ["acme/chat"]),
        ("largest=1GB", ["acme/tell"]),
        ("kind=datasets", []),
    ],
)
def test_it_is_narrowed_down_by_what_is_known(web: WebOffice, query: str, names: list[str]) -> None:
    lena = web.browser("Lena")
    assert named(lena.get(f"/library?{query}")) == names
    told = lena.get(f"/library.json?{query}").json()
    assert [one["reference"].removeprefix("hf:") for one in told["models"]] == names


def test_it_tells_how_each_stands_for_a_use(web: WebOffice) -> None:
    page = web.browser("Lena").get("/library", params={"use": USE, "q": "chat"})
    assert "For the use" in page.text
    assert re.findall(r'class="badge (\w+)', page.text) == ["review", "admit"]


@pytest.mark.parametrize("query", ["fits=much", "largest=0", "kind=cars", "verdict=fine", "openness=9", "after=-1"])
def test_what_cannot_be_searched_for_is_told_beside_what_was_typed(web: WebOffice, query: str) -> None:
    page = web.browser("Lena").get(f"/library?{query}&q=typed")
    assert (page.status_code, named(page)) == (400, [])
    assert complaint(page)
    assert 'value="typed"' in page.text
    assert web.browser("Lena").get(f"/library.json?{query}").json()["wrong"]


def test_pages_go_on_and_back(web: WebOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    from hilt.doors.web.pages import library

    monkeypatch.setattr(library, "MOST", 1)
    lena = web.browser("Lena")
    assert 'href="/library?author=acme&amp;after=1"' in (page := lena.get("/library?author=acme")).text
    assert named(page) == ["acme/tell"]
    second = lena.get("/library?author=acme&after=1")
    assert named(second) == ["acme/chat"]
    assert 'href="/library?author=acme"' in second.text
    assert 'rel="next"' not in second.text


def test_a_server_without_its_library_says_so(web: WebOffice) -> None:
    page = web.browser("Lena").get("/library")
    assert "it was started with --only web" in readable(page).replace("  ", " ")
    assert "HF_ENDPOINT" not in page.text
    assert web.browser("Lena").get("/library.json").json()["runs"] is False
    assert web.browser().get("/library").status_code == 303


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as found:
        yield found


def browser(at: Shop, name: str) -> Browser:
    """The browser of somebody at a server that has both, the pages and the library."""
    settings = at.office.settings
    both = Beside(meant, hub(at.library, settings, ORIGIN))
    application, _ = pages(settings, ORIGIN, beside=both, library=at.library)
    return Browser(application, WebOffice(at.office).secret(name) if name else "")


def test_an_upstream_that_wants_to_be_left_alone_is_shown_until_then(at: Shop) -> None:
    from hub_server import Reply

    lena = browser(at, "Lena")
    (told,) = lena.get("/library.json").json()["upstreams"]
    assert told == {
        "name": "hub",
        "where": at.hub.endpoint.removeprefix("http://"),
        "names": ["*"],
        "limited_until": "",
    }
    at.hub.twist = lambda asked, reply: Reply(429, {"Retry-After": "600"}, b"slow down")
    with pytest.raises(SourceError, match="asks to wait 600 s"):
        at.read("other")
    (told,) = lena.get("/library.json").json()["upstreams"]
    assert told["limited_until"] > time.strftime("%Y-%m-%dT%H:%M", time.gmtime())
    assert "asked to be left alone until" in readable(lena.get("/library"))


def test_a_browser_that_asks_for_a_model_as_on_the_public_hub_comes_to_its_report(at: Shop) -> None:
    kept = at.read()
    lena = browser(at, "Lena")
    for path in ("/org/name", "/org/name/tree/main"):
        answer = lena.get(lena.get(path).headers["location"])
        assert (answer.status_code, answer.headers["location"]) == (303, f"/models/{kept.subject.digest}")
        assert lena.get(answer.headers["location"]).status_code == 200


def test_where_it_is_empty_a_few_lines_tell_how_it_is_filled(at: Shop) -> None:
    page = browser(at, "Eve").get("/library")
    assert f"export HF_ENDPOINT={ORIGIN}" in page.text
    assert "hf download org/name" in page.text
    assert 'href="/account#library"' in page.text
    assert "The library has nothing of the kind" in readable(browser(at, "Eve").get("/library?q=x"))
    change_roles("Eve", ("auditor",), key=at.office.key("Ada"), settings=at.office.settings)
    reads = browser(at, "Eve").get("/library")
    assert 'href="/account#library"' not in reads.text
    assert "An administrator gives the role requester" in readable(reads)


def test_a_newcomer_is_told_how_to_download(at: Shop) -> None:
    kept = at.read()
    page = browser(at, "Lena").get("/library")
    for words in (f"export HF_ENDPOINT={ORIGIN}", "export HF_TOKEN=hf_...", "hf download org/name", "from_pretrained"):
        assert words in readable(page)
    assert 'href="#connect"' in page.text
    assert 'id="connect"' in page.text
    assert "hf download org/name" in readable(browser(at, "Lena").get(f"/models/{kept.subject.digest}"))


def test_what_is_withdrawn_does_not_look_admitted(at: Shop) -> None:
    kept, lena = at.read(), browser(at, "Lena")
    model = f"/models/{kept.subject.digest}"
    assert "withdrawn" not in readable(lena.get("/library")) + readable(lena.get(model)).partition("May it be used")[0]
    withdraw(f"sha256:{kept.subject.digest}", why="bad data", key=at.office.signing("Ada"), settings=at.office.settings)
    assert "admit withdrawn" in readable(lena.get("/library"))
    assert "admit withdrawn" in readable(lena.get(model))
    assert "admit withdrawn" in readable(lena.get("/models"))
    assert [one["withdrawn"] for one in lena.get("/library.json").json()["models"]] == [True]
    assert [one["withdrawn"] for one in lena.get("/models.json").json()["models"]] == [True]
    assert lena.get(f"{model}.json").json()["withdrawn"] is True
    assert "hf download" not in readable(lena.get(model))


@pytest.mark.parametrize(
    ("path", "reference"), [("/org/none", "hf:org/none"), ("/datasets/org/name", "hf:datasets/org/name")]
)
def test_what_was_never_checked_leads_to_where_it_is_checked(at: Shop, path: str, reference: str) -> None:
    eve = browser(at, "Eve")
    answer = eve.get(eve.get(path).headers["location"])
    assert answer.status_code == 303
    page = eve.get(answer.headers["location"])
    assert (page.status_code, f'value="{reference}"' in page.text) == (200, True)


def test_nobody_who_is_not_signed_in_learns_what_was_checked(at: Shop) -> None:
    at.read()
    stranger = browser(at, "")
    answers = [stranger.get(stranger.get(path).headers["location"]) for path in ("/org/name", "/org/none")]
    assert [(one.status_code, one.headers["location"].partition("?")[0]) for one in answers] == [(303, "/sign-in")] * 2


def test_what_is_no_repository_is_told_as_that(web: WebOffice) -> None:
    for wrong in ("hf:../x", "https://evil.example", "hf:a/b/c/d"):
        answer = web.browser("Lena").get("/library", params={"repository": wrong})
        assert (wrong, answer.status_code) == (wrong, 400)


def ask(web: WebOffice, body: dict[str, Any]) -> Any:
    secret = web.secret("Lena", PassKind.TOKEN, label="tests", only_reads=True)
    return Browser(web.application).post(
        "/api/library/search", json=body, headers={"Authorization": f"Bearer {secret}"}
    )


def test_programs_search_with_a_token_that_only_reads(web: WebOffice) -> None:
    told = ask(web, {"text": "chat", "fits": 24 * 10**9, "use": USE, "order": "downloads"}).json()
    assert [(one["reference"], one["standing"]["outcome"]) for one in told["models"]] == [("hf:acme/chat", "review")]
    first = ask(web, {"limit": 1}).json()
    second = ask(web, {"limit": 1, "after": first["after"]}).json()
    assert [one["reference"] for page in (first, second) for one in page["models"]] == ["hf:acme/tell", "hf:acme/chat"]
    assert second["after"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "cars"},
        {"verdict": "fine"},
        {"order": "price"},
        {"openness": 4},
        {"openness": -1},
        {"limit": 0},
        {"limit": 10**6},
        {"tags": ["x" * 2000]},
        {"text": "x" * 2000},
    ],
)
def test_what_programs_cannot_search_for_is_told_to_them(web: WebOffice, body: dict[str, Any]) -> None:
    answer = ask(web, body)
    assert (answer.status_code, next(iter(body)) in answer.json()["error"]["message"]) == (400, True)


def test_damage_of_the_last_run_stands_where_people_look(web: WebOffice) -> None:
    lena = web.browser("Lena")
    assert "No run has ended yet" in readable(lena.get("/library"))
    with opened(web.office.settings, writing=True) as record:
        (entry,) = record.commit([FixityRun(files=3, size=9, damaged=("a" * 64,))])
    assert "1 is damaged or gone" in readable(lena.get("/library"))
    assert lena.get("/library.json").json()["read_anew"]["damaged"] == ["a" * 64]
    assert "were damaged and not all had again" in readable(lena.get("/"))
    assert lena.get("/index.json").json()["damaged"] == entry.index
    with opened(web.office.settings, writing=True) as record:
        record.commit([FixityRun(files=3, size=9, damaged=("a" * 64,), repaired=("a" * 64,))])
    assert "not all had again" not in readable(lena.get("/"))
