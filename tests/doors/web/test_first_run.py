"""The first minute on a machine that has nothing of hilt's yet: the real command, no settings, a real Chromium."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from office import UNKNOWN_CALL
from web_axe import BRIEFLY, axe, found
from web_browser import chromium, page_of
from web_server import Running, started

PASSWORD = "four words in a row"


@pytest.mark.slow  # a server, a browser and two checks
def test_whoever_begins_finds_each_next_step_on_the_page(tmp_path: Path) -> None:
    sent, models = tmp_path / "acme-lid", tmp_path / "models"
    for folder in (sent, models / "acme-rank"):
        folder.mkdir(parents=True)
        (folder / "README.md").write_text(f"---\nlicense: mit\n---\n# {folder.name}\n")
    (sent / "model.pkl").write_bytes(UNKNOWN_CALL)
    homes = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    with (
        started(tmp_path, {**homes, "HILT_CONFIG": ""}, "--folder", str(models)) as server,
        chromium() as browser,
        page_of(browser, server.origin, reduced_motion="reduce") as (page, complaints),
    ):
        script = axe()
        page.goto(_link(server))
        wrong = found(page, script, BRIEFLY)
        _become_administrator(page)
        page.get_by_role("heading", name="Welcome to hilt").wait_for()
        wrong |= found(page, script, BRIEFLY)
        page.get_by_role("link", name="Check a first model").click()
        page.get_by_role("button", name="Send and check").click()
        expect(page.get_by_text("Choose a folder or files first.")).to_be_visible()
        page.get_by_label("A folder", exact=True).set_input_files(sent)
        page.get_by_role("button", name="Send and check").click()
        expect(page.get_by_text("People decide about it before it may be used.")).to_be_visible(timeout=30_000)
        page.get_by_role("link", name="Ask to use it").click()
        page.get_by_label("For what use?").first.fill("letters, EU")
        page.get_by_label("Why this model?").fill("It tells languages apart.")
        page.get_by_role("button", name="Ask for this use").click()
        expect(page.get_by_text("This is your own request.")).to_be_visible()
        page.get_by_role("link", name="invite somebody").click()
        expect(page.get_by_role("checkbox", name="reviewer")).to_be_visible()

        page.goto("/check")
        for name in ("models", "acme-rank"):
            page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("button", name="Check this folder").click()
        page.get_by_role("link", name="See the report").click(timeout=30_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("acme-rank")
        assert (wrong, complaints) == ({}, [])


def _link(server: Running) -> str:
    assert server.process.stdout is not None
    found = re.search(r"the administrator: (\S+)\n", server.process.stdout.readline())
    assert found
    return found[1]


def _become_administrator(page: Page) -> None:
    for label, text in (
        ("Your name", "Ada"),
        ("How to reach you", "ada@acme.example"),
        ("Password", PASSWORD),
        ("The same again", PASSWORD),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_role("button", name="Begin").click()
