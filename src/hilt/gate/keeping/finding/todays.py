"""Does a verdict of the record hold by the policies of today? Asked of whole pages, so what was judged anew is remembered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hilt.core.events import VerdictGiven
from hilt.core.verdict import Outcome
from hilt.gate.judge import judged, policies
from hilt.gate.keeping.newest import Newest
from hilt.gate.recording.verdicts import given, verdict_of
from hilt.gate.reviewing.todays_verdict import rests_on
from hilt.gate.settings import Settings
from hilt.policy.engine import digest

if TYPE_CHECKING:
    from hilt.record.record import Record

_JUDGED: Newest[tuple[str, str, str], VerdictGiven] = Newest(20_000)
"""By the digests of a report and of the rest of its verdict, that of the policies, and the day: waivers end and laws begin."""


class Todays:
    """The policies of these settings, now. Raises `PolicyInvalid`."""

    def __init__(self, record: Record, settings: Settings) -> None:
        self._record, self._settings = record, settings
        self._policies = policies(None, settings)
        self._digest = digest(self._policies, settings.env, (), settings.profile, settings.settled)

    def hold(self, before: VerdictGiven, *, signs: bool) -> bool:
        """Would who asks for these bytes today get what they got by the verdict `before`? Whoever `signs` says yes to what is admitted."""
        if before.policy_digest == self._digest:
            return True
        today = self._judged(before)
        if (
            today.policy != before.policy
        ):  # made with others beside those of the settings; see reviewing/standing_today.py
            return today.outcome <= before.outcome and set(today.questions) <= set(before.questions)
        free = today.outcome is Outcome.ADMIT and not today.questions
        return rests_on(today) == rests_on(before) or (signs and free)

    def _judged(self, before: VerdictGiven) -> VerdictGiven:
        about = before.report + before.verdict, self._digest, datetime.now(UTC).date().isoformat()
        today = _JUDGED.get(about)
        if today is None:
            report = verdict_of(before, self._record.document).report
            today, _ = given(judged(report, self._policies, self._settings), reference=before.reference)
            _JUDGED.put(about, today)
        return today
