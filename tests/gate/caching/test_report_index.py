from __future__ import annotations

from pathlib import Path

import pytest

from cache_layouts import sha256
from hilt.core.cache_comparison import Wanted
from hilt.gate.caching.recorded import compared
from hilt.gate.caching.report_index import MOST, ReportIndex
from hilt.gate.record import opened
from office import POLICY, Office

WEIGHTS = b"\x80\x02K\x01."


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office.copied(tmp_path)


def found(office: Office, index: ReportIndex, *files: bytes) -> list[str]:
    """The names of the models that have to do with these files."""
    with opened(office.settings) as record:
        wanted = Wanted(files=frozenset(map(sha256, files)))
        told = compared(record, index, wanted, "", office.settings)
    return sorted(Path(one.reference).name for one in told.models)


@pytest.mark.parametrize("most", [MOST, 0])
def test_what_is_recorded_later_is_found_as_well_whether_it_is_remembered_or_read_again(
    office: Office, most: int
) -> None:
    index, shared = ReportIndex(most), {"weights": WEIGHTS, "licence": "Do what you like."}
    assert found(office, index, WEIGHTS) == []
    office.run("check", office.model("a", **shared), office.model("b", b"other", "Do what you like."), "--record")
    assert found(office, index, WEIGHTS) == ["a"]
    office.run("check", office.model("c", WEIGHTS), "--record")
    assert found(office, index, WEIGHTS) == ["a", "c"]
    assert found(office, index, b"Do what you like.") == []
    assert found(office, index, WEIGHTS, b"other") == ["a", "b", "c"]
    assert len(index) == 3


def test_a_licence_that_many_have_makes_nobody_read_their_reports_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run("check", office.model("a", WEIGHTS, "Do what you like."), "--record")
    index = ReportIndex()
    assert found(office, index, b"Do what you like.") == []
    monkeypatch.setattr("hilt.gate.caching.recorded.decode_subject", pytest.fail)
    assert found(office, index, b"Do what you like.") == []
    monkeypatch.undo()
    assert found(office, index, WEIGHTS) == ["a"]


def test_what_did_not_fit_is_remembered_once_it_is_known_what_of_it_tells(office: Office) -> None:
    office.run("check", office.model("a", WEIGHTS, "Do what you like."), "--record")
    index = ReportIndex(1)
    assert found(office, index, b"elsewhere") == []
    assert index._held == 1
    assert found(office, index, WEIGHTS) == ["a"]


def test_of_a_record_that_was_put_back_from_a_copy_and_went_on_nothing_older_is_believed(tmp_path: Path) -> None:
    before, after = Office.copied(tmp_path / "before"), Office.copied(tmp_path / "after")
    index = ReportIndex()
    before.run("check", before.model("a", WEIGHTS), "--record")
    assert found(before, index, WEIGHTS) == ["a"]
    for name in ("b", "c"):
        after.run("check", after.model(name, WEIGHTS, name), "--record")
    assert found(after, index, WEIGHTS) == ["b", "c"]


def test_all_names_under_which_a_model_was_judged_are_known(office: Office) -> None:
    model, copy = office.model("a", WEIGHTS), office.model("b", WEIGHTS)
    names = frozenset((str(one), "") for one in (model, copy))
    index = ReportIndex()
    for one in (model, copy):
        office.run("check", one, "--record")
        assert found(office, index, WEIGHTS) == [one.name]
    for known in (index, ReportIndex()):
        with opened(office.settings) as record:
            (told,) = compared(record, known, Wanted(names=names), "", office.settings).models
        assert told.names == names


def test_a_model_that_is_judged_anew_is_counted_once(office: Office) -> None:
    index, model = ReportIndex(), office.model("a", WEIGHTS)
    for policy in (POLICY, POLICY.replace("version: 1", "version: 2")):
        office.policy(policy)
        office.run("check", model, "--record")
        assert found(office, index, WEIGHTS) == ["a"]
    assert len(index) == 1
