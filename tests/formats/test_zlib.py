from __future__ import annotations

import zlib

import pytest

from attacks.archives import honest_zip
from attacks.pickles import PAYLOAD, p
from hilt.core.finding import Severity
from told import told

DOCUMENTS = bytes.fromhex("83a776657273696f6ea3302e31a561747472739301 0203a6746f6b656e73c408") + bytes(8)
"""What spaCy packs: MessagePack with the version, the attributes and their numbers."""


@pytest.mark.parametrize("name", ["train.spacy", "weights", "model.bin"])
@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_documents_of_spacy_are_read_to_the_end(name: str, level: int) -> None:
    said = told(name, zlib.compress(DOCUMENTS, level))
    assert (said.formats, said.stopped) == (("zlib", "msgpack"), False)


def test_bytes_behind_the_stream_and_whatever_lies_in_it_are_told() -> None:
    assert told("train.spacy", zlib.compress(DOCUMENTS) + b"more").stopped
    assert any(found.severity == Severity.CRITICAL for found in told("a.spacy", zlib.compress(p(2, PAYLOAD))).findings)
    assert told("a.spacy", zlib.compress(honest_zip())).formats[:2] == ("zlib", "zip")


@pytest.mark.parametrize("data", [b"x", b"x\x9c", b"xylophone", b"x\x9c" + b"\xff" * 50])
def test_what_only_begins_alike_is_no_stream(data: bytes) -> None:
    assert told("x", data).formats[0] != "zlib"


def test_a_stream_that_is_cut_is_never_silent() -> None:
    data = zlib.compress(DOCUMENTS)
    for end in range(2, len(data)):
        assert told("train.spacy", data[:end]).stopped, end
