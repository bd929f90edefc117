"""What an answer that is no success means for whoever asked, and what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from hilt.sources.raw import Failed, Raw

_CLOSED = (401, 403)
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
_RATE = re.compile(r"\br\s*=\s*0\s*;\s*t\s*=\s*(\d{1,9})\b")

_LONGEST = 300

_MEANING = {
    "GatedRepo": "access to it must be granted first",
    "RepoNotFound": "there is no such repository, or it is private",
    "RevisionNotFound": "the repository has no such revision",
    "EntryNotFound": "the revision has no such file",
    "DisabledRepo": "the hub has disabled it",
}
_ACCESS = {
    True: "ask for access on its page at the hub; the token that was sent does not have it",
    False: "ask for access on its page at the hub, and give a token that has it (HF_TOKEN, or `hf auth login`)",
}
_NAMED = {
    True: "see that it is spelled right, and that the token may read it",
    False: "see that it is spelled right; a private one needs a token (HF_TOKEN, or `hf auth login`)",
}
_KNOWN = {
    True: "see that the token that was sent (HF_TOKEN, or that of `hf auth login`) is one of this server, and not over",
    False: "no token was sent; give one of this server (HF_TOKEN, or `hf auth login`)",
}


def refusal(raw: Raw, *, has_token: bool, named: bool = True) -> Failed:
    """The answer as an error; `wait` and `again` say whether another try may help. `named`: was something asked for by its name?"""
    code = raw.headers.get("x-error-code", "")
    said = raw.headers.get("x-error-message") or _from_body(raw)
    parts = [
        f"the server answers {raw.status}",
        _MEANING.get(code, ""),
        plain(said),
        _way_out(raw.status, code, has_token) if named or raw.status not in _CLOSED else _KNOWN[has_token],
    ]
    identifier = raw.headers.get("x-request-id") or raw.headers.get("x-amzn-trace-id") or ""
    message = ": ".join(part for part in parts[:3] if part) + (f"; {parts[3]}" if parts[3] else "")
    if identifier:
        message += f" (request {plain(identifier)[:80]})"
    again = raw.status in _AGAIN
    wait = _asked_to_wait(raw.headers) if again else 0.0
    return Failed(message, again=again, wait=wait, status=raw.status, code=code)


def plain(text: str) -> str:
    """Words of a server on one line, without anything that moves a cursor."""
    return "".join(character if character.isprintable() else " " for character in text)[:_LONGEST].strip()


def _way_out(status: int, code: str, has_token: bool) -> str:
    if code == "GatedRepo":
        return _ACCESS[has_token]
    if code == "RevisionNotFound":
        return "name a branch, a tag, a pull request (refs/pr/1) or a commit behind @"
    if code == "EntryNotFound":
        return "see that its name is spelled right"
    if code == "RepoNotFound" or status in (401, 404):
        return _NAMED[has_token]
    if status == 403:
        return _ACCESS[has_token]
    if status == 416:
        return "it is not as long as was listed"
    if status == 407:
        return "the proxy wants a user name and a password: http://name:password@host:port in HTTPS_PROXY"
    return ""


def _from_body(raw: Raw) -> str:
    """What a hub says in JSON: {"error": "..."} or {"errors": [{"message": "..."}]}."""
    try:
        match json.loads(raw.body):
            case {"error": str(said)} | {"errors": [{"message": str(said)}, *_]}:
                return said
    except (ValueError, RecursionError):
        pass
    return ""


def _asked_to_wait(headers: Mapping[str, str]) -> float:
    """Seconds, from `Retry-After` (RFC 9110) or the `RateLimit` of the IETF's draft; 0 where neither asks."""
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdecimal() and len(after) < 10:
        return float(after)
    if after:
        try:
            return max(0.0, (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            return 0.0
    spent = _RATE.search(headers.get("ratelimit", ""))
    return float(spent[1]) if spent else 0.0
