from __future__ import annotations

from hanging import no_hanging
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats.package_metadata import PackageMetadata, read


def metadata(data: bytes) -> PackageMetadata:
    return read(MemorySource(data), Limits())


def test_the_description_stands_behind_the_first_empty_line() -> None:
    told = metadata(b"Metadata-Version: 2.4\r\nName: x\r\n\r\n# X\r\nLicense: not a field\r\n")
    assert told.fields == (("Metadata-Version", "2.4"), ("Name", "x"))
    assert told.description.splitlines() == ["", "# X", "License: not a field"]
    assert told.described == 3


def test_the_description_of_older_metadata_is_a_field_with_blank_lines_in_it() -> None:
    told = metadata(
        b"Metadata-Version: 1.1\nName: x\nDescription: one\n        \n        two\nClassifier: License :: X\n"
    )
    assert told.description == "one\n\ntwo"
    assert told.described == 3
    assert told.values("Classifier") == ("License :: X",)


def test_a_field_of_a_million_lines_takes_no_longer_than_its_bytes() -> None:
    with no_hanging():
        told = metadata(b"Metadata-Version: 1.1\nLicense: MIT\n" + b" x\n" * 1_000_000)
        assert told.values("License")[0].count("\n") == 1_000_000
