"""What could not be delivered, as an administrator sees it."""

from __future__ import annotations

from hilt.core.notification import Occasion
from hook_receiver import receiving
from mail_sink import Sink, sinking
from notifying import (
    SINK,
    _secrets,  # noqa: F401 - pytest finds it by its name
    closed_port,
    hooked,
    put,
    send_all,
    told_by,
)
from office import Office
from web_office import Browser, WebOffice


def first(browser: Browser) -> dict[str, str]:
    """The fields that name the newest one that failed."""
    failed = browser.get("/notifications.json").json()["failed"][0]["failed"]
    return {"key": failed["key"], "to": failed["recipient"]}


def test_an_administrator_sees_what_failed_why_and_how_often_it_is_tried(office: Office) -> None:
    with sinking(Sink(answers=["451 <b>later</b>"])) as sink:
        server = told_by(office, SINK % (sink.port, ""))
        put(office, 1)
        send_all(server)
        ada = WebOffice(office).browser("Ada")
        page = ada.get("/notifications")
        for words in ("Lena", "Case #0 waits", "451 &lt;b&gt;later&lt;/b&gt;", "tried 1 time", "case.waits"):
            assert words in page.text
        told = ada.get("/notifications.json").json()
        assert told["counted"]["waiting"] == 1
        assert (told["failed"][0]["to"], told["failed"][0]["left"]) == ("Lena", 10)
        assert "1 notification</a> could not be delivered" in ada.get("/").text
        assert ada.get("/index.json").json()["undelivered"] == 1
        assert ada.submit("/notifications/again", first(ada)).status_code == 303
        assert send_all(server) == 1
    assert len(sink.got) == 1
    assert "Whatever was sent was taken" in ada.get("/notifications").text
    assert ada.get("/index.json").json()["undelivered"] == 0


def test_what_was_given_up_is_tried_again_once_more_or_forgotten(office: Office) -> None:
    with sinking(Sink(answers=["550 no such letters here"] * 2)) as sink:
        server = told_by(office, SINK % (sink.port, ""))
        put(office, 2, occasion=Occasion.STOPPED)
        send_all(server)
        ada = WebOffice(office).browser("Ada")
        page = ada.get("/notifications").text
        assert ("2 were given up" in page, page.count(">Forget<")) == (True, 2)
        assert ada.submit("/notifications/give-up", gone := first(ada)).status_code == 303
        assert ada.submit("/notifications/give-up", gone).status_code == 400
        assert ada.submit("/notifications/again", {"key": "", "to": ""}).status_code == 303
        assert send_all(server) == 1
        assert ada.get("/notifications.json").json()["counted"]["given_up"] == 1


def test_a_program_is_told_by_its_host_alone_and_one_that_is_gone_as_that(office: Office) -> None:
    with receiving() as receiver:
        receiver.answers.append((500, {}))
        server = hooked(office, receiver)
        put(office, 1, to=next(iter(server._hooks)))
        send_all(server)
        ada = WebOffice(office).browser("Ada")
        page = ada.get("/notifications").text
        assert "Webhook to <bdi>localhost</bdi>" in page
        assert receiver.url not in page
    with closed_port() as port:
        told_by(office, SINK % (port, ""))
    assert "the settings do not name any more" in WebOffice(office).browser("Ada").get("/notifications").text


def test_nobody_else_sees_it_or_changes_anything(office: Office) -> None:
    web = WebOffice(office)
    assert "name neither a mail server nor a webhook" in web.browser("Ada").get("/notifications").text
    for path in ("/notifications", "/notifications.json"):
        assert web.browser("Otto").get(path).status_code == 403
    for path in ("/notifications/again", "/notifications/give-up"):
        assert web.browser("Otto").submit(path, {"key": "x", "to": "y"}).status_code == 403
        assert web.browser("Ada", only_reads=True).submit(path, {"key": "x", "to": "y"}).status_code == 403
