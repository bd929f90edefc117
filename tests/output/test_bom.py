from __future__ import annotations

from dataclasses import replace

import pytest

from hilt.core.fact import Fact, Known, Value
from hilt.core.report import Transfer
from hilt.core.rights import Obligation
from hilt.core.running import Fits, Machine, Memory, Part, Running
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.output.bom import ROWS, Cluster, Field, fields
from sample_reports import ALL, BLOCKED, HONEST, WAIVED
from sample_rights import LLAMA_HELD, claimed, counted, verdict

COMMIT = "3f1c9ab0" * 5


def told(of: Verdict) -> dict[str, Field]:
    return {field.id: field for field in fields(of)}


def with_facts(*facts: Fact, of: Verdict = HONEST) -> dict[str, Field]:
    return told(replace(of, report=replace(of.report, facts=facts)))


def named(reference: str, *facts: Fact, revision: str = "") -> dict[str, Field]:
    subject = replace(HONEST.report.subject, reference=reference, revision=revision)
    return with_facts(*facts, of=replace(HONEST, report=replace(HONEST.report, subject=subject)))


@pytest.mark.parametrize("of", ALL)
def test_every_field_is_told_and_a_value_is_missing_exactly_where_it_is_unknown(of: Verdict) -> None:
    found = fields(of)
    assert [field.id for field in found] == [row.id for row in ROWS]
    assert all((field.value is None) == (field.known is Known.UNKNOWN) for field in found)
    assert all(field.source for field in found if field.known is Known.CLAIMED)


def test_ids_are_unique_and_every_cluster_of_the_g7_has_fields() -> None:
    assert len({row.id for row in ROWS}) == len({row.title for row in ROWS}) == len(ROWS)
    assert {row.cluster for row in ROWS} == set(Cluster)


def test_digests_are_verified_where_hilt_hashed_and_claimed_where_a_hub_states_one() -> None:
    assert told(HONEST)["model.digest"][4:] == (Known.VERIFIED, "hilt")
    entry = replace(HONEST.report.subject.entries[2], claimed=True)
    subject = Subject(reference="hf:acme/x", entries=(HONEST.report.subject.entries[0], entry))
    hub = told(replace(HONEST, report=replace(HONEST.report, subject=subject)))
    for field in ("model.digest", "model.file_hashes", "model.weight_hashes"):
        assert hub[field][4:] == (Known.CLAIMED, "the hub")
    unhashed = Subject(reference="x", entries=(Entry(path="model.safetensors", size=3),))
    none = told(replace(HONEST, report=replace(HONEST.report, subject=unhashed)))
    assert none["model.digest"].known is none["model.id"].known is Known.UNKNOWN


def test_what_a_card_calls_the_model_is_no_part_of_an_identity_that_is_verified() -> None:
    found = named("models/mine", claimed("card.name", "meta-llama/Llama-3.1-8B"))
    assert (found["model.name"].value, found["model.name"].known) == ("meta-llama/Llama-3.1-8B", Known.CLAIMED)
    assert str(found["model.id"].value).startswith("pkg:generic/mine?checksum=sha256:")


def test_only_files_with_weights_count_as_weights() -> None:
    assert told(HONEST)["model.weight_hashes"].value == (f"model.safetensors sha256:{'3' * 64}",)
    assert told(HONEST)["model.formats"].value == ("safetensors",)
    assert told(WAIVED)["model.formats"].value == ("pickle",)


@pytest.mark.parametrize(
    "reference",
    [
        "hf:acme/tiny",
        "hf:acme/tiny@main",
        "https://huggingface.co/acme/tiny/tree/main",
        "/home/a/.cache/huggingface/hub/models--acme--tiny",
        f"models--acme--tiny/snapshots/{COMMIT}",
    ],
)
def test_what_the_hub_has_is_named_by_its_place_and_commit(reference: str) -> None:
    found = named(reference, revision=COMMIT)
    assert (found["model.name"].value, found["model.producer"].value) == ("tiny", "acme")
    assert found["model.id"].value == f"pkg:huggingface/acme/tiny@{COMMIT}"
    assert found["model.id"].known is Known.CLAIMED


