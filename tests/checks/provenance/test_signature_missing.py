from __future__ import annotations

from hilt.checks.provenance.signature_missing import CHECK
from signed import MODEL
from signed_subjects import SIGNED, acme, found, stated, subject


def test_a_model_that_nobody_is_to_sign_may_be_unsigned() -> None:
    assert found(CHECK, subject(MODEL)) == []
    assert found(CHECK, subject(MODEL, signers=[acme()])) == []
    assert stated(CHECK, subject(MODEL, signers=[acme()])) == {"expected": ()}


def test_a_model_without_the_signature_that_the_settings_ask_for_wants_a_look() -> None:
    made = subject(MODEL, signers=[acme("hf:acme/*")])
    assert found(CHECK, made) == [
        ("medium", "", "your settings name acme for this reference, and nobody has signed it")
    ]
    assert stated(CHECK, made) == {"expected": ("acme",)}


def test_whether_a_signature_that_is_there_holds_is_asked_elsewhere() -> None:
    assert found(CHECK, subject(SIGNED, signers=[acme("hf:acme/*")])) == []


def test_a_signature_in_a_folder_below_is_none_of_the_model() -> None:
    inside = {f"small/{path}": data for path, data in SIGNED.items()}
    assert len(found(CHECK, subject(inside, signers=[acme("hf:acme/*")]))) == 1
