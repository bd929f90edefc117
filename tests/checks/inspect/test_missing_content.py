from __future__ import annotations

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
