"""A certified OpenID provider from npm, on this machine, and the browser of somebody who signs in there."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, build_opener

from npm_packages import installed

PROJECT = Path(__file__).parent / "gate" / "node"
CLIENT, SECRET = "hilt at acme", "a secret: of (the) client"


class OidcProvider:
    """The provider at `issuer`."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def settings(self, **more: Any) -> dict[str, Any]:
        """What the settings say of it."""
        told = {"issuer": self.issuer, "client_id": CLIENT, "client_secret_env": "OIDC_SECRET", "name": "Acme ID"}
        return {**told, **more}

    def sign_in(self, url: str, subject: str = "grace") -> str:
        """Where the browser of `subject` is sent in the end, which was sent to `url`."""
        browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), _Staying())
        browser.open(f"{self.issuer}/as?{urlencode({'sub': subject})}").close()
        for _ in range(10):
            try:
                with browser.open(url) as response:
                    raise AssertionError(f"the provider asks for something: {response.read()[:1000]!r}")
            except HTTPError as error:
                with error:
                    url = urljoin(url, error.headers["Location"] or "")
            if not url.startswith(self.issuer):
                return url
        raise AssertionError(f"the provider sends its visitors round and round, to {url}")


class _Staying(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def told_in(url: str) -> dict[str, str]:
    """What the address says after its question mark."""
    return dict(parse_qsl(urlsplit(url).query))


@contextmanager
def provider(back: str) -> Iterator[OidcProvider]:
    """A provider that sends people `back`. Skips the test where there can be none; in CI that is a failure."""
    folder = installed(PROJECT, "NOBODY SIGNED IN AT AN OPENID PROVIDER", "provider.js")
    command = ["node", "provider.js", CLIENT, SECRET, back]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        try:
            yield OidcProvider(running.stdout.readline().decode().strip())
        finally:
            running.kill()
