"""Names of uploaded files: hostile ones are refused before anything is written."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import UsageError
from hilt.gate.working.uploaded_names import LONGEST, Names


def test_plain_names_are_kept_as_they_are() -> None:
    names = Names()
    for name in (
        "config.json",
        "lid/model-00001-of-00002.safetensors",
        "lid/tokenizer/Ünïcode 名.txt",
        ".gitattributes",
    ):
        assert names.take(name) == tuple(name.split("/"))
    assert len(names) == 4


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/./x",
        "a//x",
        "a/",
        ".",
        "..",
        "C:\\x",
        "C:x",
        "c:/x",
        "\\\\server\\share",
        "a\\..\\x",
        "a\0b",
        "a\nb",
        "a\x1b[31m",
        "a\x85b",
        "gpj.\u202eexe",
        "a\u2066b",
        "a\u200bb",
        "a\ufeff",
        "a\u2028b",
        "a\ue000",
        "\ud800",
        "a" * 256,
        "ü" * 128,
        "a/" * 33 + "a",
        "/".join(["a" * 100] * 11),
    ],
)
def test_hostile_names_are_refused_in_words(name: str) -> None:
    with pytest.raises(UsageError, match="rename it, or send the model as one archive") as error:
        Names().take(name)
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("README.md", "README.md", "is there twice"),
        ("README.md", "readme.MD", "is there twice"),
        ("straße", "STRASSE", "is there twice"),
        ("caf\u00e9", "cafe\u0301", "is there twice"),
        ("a", "a/b", "is a file, and a folder"),
        ("a/b", "a", "is a file, and a folder"),
        ("a/b/c", "A/B", "is a file, and a folder"),
        ("A/b", "a/B/c", "is a file, and a folder"),
    ],
)
def test_names_that_stand_in_each_others_way_are_refused(first: str, second: str, why: str) -> None:
    names = Names()
    names.take(first)
    with pytest.raises(UsageError, match=why):
        names.take(second)


@given(st.lists(st.text(st.characters() | st.sampled_from("/\\.: "), max_size=40), max_size=8))
def test_whatever_is_taken_stays_in_its_folder(told: list[str]) -> None:
    names, taken = Names(), []
    for name in told:
        try:
            taken.append("/".join(names.take(name)))
        except UsageError:
            continue
        path = PurePosixPath("/uploads", taken[-1])
        assert ".." not in path.parts
        assert path.is_relative_to("/uploads")
        assert len(taken[-1].encode()) <= LONGEST
    assert len({name.casefold() for name in taken}) == len(taken)
