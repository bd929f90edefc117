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

_OPENED = {
    "a script of the Windows command line": ".bat .cmd",
    "a PowerShell script": ".ps1 .psm1 .psd1 .ps1xml",
    "a script of the Windows Script Host": ".vbs .vbe .jse .wsf .wsh .sct",
    "a program made of a page": ".hta",
    "a shortcut": ".lnk .url .pif .scf .library-ms .search-ms .settingcontent-ms .webloc .fileloc .inetloc",
    "a starter of a Linux desktop": ".desktop",
    "entries for the Windows registry": ".reg .inf",
    "a script of a Mac": ".command .scpt .applescript .terminal .workflow",
    "a screen saver, a control panel or an installer": ".scr .cpl .msi .msix .appref-ms .application",
}
OPENED_SUFFIXES = {end: what for what, ends in _OPENED.items() for end in ends.split()}
"""What a desktop acts upon when somebody opens it, and how to call it."""


def suffix(name: str) -> str:
    """The last suffix of a file's name, in lower case, with its dot; empty where it has none."""
    stem, dot, end = name.lower().rpartition(".")
    return f".{end}" if dot and stem else ""