@pytest.mark.parametrize(
    "reference", ["hf:gpt2", "hf:datasets/acme/tiny", "./acme/tiny", "https://example.org/acme/tiny"]
)
def test_what_has_no_namespace_on_the_hub_gets_no_package_url_of_it(reference: str) -> None:
    assert str(named(reference)["model.id"].value).startswith("pkg:generic/")


def test_a_name_is_consistent_where_hub_and_card_agree_and_the_commit_where_the_bytes_are_what_the_hub_states() -> None:
    card = claimed("card.name", "Acme / Tiny"), claimed("card.authors", ("ACME", "B. Person"))
    found = named("hf:acme/tiny", *card, counted("provenance.hub_digests", 2), revision=COMMIT)
    assert {found[key].known for key in ("model.name", "model.producer", "model.version", "model.id")} == {
        Known.CONSISTENT
    }
    assert found["model.name"].source == "the hub and README.md"
    for name in ("tiny", "Acme Tiny", "acme/tiny"):
        assert named("hf:acme/tiny", claimed("card.name", name))["model.name"].known is Known.CONSISTENT
    other = named("hf:acme/tiny", claimed("card.name", "Llama"), revision=COMMIT)
    assert other["model.name"][3:5] == ("tiny", Known.CLAIMED)


def test_what_a_packed_folder_says_of_the_hub_is_a_claim_however_often_it_says_so() -> None:
    card = claimed("card.name", "Acme/Tiny"), claimed("card.authors", ("Acme",))
    told = *card, claimed("provenance.hub_digests", 2), claimed("provenance.commit", COMMIT)
    found = named(f"got/models--acme--tiny/snapshots/{COMMIT}", *told, revision=COMMIT)
    assert {found[key].known for key in ("model.name", "model.producer", "model.version", "model.id")} == {
        Known.CLAIMED
    }


def test_a_producer_is_verified_by_the_signer_whom_the_settings_expect_and_by_no_other() -> None:
    signed = counted("provenance.signed_by", ("Acme",))
    assert named("hf:acme/tiny", signed)["model.producer"].known is Known.CLAIMED
    expected = named("hf:acme/tiny", signed, counted("provenance.expected", ("Acme", "Other")))["model.producer"]
    assert (expected.value, expected.known) == ("Acme", Known.VERIFIED)


def test_what_only_lies_in_a_folder_is_identified_by_its_digest() -> None:
    found = named("models/my model", claimed("card.version", "1.2"))
    digest = HONEST.report.subject.digest
    assert found["model.id"].value == f"pkg:generic/my%20model?checksum=sha256:{digest}"
    assert found["model.id"].known is Known.VERIFIED
    assert (found["model.name"].value, found["model.name"].source) == ("my model", "the reference")
    assert found["model.version"].value == "1.2"
    assert named("..")["model.name"].value is None
    assert str(named("..")["model.id"].value).startswith("pkg:generic/model?checksum=")
    one = told(WAIVED)["model.id"]
    assert one.value == f"pkg:generic/acme-layers?checksum=sha256:{'6' * 64}"


@pytest.mark.parametrize(
    ("dtypes", "value"),
    [
        (("BF16",), ()),
        (("F16", "F32", "I64"), ()),
        (("F32", "Q4_K", "Q6_K"), ("Q4_K", "Q6_K")),
        (("BF16", "F8_E4M3"), ("F8_E4M3",)),
        (("F32", "I8"), ("I8",)),
        (("F16", "I32"), None),
        (("MXFP4",), ("MXFP4",)),
    ],
)
def test_quantisation_is_told_by_the_number_formats(dtypes: tuple[str, ...], value: Value) -> None:
    assert with_facts(counted("model.dtypes", dtypes))["model.quantisation"].value == value


