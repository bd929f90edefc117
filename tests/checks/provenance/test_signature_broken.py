from __future__ import annotations

import json

import pytest

from hilt.checks.provenance.signature_broken import CHECK
from hilt.knowledge.provenance import sign
from signed import KEY, MODEL, OTHER_KEY, bundle, resigned, trusting
from signed import stated as statement
from signed_subjects import SIGNED, acme, found, subject


def test_a_signature_that_holds_is_quiet_whoever_made_it() -> None:
    assert found(CHECK, subject(signers=[acme()])) == []
    assert found(CHECK, subject()) == []


@pytest.mark.parametrize("signers", [[], [acme()]])
def test_every_file_that_is_not_as_it_was_signed_is_told(signers: list[object]) -> None:
    files = {
        "model.sig": bundle(),
        "config.json": b'{"changed": true}',
        "weights.safetensors": MODEL["model.safetensors"],
        "sub/a.txt": b"a",
        "evil.py": b"import os\n",
    }
    assert sorted(found(CHECK, subject(files, signers=signers))) == [  # type: ignore[arg-type]
        ("high", "config.json", "not what was signed in model.sig"),
        ("high", "evil.py", "not among the files that were signed in model.sig"),
        ("high", "model.sig", "sub-b.txt was signed and is not here"),
        ("high", "weights.safetensors", "signed in model.sig under another name, model.safetensors"),
    ]


def test_a_signature_of_another_model_holds_over_nothing_here() -> None:
    other = {"other.txt": b"other", "model.sig": bundle()}
    assert {severity for severity, _, _ in found(CHECK, subject(other, signers=[acme()]))} == {"high"}


def _forged() -> bytes:
    """Made with another key than it names."""
    document = json.loads(sign.sign(statement(), OTHER_KEY))
    document["verificationMaterial"] = json.loads(bundle())["verificationMaterial"]
    return json.dumps(document).encode()


def test_a_signature_that_was_not_made_with_the_key_that_it_names_is_broken() -> None:
    ((severity, path, message),) = found(CHECK, subject({**MODEL, "model.sig": _forged()}, signers=[acme()]))
    assert (severity, path) == ("high", "model.sig")
    assert message == "the signature names the key of acme, and was not made with it"


def test_a_second_signature_beside_is_no_file_too_many() -> None:
    files = {**SIGNED, "other.sig": sign.sign(statement(), OTHER_KEY)}
    assert found(CHECK, subject(files, signers=[acme(), trusting(OTHER_KEY, "other")])) == []


def test_a_broken_signature_beside_one_that_is_trusted_and_holds_is_a_question_and_no_alarm() -> None:
    files = {**SIGNED, "other.sig": _forged()}
    ((severity, path, _),) = found(CHECK, subject(files, signers=[acme()]))
    assert (severity, path) == ("medium", "other.sig")


def test_a_second_signature_under_a_name_that_loaders_read_is_a_file_too_many() -> None:
    files = {**SIGNED, "chat_template.jinja": sign.sign(statement(), OTHER_KEY)}
    ((severity, path, _),) = found(CHECK, subject(files, signers=[acme(), trusting(OTHER_KEY, "other")]))[:1]
    assert (severity, path) == ("high", "chat_template.jinja")


def test_a_signature_over_one_file_fewer_is_told_though_its_signer_is_trusted() -> None:
    def without_config(document: dict[str, object]) -> None:
        from hilt.knowledge.provenance.statement import Resource, root_digest

        predicate = document["predicate"]
        assert isinstance(predicate, dict)
        kept = [one for one in predicate["resources"] if one["name"] != "config.json"]
        predicate["resources"] = kept
        digest = root_digest(Resource(path=one["name"], digest=one["digest"]) for one in kept)
        document["subject"] = [{"name": "model", "digest": {"sha256": digest}}]

    made = subject({**MODEL, "model.sig": resigned(without_config, KEY)}, signers=[acme()])
    assert found(CHECK, made) == [("high", "config.json", "not among the files that were signed in model.sig")]


def test_a_part_of_a_signed_model_is_a_question_and_no_alarm() -> None:
    """As clients download it that want no more than the weights of one kind."""
    part = {path: data for path, data in SIGNED.items() if not path.startswith("sub")}
    assert found(CHECK, subject(part, signers=[acme()])) == [
        ("medium", "model.sig", "sub-b.txt was signed and is not here"),
        ("medium", "model.sig", "sub/a.txt was signed and is not here"),
    ]
    forged = {**part, "model.sig": _forged()}
    assert {severity for severity, _, _ in found(CHECK, subject(forged, signers=[acme()]))} == {"high"}
    swapped = {**part, "other.bin": b"another"}
    assert {severity for severity, _, _ in found(CHECK, subject(swapped, signers=[acme()]))} == {"high"}
