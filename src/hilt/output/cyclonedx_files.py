"""The files of a model in a CycloneDX document, with their digests, and what the document refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote as percent

from hilt.core.finding import Finding
from hilt.core.report import Report
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Verdict
from hilt.output.bom import Field
from hilt.output.bom_files import weights
from hilt.output.bom_identity import place
from hilt.output.bom_properties import LONGEST, property_of
from hilt.output.quote import quote

_CARD = re.compile(r"(?:readme|model[-_ ]?card)(?:\.(?:md|markdown|txt|rst))?", re.IGNORECASE)
"""A card without front matter is a text for its format."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
"""Reports that are judged again come from anywhere."""
_FINDINGS = 20
"""Findings that are told of one file; the JSON and SARIF outputs have them all."""
_REFERENCES = {"model-card": "model-card", "licence": "license", "sigstore-bundle": "digital-signature"}
"""Formats of files that the document refers to, and what CycloneDX calls such a reference."""


def hashes(subject: Subject) -> list[dict[str, str]]:
    """Those of the only file; of several the SHA-256 of the list of all of them, as `docs/aibom.md` tells."""
    if len(subject.files) == 1:
        return _hashes(subject.files[0])
    return [{"alg": "SHA-256", "content": subject.digest}] if subject.digest else []


def files(ref: str, verdict: Verdict) -> Iterator[dict[str, Any]]:
    report = verdict.report
    holding = {entry.path for entry in weights(report)}
    found: dict[str, list[Finding]] = {}
    for finding in verdict.counted:
        found.setdefault(finding.where.path.partition("!/")[0], []).append(finding)
    for number, entry in enumerate(report.subject.files, start=1):
        digests = _hashes(entry)
        known = "unknown" if not digests else "claimed" if entry.claimed else "verified"
        format_id = report.formats.get(entry.path, "unknown")
        yield {
            "type": "file",
            "bom-ref": f"{ref}-file-{number}",
            "name": quote(entry.path),
            **({"hashes": digests} if digests else {}),
            "properties": [
                property_of("known:hashes", known),
                property_of("size", str(entry.size)),
                property_of("format", format_id),
                *([property_of("role", "weights")] if entry.path in holding else []),
                *_findings(found.get(entry.path, [])),
            ],
        }


def references(report: Report, fields: Mapping[str, Field]) -> Iterator[dict[str, Any]]:
    """Where it was published, and those of its files that one wants to read: card, licence texts, signatures."""
    at, version = place(report), fields["model.version"].value
    if at is not None:
        commit = f"/tree/{percent(version, safe='')}" if isinstance(version, str) else ""
        url = f"https://huggingface.co/{percent(at.namespace)}/{percent(at.name)}{commit}"
        yield {
            "type": "distribution",
            "url": url,
            "comment": f"as the reference says; {fields['model.version'].known.word}",
        }
    for entry in report.subject.files:
        kind = _REFERENCES.get(
            report.formats.get(entry.path, ""), "model-card" if _CARD.fullmatch(entry.path) else None
        )
        if kind is not None:
            digests = _hashes(entry)
            url = percent(entry.path.encode("utf-8", "surrogateescape"))
            yield {
                "type": kind,
                "url": url,
                "comment": "a file of the model",
                **({"hashes": digests} if digests else {}),
            }


def _findings(findings: list[Finding]) -> Iterator[dict[str, str]]:
    for finding in findings[:_FINDINGS]:
        yield property_of("finding", f"{finding.severity.word} {finding.check}: {quote(finding.message, LONGEST // 2)}")
    if len(findings) > _FINDINGS:
        yield property_of("finding", f"{len(findings) - _FINDINGS} more")


def _hashes(entry: Entry) -> list[dict[str, str]]:
    told = (("SHA-256", entry.sha256), ("BLAKE3", entry.blake3))
    return [{"alg": name, "content": digest} for name, digest in told if _DIGEST.fullmatch(digest)]
