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
TENSOR = {"lm_head.weight": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}
SETTINGS = """profile:
  territories: [DE]
  users: 2000000
  revenue: 40000000
  commercial: true
  distributes: true
  modifies: false
  hosts_models: false
"""


def main(folder: Path, settings: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    header = json.dumps(TENSOR).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<4f", 1, 2, 3, 4))
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2))
    (folder / "README.md").write_text(CARD)
    settings.write_text(SETTINGS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
