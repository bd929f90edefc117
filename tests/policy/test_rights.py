from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from expressions import SCHEMA
from hypothesis import given
from hypothesis import strategies as st
from policies import NOW, policy, report

from hanging import no_hanging
from hilt.core.fact import Known
from hilt.core.profile import NO_PROFILE, Profile, Settled
from hilt.core.rights import DutyState, Obligation, Term
from hilt.core.territories import with_unions
from hilt.core.verdict import Outcome, Verdict
from hilt.policy.engine import digest, judge
from hilt.policy.kinds import PROFILE
from hilt.policy.rights import MAX_CONDITION, Organisation, duties, held

TODAY = NOW.date()
ACME = Profile(given=True, territories=with_unions(["DE"]), users=5, commercial=True, distributes=False)
CONDITIONS = [
    "profile.users <= 700000000",
    "!profile.commercial",
    "profile.research_only",
    "!profile.hosts_models || profile.revenue <= 20000000",
    '!("EU" in profile.territories)',
    "profile.revenue <= 20000000 || profile.monthly_revenue <= 20000000",
    "profile.territories.all(t, t in ['DE', 'EU', 'EEA'])",
    "size(profile.territories) == 3 && profile.modification_flop < 1e23",
    "profile.distributes && (profile.modifies || profile.trains_on_outputs)",
    "profile.developer == profile.commercial",
    "profile.territories[0].startsWith('D')",
]


def term(needs: str, licence: str = "acme-1.0", of: str = "") -> Term:
    return Term(licence=licence, id="users", says="s", needs=needs, source="LICENSE", known=Known.CLAIMED, of=of)


def obligation(when: str = "", *, done: bool | None = None, where: str = "") -> Obligation:
    return Obligation(
        licence="acme-1.0", id="notice", says="carry it", who="you", source="f", known=Known.CLAIMED, when=when, done=done, where=where
    )  # fmt: skip


def holds(needs: str, profile: Profile = ACME, *settled: Settled) -> tuple[bool | None, str]:
    (one,) = held([term(needs)], Organisation(profile, settled, TODAY), reference="hf:acme/m")
    return one.holds, one.why


def state(one: Obligation, profile: Profile = ACME, *settled: Settled) -> tuple[DutyState, str]:
    (duty,) = duties([one], Organisation(profile, settled, TODAY), reference="hf:acme/m")
    return duty.state, duty.why


@pytest.mark.parametrize(
    ("needs", "said", "why"),
    [
        ("profile.users <= 700", True, "profile.users is 5"),
        ("profile.users <= 4", False, "profile.users is 5, the licence needs <= 4"),
        ("profile.revenue <= 4", None, "profile.revenue is unknown: tell it in your settings"),
        ("!profile.commercial", False, "profile.commercial is true, the licence needs false"),
        ("!profile.hosts_models || profile.users < 9", True, "profile.users is 5"),
        ("profile.research_only && profile.users > 9", False, "profile.users is 5, the licence needs > 9"),
        (
            '!("EU" in profile.territories)',
            False,
            'profile.territories is ["DE", "EEA", "EU"], the licence needs "EU" not in it',
        ),
        (
            "profile.revenue < 3 || profile.modifies",
            None,
            "profile.revenue is unknown; profile.modifies is unknown: tell it in your settings",
        ),
        ("", None, "no profile tells it: read the licence, and say under `obligations` in your settings how it is met"),
    ],
)
def test_a_term_holds_fails_or_cannot_be_told_and_says_why(needs: str, said: bool | None, why: str) -> None:
    assert holds(needs) == (said, why)


@pytest.mark.parametrize(
    "needs",
    [
        "profile.users <=",
        "users < 5",
        "findings.exists(f, true)",
        "!inspect.code_on_load",
        "env.stage == 'x'",
        "terms.all(t, t.holds)",
        "true",
        "1 == 1",
        "!profile.commercial || true",
        "profile.given",
        "!profile.given",
        "profile.usres < 5",
        "has(profile.users)",
        "!has(profile.revenue)",
        "profile.users",
        "profile.territories.exists(t, t.matches('D.'))",
        "profile.territories.exists(t, t.matches('" + "(a{100}){19}" * 40 + "'))",
        "profile.users < 5 " + "|| profile.users < 5 " * 100_000,
        "(" * 500 + "profile.commercial" + ")" * 500,
        "!" * 900 + "profile.commercial",
        "[" * 400,
        "profile.territories[" * 40 + "0" + "]" * 40 + " == 'x'",
        "\ud800",
        "\0",
        "1" * 999,
    ],
)
def test_what_is_no_condition_on_a_profile_is_unknown(needs: str) -> None:
    for profile in (NO_PROFILE, ACME):
        assert holds(needs, profile)[0] is None
        assert "none that hilt understands" in holds(needs, profile)[1]
        assert state(obligation(needs), profile)[0] is DutyState.UNKNOWN


