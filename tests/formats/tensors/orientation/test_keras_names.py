from __future__ import annotations

import numpy as np
import pytest

from formats.tensors.given import whole
from hilt.formats.tensors.layouts.dense import Held
from hilt.formats.tensors.orientation.keras_names import is_of_keras, is_of_optimiser, named


@pytest.mark.parametrize(
    ("name", "shape", "turned"),
    [
        ("conv1/kernel:0", (3, 5, 7, 8), (8, 7, 3, 5)),
        ("conv1/kernel", (3, 5, 7, 8, 9), (9, 8, 3, 5, 7)),
        ("conv1d/kernel", (3, 7, 8), (8, 7, 3)),
        ("dense/kernel", (7, 8), (8, 7)),
        ("lstm/lstm_cell/recurrent_kernel:0", (2, 8), (8, 2)),
        ("gru/gru_cell/bias:0", (2, 6), (2, 6)),
        ("dense/bias", (8,), (8,)),
        ("embedding/embeddings:0", (100, 8), (100, 8)),
        ("bert/embeddings/word_embeddings", (100, 8), (100, 8)),
        ("conv_dw_1/depthwise_kernel:0", (3, 3, 8, 2), (16, 1, 3, 3)),
        ("MobilenetV1/Conv2d_1_depthwise/depthwise_weights", (3, 3, 8, 1), (8, 1, 3, 3)),
        ("layers/depthwise_conv2d_3/vars/0", (3, 3, 8, 1), (8, 1, 3, 3)),
        ("layers/separable_conv2d/vars/0", (3, 3, 8, 1), (8, 1, 3, 3)),
        ("layers/separable_conv2d/vars/1", (1, 1, 8, 9), (9, 8, 1, 1)),
        ("depthwise_block/conv/kernel", (3, 3, 8, 4), (4, 8, 3, 3)),
        ("separable_conv2d/pointwise_kernel:0", (1, 1, 8, 9), (9, 8, 1, 1)),
        ("attention/query/kernel", (8, 2, 4), (8, 8)),
        ("attention/value_dense/vars/0", (6, 2, 4), (8, 6)),
        ("attention/attention_output/kernel", (2, 4, 6), (6, 8)),
    ],
)
def test_the_name_says_which_way_round_a_variable_lies(
    name: str, shape: tuple[int, ...], turned: tuple[int, ...]
) -> None:
    assert named(Held(name=name, dtype="F32", values=np.zeros(shape, "f4")), name).shape == turned


@pytest.mark.parametrize(
    "name", ["gru_1/gru_cell_1/kernel:0", "gru/gru_cell/recurrent_kernel", "layers/gru/cell/vars/0"]
)
def test_the_gates_of_a_gru_come_in_the_order_of_pytorch(name: str) -> None:
    weight = np.arange(12, dtype="f4").reshape(2, 6)
    turned = named(Held(name=name, dtype="F32", values=weight), name)
    assert np.array_equal(whole(turned), weight.T[[2, 3, 0, 1, 4, 5]])


@pytest.mark.parametrize(
    "name",
    [
        "optimizer_weights/Adam/conv/kernel/m:0",
        "optimizer/vars/3",
        "layer-0/kernel/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE",
        "optimizer/beta_1/.ATTRIBUTES/VARIABLE_VALUE",
        "dense/kernel/Adam_1",
        "bert/encoder/dense/kernel/adam_v",
        "beta1_power",
        "global_step",
        "save_counter/.ATTRIBUTES/VARIABLE_VALUE",
    ],
)
def test_what_training_keeps_beside_the_weights_is_known(name: str) -> None:
    assert is_of_optimiser(name)


def test_weights_are_not_taken_for_it() -> None:
    for name in ("dense/kernel", "model_weights/conv/kernel:0", "layers/adam/vars/0", "momentum_encoder/kernel"):
        assert is_of_keras(name)
        assert not is_of_optimiser(name)
    assert not is_of_keras("matrix")
