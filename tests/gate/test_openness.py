"""How open a subject is, from its files to the framework's own file of it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
import yaml

from hilt.core.errors import NothingToCheck, UsageError
from hilt.core.limits import Limits
from hilt.gate.openness import as_mof, openness
from hilt.knowledge.openness.framework import evaluate
from hilt.knowledge.openness.mof_yaml import read
from hilt.output.text_openness import openness_data
from knowledge.openness import releases
from workplace import SHARED

FRAMEWORK = SHARED / "data" / "mof"
HEADER = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
PROSE = "This model turns questions of customers into short answers and was made for the help desk of a small company. "


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-chat"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(HEADER)) + HEADER + bytes(8))
    (folder / "config.json").write_text('{"architectures": ["LlamaForCausalLM"], "model_type": "llama"}')
    (folder / "README.md").write_text(
        "---\nlicense: apache-2.0\n---\n# Acme\n"
        + PROSE * 5
        + "\n## Results\n\n| task | score |\n|---|---|\n| a | 81.2 |\n"
    )
    return folder


def test_the_gap_of_a_model_is_told(model: Path) -> None:
    told, _ = openness(model)
    assert told.class_name == "Unclassified"
    assert told.gap == "two documents away from Class III: data card, technical report"
    grades = {row.id: (row.grade, row.licences) for row in told.components}
    assert grades["final_parameters"] == ("open", ("apache-2.0",))
    assert grades["data_card"] == ("closed", ())


def test_a_file_that_cannot_be_read_hides_no_file_of_the_framework_and_is_not_taken_for_it(model: Path) -> None:
    (model / "hparams.yaml").write_text("started: 2026-13-01\n")
    (model / "mof.yml").write_text(releases.text({"data_card": "MIT"}))
    told, _ = openness(model)
    assert {row.id: row.grade for row in told.components}["data_card"] == "open"
    assert not [remark for remark in told.remarks if "wrong" in remark]


def test_a_wrong_file_of_the_framework_beside_a_model_is_named(model: Path) -> None:
    (model / "hparams.yaml").write_text("rate: 1\n")
    (model / "mof.yml").write_text(releases.text({"data_card": "MIT"}).replace("'2026-01-31'", "2026-13-01"))
    remark, *_ = openness(model)[0].remarks
    assert remark.startswith("mof.yml: the publisher's file of the Model Openness Framework 1.0 is wrong")
    assert "release.date: '2026-13-01' is no day" in remark


def test_what_is_written_as_the_frameworks_file_is_judged_the_same(model: Path, tmp_path: Path) -> None:
    told, report = openness(model)
    text = as_mof(told, report)
    release = read(text, Limits())
    assert (release.name, release.licences) == ("acme-chat", {"distribution": ("Apache-2.0", "")})
    assert evaluate(release.held()).gap == told.gap
    file = tmp_path / "acme.yml"
    file.write_text(text)
    again, _ = openness(file)
    assert again.gap == told.gap
    assert {row.id: row.state for row in again.components} == {row.id: row.state for row in told.components}


@pytest.mark.skipif(
    not FRAMEWORK.is_dir(), reason="the framework's schema is not here: what is written was not held against it"
)
def test_what_is_written_is_valid_by_the_schema_of_the_framework(model: Path) -> None:
    import jsonschema

    jsonschema.validate(
        yaml.safe_load(as_mof(*openness(model))), json.loads((FRAMEWORK / "mof_schema.json").read_text())
    )


@pytest.mark.skipif(
    not FRAMEWORK.is_dir(), reason="the framework's own test files are not here: none of them was judged"
)
def test_a_file_of_the_framework_gets_the_class_in_its_name() -> None:
    (path,) = (FRAMEWORK / "tests").glob("Class2T*.yml")
    told, _ = openness(path)
    assert told.class_name == "Class II - Open Tooling Model"
    assert {row.known.word for row in told.components if row.state == "open"} == {"claimed"}


@pytest.mark.parametrize(("level", "name"), [(releases.CLASS_III, "Class III"), (releases.CLASS_I, "Class I")])
def test_a_file_of_the_framework_is_judged_as_the_framework_does(
    level: tuple[str, ...], name: str, tmp_path: Path
) -> None:
    file = tmp_path / "release.yaml"
    file.write_text(releases.text(dict.fromkeys(level), distribution="MIT"))
    told, _ = openness(file)
    assert told.class_name.split(" - ")[0] == name


def test_a_wrong_file_of_the_framework_is_an_error_with_its_key(tmp_path: Path) -> None:
    file = tmp_path / "release.yaml"
    file.write_text(releases.text({"model_card": "MIT"}).replace("name: Model card", "name: Modelcard"))
    with pytest.raises(UsageError, match=r"release\.components\[0\]\.name: 'Modelcard' is no component"):
        openness(file)


def test_what_is_no_model_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing here")
    with pytest.raises(NothingToCheck, match="neither weights, nor an architecture"):
        openness(tmp_path)


def test_all_of_it_is_there_as_plain_data(model: Path) -> None:
    data = openness_data(openness(model)[0])
    assert json.loads(json.dumps(data)) == data
    assert (data["class"], data["missing"], data["osaid"]["met"]) == (0, ["data card", "technical report"], "not met")
    assert len(data["components"]) == 17
