from __future__ import annotations

import json
import re

import pytest

from attacks.remote_code import CODE, HONEST, QUIET, config
from hilt.checks.inspect.remote_code import CHECK
from hilt.core.fact import Fact
from hilt.core.finding import Finding, Severity
from repositories import findings_in, repository

NAMED = {"config.json": config(AutoModel="modeling_own.OwnModel")}


def worse_than_low(files: dict[str, bytes]) -> list[Finding]:
    return [finding for finding in findings_in(CHECK, files) if finding.severity > Severity.LOW]


def test_honest_remote_code_is_what_a_person_must_look_at_and_no_more() -> None:
    seen = findings_in(CHECK, HONEST)
    assert {finding.severity for finding in seen} == {Severity.MEDIUM, Severity.LOW}
    assert [finding.message for finding in seen if finding.severity == Severity.MEDIUM] == [
        "auto_map.AutoConfig names 'configuration_own.OwnConfig': configuration_own.py is imported when remote code is trusted",
        "auto_map.AutoModel names 'modeling_own.OwnModel': modeling_own.py is imported when remote code is trusted",
    ]
    said = next(finding for finding in seen if finding.where.path == "modeling_own.py")
    assert said.message == "named by config.json; it imports .configuration_own, math, torch, transformers"


def test_the_fact_is_stated_where_a_config_names_code_and_only_there() -> None:
    facts = [seen for seen in CHECK.run(repository(HONEST)) if isinstance(seen, Fact)]
    assert {(fact.key, fact.value) for fact in facts} == {("inspect.remote_code", True)}
    assert not any(isinstance(seen, Fact) for seen in CHECK.run(repository({"config.json": b"{}", "x.py": b"x = 1"})))


@pytest.mark.parametrize("name", CODE)
def test_what_named_code_does_is_told_with_its_severity(name: str) -> None:
    text, severity, words = CODE[name]
    seen = findings_in(CHECK, {**NAMED, "modeling_own.py": text.encode()})
    found = [finding for finding in seen if words in finding.message and finding.where.path == "modeling_own.py"]
    assert [finding.severity for finding in found] == [severity], seen
    assert found[0].where.line is not None


@pytest.mark.parametrize("name", CODE)
def test_code_that_no_config_names_is_at_most_for_a_person_to_look_at(name: str) -> None:
    text, severity, words = CODE[name]
    seen = findings_in(CHECK, {"config.json": b"{}", "modeling_own.py": text.encode()})
    found = [finding.severity for finding in seen if words in finding.message]
    telling = severity >= Severity.HIGH or not re.search(r"may run code|computed$|files:", words)
    assert found == [Severity.MEDIUM if telling else Severity.LOW]


@pytest.mark.parametrize("text", QUIET)
def test_ordinary_code_is_quiet_but_for_its_listing(text: str) -> None:
    seen = list(findings_in(CHECK, {**NAMED, "modeling_own.py": text.encode()}))
    assert [finding.message.split(";")[0] for finding in seen if finding.where.path != "config.json"] == [
        "named by config.json"
    ]


@pytest.mark.parametrize(
    ("document", "words", "severity"),
    [
        ({"auto_map": {"AutoModel": "modeling_gone.M"}}, "there is no modeling_gone.py", Severity.MEDIUM),
        ({"auto_map": {"AutoModel": "acme/code--m.M"}}, "another repository, 'acme/code'", Severity.MEDIUM),
        ({"auto_map": {"AutoModel": "../../evil--m.M"}}, "another place, '../../evil'", Severity.HIGH),
        ({"auto_map": {"AutoModel": "/tmp/evil--m.M"}}, "another place, '/tmp/evil'", Severity.HIGH),
        ({"auto_map": {"AutoModel": "../../m.M"}}, "climbs out", Severity.HIGH),
        ({"text_config": {"auto_map": {"AutoTokenizer": ["tok.T", None]}}}, "there is no tok.py", Severity.MEDIUM),
        ({"custom_pipelines": {"p": {"impl": "pipe.P", "pt": ["AutoModel"]}}}, "there is no pipe.py", Severity.MEDIUM),
    ],
)
def test_each_way_to_name_code_is_known(document: object, words: str, severity: Severity) -> None:
    (finding,) = worse_than_low({"config.json": json.dumps(document).encode()})
    assert (finding.severity, words in finding.message) == (severity, True)


def test_a_module_of_a_sentence_transformer_is_code() -> None:
    modules = [{"type": "sentence_transformers.models.Pooling"}, {"type": "custom_st.Transformer"}]
    (finding,) = worse_than_low({"modules.json": json.dumps(modules).encode()})
    assert "'custom_st.Transformer'" in finding.message


