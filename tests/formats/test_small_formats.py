"""What holds for every small model format alike, and what each of them says of itself."""

from __future__ import annotations

import random
import struct
from contextlib import suppress

import pytest

from attacks.small_formats import (
    HONEST,
    LEAVES,
    LIGHTGBM,
    TREE,
    fasttext,
    npy,
    tesseract,
    ubjson,
    xgboost,
    xgboost_serialised,
)
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.reader import HEAD, Head, recognise
from reading import read

FORMATS = sorted(HONEST)
MODULES = {reader.id: reader.module for reader in READERS if reader.id in HONEST}


@pytest.mark.parametrize("format_id", FORMATS)
@pytest.mark.parametrize("name", ["", "weights", "model.safetensors", "model.pkl", "config.json"])
def test_a_file_is_recognised_under_any_name(format_id: str, name: str) -> None:
    usual, data = HONEST[format_id]
    file = read(data, name or usual)
    assert (file.format, file.error) == (format_id, None)


@pytest.mark.parametrize("format_id", FORMATS)
def test_every_truncation_is_a_value_or_a_format_error(format_id: str) -> None:
    _, data = HONEST[format_id]
    errors = 0
    for end in range(len(data)):
        source = MemorySource(data[:end])
        recognise(READERS, Head(name="x", data=data[:end][:HEAD], source=source, limits=Limits()))
        try:
            MODULES[format_id].read(source, Limits())
        except FormatError:
            errors += 1
    assert errors >= len(data) // 2


@pytest.mark.parametrize("format_id", sorted(set(FORMATS) - {"lightgbm", "tesseract"}))
def test_a_byte_behind_the_end_belongs_to_nothing(format_id: str) -> None:
    with pytest.raises(FormatError):
        MODULES[format_id].read(MemorySource(HONEST[format_id][1] + b"\0"), Limits())


@pytest.mark.parametrize("format_id", FORMATS)
def test_random_changes_are_a_value_or_a_format_error(format_id: str) -> None:
    dice = random.Random(format_id)
    _, data = HONEST[format_id]
    for _ in range(400):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            changed[dice.randrange(min(len(changed), 600))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        source = MemorySource(bytes(changed))
        recognise(READERS, Head(name="x", data=bytes(changed[:HEAD]), source=source, limits=Limits()))
        with suppress(FormatError):
            MODULES[format_id].read(source, Limits())


@pytest.mark.parametrize("booster", ["gbtree", "gblinear", "dart"])
@pytest.mark.parametrize("start", [b"binf", b""])
def test_every_booster_of_xgboost_is_walked(booster: str, start: bytes) -> None:
    value = read(xgboost(booster, start=start), "m.model").value
    assert (value.booster, value.features, value.trees) == (booster, 3, 0 if booster == "gblinear" else 2)
    assert value.attributes == (("best_iteration", "1"),)


def test_a_serialised_xgboost_booster_is_walked_with_its_configuration() -> None:
    assert read(xgboost_serialised(), "m").value.objective == "binary:logistic"


def test_xgboost_before_1_wrote_leaf_vectors_and_metrics() -> None:
    tree = struct.pack("<6i", 1, 1, 0, 0, 3, 2) + TREE[24:] + struct.pack("<Q", 2) + bytes(8)
    value = read(xgboost(major=0, tree=tree, metrics=("auc",)), "m.model").value
    assert (value.nodes, value.metrics) == (2, ("auc",))


def test_a_tree_larger_than_the_file_is_refused() -> None:
    tree = struct.pack("<6I", 1, 0xFFFFFFF0, 0, 0, 3, 0) + TREE[24:]
    with pytest.raises(FormatError, match="tree 0 asks for 154618822080 bytes"):
        MODULES["xgboost"].read(MemorySource(xgboost(tree=tree)), Limits())


@pytest.mark.parametrize("quantised", [False, True])
def test_fasttext_is_walked_plain_and_quantised(quantised: bool) -> None:
    value = read(fasttext(quantised=quantised), "lid.bin").value
    assert (value.model, value.words, value.labels) == ("supervised", 2, ("__label__de", "__label__en"))
    assert (value.quantised, value.parameters) == (quantised, 12)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (fasttext(counts=(4, 3, 1)), "holds 2 labels, 1 were stated"),
        (fasttext(counts=(9, 2, 2)), "2 words and 2 labels are not 9 entries"),
        (fasttext(counts=(100_000, 50_000, 50_000)), "entry 4 of the dictionary is broken"),
    ],
)
def test_a_dictionary_that_is_not_what_it_says_is_named(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        MODULES["fasttext"].read(MemorySource(data), Limits())


@pytest.mark.parametrize("order", ["<", ">"])
def test_tesseract_is_read_in_both_byte_orders(order: str) -> None:
    value = read(tesseract("# words\r\nchop_enable\t1\r\n\nload_dawg\n", order=order), "eng.traineddata").value
    assert [component.name for component in value.components] == ["config", "lstm", "version"]
    assert value.version == "5.0.0"
    assert value.settings == (("chop_enable", "1", 2), ("load_dawg", "", 4))


def test_a_tesseract_component_that_overlaps_another_is_refused() -> None:
    data = bytearray(tesseract("chop_enable 1\n"))
    data[4:12] = struct.pack("<q", 190)
    with pytest.raises(FormatError, match="does not follow on byte 196"):
        MODULES["tesseract"].read(MemorySource(bytes(data)), Limits())


def test_lightgbm_says_what_it_was_trained_with() -> None:
    value = read(LIGHTGBM.replace("\n", "\r\n").encode(), "m.txt").value
    assert (value.version, value.objective, value.features, value.trees) == ("v4", "binary sigmoid:1", 2, 1)
    assert value.parameters == (("boosting", "gbdt"), ("data", ""))


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("split_gain=1.5e-05", "split_gain=import os"),
        ("[data: ]", "[data: "),
        ("end of trees", "end of woods"),
        ("c=1=2", "c"),
        ('pandas_categorical:[["a", "b"]]', "pandas_categorical:[[x]]"),
        ("max_feature_idx=1", "max_feature_idx=-1"),
    ],
)
def test_a_line_that_lightgbm_does_not_write_is_refused(line: str, instead: str) -> None:
    with pytest.raises(FormatError):
        MODULES["lightgbm"].read(MemorySource(LIGHTGBM.replace(line, instead).encode()), Limits())


