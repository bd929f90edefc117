from __future__ import annotations

import json
import re
from itertools import product

import pytest

from hilt.core.limits import Limits
from hilt.knowledge.openness.components import COMPONENT, COMPONENTS
from hilt.knowledge.openness.framework import Evaluation, evaluate
from hilt.knowledge.openness.mof_yaml import read
from hilt.knowledge.openness.open_licences import is_open, spelled, suits
from knowledge.openness import releases
from workplace import SHARED

FRAMEWORK = SHARED / "data" / "mof"
THERE = FRAMEWORK.is_dir()


def of(*components: str, licence: str = "MIT") -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(components, (licence,))


def percents(evaluation: Evaluation) -> list[float]:
    return [standing.percent for standing in evaluation.standings]


def expected() -> dict[str, tuple[int, list[float]]]:
    """The class of each of the framework's own test files, and how far it is from III, II and I."""
    text = (FRAMEWORK / "tests" / "expected_results.json").read_text()
    models = json.loads(re.sub(r",(\s*[}\]])", r"\1", text))["models"]
    return {
        one["release"]["name"]: (
            one["classification"]["class"],
            [one["classification"]["progress"][level] for level in "321"],
        )
        for one in models
    }


@pytest.mark.skipif(not THERE, reason="the framework's own test files are not here: nothing was compared with them")
def test_all_27_test_files_of_the_framework_get_the_class_and_the_percentages_that_it_expects() -> None:
    wanted = expected()
    seen = {}
    for path in sorted((FRAMEWORK / "tests").glob("*.yml")):
        release = read(path.read_text(), Limits())
        evaluation = evaluate(release.held())
        seen[release.name] = (evaluation.reached, [pytest.approx(value) for value in percents(evaluation)])
    assert len(seen) == len(wanted) == 27
    assert seen == wanted


@pytest.mark.skipif(not THERE, reason="the framework's own lists are not here: nothing was compared with them")
def test_the_lists_agree_with_those_of_the_framework() -> None:
    known = json.loads((FRAMEWORK / "licenses.json").read_text())["licenses"]
    flagged = [one["licenseId"] for one in known if one.get("isOsiApproved") or one.get("isFsfLibre")]
    assert [one for one in flagged if not is_open(one)] == []
    for one in json.loads((FRAMEWORK / "mof-licenses.json").read_text())["licenses"]:
        kinds = one["ContentType"] if isinstance(one["ContentType"], list) else [one["ContentType"]]
        assert all(suits(one["licenseId"], kind) for kind in kinds), one["licenseId"]


@pytest.mark.skipif(not THERE, reason="the framework's own settings are not here: nothing was compared with them")
def test_the_components_are_those_of_the_framework() -> None:
    import yaml

    told = yaml.safe_load((FRAMEWORK / "mof.settings.yml").read_text())["components"]
    theirs = {(one["name"], one["content_type"], one["class"], one["required"], one["description"]) for one in told}
    assert {(one.name, one.content, one.level, one.required, one.about) for one in COMPONENTS} == theirs


@pytest.mark.parametrize(
    ("components", "reached", "distances"),
    [
        ((), 0, [0, 0, 0]),
        (releases.CLASS_III, 3, [100, 60, 0]),
        (releases.CLASS_II, 2, [100, 100, pytest.approx(1000 / 14)]),
        (releases.CLASS_I, 1, [100, 100, 100]),
        (releases.CLASS_III[:-1], 0, [pytest.approx(500 / 6), 0, 0]),
        (set(releases.CLASS_I) - {"model_card"}, 0, [pytest.approx(500 / 6), 0, 0]),
    ],
)
def test_a_class_is_reached_when_all_that_it_and_those_below_require_is_there(
    components: tuple[str, ...], reached: int, distances: list[float]
) -> None:
    evaluation = evaluate(of(*components))
    assert (evaluation.reached, percents(evaluation)) == (reached, distances)