def test_thousands_of_hostile_conditions_take_no_time() -> None:
    nasty = [
        "profile.users < 5 || " * 45
        + f"profile.users < {number} || profile.territories.exists(t, t.contains('{number}'))"
        for number in range(500)
    ] + ["x" * 2_000_000] * 500
    with no_hanging():
        said = held([term(one[: MAX_CONDITION * 3]) for one in nasty], Organisation(ACME, (), TODAY))
    assert len(said) == 1000


@pytest.mark.parametrize(
    ("one", "said", "why"),
    [
        (obligation(), DutyState.DUE, "asked of everyone who uses it"),
        (obligation("profile.commercial"), DutyState.DUE, "profile.commercial is true"),
        (obligation("profile.distributes"), DutyState.NOT_DUE, "profile.distributes is false"),
        (
            obligation("profile.hosts_models"),
            DutyState.UNKNOWN,
            "profile.hosts_models is unknown: tell it in your settings",
        ),
        (obligation("profile.hosts_models", done=True, where="NOTICE"), DutyState.DONE, "done in NOTICE"),
        (obligation("profile.commercial", done=False), DutyState.DUE, "profile.commercial is true"),
        (obligation("profile.distributes", done=False), DutyState.NOT_DUE, "profile.distributes is false"),
    ],
)
def test_an_obligation_is_done_due_not_due_or_unknown(one: Obligation, said: DutyState, why: str) -> None:
    assert state(one) == (said, why)


MET = Settled(licence="acme-1.0", id="notice", done="in every box")


@pytest.mark.parametrize(
    ("settled", "said", "why"),
    [
        (MET, DutyState.DONE, "your settings: in every box"),
        (MET._replace(until=TODAY), DutyState.DONE, "your settings: in every box"),
        (MET._replace(of="hf:acme/m"), DutyState.DONE, "your settings: in every box"),
        (MET._replace(of="hf:acme/other"), DutyState.DUE, "asked of everyone who uses it"),
        (MET._replace(id="display"), DutyState.DUE, "asked of everyone who uses it"),
        (MET._replace(licence="acme-2.0"), DutyState.DUE, "asked of everyone who uses it"),
        (
            MET._replace(until=date(2026, 11, 20)),
            DutyState.DUE,
            "asked of everyone who uses it; your settings said until 2026-11-20: in every box",
        ),
    ],
)
def test_settings_say_what_is_done_of_which_licence_and_until_when(settled: Settled, said: DutyState, why: str) -> None:
    assert state(obligation(), ACME, settled) == (said, why)


def test_of_two_entries_the_one_that_still_counts_counts() -> None:
    over = MET._replace(until=date(2026, 1, 1), done="once")
    assert state(obligation(), ACME, over, MET._replace(of="hf:acme/m"))[0] is DutyState.DONE


def test_settings_can_say_that_a_term_is_met_otherwise() -> None:
    agreed = Settled(licence="acme-1.0", id="users", done="agreement of 2026-03-01")
    assert holds("profile.users <= 4", ACME, agreed) == (True, "your settings: agreement of 2026-03-01")
    over = agreed._replace(until=date(2026, 3, 1))
    assert holds("profile.users <= 4", ACME, over)[0] is False
    assert holds("profile.revenue <= 4", ACME, over)[0] is None


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "territories": st.lists(st.sampled_from(["DE", "US", "CH", "CN"]), min_size=1, max_size=3).map(with_unions),
    "users": st.sampled_from([0, 5, 10**9]),
    "revenue": st.sampled_from([0, 20_000_000, 20_000_001]),
    "monthly_revenue": st.sampled_from([0, 20_000_001]),
    "modification_flop": st.sampled_from([0.0, 1e23, 1e26]),
} | {
    name: st.booleans()
    for name in ("commercial", "hosts_models", "distributes", "modifies", "trains_on_outputs", "research_only", "developer")
}  # fmt: skip


@st.composite
def profiles(draw: st.DrawFn) -> tuple[Profile, Profile]:
    """A profile in full, and one that tells a part of it, perhaps nothing."""
    full = Profile(given=True, **{name: draw(values) for name, values in FIELDS.items()})
    hidden = draw(st.sets(st.sampled_from(sorted(FIELDS))))
    part = full._replace(**dict.fromkeys(hidden))
    return full, (NO_PROFILE if len(hidden) == len(FIELDS) else part)


