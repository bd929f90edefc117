"""What holds for the formats that are little more than numbers: dlib, word2vec, CatBoost, Torch 7 and the like."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.number_formats import (
    HONEST,
    LUA_FUNCTION,
    MORE,
    bmdf,
    catboost,
    dlib_network,
    dlib_predictor,
    first_fasttext,
    imatrix,
    integer,
    integers,
    lightgbm_dataset,
    mxnet,
    s3,
    sendump,
    sparse_mxnet,
    text,
    torch7,
    trie,
    word2vec,
)
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS
from reading import read

FILES = (*HONEST.values(), *MORE)
MODULES = {reader.id: reader.module for reader in READERS}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file[0])
@pytest.mark.parametrize("name", ["", "weights", "model.safetensors", "model.pkl", "config.json"])
def test_a_file_is_recognised_under_any_name(file: tuple[str, bytes], name: str) -> None:
    seen = read(file[1], name or file[0])
    assert (seen.format in (*HONEST, "fasttext"), seen.error) == (True, None)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file[0])
def test_no_truncation_and_no_further_byte_is_a_model(file: tuple[str, bytes]) -> None:
    name, data = file
    module = MODULES[read(data, name).format]
    for end in range(len(data)):
        if data[end:] != b"1":  # a last flag, or a last line end, is not missed
            with suppress(FormatError):
                module.read(MemorySource(data[:end]), Limits())
                assert b"loss_" in data[:end], end  # a network has no stated end: where a layer ends, it may end
    with pytest.raises(FormatError):
        module.read(MemorySource(data + b"\xff"), Limits())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file[0])
def test_random_changes_are_a_value_or_a_format_error(file: tuple[str, bytes]) -> None:
    name, data = file
    module, dice = MODULES[read(data, name).format], random.Random(name)
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            changed[dice.randrange(min(len(changed), 600))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        with suppress(FormatError):
            module.read(MemorySource(bytes(changed)), Limits())


def test_a_network_tells_its_layers_its_labels_and_its_numbers() -> None:
    value = read(dlib_network(labels=("tench", "shark")), "net.dat").value
    assert (value.loss, value.layers, value.labels) == (
        "loss_mmod_",
        ("con_4", "affine_2", "relu_"),
        ("tench", "shark"),
    )
    assert value.parameters == 10


def test_a_shape_predictor_is_walked_number_by_number() -> None:
    assert read(dlib_predictor(), "faces.dat").value.parameters == 4 + 2 * 2 * 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (dlib_network()[: dlib_network().index(b"\1\5relu_")], "a network of 3 layers ends after 2"),
        (dlib_network()[: dlib_network().index(b"\1\x08affine_2")], "a network of 3 layers ends after 1"),
        (dlib_network(layer="own_1"), "'own_1' is not known"),
        (dlib_network(behind=integer(3) + text("stray") + b"PK\3\4"), "in the name of a class"),
        (dlib_predictor(stated=1 << 40), "do not fit"),
        (dlib_predictor(leaf=integers(-4, -1, 7, -2) + b"\0" * 12), "no integer in"),
        (word2vec(stated=2), "14 bytes stand behind"),
        (imatrix(count=3), "inside the name of a tensor"),
        (imatrix(numbers=3), "has 1048576000 bytes"),
        (imatrix() + b"\1\0\0\0\x09\0\0\0cal", "inside the name of the text"),
        (imatrix(made_from="calibration.txt") + b"x", "1 bytes stand behind"),
        (s3(2, 3, 4, floats=25), "floats, the shape asks for"),
        (bmdf(sequences=1), "3 states, 2 sequences of 3 were stated"),
        (trie() + b"x", "1 bytes stand behind"),
        (catboost(version=b"FlabuffersModel_v2"), "'FlabuffersModel_v2' of the format is not known"),
        (catboost(parts=0), "bytes stand behind the model"),
        (lightgbm_dataset(b"header", b""), "a block of no bytes"),
        (mxnet(kind=99), "type 99 is not known"),
        (mxnet(storage=3), "storage 3"),
        (mxnet(names=("a",)), "1 names for 2 arrays"),
        (torch7(inside=b"\x63\0\0\0"), "99 is no type"),
    ],
)
def test_what_no_writer_writes_is_named(data: bytes, words: str) -> None:
    error = read(data, "model.dat").error
    assert error is not None
    assert words in error.message


def test_vectors_may_stand_on_lines_of_their_own() -> None:
    value = read(word2vec(between=b"\n"), "vectors.bin").value
    assert (value.words, value.dimensions) == (3, 3)


def test_files_of_sphinx_tell_which_they_are() -> None:
    kinds = [read(data, "x").value.kind for data in (s3(1, 2, 3, floats=6), s3(1, 2, 3, lengths=(1, 2), floats=9))]
    kinds += [read(data, "x").value.kind for data in (bmdf(), bmdf(">"), sendump(), sendump(clusters=15 + 1), trie())]
    assert kinds == ["parameters", "Gaussians", "phones", "phones", *["mixture weights"] * 2, "language model"]
    assert read(s3(1, 2, 3, floats=6, checksum=False, order=">"), "x").value.numbers == 6


def test_fasttext_without_a_magic_says_no_version() -> None:
    value = read(first_fasttext(), "lid.bin").value
    assert (value.version, value.words, value.labels) == (0, 2, ("__label__de", "__label__en"))


def test_more_names_of_phones_or_classes_than_allowed_are_not_read() -> None:
    for data in (bmdf(), dlib_network()):
        error = read(data, "x", Limits(header_entries=1)).error
        assert isinstance(error, LimitExceeded)
        assert error.limit == "header_entries"


def test_boosted_trees_and_arrays_tell_what_they_hold() -> None:
    assert read(catboost(), "model.cbm").value.tables == 1
    assert read(lightgbm_dataset(), "train.bin").value.groups == 1
    value = read(mxnet(), "model.params").value
    assert (value.names, value.parameters) == (("arg:a", "aux:b"), 12)


def test_an_object_of_torch7_tells_its_classes_and_functions() -> None:
    value = read(torch7(inside=LUA_FUNCTION), "model.t7").value
    assert value.classes == ("nn.Linear", "torch.FloatStorage", "torch.FloatTensor")
    assert (len(value.functions), value.parameters) == (1, 2)


def test_objects_of_torch7_too_deep_inside_each_other_are_not_read() -> None:
    assert isinstance(read(torch7(), "model.t7", Limits(tree_depth=3)).error, LimitExceeded)
    assert isinstance(read(torch7(), "model.t7", Limits(header_entries=2)).error, LimitExceeded)
    assert isinstance(read(mxnet(), "model.params", Limits(header_entries=1)).error, LimitExceeded)


def test_an_importance_matrix_tells_its_tensors_and_the_text_it_was_made_from() -> None:
    value = read(imatrix(made_from="calibration.txt"), "Model.imatrix").value
    assert (value.tensors, value.made_from) == (("blk.0.attn_q.weight",) * 2, "calibration.txt")


@pytest.mark.parametrize("indexes", [1, 2])
def test_sparse_arrays_of_mxnet_are_walked_by_what_is_stored(indexes: int) -> None:
    data = sparse_mxnet(indexes)
    file = read(data, "model-0000.params")
    assert (file.error, file.value.parameters, file.value.names) == (None, 6, ("w",))
    assert read(data + b"x", "model-0000.params").error is not None
    assert read(data[:-1], "model-0000.params").error is not None
