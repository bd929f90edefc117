"""How long it takes to find the relatives of a model among many, by hilt's own search, faiss and usearch.

    python benchmarks/lineage_search.py                          # a million keys, and a million models of eight
    python benchmarks/lineage_search.py --models 100000

Keys are random. Times are medians of nine runs on one thread, after a first one; faiss (`pip install faiss-cpu`) and usearch
are measured where they are installed. `nearest` is what `hilt index search` does with the keys of a model: each is held
against those of its slot, with more of them where little was found. The libraries know of no slots, so to find what
`nearest` finds they compare with all keys. The last table says how often a model is the first that is found, by how far its
sketches moved.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from hilt.core.limits import Limits
from hilt.knowledge.lineage.index.entry import Entry
from hilt.knowledge.lineage.index.file import KEYS, WORDS, IndexFile, Table
from hilt.knowledge.lineage.index.keys import asked, chosen
from hilt.knowledge.lineage.index.search import nearest, within
from hilt.knowledge.lineage.index.write import Model, write_new
from known_models import model_print, moved, sketches

RUNS = 9
TRIALS = 20
COSINES = (0.996, 0.95, 0.85, 0.7, 0.55)
TENSORS = 200


def main() -> None:
    os.environ["OMP_NUM_THREADS"] = "1"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=1_000_000, help="models of eight keys; 1000000")
    parser.add_argument("--no-file", action="store_true", help="do not write and open an index file of so many models")
    told = parser.parse_args()
    table = table_of(told.models)
    base = sketches(1, TENSORS)
    keys = chosen(model_print(base))
    table.first[:, 5], table.rest[:, 5] = keys[:, 0], keys[:, 1:]
    print(f"NumPy {np.__version__}, {told.models:,} models of {KEYS} keys\n")
    print("| what | CPU ms | wall ms |\n|---|---|---|")
    row("one key among these keys of one slot, all 256 bits", lambda: within(table.first[0], table.rest[0], keys[0]))
    row("the same, the first 64 bits first", lambda: within(table.first[0], table.rest[0], keys[0], 22))
    wanted = asked(model_print(moved(base, 0.996)))
    row(f"nearest: a quantised copy ({TENSORS} matrices) among all models", lambda: nearest(table, wanted, 32))
    stranger = asked(model_print(sketches(2, TENSORS)))
    row("nearest: a stranger, for which it looks further", lambda: nearest(table, stranger, 32))
    others(table, keys)
    print(f"\npeak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB\n")
    recall(table, 5)
    if not told.no_file:
        opened(told.models)


def table_of(models: int) -> Table:
    random = np.random.default_rng(7)
    table = Table.empty(models)
    for slot in range(KEYS):
        table.first[slot] = random.integers(0, 2**64, size=models, dtype=np.uint64)
        table.rest[slot] = random.integers(0, 2**64, size=(models, WORDS - 1), dtype=np.uint64)
    return table


def row(what: str, call: Callable[[], object]) -> None:
    call()
    cpu, wall = [], []
    for _ in range(RUNS):
        began, used = time.perf_counter(), time.process_time()
        call()
        cpu.append(time.process_time() - used)
        wall.append(time.perf_counter() - began)
    print(f"| {what} | {statistics.median(cpu) * 1e3:.1f} | {statistics.median(wall) * 1e3:.1f} |", flush=True)


def others(table: Table, keys: np.ndarray) -> None:
    """The same by libraries made for it: one slot, then all keys, which is what they can do without knowing of slots."""
    slot = np.concatenate([table.first[0][:, None], table.rest[0]], axis=1).view(np.uint8)
    queries = np.ascontiguousarray(keys).view(np.uint8)
    if find_spec("faiss"):
        import faiss

        faiss.omp_set_num_threads(1)
        flat = faiss.IndexBinaryFlat(WORDS * 64)
        flat.add(slot)
        row("faiss IndexBinaryFlat: one key among those of one slot", lambda: flat.search(queries[:1], 32))
        row("faiss IndexBinaryFlat: eight keys among those of one slot", lambda: flat.search(queries, 32))
        for number in range(1, KEYS):
            flat.add(np.concatenate([table.first[number][:, None], table.rest[number]], axis=1).view(np.uint8))
        row("faiss IndexBinaryFlat: eight keys among all keys", lambda: flat.search(queries, 32))
    if find_spec("usearch"):
        from usearch.index import MetricKind, search

        row(
            "usearch exact: one key among those of one slot",
            lambda: search(slot, queries[:1], 32, MetricKind.Hamming, exact=True, threads=1),
        )


def recall(table: Table, number: int) -> None:
    print(f"| cosine of sketches | found as the first of {TRIALS} |\n|---|---|")
    for cosine in COSINES:
        found = 0
        for seed in range(TRIALS):
            base = sketches(1000 + seed, TENSORS)
            keys = chosen(model_print(base))
            table.first[:, number], table.rest[:, number] = keys[:, 0], keys[:, 1:]
            near = nearest(table, asked(model_print(moved(base, cosine, seed))), 32)
            found += near.models[:1].tolist() == [number]
        print(f"| {cosine} | {found} |", flush=True)


def opened(models: int) -> None:
    """An index of names and keys, without fingerprints, which are only read of what is near."""
    random = np.random.default_rng(7)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        some = [
            Model(
                Entry(name=f"org/model-{number}", revision=f"{number:040x}", files=("model.safetensors",)), keys, bytes
            )
            for number, keys in enumerate(random.integers(0, 2**64, size=(models, KEYS, WORDS), dtype=np.uint64))
        ]
        write_new(path, some, Limits())
        began = time.perf_counter()
        with path.open("rb") as file:
            IndexFile(file, str(path), Limits())
        seconds = time.perf_counter() - began
        print(f"\nto open and verify a file of {path.stat().st_size / 1e6:.0f} MB: {seconds:.2f} s")


if __name__ == "__main__":
    main()
