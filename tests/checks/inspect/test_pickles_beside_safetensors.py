from __future__ import annotations

import pickle

import pytest

from hilt.checks.inspect.pickles_beside_safetensors import CHECK
from hilt.core.finding import Severity
from repositories import findings_in

SAFETENSORS = b"\x02\0\0\0\0\0\0\0{}"
PICKLE = pickle.dumps({"weight": [1.0]})


@pytest.mark.parametrize(
    ("pickled", "plain"),
    [
        ("pytorch_model.bin", "model.safetensors"),
        ("pytorch_model-00001-of-00002.bin", "model-00001-of-00001.safetensors"),
        ("unet/diffusion_pytorch_model.bin", "unet/diffusion_pytorch_model.safetensors"),
        ("adapter_model.bin", "adapter_model.safetensors"),
    ],
)
def test_which_file_a_loader_takes_is_told(pickled: str, plain: str) -> None:
    (finding,) = findings_in(CHECK, {pickled: PICKLE, plain: SAFETENSORS})
    assert (finding.severity, finding.where.path) == (Severity.INFO, pickled)
    assert f"loaders take {plain.rpartition('/')[2]}" in finding.message


@pytest.mark.parametrize("plain", ["other/model.safetensors", "adapter_model.safetensors", "model_2.safetensors"])
def test_weights_of_something_else_are_no_pair(plain: str) -> None:
    assert findings_in(CHECK, {"pytorch_model.bin": PICKLE, plain: SAFETENSORS}) == []
