"""A certified OpenID provider from npm, on this machine, and the browser of somebody who signs in there."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, build_opener

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "hilt", "npm")
PROJECT = Path(__file__).parent / "gate" / "node"
FILES = ("package.json", "package-lock.json", "provider.js")
CLIENT, SECRET = "hilt at acme", "a secret: of (the) client"


@cache
def _install() -> tuple[Path, str]:
    """Installs what the lock file names, once for all that it names, and says what went wrong."""
    contents = b"\0".join((PROJECT / name).read_bytes() for name in FILES)
    folder = CACHE / sha256(contents).hexdigest()[:16]
    if not shutil.which("node") or not shutil.which("npm"):
        return folder, "node and npm are missing; scripts/install-system installs them"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "done").exists():
            return folder, ""
        for name in FILES:
            shutil.copy(PROJECT / name, folder)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
        if done.returncode:
            return folder, f"npm ci: {done.stderr.strip()[-300:]}"
        (folder / "done").touch()
    return folder, ""


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
    folder, trouble = _install()
    if trouble:
        complaint = f"NOBODY SIGNED IN AT AN OPENID PROVIDER: {trouble}"
        if os.environ.get("CI") == "true":
            pytest.fail(complaint)
        pytest.skip(complaint)
    command = ["node", "provider.js", CLIENT, SECRET, back]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        try:
            yield OidcProvider(running.stdout.readline().decode().strip())
        finally:
            running.kill()