@st.composite
def conditions(draw: st.DrawFn) -> str:
    left, right = draw(st.sampled_from(CONDITIONS)), draw(st.sampled_from(CONDITIONS))
    shape = draw(st.sampled_from(["{0}", "!({0})", "({0}) && ({1})", "({0}) || !({1})", "!(({0}) || ({1}))"]))
    return shape.format(left, right)


def test_the_fields_are_all_of_a_profile() -> None:
    assert {*FIELDS, "given"} == set(Profile._fields) == set(PROFILE.fields)


@given(profiles(), conditions())
def test_telling_more_never_changes_an_answer_that_was_known(both: tuple[Profile, Profile], needs: str) -> None:
    full, part = both
    before, after = holds(needs, part)[0], holds(needs, full)[0]
    assert after is not None
    assert before in (None, after)
    then, now = state(obligation(needs), part)[0], state(obligation(needs), full)[0]
    assert then in (DutyState.UNKNOWN, now)


@given(conditions(), st.booleans())
def test_what_nobody_tells_holds_no_term(needs: str, given_at_all: bool) -> None:
    assert holds(needs, Profile(given=given_at_all))[0] is None


FITS = policy("fits: {require: 'terms.all(t, t.holds)', else: block}")
MEETS = policy('meets: {require: \'obligations.all(o, o.state == "done" || o.state == "not due")\', else: review}')


def judged(*needs: str, profile: Profile = ACME, settled: tuple[Settled, ...] = ()) -> Verdict:
    asked = replace(
        report(),
        terms=tuple(term(one, licence=f"l{number}") for number, one in enumerate(needs)),
        obligations=(obligation("profile.modifies"), obligation("profile.commercial")),
    )
    return judge(asked, [FITS, MEETS], env={}, now=NOW, schema=SCHEMA, profile=profile, settled=settled)


def test_a_verdict_tells_which_term_fails_by_which_figure_and_what_would_change_it() -> None:
    verdict = judged("profile.users <= 9", "profile.users <= 4")
    (fits, meets) = verdict.reasons
    assert fits.outcome is Outcome.BLOCK
    assert fits.why == ("1 of 2 in terms: l1, users (profile.users is 5, the licence needs <= 4)",)
    assert fits.change == (
        "It passes once profile.users <= 4 or your settings say under `obligations` how l1, users is met."
    )
    assert meets.why == (
        (
            "2 of 2 in obligations: acme-1.0, notice: unknown (profile.modifies is unknown: tell it in your settings), "
            "acme-1.0, notice: due (profile.commercial is true)"
        ),
    )
    assert meets.change == (
        "It passes once profile.modifies is known and your settings say under `obligations` how acme-1.0, notice is met."
    )
    assert [one.holds for one in verdict.terms] == [True, False]
    assert [duty.state for duty in verdict.duties] == [DutyState.UNKNOWN, DutyState.DUE]


def test_a_term_that_cannot_be_told_names_what_is_missing() -> None:
    (fits, _) = judged("profile.users <= 9", "profile.revenue <= 4 && profile.users < 7").reasons
    assert (fits.outcome, fits.unknown) == (Outcome.REVIEW, True)
    assert fits.why == (
        "1 of 2 in terms cannot be told: l1, users (profile.revenue is unknown: tell it in your settings)",
    )
    assert fits.change == "It passes once profile.revenue is known."


def test_the_digest_covers_the_organisation_and_what_it_has_done() -> None:
    said = {
        digest([FITS], {}, (), profile, settled)
        for profile in (NO_PROFILE, Profile(given=True), ACME, ACME._replace(users=6))
        for settled in ((), (MET,), (MET._replace(done="elsewhere"),), (MET._replace(until=TODAY),))
    }
    assert len(said) == 16
    other = Settled(licence="x", id="y", done="z")
    assert digest([FITS], {}, (), ACME, (MET, other)) == digest([FITS], {}, (), ACME, (other, MET))
    assert judged(profile=ACME).policy_digest != judged(profile=NO_PROFILE).policy_digest


def test_a_licence_of_any_length_is_named_in_a_line() -> None:
    asked = replace(report(), terms=(term("profile.users <= 4", licence="x" * 1_000_000, of="y" * 1_000_000),) * 3)
    (reason,) = judge(asked, [FITS], env={}, now=NOW, schema=SCHEMA, profile=ACME).reasons
    assert len(reason.why[0]) < 1000
    assert len(reason.change) < 1000


def test_of_many_terms_a_few_are_told() -> None:
    (fits, _) = judged(*(f"profile.users <= {number % 5}" for number in range(1000))).reasons
    assert fits.why[0].startswith("1000 of 1000 in terms: l0, users (")
    assert fits.why[0].endswith(" and 995 more")
    assert fits.change.endswith(" and more.")
