"""GET as the sources need it, and POST to the hub: redirects by hand, retries within a bound, the token to the hub alone, errors that speak."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from hilt.core.errors import SourceError, UsageError
from hilt.core.version import __version__
from hilt.sources.connections import AT_ONCE, Connections
from hilt.sources.network import Network, origin
from hilt.sources.raw import Failed, Raw
from hilt.sources.refusals import plain, refusal

TRIES = 4
"""How often a request is sent where the server or the way to it fails; half as often where it is too slow."""

REDIRECTS = 5

WAITS = 60.0
"""Seconds that a subject waits, all in all, because servers ask it to."""

_FAILURES, _REFUSALS = 8, 64
"""Requests in a row that had no answer, and those that had none of success; then nothing more is asked."""

_SAFE = "/%:=&?~#+!$,;'@()*[]"

_REDIRECTED = (301, 302, 303, 307, 308)
_CLOSED = (401, 403, 407, 451)


class NoSuccess(SourceError):
    """No answer of success came. `status`, `code` and `wait` are those of `Failed`."""

    def __init__(self, address: str, failed: Failed) -> None:
        self.status, self.code, self.wait = failed.status, failed.code, failed.wait
        super().__init__(f"{shown(address)}: {failed}")


class Refused(NoSuccess):
    """A server that does not let us in; it will not for other files either."""


class Answer(NamedTuple):
    """An answer of success.

    `url` is where it came from, and `hops` the headers of the redirects on the way there. Where `broken` says why, only
    the first bytes of the body came.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    hops: tuple[Mapping[str, str], ...] = ()
    broken: Failed | None = None


class Streamed(NamedTuple):
    """An answer of success whose body is still to come, in `chunks`; read them in the thread that asked. Else as `Answer`."""

    status: int
    headers: Mapping[str, str]
    url: str
    hops: tuple[Mapping[str, str], ...]
    chunks: Iterator[bytes]


