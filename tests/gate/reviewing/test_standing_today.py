from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import hilt
from hilt.core.verdict import Outcome
from hilt.gate.reviewing import standing_today
from library_office import CARD, LICENCE
from office import POLICY, STRICTER, USE, Office


class _Clock(datetime):
    """Goes as the real one does, some days ahead."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return datetime.now(UTC) + cls.ahead


def test_a_report_is_judged_again_once_a_day_and_whenever_the_policy_changed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, read, verdict_of = office.model(weights=b"", licence=LICENCE.decode()), [], standing_today.verdict_of
    (model / "README.md").write_bytes(CARD)

    def reads(*about: object) -> object:
        read.append(about)
        return verdict_of(*about)  # type: ignore[arg-type]

    monkeypatch.setattr(standing_today, "verdict_of", reads)
    monkeypatch.setattr(standing_today, "datetime", _Clock)
    assert office.run("admit", model, "--use", USE, "--why", "it is small", by="Eve").code == 0

    def outcome() -> Outcome:
        return hilt.status(model, use=USE, settings=office.settings).outcome

    assert {outcome() for _ in range(3)} == {Outcome.ADMIT}
    assert len(read) == 1
    office.policy(STRICTER.replace("!inspect.code_on_load", "size(rights.licence_texts) > 9"))
    assert {outcome() for _ in range(2)} == {Outcome.REVIEW}
    assert len(read) == 2
    office.policy(POLICY)
    assert (outcome(), len(read)) == (Outcome.ADMIT, 2)
    monkeypatch.setattr(_Clock, "ahead", timedelta(days=1))
    assert (outcome(), len(read)) == (Outcome.ADMIT, 3)
