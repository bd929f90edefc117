"""The files that a model may be kept in: one writer for each, which takes a folder and a model."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from families import blocks, packing
from families.bases import LLAMA_NAMES, OUTSIDE, permuted
from families.model import Array, Model, is_matrix, layer_of

NAMES = {
    "float32": "F32", "float16": "F16", "bfloat16": "BF16", "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2",
    "int32": "I32", "int8": "I8", "uint8": "U8", "int64": "I64",
}  # fmt: skip
"""What safetensors calls the kinds of numbers of NumPy."""

BERT = {
    "embeddings.word_embeddings": "token_embd", "embeddings.position_embeddings": "position_embd",
    "embeddings.token_type_embeddings": "token_types", "embeddings.LayerNorm": "token_embd_norm",
    "attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
    "attention.attn.q": "attn_q", "attention.attn.k": "attn_k", "attention.attn.v": "attn_v", "attention.attn.o": "attn_output",
    "attention.output.dense": "attn_output", "attention.output.LayerNorm": "attn_output_norm", "attention.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up", "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm", "encoder.layer": "blk",
}  # fmt: skip
"""What llama.cpp calls the tensors of a BERT."""


def as_stored(array: Array, stored: str) -> np.ndarray:
    import ml_dtypes

    kinds = {
        "F32": np.float32, "F16": np.float16, "BF16": ml_dtypes.bfloat16,
        "F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2,
    }  # fmt: skip
    return array.astype(kinds[stored])


def stored(model: Model) -> dict[str, np.ndarray]:
    """The tensors in the model's format; small ones never in eight bits."""
    small = "BF16" if model.stored.startswith("F8") else model.stored
    return {name: as_stored(array, model.stored if array.ndim > 1 else small) for name, array in model.tensors.items()}


def config(folder: Path, model: Model, **more: object) -> None:
    shape = model.shape
    told = shape.config | more | {
        "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads, "intermediate_size": shape.inner,
        "vocab_size": shape.words, "hidden_size": shape.width,
    }  # fmt: skip
    if "num_key_value_heads" in shape.config:
        told["num_key_value_heads"] = shape.kv_heads
    (folder / "config.json").write_text(json.dumps(told, indent=2))


