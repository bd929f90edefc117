"""Proofs that were shown: each counts once, and nobody's take the place of those of others."""

from __future__ import annotations

import pytest

from hilt.core.errors import NotAllowed, NotReady
from hilt.gate.keeping import ollama_proofs
from hilt.gate.keeping.ollama_proofs import SHARE, SKEW, OllamaProofs


def test_a_proof_counts_once_for_as_long_as_its_time_is_near() -> None:
    proofs = OllamaProofs()
    proofs.count("key nonce", "p-1", now=0)
    with pytest.raises(NotAllowed, match="was shown before, and counts once"):
        proofs.count("key nonce", "p-1", now=2 * SKEW - 1)
    proofs.count("key nonce", "p-1", now=2 * SKEW)


def test_one_person_fills_their_share_alone_with_whatever_number_of_keys() -> None:
    proofs = OllamaProofs()
    for number in range(SHARE):
        proofs.count(f"key-{number % 50} {number}", "p-1", now=number / SHARE)
    with pytest.raises(NotReady, match="Ollamas of yours"):
        proofs.count("key-51 other", "p-1", now=1)
    proofs.count("another key", "p-2", now=1)
    proofs.count("key-51 other", "p-1", now=2 * SKEW)


def test_of_all_no_more_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ollama_proofs, "MOST", 3)
    proofs = OllamaProofs()
    for number in range(3):
        proofs.count(f"key {number}", f"p-{number}", now=0)
    with pytest.raises(NotReady, match="too many Ollamas"):
        proofs.count("key", "p-4", now=1)