class Client:
    """Asks for addresses, from any thread. `named` is the address that the user gave, beside the hub's.

    `at_once` requests may be under way; `asked_to_wait` hears of it where a server wants to be left alone for so many seconds.
    """

    def __init__(
        self,
        network: Network,
        *,
        named: str = "",
        at_once: int = AT_ONCE,
        asked_to_wait: Callable[[float], object] = lambda _: None,
    ) -> None:
        self.network, self._asked_to_wait = network, asked_to_wait
        self._hub = origin(urlsplit(network.endpoint))
        self._connections = Connections(network, (network.endpoint, named), at_once)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._resume_at = self._waited = self._quiet_until = 0.0
        self._failures = self._refusals = 0
        self._last = ""

    @property
    def origin(self) -> str:
        """Whoever the bytes are from."""
        return self.network.endpoint

    @property
    def received(self) -> int:
        """Bytes that came, headers counted."""
        return self._connections.received

    @property
    def requests(self) -> int:
        return self._connections.requests

    def get(
        self, address: str, *, most: int, span: tuple[int, int] | None = None, part: bool = False, accept: str = "*/*"
    ) -> Answer:
        """The body at `address`, of at most `most` bytes, or the bytes [start, end) of it.

        With `part`, a body that breaks off is handed over as far as it came. Raises `SourceError`.
        """
        said = f"{span[0]}-{span[1] - 1}" if span else ""
        return self._tried(address, lambda: self._follow(address, most, said, accept), part=part)

    def post(self, address: str, body: bytes, *, most: int) -> Answer:
        """The answer of the hub to JSON that changes nothing there; nobody else is asked, wherever it sends us. Raises `SourceError`."""
        return self._tried(address, lambda: self._posted(address, body, most))

    def _tried(self, address: str, ask: Callable[[], Answer], *, part: bool = False) -> Answer:
        """What `ask` brings, as often as it makes sense to ask. Raises `SourceError`."""
        self._assert_online()
        failed = Failed("was not asked")
        for attempt in range(TRIES):
            self._hold()
            try:
                answer = ask()
            except Failed as error:
                failed = error
            else:
                if answer.broken is None or (part and answer.body):
                    self._failures = self._refusals = 0
                    return answer
                failed = answer.broken
            if not failed.again or attempt + 1 >= (TRIES // 2 if failed.late else TRIES):
                break
            self._wait(failed.wait or 0.25 * 2**attempt, asked=failed.wait > 0)
        self._refusals, self._last = self._refusals + 1, str(failed)
        if not failed.status:
            self._failures += 1
        raise (Refused if failed.status in _CLOSED else NoSuccess)(address, failed)

    @contextmanager
    def stream(self, address: str, *, most: int, start: int = 0) -> Iterator[Streamed]:
        """The body at `address`, from byte `start` on, as it comes: at most `most` bytes, as long as it comes fast enough.

        It is asked for once, and not at all while a server wants to be left alone; `Failed` says whether another try may help.
        Its chunks raise the same where it breaks off.
        """
        self._assert_online()
        if self._closed.is_set():
            raise SourceError("the fetch was interrupted")
        pause = self._quiet_until - time.monotonic()
        if pause > 0:
            why = f"the server wants to be left alone for {pause:.0f} s more"
            raise Failed(f"{shown(address)}: {why}", again=True, wait=pause, status=429)
        asked, hops, seen = address, list[Mapping[str, str]](), list[str]()
        try:
            while True:
                url = _split(address)
                headers = self._headers(url, f"{start}-" if start else "", "*/*")
                with self._connections.stream(url, headers, most=most) as (raw, chunks):
                    if raw.status in (200, 206):
                        yield Streamed(raw.status, raw.headers, address, tuple(hops), chunks)
                        return
                if raw.status not in _REDIRECTED:
                    raise self._refusal(raw)
                seen.append(address)
                hops.append(raw.headers)
                address = _next(url, raw, seen)
        except Failed as error:
            raise error.at(shown(asked)) from None

    def close(self) -> None:
        self._closed.set()
        self._connections.close()

    def _assert_online(self) -> None:
        if self.network.offline:
            raise SourceError("HF_HUB_OFFLINE is set, so nothing is fetched; check a path, or unset it")

    def _refusal(self, raw: Raw, *, named: bool = True) -> Failed:
        failed = refusal(raw, has_token=bool(self.network.token), named=named)
        if failed.wait:
            self._quiet_until = max(self._quiet_until, time.monotonic() + failed.wait)
            self._asked_to_wait(failed.wait)
        return failed

    def _follow(self, address: str, most: int, span: str, accept: str) -> Answer:
        hops: list[Mapping[str, str]] = []
        seen: list[str] = []
        while True:
            url = _split(address)
            raw = self._connections.send(url, self._headers(url, span, accept), most=most)
            if raw.status not in _REDIRECTED:
                break
            seen.append(address)
            hops.append(raw.headers)
            address = _next(url, raw, seen)
        if raw.status in (200, 206):
            return Answer(raw.status, raw.headers, raw.body, address, tuple(hops), raw.broken)
        raise self._refusal(raw)

    def _posted(self, address: str, body: bytes, most: int) -> Answer:
        url = _split(address)
        headers = {**self._headers(url, "", "application/json"), "Content-Type": "application/json"}
        raw = self._connections.send(url, headers, most=most, body=body)
        if raw.status in _REDIRECTED:
            there = shown(raw.headers.get("location", ""))
            raise Failed(
                f"sends us to {plain(there)!a}, and nobody else is asked; name the address that answers itself"
            )
        if raw.status != 200:
            raise self._refusal(raw, named=False)
        return Answer(raw.status, raw.headers, raw.body, address, (), raw.broken)

    def _headers(self, url: SplitResult, span: str, accept: str) -> dict[str, str]:
        headers = {"User-Agent": f"hilt/{__version__}", "Accept": accept, "Accept-Encoding": "identity"}
        if span:
            headers["Range"] = f"bytes={span}"
        if self.network.token and origin(url) == self._hub:
            headers["Authorization"] = f"Bearer {self.network.token}"
        return headers

    def _hold(self) -> None:
        """Waits while a server asked us to, and refuses once nobody answers any more."""
        if self._closed.is_set():
            raise SourceError("the check was interrupted")
        if self._failures >= _FAILURES or self._refusals >= _REFUSALS:
            raise SourceError(f"{self._refusals} requests in a row failed, so nothing more is asked: {self._last}")
        pause = self._resume_at - time.monotonic()
        if pause > 0:
            self._closed.wait(pause)

    def _wait(self, seconds: float, *, asked: bool) -> None:
        """Lets `seconds` pass; where a server asked for them, for every request, and no more than `WAITS` in all."""
        if not asked:
            self._closed.wait(seconds)
            return
        with self._lock:
            now = time.monotonic()
            longer = now + seconds - max(self._resume_at, now)
            if longer > 0 and self._waited + longer > WAITS:
                raise SourceError(
                    f"the server asks to wait {seconds:.0f} s, and hilt waits no longer than {WAITS:.0f} s for one "
                    "subject; try again later, and give a token (HF_TOKEN) if you gave none: it has a limit of its own"
                )
            if longer > 0:
                self._waited += longer
                self._resume_at = now + seconds


def shown(address: str) -> str:
    """An address as messages show it: what stands behind `?` may be a signature, and is nobody's business."""
    return address.partition("?")[0]


def _split(address: str) -> SplitResult:
    """Raises `Failed` for what is no address that may be asked."""
    try:
        host = urlsplit(address).hostname or ""
        if not host.isascii():
            address = address.replace(host, host.encode("idna").decode("ascii"), 1)
        url = urlsplit(quote(address, safe=_SAFE))
        origin(url)
    except (ValueError, UsageError) as error:
        raise Failed(f"is no address: {error}") from None
    if url.scheme not in ("http", "https") or not url.hostname or url.username is not None:
        raise Failed("is no address of http or https, or holds a user name")
    return url


def _next(url: SplitResult, raw: Raw, seen: list[str]) -> str:
    """Where a redirect leads. Raises `Failed` where we do not follow."""
    location = raw.headers.get("location", "")
    if not location:
        raise Failed(f"answers {raw.status} and does not say where to go")
    try:
        there = urljoin(url.geturl(), location).partition("#")[0]
    except ValueError as error:
        raise Failed(f"sends us to what is no address: {error}") from None
    if url.scheme == "https" and not there.lower().startswith("https:"):
        raise Failed(f"sends us from https to {shown(there)}, where anybody on the way can change what comes")
    if there in seen:
        raise Failed("sends us in a circle")
    if len(seen) > REDIRECTS:
        raise Failed(f"sends us on more than {REDIRECTS} times")
    return there
