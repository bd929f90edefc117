"""What the end of a file's name promises."""

from __future__ import annotations

DATA_SUFFIXES = frozenset(
    """
    .safetensors .gguf .ggml .onnx .pt .pth .bin .ckpt .h5 .hdf5 .keras .tflite .pb .npy .npz .pkl .pickle .joblib .model
    .msgpack .mlmodel .pdparams .pdmodel .pdiparams .params .weights .caffemodel .index .data .arrow .parquet .json .jsonl
    .yaml .yml .toml .cfg .ini .txt .md .csv .tsv .xml .vocab .spm .jinja .png .jpg .jpeg .gif .webp .svg .pdf .wav .mp3
    .zip .tar .gz .jit .ptl .nemo
    """.split()
)
"""Weights, configs, texts, pictures: whatever is read and never run."""

SHELL_SUFFIXES = frozenset({".sh", ".bash", ".zsh", ".pl", ".rb", ".js", ".r"})
"""Scripts that say openly what they are."""


def suffix(name: str) -> str:
    """The last suffix of a file's name, in lower case, with its dot; empty where it has none."""
    stem, dot, end = name.lower().rpartition(".")
    return f".{end}" if dot and stem else ""
