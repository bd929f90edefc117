"""hilt verify: is a model what its publisher signed?"""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


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
    from hilt.output.text_verification import write

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
    tell(told, gate.as_data, write, as_json=as_json)
    return told.state.exit_code
