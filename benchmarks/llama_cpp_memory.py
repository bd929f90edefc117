"""What llama.cpp says of its own memory, for models of real shapes: the figures that hilt's are held against.

Each model is written as a GGUF file whose tensors are holes (nothing is computed, so zeros will do), loaded by the server of
llama.cpp, and what that prints of its buffers is taken down:

    python -m venv llama && llama/bin/pip install xllamacpp
    llama/bin/python benchmarks/llama_cpp_memory.py [GGUF ...] > tests/knowledge/fit/llama_cpp.json

Files that are named are measured beside the made ones.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import Any

Q8_0, F32 = 8, 0
Tensors = Iterator[tuple[str, tuple[int, ...]]]

SHAPES: dict[str, dict[str, Any]] = {
    "Llama-3.2-1B": {"arch": "llama", "layers": 16, "width": 2048, "heads": 32, "kept": 8, "each": 64, "inner": 8192, "words": 128256},
    "Qwen3-0.6B": {"arch": "qwen3", "layers": 28, "width": 1024, "heads": 16, "kept": 8, "each": 128, "inner": 3072, "words": 151936},
    "Gemma-3-1B": {"arch": "gemma3", "layers": 26, "width": 1152, "heads": 4, "kept": 1, "each": 256, "inner": 6912, "words": 262144, "window": 512},
    "Gemma-2-2B": {"arch": "gemma2", "layers": 26, "width": 2304, "heads": 8, "kept": 4, "each": 256, "inner": 9216, "words": 256000, "window": 4096},
    "Llama-3.1-8B": {"arch": "llama", "layers": 32, "width": 4096, "heads": 32, "kept": 8, "each": 128, "inner": 14336, "words": 128256},
    "gpt-oss-20b": {"arch": "gpt-oss", "layers": 24, "width": 2880, "heads": 64, "kept": 8, "each": 64, "inner": 2880, "words": 201088, "window": 128, "experts": (32, 4)},
    "DeepSeek-V2-Lite": {"arch": "deepseek2", "layers": 27, "width": 2048, "heads": 16, "inner": 10944, "words": 102400, "rank": 512, "rope": 64, "key": 192, "value": 128, "experts": (64, 6), "expert": 1408},
    "Qwen3.5-27B": {"arch": "qwen35", "layers": 64, "width": 5120, "heads": 24, "kept": 4, "each": 256, "inner": 17408, "words": 248320, "linear": (16, 48, 128)},
    "Mamba2-130M": {"arch": "mamba2", "layers": 24, "width": 768, "words": 50288, "state": (128, 1536, 1, 24)},
    "Granite-4.0-H-1B": {"arch": "granitehybrid", "layers": 40, "width": 1536, "heads": 12, "kept": 4, "each": 128, "inner": 4096, "words": 100352, "state": (128, 3072, 1, 48), "attends": (5, 15, 25, 35)},
    "LFM2-1.2B": {"arch": "lfm2", "layers": 16, "width": 2048, "heads": 32, "kept": 8, "each": 64, "inner": 8192, "words": 65536, "attends": (2, 5, 8, 10, 12, 14), "short": 3},
}  # fmt: skip
"""As the models' own configs state them."""

RUNS: tuple[dict[str, Any], ...] = (
    {"context": 4096},
    {"context": 32768},
    {"context": 4096, "flash": False},
    {"context": 32768, "flash": False},
    {"context": 32768, "whole_windows": True},
    {"context": 8192, "sequences": 4},
    {"context": 32768, "cache": "q8_0"},
    {"context": 16384, "ubatch": 2048},
    {"context": 4096, "outputs": 2048},
    {"context": 32768, "outputs": 2048},
)

