"""The log, its entries, and what proves them."""

from __future__ import annotations

import json
import time

import pytest

from hilt.core.events import THE_LOG
from hilt.core.signed_in import PassKind
from hilt.gate import receipts
from hilt.gate.log import keys, verified
from hilt.gate.person import change_roles
from office import USE, Office
from web_office import Browser, WebOffice

HOSTILE = "<script>alert(1)</script> \u202egood"


@pytest.fixture
def web(office: Office) -> WebOffice:
    office.run("check", office.model(), "--record")
    office.asks("Eve", USE, HOSTILE)
    change_roles("Rita", ["risk-officer", "auditor"], key=office.signing("Ada"), settings=office.settings)
    return WebOffice(office)


def test_entries_stand_there_newest_first_in_words(web: WebOffice) -> None:
    page = web.browser("Eve").get("/log")
    assert page.status_code == 200
    assert "asked to use it for" in page.text
    assert "<script>" not in page.text.partition("<main")[2]
    assert "\u202e" not in page.text
    told = web.browser("Eve").get("/log.json").json()
    places = [one["entry"] for one in told["entries"]]
    assert places == sorted(places, reverse=True)
    assert len(places) == told["size"] == web.office.entries()


def test_they_are_narrowed_by_kind_person_and_model(web: WebOffice) -> None:
    eve = web.browser("Eve")
    asked = eve.get("/log.json?kind=request").json()["entries"]
    assert [one["kind"] for one in asked] == ["request"]
    by_log = eve.get(f"/log.json?person={THE_LOG}").json()["entries"]
    assert {one["by"] for one in by_log} == {THE_LOG}
    about = eve.get(f"/log.json?subject={asked[0]['subject']}").json()["entries"]
    assert [one["kind"] for one in about] == ["request", "verdict"]
    assert eve.get("/log?subject=" + "0" * 64).status_code == 200
    assert [eve.get(f"/log?{wrong}").status_code for wrong in ("kind=x", "person=x")] == [400, 400]


def test_contacts_of_people_are_for_auditors_and_administrators(web: WebOffice) -> None:
    assert "ada@acme.example" not in web.browser("Eve").get("/log.json").text
    assert "ada@acme.example" in web.browser("Rita").get("/log.json").text
    stated = web.browser("Eve").get("/log.json?kind=person").json()["entries"][0]["entry"]
    assert "@acme.example" not in web.browser("Eve").get(f"/log/{stated}.json").text
    assert web.browser("Eve").get("/log/export").status_code == 403


@pytest.mark.parametrize("form", ["sigstore", "tlog-proof"])
def test_one_entry_has_a_receipt_that_verifies_with_the_key_alone(web: WebOffice, form: str) -> None:
    eve, place = web.browser("Eve"), web.office.entries() - 2
    page = eve.get(f"/log/{place}")
    assert (page.status_code, "Its signature holds" in page.text) == (200, True)
    answer = eve.get(f"/log/{place}/receipt?format={form}")
    assert f"entry-{place}" in answer.headers["content-disposition"]
    file = web.office.folder / "receipt"
    file.write_bytes(answer.content)
    proven = receipts.verify(str(file), list(keys(web.office.settings)), web.office.settings)
    assert proven.recorded.index == place
    assert eve.get(f"/log/{place}/receipt?format=pdf").status_code == 400


def test_what_is_not_there_is_told_as_that(web: WebOffice) -> None:
    eve = web.browser("Eve")
    paths = ("/log/99999", f"/log/{10**17}", f"/log/{10**30}", "/log/99999/receipt", "/log/-1", "/log/verify/12345678")
    assert {path: eve.get(path).status_code for path in paths} == dict.fromkeys(paths, 404)


def test_an_auditor_verifies_all_of_it_and_that_is_told_with_its_time(web: WebOffice) -> None:
    rita = web.browser("Rita")
    assert "was not verified from these pages" in rita.get("/log").text
    note = rita.get("/log/checkpoint").text
    answer = rita.submit("/log/verify", {"checkpoint": note.replace("\n", "\r\n")})
    path, end = answer.headers["location"], time.monotonic() + 60
    while not rita.get(f"{path}.json").json()["job"]["ended"] and time.monotonic() < end:
        time.sleep(0.05)
    page = rita.get(path).text
    assert "Everything is as it was signed" in page
    assert "No entry was taken back since" in page
    assert "everything was as it was signed" in web.browser("Eve").get("/log").text
    assert web.browser("Eve").submit("/log/verify").status_code == 403


def test_a_pass_that_only_reads_stops_nothing_that_others_began(web: WebOffice) -> None:
    job = web.desk.jobs.start("log/verify", "p-somebody", verified, web.office.settings)
    secret = web.secret("Ada", PassKind.TOKEN, label="reads", only_reads=True)
    reads = {"Authorization": f"Bearer {secret}"}
    stranger = Browser(web.application)
    told = [
        stranger.post("/api/job/stop", json={"job": job.number}, headers=reads).status_code,
        stranger.post(f"/log/verify/{job.number}/stop", data={"a": "b"}, headers=reads).status_code,
        web.browser("Ada").submit(f"/log/verify/{job.number}/stop").status_code,
    ]
    assert told == [403, 403, 303]


def test_the_export_has_every_entry_and_the_checkpoint(web: WebOffice) -> None:
    first, *lines = web.browser("Rita").get("/log/export").text.splitlines()
    assert json.loads(first)["checkpoint"].startswith(json.loads(first)["keys"][0].partition("+")[0])
    assert [json.loads(line)["entry"] for line in lines] == list(reversed(range(web.office.entries())))
