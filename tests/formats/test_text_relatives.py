"""Model cards, licences, Git LFS pointers, tokenizers, SentencePiece models and pictures."""

from __future__ import annotations

import json
import random
import struct

import pytest

from attacks.templates import HONEST
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.lfs_pointer import LfsPointer
from hilt.formats.licence import Licence
from hilt.formats.media import kind_of
from hilt.formats.sentencepiece import SentencePiece
from hilt.formats.tokenizer import Tokenizer
from reading import read

CARD = b"---\nlicense: apache-2.0\ntags:\n- text\n---\n# A model\n\n---\n"
MIT = b"MIT License\n\nCopyright (c) 2026 A. Author\n\nPermission is hereby granted, free of charge, to any person\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a1" * 32 + b"\nsize 12345\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 50
TOKENIZER = json.dumps(
    {
        "version": "1.0",
        "added_tokens": [{"id": 0, "content": "<s>"}],
        "model": {"type": "BPE", "vocab": {"<s>": 0, "a": 1}},
    }
).encode()


def piece(text: bytes, kind: bytes = b"") -> bytes:
    inside = b"\x0a" + bytes([len(text)]) + text + b"\x15" + struct.pack("<f", -1.5) + kind
    return b"\x0a" + bytes([len(inside)]) + inside


SENTENCEPIECE = (
    piece(b"<unk>", b"\x18\x02") + piece(b"<s>", b"\x18\x03") + piece(b"a") + piece(b"b") + b"\x12\x02\x18\x01"
)
SAMPLES = {
    "README.md": CARD, "LICENSE": MIT, "model.bin": POINTER, "logo.png": PNG, "tokenizer.json": TOKENIZER,
    "tokenizer.model": SENTENCEPIECE, "config.json": b'{"a": [1, {"b": "\xc3\xbc"}]}', "x.yaml": b"a: &x [1]\nb: *x\n",
    "x.jinja": HONEST.encode(), "x.py": b"def f(x):\n    return {'a': [x, 1.5]}\n",
}  # fmt: skip


def test_a_card_is_its_front_matter_and_its_body() -> None:
    file = read(CARD, "README.md")
    assert (file.format, file.value.metadata) == ("model-card", {"license": "apache-2.0", "tags": ["text"]})
    assert file.value.body == "\n# A model\n\n---\n"


@pytest.mark.parametrize("front", [b"", b"\n", b"# a comment\n", b"---\n"])
def test_front_matter_may_be_empty(front: bytes) -> None:
    assert read(b"---\n" + front + b"---\ntext", "README.md").value.metadata == {}


def test_markdown_without_front_matter_is_text() -> None:
    assert read(b"# A model\n", "README.md").format == "text"


@pytest.mark.parametrize("front", [b"- a\n- b\n", b"a: [\n", b"word\n"])
def test_front_matter_that_is_no_object_is_an_error_of_the_format(front: bytes) -> None:
    assert isinstance(read(b"---\n" + front + b"---\n", "README.md").error, FormatError)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("LICENSE", b"All rights are ours."), ("LICENCE.md", b"# Terms"), ("COPYING", b"x"), ("NOTICE", b"x"),
        ("USE_POLICY.md", b"x"), ("model-LICENSE.txt", b"x"), ("terms.txt", MIT), ("about", b"\n   Apache License\n Version 2.0"),
        ("x.txt", b"LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n"),
    ],
)  # fmt: skip
def test_a_licence_is_known_by_its_name_or_its_title(name: str, data: bytes) -> None:
    file = read(data, name)
    assert (file.format, file.value) == ("licence", Licence(text=data.decode()))


@pytest.mark.parametrize(
    ("name", "data", "format_id"),
    [
        ("license.json", b'{"a": 1}', "json"),
        ("license.py", b"x = 1", "python"),
        ("notes.txt", b"This model has an MIT License, see there.", "text"),
        ("LICENSE", b"\x89PNG\r\n\x1a\n", "media"),
    ],
)
def test_other_files_stay_what_they_are(name: str, data: bytes, format_id: str) -> None:
    assert read(data, name).format == format_id


def test_a_pointer_says_which_file_is_not_there() -> None:
    file = read(POINTER, "model.safetensors")
    assert (file.format, file.value) == (
        "lfs-pointer",
        LfsPointer(kind="Git LFS pointer", digest="a1" * 32, size=12345),
    )


@pytest.mark.parametrize("data", [POINTER[:60], POINTER + b"x" * 1000, POINTER.replace(b"a1a1", b"zzzz")])
def test_half_a_pointer_is_an_error_of_the_format(data: bytes) -> None:
    assert isinstance(read(data, "model.safetensors").error, FormatError)


def test_a_tokenizer_is_told_from_other_json() -> None:
    file = read(TOKENIZER, "renamed.bin")
    assert (file.format, file.value) == ("tokenizer", Tokenizer(model="BPE", tokens=2, added=("<s>",)))
    assert read(b'{"version": "1.0", "x": 1}', "tokenizer.json").format == "json"


def test_a_sentencepiece_model_is_counted() -> None:
    file = read(SENTENCEPIECE, "renamed")
    assert (file.format, file.value) == ("sentencepiece", SentencePiece(pieces=4))


def test_a_field_that_no_sentencepiece_model_has_is_an_error_of_the_format() -> None:
    assert "fields that no SentencePiece model has" in str(read(SENTENCEPIECE + b"\x4a\x01x", "tokenizer.model").error)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "png"), (b"\xff\xd8\xff\xe0" + b"\0" * 20, "jpeg"), (b"GIF89a" + b"\0" * 20, "gif"), (b"%PDF-1.7\n", "pdf"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"), (b"RIFF\0\0\0\0WAVEfmt ", "wav"), (b"\0\0\0\x20ftypisom\0\0\0\0", "mp4"),
        (b"OggS\0\x02" + b"\0" * 20, "ogg"), (b"fLaC\0\0\0\x22", "flac"), (b"wOF2\0\x01\0\0", "woff"),
    ],
)  # fmt: skip
def test_pictures_and_sounds_are_known_by_how_they_begin(data: bytes, kind: str) -> None:
    assert (read(data, "renamed").format, kind_of(data)) == ("media", kind)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_prefix_is_read_or_an_error_of_the_format(name: str) -> None:
    for length in range(1, len(SAMPLES[name])):
        read(SAMPLES[name][:length], name)


@pytest.mark.parametrize("name", SAMPLES)
def test_mutations_are_read_or_an_error_of_the_format(name: str) -> None:
    choose = random.Random(name)
    for _ in range(300):
        data = bytearray(SAMPLES[name])
        for _ in range(choose.randint(1, 4)):
            place = choose.randrange(len(data))
            data[place : place + choose.randint(0, 2)] = choose.randbytes(choose.randint(0, 3))
        if data:
            read(bytes(data), name, Limits())


def test_a_script_with_binary_behind_is_not_read_as_one() -> None:
    assert "binary, not text" in str(read(b"#!/bin/sh\ntail -c +42 $0\n\0\1", "run.sh").error)
