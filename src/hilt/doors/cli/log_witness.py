"""hilt log witness: who else sees that the log only grows, and being that for the logs of others."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell

if TYPE_CHECKING:
    from hilt.core.log import AskedWitness


@click.group()
def witness() -> None:
    """Have others see that the log only grows, or see it of others.

    A witness signs each checkpoint that continues the last one it saw. Who shows two histories, or takes entries back, gets no
    signature; and a receipt with that of a witness proves that nobody was shown another log.
    """


@witness.command()
@click.argument("url", metavar="URL")
@click.argument("key", metavar="VKEY")
@options.as_json
@options.config
def add(url: str, key: str, config: str | None, *, as_json: bool) -> int:
    """Ask the witness at URL for its first signature, and print the lines for the settings. No file is changed.

    VKEY is the verifier key of the witness; its operator needs that of the log (`hilt log key`).
    """
    from hilt.gate.recording.asking_witnesses import ask
    from hilt.gate.settings import find_settings
    from hilt.output.text_log import write_settings

    asked = ask(url, key, find_settings(config))
    if not as_json:
        tell_asked(asked)
    if as_json or not asked.why:
        tell(asked, type(asked)._asdict, partial(write_settings, key=key), as_json=as_json)
    return int(bool(asked.why))


@witness.command("list")
@options.as_json
@options.config
def list_(config: str | None, *, as_json: bool) -> None:
    """Tell the witnesses of the settings, and what each has signed last."""
    from hilt.gate.recording.asking_witnesses import known
    from hilt.gate.settings import find_settings
    from hilt.output.text_log import write_witnesses

    told = known(find_settings(config))
    tell(told, lambda each: [one._asdict() for one in each], write_witnesses, as_json=as_json)


@witness.command()
@click.option("--name", metavar="NAME", required=True, help="What the witness is called: witness.example/w1.")
@click.option(
    "--log", "logs", metavar="VKEY", multiple=True, required=True,
    help="The verifier key of a log to be witnessed; may be given several times.",
)  # fmt: skip
@click.option("--state", metavar="FILE", type=click.Path(), required=True, help="Where it remembers what it signed.")
@click.option(
    "--key", metavar="FILE", type=click.Path(), required=True, help="Its private key, in PEM, which signs nothing else."
)
@click.option("--new", is_flag=True, help="Make the file of the state: the key has signed nothing yet.")
@options.password
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", help="Where it answers; 127.0.0.1 without it.")
@click.option("--port", metavar="NUMBER", type=click.IntRange(0, 65535), default=8790, help="8790 without it.")
def serve(
    name: str,
    logs: tuple[str, ...],
    state: str,
    key: str,
    password: bytes | None,
    host: str,
    port: int,
    *,
    new: bool,
) -> None:
    """Be a witness of other logs, until interrupted.

    It speaks HTTP: for the internet, put a server with TLS before it. Keep the file of the state as you keep the key: the one
    without the other is of no use.
    """
    from hilt.doors.http.server import address, listen
    from hilt.doors.witness.server import serve as answer
    from hilt.gate.recording.witness_for_others import witnessing
    from hilt.output.quote import quote

    def complain(text: str) -> None:
        click.echo(f"hilt: {quote(text, 1000)}", err=True)

    with (
        listen(host, port, "a witness") as listening,
        witnessing(name=name, logs=logs, state=state, key=key, new=new, password=password, complain=complain) as told,
    ):
        for one in told.seen():
            if one.against:
                complain(f"the log {one.origin} has signed two histories; both are in {state}")
        click.echo(f"{quote(told.verifier)} answers at {address(listening)}")
        answer(told, listening)


def tell_asked(asked: AskedWitness) -> None:
    """What a witness did, on standard error: the checkpoint is what stands on standard output."""
    from hilt.output.text_log import asked_line

    click.echo(asked_line(asked), err=True)
