"""Measures a check before download: models of any size at a hub on this machine, with and without a way to go.

The hub is the one of the tests. Weights are zeros that it makes when they are asked for, so that no disk holds them.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import hashlib
import json
import os
import random
import struct
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from measure import Run, median, run

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from hub_server import Asked, File, HubServer, Reply, Sparse, serving

LAYERS, WIDTH, INNER, WORDS = 40, 8192, 28672, 128_256
GROUPED = 1024
"""Rows of the keys and values where eight heads share them."""

VOCABULARY = ("tokenizer.json", "model.gguf")
"""What holds a vocabulary, which is read whole."""


def sharded(shards: int) -> dict[str, File]:
    """A Llama of 70 GB in bfloat16, with index, tokenizer, configuration and card."""
    tensors = [("model.embed_tokens.weight", (WORDS, WIDTH)), ("lm_head.weight", (WORDS, WIDTH))]
    for layer in range(LAYERS):
        shapes = {
            "self_attn.q_proj": (WIDTH, WIDTH), "self_attn.k_proj": (GROUPED, WIDTH), "self_attn.v_proj": (GROUPED, WIDTH),
            "self_attn.o_proj": (WIDTH, WIDTH), "mlp.gate_proj": (INNER, WIDTH), "mlp.up_proj": (INNER, WIDTH),
            "mlp.down_proj": (WIDTH, INNER), "input_layernorm": (WIDTH,), "post_attention_layernorm": (WIDTH,),
        }  # fmt: skip
        tensors += [(f"model.layers.{layer}.{name}.weight", shape) for name, shape in shapes.items()]
    files: dict[str, File] = {}
    index: dict[str, str] = {}
    for number in range(shards):
        name = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        chosen = tensors[number * len(tensors) // shards : (number + 1) * len(tensors) // shards]
        files[name] = _shard(dict(chosen))
        index |= dict.fromkeys(dict(chosen), name)
    config = {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": WIDTH, "num_hidden_layers": LAYERS,
        "intermediate_size": INNER, "vocab_size": WORDS, "torch_dtype": "bfloat16", "max_position_embeddings": 8192,
        "num_attention_heads": 64, "num_key_value_heads": 8,
    }  # fmt: skip
    weights = {"metadata": {"total_size": sum(file.content.size for file in files.values())}, "weight_map": index}
    return files | {
        "model.safetensors.index.json": File.of(json.dumps(weights).encode()),
        "config.json": File.of(json.dumps(config).encode()),
        "README.md": File.of(b"---\nlicense: apache-2.0\n---\n# A large model\n\nIt answers.\n"),
        "tokenizer.json": File.of(json.dumps({"model": {"type": "BPE", "vocab": _words(), "merges": []}}).encode(), large=True),
    }  # fmt: skip


def gguf() -> dict[str, File]:
    """One file of 40 GB with its vocabulary in front."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    words = list(_words())
    pairs = text("general.architecture") + struct.pack("<I", 8) + text("llama")
    pairs += text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, len(words)) + b"".join(map(text, words))
    size = 40_000_000_000 // 32 * 32
    tensor = text("token_embd.weight") + struct.pack("<I", 1) + struct.pack("<QIQ", size // 4, 0, 0)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 2) + pairs + tensor
    head += bytes(-len(head) % 32)
    return {"model.gguf": File(Sparse(head, len(head) + size), "0" * 40, "0" * 64)}


def _shard(tensors: dict[str, tuple[int, ...]]) -> File:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in tensors.items():
        begin, end = end, end + 2 * shape[0] * (shape[1] if len(shape) > 1 else 1)
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    head = struct.pack("<Q", len(text)) + text
    digest = hashlib.sha256(head).hexdigest()  # stands for that of the file, which nobody computes here
    return File(Sparse(head, len(head) + end), hashlib.sha1(head).hexdigest(), digest)


def _words() -> dict[str, int]:
    chosen = random.Random(1)
    words: dict[str, int] = {}
    while len(words) < WORDS:
        words.setdefault("".join(chosen.choices("abcdefghijklmnopqrstuvwxyz", k=chosen.randrange(2, 11))), len(words))
    return words


MODELS: dict[str, Callable[[], dict[str, File]]] = {
    "15 shards of safetensors": partial(sharded, 15),  # of 5 GB, as transformers 4 writes them; 50 GB in transformers 5
    "30 shards of safetensors": partial(sharded, 30),
    "one GGUF": gguf,
}
ROUNDS = 3
"""Checks for each row."""


def measured(files: dict[str, File], way: float) -> tuple[str, ...]:
    """One row: bytes and requests of the last run, and the median time, with so many seconds of way for each request."""
    runs = [_check(files, way) for _ in range(ROUNDS)]
    took, (_, hub, vocabulary) = median([run for run, _, _ in runs]), runs[-1]
    size = sum(file.content.size for file in files.values())
    return (
        f"{size / 1e9:.1f} GB in {len(files)} files", f"{way * 1000:.0f} ms", f"{(hub.sent - vocabulary) / 1e6:.2f} MB",
        f"{vocabulary / 1e6:.2f} MB", str(len(hub.asked)), f"{took.wall:.2f}", f"{took.cpu:.2f}", str(took.exit),
    )  # fmt: skip


def _check(files: dict[str, File], way: float) -> tuple[Run, HubServer, int]:
    """One check, the hub that was asked, and how many bytes of vocabulary it sent."""
    with serving(files) as hub, tempfile.TemporaryDirectory() as folder:
        vocabulary = 0

        def travel(asked: Asked, reply: Reply) -> Reply:
            nonlocal vocabulary
            time.sleep(way)
            if asked.path.endswith(VOCABULARY):
                vocabulary += len(reply.body)
            return reply

        hub.twist = travel
        environment = os.environ | {"HF_ENDPOINT": hub.endpoint, "HF_HOME": folder}
        command = [str(Path(sys.executable).with_name("hilt")), "check", "hf:org/name"]
        return run(command, cwd=Path(folder), environment=environment, seconds=120), hub, vocabulary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="*", choices=list(MODELS), default=list(MODELS))
    print(f"median of {ROUNDS}; load of the machine at the start {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| model | size | way | fetched | vocabulary | requests | wall s | CPU s | exit |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for name in parser.parse_args().models:
        files = MODELS[name]()
        for way in (0.0, 0.05):
            print("|", " | ".join((name, *measured(files, way))), "|")


if __name__ == "__main__":
    main()
