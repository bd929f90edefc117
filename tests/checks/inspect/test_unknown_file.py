from __future__ import annotations

from hilt.checks.inspect.unknown_file import CHECK
from hilt.core.report import Gap
from repositories import findings_in, repository

RAW = b"\x01\xff\xfe\x00\x93" * 40


def test_a_file_that_no_reader_knows_is_told_and_is_a_gap() -> None:
    assert [finding.where.path for finding in findings_in(CHECK, {"a.json": b"{}", "weights": RAW})] == ["weights"]
    gaps = [seen for seen in CHECK.run(repository({"weights": RAW})) if isinstance(seen, Gap)]
    assert [(gap.what, gap.path) for gap in gaps] == [("read", "weights")]


def test_raw_weights_that_another_file_describes_are_known() -> None:
    manifest = b"""{"modelTopology": {}, "weightsManifest": [{"paths": ["shard.bin"],
        "weights": [{"name": "w", "shape": [25], "dtype": "float32"}]}]}"""
    described = {"model.json": manifest, "shard.bin": RAW[:100]}
    assert findings_in(CHECK, described) == []
    assert [finding.where.path for finding in findings_in(CHECK, {**described, "shard.bin": RAW})] == ["shard.bin"]


def test_an_empty_file_is_nothing_to_look_into() -> None:
    assert findings_in(CHECK, {"empty.bin": b""}) == []
