"""A signature by somebody whom the settings do not name.

What: every signature of OpenSSF Model Signing at the root of the subject (`model.sig` and other bundles of Sigstore) is
held against the files and against the `signers` of the settings. Here stand those that may hold, and that nobody made
whom the settings trust for this reference. The check also states what the signatures amount to, as facts.

Why: anybody can sign anything with a key of their own. A signature says something only once you know, from elsewhere,
that the key or the certificate is the publisher's.

What it cannot see: who a key belongs to; signatures that lie beside the folder (`hilt verify` finds them) or in folders
below; what certificates were revoked.

Fix: get the key or the root certificate of the publisher by a way that you trust, and name it under `signers` in your
settings (docs/signing.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.provenance.facts import AS_EXPECTED, COVERS_ALL, LEFT_OUT, SIGNATURE, SIGNED_BY, SIGNED_UNTIL
from hilt.checks.provenance.gathering import expected, held, results
from hilt.core.fact import Fact, FactSpec, Known, Value
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State
from hilt.core.verification import Signed
from hilt.knowledge.provenance import verify


def signer_unknown(repository: Repository) -> Iterator[Seen]:
    names = expected(repository)
    verified = [result for _, result in results(repository, Signed.VERIFIED)]
    by = {name for result in verified for name in result.signers}
    for path, result in results(repository, Signed.UNTRUSTED):
        if not result.late:
            wanted = bool(names) and by.isdisjoint(names)
            yield _finding(path, "; ".join(result.reasons) or f"made by {result.claims}", names, wanted=wanted)
    if names and by and by.isdisjoint(names):
        path = next(path for path, _ in results(repository, Signed.VERIFIED))
        yield _finding(path, f"made by {', '.join(sorted(by))}", names, wanted=True)
    for one in held(repository):
        if one.unseen:
            yield Gap(what=CHECK.id, path=one.path, state=State.SKIPPED, why=one.unseen)
    yield from _facts(repository)


def _finding(path: str, said: str, expected_names: tuple[str, ...], *, wanted: bool) -> Finding:
    """Worth a look only where the settings say who is to sign this."""
    wants = f"; your settings name {', '.join(expected_names)} for this reference" if wanted else ""
    severity = Severity.MEDIUM if wanted else Severity.INFO
    return Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=f"{said}{wants}", whole=True)


def _facts(repository: Repository) -> Iterator[Fact]:
    told = [one for one in held(repository) if not one.other]
    if not told:
        return
    verified = dict(results(repository, Signed.VERIFIED))
    untrusted = dict(results(repository, Signed.UNTRUSTED))
    source = next(iter([*verified, *untrusted]), told[0].path)
    # Digests that only a hub states are claims, whoever signed them.
    known = Known.CLAIMED if repository.subject.claimed else Known.VERIFIED

    def fact(spec: FactSpec, value: Value) -> Fact:
        return Fact(key=spec.key, value=value, known=Known.UNKNOWN if value is None else known, source=source)

    if not verified and any(one.unseen for one in told):
        yield from (fact(spec, None) for spec in (SIGNATURE, SIGNED_BY, COVERS_ALL, LEFT_OUT, AS_EXPECTED))
        return
    yield fact(SIGNATURE, "verified" if verified else "untrusted" if untrusted else "broken")
    by = tuple(sorted({name for result in verified.values() for name in result.signers}))
    yield fact(SIGNED_BY, by)
    yield fact(AS_EXPECTED, not set(expected(repository)).isdisjoint(by))
    left_out = _left_out(list((verified or untrusted).values()))
    yield fact(LEFT_OUT, left_out)
    yield fact(COVERS_ALL, bool(verified) and not left_out)
    if ends := sorted(result.until for result in verified.values() if result.until):
        yield fact(SIGNED_UNTIL, ends[-1])


def _left_out(signed: list[verify.Result]) -> tuple[str, ...]:
    """What none of these signatures covers."""
    each = [set(result.differences.left_out) for result in signed if result.differences is not None]
    return tuple(sorted(set.intersection(*each))) if each else ()


CHECK = listed("signer-unknown")
