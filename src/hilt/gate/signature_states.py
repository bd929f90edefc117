"""How each signature stands, held against the files of a subject: who made it, and what differs from what was signed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from hilt.core.context import Signer
from hilt.core.errors import FormatError, UsageError
from hilt.core.verification import Signature, Signed
from hilt.gate.signature_files import SignatureFile
from hilt.gate.signed_files import SignedFiles

if TYPE_CHECKING:
    from hilt.knowledge.provenance import verify
    from hilt.knowledge.provenance.manifest import Differences
    from hilt.knowledge.provenance.statement import Statement


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
    files.digest([(statement, _to_digest(statement, files, signatures)) for statement in made])
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


def _to_digest(statement: Statement, files: SignedFiles, signatures: Collection[str]) -> list[str]:
    """The files that were signed and are here; those that were not, too, where one may be another under a new name."""
    signed = {resource.path: 0 for resource in statement.resources}
    for resource in statement.resources:
        signed[resource.path] = max(signed[resource.path], resource.end or 0)
    here = {file.path: file.size for file in files.files(statement)}
    wanted = [path for path, end in signed.items() if path in here and (not statement.shard_size or end == here[path])]
    if not statement.shard_size and not signed.keys() <= here.keys():
        wanted += [path for path in here if path not in signed and path not in signatures]
    return wanted


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
    from hilt.knowledge.provenance.manifest import compare

    differences = compare(statement, files.files(statement), signatures)
    if differences.changed:
        files.digest([(statement, differences.changed)], anew=True)
        differences = compare(statement, files.files(statement), signatures)
    return differences


def _with(told: Signature, differences: Differences, statement: Statement, files: SignedFiles) -> Signature:
    from dataclasses import replace

    state = told.state
    if differences.any:
        state = Signed.BROKEN
    elif state is Signed.VERIFIED and (differences.unknown or files.unlisted):
        state = Signed.UNREAD
    elif state is Signed.VERIFIED and differences.ignored:
        state = Signed.INCOMPLETE
    elif state is Signed.VERIFIED and files.claimed and statement.algorithm == "sha256" and not statement.shard_size:
        state = Signed.CLAIMED
    return replace(
        told,
        state=state,
        changed=differences.changed,
        missing=differences.missing,
        extra=differences.extra,
        renamed=differences.renamed,
        unread=(*((path, files.why_unread(statement, path)) for path in differences.unknown), *files.unlisted),
        ignored=differences.ignored,
        excluded=tuple(sorted((*differences.excluded, *files.set_aside))),
        empty=differences.empty,
    )
