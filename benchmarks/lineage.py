"""Measures what a fingerprint costs: by size of the model, from a file and over HTTP, beside reading all numbers with NumPy.

    python benchmarks/lineage.py                          # writes up to 4 GB of random weights into a temporary folder
    python benchmarks/lineage.py --gguf gemma-3-270m-q4_k_m.gguf
    python benchmarks/lineage.py --small

Whole processes, start-up included, median of three, in the page cache. `print` is the fingerprint as `hilt index` takes it,
`sketch` what `hilt diff` takes besides to measure changes, `alone` the search for removed directions without a base. What
searching an index costs measures `lineage_search.py`.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from measure import Run, median, run

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from hub_server import File, serving

ROUNDS = 3
GB = 1_000_000_000

HILT = """
import sys
from pathlib import Path
from hilt.formats.tensors import Given, tensors
from families.weights import sets
what, path = sys.argv[1], Path(sys.argv[2])
with sets(path) as found:
    weights = max(found.values(), key=len)
    if what == "print":
        from hilt.knowledge.lineage.fingerprint import model_print
        from hilt.knowledge.lineage.print_bytes import encode
        made = model_print(weights)
        print(len(made.tensors), made.read, len(encode(made)))
    elif what == "sketch":
        from hilt.knowledge.lineage.closer import model_sketch
        print(len(model_sketch(weights).tensors))
    else:
        from hilt.knowledge.lineage.safeguards import alone
        from hilt.knowledge.lineage.slabs import slabs
        print(alone(slabs(weights)).cut)
"""
NUMPY = """
import sys, json
import numpy as np
with open(sys.argv[2], "rb") as file:
    file.seek(8 + int.from_bytes(file.read(8), "little"))
    total = 0.0
    while len(data := file.read(1 << 24)):
        total += float((np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32).sum(dtype=np.float64))
print(total)
"""
REMOTE = """
import sys
from hilt.gate.settings import Settings
from hilt.gate.comparing.weights import opened, printed
with opened(sys.argv[2], Settings(), hashed=False) as subject:
    (made,) = printed(subject.weights)
    print(made.name, made.why or (len(made.print.tensors), made.print.read))
"""


@dataclass(frozen=True)
class OnDisk:
    """A file as the hub of the tests serves it."""

    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read(self, start: int, end: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(min(end, self.size) - start)


def shapes(size: int) -> dict[str, tuple[int, int]]:
    """Matrices of a Llama in bfloat16 of about this many bytes."""
    width = max(128, round((size / 2 / 16 / 12) ** 0.5 / 64) * 64)
    inner, words = width * 8 // 3 // 32 * 32, 32_000 if size >= GB // 4 else 4_000
    layer = {"self_attn.q_proj": (width, width), "self_attn.k_proj": (width // 4, width), "self_attn.v_proj": (width // 4, width),
             "self_attn.o_proj": (width, width), "mlp.gate_proj": (inner, width), "mlp.up_proj": (inner, width),
             "mlp.down_proj": (width, inner)}  # fmt: skip
    one = sum(rows * columns for rows, columns in layer.values())
    count = max(1, round((size / 2 - words * width) / one))
    made = {"model.embed_tokens.weight": (words, width)}
    return made | {f"model.layers.{n}.{name}.weight": shape for n in range(count) for name, shape in layer.items()}


def written(path: Path, size: int) -> int:
    """Random weights in bfloat16; how many tensors."""
    chance = np.random.default_rng(size)
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    found = shapes(size)
    for name, (rows, columns) in found.items():
        begin, end = end, end + 2 * rows * columns
        header[name] = {"dtype": "BF16", "shape": [rows, columns], "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for rows, columns in found.values():
            for begin in range(0, rows * columns, 1 << 22):
                numbers = chance.standard_normal(min(1 << 22, rows * columns - begin), dtype=np.float32) * np.float32(
                    0.02
                )
                file.write((numbers.view(np.uint32) >> 16).astype(np.uint16).tobytes())
    return len(found)


def taken(code: str, *arguments: str, endpoint: str = "") -> tuple[Run, str]:
    """The median of some runs, and what the last one said."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"} | ({"HF_ENDPOINT": endpoint} if endpoint else {})
    lead = f"import sys; sys.path.append({str(Path(__file__).parent)!r})\n"
    with tempfile.TemporaryDirectory() as folder:
        environment["HF_HOME"] = folder
        runs = []
        for _ in range(ROUNDS):
            runs.append(
                run(
                    [sys.executable, "-c", lead + code, *arguments],
                    cwd=Path(folder),
                    environment=environment,
                    seconds=300,
                )
            )
            said = Path(folder, "output").read_text(errors="replace").strip().splitlines()
    return median(runs), said[-1] if said else ""


def row(what: str, size: int, took: Run, peer: float, said: str) -> None:
    ratio = f"{took.cpu / peer:.2f}" if peer else ""
    print(
        f"| {what} | {size / GB:.2f} | {took.cpu:.2f} | {took.wall:.2f} | {took.peak_mib:.0f} | {ratio} | {said} |",
        flush=True,
    )


def remote(path: Path) -> None:
    """The fingerprint of a model that lies at a hub, and what was fetched for it."""
    content = OnDisk(path)
    with serving({path.name: File(content, "0" * 40, "0" * 64)}) as hub:
        took, said = taken(REMOTE, "print", "hf:org/name", endpoint=hub.endpoint)
        sent, asked = hub.sent / ROUNDS, len(hub.asked) / ROUNDS
    fetched = f"{sent / 1e6:.1f} MB fetched ({sent / content.size:.2%}) in {asked:.0f} requests; {said}"
    row(f"print over HTTP, {path.suffix[1:]}", content.size, took, 0, fetched)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="0.1 GB only, to see that it works")
    parser.add_argument("--gguf", type=Path, help="a real GGUF to read as well")
    parser.add_argument("--folder", type=Path, help="where weights are written (a temporary one)")
    options = parser.parse_args()
    sizes = (GB // 10,) if options.small else (GB // 10, GB // 4, GB // 2, GB, 2 * GB)
    print(f"median of {ROUNDS}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| what | GB | CPU s | wall s | peak MiB | CPU / NumPy | |\n|---|--:|--:|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for size in sizes:
            path = Path(folder, "model.safetensors")
            count = written(path, size)
            peer, _ = taken(NUMPY, "", str(path))
            row("NumPy, all numbers", path.stat().st_size, peer, peer.cpu, f"{count} tensors")
            for what in ("print", "sketch", "alone"):
                if what == "print" or size in (GB, sizes[0]):
                    took, said = taken(HILT, what, str(path))
                    row(what, path.stat().st_size, took, peer.cpu, said)
            if size in (GB, sizes[0]):
                remote(path)
    if options.gguf:
        for what in ("print", "sketch", "alone"):
            took, said = taken(HILT, what, str(options.gguf))
            row(f"{what}, GGUF", options.gguf.stat().st_size, took, 0, said)
        remote(options.gguf)


if __name__ == "__main__":
    main()
