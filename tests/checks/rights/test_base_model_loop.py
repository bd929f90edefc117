from __future__ import annotations

from hilt.checks.rights.base_model_loop import CHECK
from hilt.core.context import Base
from made_from import card, told


def test_a_subject_that_names_itself() -> None:
    files = {"README.md": card(license="mit", base_model=["Org/Name", "gpt2"])}
    assert told(CHECK, files, reference="hf:org/name@main") == [("low", "it names itself as what it is made from")]
    cached = "/home/a/hub/models--org--name/snapshots/1"
    assert told(CHECK, files, reference=cached) == [("low", "it names itself as what it is made from")]
    assert told(CHECK, files, reference="/tmp/name") == []


def test_a_config_that_notes_its_own_name_is_no_loop() -> None:
    assert told(CHECK, {"config.json": '{"_name_or_path": "org/name"}'}, reference="hf:org/name") == []


def test_a_circle_among_what_was_followed() -> None:
    ring = [Base(name=f"org/{n}", licences=("mit",), bases=(("finetune", f"org/{(n + 1) % 30}"),)) for n in range(30)]
    ((severity, message),) = told(CHECK, {"README.md": card(license="mit", base_model="org/0")}, *ring)
    assert severity == "low"
    assert message.endswith("in a circle: org/0 -> org/1 -> org/2 -> ... -> org/28 -> org/29 -> org/0")


def test_two_ways_to_one_base_are_no_circle() -> None:
    bases = [
        Base(name="org/a", licences=("mit",), bases=(("finetune", "org/c"),)),
        Base(name="org/b", licences=("mit",), bases=(("finetune", "org/c"),)),
        Base(name="org/c", licences=("mit",)),
    ]
    assert told(CHECK, {"README.md": card(license="mit", base_model=["org/a", "org/b"])}, *bases) == []
