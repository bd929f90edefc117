from __future__ import annotations

import pytest

from checks.fit.models import facts, findings, headed, llama, llama_config, safetensors
from hilt.core.finding import Severity


def test_a_config_that_belongs_to_its_weights_is_quiet() -> None:
    assert findings({"config.json": llama_config(), "model.safetensors": safetensors(llama())}) == []


@pytest.mark.parametrize(
    ("stated", "message", "severity"),
    [
        ({"num_hidden_layers": 3}, "3 layers are stated, the tensors are of 2", Severity.MEDIUM),
        ({"num_hidden_layers": 1}, "1 layers are stated, the tensors are of 2", Severity.LOW),
        (
            {"num_key_value_heads": 4},
            (
                "keys and values of 2 layers: 'attention heads=4 key=16 value=16' is stated,"
                " the tensors make 'attention heads=2 key=16 value=16'"
            ),
            Severity.MEDIUM,
        ),
        ({"vocab_size": 1200}, "1200 words are stated, the table of embeddings has 1000", Severity.MEDIUM),
        ({"vocab_size": 800}, "800 words are stated, the table of embeddings has 1000", Severity.LOW),
        (
            {"hidden_size": 128, "head_dim": 16},
            "a width of 128 is stated, the table of embeddings has 64",
            Severity.MEDIUM,
        ),
    ],
)
def test_what_the_tensors_contradict_is_said_and_the_tensors_are_right(
    stated: dict[str, int], message: str, severity: Severity
) -> None:
    files = {"config.json": llama_config(**stated), "model.safetensors": safetensors(llama())}
    (found,) = findings(files)
    assert (found.message, found.severity, found.where.path) == (message, severity, "config.json")
    honest = facts({"config.json": llama_config(), "model.safetensors": safetensors(llama())})
    assert facts(files) == honest


def test_a_number_that_the_class_does_not_read_hides_no_cache() -> None:
    files = {"config.json": llama_config(num_kv_shared_layers=2), "model.safetensors": safetensors(llama())}
    assert facts(files) == facts({"config.json": llama_config(), "model.safetensors": safetensors(llama())})


def test_layers_that_are_said_to_have_no_heads_have_those_of_their_tensors() -> None:
    tensors = {"token_embd.weight": ("F16", (64, 1000))} | {
        f"blk.{layer}.attn_{what}.weight": ("F16", (64, 32)) for layer in range(2) for what in "kv"
    }
    keys = {"block_count": 2, "embedding_length": 64, "attention__head_count": 4, "attention__head_count_kv": 0}
    told = {"general__architecture": "llama", **{f"llama__{key}": value for key, value in keys.items()}}
    files = {"a.gguf": headed(tensors, **told)}
    (found,) = findings(files)
    assert (found.severity, found.where.path) == (Severity.MEDIUM, "a.gguf")
    assert facts(files)["fit.layers"] == ("2 attention heads=1 key=32 value=32",)
