from __future__ import annotations

import hashlib
import random

from hilt.sources.probing import OPEN, Probe, Probing

DATA = random.Random(3).randbytes(100_000)


def of(start: int, end: int) -> Probe:
    return Probe(start, end - start, hashlib.sha256(DATA[start:end]).hexdigest())


def probing(*spans: tuple[int, int]) -> Probing:
    probing = Probing()
    for start, end in spans:
        probing.take(start, DATA[start:end])
    return probing


def test_what_follows_each_other_is_one_probe() -> None:
    assert probing((0, 10), (10, 500), (500, 1000)).probes() == (of(0, 1000),)


def test_what_does_not_is_told_apart_by_where_it_begins() -> None:
    assert probing((900, 1000), (0, 10), (10, 20), (1000, 1100)).probes() == (of(0, 20), of(900, 1100))


def test_what_comes_twice_is_remembered_twice() -> None:
    assert probing((0, 10), (0, 10), (5, 10)).probes() == (of(0, 10), of(0, 10), of(5, 10))


def test_nothing_is_no_probe() -> None:
    assert probing((5, 5)).probes() == ()


def test_of_many_places_few_are_kept_open_and_none_is_lost() -> None:
    spans = [(at, at + 10) for at in range(0, 100 * OPEN, 100)]
    assert probing(*spans).probes() == tuple(of(*span) for span in spans)


def test_asking_does_not_end_what_goes_on() -> None:
    going = probing((0, 10))
    assert going.probes() == (of(0, 10),)
    going.take(10, DATA[10:20])
    assert going.probes() == (of(0, 20),)
