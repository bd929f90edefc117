"""Writes a small model that looks honest and is not: a harmless stand-in for what hilt is there to stop.

    python scripts/example_model.py acme-chat

The pickle in it would run `echo hilt` if somebody loaded it. It is written byte by byte and never loaded here.
"""

from __future__ import annotations

import json
import struct
import sys
import zipfile
from pathlib import Path

# An OrderedDict with one tensor, as torch.save writes it, and behind it a call that torch.save never writes.
PICKLE = (
    b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01X\x06\x00\x00\x00weightq\x02ctorch._utils\n_rebuild_tensor_v2\nq\x03"
    b"((X\x07\x00\x00\x00storageq\x04ctorch\nFloatStorage\nq\x05X\x01\x00\x00\x000q\x06X\x03\x00\x00\x00cpuq\x07K\x04tq\x08"
    b"QK\x00K\x04\x85q\tK\x01\x85q\n\x89h\x00)Rq\x0btq\x0cRq\rscposix\nsystem\nX\x09\x00\x00\x00echo hilt\x85R0."
)
WEIGHTS = struct.pack("<4f", 1, 2, 3, 4)
MEMBERS = {"data.pkl": PICKLE, "byteorder": b"little", "data/0": WEIGHTS, "version": b"3\n"}
CONFIG = {"architectures": ["AcmeForCausalLM"], "model_type": "acme", "max_position_embeddings": 4096}
CARD = "---\nlicense: apache-2.0\n---\n# acme-chat\n\nA friendly assistant.\n"
TENSOR = {"weight": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "pytorch_model.bin", "w") as archive:
        for name, data in MEMBERS.items():
            archive.writestr(zipfile.ZipInfo(f"pytorch_model/{name}", date_time=(2026, 1, 1, 0, 0, 0)), data)
    header = json.dumps(TENSOR).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + WEIGHTS)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2))
    (folder / "README.md").write_text(CARD)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
