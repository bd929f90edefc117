from __future__ import annotations

import gzip

import pytest

from attacks.archives import HONEST, Part, compressed, nested, overlapping, zip_of
from hilt.checks.inspect.archive_bomb import CHECK
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.formats.archive import open_member
from reading import findings, read

ZEROS = b"\0" * (1 << 20)


def seen(data: bytes, name: str = "model.zip", limits: Limits = Limits()) -> list[tuple[Severity, str]]:  # noqa: B008
    return [(finding.severity, finding.message) for finding in findings(CHECK, data, name, limits)]


@pytest.mark.parametrize(("data", "name"), HONEST)
def test_honest_archives_are_quiet(data: bytes, name: str) -> None:
    assert seen(data, name) == []


@pytest.mark.parametrize(
    ("data", "name", "limits", "words"),
    [
        (overlapping(4), "model.zip", {}, "shares 145 bytes with 'a'"),
        (zip_of(Part(data=ZEROS, method=8)), "model.zip", {"inflated_freely": 1 << 19}, "becomes 1048576 bytes from"),
        (zip_of(Part(data=b"x" * 999, method=8, size=3)), "model.zip", {}, "unpacks to more than the 3 bytes stated"),
        (gzip.compress(ZEROS), "model.gz", {"inflated_freely": 1 << 19}, "more than 524287 bytes come out of"),
        (gzip.compress(ZEROS), "model.gz", {"inflated_freely": 700_001}, "more than 700000 bytes come out of"),
        (compressed(ZEROS, "xz"), "model.xz", {"inflated_bytes": 700_001}, "more than 700000 bytes come out of"),
        (nested(2), "a.zip!/b.zip", {"archive_depth": 1}, "it is 2 archives deep (limit archive_depth = 1)"),
    ],
)
def test_archives_that_explode_are_named(data: bytes, name: str, limits: dict[str, int], words: str) -> None:
    found = seen(data, name, Limits(**limits))
    assert {severity for severity, _ in found} == {Severity.HIGH}
    assert any(words in message for _, message in found)


def test_what_was_not_looked_at_in_a_bomb_is_a_gap() -> None:
    file = read(gzip.compress(ZEROS), "model.gz", Limits(inflated_freely=1 << 19))
    gaps = [gap for gap in CHECK.run(file) if isinstance(gap, Gap)]
    assert [(gap.what, gap.state) for gap in gaps] == [("archive-bomb", State.FAILED)]


@pytest.mark.reaches("archive_depth")
def test_archives_inside_archives_open_one_by_one() -> None:
    file = read(nested(5), "42.zip")
    for level in (3, 2, 1):
        file = read(open_member("zip", file.source, 0, Limits()), f"{file.path}!/{level}.zip", Limits(archive_depth=3))
        found = [finding.message for finding in CHECK.run(file)]
        assert bool(found) == (level == 1)