def safetensors_file(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Written by hand: the library's writer holds everything twice."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, array in tensors.items():
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": NAMES[array.dtype.name], "shape": list(array.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array).view(np.uint8).data)


def safetensors(folder: Path, model: Model) -> None:
    safetensors_file(folder / "model.safetensors", stored(model))
    config(folder, model)


def shards(folder: Path, model: Model, count: int = 4) -> None:
    tensors = stored(model)
    names = list(tensors)
    placed: dict[str, str] = {}
    for number in range(count):
        chosen = names[number * len(names) // count : (number + 1) * len(names) // count]
        file = f"model-{number + 1:05}-of-{count:05}.safetensors"
        safetensors_file(folder / file, {name: tensors[name] for name in chosen})
        placed |= dict.fromkeys(chosen, file)
    total = sum(array.nbytes for array in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": placed}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    config(folder, model)


def gptq(folder: Path, model: Model) -> None:
    safetensors_file(folder / "model.safetensors", packing.gptq(model))
    told = {"quant_method": "gptq", "bits": 4, "group_size": packing.GROUP, "desc_act": False, "sym": False}
    config(folder, model, quantization_config=told)


def awq(folder: Path, model: Model) -> None:
    safetensors_file(folder / "model.safetensors", packing.awq(model))
    told = {"quant_method": "awq", "bits": 4, "group_size": packing.GROUP, "version": "gemm", "zero_point": True}
    config(folder, model, quantization_config=told)


def gguf(folder: Path, model: Model, kind: str) -> None:
    """As llama.cpp's converter and quantiser write it: embeddings in eight bits at least."""
    import gguf as library

    family = model.shape.family
    writer = library.GGUFWriter(folder / f"model-{kind.lower()}.gguf", family)
    writer.add_block_count(model.shape.layers)
    writer.add_embedding_length(model.shape.width)
    writer.add_feed_forward_length(model.shape.inner)
    writer.add_head_count(model.shape.heads)
    writer.add_head_count_kv(model.shape.kv_heads)
    writer.add_context_length(2048)
    writer.add_name(model.name)
    for name, array in model.tensors.items():
        new = gguf_name(name, family)
        if not new:
            continue
        _add(writer, new, _as_llama_cpp(new, array, model), kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _as_llama_cpp(name: str, array: Array, model: Model) -> Array:
    """Rows of queries and keys of a Llama in its order, and Gemma's gains as what is multiplied."""
    if model.shape.family == "llama" and name.endswith(("attn_q.weight", "attn_k.weight")):
        return permuted(array, model.shape.heads if "attn_q" in name else model.shape.kv_heads)
    return array + 1 if model.shape.family.startswith("gemma") and name.endswith("norm.weight") else array


def _add(writer: object, name: str, array: Array, kind: str) -> None:
    import gguf as library

    kinds = library.GGMLQuantizationType
    if not is_matrix(array) or kind == "F32":
        writer.add_tensor(name, array.astype(np.float32))  # type: ignore[attr-defined]
    elif kind == "F16":
        writer.add_tensor(name, array.astype(np.float16))  # type: ignore[attr-defined]
    elif kind == "BF16":
        writer.add_tensor(name, library.quantize(array, kinds.BF16), raw_dtype=kinds.BF16)  # type: ignore[attr-defined]
    else:
        data, used = blocks.encoded(array, "Q8_0" if name.startswith("token_embd") else kind)
        writer.add_tensor(name, data, raw_dtype=kinds[used])  # type: ignore[attr-defined]


def gguf_name(name: str, family: str) -> str:
    """Empty for what llama.cpp leaves out."""
    if family == "bert":
        if "pooler" in name or "relative_attention" in name:
            return ""
        for old, new in BERT.items():
            name = name.replace(old, new)
        return name
    parts = name.split(".")
    if layer_of(name) < 0:
        return f"{next(new for new, old in OUTSIDE.items() if name.startswith(old))}.{parts[-1]}"
    names = LLAMA_NAMES | (
        {"ffn_norm": "pre_feedforward_layernorm"} if family.startswith("gemma") else {"post_attention_norm": ""}
    )
    stem = ".".join(parts[3:-1])
    return f"blk.{parts[2]}.{next(new for new, old in names.items() if old == stem)}.{parts[-1]}"


def npz(folder: Path, model: Model) -> None:
    np.savez(folder / "model.npz", **{name: array.astype(np.float32) for name, array in model.tensors.items()})


def torch_zip(folder: Path, model: Model) -> None:
    """What torch.save writes of a state dictionary, in the model's format."""
    kinds = {"F32": "FloatStorage", "F16": "HalfStorage", "BF16": "BFloat16Storage"}
    kind = kinds[model.stored]
    code = [b"\x80\x02", b"ccollections\nOrderedDict\n)R("]
    arrays = []
    for number, (name, array) in enumerate(model.tensors.items()):
        arrays.append(as_stored(array, model.stored))
        code.append(_text(name) + _rebuilt(kind, number, array))
    code.append(b"u.")
    with zipfile.ZipFile(folder / "pytorch_model.bin", "w", zipfile.ZIP_STORED) as file:
        file.writestr("archive/data.pkl", b"".join(code))
        file.writestr("archive/byteorder", "little")
        for number, data in enumerate(arrays):
            file.writestr(f"archive/data/{number}", data.tobytes())
        file.writestr("archive/version", "3\n")
    config(folder, model)


def _text(value: str) -> bytes:
    return pickle.BINUNICODE + struct.pack("<I", len(value.encode())) + value.encode()


def _rebuilt(kind: str, number: int, array: Array) -> bytes:
    def integer(value: int) -> bytes:
        return pickle.BININT + struct.pack("<i", value)

    strides = [int(np.prod(array.shape[place + 1 :])) for place in range(array.ndim)]
    storage = (
        b"("
        + _text("storage")
        + f"ctorch\n{kind}\n".encode()
        + _text(str(number))
        + _text("cpu")
        + integer(array.size)
        + b"tQ"
    )
    shape = b"(" + b"".join(map(integer, array.shape)) + b"t"
    stride = b"(" + b"".join(map(integer, strides)) + b"t"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + integer(0)
        + shape
        + stride
        + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def keras_h5(folder: Path, model: Model) -> None:
    """Dense layers with their kernels (in, out), as Keras keeps them."""
    import h5py

    with h5py.File(folder / "model.weights.h5", "w") as file:
        for name, array, turned in _oriented(model):
            file.create_dataset(f"layers/{name}/vars/0", data=array.T if turned else array)


def flax(folder: Path, model: Model) -> None:
    """A map of kernels (in, out) in msgpack, as Flax keeps it."""
    told = b"\xdf" + struct.pack(">I", len(model.tensors))
    with (folder / "flax_model.msgpack").open("wb") as file:
        file.write(told)
        for name, array, turned in _oriented(model):
            key, last = name.rsplit(".", 1) if "." in name else ("model", name)
            leaf = "kernel" if turned else {"weight": "embedding" if array.ndim == 2 else "scale"}.get(last, last)
            file.write(_packed_text(key + f"#{last}") + b"\x81" + _packed_text(leaf))
            kept = np.ascontiguousarray(array.T if turned else array, dtype="<f4")
            head = b"\x93" + bytes([0x90 | kept.ndim]) + b"".join(b"\xce" + struct.pack(">I", n) for n in kept.shape)
            head += _packed_text("float32") + b"\xc6" + struct.pack(">I", kept.nbytes)
            file.write(b"\xc9" + struct.pack(">IB", len(head) + kept.nbytes, 1) + head + kept.tobytes())
    config(folder, model)


def _packed_text(value: str) -> bytes:
    return b"\xd9" + bytes([len(value.encode())]) + value.encode()


def _oriented(model: Model) -> Iterator[tuple[str, Array, bool]]:
    """Every tensor, and whether these libraries keep it (in, out): the matrices of layers and what is fully connected."""
    for name, array in model.tensors.items():
        turned = is_matrix(array) and "embed" not in name.lower() and "relative_attention" not in name
        yield name, array, turned
