"""upload_modes: which files come inside of a commit, and which are sent before it, as large ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from hilt.core.library import KeptRevision

LARGE = 1 << 20
"""Bytes from which on a file is a large one, whatever it holds."""
USUALLY_LARGE = frozenset(
    ".7z .arrow .bin .bz2 .ckpt .ftz .gguf .gz .h5 .joblib .keras .lz4 .mlmodel .model .msgpack .npy .npz .onnx .ot .parquet .pb".split()
    + ".pickle .pkl .pt .pt2 .pth .rar .safetensors .tar .tflite .tgz .wasm .xz .zip .zst".split()
)
"""Ends of names: git keeps every version of a file, and of these there is no telling how large the next one is."""
ATTRIBUTES = ".gitattributes"
MOST = 1000
"""Files that are asked after at once."""


class Offered(NamedTuple):
    """A file that somebody wants to upload; `sample` is how it begins."""

    path: str
    size: int
    sample: bytes


class Mode(NamedTuple):
    """How it is to come. `oid` is what is there already: the SHA-256 of a large file, git's name of a small one; empty where none is."""

    path: str
    is_large: bool
    oid: str = ""


def modes(files: Sequence[Offered], there: KeptRevision | None) -> list[Mode]:
    """How each is to come, where `there` are the files that whoever asks may know of."""
    present = {one.path: one for one in there.files} if there is not None else {}
    told = []
    for path, size, sample in files:
        large = size > 0 and (size > LARGE or PurePosixPath(path).suffix.lower() in USUALLY_LARGE or _is_binary(sample))
        before = present.get(path)
        told.append(Mode(path, large, before.etag if before is not None and before.large == large else ""))
    return told


def attributes() -> bytes:
    """The file with which git knows which files are large ones."""
    lines = (f"*{end} filter=lfs diff=lfs merge=lfs -text\n" for end in sorted(USUALLY_LARGE))
    return "".join(lines).encode("ascii")


def _is_binary(sample: bytes) -> bool:
    if b"\0" in sample:
        return True
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start < len(sample) - 3  # else a letter was cut
    return False
