"""hilt erase-person: take out of the record who somebody is."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command("erase-person")
@click.argument("name", metavar="NAME")
@click.option("--texts", is_flag=True, help="Also what they said.")
@click.option("--naming", metavar="TEXT", multiple=True, help="Also whatever holds this, whoever said it.")
@options.signing
@options.as_json
@options.config
def erase_person(
    name: str,
    naming: tuple[str, ...],
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    texts: bool,
    as_json: bool,
) -> None:
    """Erase the name of a person and how to reach them. NAME may be the name that the log has for them (p-...).

    No entry is changed: they hold only digests of such words, so every proof stays whole. The log says that it was done. An
    administrator signs it.
    """
    from hilt.gate.erase_person import erase_person as erase
    from hilt.gate.settings import find_settings
    from hilt.output.text_record import write_erased

    done = erase(name, texts=texts, naming=naming, key=key, password=password, settings=find_settings(config))
    tell(done, type(done)._asdict, write_erased, as_json=as_json)
