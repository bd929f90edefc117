"""Cases that are alike: where they are looked for is what the histories say."""

from __future__ import annotations

from pathlib import Path

from hilt.core.events import VerdictGiven
from hilt.gate.reviewing import review_past
from hilt.record.record import Record
from record.many import fill


def test_the_rules_that_asked_for_a_decision_are_those_of_the_verdict_it_rests_on(tmp_path: Path) -> None:
    """Some models of this record were judged anew between their first verdict and the decision."""
    fill(str(tmp_path / "record.db"), 120, entries=500)
    with Record.open(str(tmp_path / "record.db")) as record:
        rows = [one for one in record.registry.decisions(limit=1000) if one.case >= 0]
        found = {one.place: rules for one, rules in review_past._rules_of(record, rows)}
        assert found == review_past._rules_by_history(record, rows)
        assert set(found.values()) == {(), ("people-look",)}
        before = record.registry.judged_before(list(found))
        events = [record.recorded(before[place]).event for place in found]
        assert any(
            isinstance(given, VerdictGiven) and given.basis != getattr(record.recorded(place).event, "basis", None)
            for place, given in zip(found, events, strict=True)
        )
        assert review_past._rules_of(record, rows) == [(one, found[one.place]) for one in rows]
