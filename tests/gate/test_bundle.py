"""Bundles between two sites: what the one decided counts at the other, and nothing that somebody did to the file on its way."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from hilt.core.errors import NotAllowed, ProofInvalid, RecordBehind, UsageError
from hilt.core.events import DecisionMade
from hilt.core.verdict import Outcome
from hilt.gate import bundle, log
from hilt.gate.record import opened
from office import POLICY, USE, Office

LENIENT = """
policy: acme
version: 1
rules:
  no-known-attack: {require: "!findings.exists(f, f.severity >= HIGH)", else: block}
"""


class Sites(NamedTuple):
    """Where models are decided about, and where they run."""

    home: Office
    away: Office
    file: Path

    @property
    def model(self) -> Path:
        return self.home.folder / "acme-lid"

    def carry(self, *options: object) -> Path:
        """A bundle about the model, brought along."""
        done = self.home.run("bundle", "write", self.model, "-o", self.file, *options)
        assert done.code == 0, done.err
        return self.file

    def take(self, by: str = "Ada") -> bundle.Bundled:
        return bundle.take(self.file, key=self.away.key(by), settings=self.away.settings)

    def outcome(self) -> Outcome:
        """How the model stands at the other site."""
        return Outcome(self.away.run("status", self.model, "--use", USE).code // 10)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two offices, of which one trusts the log of the other; each test has a copy of both."""
    folder = tmp_path_factory.mktemp("sites")
    home, away = Office(folder / "home", LENIENT), Office(folder / "away", LENIENT)
    (key,) = log.keys(home.settings)
    text = away.settings_file.read_text().replace("checks: false}", f'checks: false, trusted_logs: ["{key}"]}}')
    away.settings_file.write_text(text)
    return folder


@pytest.fixture
def sites(founded: Path, tmp_path: Path) -> Sites:
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    home, away = Office(tmp_path / "home", LENIENT), Office(tmp_path / "away", LENIENT)
    made = Sites(home, away, tmp_path / "model.hilt")
    assert home.run("admit", home.model(), "--use", USE, "--why", "cheap", "--until", "2999-01-31", by="Eve").code == 0
    return made


def test_what_was_admitted_at_one_site_is_admitted_at_the_other_once_it_was_imported(sites: Sites) -> None:
    sites.carry()
    assert sites.outcome() is Outcome.REVIEW
    told = bundle.read(sites.file, settings=sites.away.settings)
    assert (told.trusted, told.words, told.entry) == (True, True, -1)
    assert [one.outcome for one in told.standings] == [Outcome.ADMIT]
    assert sites.outcome() is Outcome.REVIEW
    assert sites.take().entry == sites.away.entries() - 1
    assert sites.outcome() is Outcome.ADMIT
    assert sites.away.run("log", "verify").code == 0


def test_it_tells_who_decided_and_what_they_said(sites: Sites) -> None:
    told = bundle.read(sites.carry(), settings=sites.away.settings)
    verdict, decision = told.history.entries
    assert isinstance(decision.event, DecisionMade)
    assert (told.history.names[decision.by], decision.event.why.text) == ("Eve", "cheap")
    assert (verdict.by, told.history.reference) == ("log", str(sites.model))


def test_without_words_it_tells_neither_names_nor_reasons(sites: Sites) -> None:
    told = bundle.read(sites.carry("--without-words"), settings=sites.away.settings)
    assert b"Eve" not in sites.file.read_bytes()
    assert b"cheap" not in sites.file.read_bytes()
    assert not told.words
    assert [one.outcome for one in told.standings] == [Outcome.ADMIT]
    sites.take()
    assert sites.outcome() is Outcome.ADMIT
    assert sites.away.run("log", "verify").code == 0


