from __future__ import annotations

import pytest

from hilt.knowledge.weight_names import promises_weights


@pytest.mark.parametrize(
    "path", ["model.safetensors", "a/pytorch_model-00001-of-00002.bin", "Q4.GGUF", "resnet18-f37072fd.pth", "model.pkl"]
)
def test_weights_are_known_by_their_suffix(path: str) -> None:
    assert promises_weights(path)


@pytest.mark.parametrize(
    "path",
    ["config.json", "LICENSE", "tokenizer.model", "tokenizer.bin", "a/optimizer.pt", "vocab.pkl", "model.py", ".bin"],
)
def test_what_many_models_share_promises_none(path: str) -> None:
    assert not promises_weights(path)