@pytest.mark.parametrize(
    ("architectures", "value"),
    [
        (("LlamaForCausalLM",), "llama"),
        (("BertModel", "BertForMaskedLM"), "bert"),
        (("qwen2",), "qwen2"),
        (("LlamaForCausalLM", "CLIPModel"), None),
        (("Model",), "model"),
        ((), None),
    ],
)
def test_the_family_is_the_architecture_without_its_head(architectures: tuple[str, ...], value: Value) -> None:
    assert with_facts(claimed("model.architectures", architectures))["model.family"].value == value


def test_an_architecture_is_claimed_though_the_tensors_have_the_shape_that_the_config_tells() -> None:
    told_of = claimed("model.architectures", ("SafeCertifiedForCausalLM",), "config.json")
    found = with_facts(told_of, counted("fit.width", 4096))
    assert (found["model.architecture"].known, found["model.family"].known) == (Known.CLAIMED, Known.CLAIMED)


@pytest.mark.parametrize(
    ("task", "value"),
    [
        ("text-generation", ("text",)),
        ("image-text-to-text", ("image", "text")),
        ("automatic-speech-recognition", ("audio",)),
        ("text-to-image", ("text",)),
        ("zero-shot-image-classification", ("image",)),
        ("zero-shot-classification", ("text",)),
        ("something-new", None),
    ],
)
def test_what_a_model_takes_is_told_by_its_task(task: str, value: Value) -> None:
    assert with_facts(claimed("card.task", task))["system.inputs"].value == value


def test_what_licences_ask_is_as_weakly_known_as_the_weakest_of_it() -> None:
    asked = tuple(
        Obligation(licence="mit", id="notice", says=says, who="you", source=source, known=known)
        for says, source, known in (("a", "LICENSE", Known.VERIFIED), ("b", "README.md", Known.CLAIMED))
    )
    found = told(replace(HONEST, report=replace(HONEST.report, obligations=asked)))["model.obligations"]
    assert found[3:] == (("mit: a", "mit: b"), Known.CLAIMED, "2 sources")


def test_a_run_says_when_it_was_and_what_it_saw() -> None:
    found = told(BLOCKED)
    assert found["bom.timestamp"].value == "2026-11-21T09:30:00+00:00"
    assert found["bom.coverage"].value == "not complete: 4 gaps"
    assert found["security.findings"].value == ("12 critical", "1 medium", "1 low")
    assert told(WAIVED)["security.findings"].value == ("2 waived",)
    assert found["security.verdict"].value == "block"
    assert found["bom.context"].value == "after download"
    remote = replace(BLOCKED, report=replace(BLOCKED.report, transfer=Transfer(bytes=1, requests=1)))
    assert told(remote)["bom.context"].value == "before download"


def test_memory_and_speed_are_those_of_the_machine_in_the_verdict() -> None:
    parts = (Part("weights", 900, 900), Part("cache", 100, 10))
    running = Running(
        memory=Memory(engine="llama.cpp", context=4096, sequences=1, parts=parts),
        machine=Machine(name="laptop", memory=1000),
        fits=Fits.TIGHT,
        speed=(3.0, 12.5),
    )
    found = told(replace(LLAMA_HELD, running=running))
    assert found["infrastructure.memory"].value == 1000
    assert found["infrastructure.memory"].source == "llama.cpp, 4 096 tokens, 1 sequence"
    assert found["infrastructure.machine"].value == f"laptop: {Fits.TIGHT.value}"
    assert found["kpi.speed"][3:5] == ("3 to 12.5", Known.CLAIMED)
    assert told(LLAMA_HELD)["infrastructure.memory"].value is None
    stored = told(verdict("acme/x", Outcome.ADMIT, (counted("fit.reserved", 5),)))
    assert stored["infrastructure.memory"][3:5] == (5, Known.VERIFIED)
