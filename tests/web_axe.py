"""axe-core on a page in a real Chromium, on a telephone and a desk, in light and dark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page

from npm_packages import installed

_FOUND = """axe.run(document, {resultTypes: ["violations"], ...%s}).then((told) => JSON.stringify(
  told.violations.map((one) => ({id: one.id, where: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))}))))"""
_OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Look(NamedTuple):
    """A width, a theme, and whether only the colours are looked at."""

    width: int
    scheme: str
    colours: bool = False


EACH_WAY = (Look(360, "light"), Look(360, "dark", colours=True), Look(1280, "light", colours=True), Look(1280, "dark"))
BRIEFLY = (Look(360, "dark"), Look(1280, "light", colours=True))


def axe() -> str:
    """The script. Skips the test where it cannot be had; in CI that is a failure."""
    folder = installed(Path(__file__).parent / "doors" / "web" / "node", "NO PAGE WAS HELD AGAINST axe-core")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


def found(page: Page, script: str, looks: Sequence[Look] = EACH_WAY) -> dict[str, Any]:
    """What axe finds on the page as it stands, and what is wider than the screen; empty where all is well."""
    wrong: dict[str, Any] = {}
    devtools = page.context.new_cdp_session(page)  # the page's own security policy would not let a script ask
    try:
        devtools.send("Runtime.evaluate", {"expression": script})
        for width, scheme, colours in looks:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            asked = _FOUND % ("{runOnly: ['color-contrast']}" if colours else "{}")
            wanted = {"expression": asked, "awaitPromise": True, "returnByValue": True}
            violations = json.loads(devtools.send("Runtime.evaluate", wanted)["result"]["value"])
            over = page.evaluate(_OVER)
            if violations or over > 0:
                wrong[f"{page.url} at {width} in {scheme}"] = violations or f"{over} pixels too wide"
    finally:
        devtools.detach()
    return wrong
