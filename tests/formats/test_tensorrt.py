from __future__ import annotations

import pytest

from attacks.runtimes import tensorrt
from reading import read


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (tensorrt(), ("10.3.0.26", 0)),
        (tensorrt(b"ptrt"), ("", 0)),
        (tensorrt(text=b'{"task": "detect"}'), ("10.3.0.26", 22)),
    ],
)
def test_an_engine_says_which_tensorrt_wrote_it(data: bytes, expected: tuple[str, int]) -> None:
    engine = read(data, "weights").value
    assert (engine.version, engine.begin) == expected
    assert engine.begin + engine.size == len(data)


def test_text_before_something_else_is_no_engine() -> None:
    assert read(tensorrt(b"gguf", b'{"task": "detect"}'), "model.engine").format != "tensorrt"
