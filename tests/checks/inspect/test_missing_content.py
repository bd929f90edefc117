from __future__ import annotations

import pytest

from hilt.checks.inspect.missing_content import CHECK
from hilt.core.finding import Finding
from hilt.core.report import Gap
from reading import read

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 123456\n"


def test_a_pointer_is_told_with_what_it_promises_and_is_a_gap() -> None:
    finding, gap = CHECK.run(read(POINTER, "model.safetensors"))
    assert isinstance(finding, Finding)
    assert "123456 bytes with SHA-256 abab" in finding.message
    assert isinstance(gap, Gap)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (POINTER.replace(b"git-lfs", b"hawser"), "a Git LFS pointer stands in the place of the file: 123456 bytes"),
        (
            b"# xet version 0\nfilesize = 5\nhash = '" + b"ab" * 32 + b"'\n",
            "a Xet pointer stands in the place of the file: 5",
        ),
        (
            b"../../blobs/" + b"ab" * 32,
            "a link of a cache stands in the place of the file: the bytes with the digest abab",
        ),
        (b"../../../blobs/" + b"ab" * 20 + b"\n", "the digest abab"),
    ],
)
def test_pointers_of_other_kinds_are_told(data: bytes, words: str) -> None:
    finding, gap = CHECK.run(read(data, "model.safetensors"))
    assert isinstance(finding, Finding)
    assert words in finding.message
    assert isinstance(gap, Gap)


@pytest.mark.parametrize("data", [b"# xet version 0\n", b"../../blobs/a b c", b"../../blobs/" + b"ab" * 32 + b"\nmore"])
def test_what_begins_as_a_pointer_and_is_none_cannot_be_read(data: bytes) -> None:
    assert read(data, "model.safetensors").error is not None


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin", "model.onnx", "archive.zip"])
def test_an_empty_file_under_the_name_of_weights_is_told(name: str) -> None:
    (finding,) = CHECK.run(read(b"", name))
    assert isinstance(finding, Finding)
    assert finding.message.startswith("the file is empty; its name promises ")


@pytest.mark.parametrize("name", ["__init__.py", "labels.txt", "config.json", ".gitkeep", "py.typed", "LICENSE"])
def test_an_empty_text_is_quiet(name: str) -> None:
    assert list(CHECK.run(read(b"", name))) == []
