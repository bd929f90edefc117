"""Writes the files that the benchmark reads: weights of zeros behind real headers, pickles of known size, small folders.

Nothing here is a model that anybody uses, and nothing is hostile. Weights are holes in the file where the file system
knows holes; they are read, and hashed, at the speed of memory, so that the tools are compared and not the disk. Where
every byte is searched, the numbers are random ones, as weights have them.
"""

from __future__ import annotations

import json
import pickle
import struct
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large the inputs are."""

    safetensors: int
    numbers: int
    torch: int
    legacy: int
    opcodes: int
    dicts: int
    trees: int
    inline: int
    models: int


SIZES = {
    "full": Sizes(
        safetensors=2048 * MIB,
        numbers=1024 * MIB,
        torch=1024 * MIB,
        legacy=128 * MIB,
        opcodes=5_000_000,
        dicts=1_000_000,
        trees=200,
        inline=500 * MIB,
        models=300,
    ),
    "small": Sizes(
        safetensors=64 * MIB,
        numbers=64 * MIB,
        torch=32 * MIB,
        legacy=16 * MIB,
        opcodes=100_000,
        dicts=50_000,
        trees=4,
        inline=20 * MIB,
        models=20,
    ),
}


def safetensors(path: Path, size: int, tensors: int = 64) -> None:
    """One file of `size` bytes of tensors."""
    each = size // tensors
    header = {
        f"layers.{n}.weight": {
            "dtype": "F16",
            "shape": [each // 2048, 1024],
            "data_offsets": [n * each, (n + 1) * each],
        }
        for n in range(tensors)
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + each * tensors)


def numbers(path: Path, size: int) -> None:
    """The same, its holes filled with half-precision numbers as weights have them."""
    import numpy as np

    safetensors(path, size)
    chance = np.random.default_rng(0)
    with path.open("r+b") as file:
        file.seek(file.seek(0, 2) - size)
        for begin in range(0, size, 4 * MIB):
            part = chance.standard_normal(min(4 * MIB, size - begin) // 2, dtype=np.float32) * 0.05
            file.write(part.astype(np.float16).tobytes())


def _tensor(name: str, numbers: int, *, viewed: bool = False) -> bytes:
    """The opcodes of one entry of a state dictionary, as torch.save writes them, without its memo.

    `viewed`: with the place for a view of a storage that files from before 1.6 have.
    """

    def text(value: str) -> bytes:
        return pickle.BINUNICODE + struct.pack("<I", len(value)) + value.encode()

    storage = text("storage") + b"ctorch\nFloatStorage\n" + text(name) + text("cpu")
    storage += pickle.BININT + struct.pack("<i", numbers) + (pickle.NONE if viewed else b"")
    storage = pickle.MARK + storage + pickle.TUPLE + pickle.BINPERSID
    shape = pickle.BININT + struct.pack("<i", numbers // 1024) + pickle.BININT2 + b"\0\4" + pickle.TUPLE2
    stride = pickle.BININT2 + b"\0\4" + pickle.BININT1 + b"\1" + pickle.TUPLE2
    hooks = b"ccollections\nOrderedDict\n" + pickle.EMPTY_TUPLE + pickle.REDUCE
    arguments = storage + pickle.BININT1 + b"\0" + shape + stride + pickle.NEWFALSE + hooks
    rebuild = b"ctorch._utils\n_rebuild_tensor_v2\n" + pickle.MARK + arguments + pickle.TUPLE + pickle.REDUCE
    return text(f"layers.{name}.weight") + rebuild


def torch_zip(path: Path, size: int, tensors: int = 32) -> None:
    """A checkpoint as torch.save writes it: a zip whose members are stored."""
    numbers = size // tensors // 4
    entries = b"".join(_tensor(str(n), numbers) for n in range(tensors))
    state = b"ccollections\nOrderedDict\n" + pickle.EMPTY_TUPLE + pickle.REDUCE + pickle.MARK + entries
    zeros = bytes(4 * MIB)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", pickle.PROTO + b"\2" + state + pickle.SETITEMS + pickle.STOP)
        for n in range(tensors):
            with archive.open(zipfile.ZipInfo(f"archive/data/{n}"), "w", force_zip64=True) as member:
                for begin in range(0, numbers * 4, len(zeros)):
                    member.write(zeros[: numbers * 4 - begin])
        archive.writestr("archive/version", "3\n")


def torch_legacy(path: Path, size: int, tensors: int = 32) -> None:
    """A checkpoint as torch.save wrote it before 1.6: five pickles, then each storage behind its length."""
    numbers = size // tensors // 4
    entries = b"".join(_tensor(str(n), numbers, viewed=True) for n in range(tensors))
    state = b"ccollections\nOrderedDict\n" + pickle.EMPTY_TUPLE + pickle.REDUCE + pickle.MARK + entries
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    with path.open("wb") as file:
        for value in (0x1950A86A20F9469CFC6C, 1001, system):
            pickle.dump(value, file, protocol=2)
        file.write(pickle.PROTO + b"\2" + state + pickle.SETITEMS + pickle.STOP)
        pickle.dump([str(n) for n in range(tensors)], file, protocol=2)
        for _ in range(tensors):
            file.write(struct.pack("<q", numbers))
            file.seek(numbers * 4, 1)
        file.truncate()


def dicts(path: Path, count: int) -> None:
    """A pickle of about `count` opcodes: small dictionaries as Python's pickler writes them, every value memoised."""
    with path.open("wb") as file:
        records = {
            f"layers.{n}.attention.weight": {"name": f"the tensor of layer number {n}", "shape": [n, 64]}
            for n in range(count // 15)
        }
        pickle.dump(records, file, protocol=4)


def forest(path: Path, trees: int) -> None:
    """A forest of scikit-learn, pickled; about half a MiB for each tree."""
    model = _forest(trees)
    with path.open("wb") as file:
        pickle.dump(model, file, protocol=5)


def forest_joblib(path: Path, trees: int) -> None:
    """The same, as scikit-learn's users save it: by joblib, compressed."""
    import joblib

    joblib.dump(_forest(trees), path, compress=3)


def _forest(trees: int) -> object:
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    chance = np.random.default_rng(0)
    rows = 6_000
    model = RandomForestRegressor(n_estimators=trees, random_state=0)
    return model.fit(chance.standard_normal((rows, 8)), chance.standard_normal(rows))


def opcodes(path: Path, count: int) -> None:
    """A pickle of about `count` opcodes: a list of numbers, in the batches that Python's pickler writes."""
    batch = pickle.MARK + b"".join(pickle.BININT + struct.pack("<i", n + 70_000) for n in range(1000)) + pickle.APPENDS
    with path.open("wb") as file:
        file.write(pickle.PROTO + b"\4" + pickle.EMPTY_LIST)
        for _ in range(count // 1002):
            file.write(batch)
        file.write(pickle.STOP)


def inline(path: Path, size: int, arrays: int = 10) -> None:
    """A pickle of NumPy arrays whose bytes stand inside it, as scikit-learn's models have them."""
    import numpy as np

    with path.open("wb") as file:
        pickle.dump({f"coef_{n}": np.zeros((size // arrays // 8,)) for n in range(arrays)}, file, protocol=4)


def ten_files(folder: Path) -> None:
    """The files that usually stand beside weights, and small weights."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {f"token{n}": n for n in range(1000)}
    texts = {
        "README.md": "---\nlicense: apache-2.0\n---\n# A model\n\nIt answers.\n",
        "LICENSE": "Permission is hereby granted, free of charge, to any person obtaining a copy.\n",
        "config.json": json.dumps({"architectures": ["BertModel"], "hidden_size": 64, "model_type": "bert"}),
        "generation_config.json": json.dumps({"eos_token_id": 2}),
        "tokenizer.json": json.dumps(
            {"version": "1.0", "added_tokens": [], "model": {"type": "BPE", "vocab": vocabulary, "merges": []}}
        ),
        "tokenizer_config.json": json.dumps({"chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}"}),
        "special_tokens_map.json": json.dumps({"pad_token": "[PAD]"}),
        "vocab.txt": "\n".join(vocabulary) + "\n",
        "merges.txt": "#version: 0.2\na b\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    safetensors(folder / "model.safetensors", 64 * 1024, 4)


def models(folder: Path, count: int) -> None:
    """Folders of a config and weights: every third in safetensors, in a torch zip, and in a pickle."""
    kinds: tuple[tuple[str, Callable[[Path], None]], ...] = (
        ("model.safetensors", lambda path: safetensors(path, 32 * 1024, 4)),
        ("pytorch_model.bin", lambda path: torch_zip(path, 32 * 1024, 4)),
        ("model.pkl", lambda path: inline(path, 32 * 1024, 2)),
    )
    for n in range(count):
        model = folder / f"model-{n:03}"
        model.mkdir(parents=True, exist_ok=True)
        (model / "config.json").write_text(json.dumps({"hidden_size": 64}), encoding="utf-8")
        name, write = kinds[n % len(kinds)]
        write(model / name)


def tiny(path: Path) -> None:
    """The smallest thing that each tool reads."""
    path.write_bytes(pickle.dumps({"a": [1, 2.5, "three"]}))


def names(sizes: Sizes) -> dict[str, str]:
    """What each input is, and its name in the folder."""
    return {
        "a tiny pickle": "tiny.pkl",
        "ten small files": "ten-files",
        f"safetensors, {sizes.safetensors // MIB:,} MiB": "model.safetensors",
        f"safetensors, {sizes.numbers // MIB:,} MiB of random numbers": "numbers.safetensors",
        f"torch zip, {sizes.torch // MIB:,} MiB": "model.pt",
        f"torch before 1.6, {sizes.legacy // MIB:,} MiB": "legacy.pt",
        f"pickle of {sizes.opcodes:,} opcodes": "opcodes.pkl",
        f"pickle of {sizes.dicts:,} opcodes, memoised dictionaries": "dicts.pkl",
        f"scikit-learn forest of {sizes.trees} trees, pickle": "forest.pkl",
        f"scikit-learn forest of {sizes.trees} trees, joblib": "forest.joblib",
        f"pickle around {sizes.inline // MIB} MiB of arrays": "inline.pkl",
        f"{sizes.models} small models": "models",
    }


def write(folder: Path, sizes: Sizes) -> None:
    """All inputs; those that are there already are kept."""
    makers: dict[str, Callable[[Path], None]] = {
        "tiny.pkl": tiny,
        "ten-files": ten_files,
        "model.safetensors": lambda path: safetensors(path, sizes.safetensors),
        "numbers.safetensors": lambda path: numbers(path, sizes.numbers),
        "model.pt": lambda path: torch_zip(path, sizes.torch),
        "legacy.pt": lambda path: torch_legacy(path, sizes.legacy),
        "dicts.pkl": lambda path: dicts(path, sizes.dicts),
        "forest.pkl": lambda path: forest(path, sizes.trees),
        "forest.joblib": lambda path: forest_joblib(path, sizes.trees),
        "opcodes.pkl": lambda path: opcodes(path, sizes.opcodes),
        "inline.pkl": lambda path: inline(path, sizes.inline),
        "models": lambda path: models(path, sizes.models),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in makers.items():
        if not (folder / name).exists():
            make(folder / name)


if __name__ == "__main__":
    write(Path(sys.argv[2]), SIZES[sys.argv[1]])
