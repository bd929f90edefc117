from __future__ import annotations

import pytest

from attacks.pickles import SAMPLES, Sample
from hilt.checks.inspect import pickle_code, pickle_hidden, pickle_unknown_call
from reading import findings

CHECKS = {module.CHECK.id: module.CHECK for module in (pickle_code, pickle_hidden, pickle_unknown_call)}


def test_the_samples_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len({sample.id for sample in SAMPLES}) == len(SAMPLES) >= 40


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_each_attack_is_found_with_its_words(sample: Sample) -> None:
    seen = findings(CHECKS[sample.check], sample.data, sample.name)
    fitting = [finding for finding in seen if all(word in finding.message for word in sample.words)]
    assert sample.severity in [finding.severity for finding in fitting], "\n".join(map(str, seen))
