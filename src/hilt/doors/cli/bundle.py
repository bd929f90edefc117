"""hilt bundle: carry what is recorded of a model to a site that cannot reach the record."""

from __future__ import annotations

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, write_file


@click.group()
def bundle() -> None:
    """Carry what is recorded of a model to a site that cannot reach the record.

    A bundle is one file with the report, the verdict, what people decided, and the proofs that all of it is in the log.
    """


@bundle.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("-o", "--output", "file", metavar="FILE", type=click.Path(), required=True, help="Where to.")
@click.option("--use", metavar="TEXT", default="", help="Only what bears on this use; all of them without it.")
@click.option(
    "--until", metavar="DATE", default="", help="The last day on which it counts; 90 days from now without it."
)
@click.option("--without-words", is_flag=True, help="Leave out who people are and what they said.")
@options.config
def write(reference: str, file: str, use: str, until: str, config: str | None, *, without_words: bool) -> None:
    """Write what is recorded of REF into FILE, signed by the log."""
    from hilt.doors.cli.progress import Bar
    from hilt.gate.bundle import write as pack
    from hilt.gate.settings import find_settings
    from hilt.output.figures import size_text
    from hilt.output.quote import quote

    with Bar() as bar:
        data = pack(
            reference, use=use, until=until, words=not without_words, settings=find_settings(config), progress=bar
        )
    write_file("-o ", file, data)
    click.echo(f"{quote(file)}: {size_text(len(data))}; `hilt bundle read` tells what it says")


@bundle.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "--log-key", metavar="KEY", help="The verifier key of its log, to look where the settings do not trust it."
)
@click.option("--import", "import_", is_flag=True, help="Put it on the record, so that it counts here as well.")
@options.signing
@options.as_json
@options.config
def read(
    file: str,
    log_key: str | None,
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    import_: bool,
    as_json: bool,
) -> None:
    """Verify FILE without the network, and tell what it says.

    It must come from a log that the settings trust (record: {trusted_logs: [KEY]}). To import it takes an administrator, whose
    key signs that.
    """
    from hilt.gate import bundle as gate
    from hilt.gate.settings import find_settings
    from hilt.output.bundle_json import bundle_data
    from hilt.output.text_bundle import write as write_bundle

    settings = find_settings(config)
    if import_ and log_key:
        raise UsageError("--log-key is for looking: what is imported comes from a log that the settings trust")
    if import_:
        told = gate.take(file, key=key, password=password, settings=settings)
    else:
        told = gate.read(file, log_key=log_key, settings=settings)
    tell(told, bundle_data, write_bundle, as_json=as_json)
