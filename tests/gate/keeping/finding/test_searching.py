from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hilt.core.library import Found, KeptRevision, Sought
from hilt.core.verdict import Outcome
from hilt.gate import hold, withdraw
from hilt.gate.keeping.finding import searching
from hilt.gate.keeping.finding.searching import Searches
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.reader import Reader
from hilt.gate.record import keeping_open
from hilt.record.blobs.revisions import Revisions
from library_office import shop
from office import POLICY, USE, Office
from shelves import judge, shelve

CHAT = {"pipeline_tag": "text-generation", "tags": ["safetensors", "license:mit", "en"], "downloads": 7, "likes": 30}
TELL = {"pipeline_tag": "text-classification", "tags": ["safetensors"], "downloads": 900, "likes": 2}


@pytest.fixture
def shelved(office: Office) -> Office:
    """Three models and a data set, judged in this order."""
    shelve(office, "acme/Chat-8B", told=CHAT, size=16_000, facts={"rights.licences": ("mit",), "fit.reserved": 20_000})
    shelve(office, "acme/tell", told=TELL, outcome=Outcome.BLOCK, facts={"openness.class": 1, "fit.reserved": 900})
    shelve(office, "other/chat-lid", told={**TELL, "lastModified": "2026-03-01T00:00:00.000Z"}, outcome=Outcome.REVIEW)
    shelve(office, "acme/letters", kind="datasets", told={"tags": ["en"]})
    return office


def find(office: Office, use: str = "", **more: Any) -> Found:
    told = {name: more.pop(name) for name in ("after", "limit", "reader") if name in more}
    return Searches(office.settings).find(Sought(**more), use=use, **told)


def named(found: Found) -> list[str]:
    return [one.kept.repository.name for one in found.models]


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        ({}, ["other/chat-lid", "acme/tell", "acme/Chat-8B"]),
        ({"text": "CHAT"}, ["other/chat-lid", "acme/Chat-8B"]),
        ({"text": "8b acme"}, ["acme/Chat-8B"]),
        ({"author": "Acme"}, ["acme/tell", "acme/Chat-8B"]),
        ({"author": "acm"}, []),
        ({"task": "text-classification"}, ["other/chat-lid", "acme/tell"]),
        ({"tags": ("license:mit", "en")}, ["acme/Chat-8B"]),
        ({"tags": ("license:mit", "fr")}, []),
        ({"licence": "MIT"}, ["acme/Chat-8B"]),
        ({"openness": 1}, ["acme/tell"]),
        ({"openness": -1}, ["other/chat-lid", "acme/Chat-8B"]),
        ({"outcome": Outcome.BLOCK}, ["acme/tell"]),
        ({"largest": 15_999}, ["other/chat-lid", "acme/tell"]),
        ({"memory": 1000}, ["acme/tell"]),
        ({"memory": 20_000}, ["acme/tell", "acme/Chat-8B"]),
        ({"kind": "datasets"}, ["acme/letters"]),
        ({"kind": "datasets", "text": "chat"}, []),
        ({"order": "downloads"}, ["acme/tell", "other/chat-lid", "acme/Chat-8B"]),
        ({"order": "likes"}, ["acme/Chat-8B", "acme/tell", "other/chat-lid"]),
        ({"order": "changed"}, ["other/chat-lid", "acme/Chat-8B", "acme/tell"]),
        ({"order": "made"}, ["acme/Chat-8B", "acme/tell", "other/chat-lid"]),
    ],
)
def test_it_is_found_by_what_is_known_of_it(shelved: Office, sought: dict[str, Any], names: list[str]) -> None:
    assert named(find(shelved, **sought)) == names


def test_all_that_is_told_of_a_model_is_of_the_revision_that_was_judged_last(shelved: Office) -> None:
    newer = shelve(shelved, "acme/Chat-8B", told=TELL, version=2, outcome=Outcome.REVIEW)
    (one,) = find(shelved, text="8b").models
    assert (one.kept, one.outcome, one.licences, one.memory, one.standing) == (newer, Outcome.REVIEW, (), 0, None)
    assert named(find(shelved, task="text-generation")) == []
    older = next(one for one in find_all(shelved) if one.commit != newer.commit and one.repository == newer.repository)
    judge(shelved, older, Outcome.ADMIT, {"fit.reserved": 5})
    (one,) = find(shelved, text="8b").models
    assert (one.kept, one.outcome, one.memory) == (older, Outcome.ADMIT, 5)


def find_all(office: Office) -> list[KeptRevision]:
    revisions = Revisions(library_folder(office.settings))
    every = [(one, commit) for one in revisions.repositories() for commit in revisions.commits(one)]
    return [kept for about in every if (kept := revisions.find(*about))]


def test_the_same_bytes_under_two_names_are_found_under_both(office: Office) -> None:
    shelve(office, "acme/one", content="same")
    shelve(office, "acme/two", content="same")
    assert named(find(office)) == ["acme/one", "acme/two"]


def test_pages_go_on_where_the_one_before_ended(shelved: Office) -> None:
    first = find(shelved, limit=2)
    second = find(shelved, limit=2, after=first.after)
    assert (named(first), first.after) == (["other/chat-lid", "acme/tell"], 2)
    assert (named(second), second.after) == (["acme/Chat-8B"], None)
    assert find(shelved, after=10**9) == Found((), None)


def test_what_was_judged_and_never_kept_is_not_found(office: Office) -> None:
    office.run("check", office.model(), "--record")
    assert find(office) == Found((), None)
    assert not library_folder(office.settings).exists()  # and looking does not begin a library


