from __future__ import annotations

import pytest
from expressions import SCHEMA
from policies import NOW, policy

from hilt.core.errors import PolicyInvalid
from hilt.policy.testing import Result, read_cases, run

POLICY = policy(
    "flag: {require: '!a.flag', else: {staging: review, production: block}}\n"
    "known: {require: 'a.count < 3 && a.deep.score <= 1 && \"x\" in a.tags', else: review}\n"
    "clean: {require: '!findings.exists(f, f.severity >= HIGH && f.confidence >= HIGH)', else: block}\n"
    "read: {require: coverage.complete, else: review}\n"
    "fits: {require: 'terms.all(t, t.holds)', else: block}\n"
    'met: {require: \'obligations.all(o, o.state == "done" || o.state == "not due")\', else: review}\n'
    "unwaived: {require: '!waived.exists(f, f.severity >= CRITICAL)', else: review}"
)
FACTS = "facts: {a.flag: false, a.count: 1, a.deep.score: 0.5, a.tags: [x]}"


def results(cases: str) -> list[Result]:
    return list(run(read_cases(cases.encode(), [POLICY], SCHEMA, file="t.yaml"), [POLICY], now=NOW, schema=SCHEMA))


def test_cases_that_hold_pass() -> None:
    assert all(
        result.passed
        for result in results(
            f"""
cases:
  quiet: {{{FACTS}, expect: admit}}
  nothing known: {{expect: review, rules: {{flag: review, known: review, clean: admit}}}}
  in production:
    facts: {{a.flag: true, a.count: unknown}}
    env: {{stage: production}}
    expect: block
    rules: {{flag: block, known: review}}
  a sure finding:
    {FACTS}
    findings: [{{check: pickle-code, severity: high, path: m.pkl}}]
    expect: block
  a finding that is waived:
    {FACTS}
    waived: [{{check: pickle-code, severity: high, path: m.pkl}}]
    expect: admit
  an attack that is waived:
    {FACTS}
    waived: [{{check: pickle-code, severity: critical, path: m.pkl}}]
    expect: review
    rules: {{clean: admit, unwaived: review}}
  terms and obligations of another organisation:
    {FACTS}
    profile: {{territories: DE, users: 5, revenue: unknown, modification_flop: 1e21}}
    terms:
      - {{licence: l, id: users, needs: profile.users < 9 && "EU" in profile.territories}}
      - {{licence: l, id: use-policy, met: read}}
    obligations: [{{licence: l, id: notice, when: profile.users > 9}}, {{licence: l, id: display, of: base, met: there}}]
    expect: admit
  a term that fails:
    {FACTS}
    profile: {{users: 50}}
    terms: [{{licence: l, id: users, needs: profile.users < 9}}]
    expect: block
  a term that is met for one work and fails for another:
    {FACTS}
    profile: {{users: 50}}
    terms: [{{licence: l, id: users, needs: profile.users < 9, met: agreed}}, {{licence: l, id: users, of: base, needs: profile.users < 9}}]
    expect: block
  an organisation that nobody knows:
    {FACTS}
    terms: [{{licence: l, id: users, needs: profile.users < 9}}]
    obligations: [{{licence: l, id: notice, when: profile.users > 9}}]
    expect: review
    rules: {{fits: review, met: review}}
  a guess:
    {FACTS}
    findings: [{{check: pickle-code, severity: HIGH, confidence: low}}]
    expect: admit
  unread:
    {FACTS}
    coverage: {{failed: [{{path: m.pkl, why: torn}}]}}
    expect: review
    rules: {{read: review}}
"""
        )
    )


def test_a_case_that_does_not_hold_says_what_came_out_and_why() -> None:
    (result,) = results(
        "cases: {a: {facts: {a.flag: true}, env: {stage: staging}, expect: admit, rules: {flag: block}}}"
    )
    assert not result.passed
    assert result.differences == (
        "admit was expected, the verdict is review",
        "flag: block was expected, it says review: a.flag is true, rule needs false",
    )


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ("cases: {}", "t.yaml: cases: line 1: a test has at least one case"),
        ("cases: {a: {}}", "t.yaml: cases.a: line 1: the key expect is missing"),
        ("cases: {a: {expect: amdit}}", "cases.a.expect: line 1: 'amdit' is none of admit, review, block; did you mean admit?"),
        ("cases: {a: {expect: admit, rules: {flga: block}}}", "cases.a.rules.flga: line 1: unknown key; did you mean flag?"),
        ("cases: {a: {expect: admit, facts: {a.falg: true}}}", "cases.a.facts.a.falg: line 1: unknown key; did you mean a.flag?"),
        ("cases: {a: {expect: admit, facts: {a.flag: yes}}}", "cases.a.facts.a.flag: line 1: 'yes' is not true or false"),
        ("cases: {a: {expect: admit, facts: {a.count: 1.5}}}", "'1.5' is not a whole number"),
        ("cases: {a: {expect: admit, facts: {a.deep.score: x}}}", "'x' is not a number"),
        ("cases: {a: {expect: admit, profile: {user: 3}}}", "cases.a.profile.user: line 1: unknown key; did you mean users?"),
        ("cases: {a: {expect: admit, profile: {users: x}}}", "cases.a.profile.users: line 1: 'x' is not a whole number"),
        ("cases: {a: {expect: admit, profile: {territories: [UK]}}}", "cases.a.profile.territories: line 1: 'UK' is no code of a territory"),
        ("cases: {a: {expect: admit, terms: [{licence: l}]}}", "cases.a.terms[0]: line 1: the key id is missing"),
        ("cases: {a: {expect: admit, terms: [{licence: l, id: x, met: false}]}}", "cases.a.terms[0].met: line 1: say how it is met, and not false"),
        ("cases: {a: {expect: admit, obligations: [{licence: l, id: x, met: [y]}]}}", "cases.a.obligations[0].met: line 1: a text is needed"),
        ("cases: {a: {expect: admit, obligations: [{licence: l, id: x, needs: 'true'}]}}", "cases.a.obligations[0].needs: line 1: unknown key"),
        ("cases: {a: {expect: admit, env: {stag: x}}}", "did you mean stage?"),
        ("cases: {a: {expect: admit, waived: [{check: x}]}}", "cases.a.waived[0]: line 1: the key severity is missing"),
        ("cases: {a: {expect: admit, findings: {}}}", "cases.a.findings: line 1: a list is needed here"),
        ("cases: {a: {expect: admit, findings: [{severity: high}]}}", "cases.a.findings[0]: line 1: the key check is missing"),
        ("cases: {a: {expect: admit, findings: [{check: x, severity: hi}]}}", "cases.a.findings[0].severity: line 1: 'hi' is none of"),
        ("cases: {a: {expect: admit, findings: [{check: x, severity: low, confidence: critical}]}}", "confidence is low, medium or high"),
    ],
)  # fmt: skip
def test_a_test_that_is_wrong_is_refused(cases: str, words: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        results(cases)
    assert words in str(caught.value)
