"""Writes a small model that is made from another one and calls itself Apache-2.0, and the settings of who would use it.

python scripts/example_derivative.py acme-llama acme.yaml
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

CARD = """---
license: apache-2.0
base_model: meta-llama/Llama-3.1-8B-Instruct
base_model_relation: finetune
pipeline_tag: text-generation
---
# acme-llama

Llama 3.1 8B Instruct, trained further on the letters that our customers write to us.
"""
CONFIG = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "max_position_embeddings": 8192}
PARAMETERS = 8_030_261_248
TENSOR = {"weight": {"dtype": "BF16", "shape": [PARAMETERS], "data_offsets": [0, 2 * PARAMETERS]}}
SETTINGS = """profile:
  territories: [DE]
  users: 2000000
  revenue: 40000000
  commercial: true
  distributes: false
  modifies: false
  hosts_models: false
"""


def main(folder: Path, settings: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    header = json.dumps(TENSOR).encode()
    header += b" " * (-len(header) % 8)
    with (folder / "model.safetensors").open("wb") as weights:
        weights.write(struct.pack("<Q", len(header)) + header)
        weights.truncate(8 + len(header) + 2 * PARAMETERS)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2))
    (folder / "README.md").write_text(CARD)
    settings.write_text(SETTINGS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
