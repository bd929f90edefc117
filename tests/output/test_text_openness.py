from __future__ import annotations

import json

from hilt.core.fact import Known
from hilt.core.openness import OpenComponent, Openness, OpennessClass
from hilt.output.layout import Page
from hilt.output.text_openness import openness_data, write
from told_of_records import HOSTILE

WEIGHTS = OpenComponent(
    id="final_parameters",
    name="Model parameters (Final)",
    words="final parameters",
    about="Trained model parameters, weights and biases",
    content="data",
    level=3,
    required=True,
    state="open",
    licences=("apache-2.0",),
    known=Known.VERIFIED,
    where="model.safetensors",
)
CARD = WEIGHTS._replace(id="data_card", words="data card", state="absent", licences=(), where="")
SAMPLE = WEIGHTS._replace(id="sample", words="sample output", required=False, state=None, licences=(), where="")
TOLD = Openness(
    reference="hf:acme/chat",
    framework="Model Openness Framework 1.0",
    reached=0,
    class_name="Unclassified",
    classes=(OpennessClass(3, "Class III - Open Model", 87.46), OpennessClass(2, "Class II - Open Tooling Model", 0.0)),
    gap="one document away from Class III: data card",
    missing=("data card",),
    components=(WEIGHTS, CARD, SAMPLE),
    osaid="not met",
    osaid_parts=("nobody knows on what it was trained",),
    remarks=("mof.yml: it is wrong",),
    as_of="2026-01-31",
)


def text_of(told: Openness) -> str:
    page = Page(100, colour=False)
    write(page, told)
    return str(page)


def test_the_class_and_the_gap_come_first() -> None:
    lines = text_of(TOLD).splitlines()
    assert lines[:3] == [
        "hf:acme/chat",
        "Unclassified by the Model Openness Framework 1.0",
        "one document away from Class III: data card",
    ]


def test_each_component_stands_under_its_class_with_its_evidence() -> None:
    text = text_of(TOLD)
    first, second = text.index("Class III - Open Model 87 %"), text.index("Class II - Open Tooling Model 0 %")
    for words in ("open         final parameters", "closed       data card", "cannot tell  (sample output)"):
        assert first < text.index(words) < second
    assert "apache-2.0 · verified · model.safetensors" in text


def test_what_the_definition_lacks_and_remarks_are_told() -> None:
    text = text_of(TOLD)
    assert "Open Source AI Definition 1.0: not met" in text
    assert "nobody knows on what it was trained" in text
    assert "mof.yml: it is wrong" in text
    assert "Open licences as of 2026-01-31." in text


def test_a_component_without_a_licence_says_so() -> None:
    assert "no licence known · verified · model.safetensors" in text_of(
        TOLD._replace(components=(WEIGHTS._replace(state="present", licences=()),))
    )


def test_the_data_says_the_same() -> None:
    data = openness_data(TOLD)
    assert json.loads(json.dumps(data)) == data
    assert (data["class"], data["percent"], data["missing"]) == (0, {"3": 87.5, "2": 0.0}, ["data card"])
    assert [one["grade"] for one in data["components"]] == ["open", "closed", "cannot tell"]


def test_no_control_character_reaches_the_terminal() -> None:
    hostile = WEIGHTS._replace(licences=(HOSTILE,), where=HOSTILE)
    told = TOLD._replace(
        reference=HOSTILE, gap=HOSTILE, components=(hostile,), osaid_parts=(HOSTILE,), remarks=(HOSTILE,)
    )
    assert not {"\x1b", "\u202e"} & set(text_of(told))
