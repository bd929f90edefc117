"""The search finds what a plain look through everything finds, page by page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hilt.core.errors import UsageError
from hilt.core.estate import UNKNOWN, FoundModel
from hilt.core.events import DecisionMade, HoldingBegun, Recorded, UseRequested
from hilt.core.standing import same_use
from hilt.core.verdict import Outcome
from hilt.gate.overview.models import choices, find_models
from hilt.gate.record import opened
from hilt.gate.settings import Settings, read_settings
from hilt.gate.status import lasting
from record.many import LICENCES, USES, fill

MODELS = 90
PEOPLE = [f"p-{number:08x}" for number in range(20)]


class Kept(NamedTuple):
    """A record, everything in it, and all models in the order in which they are found."""

    settings: Settings
    histories: dict[str, tuple[Recorded, ...]]
    models: list[FoundModel]

    def uses(self, subject: str) -> list[str]:
        said = (one.event for one in self.histories[subject])
        return [one.use for one in said if isinstance(one, UseRequested | DecisionMade | HoldingBegun)]

    def owners(self, subject: str) -> set[str]:
        history = self.histories[subject]
        asked = {one.by for one in history if isinstance(one.event, UseRequested)}
        return asked | {one.by for one in lasting(history)}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder: Path = tmp_path_factory.mktemp("kept")
    many = fill(str(folder / "record.db"), MODELS, entries=500)
    file = folder / "settings.yaml"
    file.write_text("record: {database: record.db, key: log.key, checkpoint: kept}\n")
    settings = read_settings(file)
    with opened(settings) as record:
        histories = record.histories(many.subjects)
    models = list[FoundModel]()
    after: int | None = None
    while True:
        page, after = find_models(after=after, settings=settings)
        models += page
        if after is None:
            break
    return Kept(settings, histories, models)


def test_all_models_are_found_once_newest_first(kept: Kept) -> None:
    assert {one.subject for one in kept.models} == set(kept.histories)
    assert len(kept.models) == MODELS
    places = [one.place for one in kept.models]
    assert places == sorted(places, reverse=True)
    for one in kept.models:
        verdicts = [entry for entry in kept.histories[one.subject] if entry.event.kind == "verdict"]
        assert (verdicts[-1].index, verdicts[-1].at) == (one.place, one.at)


known_licences = [*{one for named in LICENCES for one in named.split()}, "", "apache", "nowhere"]
filters = st.fixed_dictionaries(
    {},
    optional={
        "matching": st.sampled_from(["model-1", "PUBLISHER-7/", "%", "_", "hf:", "7"]),
        "outcome": st.sampled_from(Outcome),
        "licence": st.sampled_from(known_licences),
        "openness": st.sampled_from([UNKNOWN, 0, 1, 2, 3]),
        "use": st.sampled_from([*USES, " SEARCH ", "nothing"]),
        "owner": st.sampled_from(PEOPLE),
    },
)


@hypothesis_settings(max_examples=40, deadline=None)
@given(filters, st.integers(1, 60))
def test_a_search_finds_what_a_plain_look_at_everything_finds(kept: Kept, wanted: dict[str, object], most: int) -> None:
    def is_wanted(one: FoundModel) -> bool:
        asked = {
            "matching": lambda text: text.lower() in one.reference.lower(),
            "outcome": lambda outcome: one.outcome is outcome,
            "licence": lambda licence: licence in one.licences if licence else not one.licences,
            "openness": lambda openness: one.openness == openness,
            "use": lambda use: any(same_use(use, other) for other in kept.uses(one.subject)),
            "owner": lambda owner: owner in kept.owners(one.subject),
        }
        return all(asked[name](value) for name, value in wanted.items())  # type: ignore[no-untyped-call]

    found = list[FoundModel]()
    after: int | None = None
    while True:
        page, after = find_models(**wanted, after=after, limit=most, settings=kept.settings)  # type: ignore[arg-type]
        assert len(page) <= min(most, 50)
        found += page
        if after is None:
            break
        assert len(page) == min(most, 50)
    assert found == [one for one in kept.models if is_wanted(one)]


def test_an_owner_is_known_by_name_and_nobody_else_is(kept: Kept) -> None:
    assert find_models(owner="Person 12", settings=kept.settings) == find_models(
        owner=PEOPLE[12], settings=kept.settings
    )
    with pytest.raises(UsageError, match="no person 'Nobody'"):
        find_models(owner="Nobody", settings=kept.settings)


def test_choices_count_all_models_under_each(kept: Kept) -> None:
    told = choices(kept.settings)
    assert Counter(dict(told.outcomes)) == Counter(one.outcome for one in kept.models)
    assert Counter(dict(told.openness)) == Counter(one.openness for one in kept.models)
    assert Counter(dict(told.licences)) == Counter(name for one in kept.models for name in one.licences or ("",))
    assert [number for _, number in told.licences] == sorted((number for _, number in told.licences), reverse=True)
    assert set(told.uses) == {use for subject in kept.histories for use in kept.uses(subject)}
