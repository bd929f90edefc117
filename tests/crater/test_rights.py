"""What real models say of their licences: the disagreements that they really have are found, and no others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from functools import cache

import pytest

from crater.corpus import fetched, models
from hilt.core.errors import HiltError
from hilt.core.finding import Severity
from hilt.core.report import Report
from hilt.gate.check import check_each
from hilt.gate.notice import notice
from hilt.gate.settings import Settings

TIERS = ("core", "full") if os.environ.get("HILT_CRATER_FULL") else ("core",)
DISAGREEING = {
    "all-minilm-l6-v2.gt": ("MIT License", "Apache License 2.0"),
    "all-minilm-l6-v2.pyduck": ("MIT License", "Apache License 2.0"),
    "dlib-face": ("MIT License", "Creative Commons Zero 1.0 Universal"),
    "fasttext-lid176": ("MIT License", "Creative Commons Attribution ShareAlike 3.0"),
    "mediapipe.openvino": ("MIT License", "Apache License 2.0"),
    "openwakeword": ("Apache License 2.0", "Creative Commons Attribution NonCommercial ShareAlike 4.0"),
}
"""Models of which the package, its texts and its sentences name different licences, and which."""
CHANGED = {"mediapipe.tflite"}
"""Models with the text of a known licence and something else behind it."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@cache
def reports(tier: str) -> dict[str, Report]:
    folder = fetched(tier)
    names = models(tier)
    with closing(check_each([folder / name for name in names], settings=Settings(), hashed=False)) as each:
        return dict(zip(names, _reports(each), strict=True))


def _reports(each: Iterator[object]) -> Iterator[Report]:
    for verdict in each:
        assert not isinstance(verdict, HiltError), verdict
        yield verdict.report  # type: ignore[attr-defined]


@pytest.mark.parametrize("tier", TIERS)
def test_what_real_models_say_of_their_licences_is_understood(tier: str) -> None:
    for name, report in reports(tier).items():
        found = [one for one in report.at_least(Severity.MEDIUM) if one.check.startswith("licence-")]
        expected = (
            {"licence-disagreement"} if name in DISAGREEING else {"licence-variant"} if name in CHANGED else set()
        )
        assert {one.check for one in found} == expected, (name, found)
        for words in DISAGREEING.get(name, ()):
            assert any(words in one.message for one in found), (name, found)


@pytest.mark.parametrize("tier", TIERS)
def test_every_real_model_has_a_notice(tier: str) -> None:
    folder = fetched(tier)
    for name in models(tier):
        assert "\nTO DO\n" in notice(folder / name) or "\nNOT KNOWN\n" in notice(folder / name), name
