"""The machines that a model may run on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hilt.knowledge.fit import machines

GIB = 1 << 30
PACK = json.loads((Path(machines.__file__).parent / "machines.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["H100 80GB", "h100", "NVIDIA H100", "h100-80gb"])
def test_a_machine_is_found_in_any_spelling(name: str) -> None:
    found = machines.machine(name)
    assert found is not None
    assert (found.name, found.memory, found.bandwidth) == ("H100 80GB", 80 * GIB, 3350e9)
    assert found.price == 2.69
    assert "RunPod" in found.source
    assert found.as_of == "2026-05-22"


def test_a_name_that_could_be_two_machines_is_none_of_them() -> None:
    assert machines.machine("A100") is None
    assert machines.like("a100") == ("A100 40GB", "A100 80GB")
    assert machines.machine("RTX 4070") is not None
    assert machines.machine("") is None
    assert machines.machine("Cray-1") is None


def test_every_machine_of_the_pack_says_where_its_figures_are_from() -> None:
    assert len(set(machines.names())) == len(machines.names()) >= 36
    for name in machines.names():
        told = machines.machine(name)
        assert told is not None, name
        assert 4 * GIB <= told.memory <= 600 * GIB, name
        assert told.bandwidth, name
        assert len(told.source) > 30, name
        assert (told.price is None) == (told.as_of == ""), name


def test_a_laptop_costs_electricity_and_its_price_over_the_years() -> None:
    told = machines.machine("Apple M4 16GB")
    assert told is not None
    assert told.price == pytest.approx(999 / (3 * 8760) + 0.030 * 0.1872)
    assert "999 dollars" in told.source
    assert "0.1872 dollars a kWh" in told.source


@pytest.mark.parametrize(
    ("total", "kind", "usable"),
    [
        (24 * GIB, "gpu", 24 * GIB),
        (24 * GIB, "unified", 16 * GIB),
        (64 * GIB, "unified", 48 * GIB),
        (16 * GIB, "laptop", 14 * GIB),
        (4 * GIB, "laptop", 3 * GIB),
        (512 * GIB, "laptop", 508 * GIB),
        (0, "laptop", 0),
    ],
)
def test_memory_that_is_shared_is_not_all_for_the_model(total: int, kind: str, usable: int) -> None:
    assert machines.usable(total, kind) == usable


def test_this_machine_has_memory_and_its_bandwidth_can_be_measured() -> None:
    plain = machines.this_machine(measured=False)
    assert plain.memory > 0
    assert plain.bandwidth is None
    measured = machines.this_machine(measured=True)
    assert 1e9 < (measured.bandwidth or 0) < 1e13
    assert "one thread" in measured.source
