from __future__ import annotations

import json
from typing import Any

import pytest

from hilt.checks.provenance import signer_unknown
from hilt.checks.provenance.signature_malformed import CHECK
from signed import MODEL, VECTORS, resigned, signed_payload
from signed_subjects import SIGNED, acme, found, stated, subject

SLSA = b'{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"m","digest":{"sha256":"00"}}],"predicateType":"https://slsa.dev/provenance/v1","predicate":{}}'


def climbing(document: dict[str, Any]) -> None:
    document["predicate"]["resources"][0]["name"] = "../config.json"


def test_a_signature_as_the_specification_wants_it_is_quiet() -> None:
    assert found(CHECK, subject(signers=[acme()])) == []


def test_a_list_of_files_that_leads_upwards_is_told_though_its_signer_is_trusted() -> None:
    made = subject({**MODEL, "model.sig": resigned(climbing)}, signers=[acme()])
    ((severity, path, message),) = found(CHECK, made)
    assert (severity, path) == ("medium", "model.sig")
    assert "../config.json" in message
    assert "leads upwards" in message
    assert stated(signer_unknown.CHECK, made)["signature"] == "broken"


def test_a_statement_about_something_else_is_no_signature_of_the_model() -> None:
    files = {**MODEL, "model.sig": signed_payload(SLSA)}
    assert [severity for severity, _, _ in found(CHECK, subject(files, signers=[acme()]))] == ["medium"]


def test_an_attestation_of_another_kind_under_a_name_of_its_own_is_only_told() -> None:
    made = subject({**MODEL, "provenance.sigstore": signed_payload(SLSA)}, signers=[acme()])
    ((severity, path, message),) = found(CHECK, made)
    assert (severity, path) == ("info", "provenance.sigstore")
    assert message.startswith("not a signature of a model, and not verified: ")
    assert stated(signer_unknown.CHECK, made) == {}


@pytest.mark.parametrize("name", ["invalid-payload/wrong-predicate.bundle.json"])
def test_what_is_published_as_wrong_is_wrong(name: str) -> None:
    path = VECTORS / "test-vectors/v1.0" / name
    if not path.is_file():
        pytest.skip("the test vectors of OpenSSF Model Signing are not here")
    assert len(found(CHECK, subject({**MODEL, "model.sig": path.read_bytes()}))) == 1


@pytest.mark.parametrize("data", [b"", b"{}", b"garbage\n", b"\x80\x04."])
def test_what_is_called_the_signature_of_the_model_and_is_none_is_told(data: bytes) -> None:
    made = subject({**MODEL, "model.sig": data})
    assert [(severity, path) for severity, path, _ in found(CHECK, made)] == [("medium", "model.sig")]
    assert stated(signer_unknown.CHECK, made)["signature"] == "broken"


def test_signatures_of_other_programs_are_none_of_a_model() -> None:
    made = subject({**SIGNED, "model.safetensors.sig": b"-----BEGIN PGP SIGNATURE-----\n"}, signers=[acme()])
    assert found(CHECK, made) == []
    assert stated(signer_unknown.CHECK, made)["signature"] == "broken", "it was not there when acme signed"


@pytest.mark.parametrize("spelled", [{"sort_keys": True}, {"indent": 3}, {"indent": "\t"}, {"separators": (",", ":")}])
def test_a_signature_is_one_however_its_json_is_spelled(spelled: dict[str, Any]) -> None:
    data = json.dumps(json.loads(SIGNED["model.sig"]), **spelled).encode()
    for name in ("model.sig", "acme.sig"):
        assert stated(signer_unknown.CHECK, subject({**MODEL, name: data}, signers=[acme()]))["signature"] == "verified"
