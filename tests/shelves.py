"""Many revisions in a library, and their verdicts on the record, without anybody who fetched them: made by code."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hilt.core.fact import Fact, Known, Value
from hilt.core.finding import Finding, Severity
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.core.report import Coverage, Ran, Report
from hilt.core.verdict import Outcome
from hilt.gate.judge import judged, policies
from hilt.gate.keeping.places import library_folder
from hilt.gate.record import opened
from hilt.gate.recording.verdicts import given
from hilt.record.blobs.revisions import Revisions
from office import Office


def shelve(
    office: Office,
    name: str,
    *,
    outcome: Outcome = Outcome.ADMIT,
    size: int = 1000,
    told: Mapping[str, Any] | None = None,
    facts: Mapping[str, Value] | None = None,
    kind: str = "models",
    version: int = 1,
    content: str = "",
) -> KeptRevision:
    """Keeps a revision of one file, and records a verdict on it. The same `content` makes the same bytes under each name."""
    about = f"{content or name} {version}".encode()
    file = KeptFile(
        path="model.safetensors",
        size=size,
        sha256=hashlib.sha256(about).hexdigest(),
        blob=hashlib.sha1(about).hexdigest(),
        large=True,
        pointer_size=130,
    )
    kept = KeptRevision(
        repository=Repository(kind, name),
        commit=hashlib.sha1(f"{kind} {name} {version}".encode()).hexdigest(),
        files=(file,),
        upstream="hub",
        at="2026-01-01T00:00:00+00:00",
        told=told or {},
    )
    Revisions(library_folder(office.settings)).save(kept)
    judge(office, kept, outcome, facts or {})
    return kept


def judge(office: Office, kept: KeptRevision, outcome: Outcome, facts: Mapping[str, Value] | None = None) -> None:
    """Records what the policy of the office says, of a report upon which it says this."""
    named = {"rights.licence_texts": ("LICENSE",), **(facts or {})} if outcome is not Outcome.REVIEW else facts or {}
    stated = [Fact(key=key, value=value, known=Known.CLAIMED, source="README.md") for key, value in named.items()]
    evil = Finding(check="pickle-code", severity=Severity.HIGH, message="it runs commands")
    report = Report(
        subject=replace(kept.subject, revision=kept.commit),
        findings=(evil,) if outcome is Outcome.BLOCK else (),
        facts=tuple(stated),
        coverage=Coverage(ran=(Ran(check="safetensors-header", files=1),)),
        formats={one.path: "safetensors" for one in kept.files},
    )
    verdict = judged(report, policies(None, office.settings), office.settings)
    assert verdict.outcome is outcome
    event, documents = given(verdict, reference=kept.repository.reference)
    with opened(office.settings, writing=True) as record:
        record.commit([event], documents=documents)
