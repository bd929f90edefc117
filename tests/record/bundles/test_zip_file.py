"""The file of a bundle: one spelling, and nothing that was put in, doubled or cut off gets through."""

from __future__ import annotations

import io
import zipfile

import pytest

from hilt.core.errors import ProofInvalid
from hilt.record.bundles import zip_file
from hilt.record.bundles.zip_file import pack, unpack

MEMBERS = {"bundle.json": b"{}", "receipts/000000000001.json": b"[1]" * 40, "words.json": b""}


def refused(data: bytes) -> bool:
    try:
        unpack(data)
    except ProofInvalid:
        return True
    return False


def test_members_come_back_whatever_their_order_was() -> None:
    assert unpack(pack(MEMBERS)) == MEMBERS
    assert pack(dict(reversed(MEMBERS.items()))) == pack(MEMBERS)


def test_any_program_for_zips_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(MEMBERS))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == MEMBERS


def test_every_flipped_bit_and_every_cut_is_seen() -> None:
    whole = pack(MEMBERS)
    for at in range(len(whole)):
        assert refused(whole[:at]), at
        for bit in range(8):
            assert refused(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]), (at, bit)


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_that_another_program_wrote_is_refused(compression: int) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    assert refused(stream.getvalue())


def test_doubled_members_and_bytes_beside_them_are_refused() -> None:
    whole = pack(MEMBERS)
    one = pack({"words.json": b""})
    member = one[: one.index(b"PK\1\2")]
    for changed in (member + whole, whole + b"more", b"more" + whole, b"", b"PK\3\4", pack({}), whole + whole):
        assert refused(changed)


def test_there_is_a_most_of_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "MOST", 2)
    with pytest.raises(ProofInvalid, match="more than 2 members"):
        unpack(pack(MEMBERS))
