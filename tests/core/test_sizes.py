from __future__ import annotations

import pytest

from hilt.core.errors import UsageError
from hilt.core.sizes import size_of


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("24GB", 24 * 10**9),
        ("1.5 gib", 3 << 29),
        ("800 MB", 800 * 10**6),
        ("17", 17),
        (" 2kB ", 2000),
        ("1TiB", 1 << 40),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, size: int) -> None:
    assert size_of("--fits", text) == size


@pytest.mark.parametrize(
    "text", ["", "GB", "0", "0.1", "-5GB", "5PB", "5 B B", "1e9", "9" * 18 + "TB", "\u0665GB", "1,5GB"]
)
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match=r"--fits .* such as 24GB"):
        size_of("--fits", text)
