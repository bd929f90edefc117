"""Subjects with signatures, in memory, as the checks of provenance see them after a run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from blake3 import blake3

from hilt.checks.check import Repository
from hilt.checks.line import Check
from hilt.core.context import Context, HubStated, Signer
from hilt.core.fact import Fact
from hilt.core.finding import Finding
from hilt.core.limits import Limits
from hilt.core.report import Gap
from hilt.core.subject import Entry, EntryKind
from repositories import repository
from signed import MODEL, NOW, bundle, trusting

SIGNED = {**MODEL, "model.sig": bundle()}
"""`MODEL` with the signature of acme."""


def subject(
    files: Mapping[str, bytes] = SIGNED,
    *others: Entry,
    signers: Sequence[Signer] = (),
    now: str = NOW,
    hashed: bool = True,
    hub: HubStated | None = None,
    limits: Limits = Limits(),  # noqa: B008
) -> Repository:
    """`files`; with `hub`, their digests are what that hub states."""
    made = repository(files, *others, limits=limits)
    entries = [_digested(entry, files, claimed=hub is not None) if hashed else entry for entry in made.subject.entries]
    context = Context(signers=tuple(signers), now=now, hub=hub)
    return replace(made, subject=replace(made.subject, entries=tuple(entries)), context=context)


def _digested(entry: Entry, files: Mapping[str, bytes], *, claimed: bool) -> Entry:
    if entry.kind is not EntryKind.FILE or entry.path not in files:
        return entry
    data = files[entry.path]
    fast = "" if claimed else blake3(data).hexdigest()
    return replace(entry, sha256=hashlib.sha256(data).hexdigest(), blake3=fast, claimed=claimed)


def acme(*models: str) -> Signer:
    """Whom the settings trust; with `models`, whom they expect here."""
    return trusting()._replace(models=models)


def found(check: Check, made: Repository) -> list[tuple[str, str, str]]:
    """Severity, path and message of what the check finds."""
    findings = [seen for seen in check.run(made) if isinstance(seen, Finding)]
    assert all(finding.whole for finding in findings if finding.where.path and finding.check != "signature-malformed")
    return [(finding.severity.word, finding.where.path, finding.message) for finding in findings]


def stated(check: Check, made: Repository) -> dict[str, object]:
    """The facts that the check states, by the last part of the key."""
    return {seen.key.rpartition(".")[2]: seen.value for seen in check.run(made) if isinstance(seen, Fact)}


def gaps(check: Check, made: Repository) -> list[str]:
    return [f"{seen.path}: {seen.why}" for seen in check.run(made) if isinstance(seen, Gap)]
