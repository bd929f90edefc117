from __future__ import annotations

import pytest

from checks.fit.models import facts, findings, llama, llama_config, safetensors
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
