from __future__ import annotations

from hilt.checks.inspect.unreadable_file import CHECK
from reading import read


def test_a_truncated_file_is_told_with_its_format_and_reason() -> None:
    (finding,) = CHECK.run(read(b"\x40\0\0\0\0\0\0\0{" + b'"a"', "model.safetensors"))
    assert finding.message.startswith("begins like safetensors, but the file ends")


def test_a_whole_file_and_an_unknown_one_are_quiet() -> None:
    assert list(CHECK.run(read(b"{}", "config.json"))) == []
    assert list(CHECK.run(read(b"\x01\x02\xff\xfe\x00" * 9, "weights"))) == []
