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


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin", "model.onnx", "archive.zip"])
def test_an_empty_file_under_the_name_of_weights_is_told(name: str) -> None:
    (finding,) = CHECK.run(read(b"", name))
    assert isinstance(finding, Finding)
    assert finding.message.startswith("the file is empty; its name promises ")


@pytest.mark.parametrize("name", ["__init__.py", "labels.txt", "config.json", ".gitkeep", "py.typed", "LICENSE"])
def test_an_empty_text_is_quiet(name: str) -> None:
    assert list(CHECK.run(read(b"", name))) == []
