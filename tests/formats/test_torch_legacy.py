from __future__ import annotations

import pickle
import random
import struct

from attacks.pickles import LEGACY, MAGIC, named, text
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import torch_legacy
from reading import read


def storage(key: str, kind: str, size: int) -> bytes:
    """The persistent id of a storage."""
    return b"(" + text("storage") + named("torch", kind) + text(key) + text("cpu") + b"K" + bytes([size]) + b"NtQ"


OBJECT = b"\x80\x02](" + storage("1", "FloatStorage", 3) + storage("2", "LongStorage", 2) + b"e."
DATA = struct.pack("<q", 3) + b"\0" * 12 + struct.pack("<q", 2) + b"\0" * 16
HONEST = LEGACY + OBJECT + pickle.dumps(["1", "2"], 2) + DATA


def test_the_five_pickles_and_the_storages_account_for_every_byte() -> None:
    file = read(HONEST, "model.pt")
    assert file.format == "torch-legacy"
    assert [stream.name for stream in file.value.pickles] == list(torch_legacy.PARTS)
    assert [(one.key, one.kind, one.size) for one in file.value.storages] == [
        ("1", "FloatStorage", 3),
        ("2", "LongStorage", 2),
    ]
    assert file.value.data_end == len(HONEST)
    assert all(stream.unread == 0 and stream.broken is None for stream in file.value.pickles)


def test_bytes_behind_the_storages_are_counted() -> None:
    assert read(HONEST + b"\xff" * 9, "model.pt").value.pickles[-1].unread == 9


def test_the_magic_number_of_every_protocol_is_recognised() -> None:
    for protocol in range(6):
        magic = pickle.dumps(0x1950A86A20F9469CFC6C, protocol)
        assert read(magic + HONEST[len(MAGIC) :], "weights").format == "torch-legacy"


def test_no_prefix_and_no_mutation_makes_the_reader_fail() -> None:
    chance = random.Random(1)
    variants = [HONEST[:end] for end in range(len(HONEST))]
    for _ in range(300):
        changed = bytearray(HONEST)
        changed[chance.randrange(len(changed))] = chance.randrange(256)
        variants.append(bytes(changed))
    for variant in variants:
        try:
            assert torch_legacy.read(MemorySource(variant), Limits()).pickles
        except FormatError:
            continue
