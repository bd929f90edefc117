"""sign: states with a private key what the files of a subject are, as OpenSSF Model Signing v1.0 writes it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.digesting import ALGORITHMS, Piece, digest_pieces
from hilt.checks.provenance.places import SUFFIX, USUAL, is_client_folder, is_no_part
from hilt.core.context import Signer
from hilt.core.errors import FormatError, SourceError, UsageError
from hilt.core.progress import Progress, Silent
from hilt.core.subject import EntryKind
from hilt.core.verification import Signed, WrittenSignature
from hilt.gate.named_file import Named, read_named
from hilt.gate.settings import Settings
from hilt.gate.signatures.signature_files import inside, root, signature_files
from hilt.gate.signatures.signed_files import NO_FILE
from hilt.output.write import write
from hilt.sources import hub_cache
from hilt.sources.digest_store import usual_store
from hilt.sources.listing import Listing
from hilt.sources.references import open_reference

if TYPE_CHECKING:
    from hilt.knowledge.provenance.certificates import Certificate
    from hilt.knowledge.provenance.keys import PrivateKey
    from hilt.knowledge.provenance.manifest import File
    from hilt.knowledge.provenance.statement import Statement

TOLD = 10
"""Names that an error lists."""


class _Private(NamedTuple):
    """What it takes to sign, and the signer as others will know them."""

    key: PrivateKey
    chain: Sequence[Certificate]
    signer: Signer


def sign(
    reference: str | PathLike[str],
    *,
    key: Named,
    certificate: Named | None = None,
    password: bytes | None = None,
    signature: Named | None = None,
    shards: bool = False,
    algorithm: str = "sha256",
    for_model_signing: bool = False,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> WrittenSignature:
    """Signs the subject at `reference` with the private key in the file `key`, and writes the signature to a file.

    `certificate` is the file of a chain that begins with the certificate of the key. `signature` names the file to write:
    without it, `model.sig` in the folder, or the file's name with `.sig`. With `shards`, pieces of 1 GB are listed and not
    whole files; `for_model_signing` spells them as version 1.1.1 of `model-signing` reads them. Nothing rests on the digest
    store.

    Raises `UsageError` where the call is wrong or a part of the subject cannot be signed, `NothingToCheck` where there is no
    file.
    """
    settings, where = settings or Settings(), fspath(reference)
    _refuse_elsewhere(where, algorithm)
    private = _private(key, certificate, password)
    with closing(open_reference(where, settings.limits)) as listing:
        _refuse_gaps(listing)
        _refuse_key_inside(fspath(key), listing)
        folder = root(listing)
        if shards and folder is None:
            raise UsageError(f"--shards {where}: OpenSSF Model Signing knows shards in folders alone; sign it whole")
        file = Path(signature) if signature is not None else _usual(where, folder)
        _refuse_to_replace(file, private, settings)
        own = inside(str(file), listing)
        left_out = {own, *_no_parts(listing, settings)} - {""}
        files = _digested(listing, left_out, algorithm, progress or Silent(), shards=shards)
        stated = _statement(listing, folder, files, left_out, algorithm, shards=shards)
    bundle = _signed(stated, private, settings, for_model_signing=for_model_signing)
    try:
        write(file, bundle.decode())
    except OSError as error:
        raise UsageError(f"--signature {file}: {error.strerror}") from None
    return _written(str(file), private.signer.name, files, [entry.path for entry in listing.subject.entries], own)


def _written(file: str, by: str, files: Sequence[File], names: Sequence[str], own: str) -> WrittenSignature:
    """What was written; `names` are all that lie in the subject, `own` that of the signature."""
    signed = {one.path for one in files if one.digests}
    told = signed | {own}
    left_out = tuple(name for name in names if name not in told)
    return WrittenSignature(file=file, by=by, files=len(signed), size=sum(one.size for one in files), left_out=left_out)


def _refuse_elsewhere(where: str, algorithm: str) -> None:
    if where.startswith(("hf:", "https:", "http:")):
        raise UsageError(f"{where}: only files that are here are signed; download it first")
    if algorithm not in ALGORITHMS:
        raise UsageError(f"--hash {algorithm}: known are {', '.join(ALGORITHMS)}")


def _refuse_key_inside(key: str, listing: Listing) -> None:
    if path := inside(key, listing) or inside(str(Path(key).resolve()), listing):
        raise UsageError(f"--key {path}: the private key lies in what it is to sign, and goes where that goes; move it")


def _no_parts(listing: Listing, settings: Settings) -> Iterator[str]:
    """What lies in the folder and is no part of the model: other signatures, and the notes of download clients."""
    yield from (one.path for one in signature_files(listing, settings.limits) if is_no_part(one.path))
    yield from (entry.path for entry in listing.subject.entries if is_client_folder(entry))


def _private(key: Named, certificate: Named | None, password: bytes | None) -> _Private:
    from hilt.knowledge.provenance import certificates, keys

    name = fspath(key)
    try:
        private = keys.read_private_key(read_named("--key", name), password)
    except FormatError as error:
        hint = "; give it with --password-file or --password-env" if "no password" in str(error) else ""
        raise UsageError(f"--key {name}: {error}{hint}") from None
    if certificate is None:
        public = private.public_key()
        signer = Signer(name=f"the key {keys.hint(public)}", kind="key", pem=keys.pem_of(public).decode())
        return _Private(private, (), signer)
    name = fspath(certificate)
    data = read_named("--certificate", name)
    try:
        chain = certificates.read_pem(data)
        holder = certificates.name_of(chain[0])
    except FormatError as error:
        raise UsageError(f"--certificate {name}: {error}") from None
    signer = Signer(name=f"the certificate of {holder}", kind="certificate", pem=data.decode("latin-1"))
    return _Private(private, chain, signer)


def _refuse_gaps(listing: Listing) -> None:
    """Raises `UsageError` where a part of the subject cannot be signed."""
    why = [gap.why if not gap.path else f"{gap.path}: {gap.why}" for gap in listing.gaps]
    told = {gap.path for gap in listing.gaps}
    why += [
        f"{entry.path}: {entry.note or NO_FILE[entry.kind]}"
        for entry in listing.subject.entries
        if entry.kind not in (EntryKind.FILE, EntryKind.SET_ASIDE) and entry.path not in told
    ]
    if why:
        more = f" and {len(why) - TOLD} more" if len(why) > TOLD else ""
        raise UsageError(
            f"{listing.subject.reference}: a signature is over all files, and these cannot be signed: "
            f"{'; '.join(why[:TOLD])}{more}. Remove them, or put plain files in their place"
        )


def _usual(where: str, folder: Path | None) -> Path:
    """Where the signature goes unless the call says otherwise."""
    return Path(where + SUFFIX) if folder is None else folder / USUAL


def _digested(
    listing: Listing, left_out: Collection[str], algorithm: str, progress: Progress, *, shards: bool
) -> list[File]:
    """All files to be signed, digested anew."""
    from hilt.knowledge.provenance import manifest, statement

    entries = [
        entry
        for entry in listing.subject.files
        if entry.path not in left_out and entry.path.split("/")[0] not in manifest.ALWAYS_LEFT_OUT
    ]
    pieces = {
        entry.path: [
            Piece(entry.path, begin, end, algorithm)
            for begin, end in manifest.pieces(entry.size, statement.SHARD_SIZE if shards else 0)
        ]
        for entry in entries
    }
    progress.start(files=0, size=sum(entry.size for entry in entries))
    every = [piece for some in pieces.values() for piece in some]
    done = digest_pieces(listing, every, progress, threading.Event(), usual_store(), trust_nothing=True)
    for piece, why in done.errors.items():
        raise SourceError(f"{piece.path}: {why}; nothing was signed")
    return [
        manifest.File(entry.path, entry.size, tuple(done.digests[piece] for piece in pieces[entry.path]))
        for entry in entries
    ]


def _statement(
    listing: Listing,
    folder: Path | None,
    files: Sequence[File],
    left_out: Collection[str],
    algorithm: str,
    *,
    shards: bool,
) -> Statement:
    from hilt.knowledge.provenance import manifest, statement

    try:
        stated = manifest.build(
            _name(listing, folder),
            files,
            algorithm=algorithm,
            shard_size=statement.SHARD_SIZE if shards else 0,
            ignore_paths=left_out,
            allow_symlinks=any(entry.target for entry in listing.subject.files),
        )
    except FormatError as error:
        raise UsageError(f"{listing.subject.reference}: {error}") from None
    if folder is None:  # `model-signing` calls a model of one file so
        return replace(stated, resources=tuple(replace(one, path=".") for one in stated.resources))
    return stated


def _name(listing: Listing, folder: Path | None) -> str:
    """What the signature calls the model. It binds nothing."""
    if folder is None:
        return listing.subject.entries[0].path
    place = hub_cache.place(folder)
    return place.repository if place is not None else folder.resolve().name


def _signed(stated: Statement, private: _Private, settings: Settings, *, for_model_signing: bool) -> bytes:
    """The bundle, once it has been verified as others will verify it."""
    from hilt.knowledge.provenance import sign, verify

    try:
        bundle = sign.sign(stated, private.key, private.chain, for_model_signing=for_model_signing)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        made = verify.answer(verify.read(bundle, settings.limits), [private.signer], now)
    except FormatError as error:
        raise UsageError(f"nothing was signed: {error}") from None
    if made.state is not Signed.VERIFIED:
        raise UsageError(f"nothing was signed, for nobody would accept it: {made.why}")
    return bundle


def _refuse_to_replace(file: Path, private: _Private, settings: Settings) -> None:
    """Raises `UsageError` where `file` is anything but an earlier signature of the same signer."""
    from hilt.knowledge.provenance import verify

    if not file.exists():
        return
    way_out = "name another file with --signature, or remove it"
    try:
        before = verify.read(read_named("--signature", str(file), settings.limits.json_bytes), settings.limits)
    except FormatError:
        raise UsageError(f"{file} is there and is no signature of a model; {way_out}") from None
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if verify.answer(before, [private.signer], now).state is not Signed.VERIFIED:
        raise UsageError(
            f"{file} holds a signature by {verify.claims(before)}, not by {private.signer.name}; {way_out}"
        )
