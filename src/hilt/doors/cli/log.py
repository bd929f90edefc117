"""hilt log: verify the log of the record, and prove to others what stands in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.log_witness import tell_asked, witness
from hilt.doors.cli.writing import tell, write_file

if TYPE_CHECKING:
    from hilt.gate.settings import Settings


@click.group()
def log() -> None:
    """Verify the log, and prove to others what stands in it.

    Every decision is an entry of the log, signed, in a tree whose root the log signs. Nothing in it can be changed unseen by whoever
    has one of its checkpoints: keep one where whoever runs the database cannot write, or name witnesses.
    """


log.add_command(witness)


@log.command()
@click.argument("receipt", metavar="[RECEIPT]", required=False, type=click.Path())
@click.option("--checkpoint", metavar="FILE", type=click.Path(), help="A checkpoint that was kept elsewhere.")
@click.option(
    "--key", "keys", metavar="VKEY", multiple=True,
    help="For a RECEIPT: the verifier key of its log, or of a witness who must have signed it.",
)  # fmt: skip
@options.as_json
@options.config
def verify(
    receipt: str | None, checkpoint: str | None, keys: tuple[str, ...], config: str | None, *, as_json: bool
) -> int:
    """Verify the whole record: every entry, signature and hash, every row, document and sentence.

    With RECEIPT, a file of `hilt log proof`, only that: it takes no record, only the verifier key of the log.
    """
    from hilt.gate.settings import find_settings

    settings = find_settings(config)
    if receipt is not None:
        if checkpoint is not None:
            raise UsageError("--checkpoint: a RECEIPT brings its own checkpoint; give one of the two")
        return _verify_receipt(receipt, keys, settings, as_json=as_json)
    if keys:
        raise UsageError("--key: the keys of the record stand in its log; a key is needed for a RECEIPT alone")
    return _verify_all(checkpoint, settings, as_json=as_json)


@log.command()
@click.argument("place", metavar="ENTRY", type=options.entry)
@click.option(
    "--format", "form", type=click.Choice(["sigstore", "tlog-proof"]), default="sigstore",
    help="A Sigstore bundle, or a proof of C2SP.",
)  # fmt: skip
@options.file
@options.as_json
@options.config
def proof(place: int, form: str, file: str | None, config: str | None, *, as_json: bool) -> None:
    """Write the receipt of an entry, by its number: whoever has the verifier key of the log can verify it."""
    from hilt.gate.receipts import proof as prove
    from hilt.gate.settings import find_settings

    receipt = prove(place, form, find_settings(config)).decode()
    _hand_over(receipt, file, {"entry": place, "format": form, "receipt": receipt} if as_json else None)


@log.command()
@options.file
@options.as_json
@options.config
def checkpoint(file: str | None, config: str | None, *, as_json: bool) -> int:
    """Write the newest checkpoint, once the witnesses of the settings were asked to sign it.

    Keep it where whoever runs the database cannot write: `hilt log verify --checkpoint FILE` then tells whether entries were
    taken back.
    """
    from hilt.gate.log import checkpoint as newest
    from hilt.gate.settings import find_settings

    note, asked = newest(find_settings(config))
    if as_json:
        told = {"checkpoint": note, "witnesses": [one._asdict() for one in asked]}
        _hand_over(note, file, told)
    else:
        _hand_over(note, file)
        for one in asked:
            tell_asked(one)
    return int(any(one.why for one in asked))


@log.command()
@click.argument("folder", metavar="FOLDER", type=click.Path())
@options.as_json
@options.config
def export(folder: str, config: str | None, *, as_json: bool) -> None:
    """Write the log into FOLDER as tiles of C2SP, which any web server can serve; what is there already stays."""
    from hilt.gate.log import export as write
    from hilt.gate.settings import find_settings
    from hilt.output.text_log import write_exported

    told = write(folder, find_settings(config))
    tell(told, type(told)._asdict, partial(write_exported, folder=folder), as_json=as_json)


@log.command("key")
@click.option("--all", "every", is_flag=True, help="Every key that it ever had, the newest last.")
@click.option("--trusted-root", is_flag=True, help="All of them as trusted_root.json, for Sigstore's verifiers.")
@options.as_json
@options.config
def key_(config: str | None, *, every: bool, trusted_root: bool, as_json: bool) -> None:
    """Print the verifier key of the log: hand it out, for whoever has it can verify receipts."""
    from hilt.gate import log as gate
    from hilt.gate.settings import find_settings
    from hilt.output.text_log import write_keys

    settings = find_settings(config)
    if trusted_root:
        click.echo(gate.trusted_root(settings))
        return
    told = gate.keys(settings)
    shown = told if every else told[-1:]
    tell(shown, lambda _: {"key": told[-1], "keys": told}, write_keys, as_json=as_json)


@log.command("rotate-key")
@options.as_json
@options.config
def rotate_key(config: str | None, *, as_json: bool) -> None:
    """Sign with a new key from now on. The log says so with the old one, whose file is written over."""
    from hilt.gate.log import rotate_key as rotate
    from hilt.gate.settings import find_settings
    from hilt.output.layout import Page

    told = rotate(find_settings(config))
    tell(told, lambda key: {"key": key}, Page.line, as_json=as_json)


def _verify_all(checkpoint: str | None, settings: Settings, *, as_json: bool) -> int:
    from hilt.doors.cli.progress import Bar
    from hilt.gate.log import state
    from hilt.gate.log import verify as find
    from hilt.output.log_json import verified_data
    from hilt.output.text_log import damage_line, write_verified

    damage = []
    with Bar() as bar:
        for one in find(settings, checkpoint=checkpoint, progress=bar):
            damage.append(one)
            if not as_json:
                click.echo(damage_line(*one))
    tell(
        None if damage else state(settings),
        partial(verified_data, damage=damage, checkpoint=checkpoint),
        partial(write_verified, damage=len(damage), checkpoint=checkpoint),
        as_json=as_json,
    )
    return int(bool(damage))


def _verify_receipt(file: str, keys: Sequence[str], settings: Settings, *, as_json: bool) -> int:
    from hilt.gate.receipts import verify as prove
    from hilt.output.log_json import proven_data
    from hilt.output.text_log import write_proven

    tell(prove(file, keys, settings), proven_data, write_proven, as_json=as_json)
    return 0


def _hand_over(text: str, file: str | None, told: dict[str, Any] | None = None) -> None:
    """Puts `text` where it belongs, and on the terminal what is `told` as JSON."""
    if file is not None:
        write_file("-o ", file, text)
    if told is not None:
        click.echo(json.dumps(told, indent=2))
    elif file is None:
        click.echo(text, nl=not text.endswith("\n"))
