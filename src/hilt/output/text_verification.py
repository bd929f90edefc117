"""Whether a subject is what its publisher signed, on a terminal: the state, each signature, and the files that differ."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hilt.core.verification import Signature, Signed, Verification, WrittenSignature
from hilt.output.figures import counted, size_text
from hilt.output.layout import Page
from hilt.output.quote import quote

_COLOURS = {Signed.VERIFIED: "on green", Signed.BROKEN: "on red"}
_TOLD = 50
"""Files of one kind that are listed; --json lists all."""
_COLUMN = 16
"""Where the names of files begin."""
_DIGEST = re.compile(r"\b([0-9a-f]{16})[0-9a-f]{48}\b")
_STATES = {
    Signed.VERIFIED: "signed by {signers}, over exactly these files{but}",
    Signed.INCOMPLETE: "signed by {signers}, who left out files that are here: see what they are",
    Signed.CLAIMED: "signed by {signers}, over the digests that the hub states; hilt has not seen the bytes: download and verify them",
    Signed.UNREAD: "signed by {signers}, but some files could not be compared",
    Signed.BROKEN: "no trusted signature holds over these files",
    Signed.UNTRUSTED: "no signature is by anybody who is trusted here",
    Signed.NONE: "there is no signature; {sought}",
}


def write(page: Page, told: Verification) -> None:
    state, name = told.state, quote(told.reference)
    signers = " and ".join(dict.fromkeys(quote(name) for one in told.signatures for name in one.signers))
    page.flow([(state.word.upper(), _COLOURS.get(state, "on yellow")), (name, "bold")])
    unsigned = any(one.state is state and (one.excluded or one.empty) for one in told.signatures)
    but = " but for those that are never signed" if unsigned else ""
    sought = f"`model.sig` in the folder and {name.rstrip('/')}.sig beside it were looked for"
    if told.reference.startswith(("hf:", "https:", "http:")):  # nothing lies beside it
        sought = "`model.sig` was looked for; where it lies elsewhere, name it with --signature"
    page.flow([(_STATES[state].format(signers=signers, sought=sought, but=but), "")])
    if not told.trusted and state is not Signed.NONE:
        page.flow(
            [("nobody is trusted yet: name a signer with --key, --certificate or --identity, or in the settings", "")]
        )
    for one in told.signatures:
        page.blank()
        _signature(page, one)
    page.blank()
    tail = [f"{counted(told.files, 'file')}, {size_text(told.size)}"]
    if told.claimed:
        tail.append(f"of {told.claimed} the digest is what the hub states")
    if told.remembered:
        tail.append(
            f"SHA-256 of {size_text(told.remembered)} as remembered, as their BLAKE3 is the same (--trust-nothing)"
        )
    page.flow([(" · ".join(tail), "dim")])


def _signature(page: Page, one: Signature) -> None:
    style = {Signed.VERIFIED: "bold green", Signed.BROKEN: "bold red"}.get(one.state, "bold yellow")
    page.flow([(quote(one.file), "bold"), ("·", "dim"), (one.state.word, style)])
    if one.by:
        said = f"{counted(one.listed, 'file')} by {one.algorithm}"
        by = _DIGEST.sub(r"\1…", quote(one.by))
        page.flow([(by, ""), ("·", "dim"), (said, "")], indent=_COLUMN, label=("signed by", "dim"))
    if one.signers:
        until = f", until {one.until}" if one.until else ""
        page.flow([(quote(", ".join(one.signers)) + until, "")], indent=_COLUMN, label=("which is", "dim"))
    for why in one.why:
        page.flow([(quote(why, 1000), "")], indent=_COLUMN, label=("because", "dim"))
    for label, style, paths in _rows(one):
        for number, path in enumerate(paths[:_TOLD]):
            page.flow([(path, "")], indent=_COLUMN, label=(label, style) if not number else ("", ""))
        if len(paths) > _TOLD:
            page.flow([(f"and {len(paths) - _TOLD} more (--json lists all)", "dim")], indent=_COLUMN)


def _rows(one: Signature) -> Iterator[tuple[str, str, list[str]]]:
    """What is told of files: a label, its style, and the lines."""
    moved = {path for pair in one.renamed for path in pair}
    rows = (
        ("changed", "red", one.changed),
        ("missing", "red", [path for path in one.missing if path not in moved]),
        ("extra", "red", [path for path in one.extra if path not in moved]),
    )
    for label, style, paths in rows:
        yield label, style, [quote(path) for path in paths]
    yield "renamed", "red", [f"{quote(old)} → {quote(new)}" for old, new in one.renamed]
    yield "not compared", "yellow", [": ".join(map(quote, filter(None, pair))) for pair in one.unread]
    yield "left out", "yellow", [quote(path) for path in one.ignored]
    yield "never signed", "dim", [quote(path) for path in (*one.excluded, *one.empty)]


def write_signature(page: Page, written: WrittenSignature) -> None:
    """What was signed, on one line, so that it can be looked for; and what was not."""
    over = f"{counted(written.files, 'file')}, {size_text(written.size)}"
    page.line(f"{quote(written.file)}: {over}, signed by {quote(written.by)}")
    if written.left_out:
        page.line(f"not signed: {', '.join(quote(path) for path in written.left_out)}")


def signature_data(written: WrittenSignature) -> dict[str, Any]:
    return {**written._asdict(), "left_out": [quote(path) for path in written.left_out]}
