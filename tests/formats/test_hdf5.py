from __future__ import annotations

import io
import random
from collections.abc import Callable

import h5py
import pytest

from attacks import hdf5 as samples
from attacks.hdf5 import hdf5
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.hdf5 import Hdf5, read, root_attributes

VERSIONS = ["earliest", "v108", "v110", "latest"]


def structure(data: bytes, **limits: int) -> Hdf5:
    return read(MemorySource(data), Limits(**limits))


def as_h5py_says(data: bytes) -> dict[str, tuple[tuple[int, ...], str]]:
    found: dict[str, tuple[tuple[int, ...], str]] = {}

    def visit(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            found[f"/{name}"] = (item.shape, str(item.dtype))

    with h5py.File(io.BytesIO(data)) as file:
        file.visititems(visit)
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("user_block", [0, 512, 8192])
def test_every_version_reads_as_h5py_reads_it(version: str, user_block: int) -> None:
    data = hdf5(samples.honest, libver=version, userblock_size=user_block)
    value = structure(data)
    expected = as_h5py_says(data)
    # Of two names of one dataset either may come first.
    assert sorted((d.shape, d.dtype) for d in value.datasets) == sorted(expected.values())
    assert {d.path for d in value.datasets} <= {*expected, "/layers/dense/kernel", "/again"}
    assert [(link.path, link.kind, link.target) for link in value.links] == [
        ("/layers/dense/also", "soft", "/layers/dense/kernel")
    ]
    assert {a.name: a.value for a in value.attributes} == {"backend": "tensorflow", "count": None, "names": None}
    assert (value.user_block, value.end, value.unseen) == (user_block, len(data), ())
    assert [d.filters for d in value.datasets if d.layout == "chunked"] == [(2, 1)]


@pytest.mark.parametrize("version", VERSIONS)
def test_all_roads_to_other_files_are_seen(version: str) -> None:
    link = structure(hdf5(samples.external_link, libver=version)).links[0]
    assert (link.kind, link.file, link.target) == ("external", "/etc/passwd", "/x")
    assert structure(hdf5(samples.raw_file, libver=version)).datasets[0].raw_files == ("/etc/passwd",)
    virtual = structure(hdf5(samples.virtual, libver=version)).datasets[0]
    assert (virtual.layout, virtual.virtual) == ("virtual", ("../other.h5", "/tmp/second.h5"))
    parts = structure(hdf5(samples.virtual_in_many_parts, libver=version)).datasets[0]
    assert parts.virtual == ("../other-with-a-long-name.h5", ".")


@pytest.mark.parametrize("order", [False, True])
@pytest.mark.parametrize("version", VERSIONS)
def test_links_in_trees_and_heaps_are_all_seen(version: str, order: bool) -> None:
    value = structure(hdf5(samples.many_links, libver=version, track_order=order))
    expected = {(f"/group/name {number}", f"/{number}") for number in range(3000)}
    assert {(link.path, link.target) for link in value.links} == expected


@pytest.mark.parametrize("order", [False, True])
def test_attributes_in_heaps_are_all_seen(order: bool) -> None:
    data = hdf5(samples.many_attributes, libver="latest", track_order=order)
    value = structure(data)
    expected = {f"name {number}": "x" * number for number in range(40)}
    expected |= {"long": "y" * 100_000, "large": "z" * 100_000}
    assert {a.name: a.value for a in value.attributes} == expected
    assert {a.name: a.value for a in root_attributes(MemorySource(data), Limits())} == expected


def test_the_type_of_an_attribute_may_be_an_object_of_its_own() -> None:
    def fill(file: h5py.File) -> None:
        file["type"] = h5py.string_dtype(length=5)
        file.attrs.create("name", b"hello", dtype=file["type"])

    value = structure(hdf5(fill))
    assert [(a.name, a.dtype, a.value) for a in value.attributes] == [("name", "string", "hello")]


def chain(length: int) -> Callable[[h5py.File], None]:
    return lambda file: file.create_group("/".join("g" * length)) and None


@pytest.mark.parametrize(
    ("limit", "allowed", "fill"),
    [
        pytest.param("hdf5_records", 20, samples.honest, marks=pytest.mark.reaches("hdf5_records")),
        pytest.param("header_entries", 3, samples.honest, marks=pytest.mark.reaches("header_entries")),
        pytest.param("graph_text_bytes", 900, samples.many_attributes, marks=pytest.mark.reaches("graph_text_bytes")),
        pytest.param("depth", 8, chain(9), marks=pytest.mark.reaches("depth")),
    ],
)
def test_what_goes_past_a_limit_is_refused(limit: str, allowed: int, fill: Callable[[h5py.File], None]) -> None:
    data = hdf5(fill, libver="latest")
    assert structure(data)
    with pytest.raises(LimitExceeded, match=limit):
        structure(data, **{limit: allowed})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "there is no HDF5 signature"),
        (b"\x89HDF\r\n\x1a\n\x09" + b"\0" * 64, "superblock version 9 is not one"),
        (b"\x89HDF\r\n\x1a\n\x02\x10\x08" + b"\0" * 64, "addresses of 16 and lengths of 8 bytes"),
        (b"\x89HDF\r\n\x1a\n\x02\x08\x08", "a field of"),
    ],
)
def test_a_superblock_that_cannot_be_followed_says_why(data: bytes, words: str) -> None:
    with pytest.raises(FormatError) as caught:
        structure(data)
    assert words in str(caught.value)


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize("fill", [samples.honest, samples.virtual, samples.many_attributes])
def test_every_truncated_file_is_read_or_is_a_format_error(version: str, fill: Callable[[h5py.File], None]) -> None:
    if fill is samples.many_attributes and version == "earliest":
        return
    data = hdf5(fill, libver=version)
    outcomes = set()
    for length in range(0, len(data), 1 if len(data) < 10_000 else 997):
        try:
            outcomes.add(type(structure(data[:length])))
        except FormatError:
            outcomes.add(FormatError)
    assert FormatError in outcomes


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize("fill", [samples.honest, samples.virtual, samples.external_link, samples.raw_file])
def test_mutated_files_are_read_or_are_format_errors(version: str, fill: Callable[[h5py.File], None]) -> None:
    chance = random.Random(3)
    original = hdf5(fill, libver=version)
    used = [place for place, byte in enumerate(original) if byte]
    outcomes = set()
    for _ in range(400):
        data = bytearray(original)
        for _ in range(chance.randint(1, 4)):
            data[max(0, chance.choice(used) - chance.randrange(2))] = chance.choice(
                (0, 1, 127, 255, chance.randrange(256))
            )
        try:
            outcomes.add(type(structure(bytes(data), hdf5_records=100_000)))
        except FormatError:
            outcomes.add(FormatError)
    assert outcomes == {Hdf5, FormatError}


def test_a_group_that_contains_itself_ends() -> None:
    def fill(file: h5py.File) -> None:
        below = file.create_group("a/b")
        below["up"] = file["a"]
        file["a/root"] = file["/"]

    assert structure(hdf5(fill)).datasets == ()
