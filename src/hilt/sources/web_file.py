"""Lists the one file at an address; an address of the hub's own means what it shows there."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from hilt.core.errors import ReferenceInvalid, SourceError, UsageError
from hilt.core.limits import Limits
from hilt.core.subject import Entry, Subject
from hilt.sources.http import Answer, Client
from hilt.sources.hub import list_place
from hilt.sources.hub_place import parse_address
from hilt.sources.listing import Listing
from hilt.sources.network import Network
from hilt.sources.remote import Remote
from hilt.sources.remote_file import Stated
from hilt.sources.remote_source import STEP, WHOLE

_TOTAL = re.compile(r"bytes 0-\d{1,19}/(\d{1,18})")
_SECRET = re.compile(r"sign|token|key|cred|secret|password|auth|policy|sig$", re.IGNORECASE)


def list_address(reference: str, limits: Limits, network: Network) -> Listing:
    """The file at `https://...`, or what a hub's page shows. Raises `ReferenceInvalid` and `SourceError`."""
    try:
        url = urlsplit(reference)
        place = parse_address(reference, network.endpoint)
    except ReferenceInvalid:
        raise
    except (ValueError, UsageError) as error:
        raise ReferenceInvalid(f"{reference}: is no address: {error}") from None
    if place is not None:
        return list_place(place, reference, limits, network)
    if url.scheme != "https":
        raise ReferenceInvalid(f"{reference}: anybody on the way can change what comes over http; use https")
    if url.username is not None or not url.hostname:
        raise ReferenceInvalid("an address with a user name in it is not asked for: it would stand in every report")
    client = Client(network, named=reference)
    try:
        answer = client.get(reference, most=WHOLE, span=(0, STEP))
        stated = Stated(path=_name(reference), size=_size(answer, reference), address=reference)
        remote = Remote(client, [stated], limits)
        remote.keep(stated.path, answer)
    except BaseException:
        client.close()
        raise
    entry = Entry(path=stated.path, size=stated.size)
    subject = Subject(reference=_without_secrets(reference), entries=(entry,))
    return Listing(subject=subject, locators=remote.locators, remote=remote)


def _name(address: str) -> str:
    name = unquote(urlsplit(address).path.rpartition("/")[2], errors="surrogateescape")
    return "file" if name in ("", ".", "..") or "/" in name or "\0" in name else name


def _size(answer: Answer, address: str) -> int:
    if answer.status == 200:
        return len(answer.body)
    found = _TOTAL.fullmatch(answer.headers.get("content-range", ""))
    if found is None:
        raise SourceError(f"{urlsplit(address).hostname}: does not say how long the file is, so it cannot be bound")
    return int(found[1])


def _without_secrets(address: str) -> str:
    """An address whose signature or token is left out: reports are passed on."""
    url = urlsplit(address)
    pairs = parse_qsl(url.query, keep_blank_values=True)
    if not any(_SECRET.search(name) for name, _ in pairs):
        return url._replace(fragment="").geturl()
    kept = [(name, "..." if _SECRET.search(name) else value) for name, value in pairs]
    return url._replace(query=urlencode(kept, safe="."), fragment="").geturl()
