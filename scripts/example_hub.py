"""A hub on this machine with one honest model, `hf:acme/chat`, for the README: 13 GB of weights that no disk holds.

The hub is the one of the tests. It makes the weights, zeros, where somebody asks for them.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from contextlib import AbstractContextManager
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from example_model import CARD, CONFIG

from hub_server import File, HubServer, Sparse, serving

LAYERS, WIDTH = 32, 8192
BYTES = 2
"""Of one BF16."""


def hub() -> AbstractContextManager[HubServer]:
    """Serves until it is closed; its `endpoint` is what HF_ENDPOINT names."""
    files = {
        "README.md": File.of(CARD.encode()),
        "config.json": File.of(json.dumps(CONFIG, indent=2).encode()),
        "model.safetensors": _weights(),
    }
    return serving(files, name="models/acme/chat")


def _weights() -> File:
    names = [f"layers.{layer}.{name}.weight" for layer in range(LAYERS) for name in ("gate", "up", "down")]
    size = WIDTH * WIDTH * BYTES
    header = {
        name: {"dtype": "BF16", "shape": [WIDTH, WIDTH], "data_offsets": [place * size, (place + 1) * size]}
        for place, name in enumerate(names)
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    head = struct.pack("<Q", len(text)) + text
    digest = hashlib.sha256(head).hexdigest()  # stands for that of the file, which nobody computes here
    return File(Sparse(head, len(head) + len(names) * size), hashlib.sha1(head).hexdigest(), digest)
