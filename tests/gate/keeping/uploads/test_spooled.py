from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import FormatError, SourceError
from hilt.gate.keeping.uploads.spooled import Spooled


def test_what_is_written_is_read_and_then_gone(tmp_path: Path) -> None:
    with Spooled(tmp_path, 10, "a body") as body:
        body.write(b"abc")
        body.write(b"")
        body.write(b"defghij")
        assert (body.size, body.data()) == (10, b"abcdefghij")
    assert not [*tmp_path.iterdir()]


def fails(folder: Path) -> None:
    with Spooled(folder, 10, "a body") as body:
        body.write(b"abc")
        raise ZeroDivisionError


def test_it_is_gone_as_well_where_something_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fails(tmp_path)
    assert not [*tmp_path.iterdir()]


def test_what_is_kept_has_its_name_and_can_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "name"
    with Spooled(tmp_path, 10, "a body") as body:
        body.write(b"abcdef")
        body.keep(path, 4)
    assert path.read_bytes() == b"abcd"
    assert path.stat().st_mode & 0o777 == 0o444
    assert [one.name for one in tmp_path.iterdir()] == ["deep"]


def test_more_than_is_allowed_is_refused(tmp_path: Path) -> None:
    with Spooled(tmp_path, 3, "a body") as body:
        body.write(b"abc")
        with pytest.raises(FormatError, match="a body has 3 bytes at most"):
            body.write(b"d")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="missing"):
        Spooled(tmp_path / "missing", 3, "a body")
