"""Documents come back as they were given, or not at all."""

from __future__ import annotations

import zlib
from hashlib import sha256

import pytest

from hilt.core.errors import RecordDamaged
from hilt.record import documents
from hilt.record.database import Database

REPORT = b'{"report": "' + b"a" * 5000 + b'"}'
DIGEST = sha256(REPORT).hexdigest()


def test_a_document_comes_back_and_takes_less_room(database: Database) -> None:
    packed = documents.pack(REPORT)
    assert len(packed) < 100
    with database.writing() as connection:
        documents.keep(connection, {DIGEST: packed})
        assert documents.present(connection, {DIGEST, "00" * 32}) == {DIGEST}
        assert documents.load(connection, [DIGEST]) == {DIGEST: REPORT}


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        (b"", "breaks off"),
        (b"no zlib", "cannot be unpacked"),
        ("a text", "cannot be unpacked"),
        (None, "cannot be unpacked"),
        (zlib.compress(REPORT)[:-1], "breaks off"),
        (zlib.compress(REPORT) + b"more", "goes on"),
        (zlib.compress(b"another one"), "its SHA-256 is"),
    ],
)
def test_what_is_not_the_document_is_damage(packed: object, why: str) -> None:
    with pytest.raises(RecordDamaged, match=why) as raised:
        documents.unpack(DIGEST, packed)
    assert raised.value.what == f"document {DIGEST}"


def test_what_unpacks_to_more_than_is_allowed_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1000)
    with pytest.raises(RecordDamaged, match="has more than 1000 bytes"):
        documents.unpack(DIGEST, documents.pack(REPORT))
    monkeypatch.setattr(documents, "LARGEST", len(REPORT))
    assert documents.unpack(DIGEST, documents.pack(REPORT)) == REPORT
