"""What was judged again, as JSON."""

from __future__ import annotations

from typing import Any

from hilt.core.rechecked import Rechecked
from hilt.core.wire import encode_text


def rechecked_data(told: Rechecked) -> dict[str, Any]:
    return {
        "subject": f"sha256:{told.subject}",
        "reference": encode_text(told.reference),
        "before": told.before.word,
        "now": told.now.word,
        "outcome": told.outcome.word,
        "unread": encode_text(told.unread),
        "entry": told.place if told.place >= 0 else None,
        "lapsed": [encode_text(use) for use in told.lapsed],
        "revived": [encode_text(use) for use in told.revived],
        "changes": [{name: encode_text(text) for name, text in one._asdict().items()} for one in told.changes],
    }
