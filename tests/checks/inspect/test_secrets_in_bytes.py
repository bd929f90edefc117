from __future__ import annotations

import json
import pickle
import random

import pytest

from attacks.texts import INNOCENT, KEYS
from hilt.checks.inspect.secrets_in_bytes import CHECK
from hilt.core.finding import Severity
from repositories import findings_in

NOISE = random.Random(7).randbytes(30_000)


@pytest.mark.parametrize("title", KEYS)
def test_each_kind_of_key_is_found_in_a_pickle_and_never_told_whole(title: str) -> None:
    data = pickle.dumps({"weights": NOISE, "settings": f"key: {KEYS[title]} ", "more": NOISE})
    (finding,) = findings_in(CHECK, {"model.pkl": data})
    assert finding.severity is Severity.HIGH
    assert finding.message.startswith(f"looks like {title}: ")
    assert KEYS[title][-8:] not in finding.message
    assert finding.where.offset is not None
    assert data[finding.where.offset :].startswith(finding.message.split(": ")[1][:4].encode())


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_a_key_is_quiet(text: str) -> None:
    assert findings_in(CHECK, {"model.bin": NOISE + text.encode() + NOISE}) == []


def test_texts_are_left_to_the_check_of_texts() -> None:
    text = json.dumps({"token": KEYS["a Hugging Face token"]}).encode()
    assert findings_in(CHECK, {"config.json": text}) == []


def test_two_keys_far_apart_are_two_findings() -> None:
    key = b"\0" + KEYS["a GitHub token"].encode() + b"\0"
    assert len(findings_in(CHECK, {"model.bin": key + NOISE + key})) == 2
