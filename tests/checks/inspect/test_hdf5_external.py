from __future__ import annotations

from collections.abc import Callable

import h5py
import pytest

from attacks import hdf5 as samples
from attacks.hdf5 import hdf5
from hilt.checks.inspect.hdf5_external import CHECK
from hilt.core.finding import Severity
from hilt.core.report import Gap, State
from reading import findings, read


@pytest.mark.parametrize("fill", [samples.honest, samples.many_links, samples.virtual_of_itself])
def test_a_file_that_holds_its_own_values_is_quiet(fill: Callable[[h5py.File], None]) -> None:
    assert findings(CHECK, hdf5(fill), "weights.h5") == []


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize(
    ("fill", "words"),
    [
        (samples.external_link, ["the link '/stolen' leads to '/x' in the file '/etc/passwd'"]),
        (samples.raw_file, ["its values lie in the file '/etc/passwd'"]),
        (
            samples.virtual,
            [
                "takes its values from the file '../other.h5' when it is read",
                "takes its values from the file '/tmp/second.h5' when it is read",
            ],
        ),
    ],
)
def test_each_road_to_another_file_is_named(fill: Callable[[h5py.File], None], words: list[str], version: str) -> None:
    seen = findings(CHECK, hdf5(fill, libver=version), "weights.h5")
    assert [finding.message for finding in seen] == words
    assert {finding.severity for finding in seen} == {Severity.HIGH}


def test_a_link_of_an_unknown_kind_is_named() -> None:
    data = hdf5(samples.external_link, libver="latest")
    # The one link message of the root group: name of one byte size, link type 64.
    changed = data.replace(b"\x40\x06stolen", b"\x41\x06stolen").replace(b"\x40\x01\x06stolen", b"\x41\x01\x06stolen")
    assert changed != data
    assert [finding.message for finding in findings(CHECK, changed, "weights.h5")] == [
        "the link '/stolen' is user-defined 65: only a program's own code can follow it"
    ]


def test_what_could_not_be_followed_is_a_gap() -> None:
    data = hdf5(samples.virtual, libver="v110")
    at = data.index(b"../other.h5") - 9
    file = read(data[:at] + b"\7" + data[at + 1 :], "weights.h5")
    assert file.error is None, file.error
    assert list(CHECK.run(file)) == [
        Gap(
            what="hdf5-external",
            path="weights.h5",
            state=State.SKIPPED,
            why=f"/stolen: the sources of a virtual dataset are listed in version 7 (at byte {at})",
        )
    ]


@pytest.mark.parametrize(("number", "severity"), [(32000, None), (32015, Severity.LOW), (40000, Severity.MEDIUM)])
def test_filters_of_nobody_are_named(number: int, severity: Severity | None) -> None:
    data = hdf5(lambda file: samples.filtered(file, number))
    assert [finding.severity for finding in findings(CHECK, data, "weights.h5")] == ([severity] if severity else [])
