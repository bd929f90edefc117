from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid
from hilt.core.profile import NO_PROFILE, Profile, Settled
from hilt.core.territories import EEA, EU, NAMES, with_unions
from hilt.gate.settings import Settings, read_settings

ALL = """
profile:
  territories: [DE, CH]
  users: 2000000
  revenue: 30_000_000
  monthly_revenue: 3000000
  commercial: true
  hosts_models: false
  distributes: true
  modifies: true
  trains_on_outputs: false
  research_only: false
  developer: false
  modification_flop: 1e21
"""
DONE = "{licence: apache-2.0, id: licence-copy, done: in NOTICE of every product}"


def settings(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_a_profile_is_read_in_full(tmp_path: Path) -> None:
    assert settings(tmp_path, ALL).profile == Profile(
        given=True,
        territories=("CH", "DE", "EEA", "EU"),
        users=2_000_000,
        revenue=30_000_000,
        monthly_revenue=3_000_000,
        commercial=True,
        hosts_models=False,
        distributes=True,
        modifies=True,
        trains_on_outputs=False,
        research_only=False,
        developer=False,
        modification_flop=1e21,
    )


def test_what_a_profile_leaves_out_stays_unknown(tmp_path: Path) -> None:
    assert settings(tmp_path, "").profile == NO_PROFILE
    assert settings(tmp_path, "profile: {}").profile == Profile(given=True)
    assert settings(tmp_path, "profile: {users: 5, revenue: }").profile == Profile(given=True, users=5)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("DE", ("DE", "EEA", "EU")),
        ("[FR, DE, FR]", ("DE", "EEA", "EU", "FR")),
        ("['NO']", ("EEA", "NO")),
        ("EU", ("EEA", "EU")),
        ("[GB, CH]", ("CH", "GB")),
    ],
)
def test_members_bring_their_unions(tmp_path: Path, written: str, read: tuple[str, ...]) -> None:
    assert settings(tmp_path, f"profile: {{territories: {written}}}").profile.territories == read


def test_the_unions_are_made_of_territories() -> None:
    assert (len(EU), len(EEA)) == (27, 30)
    assert NAMES.keys() >= EEA
    assert with_unions(NAMES) == tuple(sorted(NAMES))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("profile: DE", "profile: a table of keys is needed here, not 'DE'"),
        ("profile: {user: 5}", "profile.user: unknown key; did you mean users?"),
        ("profile: {given: true}", "profile.given: unknown key; known are territories, users"),
        ("profile: {users: many}", "profile.users: a whole number from 0, such as 20000000, is needed here, not 'many'"),
        ("profile: {users: true}", "profile.users: a whole number from 0"),
        ("profile: {users: -1}", "profile.users: a whole number from 0"),
        ("profile: {revenue: 1.5}", "profile.revenue: a whole number from 0"),
        ("profile: {commercial: 1}", "profile.commercial: true or false is needed here, not 1"),
        ("profile: {modification_flop: lots}", "profile.modification_flop: a number from 0, such as 1e23, is needed"),
        ("profile: {modification_flop: .inf}", "profile.modification_flop: a number from 0"),
        ("profile: {territories: UK}", "profile.territories: 'UK' is no code of a territory (ISO 3166-1, two letters); did you mean GB (United Kingdom)?"),
        ("profile: {territories: [de]}", "did you mean DE (Germany)?"),
        ("profile: {territories: [Germny]}", "did you mean DE (Germany)?"),
        ("profile: {territories: QQ}", "'QQ' is no code of a territory"),
        ("profile: {territories: [NO, SE]}", "YAML reads NO without quotation marks as false; write 'NO' for Norway"),
        ("profile: {territories: []}", "profile.territories: a code such as DE, or a list of them, is needed here"),
        ("profile: {territories: {DE: true}}", "profile.territories: a code such as DE, or a list of them, is needed here"),
        ("obligations: x", "obligations: a list of what is done is needed here, not 'x'"),
        ("obligations: [{licence: mit, id: licence-copy}]", "obligations[0]: the key done is missing; say where and how it is done"),
        ("obligations: [{licence: apache-2, id: licence-copy, done: x}]", "obligations[0].licence: there is no licence 'apache-2'; did you mean apache-2.0?"),
        ("obligations: [{licence: apache-2.0, id: licence-copi, done: x}]", "obligations[0].id: there is no term or obligation 'licence-copi'; did you mean licence-copy?"),
        ("obligations: [{licence: apache-2.0, id: licence-copy, done: true}]", "obligations[0].done: a text is needed here, not True"),
        ("obligations: [{licence: apache-2.0, id: licence-copy, done: x, until: soon}]", "obligations[0].until: a day such as 2027-01-31 is needed here, not soon"),
        ("obligations: [{licence: apache-2.0, id: licence-copy, done: x, unitl: 2027-01-31}]", "obligations[0].unitl: unknown key; did you mean until?"),
        (f"obligations: [{DONE}, {DONE}]", "obligations[1]: obligations[0] names this licence, id and work already; keep one of them"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_key_path(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        settings(tmp_path, text)
    assert words in str(caught.value)


def test_what_is_done_is_read(tmp_path: Path) -> None:
    dated = "{licence: LICENSE, id: commercial, of: 'hf:acme/model', done: our contract, until: 2027-01-31}"
    assert settings(tmp_path, f"obligations: [{DONE}, {dated}]").settled == (
        Settled(licence="apache-2.0", id="licence-copy", done="in NOTICE of every product"),
        Settled(licence="LICENSE", id="commercial", done="our contract", of="hf:acme/model", until=date(2027, 1, 31)),
    )


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "profile.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml settings\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    given = settings(tmp_path, example)
    assert None not in given.profile
    assert len(given.settled) == 3


def test_an_unknown_text_is_settled_for_one_work_only(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="there is no licence 'LICENSE'"):
        settings(tmp_path, "obligations: [{licence: LICENSE, id: commercial, done: our contract}]")
