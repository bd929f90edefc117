from __future__ import annotations

import random

import pytest

from attacks.programs import ELF, MACHO, PE, PROGRAMS
from attacks.texts import KEYS
from hilt.core.limits import Limits
from hilt.knowledge.byte_marks import APART, Marker
from repositories import marked

NOISE = random.Random(3).randbytes(1 << 20)


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("chunk", [1 << 18, 1 << 16, 1000, 7])
def test_a_program_is_marked_once_wherever_the_chunks_are_cut(program: bytes, chunk: int) -> None:
    for begin in range(65536 - 140, 65536 + 140, 9):
        marks = (
            marked(NOISE[:begin] + program + NOISE[:500], chunk=chunk) if chunk > 10 else marked(program, chunk=chunk)
        )
        assert len(marks.programs) == 1
        if chunk <= 10:
            break


@pytest.mark.parametrize("title", KEYS)
def test_every_kind_of_key_is_marked_wherever_the_chunks_are_cut(title: str) -> None:
    key = KEYS[title].encode()
    for begin in range(65536 - len(key) - 3, 65536 + 4):
        data = NOISE[:begin] + b"\0" + key + b"\0" + NOISE[:100]
        marks = marked(data, chunk=1 << 16)
        assert any(first < begin + 1 + len(key) and begin + 1 < last for first, last in marks.texts), begin


def test_noise_and_zeros_hold_no_marks() -> None:
    assert marked(NOISE + bytes(1 << 20)) == marked(b"")


def test_runs_that_stand_near_are_one_stretch() -> None:
    word = b"\0" + b"a" * 30 + b"\0"
    assert len(marked(word + bytes(APART // 2) + word).texts) == 1
    assert len(marked(word + bytes(APART * 2) + word).texts) == 2


@pytest.mark.reaches("byte_marks")
def test_stretches_past_the_limit_become_fewer_and_cover_all_of_them() -> None:
    data = (b"a" * 30 + bytes(APART * 2)) * 100
    all_of_them = marked(data).texts
    fewer = marked(data, Limits(byte_marks=10)).texts
    assert len(all_of_them) == 100
    assert 1 <= len(fewer) <= 10
    assert all(any(first <= begin and end <= last for first, last in fewer) for begin, end in all_of_them)


@pytest.mark.reaches("byte_marks")
def test_programs_past_the_limit_are_a_gap() -> None:
    marker = Marker(Limits(byte_marks=3))
    marker.update((ELF + PE + MACHO) * 3)
    assert len(marker.marks().programs) == 3
    assert "byte_marks" in marker.marks().exceeded
