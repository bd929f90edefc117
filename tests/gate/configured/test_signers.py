from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hilt.core.context import Signer
from hilt.core.errors import SettingsInvalid
from hilt.gate.settings import read_settings
from hilt.gate.signatures.patterns import signers_for

KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY32c1Qu5APmRfKordQ/HXajD0mwI
RvF1YU/EQGQ0dlraWVlHZW5AJvd1EdaQS0iD+oobZBSaJO7gQCbqnVvpFQ==
-----END PUBLIC KEY-----
"""
ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
"""
ROOT = '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "acme.pem").write_text(KEY)
    (tmp_path / "ed.pem").write_text(ED25519)
    (tmp_path / "two.pem").write_text(KEY + KEY)
    (tmp_path / "broken.pem").write_text(KEY.replace("MFkw", "MFk"))
    (tmp_path / "secret.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    (tmp_path / "root.json").write_text(ROOT)
    (tmp_path / "large.pem").write_bytes(bytes(2 << 20))
    return tmp_path


def signers(folder: Path, text: str) -> tuple[Signer, ...]:
    (folder / "settings.yaml").write_text(text)
    return read_settings(folder / "settings.yaml").signers


def test_signers_are_read_with_their_keys_from_beside_the_settings(folder: Path) -> None:
    text = """
signers:
- {name: Acme, key: acme.pem, models: ["hf:acme/*", models/acme-*]}
- name: Jo at Acme
  identity: jo@acme.example
  issuer: https://accounts.google.com
  trust_file: root.json
"""
    acme, jo = signers(folder, text)
    assert acme == Signer(
        name="Acme", kind="key", pem=KEY, models=("hf:acme/*", str(folder.absolute() / "models/acme-*"))
    )
    assert jo == Signer(
        name="Jo at Acme",
        kind="identity",
        pem=ROOT,
        identity="jo@acme.example",
        issuer="https://accounts.google.com",
    )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{key: acme.pem}", "signers[0]: the key name is missing; say who it is"),
        ("{name: A}", "signers[0]: none of key, certificate and identity is there"),
        ("{name: A, key: acme.pem, identity: a@b}", "signers[0]: key and identity are both there"),
        ("{name: A, kye: acme.pem}", "signers[0].kye: unknown key; did you mean key?"),
        ("{name: A, key: gone.pem}", "signers[0].key: {folder}/gone.pem: No such file or directory; paths are"),
        ("{name: A, key: secret.pem}", "signers[0].key: secret.pem: holds a private key, which belongs to its signer"),
        ("{name: A, key: root.json}", "signers[0].key: root.json: is not a public key in PEM form; `openssl pkey"),
        ("{name: A, key: two.pem}", "signers[0].key: two.pem: holds 2 keys"),
        ("{name: A, key: broken.pem}", "signers[0].key: broken.pem: the PEM is broken"),
        ("{name: A, key: ed.pem}", "signers[0].key: ed.pem: is no elliptic key on P-256, P-384 or P-521"),
        ("{name: A, key: large.pem}", "large.pem: more than 1048576 bytes"),
        ("{name: A, certificate: acme.pem}", "signers[0].certificate: acme.pem: is not a certificate in PEM form"),
        ("{name: A, key: acme.pem, issuer: x}", "signers[0].issuer: belongs to a signer with an identity"),
        ("{name: A, identity: a@b}", "signers[0]: the key issuer is missing"),
        ("{name: A, identity: a@b, issuer: x}", "signers[0]: the key trust_file is missing"),
        (
            "{name: A, identity: a@b, issuer: x, trust_file: acme.pem}",
            "signers[0].trust_file: acme.pem: not JSON",
        ),
        ("{name: A, key: acme.pem, models: [3]}", "signers[0].models[0]: a text is needed here, not 3"),
        ("{name: A, key: acme.pem, models: []}", "signers[0].models: the list is empty; name the models, or leave"),
        ("{name: A, key: acme.pem, models: 'HF:acme/*'}", "signers[0].models: 'HF:acme/*' is like no reference"),
        (
            "{name: A, key: acme.pem, models: ['hf://acme/*']}",
            "signers[0].models[0]: 'hf://acme/*' is like no reference",
        ),
        ("{name: A, key: acme.pem, models: ['hf:models/acme/*']}", "'hf:models/acme/*' is like no reference"),
        ("{name: A, key: acme.pem, models: ['http://acme.example/*']}", "is like no reference"),
        ("{name: A, key: acme.pem, models: 3}", "signers[0].models: a list of patterns such as hf:acme/* is needed"),
        ("Acme", "signers[0]: a table of keys is needed here, not 'Acme'"),
    ],
)
def test_what_is_wrong_is_named_with_file_key_path_value_and_way_out(folder: Path, entry: str, words: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        signers(folder, f"signers: [{entry}]")
    assert str(caught.value).startswith(str(folder / "settings.yaml"))
    assert words.replace("{folder}", str(folder)) in str(caught.value)


def named(*models: str) -> Signer:
    return Signer(name="Acme", kind="key", pem=KEY, models=models)


@pytest.mark.parametrize(
    ("pattern", "reference"),
    [
        ("hf:acme/*", "hf:acme/small"),
        ("hf:acme/*", "hf:acme/small@v1"),
        ("hf:acme/*", "hf://acme/small"),
        ("hf:acme/small", "hf:acme/small@v1"),
        ("hf:acme/*", "hf:Acme/Small"),
        ("hf:Acme/*", "hf:acme/small"),
        ("hf:acme/*", "hf:models/acme/small"),
        ("hf:Acme/Small@V1", "hf:acme/small@V1"),
        ("hf:datasets/acme/*", "hf:datasets/acme/questions"),
        ("hf:acme/*", "https://huggingface.co/acme/small/tree/v1"),
        ("https://example.org/*", "https://example.org/model.gguf"),
        ("/srv/models/acme-*", "/srv/models/acme-small"),
    ],
)
def test_a_pattern_names_a_model_however_it_is_spelled(pattern: str, reference: str) -> None:
    (signer,) = signers_for(reference, [named(pattern, "hf:other/*")])
    assert signer.models == (pattern,)


@pytest.mark.parametrize(
    ("pattern", "reference"),
    [
        ("hf:acme/*", "hf:acme-labs/small"),
        ("hf:acme/*", "hf:datasets/acme/small"),
        ("hf:acme/small", "hf:acme/small-2"),
        ("hf:acme/small@v1", "hf:acme/small@V1"),
        ("hf:acme/*", "acme/small"),
        ("hf:acme/.*", "hf:acme/small"),
        ("/srv/models/acme-*", "/srv/models/other"),
    ],
)
def test_a_signer_for_other_models_is_no_signer_of_this_one(pattern: str, reference: str) -> None:
    assert signers_for(reference, [named(pattern)]) == ()


def test_a_signer_without_patterns_may_sign_everything_and_is_expected_nowhere() -> None:
    (signer,) = signers_for("hf:acme/small", [named()])
    assert signer.models == ()


def test_a_folder_of_a_hub_cache_is_the_model_that_it_holds(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--acme--small" / "snapshots" / ("a" * 40)
    snapshot.mkdir(parents=True)
    for path in (snapshot, snapshot.parent.parent):
        assert signers_for(str(path), [named("hf:acme/*")])
    assert signers_for(str(snapshot), [named(f"hf:acme/small@{'a' * 40}")])


def test_no_spelling_of_a_path_and_no_link_leads_past_a_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme-small").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to("acme-small")
    monkeypatch.chdir(tmp_path)
    for spelled in ("acme-small", "./acme-small", "acme-small/", "other/../acme-small", "link", str(tmp_path / "link")):
        assert signers_for(spelled, [named(str(tmp_path.resolve() / "acme-*"))]), spelled
    assert not signers_for("other", [named(str(tmp_path.resolve() / "acme-*"))])


def test_a_key_that_openssl_writes_is_taken(folder: Path) -> None:
    for curve in ("prime256v1", "secp384r1", "secp521r1"):
        private, public = folder / "private.pem", folder / "public.pem"
        commands = (
            ["openssl", "ecparam", "-name", curve, "-genkey", "-noout", "-out", str(private)],
            ["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)],
        )
        for command in commands:
            subprocess.run(command, check=True, capture_output=True)
        (signer,) = signers(folder, "signers: [{name: A, key: public.pem}]")
        assert signer.pem == public.read_text()
