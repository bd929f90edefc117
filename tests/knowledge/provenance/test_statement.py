"""What OpenSSF Model Signing v1.0 asks of a statement."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.knowledge.provenance import statement
from hilt.knowledge.provenance.statement import Resource
from signed import LIMITS, MODEL, stated

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def document(*names: str, **serialization: Any) -> dict[str, Any]:
    """A statement over files or shards of these names, in this order, with the root digest that it should have."""
    digests = [(A, B, C)[index % 3] for index in range(len(names))]
    root = statement.root_digest(
        Resource(path=name, digest=digest) for name, digest in zip(names, digests, strict=True)
    )
    shape = {"method": "files", "hash_type": "sha256", "allow_symlinks": False} | serialization
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model", "digest": {"sha256": root}}],
        "predicateType": "https://model_signing/signature/v1.0",
        "predicate": {
            "serialization": shape,
            "resources": [
                {"name": name, "algorithm": shape["hash_type"], "digest": digest}
                for name, digest in zip(names, digests, strict=True)
            ],
        },
    }


def parse(value: dict[str, Any], limits: Limits = LIMITS) -> statement.Statement:
    return statement.parse(json.dumps(value).encode(), limits)


def shards(*names: str, size: int = 10) -> dict[str, Any]:
    return document(*names, method="shards", shard_size=size)


def test_what_is_written_is_read_back() -> None:
    for options in (
        {},
        {"algorithm": "blake3"},
        {"algorithm": "blake2b", "shard_size": 7, "ignore_paths": ["model.sig"]},
    ):
        written = stated(MODEL, **options)
        assert statement.parse(statement.write(written), LIMITS) == written
        assert statement.write(written) == statement.write(stated(dict(reversed(MODEL.items())), **options))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../a", "it leads upwards"),
        ("a/../../b", "it leads upwards"),
        ("/etc/passwd", "it is absolute"),
        ("C:/a", "it is absolute"),
        ("..\\a", "it holds a backslash"),
        ("a\\b", "it holds a backslash"),
        ("./a", "it is not in its shortest form"),
        ("a//b", "it is not in its shortest form"),
        ("a/", "it is not in its shortest form"),
        ("a/./b", "it is not in its shortest form"),
        ("", "it is empty, or holds a NUL"),
        ("a\0b", "it is empty, or holds a NUL"),
        ("\ud800", "it is not UTF-8"),
    ],
)
def test_a_name_that_is_no_path_of_the_model_is_refused(path: str, why: str) -> None:
    assert why in statement.why_no_path(path)
    with pytest.raises(FormatError, match=f"cannot be a file of the model: {why}"):
        parse(document(path, "zzz"))


@pytest.mark.parametrize("path", ["a", "a b (c).bin", "模型.bin", "...", "..a", "a:b", "a:0:5", ".hidden/a", "-x", "~"])
def test_an_odd_name_that_is_a_path_is_taken(path: str) -> None:
    assert statement.why_no_path(path) == ""
    assert parse(document(path)).resources[0].path == path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(_type="https://in-toto.io/Statement/v0.1"), "a statement of the type"),
        (lambda d: d.update(predicateType="https://slsa.dev/provenance/v1"), "a statement about something else"),
        (lambda d: d.update(more=1), "a member that it does not know: 'more'"),
        (lambda d: d.update(subject=[]), "without a subject"),
        (lambda d: d["subject"].append(d["subject"][0]), "2 subjects"),
        (lambda d: d["subject"][0].update(digest={"sha512": A}), "None is no digest by sha256"),
        (lambda d: d["subject"][0].update(name=""), "a subject without a name"),
        (lambda d: d["subject"][0].update(digest={"sha256": C}), "the subject's digest is"),
        (lambda d: d.pop("predicate"), "predicate is missing"),
        (lambda d: d["predicate"].update(x=1), "a member that OMS 1.0 does not know: 'x'"),
        (lambda d: d["predicate"].pop("serialization"), "serialization is missing"),
        (lambda d: d["predicate"].update(resources=[]), "lists no file"),
        (lambda d: d["predicate"]["serialization"].update(method="tensors"), "a method of serialization"),
        (lambda d: d["predicate"]["serialization"].update(hash_type="md5"), "a hash_type"),
        (lambda d: d["predicate"]["serialization"].update(hash_type="blake3"), "has a digest by 'sha256'"),
        (lambda d: d["predicate"]["serialization"].update(allow_symlinks="false"), "neither true nor false"),
        (lambda d: d["predicate"]["serialization"].update(shard_size=5), "shard_size where whole files"),
        (lambda d: d["predicate"]["serialization"].update(ignore_paths="a"), "ignore_paths is no list"),
        (lambda d: d["predicate"]["serialization"].update(ignore_paths=[""]), "ignore_paths is no list"),
        (lambda d: d["predicate"]["serialization"].update(extra=1), "a member that OMS 1.0 does not know: 'extra'"),
        (lambda d: d["predicate"]["serialization"].update(method="shards"), "a shard_size that is no size: None"),
        (lambda d: d["predicate"]["resources"][0].update(digest=A.upper()), "is no digest by sha256"),
        (lambda d: d["predicate"]["resources"][0].update(digest=A[:62]), "is no digest by sha256"),
        (lambda d: d["predicate"]["resources"][0].update(name="b"), "'b' is listed twice"),
        (lambda d: d["predicate"]["resources"].reverse(), "in no order that OMS knows"),
        (lambda d: d["predicate"]["resources"][0].pop("name"), "a resource without a name"),
    ],
)
def test_what_oms_does_not_allow_is_refused_in_words(change: Any, said: str) -> None:
    value = document("a", "b")
    assert len(parse(value).resources) == 2
    change(value)
    with pytest.raises(FormatError, match=said):
        parse(value)


def test_a_statement_that_two_readers_could_read_differently_is_refused() -> None:
    text = json.dumps(document("a"))
    for data, said in (
        (text.replace('"subject"', '"subject": [], "subject"', 1).encode(), "'subject' occurs twice"),
        (text.encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf" + text.encode(), "not UTF-8"),
        (text.replace('"model"', "NaN").encode(), "NaN or Infinity"),
        (b"", "not JSON"),
        (b"[" * 100_000, "json_depth"),
        (b"[]", "the statement is no object"),
    ):
        with pytest.raises(FormatError, match=said):
            statement.parse(data, LIMITS)


def test_the_order_of_the_reference_implementation_is_taken_too() -> None:
    """It sorts by the parts of a path, where the specification sorts by code point: `/` comes after `-`."""
    for names in (("sub-b.txt", "sub/a.txt"), ("sub/a.txt", "sub-b.txt")):
        assert [resource.path for resource in parse(document(*names)).resources] == list(names)
    with pytest.raises(FormatError, match="in no order"):
        parse(document("b", "sub/a.txt", "a"))
    long = [f"a:{10 * start}:{10 * start + 10}" for start in range(12)]
    assert [one.start for one in parse(shards(*long)).resources] == list(range(0, 120, 10))
    assert parse(shards(*sorted(long))).resources[1].name == "a:100:110"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a",), "is no name of a shard"),
        (("a:0:x",), "is no name of a shard"),
        (("a:00:10",), "is no name of a shard"),
        (("a:-1:10",), "is no name of a shard"),
        (("a:0:0",), "is no name of a shard"),
        ((":0:10",), "is no name of a shard"),
        (("../a:0:10",), "it leads upwards"),
        (("a:0:11",), "does not follow the shard before it"),
        (("a:10:20",), "does not follow the shard before it"),
        (("a:0:10", "a:20:30"), "does not follow the shard before it"),
        (("a:0:10", "a:5:15"), "does not follow the shard before it"),
        (("a:0:5", "a:5:10"), "does not follow the shard before it"),
        (("a:0:10", "a:10:20", "a:10:15"), "does not follow the shard before it|in no order"),
        (("a:0:10", "a:0:10"), "is listed twice"),
    ],
)
def test_shards_that_leave_bytes_unsigned_are_refused(names: tuple[str, ...], said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse(shards(*names))


def test_colons_in_the_name_of_a_file_are_no_places_in_it() -> None:
    first, second = parse(shards("a:0:5:0:10", "a:0:5:10:12")).resources
    assert (first.path, second.path, second.start, second.end) == ("a:0:5", "a:0:5", 10, 12)


def test_a_model_of_one_file_is_known_by_the_name_of_the_model() -> None:
    assert parse(document(".")).resources[0].path == "model"
    value = document(".")
    value["subject"][0]["name"] = "../x"
    with pytest.raises(FormatError, match="it leads upwards"):
        parse(value)


def test_a_statement_before_1_0_lists_its_files_as_subjects() -> None:
    old = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "b", "digest": {"sha256": A}}, {"name": "a", "digest": {"sha256": B}}],
        "predicateType": "https://model_signing/Digests/v0.1",
        "predicate": {},
    }
    read = parse(old)
    assert (read.deprecated, read.algorithm, read.method, [one.path for one in read.resources]) == (
        True,
        "sha256",
        "files",
        ["b", "a"],
    )
    old["subject"] = [{"name": "../b", "digest": {"sha256": A}}]
    with pytest.raises(FormatError, match="it leads upwards"):
        parse(old)


def test_messages_hold_no_control_characters_and_end() -> None:
    with pytest.raises(FormatError) as caught:
        parse(document("../\x1b[31m\u202e" + "x" * 10_000, "zzz"))
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400


def test_a_statement_is_read_within_the_limits() -> None:
    with pytest.raises(LimitExceeded, match="header_entries"):
        parse(document("a", "b"), Limits(header_entries=1))
    with pytest.raises(LimitExceeded, match="json_bytes"):
        parse(document("a", "b"), Limits(json_bytes=100))
