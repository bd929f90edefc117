"""How each signature stands, held against the files of a subject: who made it, and what differs from what was signed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from hilt.core.context import Signer
from hilt.core.errors import FormatError, UsageError
from hilt.core.verification import Signature, Signed
from hilt.gate.signatures.signature_files import SignatureFile
from hilt.gate.signatures.signed_files import SignedFiles
from hilt.knowledge.provenance.comparing import may_be_renamed, state, to_digest
from hilt.knowledge.provenance.manifest import Differences, compare
from hilt.knowledge.provenance.statement import Statement

if TYPE_CHECKING:
    from hilt.knowledge.provenance import verify


def signature_states(
    found: Sequence[SignatureFile],
    files: SignedFiles,
    signatures: Collection[str],
    signers: Sequence[Signer],
    now: str,
) -> Iterator[Signature]:
    """What is to be said of each of `found`. `signatures` are the paths of all signatures inside the subject."""
    answers = [None if one.read is None else _answer(one.read, signers, now) for one in found]
    made = [
        one.read.statement
        for one, answer in zip(found, answers, strict=True)
        if one.read is not None and answer is not None and _may_hold(answer)
    ]
    sizes = files.sizes
    files.digest(
        [
            (statement, (*to_digest(statement, sizes), *may_be_renamed(statement, sizes, signatures)))
            for statement in made
        ]
    )
    for one, answer in zip(found, answers, strict=True):
        if one.read is None or answer is None:
            yield Signature(file=one.file, state=Signed.BROKEN, why=(f"it cannot be read: {one.error}",))
        else:
            yield _held(one.file, one.read, answer, files, signatures)


def _answer(read: verify.Unverified, signers: Sequence[Signer], now: str) -> verify.Answer:
    from hilt.knowledge.provenance import sigstore, verify

    try:
        return verify.answer(read, signers, now, keyless=sigstore.why_not)
    except FormatError as error:
        raise UsageError(str(error)) from None


def _may_hold(answer: verify.Answer) -> bool:
    """Is it worth while to digest the files?"""
    return answer.state is not Signed.BROKEN


def _held(
    file: str, read: verify.Unverified, answer: verify.Answer, files: SignedFiles, signatures: Collection[str]
) -> Signature:
    from hilt.knowledge.provenance import verify

    statement = read.statement
    told = Signature(
        file=file,
        state=answer.state,
        kind=read.bundle.kind,
        by=verify.claims(read),
        signers=answer.signers,
        until=answer.until,
        model=statement.name,
        algorithm=statement.algorithm,
        listed=len({resource.path for resource in statement.resources}),
        why=(answer.why,) if answer.why else (),
    )
    if not _may_hold(answer):
        return told
    differences = _differences(statement, files, signatures)
    return _with(told, differences, statement, files)


def _differences(statement: Statement, files: SignedFiles, signatures: Collection[str]) -> Differences:
    """What differs; no file is said to have changed because of what the digest store says of it."""
    differences = compare(statement, files.files(statement), signatures)
    if differences.changed:
        files.digest([(statement, differences.changed)], anew=True)
        differences = compare(statement, files.files(statement), signatures)
    return differences


def _with(told: Signature, differences: Differences, statement: Statement, files: SignedFiles) -> Signature:
    from dataclasses import replace

    held = state(told.state, differences, unlisted=bool(files.unlisted))
    if held is Signed.VERIFIED and differences.ignored:
        held = Signed.INCOMPLETE
    elif held is Signed.VERIFIED and files.rest_on_claims(statement):
        held = Signed.CLAIMED
    return replace(
        told,
        state=held,
        changed=differences.changed,
        missing=differences.missing,
        extra=differences.extra,
        renamed=differences.renamed,
        unread=(*((path, files.why_unread(statement, path)) for path in differences.unknown), *files.unlisted),
        ignored=differences.ignored,
        excluded=tuple(sorted((*differences.excluded, *files.set_aside))),
        empty=differences.empty,
    )
