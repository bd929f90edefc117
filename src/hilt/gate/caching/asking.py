"""A server that is asked how caches stand, by a machine that has no record. Whatever it answers is believed only as far as it is an answer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from hilt.core.cache_comparison import Compared, Wanted
from hilt.core.cache_comparison_v1 import ANSWER_BYTES, ANSWER_PARTS, decode_answer, encode_question, parts
from hilt.core.errors import ReportInvalid, SourceError, UsageError
from hilt.gate.configured.oidc_settings import LOOPBACK
from hilt.gate.settings import Settings
from hilt.sources.http import Client, NoSuccess
from hilt.sources.network import Network, endpoint

PATH = "/api/cache/compare"
PATIENCE = 60.0
"""Seconds that an answer may take: at its first question a server looks through all that it has."""
_NOT_KNOWN = (404, 405, 501)


@contextmanager
def asking(server: str, use: str, settings: Settings) -> Iterator[Callable[[Wanted], Compared]]:
    """What the server at this address says of what is wanted, for `use` or for any. It is asked with the token that downloads have.

    Raises `UsageError` where it is no address, or the network must not be used. What is given raises `SourceError`.
    """
    network = Network.from_environment(os.environ, private_hosts=settings.private_hosts)
    if network.offline:
        raise UsageError("HF_HUB_OFFLINE is set, so no server is asked; unset it for this call")
    where = endpoint(server, "--server")
    if (url := urlsplit(where)).scheme == "http" and url.hostname in LOOPBACK:
        network = replace(network, proxies={})  # which would read the token
    elif url.scheme == "http" and where != network.endpoint:  # to that, each download sends the token already
        raise _in_clear(where)
    client = Client(replace(network, endpoint=where, patience=max(network.patience, PATIENCE)))
    try:
        yield lambda wanted: _asked(client, wanted, use)
    finally:
        client.close()


def _parsed(body: bytes) -> object:
    """Raises `ReportInvalid` where that would take too much memory, `ValueError`, `RecursionError`."""
    if (many := parts(body)) > ANSWER_PARTS:
        raise ReportInvalid(f"{many} commas and brackets, where {ANSWER_PARTS} are allowed")
    return json.loads(body)


def _in_clear(where: str) -> UsageError:
    return UsageError(
        f"--server is {where!r}: whoever is on the way could read the token, and answer what is moved away; use https, a tunnel to "
        "http://localhost, or the address of HF_ENDPOINT, to which downloads send the token as it is"
    )


def _asked(client: Client, wanted: Wanted, use: str) -> Compared:
    where = client.network.endpoint
    question = json.dumps(encode_question(wanted, use), separators=(",", ":")).encode()
    try:
        answer = client.post(f"{where}{PATH}", question, most=ANSWER_BYTES)
    except NoSuccess as error:
        if error.status in _NOT_KNOWN:
            raise SourceError(
                f"{where}: nothing there answers how caches stand (it says {error.status}): this is no hilt that serves a library, "
                "or one of an older version"
            ) from None
        raise
    try:
        return decode_answer(_parsed(answer.body), wanted)
    except (ReportInvalid, ValueError, RecursionError) as error:
        raise SourceError(
            f"{where}: what it answers is not what this version of hilt asks for: {str(error)[:300]}; nothing was moved"
        ) from None
