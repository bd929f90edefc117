from __future__ import annotations

import random

import pytest

from attacks.confusions import ALL as SAMPLES
from attacks.pickles import Sample
from hilt.checks.inspect import pickle_code, pickle_hidden, pickle_unknown_call
from reading import findings, read

CHECKS = {module.CHECK.id: module.CHECK for module in (pickle_code, pickle_hidden, pickle_unknown_call)}


def test_the_samples_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len({sample.id for sample in SAMPLES}) == len(SAMPLES) >= 40


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_each_attack_is_found_with_its_words(sample: Sample) -> None:
    seen = findings(CHECKS[sample.check], sample.data, sample.name)
    fitting = [finding for finding in seen if all(word in finding.message for word in sample.words)]
    assert sample.severity in [finding.severity for finding in fitting], "\n".join(map(str, seen))


@pytest.mark.parametrize("sample", [one for one in SAMPLES if len(one.data) < 2000], ids=lambda sample: sample.id)
def test_no_mutation_of_an_attack_makes_a_check_fail(sample: Sample) -> None:
    chance = random.Random(1)
    for _ in range(60):
        changed = bytearray(sample.data)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        file = read(bytes(changed), sample.name)
        for check in CHECKS.values():
            if file.format in check.reads and file.error is None:
                assert all(str(seen) for seen in check.run(file))
