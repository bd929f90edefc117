from __future__ import annotations

from hilt.checks.rights.base_model_unknown import CHECK
from hilt.core.context import Base, Context
from hilt.core.report import Gap
from made_from import card, told
from offered import WEIGHTS, offered


def test_bases_without_a_known_licence_are_one_finding() -> None:
    names = ["org/a", "gpt2", "Ллама/модель", *(f"org/{number}" for number in range(9))]
    ((severity, message),) = told(CHECK, {"README.md": card(license="mit", base_model=names)})
    assert severity == "low"
    assert message.startswith(
        "made from what hilt knows no licence of: org/a (not looked up); Ллама/модель (no name that"
    )
    assert message.endswith("; and 6 more")


def test_known_bases_and_datasets_are_quiet() -> None:
    files = {"README.md": card(license="mit", base_model="gpt2", datasets=["org/data", "imagenet-1k"])}
    assert told(CHECK, files) == []
    assert told(CHECK, {"config.json": '{"_name_or_path": "org/itself"}'}) == []


def test_a_name_that_only_looks_like_a_well_known_one_is_unknown() -> None:
    for name in ("meta-llаma/Llama-3.1-8B", "meta-llama/Llama-9", "evil/Llama-3.1-8B", "xmeta-llama/Llama-3.1-8B"):
        ((_, message),) = told(CHECK, {"README.md": card(license="mit", base_model=name)})
        assert name in message


def test_what_was_looked_up_and_says_nothing_or_something_unknown_is_told() -> None:
    files = {"README.md": card(license="mit", base_model=["org/a", "org/b"])}
    bases = [Base(name="org/a", source="hf:org/a"), Base(name="org/b", unknown=("my-licence",), source="hf:org/b")]
    ((_, message),) = told(CHECK, files, *bases)
    assert message.endswith("org/a (says nothing of it); org/b (said to be under 'my-licence')")


def test_what_could_not_be_looked_up_is_a_gap() -> None:
    made = offered({"README.md": card(license="mit", base_model="org/a")})
    object.__setattr__(made, "context", Context(bases={"org/a": Base(name="org/a", error="gone")}))
    gaps = [seen.why for seen in CHECK.run(made) if isinstance(seen, Gap)]
    assert gaps == ["org/a was not looked up: gone"]


def test_the_same_fault_of_many_folders_is_told_once() -> None:
    files: dict[str, bytes | str] = {"README.md": card(license="mit")}
    for folder in "abc":
        files |= {f"{folder}/README.md": card(base_model="org/a"), f"{folder}/model.safetensors": WEIGHTS}
    assert len(told(CHECK, files)) == 1