def test_the_policy_of_today_counts_for_what_was_decided_here_whatever_came_in_a_bundle(sites: Sites) -> None:
    model = sites.away.model()
    assert sites.away.run("admit", model, "--use", USE, "--why", "cheap", by="Eve").code == 0
    sites.carry()
    sites.take()
    assert Outcome(sites.away.run("status", model, "--use", USE).code // 10) is Outcome.ADMIT
    sites.away.policy(POLICY)
    assert Outcome(sites.away.run("status", model, "--use", USE).code // 10) is Outcome.REVIEW


def test_a_withdrawal_at_home_is_one_away_as_soon_as_it_is_brought(sites: Sites) -> None:
    sites.carry()
    sites.take()
    assert sites.home.run("withdraw", sites.model, "--why", "recalled", by="Rita").code == 20
    assert sites.outcome() is Outcome.ADMIT  # nobody there knows yet: the bundle says until when that may be so
    sites.carry()
    sites.take()
    assert sites.outcome() is Outcome.BLOCK


def test_an_older_bundle_than_the_one_that_is_known_is_refused(sites: Sites) -> None:
    old = sites.carry().read_bytes()
    sites.home.run("withdraw", sites.model, "--why", "recalled", by="Rita")
    sites.carry()
    sites.take()
    sites.file.write_bytes(old)
    with pytest.raises(RecordBehind, match="it is older"):
        sites.take()
    assert sites.outcome() is Outcome.BLOCK


def test_the_same_bundle_twice_is_refused_and_one_that_counts_longer_is_taken(sites: Sites) -> None:
    sites.carry("--until", "2998-01-01")
    sites.take()
    with pytest.raises(UsageError, match="imported before"):
        sites.take()
    sites.carry("--until", "2998-01-02")
    assert sites.take().until == "2998-01-02"


def test_two_histories_of_one_log_are_seen(sites: Sites) -> None:
    """Whoever keeps the log shows one site another history than the other."""
    kept, database = (sites.home.folder / "settings" / name for name in ("kept", "record.db"))
    before = {file: file.read_bytes() for file in (kept, database)}
    sites.home.run("withdraw", sites.model, "--why", "recalled", by="Rita")
    first = sites.carry().read_bytes()
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    for file, data in before.items():
        file.write_bytes(data)
    sites.home.run("refuse", sites.model, "--use", "another", "--why", "no", by="Rita")
    sites.carry()
    sites.take()
    sites.file.write_bytes(first)
    with pytest.raises(ProofInvalid, match="two histories"):
        sites.take()


def test_a_bundle_for_one_use_says_nothing_of_another(sites: Sites) -> None:
    sites.home.run("refuse", sites.model, "--use", "translation", "--why", "no", by="Rita")
    told = bundle.read(sites.carry("--use", USE), settings=sites.away.settings)
    assert [one.use for one in told.standings] == [USE]
    assert b"translation" not in sites.file.read_bytes()
    assert len(bundle.read(sites.carry(), settings=sites.away.settings).standings) == 2


def test_a_log_that_nobody_trusts_counts_for_nothing(sites: Sites) -> None:
    sites.carry()
    (key,) = log.keys(sites.home.settings)
    stranger = Office(sites.home.folder.parent / "third", LENIENT)
    for call in (bundle.read, bundle.take):
        with pytest.raises(ProofInvalid, match="no log is trusted here") as found:
            call(
                sites.file, settings=stranger.settings, **({"key": stranger.key("Ada")} if call == bundle.take else {})
            )
        assert key in str(found.value)
    told = bundle.read(sites.file, log_key=key, settings=stranger.settings)
    assert not told.trusted
    (other,) = log.keys(stranger.settings)
    with pytest.raises(ProofInvalid, match="by a key that is trusted"):
        bundle.read(sites.file, log_key=other, settings=stranger.settings)


def test_it_takes_an_administrator_to_import(sites: Sites) -> None:
    sites.carry()
    with pytest.raises(NotAllowed, match="admin"):
        sites.take(by="Lena")
    assert sites.outcome() is Outcome.REVIEW


def test_what_counts_no_more_is_not_imported(sites: Sites, monkeypatch: pytest.MonkeyPatch) -> None:
    until = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    sites.carry("--until", until)
    monkeypatch.setattr(bundle, "now", lambda _: datetime.now(UTC) + timedelta(days=3))
    with pytest.raises(UsageError, match=f"it counted until {until}"):
        sites.take()


def test_a_log_that_has_a_new_key_is_trusted_by_the_old_one(sites: Sites) -> None:
    log.rotate_key(sites.home.settings)
    sites.home.run("admit", sites.model, "--use", "translation", "--why", "too", by="Eve")
    sites.carry()
    sites.take()
    assert sites.outcome() is Outcome.ADMIT


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data[:5000], lambda _: b"", lambda _: b"{}"])
def test_a_damaged_file_lets_nothing_through(sites: Sites, change: object) -> None:
    assert callable(change)
    sites.file.write_bytes(change(sites.carry().read_bytes()))
    done = sites.away.run("bundle", "read", sites.file, "--import", by="Ada")
    assert (done.code, done.out) == (1, "")
    assert "bundle: " in done.err
    assert sites.outcome() is Outcome.REVIEW


