"""Clients of other makers in processes of their own: what they are told to do, and what their users read."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from hub_served import Served
from hub_server import File
from library_office import CARD, LICENCE, safetensors

NEWEST = ("huggingface_hub>=2.4", "transformers==5.23.0", "datasets==5.2.0")
"""What is installed together, as people have it."""
WITH_TORCH = ("transformers==4.49.0", "numpy<2")
"""The newest that takes the PyTorch of Debian 12 (1.13)."""
CONFIG = {
    "model_type": "bert",
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "vocab_size": 4,
}
TOKENIZER = {
    "version": "1.0", "truncation": None, "padding": None, "normalizer": None, "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": None, "decoder": None,
    "added_tokens": [{"id": 0, "content": "[UNK]", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}],
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "[PAD]": 1, "hello": 2, "world": 3}, "unk_token": "[UNK]"},
}  # fmt: skip
TOKENIZER_CONFIG = {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]", "pad_token": "[PAD]"}
MODEL: dict[str, bytes | File] = {
    "README.md": CARD,
    "LICENSE": LICENCE,
    "config.json": json.dumps(CONFIG).encode(),
    "tokenizer.json": json.dumps(TOKENIZER).encode(),
    "tokenizer_config.json": json.dumps(TOKENIZER_CONFIG).encode(),
    "model.safetensors": File.of(safetensors(1 << 16), large=True),
}
"""A model that clients find whole; what it answers, nobody asks."""
DIGESTS = {path: (data.sha256 if isinstance(data, File) else sha256(data).hexdigest()) for path, data in MODEL.items()}

HUB = """
import hashlib, json, pathlib, sys
import huggingface_hub
what, revision = sys.argv[1], sys.argv[2] or None
try:
    if what == "snapshot":
        folder = pathlib.Path(huggingface_hub.snapshot_download("org/name", revision=revision))
        found = {one.relative_to(folder).as_posix(): one for one in folder.rglob("*") if one.is_file()}
    else:
        found = {what: pathlib.Path(huggingface_hub.hf_hub_download("org/name", what, revision=revision))}
    print(json.dumps({path: hashlib.sha256(one.read_bytes()).hexdigest() for path, one in found.items()}))
except Exception as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
"""
TRANSFORMERS = """
import json, sys
from transformers import AutoConfig, AutoTokenizer
what, revision = sys.argv[1], sys.argv[2] or "main"
try:
    if what == "weights":
        from safetensors.numpy import load_file
        from transformers.utils import cached_file
        print(json.dumps({name: list(one.shape) for name, one in load_file(cached_file("org/name", "model.safetensors")).items()}))
    elif what == "config":
        print(json.dumps({"hidden": AutoConfig.from_pretrained("org/name", revision=revision).hidden_size}))
    else:
        print(json.dumps({"ids": AutoTokenizer.from_pretrained("org/name", revision=revision)("hello world")["input_ids"]}))
except Exception as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
"""
AUTOMODEL = """
import json, sys
import torch
from transformers import AutoModel, AutoTokenizer
torch.set_num_threads(1)
model, tokenizer = (auto.from_pretrained(sys.argv[1]) for auto in (AutoModel, AutoTokenizer))
words = tokenizer(["A gate stands open.", "It does not."], padding=True, return_tensors="pt")
with torch.no_grad():
    states = model(**words).last_hidden_state
print(json.dumps({"shape": list(states.shape), "states": states.flatten().tolist()}))
"""
DATASETS = """
import json, sys
from datasets import load_dataset
try:
    rows = load_dataset("org/name", data_files=sys.argv[1] or None, split="train")
    print(json.dumps({"rows": sorted(row["word"] for row in rows)}))
except Exception as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
"""


class Ran(NamedTuple):
    """`told` is what the program says at its end; `text` all that its user reads, wherever lines were broken."""

    code: int
    told: dict[str, Any]
    text: str


def run(command: Sequence[str | Path], at: Served, home: Path, token: str) -> Ran:
    """With nothing but an address, a token and a cache of its own."""
    told = {
        "HF_ENDPOINT": at.origin,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "NO_COLOR": "1",
        "COLUMNS": "200",
        **({"HF_TOKEN": token} if token else {}),
    }
    env = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "PYTHON"))} | told
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=100, check=False)
    last = done.stdout.strip().rpartition("\n")[2]
    said = json.loads(last) if last.startswith("{") else {}
    return Ran(done.returncode, said, " ".join(f"{said.get('error', '')} {done.stdout} {done.stderr}".split()))
