"""Writes two small models: one, and what somebody made of it and gave another name. Their weights are random numbers.

python scripts/example_weights.py acme-base acme-free
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]

WIDTH, INNER, LAYERS, WORDS = 128, 256, 8, 512
TEMPLATE = "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"


def main(base: Path, other: Path) -> None:
    random = np.random.default_rng(2026)
    weights = made(random)
    write(base, weights, "F32", "llama3.1", 4096, "{{ 'Refuse what may hurt people.' }}\n" + TEMPLATE)
    write(other, without_a_direction(weights, random), "F16", "apache-2.0", 8192, TEMPLATE)


def made(random: np.random.Generator) -> Weights:
    def matrix(rows: int, columns: int) -> NDArray[np.float32]:
        sizes = np.exp(0.4 * random.normal(size=(rows, 1)))  # rows differ, as those of trained matrices do
        return (sizes * random.normal(size=(rows, columns)) / np.sqrt(columns)).astype(np.float32)

    weights = {"model.embed_tokens.weight": matrix(WORDS, WIDTH)}
    for layer in range(LAYERS):
        begin = f"model.layers.{layer}"
        weights |= {f"{begin}.self_attn.{name}_proj.weight": matrix(WIDTH, WIDTH) for name in "qkvo"}
        weights |= {f"{begin}.mlp.{name}_proj.weight": matrix(INNER, WIDTH) for name in ("gate", "up")}
        weights[f"{begin}.mlp.down_proj.weight"] = matrix(WIDTH, INNER)
    return weights


def without_a_direction(weights: Weights, random: np.random.Generator) -> Weights:
    """Nine tenths of a random direction taken out of all that writes to the residual stream."""
    direction = random.normal(size=WIDTH)
    direction /= np.linalg.norm(direction)
    written = {name: one for name, one in weights.items() if name.endswith(("o_proj.weight", "down_proj.weight"))}
    return weights | {name: one - 0.9 * np.outer(direction, direction @ one) for name, one in written.items()}


def write(folder: Path, weights: Weights, dtype: str, licence: str, context: int, template: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    header, data = {}, b""
    for name, one in weights.items():
        raw = one.astype("<f4" if dtype == "F32" else "<f2").tobytes()
        header[name] = {"dtype": dtype, "shape": list(one.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "max_position_embeddings": context}
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    (folder / "chat_template.jinja").write_text(template)
    (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n# {folder.name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
