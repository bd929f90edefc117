"""What a bundle says, as JSON."""

from __future__ import annotations

from typing import Any

from hilt.core.bundled import Bundled
from hilt.core.wire import encode_text
from hilt.output.record_json import history_data, standing_data


def bundle_data(told: Bundled) -> dict[str, Any]:
    (history,) = history_data([told.history])
    return {
        "log": encode_text(told.log),
        "trusted": told.trusted,
        "use": encode_text(told.use),
        "size": told.size,
        "at": told.at,
        "until": told.until,
        "seen": [{"witness": encode_text(name), "at": at} for name, at in told.seen],
        "words": told.words,
        **history,
        "standings": [standing_data(one) for one in told.standings],
        "recorded": told.entry if told.entry >= 0 else None,
    }