def test_bytes_of_which_nothing_is_recorded_have_no_bundle(sites: Sites) -> None:
    shutil.copytree(sites.model, sites.home.folder / "other")
    (sites.home.folder / "other" / "more.txt").write_text("more")
    done = sites.home.run("bundle", "write", sites.home.folder / "other", "-o", sites.file)
    assert done.code == 2
    assert "no verdict" in done.err
    assert not sites.file.exists()


def test_what_came_in_a_bundle_is_not_passed_on_as_ones_own(sites: Sites) -> None:
    sites.carry()
    sites.take()
    with opened(sites.away.settings) as record:
        (model,) = record.registry.models()
    done = sites.away.run("bundle", "write", f"sha256:{model.subject}", "-o", sites.file.with_name("again"))
    assert done.code == 2
    assert "no verdict of its own" in done.err


def test_the_commands_tell_what_was_written_and_read(sites: Sites) -> None:
    done = sites.home.run("bundle", "write", sites.model, "-o", sites.file)
    assert "model.hilt: " in done.out
    done = sites.away.run("bundle", "read", sites.file)
    assert (done.code, done.err) == (0, "")
    for words in ("whose key is trusted here", "ADMIT for", "Eve", "why: cheap", "It cannot show", "no witness"):
        assert words in done.out
    (key,) = log.keys(sites.home.settings)
    assert "you named to look" in sites.away.run("bundle", "read", sites.file, "--log-key", key).out
    assert sites.away.run("bundle", "read", sites.file, "--log-key", key, "--import", by="Ada").code == 2
    told = sites.away.told("bundle", "read", sites.file, "--import", by="Ada")
    assert (told["trusted"], told["recorded"], told["standings"][0]["outcome"]) == (
        True,
        sites.away.entries() - 1,
        "admit",
    )


def test_who_came_in_a_bundle_is_erased_like_anybody(sites: Sites) -> None:
    sites.carry()
    sites.take()
    with opened(sites.home.settings) as record:
        eve = record.person("Eve").person
    done = sites.away.run("erase-person", eve, "--texts", by="Ada")
    assert done.code == 0, done.err
    told = sites.away.run("history", sites.model).out
    assert "cheap" not in told
    assert "(erased)" in told
    assert sites.outcome() is Outcome.ADMIT
    assert sites.away.run("log", "verify").code == 0
    assert sites.away.run("person", "roles", eve, "--role", "admin", by="Ada").code == 2


def test_erasing_what_an_administrator_said_leaves_what_they_imported(sites: Sites) -> None:
    sites.carry()
    sites.take(by="Ada")
    assert sites.away.run("erase-person", "Ada", "--texts", by="Ada").code == 0
    assert "why: cheap" in sites.away.run("history", sites.model).out
