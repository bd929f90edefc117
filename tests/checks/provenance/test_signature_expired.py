from __future__ import annotations

from hilt.checks.provenance import signer_unknown
from hilt.checks.provenance.signature_expired import CHECK
from signed import CODE, MODEL, authority, certified, chained, trusting_root
from signed_subjects import found, stated, subject

ROOT, MIDDLE = authority()


def signed(first: int, last: int) -> dict[str, bytes]:
    return {**MODEL, "model.sig": chained(certified("acme", MIDDLE, uses=CODE, years=(first, last)), MIDDLE)}


def test_a_certificate_within_its_time_is_quiet() -> None:
    assert found(CHECK, subject(signed(2026, 2027), signers=[trusting_root(ROOT)])) == []


def test_a_certificate_past_its_time_wants_a_look_and_is_told_once() -> None:
    made = subject(signed(2025, 2026), signers=[trusting_root(ROOT)])
    ((severity, path, message),) = found(CHECK, made)
    assert (severity, path) == ("medium", "model.sig")
    assert "expired on 2026-01-01" in message
    assert found(signer_unknown.CHECK, made) == []
    assert stated(signer_unknown.CHECK, made)["signature"] == "untrusted"


def test_the_clock_of_the_run_decides_and_no_other() -> None:
    made = subject(signed(2025, 2026), signers=[trusting_root(ROOT)], now="2025-06-01T00:00:00+00:00")
    assert found(CHECK, made) == []
    assert stated(signer_unknown.CHECK, made)["signature"] == "verified"


def test_the_certificate_of_nobody_trusted_is_not_expired_but_unknown() -> None:
    made = subject(signed(2025, 2026))
    assert found(CHECK, made) == []
    assert [severity for severity, _, _ in found(signer_unknown.CHECK, made)] == ["info"]


def test_files_that_differ_are_broken_whatever_the_certificate() -> None:
    made = subject({**signed(2025, 2026), "config.json": b"[]"}, signers=[trusting_root(ROOT)])
    assert found(CHECK, made) == []
    assert stated(signer_unknown.CHECK, made)["signature"] == "broken"