_ONE_RUN = """
import json, os, sys, xllamacpp as x
path, told = sys.argv[1], json.loads(sys.argv[2])
asked = x.CommonParams()
asked.model.path, asked.n_ctx, asked.n_parallel = path, told["context"] * told.get("sequences", 1), told.get("sequences", 1)
kinds = x.llama_flash_attn_type
asked.flash_attn_type = kinds.LLAMA_FLASH_ATTN_TYPE_ENABLED if told.get("flash", True) else kinds.LLAMA_FLASH_ATTN_TYPE_DISABLED
asked.swa_full, asked.n_ubatch = told.get("whole_windows", False), told.get("ubatch", 512)
if "cache" in told:
    asked.cache_type_k = asked.cache_type_v = x.ggml_type.GGML_TYPE_Q8_0
if "outputs" in told:
    asked.embedding = True
asked.warmup = asked.fit_params = False
asked.verbosity, asked.n_gpu_layers, asked.port = 4, 0, 0
x.Server(asked)
sys.stderr.flush()
os._exit(0)
"""

_SET_UP = "sched_reserve: reserve took"
"""From here on it only waits for requests."""
_SIZES = {
    "weights": re.compile(r"load_tensors: +\S+ model buffer size = +([\d.]+) MiB"),
    "cache": re.compile(r"llama_kv_cache: +\S+ KV buffer size = +([\d.]+) MiB"),
    "state": re.compile(r"llama_memory_recurrent: +\S+ RS buffer size = +([\d.]+) MiB"),
    "buffer": re.compile(r"sched_reserve: +\S+ compute buffer size = +([\d.]+) MiB"),
    "output": re.compile(r"\S+ +output buffer size = +([\d.]+) MiB"),
}


def main() -> None:
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        paths = {Path(name).name: Path(name) for name in sys.argv[1:]}
        for name, shape in SHAPES.items():
            paths[name] = Path(folder) / f"{name}.gguf"
            write(paths[name], shape)
        for name, path in paths.items():
            for run in RUNS:
                if "outputs" in run and "short" in SHAPES.get(name, {}):
                    continue  # asked for embeddings, LFM2 scores no words
                told = measure(path, run)
                print(name, run, told, file=sys.stderr)
                if told:
                    measured.append({"model": name, **run, "mib": told})
    told = json.dumps({"engine": f"xllamacpp {version('xllamacpp')}", "measured": measured})
    print(told.replace('{"model"', '\n{"model"'))


def measure(path: Path, run: Mapping[str, Any]) -> dict[str, float]:
    """The buffers that the server prints, in MiB; empty where it does not load the model so."""
    command = [sys.executable, "-c", _ONE_RUN, str(path), json.dumps(run)]
    said = ""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            said += line
            if _SET_UP in line:
                break
        process.kill()
    found = {part: [float(size) for size in pattern.findall(said)] for part, pattern in _SIZES.items()}
    if not found["buffer"]:
        print(said[-300:], file=sys.stderr)
        return {}
    return {part: round(sum(sizes), 2) for part, sizes in found.items() if sizes}


def write(path: Path, shape: Mapping[str, Any]) -> None:
    """A file of this shape, all holes but for its header."""
    head, size = header(shape)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(len(head) + size)


def header(shape: Mapping[str, Any]) -> tuple[bytes, int]:
    """The header of a file of this shape, and the bytes behind it; numbers in Q8_0, those of one dimension in F32."""
    keys, tensors = dict(_keys(shape)), list(_tensors(shape))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys))
    for key, value in keys.items():
        head += _text(key) + _value(value)
    end = 0
    for name, dimensions in tensors:
        whole = len(dimensions) > 1 and "conv1d" not in name and "conv.conv" not in name and dimensions[0] % 32 == 0
        head += _text(name) + struct.pack(
            f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, Q8_0 if whole else F32, end
        )
        size = prod(dimensions) // 32 * 34 if whole else prod(dimensions) * 4
        end += -(-size // 32) * 32
    return head + b"\0" * (-len(head) % 32), end


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, list) and isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(_text, value))
    if isinstance(value, list):
        return struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)
    return struct.pack("<II", 4, value)


