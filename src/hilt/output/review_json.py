"""Open cases, one case, how deciding goes, and exceptions, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hilt.core.catalogue import Catalogue
from hilt.core.events import DecisionMade
from hilt.core.parts_v1 import encode_finding
from hilt.core.review import Alike, HeldException, HowDecided, LastDecision, OpenCase, Share, ShownCase, Stats
from hilt.core.wire import encode_text
from hilt.output.record_json import recorded_data, standing_data, status_data
from hilt.output.review_words import evidence, recommended


def list_data(cases: Sequence[OpenCase]) -> list[dict[str, Any]]:
    return [_case(one) for one in cases]


def case_data(shown: ShownCase, catalogue: Catalogue, *, recommendation: bool) -> dict[str, Any]:
    found, names = evidence(shown.verdict, catalogue), shown.status.names
    said, changes = recommended(shown.verdict, found)
    return {
        "case": shown.case,
        "open": shown.open is not None,
        "status": status_data(shown.status),
        "request": recorded_data(shown.request, names),
        "before": _before(shown.before, names) if shown.before else None,
        "against": [encode_finding(one) for group in found.against for one in group.findings],
        "more": found.more,
        "failing": [{"rule": encode_text(one.rule), "why": [*map(encode_text, one.why)]} for one in found.failing],
        "unknown": [{"what": encode_text(one.what), "why": encode_text(one.why)} for one in found.unknown],
        "passed": found.passed,
        "alike": [_alike(one, names) for one in shown.alike],
        "recommendation": {"says": said, "changes": [*map(encode_text, changes)]} if recommendation else None,
        "signs": signs_data(shown.signed),
        "opened": shown.opened,
    }


def signs_data(signed: DecisionMade) -> dict[str, Any]:
    """What a yes signs, but for the words."""
    return {
        "subject": signed.subject,
        "use": encode_text(signed.use),
        "policy_digest": signed.policy_digest,
        "evidence": signed.evidence,
        "case": signed.case,
        "exception": signed.exception,
    }


def stats_data(stats: Stats) -> dict[str, Any]:
    return {
        "since": stats.since,
        "total": _deciding(stats.total),
        "groups": [{"name": encode_text(one.name), **_deciding(one)} for one in stats.groups],
        "alike": _share(stats.alike),
        "open": {"cases": stats.waiting, "seconds": stats.queue._asdict()},
        "expired_exceptions": stats.expired,
    }


def exceptions_data(exceptions: Sequence[HeldException]) -> list[dict[str, Any]]:
    return [
        {
            "reference": encode_text(one.reference),
            "subject": f"sha256:{one.standing.subject}",
            "ends": one.until,
            "days_left": one.left,
            "standing": standing_data(one.standing),
            "decision": recorded_data(one.decision, one.names),
        }
        for one in exceptions
    ]


def _case(one: OpenCase) -> dict[str, Any]:
    told = {"case": one.case, "since": one.since, "waited_seconds": one.waited, "weight": one.weight}
    return told | {"request": recorded_data(one.request, one.status.names), "status": status_data(one.status)}


def _before(before: LastDecision, names: Mapping[str, str]) -> dict[str, Any]:
    changes = before.changes
    return {
        "decision": recorded_data(before.decision, names),
        "subject": f"sha256:{before.subject}",
        "changes": None
        if changes is None
        else [{k: encode_text(v) for k, v in one._asdict().items()} for one in changes],
    }


def _alike(one: Alike, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "case": one.case,
        "reference": encode_text(one.reference),
        "use": encode_text(one.use),
        "rules": [*map(encode_text, one.rules)],
        "decision": recorded_data(one.decision, names),
        "undone": recorded_data(one.undone, names) if one.undone else None,
    }


def _deciding(one: HowDecided) -> dict[str, Any]:
    shares = ("yes", "unopened", "quick", "looser", "stricter", "reversed")
    told: dict[str, Any] = {"decisions": one.decisions} | {name: _share(getattr(one, name)) for name in shares}
    return told | {"waited": one.waited._asdict(), "looked": one.looked._asdict(), "alarms": list(one.alarms)}


def _share(share: Share) -> dict[str, Any]:
    return share._asdict()
