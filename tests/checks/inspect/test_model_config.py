from __future__ import annotations

import json

import pytest

from hilt.checks.inspect.model_config import CHECK
from reading import facts


@pytest.mark.parametrize(
    ("config", "stated"),
    [
        (
            {"architectures": ["BertModel"], "max_position_embeddings": 512},
            {"model.architectures": ("BertModel",), "model.context_length": 512},
        ),
        ({"text_config": {"max_position_embeddings": 8192}}, {"model.context_length": 8192}),
        ({"architectures": "BertModel", "max_position_embeddings": True}, {}),
        ({"max_position_embeddings": 10**30}, {}),
        ([], {}),
    ],
)
def test_a_config_states_what_it_claims(config: object, stated: dict[str, object]) -> None:
    assert facts(CHECK, json.dumps(config).encode(), "deep/config.json") == stated


def test_another_json_file_states_nothing() -> None:
    assert facts(CHECK, b'{"architectures": ["BertModel"]}', "other.json") == {}
