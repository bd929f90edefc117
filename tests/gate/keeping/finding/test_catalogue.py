from __future__ import annotations

from typing import Any

import pytest

from hilt.core.library import Repository
from hilt.core.verdict import Outcome
from hilt.gate.keeping.finding.catalogue import Catalogue
from hilt.gate.keeping.places import library_folder
from hilt.gate.record import keeping_open, opened
from hilt.record.blobs.revisions import Revisions
from office import Office
from shelves import judge, shelve


def test_a_revision_is_read_once_and_its_verdict_again_when_it_changed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [shelve(office, f"acme/model-{number}") for number in range(3)]
    revisions = Revisions(library_folder(office.settings))
    catalogue, read = Catalogue(revisions), list[Any]()
    find = revisions.find
    monkeypatch.setattr(revisions, "find", lambda *about, **how: read.append(about) or find(*about, **how))

    def outcomes() -> dict[str, Outcome]:
        with opened(office.settings) as record:
            looked = catalogue.look(record, lambda one: True)
            return {one.repository.name: one.row.outcome for one in looked.entries}

    with keeping_open(office.settings):
        assert set(outcomes().values()) == {Outcome.ADMIT}
        assert len(read) == 3
        judge(office, kept[1], Outcome.BLOCK)
        assert outcomes() == {
            "acme/model-0": Outcome.ADMIT,
            "acme/model-1": Outcome.BLOCK,
            "acme/model-2": Outcome.ADMIT,
        }
        assert len(read) == 3


def test_of_many_verdicts_since_it_was_looked_last_none_is_missed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hilt.gate.keeping.finding import catalogue as module

    monkeypatch.setattr(module, "AT_ONCE", 2)
    kept = [shelve(office, f"acme/model-{number}") for number in range(9)]
    catalogue = Catalogue(Revisions(library_folder(office.settings)))
    with opened(office.settings) as record:
        assert len(catalogue.look(record, lambda one: True).entries) == 9
    for one in kept:
        judge(office, one, Outcome.REVIEW)
    with opened(office.settings) as record:
        assert {one.row.outcome for one in catalogue.look(record, lambda one: True).entries} == {Outcome.REVIEW}


def test_only_what_is_wanted_is_read(office: Office) -> None:
    wanted = shelve(office, "acme/wanted")
    broken = shelve(office, "acme/broken")
    file = next(library_folder(office.settings).rglob(f"{broken.commit}/revision.json"))
    file.chmod(0o644)
    file.write_text("{")
    catalogue = Catalogue(Revisions(library_folder(office.settings)))
    with opened(office.settings) as record:
        looked = catalogue.look(record, lambda one: one == Repository("models", "acme/wanted"))
        assert ([one.commit for one in looked.entries], looked.damaged) == ([wanted.commit], ())
        assert len(catalogue.look(record, lambda one: True).damaged) == 1
