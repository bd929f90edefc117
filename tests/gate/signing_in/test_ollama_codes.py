"""Codes that an Ollama prints: whoever has one, uses the Ollama that proved its key."""

from __future__ import annotations

import pytest

from hilt.core.errors import UsageError
from hilt.gate.signing_in.ollama_codes import SECONDS, code_for, digest_in

KEY, DIGEST = bytes(32), "ab" * 32
CODE = code_for(DIGEST, KEY, now=1000)


@pytest.mark.parametrize(
    "text", [CODE, f" {CODE[:30]}\r\n  {CODE[30:]} ", f'Error: 403: {{"message":"at /account#ollama: {CODE}","detail"']
)
def test_a_code_is_found_in_what_ollama_printed(text: str) -> None:
    assert digest_in(text, KEY, now=1000 + SECONDS - 1) == DIGEST


def test_a_code_ends_after_an_hour() -> None:
    with pytest.raises(UsageError, match="this one is over; pull hilt/code"):
        digest_in(CODE, KEY, now=1000 + SECONDS)


@pytest.mark.parametrize("text", ["", "ssh-ed25519 AAAA", CODE[:-1], f"{CODE[:20]}x{CODE[21:]}", "ollama-" + "A" * 72])
def test_what_is_no_code_of_this_hilt_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="there is no code of hilt in"):
        digest_in(text, KEY, now=1000)
    with pytest.raises(UsageError, match="there is no code of hilt in"):
        digest_in(CODE, b"k" * 32, now=1000)
