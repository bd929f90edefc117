from __future__ import annotations

from hilt.knowledge.provenance import dsse


def test_the_bytes_that_are_signed_are_those_of_the_specification() -> None:
    assert dsse.signed_bytes("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"  # protocol.md, "Test Vectors"
    )
    assert dsse.signed_bytes("t", b"\xff\0 ") == b"DSSEv1 1 t 3 \xff\0 "


def test_no_two_payloads_have_the_same_bytes() -> None:
    assert dsse.signed_bytes("a", b"1 b") != dsse.signed_bytes("a 3", b"b")
    assert dsse.signed_bytes_before_1_0("t", b"\n'") == b'DSSEV1 1 t 2 b"\\n\'"'