def test_it_is_told_how_each_stands_for_a_use_and_who_has_it(shelved: Office) -> None:
    kept = find(shelved, text="8b").models[0].kept
    name, key = f"sha256:{kept.subject.digest}", shelved.key("Eve")
    hold.hold(name, where="cluster-1", holder="Team B", use=USE, key=key, settings=shelved.settings)
    stands = {one.kept.repository.name: one for one in find(shelved, use=USE).models}
    assert {name: one.standing.outcome for name, one in stands.items() if one.standing is not None} == {
        "other/chat-lid": Outcome.REVIEW,
        "acme/tell": Outcome.BLOCK,
        "acme/Chat-8B": Outcome.REVIEW,
    }
    assert {name: one.holders for name, one in stands.items()} == {
        "other/chat-lid": 0,
        "acme/tell": 0,
        "acme/Chat-8B": 1,
    }


def test_what_comes_and_what_is_judged_anew_is_found_at_once_by_a_server_that_runs(shelved: Office) -> None:
    with keeping_open(shelved.settings):
        assert named(find(shelved, outcome=Outcome.ADMIT)) == ["acme/Chat-8B"]
        kept = shelve(shelved, "new/model")
        assert named(find(shelved, outcome=Outcome.ADMIT)) == ["new/model", "acme/Chat-8B"]
        judge(shelved, kept, Outcome.BLOCK)
        assert named(find(shelved, outcome=Outcome.ADMIT)) == ["acme/Chat-8B"]
        assert named(find(shelved, outcome=Outcome.BLOCK)) == ["new/model", "acme/tell"]


def test_a_damaged_revision_is_named_and_hides_no_other(shelved: Office) -> None:
    kept = find(shelved, text="8b").models[0].kept
    kept_again = shelve(shelved, "acme/broken")
    for one in (kept, kept_again):  # one is remembered, the other was never read
        file = next(library_folder(shelved.settings).rglob(f"{one.commit}/revision.json"))
        file.chmod(0o644)
        file.write_text("{")
    found = find(shelved)
    assert named(found) == ["other/chat-lid", "acme/tell"]
    assert [one.commit in said for one, said in zip((kept_again, kept), found.damaged, strict=True)] == [True, True]


def test_what_an_upstream_says_in_other_shapes_than_its_own_is_not_found_by_it(office: Office) -> None:
    strange: dict[str, Any] = {
        "pipeline_tag": ["a"],
        "tags": [None, {}, "x" * 5000, "real", 7],
        "downloads": True,
        "likes": "many",
        "lastModified": {"x": 1},
    }
    shelve(office, "acme/strange", told=strange)
    shelve(office, "acme/tags", told={"tags": "no list", "downloads": -5})
    assert named(find(office, tags=("real",))) == ["acme/strange"]
    for order in ("downloads", "changed", "likes"):
        assert set(named(find(office, order=order))) == {"acme/strange", "acme/tags"}


MORE: dict[str, dict[str, Any]] = {
    "acme/free": {},
    "acme/waits": {"outcome": Outcome.REVIEW},
    "other/free": {},
    "acme/stopped": {},
    "acme/blocked": {"outcome": Outcome.BLOCK},
}


def test_a_reader_finds_what_they_would_get_and_nothing_else(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        office = at.office
        kept = [shelve(office, name, **more) for name, more in MORE.items()]
        eve, some, stranger = at.reader(), at.reader(names=("acme/*",)), Reader(USE)
        assert named(find(office, reader=eve)) == ["acme/stopped", "other/free", "acme/free"]
        assert named(find(office, reader=some)) == ["acme/stopped", "acme/free"]
        assert named(find(office, reader=stranger)) == []
        digests = [f"sha256:{one.subject.digest}" for one in kept]
        withdraw.withdraw(digests[3], why="it leaks", key=office.key("Otto"), settings=office.settings)
        assert named(find(office, reader=eve)) == ["other/free", "acme/free"]
        offer = at.offer()
        assert named(find(office, reader=stranger)) == [offer.kept.repository.name]
        assert named(find(office, reader=Reader("another use"))) == []


def test_a_search_looks_at_so_many_and_says_where_to_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LOOKED_AT", 2)
    with shop(tmp_path) as at:
        office, eve = at.office, at.reader()
        for number in range(3):
            kept = shelve(office, f"acme/model-{number}")
            withdraw.withdraw(
                f"sha256:{kept.subject.digest}", why="x", key=office.key("Otto"), settings=office.settings
            )
        first = find(office, reader=eve)
        assert (first.models, first.after) == ((), 2)
        assert find(office, reader=eve, after=first.after) == Found((), None)


def test_what_a_stricter_policy_stops_is_listed_no_more_before_anybody_judged_it_again(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        office, eve, stranger = at.office, at.reader(), Reader(USE)
        for name in ("acme/small", "acme/large"):
            shelve(office, name, size=10 if "small" in name else 10_000)
        at.offer()
        assert named(find(office, reader=eve)) == ["org/name", "acme/large", "acme/small"]
        assert named(find(office, reader=stranger)) == ["org/name"]
        office.policy(POLICY + '  no-more-bytes: {require: "subject.size < 5000", else: block}\n')
        entries = office.entries()
        assert named(find(office, reader=eve)) == ["acme/small"]
        assert named(find(office, reader=stranger)) == []
        assert office.entries() == entries
