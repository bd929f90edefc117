from __future__ import annotations

import json
import struct

import pytest

from attacks.gguf import Info, gguf
from checks.regulation.subjects import card, config, facts
from hilt.checks.regulation.training_compute import CHECK
from hilt.core.fact import Fact, Known
from repositories import repository


def weights(parameters: int, dtype: str = "BF16") -> bytes:
    """A header that counts so many numbers, with few of their bytes behind it."""
    header = {"w": {"dtype": dtype, "shape": [parameters], "data_offsets": [0, parameters * 2]}}
    told = json.dumps(header).encode()
    return struct.pack("<Q", len(told)) + told


LLAMA = {
    "README.md": card("Llama 3.1 was pretrained on ~15 trillion tokens of data.", pipeline_tag="text-generation"),
    "config.json": config(architectures=["LlamaForCausalLM"]),
    "model.safetensors": weights(8_030_261_248),
}


def test_tokens_of_the_card_and_parameters_of_the_header_make_an_interval() -> None:
    told = facts(CHECK, LLAMA)
    each = 6 * 8_030_261_248 * 15e12
    assert (told["compute.flop_low"], told["compute.flop_high"]) == (
        pytest.approx(0.9 * each),
        pytest.approx(1.5 * each),
    )
    assert told["compute.third_low"] == pytest.approx(told["compute.flop_low"] / 3)
    assert told["compute.third_high"] == pytest.approx(told["compute.flop_high"] / 3)
    assert (told["compute.method"], told["training.tokens"]) == ("tokens", 15 * 10**12)
    assert told["model.parameters_active"] == 8_030_261_248
    assert told["compute.inputs"] == (
        "README.md:4: Llama 3.1 was pretrained on ~15 trillion tokens of data.",
        "model.safetensors: 8,030,261,248 parameters",
    )


def test_all_of_it_is_claimed_and_points_to_its_place() -> None:
    subject = repository(LLAMA)
    subject.facts.append(Fact(key="model.parameters", value=8_030_261_248, known=Known.VERIFIED, source="m"))
    seen = [fact for fact in CHECK.run(subject) if isinstance(fact, Fact)]
    assert {fact.known for fact in seen} == {Known.CLAIMED}
    assert {fact.source for fact in seen} == {"README.md", "m: 8,030,261,248 parameters"}


def test_the_experts_that_a_token_does_not_meet_are_subtracted() -> None:
    mixture = {
        "README.md": card("pretrained on 10T tokens", pipeline_tag="text-generation"),
        "config.json": config(
            hidden_size=4096, intermediate_size=14336, num_local_experts=8, num_experts_per_tok=2, num_hidden_layers=32
        ),
        "model.safetensors": weights(46_702_792_704),
    }
    told = facts(CHECK, mixture)
    assert told["model.parameters_active"] == 12_879_925_248
    assert "config.json: 2 of 8 experts in 32 layers" in told["compute.inputs"][-1]
    assert told["compute.flop_low"] == pytest.approx(0.9 * 6 * 12_879_925_248 * 10e12)
    mixture["model.safetensors"] = weights(1_000_000_000)
    assert "model.parameters_active" not in facts(CHECK, mixture)  # the config is of another model


def test_a_gguf_header_tells_of_its_experts() -> None:
    metadata = [("general.architecture", "llama"), ("llama.expert_count", 8), ("llama.expert_used_count", 2)]
    metadata += [("llama.embedding_length", 4), ("llama.feed_forward_length", 8), ("llama.block_count", 1)]
    data = gguf([Info(name="w", shape=(1024, 2))], b"\0" * 8192, metadata)
    assert facts(CHECK, {"m.gguf": data})["model.parameters_active"] == 2048 - 6 * 3 * 4 * 8


def test_a_fine_tune_knows_no_upper_end() -> None:
    files = LLAMA | {"README.md": card("trained on 10M tokens", pipeline_tag="text-generation", base_model="a/b")}
    told = facts(CHECK, files)
    assert "compute.flop_high" not in told
    assert "training.tokens" not in told
    assert told["compute.flop_low"] == pytest.approx(0.9 * 6 * 20 * 8_030_261_248**2)


def test_an_adapter_says_nothing_of_the_model_that_it_needs() -> None:
    for extra in (
        {"adapter_config.json": b"{}"},
        {"README.md": card("", tags=["lora"])},
        {"README.md": card("", library_name="peft")},
    ):
        assert facts(CHECK, {"adapter_model.safetensors": weights(1000), **extra}) == {}


def test_numbers_that_are_packed_are_not_counted_as_parameters() -> None:
    packed = LLAMA | {
        "config.json": config(quantization_config={"quant_method": "gptq", "bits": 4}),
        "model.safetensors": weights(1_000_000_000, "I32"),
    }
    told = facts(CHECK, packed)
    assert "model.parameters_active" not in told
    assert "compute.flop_low" not in told
    assert told["training.tokens"] == 15 * 10**12


def test_a_small_model_is_below_every_threshold() -> None:
    told = facts(CHECK, {"model.safetensors": weights(22_000_000), "README.md": b"# A model"})
    assert told["compute.flop_high"] < 1e23
    assert "compute.flop_low" not in told


@pytest.mark.parametrize(
    "files",
    [
        {"model-00001-of-00002.safetensors": weights(22_000_000)},  # the rest is missing
        {
            "model.safetensors": weights(22_000_000),
            "more.bin": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 1000000000\n",
        },
        {"README.md": card("trained on 15T tokens of data")},
        {"README.md": b"# A model of which only the card came along"},
        {"config.json": b'{"model_type": "llama", "hidden_size": 8192, "num_hidden_layers": 80}', "LICENSE": b"MIT"},
    ],
)
def test_where_part_of_the_weights_is_not_there_nothing_is_known_of_the_whole(files: dict[str, bytes]) -> None:
    told = facts(CHECK, files)
    assert "compute.flop_high" not in told
    if b"15T" in files.get("README.md", b""):
        assert told["training.tokens"] == 15 * 10**12


def test_a_file_that_no_reader_knows_may_hold_all_of_the_weights() -> None:
    told = facts(CHECK, {"README.md": b"# A model", "group1-shard1of1.bin": bytes(range(256)) * 40})
    assert told["compute.method"] == "upper-bound"


def test_a_hostile_card_brings_no_check_down() -> None:
    for body in (
        "9" * 5000 + "T tokens of data",
        "trained on 99999999999999T tokens",
        "1e99 FLOPs",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ):
        told = facts(CHECK, {"README.md": card(body), "model.safetensors": weights(9_000_000_000)})
        assert "compute.flop_high" not in told


def test_a_dataset_is_not_trained() -> None:
    text = card("15 trillion tokens of the finest data for training", task_categories=["text-generation"])
    assert facts(CHECK, {"README.md": text, "data.jsonl": b"{}"}) == {}
    assert facts(CHECK, {**LLAMA, "README.md": text})["training.tokens"] == 15 * 10**12


def test_experts_that_a_config_names_in_a_way_of_its_own_leave_open_how_many_parameters_work() -> None:
    """ERNIE 4.5 and Hunyuan-A13B tell of their experts in lists, one for each layer or kind."""
    told = facts(CHECK, {**LLAMA, "config.json": config(moe_num_experts=[64, 64], moe_k=6, hidden_size=2560)})
    assert "model.parameters_active" not in told
    assert "compute.flop_low" not in told
    assert told["training.tokens"] == 15 * 10**12
    plain = facts(CHECK, {**LLAMA, "config.json": config(num_experts=1)})
    assert plain["model.parameters_active"] == 8_030_261_248
