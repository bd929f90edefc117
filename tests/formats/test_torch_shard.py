from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

import hilt
from attacks.archives import honest_zip, torch_zip
from attacks.pickles import PAYLOAD, p
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.core.verdict import Outcome
from hilt.formats import READERS, torch_shard
from hilt.formats.reader import HEAD, Head, recognise

ONE = torch_zip()
SHARD = ONE * 3
NAME = "__0_0.distcp"


def format_of(data: bytes, name: str) -> str:
    source = MemorySource(data)
    reader = recognise(READERS, Head(name=name, data=source.read(0, HEAD), source=source, limits=Limits()))
    return "" if reader is None else reader.id


def test_every_zip_is_a_member_at_its_place() -> None:
    members = torch_shard.read(MemorySource(SHARD), Limits()).members
    assert [(member.path, member.begin, member.size) for member in members] == [
        (f"{number}.pt", number * len(ONE), len(ONE)) for number in range(3)
    ]
    opened = torch_shard.open_member(MemorySource(SHARD), members[1], Limits())
    assert opened.read(0, opened.size) == ONE


def test_zips_are_a_shard_under_its_name_only() -> None:
    assert format_of(SHARD, NAME) == "torch-shard"
    assert format_of(SHARD, "model.pt") == "torch-zip"
    assert format_of(ONE, NAME) == "torch-shard"
    assert format_of(ONE, "model.pt") == "torch-zip"


@pytest.mark.parametrize("data", [b"junk" + SHARD, ONE + b"junk" + ONE, SHARD + b"junk", honest_zip()[4:] + ONE, b""])
def test_bytes_that_belong_to_no_zip_are_no_shard(data: bytes) -> None:
    assert format_of(data, NAME) != "torch-shard"


def test_more_zips_than_the_limit_are_not_listed() -> None:
    with pytest.raises(LimitExceeded, match="archive_members"):
        torch_shard.read(MemorySource(SHARD), Limits(archive_members=2))


def test_every_zip_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(SHARD)
    assert hilt.check(tmp_path).outcome is Outcome.ADMIT
    (tmp_path / NAME).write_bytes(ONE + torch_zip(pickle=p(2, PAYLOAD)) + ONE)
    verdict = hilt.check(tmp_path)
    assert verdict.outcome is Outcome.BLOCK
    assert f"{NAME}!/1.pt!/model/data.pkl" in {finding.where.path for finding in verdict.report.findings}


def test_damage_ends_in_a_format_error() -> None:
    randomness = random.Random(7)
    for number in range(400):
        data = bytearray(SHARD)
        for _ in range(4):
            data[randomness.randrange(len(data))] = randomness.randrange(256)
        with suppress(FormatError):
            torch_shard.read(
                MemorySource(bytes(data[: randomness.randrange(len(data))] if number % 2 else data)), Limits()
            )
