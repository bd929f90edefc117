"""`machine:` in the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid
from hilt.core.running import Machine
from hilt.gate.configured.machine import bytes_of
from hilt.gate.settings import read_settings


def machine(tmp_path: Path, text: str) -> Machine | None:
    path = tmp_path / "settings.yaml"
    path.write_text(f"machine: {text}\n", encoding="utf-8")
    return read_settings(path).machine


def test_a_machine_by_its_name(tmp_path: Path) -> None:
    found = machine(tmp_path, "H100")
    assert found is not None
    assert found.name == "H100 80GB"


def test_a_machine_by_its_figures(tmp_path: Path) -> None:
    text = "{name: rack 4, memory: 96GiB, bandwidth: 1792GB/s, price_per_hour: 1.25, as_of: 2026-11-01}"
    found = machine(tmp_path, text)
    assert found is not None
    assert found[:4] == ("rack 4", 96 << 30, 1792e9, 1.25)
    assert found.as_of == "2026-11-01"
    assert found.source.endswith("settings.yaml")


def test_what_is_left_out_is_unknown(tmp_path: Path) -> None:
    found = machine(tmp_path, "{memory: 16GB}")
    assert found is not None
    assert (found.memory, found.bandwidth, found.price) == (16 * 10**9, None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Cray-1", "there is no machine 'Cray-1'"),
        ("A100", "could be A100 40GB, A100 80GB"),
        ("12", "a table of keys"),
        ("{}", "memory is missing"),
        ("{memory: big}", "a size such as 24GB"),
        ("{memory: 16GB, bandwidth: 900}", "such as 960GB/s"),
        ("{memory: 16GB, price_per_hour: 0}", "such as 2.50"),
        ("{memory: 16GB, price_per_hour: .inf}", "such as 2.50"),
        ("{memory: 16GB, as_of: soon}", "a day such as"),
        ("{memory: 16GB, watts: 3}", "unknown key"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsInvalid, match=message) as told:
        machine(tmp_path, text)
    assert "machine" in str(told.value)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("16GB", 16 * 10**9),
        ("16 GiB", 16 << 30),
        ("1.5g", 1_500_000_000),
        ("512M", 512_000_000),
        ("1000", 1000),
        ("0GB", None),
        ("16 gigs", None),
        ("-1GB", None),
        ("1iB", None),
        ("9" * 30 + "TB", None),
        ("999999999999PB", None),
        ("", None),
        ("٣GB", None),
    ],
)
def test_sizes_as_people_write_them(text: str, size: int | None) -> None:
    assert bytes_of(text) == size
