"""A changed policy, tried on what is recorded before it counts."""

from __future__ import annotations

import pytest

from hilt.core.errors import PolicyInvalid, UsageError
from hilt.core.verdict import Outcome
from hilt.gate.overview.policies_in_force import policies_in_force
from hilt.gate.overview.policy_trial import ALL, BESIDE, try_policy
from office import KNOWN_ROAD, POLICY, STRICTER, Office

LOOSER = POLICY.replace("else: block", "else: review, by: security", 1)


@pytest.fixture
def judged(office: Office) -> Office:
    for name, weights in {"lid": b"", "odd": b"\x80\x02cacme.layers\nRebuild\n)R.", "bad": KNOWN_ROAD}.items():
        office.run("check", office.model(name, weights, licence="MIT\n"), "--record")
    return office


def test_what_would_change_is_counted_named_and_told_by_rule(judged: Office) -> None:
    entries = judged.entries()
    told = try_policy(LOOSER, "0", judged.settings)
    assert (told.name, told.judged, told.changed) == ("acme", 3, 1)
    assert told.moves[0] == (Outcome.BLOCK, Outcome.REVIEW, 1)
    (turned,) = told.turned
    assert (turned.model.reference.rpartition("/")[2], turned.before, turned.now) == (
        "bad",
        Outcome.BLOCK,
        Outcome.REVIEW,
    )
    assert judged.entries() == entries


def test_a_stricter_rule_names_the_models_that_it_stops(judged: Office) -> None:
    told = try_policy(
        STRICTER.replace("else: review, by: security, ask: What runs?", "else: block"), "0", judged.settings
    )
    rule = next(one for one in told.rules if one.rule == "no-code-on-load")
    assert (rule.before, rule.now) == (0, len(rule.examples))
    assert rule.now > 0
    assert all("no-code-on-load" in one.rules for one in told.turned)


def test_it_may_stand_beside_those_in_force_or_in_the_place_of_all(judged: Office) -> None:
    nothing = "policy: calm\nversion: 1\nrules:\n  size-is-known: {require: size(findings) < 1000, else: block}\n"
    assert try_policy(nothing, BESIDE, judged.settings).changed == 0
    assert all(now is Outcome.ADMIT for _, now, _ in try_policy(nothing, ALL, judged.settings).moves)
    with pytest.raises(UsageError, match="in the place of which"):
        try_policy(nothing, "7", judged.settings)


def test_what_is_wrong_is_told_with_its_line_and_key(judged: Office) -> None:
    with pytest.raises(PolicyInvalid, match=r"rules\.no-known-attack\.else: line 6: "):
        try_policy(POLICY.replace("else: block", "else: blokc", 1), "0", judged.settings)


def test_what_is_in_force_has_the_digest_that_verdicts_name_and_tells_where_it_stands(judged: Office) -> None:
    told = policies_in_force(judged.settings)
    verdict = judged.told("status", f"{judged.folder}/lid")["verdict"]
    assert told.digest == verdict["policy_digest"]
    (policy,) = told.policies
    assert (policy.name, policy.file, policy.pack, policy.exceptions) == ("acme", "acme.yaml", False, "risk-officer")
    rule = policy.rules[1]
    assert (rule.name, rule.by, rule.asks) == ("calls-are-known", "security", "What does the code do that it calls?")
    assert "require:" in policy.text.splitlines()[rule.line - 1]
