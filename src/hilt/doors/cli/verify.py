"""hilt verify: is a model what its publisher signed?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import terminal_page

if TYPE_CHECKING:
    from hilt.core.verification import Signature, Verification
    from hilt.output.layout import Page

_COLOURS = {"verified": "on green", "broken": "on red"}
_TOLD = 50
"""Files of one kind that are listed; --json lists all."""
_COLUMN = 16
"""Where the names of files begin."""
_DIGEST = re.compile(r"\b([0-9a-f]{16})[0-9a-f]{48}\b")
_STATES = {
    "verified": "signed by {signers}, over exactly these files{but}",
    "incomplete": "signed by {signers}, who left out files that are here: see what they are",
    "claimed": "signed by {signers}, over the digests that the hub states; hilt has not seen the bytes: download and verify them",
    "unread": "signed by {signers}, but some files could not be compared",
    "broken": "no trusted signature holds over these files",
    "untrusted": "no signature is by anybody who is trusted here",
    "none": "there is no signature; `model.sig` in the folder and {name}.sig beside it were looked for",
}


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--key", metavar="FILE", type=click.Path(), help="The public key of the signer, in PEM.")
@click.option("--certificate", metavar="FILE", type=click.Path(), help="Root certificates of the signer, in PEM.")
@click.option("--identity", metavar="NAME", help="Who signed without a key (Sigstore), as the certificate names them.")
@click.option("--issuer", metavar="URL", help="Who vouches for the identity.")
@click.option("--trust-file", metavar="FILE", type=click.Path(), help="A trusted root of Sigstore, as JSON.")
@click.option("--signature", metavar="FILE", type=click.Path(), help="The signature, where it lies elsewhere.")
@click.option("--trust-nothing", is_flag=True, help="Make every digest anew, without the digest store.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON, with every file.")
@options.config
def verify(
    reference: str,
    key: str | None,
    certificate: str | None,
    identity: str | None,
    issuer: str | None,
    trust_file: str | None,
    signature: str | None,
    config: str | None,
    *,
    trust_nothing: bool,
    as_json: bool,
) -> int:
    """Tell whether REF is what its publisher signed, by OpenSSF Model Signing v1.0.

    Without --key, --certificate or --identity, the signers of the settings count. Nothing is fetched, but for a REF that
    lies elsewhere. Exit codes: 0 verified, 20 broken, 10 everything between (no signature, nobody who is trusted, files
    left out or not read, digests that only a hub states), 1 hilt failed, 2 bad usage, 3 no file.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate import verify as gate
    from hilt.gate.settings import find_settings

    with Bar() as bar:
        told = gate.verify(
            reference,
            key=key,
            certificate=certificate,
            identity=identity,
            issuer=issuer,
            trust_file=trust_file,
            signature=signature,
            settings=find_settings(config),
            trust_nothing=trust_nothing,
            progress=bar,
        )
    if as_json:
        click.echo(json.dumps(gate.as_data(told), indent=2))
    else:
        click.echo(str(_page(told)))
    return told.state.exit_code


def _page(told: Verification) -> Page:
    from hilt.output.figures import counted, size_text
    from hilt.output.quote import quote

    page = terminal_page()
    state, name = told.state.word, quote(told.reference)
    signers = " and ".join(dict.fromkeys(quote(name) for one in told.signatures for name in one.signers))
    page.flow([(state.upper(), _COLOURS.get(state, "on yellow")), (name, "bold")])
    unsigned = any(one.state is told.state and (one.excluded or one.empty) for one in told.signatures)
    but = " but for those that are never signed" if unsigned else ""
    page.flow([(_STATES[state].format(signers=signers, name=name.rstrip("/"), but=but), "")])
    if not told.trusted and told.state.word != "none":
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
    return page


def _signature(page: Page, one: Signature) -> None:
    from hilt.output.figures import counted
    from hilt.output.quote import quote

    style = {"verified": "bold green", "broken": "bold red"}.get(one.state.word, "bold yellow")
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
    from hilt.output.quote import quote

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
