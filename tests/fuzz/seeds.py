"""Small files of every format, honest and hostile, that fuzzing starts from. Each belongs to the reader that recognises it."""

from __future__ import annotations

import json
import pickle
import struct
import zlib
from collections.abc import Iterator
from functools import cache

import lz4.frame

from attacks import (
    archives,
    arrow,
    ds_store,
    faiss,
    foreign_archives,
    gguf,
    graphs,
    hdf5,
    keras,
    media_files,
    msgpack,
    number_formats,
    pickles,
    pmml,
    r_data,
    remote_code,
    runtimes,
    sigstore_bundles,
    skops_models,
    small_formats,
    stores,
    templates,
    texts,
    torch_tars,
)
from hilt.core.byte_source import MemorySource
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.reader import HEAD, Head, recognise

MOST = 64 << 10
"""Bytes of a seed: what a reader does wrong it does with few."""

Seed = tuple[str, bytes]
"""A file's name and its content."""


@cache
def seeds() -> dict[str, tuple[Seed, ...]]:
    """The seeds of each reader, by its id."""
    found: dict[str, list[Seed]] = {reader.id: [] for reader in READERS}
    for name, data in _all():
        if len(data) <= MOST:
            head = Head(name=name, data=data[:HEAD], source=MemorySource(data), limits=Limits())
            if (reader := recognise(READERS, head)) is not None:
                found[reader.id].append((name, data))
    return {reader_id: tuple(of_reader) for reader_id, of_reader in found.items()}


def names(reader_id: str) -> tuple[str, ...]:
    """The names under which the reader is tried: those of its seeds."""
    return tuple(dict.fromkeys(name for name, _ in seeds()[reader_id])) or ("file",)


def _all() -> Iterator[Seed]:
    yield from _archives()
    yield from media_files.HONEST.items()
    yield from _pickles()
    yield from _graphs()
    yield from _keras_and_hdf5()
    yield from _documents()
    yield from _programs()


def _archives() -> Iterator[Seed]:
    yield from ((name, data) for data, name in archives.HONEST)
    for method, suffix in (("gzip", "gz"), ("bzip2", "bz2"), ("xz", "xz")):
        yield f"config.json.{suffix}", archives.compressed(b'{"a": 1}', method)
    yield from ((name, data) for name, data, _ in foreign_archives.NAMED)
    yield from (("model.skops", skops_models.skops(schema)) for schema in skops_models.HONEST)
    yield from (("model.7z", foreign_archives.seven_zip(layers=layers)) for layers in (0, 1))
    yield from (("model.rar", data) for data in (foreign_archives.rar_four(), foreign_archives.rar_five()))
    yield "train.spacy", zlib.compress(b"\x82\xa7version\xa30.1\xa6tokens\xc4\x08" + bytes(8))
    yield "package.deb", foreign_archives.ar()
    yield "config.json.lz4", lz4.frame.compress(b"{}")
    yield "config.json.zst", b"(\xb5/\xfd$\2\x11\0\0{}\xd1\x94\xf2z"
    yield "nested.zip", archives.nested(4)
    yield "overlapping.zip", archives.overlapping(3)
    yield "wide.zip", archives.zip_of(archives.Part(), end=archives.End(zip64=(1, 57, 43)))
    yield "logo.png", media_files.png() + archives.honest_zip()
    yield "picture", b"\xff" * 600 + archives.honest_zip()
    yield "net.pt", archives.torchscript("def forward(self, x: Tensor) -> Tensor:\n  return torch.add(x, 1, alpha=2)\n")
    yield "__0_0.distcp", archives.torch_zip() * 3
    arrays = [
        archives.Part(name="a.npy", data=small_formats.LEAVES[:128]),
        archives.Part(name="o.npy", data=pickles.npy(pickles.HONEST), method=8),
    ]
    yield "arrays.npz", archives.zip_of(*arrays)


