"""A real Chromium, as people use the pages of an office with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from output.chromium import FLAGS, binary


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips the test where there is none; in CI that is a failure."""
    path = binary()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=[flag for flag in FLAGS if "resolver" not in flag])
        yield browser
        browser.close()


@contextmanager
def page_of(browser: Browser, origin: str, secret: str = "", **more: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page of whoever has the session with this secret, and what it complains of as long as it is open."""
    context = browser.new_context(base_url=origin, **more)
    if secret:
        context.add_cookies([{"name": "hilt", "value": secret, "url": origin}])
    page, complaints = context.new_page(), list[str]()

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("dialog", lambda dialog: complaints.append(f"{page.url}: it asked {dialog.message}"))
    yield page, complaints
    context.close()
