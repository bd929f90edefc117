"""A server whose log has got another key while it ran."""

from __future__ import annotations

from hilt.core.signed_in import PassKind
from hilt.gate.person import people
from hilt.gate.record import keeping_open
from office import USE, Office
from web_office import WebOffice, complaint


def test_after_the_log_has_another_key_pages_are_read_and_what_would_be_recorded_says_to_start_anew(
    office: Office,
) -> None:
    office.run("check", office.model(), "--record")
    office.asks("Eve", USE, "It tells languages apart.")
    case = office.entries() - 1
    with keeping_open(office.settings):
        web = WebOffice(office)
        otto = web.browser("Otto")
        form = {"answer": "no", "why": "Nobody read it.", "seen": otto.get(f"/cases/{case}.json").json()["seen"]}
        assert office.run("log", "rotate-key").code == 0
        entries = office.entries()
        for path in ("/", "/log", f"/log/{entries - 1}", f"/cases/{case}", "/models", "/people", "/healthz"):
            assert otto.get(path).status_code == 200, path
        refused = otto.submit(f"/cases/{case}/answer", form)
        assert (refused.status_code, "a server that ran already is started anew" in complaint(refused)) == (400, True)
        assert "Nobody read it." in refused.text
        said = web.browser().post("/api/refuse", json={"reference": f"#{case}", "why": "no"}, headers=bearer(web))
        assert (said.status_code, said.json()["error"]["kind"]) == (503, "key-unusable")
        assert "start it anew" in said.json()["error"]["fix"]
        ended = web.browser("Ada").submit(f"/people/{otto_of(web)}/end")
        assert (ended.status_code, "start it anew" in ended.text) == (503, True)
        assert office.entries() == entries
    with keeping_open(office.settings):
        assert WebOffice(office).browser("Otto").submit(f"/cases/{case}/answer", form).status_code == 303


def bearer(web: WebOffice) -> dict[str, str]:
    return {"Authorization": f"Bearer {web.secret('Otto', PassKind.TOKEN, label='tests')}"}


def otto_of(web: WebOffice) -> str:
    return next(one.person for one in people(web.office.settings) if one.name.text == "Otto")