def test_a_component_of_a_diffusion_pipeline_is_code_where_its_file_is_there() -> None:
    index = {"_class_name": ["pipeline", "P"], "unet": ["diffusers", "UNet"], "vae": ["my_vae", "V"], "x": ["lib", "L"]}
    files = {"model_index.json": json.dumps(index).encode(), "pipeline.py": b"x = 1", "vae/my_vae.py": b"x = 1"}
    assert [finding.message.split(":")[0] for finding in worse_than_low(files)] == [
        "_class_name names 'pipeline.P'",
        "vae names 'vae/my_vae.V'",
    ]


def test_what_named_code_imports_from_beside_itself_is_judged_alike() -> None:
    files = {"modeling_own.py": b"from .inner import x", "inner.py": b"import os\nos.system('echo hilt')"}
    (finding,) = [finding for finding in worse_than_low({**NAMED, **files}) if finding.where.path == "inner.py"]
    assert finding.severity == Severity.CRITICAL


def test_a_name_hidden_behind_a_key_that_occurs_twice_is_found() -> None:
    text = b'{"auto_map": {"AutoModel": "evil/repo--m.M"}, "auto_map": {}}'
    (finding,) = worse_than_low({"config.json": text})
    assert "'evil/repo'" in finding.message


def test_named_code_that_is_no_python_is_told() -> None:
    (finding,) = worse_than_low({**NAMED, "modeling_own.py": b"\x7fELF" + b"\0" * 64})
    assert "no Python that can be read" in finding.message


def test_code_of_another_repository_is_told_as_what_no_digest_binds() -> None:
    (finding,) = worse_than_low({"config.json": config(AutoModel="acme/code--modeling.M")})
    assert "which no digest here binds" in finding.message
    assert "code_revision" not in finding.message


def test_a_stated_revision_of_code_of_another_repository_is_told() -> None:
    document = {"model_args": {"code_revision": "0" * 40}, "auto_map": {"AutoModel": "acme/code--modeling.M"}}
    (finding,) = worse_than_low({"sentence_bert_config.json": json.dumps(document).encode()})
    assert f"the config states code_revision '{'0' * 40}'" in finding.message
    assert finding.severity == Severity.MEDIUM


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("acme/attention", Severity.HIGH),
        ("paged|acme/attention@main:forward", Severity.HIGH),
        ({"text_config": "acme/attention"}, Severity.HIGH),
        ("kernels-community/flash-attn2", Severity.MEDIUM),
    ],
)
def test_compiled_kernels_of_another_repository_are_code(value: object, severity: Severity) -> None:
    (finding,) = worse_than_low({"config.json": json.dumps({"attn_implementation": value}).encode()})
    assert finding.severity == severity
    assert "compiled code of another repository" in finding.message


@pytest.mark.parametrize("value", ["sdpa", "flash_attention_2", "eager", None])
def test_an_implementation_of_the_library_itself_is_no_code(value: object) -> None:
    assert worse_than_low({"config.json": json.dumps({"_attn_implementation": value}).encode()}) == []


def test_a_function_that_generates_in_the_place_of_the_library_is_code() -> None:
    (finding,) = worse_than_low({"custom_generate/generate.py": b"def generate(model): ..."})
    assert finding.message == (
        "custom_generate names 'generate.py': custom_generate/generate.py is imported when remote code is trusted"
    )


def test_code_that_installing_a_package_runs_is_told_as_that() -> None:
    seen = findings_in(CHECK, {"own-1.0/setup.py": b"import os\nos.system('echo hilt')"})
    assert [(finding.severity, finding.message.partition(";")[0]) for finding in seen] == [
        (Severity.LOW, "code that pip runs when it builds the package"),
        (Severity.MEDIUM, "runs commands as soon as it is imported: os.system"),
    ]


def test_a_file_that_a_service_runs_for_its_name_is_judged_as_named() -> None:
    command = b"import os\nos.system('echo hilt')"
    for files in ({"handler.py": command}, {"cog.yaml": b"predict: predict.py:Predictor", "predict.py": command}):
        (finding,) = worse_than_low(files)
        assert finding.severity == Severity.CRITICAL
    assert worse_than_low({"handler.py": b"from transformers import pipeline"}) == []


def test_the_code_folder_of_mlflow_is_code() -> None:
    conf = b"flavors:\n  python_function:\n    code: code\n    loader_module: mlflow.sklearn\n"
    (finding,) = worse_than_low({"MLmodel": conf, "code/numpy.py": b"x = 1"})
    assert finding.message == (
        "code names 'code': code/numpy.py stands before all installed packages on Python's search path"
    )
    (finding,) = worse_than_low({"MLmodel": conf.replace(b"code: code", b"code: ../../x")})
    assert (finding.severity, "climbs out" in finding.message) == (Severity.HIGH, True)
    assert worse_than_low({"MLmodel": conf.replace(b"    code: code\n", b"")}) == []


def test_a_library_whose_name_only_begins_like_a_known_one_is_not_known() -> None:
    modules = json.dumps([{"type": "transformers_own.Model"}, {"type": "sentence_transformers.models.Pooling"}])
    (finding,) = worse_than_low({"modules.json": modules.encode()})
    assert "'transformers_own.Model'" in finding.message
