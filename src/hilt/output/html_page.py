"""One page that needs nothing else: no script, no font, no picture but those drawn in it, nothing to fetch.

The page is built by `tag`, which quotes every string, and its security policy forbids whatever could run all the same.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from hilt.core.version import __version__
from hilt.output.markup import Html, tag

STYLES = ("colours.css", "page.css")


def page(title: str, *body: Html) -> str:
    style = "".join(files("hilt.output").joinpath(name).read_text(encoding="utf-8") for name in STYLES)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        Html(f"<style>{style}</style>"),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', *body), lang='en')}\n"


def made() -> Html:
    """What the page ends with."""
    return tag("p", f"Made by hilt {__version__}, which read every file and ran none. This page loads nothing.")
