"""Which names promise weights: the files that make a model what it is.

Configs, tokenizers, licences and cards are the same in many models that have nothing else in common, so nobody is known by those.
"""

from __future__ import annotations

import re

from hilt.knowledge.file_names import suffix

WEIGHT_SUFFIXES = frozenset(
    """
    .safetensors .gguf .ggml .onnx .onnx_data .pt .pth .pt2 .ptl .pte .bin .ckpt .h5 .hdf5 .keras .tflite .pb .npz .npy .pkl .pickle
    .joblib .skops .msgpack .mlmodel .pdparams .pdiparams .params .weights .caffemodel .nemo .t7 .mnn .engine .plan .llamafile .task
    .litertlm .ort .rds .rdata .zip .tar .jit
    """.split()
)
_OTHERS = re.compile(
    r"(tokeni[sz]er|vocab|optimi[sz]er|optim|scheduler|rng_state|random_states?|scaler|training_args|preprocessor|special_tokens)",
    re.IGNORECASE,
)
"""How files begin that end like weights and are none."""


def promises_weights(path: str) -> bool:
    """Does the name of this file promise weights?"""
    name = path.rpartition("/")[2]
    return suffix(name) in WEIGHT_SUFFIXES and not _OTHERS.match(name)
