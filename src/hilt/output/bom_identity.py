"""The fields of a bill of materials that say which model it is: name, producer, version, package URL.

A name is what somebody calls a thing, and no identity: names on a hub can be taken over, and a folder can be called
anything. So it is claimed, unless the hub and the publisher's own card agree on it, or a trusted signature stands for it. What
only the name of a folder or a note of a download client says is not the hub's word: whoever packs the folder writes both.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from hilt.core.fact import Known
from hilt.core.report import Report
from hilt.core.verdict import Verdict
from hilt.output.bom_told import UNTOLD, Told, computed, of

_HUB = re.compile(
    r"(?:hf:(?://)?(?:models/)?|https://(?:www\.)?(?:huggingface\.co|hf\.co)/)"
    r"(?P<namespace>[\w.-]{1,96})/(?P<name>[\w.-]{1,96})(?:[@/?#].*)?",
    re.ASCII | re.DOTALL,
)
_CACHE = re.compile(
    r"(?:.*/)?models--(?P<namespace>[\w.-]{1,96}?)--(?P<name>[\w.-]{1,96})(?:/.*)?", re.ASCII | re.DOTALL
)
_KINDS = frozenset({"datasets", "spaces", "kernels", "models", "api"})
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.ASCII)


class Place(NamedTuple):
    """Where on a hub it was published; `cached` is true where only the name of a folder says so."""

    namespace: str
    name: str
    cached: bool

    @property
    def source(self) -> str:
        return "the hub's cache" if self.cached else "the hub"


def place(report: Report) -> Place | None:
    """The place on the hub that the reference names; None where it names none."""
    reference = report.subject.reference
    for pattern, cached in ((_HUB, False), (_CACHE, True)):
        found = pattern.fullmatch(reference)
        if found and found["namespace"] not in _KINDS:
            return Place(found["namespace"], found["name"], cached)
    return None


def name(verdict: Verdict) -> Told:
    """What the hub calls it, or its card, or at last the folder or file that it came in."""
    report = verdict.report
    told, at = of(report, "card.name"), place(report)
    if at is not None:
        called = told.value if isinstance(told.value, str) else ""
        agreed = not at.cached and any(_same(called, one) for one in (at.name, f"{at.namespace}/{at.name}"))
        return Told(at.name, Known.CONSISTENT if agreed else Known.CLAIMED, _both(at.source, told, agreed=agreed))
    if told.value is not None:
        return told
    last = _last(report)
    return Told(last, Known.CLAIMED, "the reference") if last else UNTOLD


def producer(verdict: Verdict) -> Told:
    """A signer whom the organisation expects for this subject; else the namespace on the hub; else whom the card names."""
    report = verdict.report
    signed, expected = of(report, "provenance.signed_by"), of(report, "provenance.expected")
    if isinstance(signed.value, tuple) and isinstance(expected.value, tuple):
        both = tuple(one for one in signed.value if one in expected.value)
        if both:
            return Told(", ".join(both), signed.known, signed.source)
    told, at = of(report, "card.authors"), place(report)
    authors = told.value if isinstance(told.value, tuple) else ()
    if at is not None:
        agreed = not at.cached and any(_same(author, at.namespace) for author in authors)
        return Told(at.namespace, Known.CONSISTENT if agreed else Known.CLAIMED, _both(at.source, told, agreed=agreed))
    return Told(", ".join(authors), told.known, told.source) if authors else UNTOLD


def version(verdict: Verdict) -> Told:
    """The commit. The hub states it; where files were found to have the digests that the hub states for it, both agree."""
    report = verdict.report
    commit, matching = of(report, "provenance.commit"), of(report, "provenance.hub_digests")
    revision = commit.value or report.subject.revision
    if isinstance(revision, str) and revision:
        at = place(report)
        source = commit.source or (at.source if at else "the reference")
        agreed = matching.known is Known.VERIFIED and isinstance(matching.value, int) and matching.value > 0
        return Told(revision, max(commit.known, Known.CONSISTENT if agreed else Known.CLAIMED), source)
    return of(report, "card.version")


def purl(verdict: Verdict) -> Told:
    """`pkg:huggingface/...` of what the hub has, and else `pkg:generic/...` with the digest, which needs nobody's word.

    The name in it is that of the folder or file, and never what a card calls the model: that is a claim of the publisher.
    """
    report = verdict.report
    at, commit = place(report), version(verdict)
    if at is not None:
        told = f"pkg:huggingface/{_part(at.namespace)}/{_part(at.name)}"
        if isinstance(commit.value, str) and _COMMIT.fullmatch(commit.value.lower()):
            return Told(f"{told}@{commit.value.lower()}", commit.known, commit.source)
        return Told(told, Known.CLAIMED, at.source)
    if not (digest := checksum(report)):
        return UNTOLD
    told = f"pkg:generic/{_part(_last(report)[:200] or 'model')}?checksum=sha256:{digest}"
    return Told(told, Known.CLAIMED, "the hub") if report.subject.claimed else computed(told)


def checksum(report: Report) -> str:
    """The SHA-256 of the only file, or that of the list of all of them; empty while a file has none."""
    files = report.subject.files
    return files[0].sha256 if len(files) == 1 else report.subject.digest


def _last(report: Report) -> str:
    """What the folder or file is called; empty where the reference does not say."""
    last = report.subject.reference.rstrip("/").rpartition("/")[2]
    return last if last.strip(".") else ""


def _part(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _same(first: str, second: str) -> bool:
    return bool(second) and _letters(first) == _letters(second)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _both(source: str, told: Told, *, agreed: bool) -> str:
    return f"{source} and {told.source}" if agreed else source
