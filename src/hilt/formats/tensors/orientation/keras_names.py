"""Which way round a kernel of TensorFlow or Keras lies, by its name: neither writes that down.

Source: Keras, src/layers: `kernel` is (in, out) or (height, width, in, out), `depthwise_kernel` (height, width, channels,
multiplier), `embeddings` (tokens, features) as in PyTorch, the projections of attention (in, heads, size) and
(heads, size, out). Transposed convolutions are (height, width, out, in), which PyTorch has as (in, out, height, width).
The gates of an LSTM follow each other as in PyTorch, those of a GRU do not.
"""

from __future__ import annotations

import re

from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors.layouts.turned import depthwise, kernel, projection
from hilt.formats.tensors.orientation.recurrent import recurrent

_KNOWN = re.compile(
    r"(?:kernel|weights?|filters?|embeddings|gamma|beta|bias(?:es)?|moving_mean|moving_variance)(?::\d+)?$|/vars/\d+$|:0$"
)
_TABLE = re.compile(r"embedding|embed_|position|codebook|lookup|relative_attention_bias|vocab|centroids|anchors")
_PLAIN = ("kernel", "pointwise_kernel", "pointwise_weights", "pointwise_filter", "recurrent_kernel")
_DEPTHWISE = re.compile(r"depthwise|separable_conv\w*/vars/0")
_INTO_HEADS = re.compile(r"(?:^|[/_.])(?:q|k|v|query|key|value)(?:_dense|_proj)?(?:[/_.]|$)")
_OUT_OF_HEADS = re.compile(r"attention_output|output_dense|out_proj")
_GRU, _GRU_GATES = re.compile(r"(?:^|[/_])gru(?:_cell)?(?:_\d+)?/"), (1, 0, 2)
_OF_OPTIMISER = re.compile(
    r"(?:^|/)(?:optimizer|optimizer_weights|_optimizer\w*|training|save_counter|global_step|beta[12]_power)(?:/|$|:)"
    r"|OPTIMIZER_SLOT"
    r"|/(?:Adam|Momentum|RMSProp|Adagrad|Ftrl|LAMB|adam_[mv]|ExponentialMovingAverage)(?:_\d+)?(?::\d+)?$"
)


def is_of_optimiser(name: str) -> bool:
    """Is it what training keeps beside the weights?"""
    return _OF_OPTIMISER.search(name) is not None


def is_of_keras(name: str) -> bool:
    """Does Keras or TensorFlow name variables like this?"""
    return _KNOWN.search(name) is not None


def named(stored: TensorSource, name: str) -> TensorSource:
    """The variable of this name in PyTorch's order."""
    name, rank = name.lower(), len(stored.shape)
    leaf = name.rpartition("/")[2].partition(":")[0]
    if rank < 2 or rank > 5 or _TABLE.search(name) or (rank == 2 and leaf == "bias"):
        return stored
    if rank == 4 and leaf not in _PLAIN and _DEPTHWISE.search(name):
        return depthwise(stored)
    if rank == 3 and _OUT_OF_HEADS.search(name):
        return projection(stored, 2)
    if rank == 3 and _INTO_HEADS.search(name):
        return projection(stored, 1)
    if rank == 2 and _GRU.search(name) and stored.shape[1] % 3 == 0:
        return next(recurrent(kernel(stored), _GRU_GATES))
    return kernel(stored)
