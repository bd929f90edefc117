from __future__ import annotations

import struct

import pytest

from attacks.runtimes import WORDS, ggml_tensor, llama, lora, silero, whisper
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.ggml import read


def words(*, scores: bool = False) -> bytes:
    return b"".join(struct.pack("<I", len(word)) + word + b"\0" * 4 * scores for word in WORDS)


def counted(numbers: int) -> bytes:
    return (
        b"lmgg" + struct.pack(f"<{numbers}i", 3, *[8] * (numbers - 1)) + struct.pack("<i", 3) + words() + ggml_tensor()
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (whisper(ggml_tensor()), ("ggml", 0, "whisper", 3, ["F32"])),
        (whisper(), ("ggml", 0, "whisper", 3, [])),
        (silero(), ("ggml", 0, "silero-vad", 0, ["F32"])),
        (counted(6), ("ggml", 0, "gpt-2", 3, ["F32"])),
        (counted(7), ("ggml", 0, "gpt-j", 3, ["F32"])),
        (b"lmgg" + struct.pack("<8i", 3, *[8] * 7) + words() + ggml_tensor(), ("ggml", 0, "gpt-neox", 3, ["F32"])),
        (b"lmgg" + struct.pack("<8i", *[8] * 4, 3, 8, 8, 8) + words() + ggml_tensor(), ("ggml", 0, "mpt", 3, ["F32"])),
        (
            b"lmgg" + struct.pack("<6i", *[8] * 4, 3, 8) + words(scores=True) + ggml_tensor(),
            ("ggml", 0, "replit", 3, ["F32"]),
        ),
        (llama(b"lmgg", None, 2, 20), ("ggml", 0, "llama", 3, ["Q4_0"])),
        (llama(b"fmgg", 1, 1, 64), ("ggmf", 1, "llama", 3, ["F16"])),
        (llama(b"tjgg", 1, 4, 20), ("ggjt", 1, "llama", 3, ["Q4_2"])),
        (llama(b"tjgg", 2, 2, 20), ("ggjt", 2, "llama", 3, ["Q4_0"])),
        (llama(b"tjgg", 3, 2, 18), ("ggjt", 3, "llama", 3, ["Q4_0"])),
        (lora(), ("ggla", 1, "lora", 0, ["F32"])),
    ],
)
def test_the_layout_of_every_program_is_told(data: bytes, expected: tuple[object, ...]) -> None:
    model = read(MemorySource(data), Limits())
    seen = (model.container, model.version, model.program, model.words, [tensor.dtype for tensor in model.tensors])
    assert seen == expected
    assert all(tensor.end == len(data) for tensor in model.tensors[-1:])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (whisper(ggml_tensor()) + b"\0", "inside the header of a tensor"),
        (whisper(ggml_tensor(size=20)), "asks for 24 bytes, 20 are left"),
        (whisper(ggml_tensor(shape=(1, -2))), "no whole F32 blocks"),
        (whisper(ggml_tensor(kind=99)), "the type 99"),
        (llama(b"tjgg", 4), "version 4 of ggjt"),
        (llama().replace(b"w" + bytes(4), b"w" + b"hide"), "in the padding before a tensor"),
    ],
)
def test_what_no_converter_writes_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(MemorySource(data), Limits())


@pytest.mark.parametrize("data", [whisper(), whisper(*[ggml_tensor()] * 3, words=())])
def test_words_and_tensors_are_bounded(data: bytes) -> None:
    with pytest.raises(LimitExceeded, match="header_entries"):
        read(MemorySource(data), Limits(header_entries=2))
