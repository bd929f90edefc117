from __future__ import annotations

from expressions import SCHEMA
from policies import policy

from hilt.policy.describe import describe


def test_a_policy_is_told_rule_by_rule() -> None:
    told = policy(
        "flag:\n"
        "  when: env.stage == 'production'\n"
        "  require: '!a.flag && findings.all(f, f.severity < HIGH)'\n"
        "  else: {staging: review, production: block}\n"
        "  say: Ask for another one.\n"
        "  maps_to: [CWE-502]\n"
        "loose: {require: a.count > 1, else: review, unsafe_unknown: admit}",
        head="applies_to: {stage: [staging, production]}",
    )
    assert describe(told, SCHEMA) == (
        """\
acme, version 1, for stage staging or production

flag
  when    env.stage == "production"
  needs   !a.flag && findings.all(f, f.severity < HIGH)
  else    review in staging, block in production
  unknown review
  says    Ask for another one.
  maps to CWE-502
  reads   a.flag: a yes or no
  reads   findings: everything that the checks saw and no waiver takes out
  reads   env.stage: where it is to run, such as staging or production; from the settings

loose
  needs   a.count > 1
  else    review
  unknown admit (unsafe: what nobody knows passes)
  reads   a.count: a whole number"""
    )
