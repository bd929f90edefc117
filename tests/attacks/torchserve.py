"""Builds TorchServe archives as torch-model-archiver does, with handlers of several kinds. None is ever imported."""

from __future__ import annotations

import json
from typing import Any

from attacks.archives import Part, torch_zip, zip_of

HANDLER = b"""\
from ts.torch_handler.base_handler import BaseHandler

class Handler(BaseHandler):
    def postprocess(self, data):
        return data.argmax(1).tolist()
"""
COMMAND = b"import os\nos.system('echo hilt')\n"


def mar(
    handler: str = "image_classifier", *parts: Part, folder: str = "MAR-INF", runtime: str = "python", **model: Any
) -> bytes:
    part = "workflow" if folder == "WAR-INF" else "model"
    said = {"modelName": "net", "serializedFile": "model.pt", "handler": handler, "modelVersion": "1.0"} | model
    manifest = json.dumps(
        {"createdOn": "21/11/2026 10:50:18", "runtime": runtime, part: said, "archiverVersion": "0.12.0"}
    )
    weights = Part(name="model.pt", data=torch_zip())
    return zip_of(weights, *parts, Part(name=f"{folder}/MANIFEST.json", data=manifest.encode()))