def test_equinox_leaves_are_read_with_and_without_hyperparameters() -> None:
    value = read(LEAVES, "m.eqx").value
    assert (value.hyperparameters, value.parameters, value.pickles) == (None, 7, ())
    value = read(b'{"width": 8}\n' + LEAVES, "m.eqx").value
    assert (value.hyperparameters, [array.shape for array in value.arrays]) == ({"width": 8}, [(2, 3), ()])


def test_a_pickle_in_any_leaf_is_found_at_its_place() -> None:
    data = LEAVES + npy("|O", (1,), b"\x80\x04N.")
    (stream,) = read(data, "m.eqx").value.pickles
    assert (stream.start, stream.end) == (len(data) - 4, len(data))


def test_one_array_alone_is_a_numpy_file() -> None:
    assert read(npy("<f4", (2,), bytes(8)), "m.eqx").format == "npy"


def test_a_ubjson_document_is_counted() -> None:
    value = read(ubjson(), "m.ubj").value
    assert (value.keys, value.values) == (("learner", "version"), 27)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"{i\1a[$d]}", "a type without a length"),
        (b"{i\1aq}", "marks no value"),
        (b"{i\1a[#i\xff]}", "a length of -1"),
        (b"{i\1a[$d#L" + b"\x7f" + b"\xff" * 7 + b"}", "a list of numbers asks for"),
        (b"{S\1a}", "marks no length"),
        (b"[]", "is no object"),
    ],
)
def test_a_broken_ubjson_document_is_named(document: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        MODULES["ubjson"].read(MemorySource(document), Limits())


@pytest.mark.parametrize(
    ("format_id", "data", "limit", "allowed"),
    [
        ("xgboost", xgboost(trees=3), "header_entries", 2),
        ("xgboost", xgboost(attributes=(("a", "b"),) * 4), "header_entries", 3),
        ("xgboost", xgboost(attributes=(("a", "b" * 50),)), "text_bytes", 40),
        ("fasttext", fasttext(), "header_entries", 1),
        ("tesseract", tesseract("a 1\n" * 20), "text_bytes", 50),
        ("lightgbm", LIGHTGBM.encode(), "header_entries", 1),
        ("lightgbm", LIGHTGBM.encode() + b"x" * 70, "text_bytes", 60),
        ("equinox", LEAVES, "header_entries", 1),
        ("equinox", b'{"a": "' + b"x" * 2000 + b'"}\n' + LEAVES, "npy_header_bytes", 1000),
        ("ubjson", ubjson(), "header_entries", 5),
        ("ubjson", b"{i\1a" + b"[" * 20 + b"]" * 20 + b"}", "json_depth", 9),
        ("ubjson", b"{I\0\x50" + b"x" * 80 + b"T}", "text_bytes", 60),
    ],
)
def test_every_bound_is_reached(format_id: str, data: bytes, limit: str, allowed: int) -> None:
    with pytest.raises(LimitExceeded) as caught:
        MODULES[format_id].read(MemorySource(data), Limits(**{limit: allowed}))
    assert caught.value.limit == limit


@pytest.mark.parametrize("behind", [b"\0", b"hilt" * 100, b"\n\n"])
def test_bytes_behind_the_last_component_of_tesseract_are_no_part_of_it(behind: bytes) -> None:
    name, data = HONEST["tesseract"]
    assert read(data, name).error is None
    assert "is no line of text" in str(read(data + behind, name).error)
