"""hilt sign: state with a private key what the files of a model are."""

from __future__ import annotations

import click

from hilt.doors.cli import options
from hilt.doors.cli.writing import tell


@click.command()
@click.argument("reference", metavar="REF", type=click.Path())
@click.option("--key", metavar="FILE", type=click.Path(), required=True, help="The private key, in PEM.")
@click.option(
    "--certificate", metavar="FILE", type=click.Path(), help="A chain in PEM that begins with the key's certificate."
)
@options.password
@click.option("--signature", metavar="FILE", type=click.Path(), help="Where to; model.sig in the folder without it.")
@click.option("--shards", is_flag=True, help="List pieces of 1 GB, not whole files.")
@click.option("--for-model-signing", is_flag=True, help="Spell the pieces as model-signing 1.1.1 reads them.")
@click.option("--hash", "algorithm", default="sha256", type=click.Choice(["sha256", "blake2b", "blake3"]))
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON.")
@options.config
def sign(
    reference: str,
    key: str,
    certificate: str | None,
    password: bytes | None,
    signature: str | None,
    config: str | None,
    *,
    shards: bool,
    for_model_signing: bool,
    algorithm: str,
    as_json: bool,
) -> None:
    """Sign REF, a folder or a file, by OpenSSF Model Signing v1.0.

    The key is an EC key on P-256, P-384 or P-521: `openssl ecparam -name prime256v1 -genkey -noout -out signing.pem`. Others
    verify it with the public key: `openssl pkey -in signing.pem -pubout -out signing.pub`.
    """
    from hilt.doors.cli.progress import Bar
    from hilt.gate.settings import find_settings
    from hilt.gate.sign import sign as write
    from hilt.output.text_verification import signature_data, write_signature

    with Bar() as bar:
        written = write(
            reference,
            key=key,
            certificate=certificate,
            password=password,
            signature=signature,
            shards=shards,
            for_model_signing=for_model_signing,
            algorithm=algorithm,
            settings=find_settings(config),
            progress=bar,
        )
    tell(written, signature_data, write_signature, as_json=as_json)