def _pickles() -> Iterator[Seed]:
    yield from ((sample.name, sample.data) for sample in pickles.SAMPLES)
    values = [None, 1, -(2**70), 1.5, "é", b"b" * 300, {1, 2}, [(1, (2,))], {"a": frozenset({1})}, bytearray(b"x"), 1j]
    yield from (("model.pkl", pickle.dumps(values, protocol)) for protocol in range(6))
    yield "array.npy", small_formats.npy("<f4", (2, 3), bytes(24))
    yield "legacy.pt", pickles.LEGACY + pickle.dumps({}, 2) + pickle.dumps([], 2)
    yield "model.pth.tar", torch_tars.torch_tar()
    yield "model.joblib", pickles.joblib_array(b"", bytes(8))


def _graphs() -> Iterator[Seed]:
    yield from graphs.HONEST.values()
    yield from small_formats.HONEST.values()
    yield from number_formats.HONEST.values()
    yield from number_formats.MORE
    yield from faiss.HONEST.items()
    yield ".DS_Store", ds_store.ds_store()
    yield "patterns", b"\x90"
    yield from r_data.SEEDS
    yield from (("model.pmml", data) for data in (*pmml.HONEST, *(data for data, _ in pmml.HOSTILE.values())))
    yield from _runtimes()
    external = graphs.onnx_tensor(external={"location": "../weights", "offset": "0", "length": "8"})
    yield "model.onnx", graphs.onnx(graphs.onnx_node("Own", "own.domain"), tensors=[external])
    yield "model.tflite", graphs.tflite("Own", appended=[(0, 8)], files=["labels.txt"])
    yield "saved_model.pb", graphs.saved_model_with_metadata('{"class_name": "Lambda"}')
    yield "model.mlmodel", graphs.coreml(500, graphs.coreml_network("Own"))
    yield "model.model", small_formats.xgboost("dart")
    yield "model.model", small_formats.xgboost_serialised()
    yield "lid.bin", small_formats.fasttext(quantised=True)
    header = json.dumps({"__metadata__": {"a": "b"}, "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}})
    yield "model.safetensors", struct.pack("<Q", len(header)) + header.encode() + bytes(8)
    lists = gguf.array(9, [gguf.array(8, [gguf.text("a")]).data])
    yield (
        "model.gguf",
        gguf.gguf(metadata=[("tokenizer.chat_template", templates.HONEST), ("lists", lists), ("b", True)]),
    )
    yield "model.gguf", gguf.gguf(order=">", version=3)


def _runtimes() -> Iterator[Seed]:
    yield from runtimes.HONEST.values()
    yield "model.mnn", runtimes.mnn(runtimes.mnn_operator(256, 30, {0: "Own"}), graph=[runtimes.mnn_operator()])
    yield "model.mnn", runtimes.mnn_external(0, 8, 8)
    yield "model.pte", runtimes.executorch("own::add", delegates=["XnnpackBackend"], data=["a_so_blob"])
    yield "model.engine", runtimes.tensorrt(b"ptrt", b'{"task": "detect"}')
    yield "net.caffemodel", runtimes.caffe_v1()
    yield "net.caffemodel", runtimes.caffe_v0("list.txt")
    yield "solver.prototxt", runtimes.solver()
    yield "config.pbtxt", runtimes.triton()
    yield "config.pbtxt", runtimes.triton("python", parameters={"EXECUTION_ENV_PATH": "/opt/env.tar.gz"})
    yield "model.param.bin", runtimes.ncnn_binary(256)
    yield "ggml-model.bin", runtimes.llama(b"fmgg", 1)
    yield "ggml-model.bin", runtimes.llama(b"tjgg", 2, 2, 20)
    yield "ggml-adapter-model.bin", runtimes.lora()
    yield "ggml-silero.bin", runtimes.silero()


def _keras_and_hdf5() -> Iterator[Seed]:
    model = keras.config(keras.DENSE, keras.lambda_3(keras.square))
    yield "model.keras", keras.keras(model)
    yield "model.h5", keras.keras_h5(keras.config(keras.DENSE, keras.lambda_2(keras.shell)), {"loss": "mse"})
    for version in ("earliest", "v108", "v110", "latest"):
        for fill in (hdf5.honest, hdf5.external_link, hdf5.raw_file, hdf5.virtual, hdf5.virtual_in_many_parts):
            yield "data.h5", hdf5.hdf5(fill, libver=version)
    yield "data.h5", hdf5.hdf5(hdf5.honest, libver="latest", userblock_size=512)
    yield "data.h5", hdf5.hdf5(_some_links, libver="latest", track_order=True)


def _some_links(file: hdf5.h5py.File) -> None:
    """Enough for a heap and a tree, in a small file."""
    for number in range(40):
        file[f"name {number}"] = hdf5.h5py.SoftLink(f"/{number}")
        file.attrs[f"name {number}"] = "x" * number


def _documents() -> Iterator[Seed]:
    yield from msgpack.HONEST.values()
    yield from stores.HONEST.values()
    yield from arrow.HONEST.values()
    yield "table.parquet", arrow.parquet([("ARROW:schema", arrow.schema_in_base64("cos\nsystem\n."))], file_path="../x")
    yield "config.cfg", texts.SPACY.encode()
    yield (
        "METADATA",
        b"Metadata-Version: 2.4\nName: x\nLicense: MIT\nSummary: one\n  more of it\nClassifier: License :: OSI Approved :: MIT License\n\nA text\n",
    )
    yield "patterns.jsonl", b'{"label": "A", "pattern": [{"LOWER": "a"}]}\n{"label": "B", "pattern": "b"}\n'
    yield from sigstore_bundles.HONEST.items()
    yield "config.json", remote_code.config(AutoModel="modeling_own.OwnModel")
    yield "tokenizer_config.json", json.dumps({"chat_template": templates.HONEST}).encode()
    yield "model.safetensors.index.json", b'{"metadata": {"total_size": 8}, "weight_map": {"a": "model.safetensors"}}'
    yield "model.json", b'{"weightsManifest": [{"paths": ["a.bin"], "weights": [{"shape": [1], "dtype": "float32"}]}]}'
    tokens = {"added_tokens": [{"id": 0, "content": "<s>"}], "model": {"type": "BPE", "vocab": {"<s>": 0, "a": 1}}}
    yield "tokenizer.json", json.dumps({"version": "1.0"} | tokens).encode()
    pieces = [graphs.message((1, text)) + b"\x15\0\0\x80\xbf" for text in (b"<unk>", b"<s>", b"a", b"b")]
    yield "tokenizer.model", graphs.message(*((1, piece) for piece in pieces), (2, graphs.message((3, 1))))
    yield from (
        ("model.jinja", text.encode()) for text in (templates.HONEST, *(t[0] for t in templates.TO_CODE.values()))
    )
    yield from (("modeling_own.py", code[0].encode()) for code in remote_code.CODE.values())
    yield from (("notes.txt", text.encode()) for text in texts.KEYS.values())
    yield (
        "config.yaml",
        b"a: &x [1, 2.5, 2001-01-01]\nb: *x\nc: !!python/object/apply:os.system ['echo hilt']\n<<: {d: e}\nf: |\n  g\n",
    )
    yield "README.md", b"---\nlicense: mit\ntags: [a]\nmodel-index:\n- name: x\n---\n# A model\n"
    yield "LICENSE", b"MIT License\n\nPermission is hereby granted, free of charge, to any person\n"
    yield "weights.bin", b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a1" * 32 + b"\nsize 12345\n"
    yield (
        "model.xml",
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d SYSTEM "file:///etc/passwd">]><a x="&#65;"><![CDATA[b]]>&b;</a>',
    )


def _programs() -> Iterator[Seed]:
    yield "library.so", b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHI", 3, 62, 1) + bytes(44)
    yield (
        "program.exe",
        b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0, 2),
    )
    yield "library.dylib", struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 0, 6, 0, 0, 0, 0)
    yield "library.dylib", struct.pack(">II5I", 0xCAFEBABE, 1, 0x01000007, 3, 4096, 64, 12)
    yield "Own.class", b"\xca\xfe\xba\xbe" + struct.pack(">HHH", 0, 52, 1) + bytes(8)
    yield "own.pyc", struct.pack("<H", 3495) + b"\r\n" + bytes(12) + b"\xe3" + bytes(20)
    yield "run.sh", b"#!/bin/sh\necho hilt\n"
