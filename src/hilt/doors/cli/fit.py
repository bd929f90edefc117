"""hilt fit: where a model runs, how fast, and what that costs against having it hosted."""

from __future__ import annotations

from functools import partial

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, write_file


@click.command()
@click.argument("reference", metavar="REF|REPORT.json", required=False, type=click.Path(allow_dash=True))
@click.option("--memory", metavar="SIZE", help="What the model may have of the machine's memory, such as 16GB.")
@click.option(
    "--context", metavar="N", type=int, help="Tokens of input and output together; 4k, 32k and the most without."
)
@click.option("--sequences", metavar="N", type=int, help="How many run at once.")
@click.option("--engine", metavar="NAME", help="llama.cpp, llama-cpp-python, transformers or vllm.")
@click.option("--machine", metavar="NAME", help='Such as h100 or "Apple M4 16GB"; this one without.')
@click.option("--utilisation", metavar="PERCENT", help="How busy it is, such as 25%; a table of 5 to 100 % without.")
@click.option("--machines", "listed", is_flag=True, help="List the machines that hilt knows.")
@options.as_json
@click.option("-o", "--output", metavar="html:FILE", help="The same as a page, with pictures of memory and cost.")
@options.config
def fit(
    reference: str | None,
    memory: str | None,
    context: int | None,
    sequences: int | None,
    engine: str | None,
    machine: str | None,
    utilisation: str | None,
    output: str | None,
    config: str | None,
    *,
    listed: bool,
    as_json: bool,
) -> None:
    """Tell where REF runs: memory, the longest input, tokens a second, and what that costs against having it hosted.

    REPORT.json is what `hilt check --json` wrote: then nothing is read again. Quantisations that are not there are
    estimated. Prices are dated; `machine:` in the settings names your own.
    """
    from hilt.gate.fit import as_data, machines
    from hilt.gate.fit import fit as find
    from hilt.gate.settings import find_settings
    from hilt.output.text_fit import write, write_machines

    if listed:
        tell(machines(), list, write_machines, as_json=as_json)
        return
    if reference is None:
        raise UsageError("name a model: a path, hf:org/name, or a stored report")
    busy = _part(utilisation) if utilisation is not None else None
    file = _page(output) if output is not None else None
    settings = find_settings(config)
    told = find(
        reference,
        memory=memory,
        context=context,
        sequences=sequences,
        engine=engine,
        machine=machine,
        settings=settings,
    )
    if file is None or as_json:
        tell(told, as_data, partial(write, busy=busy), as_json=as_json)
        return
    from hilt.output.html_fit import document

    write_file("--output html:", file, document(told))


def _page(output: str) -> str:
    """The file that `html:FILE` names."""
    form, colon, file = output.partition(":")
    if form != "html" or not colon or not file:
        raise UsageError(f"--output {output!r:.60}: fit writes html:FILE")
    return file


def _part(text: str) -> float:
    """The part of the time that `25%` is."""
    try:
        part = float(text.strip().removesuffix("%")) / 100
    except ValueError:
        part = 0.0
    if not 0 < part <= 1:
        raise UsageError(f"--utilisation {text!r:.40}: a percentage above 0 and up to 100 is needed, such as 25%")
    return part