def test_a_research_paper_stands_in_for_the_technical_report() -> None:
    with_paper = (set(releases.CLASS_III) - {"technical_report"}) | {"research_paper"}
    assert evaluate(of(*with_paper)).reached == 3
    first = evaluate(of(*(set(releases.CLASS_I) - {"technical_report"})))
    assert (first.reached, percents(first)) == (1, [100, 100, 100])
    assert evaluate(of(*with_paper) | {"technical_report": ()}).reached == 3
    closed = evaluate(of(*with_paper) | {"research_paper": ("CC-BY-NC-4.0",)})
    assert closed.reached == 0
    assert [lack.component.id for lack in closed.standings[0].lacks] == ["research_paper"]


def test_an_open_licence_of_another_type_passes_with_a_remark() -> None:
    evaluation = evaluate(of(*releases.CLASS_III) | {"architecture": ("CC-BY-4.0",)})
    assert evaluation.reached == 3
    assert COMPONENT["architecture"] in evaluation.remarks
    assert COMPONENT["model_card"] in evaluation.remarks  # MIT is for code
    assert evaluate(of(*releases.CLASS_III, licence="OpenMDW-1.0")).remarks == ()


@pytest.mark.parametrize("licence", [(), ("CC-BY-NC-4.0",), ("MIT", "CC-BY-NC-4.0"), ("no-such-licence",)])
def test_without_a_licence_that_is_open_a_component_does_not_count(licence: tuple[str, ...]) -> None:
    assert evaluate(of(*releases.CLASS_III) | {"final_parameters": licence}).reached == 0


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (
            of(*(set(releases.CLASS_III) - {"data_card", "technical_report"})),
            "two documents away from Class III: data card, technical report",
        ),
        (of(*releases.CLASS_III[:-1]), "one document away from Class III: technical report"),
        (
            of(*releases.CLASS_III),
            "four components away from Class II: training code, inference code, evaluation code, evaluation data",
        ),
        (
            of(*releases.CLASS_II, "datasets", "preprocessing_code", "research_paper"),
            "one set of data away from Class I: intermediate parameters",
        ),
        (
            of(*releases.CLASS_III) | {"final_parameters": ("CC-BY-NC-4.0",)},
            "one open licence away from Class III: an open licence instead of CC-BY-NC-4.0 for: final parameters",
        ),
        (
            of(*releases.CLASS_III[1:-1]) | {"model_card": ()},
            "two components and one open licence away from Class III: architecture, technical report; a licence for: model card",
        ),
        (of(*releases.CLASS_I), "nothing is missing for Class I - Open Science Model"),
    ],
)
def test_the_gap_is_told_in_words(held: dict[str, tuple[str, ...]], told: str) -> None:
    assert evaluate(held).gap == told


def test_what_nobody_can_tell_is_no_absence_in_the_words_and_no_presence_in_the_class() -> None:
    held = of(*(set(releases.CLASS_III) - {"architecture"}))
    told = evaluate(held, frozenset({"architecture"}))
    assert (told.reached, told.gap) == (0, "one piece of code away from Class III: architecture (nobody can tell)")


def test_more_components_never_lower_the_class() -> None:
    ids = [one.id for one in COMPONENTS if one.required]
    for level, left_out in product((releases.CLASS_III, releases.CLASS_II, releases.CLASS_I), ids):
        held = of(*(set(level) - {left_out}))
        best = [4, 1, 2, 3]
        before, after = evaluate(held).reached, evaluate(held | of(left_out)).reached
        assert best[after] <= best[before]


@pytest.mark.parametrize("licence", ["MIT", "apache-2.0", "CC-BY-4.0", "cc0-1.0", "odbl-1.0", "OpenMDW-1.1", "gpl-3.0"])
def test_open_licences_are_known_in_any_case_of_letters(licence: str) -> None:
    assert is_open(licence)
    assert spelled(licence).lower() == licence.lower()


@pytest.mark.parametrize(
    "licence", ["llama3.1", "gemma", "cc-by-nc-4.0", "CC-BY-NC-SA-4.0", "bigscience-openrail-m", "other", ""]
)
def test_what_is_not_open_is_told_apart(licence: str) -> None:
    assert not is_open(licence)