def _keys(shape: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    name, layers = shape["arch"], shape["layers"]
    yield from {
        "general.architecture": name,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": [f"t{number}" for number in range(shape["words"])],
        "tokenizer.ggml.token_type": [1] * shape["words"],
        "tokenizer.ggml.merges": ["t 1"],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }.items()
    kept: Any = shape.get("kept", shape.get("heads", 0))
    if "attends" in shape:
        kept = [kept if layer in shape["attends"] else 0 for layer in range(layers)]
    told: dict[str, Any] = {
        "block_count": layers,
        "context_length": 131072,
        "embedding_length": shape["width"],
        "feed_forward_length": shape.get("inner", 0),
        "attention.head_count": shape.get("heads", 0),
        "attention.head_count_kv": kept,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "rope.freq_base": 10000.0,
    }
    if "each" in shape:
        told |= {"attention.key_length": shape["each"], "attention.value_length": shape["each"]}
        told["rope.dimension_count"] = shape["each"]
    if "window" in shape:
        told["attention.sliding_window"] = shape["window"]
    if "experts" in shape:
        told |= dict(zip(("expert_count", "expert_used_count"), shape["experts"], strict=True))
        told |= {"expert_feed_forward_length": shape.get("expert", shape.get("inner")), "expert_shared_count": 2}
        told |= {"expert_weights_scale": 1.0, "leading_dense_block_count": 1}
    if "rank" in shape:
        rank, rope = shape["rank"], shape["rope"]
        told |= {"attention.kv_lora_rank": rank, "attention.key_length": rank + rope, "attention.value_length": rank}
        told |= {"attention.key_length_mla": shape["key"], "attention.value_length_mla": shape["value"]}
        told |= {"rope.dimension_count": rope, "attention.head_count_kv": 1}
    if "linear" in shape:
        keys, values, each = shape["linear"]
        told |= {"ssm.conv_kernel": 4, "ssm.state_size": each, "ssm.group_count": keys, "ssm.time_step_rank": values}
        told |= {
            "ssm.inner_size": values * each,
            "full_attention_interval": 4,
            "rope.dimension_sections": [11, 11, 10, 0],
        }
        told["rope.dimension_count"] = 64
    if "state" in shape:
        size, inner, groups, ranks = shape["state"]
        told |= {"ssm.conv_kernel": 4, "ssm.state_size": size, "ssm.group_count": groups, "ssm.time_step_rank": ranks}
        told["ssm.inner_size"] = inner
    if "short" in shape:
        told["shortconv.l_cache"] = shape["short"]
    yield from ((f"{name}.{key}", value) for key, value in told.items())


def _tensors(shape: Mapping[str, Any]) -> Tensors:
    width, words = shape["width"], shape["words"]
    yield "token_embd.weight", (width, words)
    yield "token_embd_norm.weight" if shape["arch"] == "lfm2" else "output_norm.weight", (width,)
    if shape["arch"] != "gemma2":  # which has its words from the embeddings
        yield "output.weight", (width, words)
    for layer in range(shape["layers"]):
        for name, dimensions in _layer(shape, layer):
            yield f"blk.{layer}.{name}", dimensions


def _layer(shape: Mapping[str, Any], layer: int) -> Tensors:
    name, width = shape["arch"], shape["width"]
    yield "attn_norm.weight", (width,)
    linear = "linear" in shape and (layer + 1) % 4 != 0
    if linear:
        yield from _delta(shape)
    elif "short" in shape and layer not in shape["attends"]:
        yield "shortconv.conv.weight", (shape["short"], width)
        yield "shortconv.in_proj.weight", (width, 3 * width)
        yield "shortconv.out_proj.weight", (width, width)
    elif "state" in shape and layer not in shape.get("attends", ()):
        yield from _mamba(shape)
    elif "rank" in shape:
        yield from _latent(shape)
    else:
        yield from _attention(shape)
    if name == "mamba2":
        return
    yield ("post_attention_norm.weight" if name in ("qwen35", "gpt-oss") else "ffn_norm.weight"), (width,)
    if name.startswith("gemma"):
        yield "post_attention_norm.weight", (width,)
        yield "post_ffw_norm.weight", (width,)
    yield from _forward(shape, layer)


def _attention(shape: Mapping[str, Any]) -> Tensors:
    width, heads, kept, each = (shape[key] for key in ("width", "heads", "kept", "each"))
    yield "attn_q.weight", (width, heads * each * (2 if shape["arch"] == "qwen35" else 1))
    yield "attn_k.weight", (width, kept * each)
    yield "attn_v.weight", (width, kept * each)
    yield "attn_output.weight", (heads * each, width)
    if shape["arch"] in ("qwen3", "gemma3", "qwen35", "lfm2"):
        yield "attn_q_norm.weight", (each,)
        yield "attn_k_norm.weight", (each,)
    if shape["arch"] == "gpt-oss":
        yield "attn_sinks.weight", (heads,)
        yield "attn_output.bias", (width,)


def _latent(shape: Mapping[str, Any]) -> Tensors:
    width, heads, rank, rope, key, value = (shape[key] for key in ("width", "heads", "rank", "rope", "key", "value"))
    yield "attn_kv_a_norm.weight", (rank,)
    yield "attn_q.weight", (width, heads * key)
    yield "attn_kv_a_mqa.weight", (width, rank + rope)
    yield "attn_k_b.weight", (key - rope, rank, heads)
    yield "attn_v_b.weight", (rank, value, heads)
    yield "attn_output.weight", (heads * value, width)


def _delta(shape: Mapping[str, Any]) -> Tensors:
    width, (keys, values, each) = shape["width"], shape["linear"]
    channels = 2 * keys * each + values * each
    yield "attn_qkv.weight", (width, channels)
    yield "attn_gate.weight", (width, values * each)
    yield "ssm_conv1d.weight", (4, channels)
    yield "ssm_dt.bias", (values,)
    yield "ssm_a", (values,)
    yield "ssm_beta.weight", (width, values)
    yield "ssm_alpha.weight", (width, values)
    yield "ssm_norm.weight", (each,)
    yield "ssm_out.weight", (values * each, width)


def _mamba(shape: Mapping[str, Any]) -> Tensors:
    width, (size, inner, groups, ranks) = shape["width"], shape["state"]
    channels = inner + 2 * groups * size
    yield "ssm_in.weight", (width, inner + channels + ranks)
    yield "ssm_conv1d.weight", (4, channels)
    yield "ssm_conv1d.bias", (channels,)
    yield "ssm_dt.bias", (ranks,)
    yield "ssm_a", (1, ranks)
    yield "ssm_d", (1, ranks)
    yield "ssm_norm.weight", (inner // groups, groups)
    yield "ssm_out.weight", (inner, width)


def _forward(shape: Mapping[str, Any], layer: int) -> Tensors:
    width, inner = shape["width"], shape["inner"]
    if "experts" not in shape or (shape["arch"] == "deepseek2" and layer < 1):
        yield from (
            ("ffn_gate.weight", (width, inner)),
            ("ffn_up.weight", (width, inner)),
            ("ffn_down.weight", (inner, width)),
        )
        return
    count, each = shape["experts"][0], shape.get("expert", inner)
    yield "ffn_gate_inp.weight", (width, count)
    yield "ffn_gate_exps.weight", (width, each, count)
    yield "ffn_up_exps.weight", (width, each, count)
    yield "ffn_down_exps.weight", (each, width, count)
    if shape["arch"] == "gpt-oss":
        yield from (("ffn_gate_inp.bias", (count,)), ("ffn_gate_exps.bias", (each, count)))
        yield from (("ffn_up_exps.bias", (each, count)), ("ffn_down_exps.bias", (width, count)))
    else:
        yield from (("ffn_gate_shexp.weight", (width, 2 * each)), ("ffn_up_shexp.weight", (width, 2 * each)))
        yield "ffn_down_shexp.weight", (2 * each, width)


if __name__ == "__main__":
    main()
