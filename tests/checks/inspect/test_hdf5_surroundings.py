from __future__ import annotations

import pytest

from attacks.hdf5 import hdf5, honest
from hilt.checks.inspect.hdf5_surroundings import CHECK
from reading import findings, read

MATLAB = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(508) + b"\0\2IM"


def with_user_block(block: bytes) -> bytes:
    return block + hdf5(honest, userblock_size=len(block))[len(block) :]


@pytest.mark.parametrize(
    ("data", "name"),
    [(hdf5(honest), "model.h5"), (with_user_block(b"\0" * 512), "model.h5"), (with_user_block(MATLAB), "model.mat")],
)
def test_a_plain_file_is_quiet(data: bytes, name: str) -> None:
    assert findings(CHECK, data, name) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (with_user_block(b"\x80\4cos\nsystem\n".ljust(512)), "512 bytes stand before the HDF5 file"),
        (hdf5(honest) + b"PK\3\4", "4 bytes stand behind the end of the HDF5 file"),
    ],
)
def test_bytes_around_the_file_are_named(data: bytes, words: str) -> None:
    assert [words in finding.message for finding in findings(CHECK, data, "model.h5")] == [True]


def test_a_file_that_lost_its_end_is_named() -> None:
    data = hdf5(honest) + b"\0" * 64
    end = len(data).to_bytes(8, "little")
    longer = data[:40] + end + data[48:]
    assert findings(CHECK, longer, "model.h5") == []
    assert [f.message for f in findings(CHECK, longer[:-64], "model.h5")] == [
        f"the file should have {len(data)} bytes and has {len(data) - 64}: the rest is missing"
    ]


def test_under_another_name_the_bytes_in_front_decide() -> None:
    assert read(with_user_block(b"\0" * 512), "model.h5").format == "hdf5"
    assert read(with_user_block(b"\x80\4N.".ljust(512, b"\0")), "model.pkl").format == "pickle"
