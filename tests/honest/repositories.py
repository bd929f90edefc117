"""Builds small repositories as they stand on public hubs: everything but the weights is of the usual kind and wording."""

from __future__ import annotations

import json
from collections.abc import Callable

from attacks import templates
from attacks.gguf import gguf
from attacks.keras import config, keras, layer
from attacks.kinds.weights import TENSOR, safetensors
from attacks.media_files import bmp, gif, jpeg, mp4, png
from attacks.number_formats import imatrix
from attacks.texts import signed

Files = dict[str, bytes]
WEIGHTS = safetensors({"__metadata__": {"format": "pt"}, "weight": TENSOR})
SEAL = signed({"hash": "5d9542e532c6432a70b0cd076de1266b2f48ed5570c1b8a7162742008d9ded70", "version": 1})

CARD = f"""---
license: apache-2.0
library_name: transformers
model-index:
- name: model
  results:
  - task: {{type: text-classification}}
    dataset: {{name: glue, type: glue}}
    metrics:
    - type: accuracy
      value: 0.91
      verified: true
      verifyToken: {SEAL}
---
<p align="center"><img src="https://raw.githubusercontent.com/org/model/main/logo.png" width="400" alt="logo"/></p>

[English](README.md) | [简体中文](README_zh.md)

# Model 🤗

```bash
pip install --upgrade transformers
pip install git+https://github.com/huggingface/transformers
curl -fsSL https://ollama.com/install.sh | sh
curl http://localhost:8000/v1/completions -H "Content-Type: application/json" -d '{{"prompt": "Hi"}}'
```

```python
>>> from transformers import pipeline
>>> pipeline("fill-mask", model="org/model")("Hello, I am a [MASK] model.")
```

<details><summary>Figures</summary>

| model | GSM8K |
|---|---|
| ours | 55.2 |

</details>
<video controls src="https://huggingface.co/org/model/resolve/main/demo.mp4"></video>
"""


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def carded() -> Files:
    """A card with measured figures that the hub vouches for, pictures, and the installers that everybody names."""
    tokens = {
        "chat_template": templates.HONEST,
        "special_tokens_map_file": "/root/.cache/huggingface/transformers/b680",
    }
    return {
        "README.md": CARD.encode(),
        "README_zh.md": "# 模型\n\n你好，世界。\n".encode(),
        "model.safetensors": WEIGHTS,
        "config.json": _json({"architectures": ["BertModel"], "model_type": "bert", "_name_or_path": "/home/me/bert"}),
        "tokenizer_config.json": _json(tokens),
        "logo.png": png(), "demo.mp4": mp4(), "assets/photo.jpg": jpeg(), "assets/film.gif": gif(), "scan.bmp": bmp(),
        ".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
    }  # fmt: skip


def quantised() -> Files:
    """Several quantisations of one model, and the matrix that they were made with."""
    metadata = [("general.architecture", "llama"), ("tokenizer.chat_template", templates.HONEST)]
    model = gguf(metadata=metadata)
    return {
        "README.md": CARD.encode(),
        **{f"model-{kind}.gguf": model for kind in ("Q4_K_M", "Q8_0", "f16")},
        "imatrix.dat": imatrix(made_from="calibration_datav3.txt"),
        "Model.imatrix": imatrix(),
        "Modelfile": b'FROM ./model-Q4_K_M.gguf\nTEMPLATE """{{ .Prompt }}"""\nPARAMETER stop "<|im_end|>"\n',
    }


def in_a_browser() -> Files:
    """Weights of MLC: raw shards, and an index that describes them to the last byte."""
    tensors = [
        {"name": "a", "shape": [4], "dtype": "float32", "format": "f32-to-bf16", "nbytes": 8, "byteOffset": 0},
        {"name": "b", "shape": [2], "dtype": "uint32", "format": "raw", "nbytes": 8, "byteOffset": 8},
    ]
    shard = {"dataPath": "params_shard_0.bin", "format": "raw-shard", "nbytes": 16, "records": tensors}
    return {
        "ndarray-cache.json": _json({"metadata": {"ParamSize": 2}, "records": [shard]}),
        "params_shard_0.bin": bytes(range(0x90, 0xA0)),
        "mlc-chat-config.json": _json({"model_type": "llama", "quantization": "q4f16_1"}),
    }


def diffusion() -> Files:
    """A pipeline of diffusers, and the config of the code that the model was trained with."""
    own = "model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    unet_config:\n      target: ldm.modules.UNetModel\n"
    index = {
        "_class_name": "StableDiffusionPipeline",
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "image_encoder": [None, None],
    }
    return {
        "model_index.json": _json(index),
        "unet/config.json": _json({"_class_name": "UNet2DConditionModel", "sample_size": 64}),
        "unet/diffusion_pytorch_model.safetensors": WEIGHTS,
        "unet/diffusion_pytorch_model.fp16.safetensors": WEIGHTS,
        "v1-inference.yaml": own.encode(),
    }


def functional() -> Files:
    """A functional model of Keras 3, in which operations stand beside layers."""
    operations = [layer(name, module="keras.src.ops.nn") for name in ("Relu", "Softmax")]
    scale = layer("LayerScale", module="keras.src.applications.convnext")
    return {"model.keras": keras(config(layer("Dense"), *operations, scale))}


def speech() -> Files:
    """A recogniser of SpeechBrain, whose YAML builds it."""
    text = """tokenizer: !new:sentencepiece.SentencePieceProcessor
features: !new:speechbrain.lobes.features.Fbank
    n_mels: 80
activation: !name:torch.nn.LeakyReLU
modules:
    features: !ref <features>
"""
    return {
        "hyperparams.yaml": text.encode(),
        "label_encoder.txt": b"'a' => 0\n================\n'starting_index' => 0\n",
    }


def data_set() -> Files:
    """Records in the forms that people use, some under a name that says otherwise."""
    lines = b"".join(b'{"text": "one", "label": %d}\n' % number for number in range(300))
    return {"train.json": lines, "test.jsonl": lines, "dev.csv": b"text,label\none,1\n", "README.md": CARD.encode()}


def remote_code() -> Files:
    """A model with code of its own: it compiles its kernels and evaluates the name of an activation when it is called."""
    config = {"auto_map": {"AutoModel": "modeling_own.OwnModel"}, "model_type": "own"}
    modeling = """import ctypes
import os
import requests
import torch
from transformers import PreTrainedModel
class Kernel:
    def __init__(self, source):
        os.system(f"gcc -O3 -fPIC -shared {source} -o kernel.so")
        self.library = ctypes.cdll.LoadLibrary("kernel.so")
class OwnModel(PreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.activation = eval(config.activation)
    def picture(self, url):
        return requests.get(url).content
"""
    return {"README.md": CARD.encode(), "config.json": _json(config), "modeling_own.py": modeling.encode(), "model.safetensors": WEIGHTS}  # fmt: skip


ADMITTED: dict[str, Callable[[], Files]] = {
    "carded": carded, "quantised": quantised, "in-a-browser": in_a_browser, "diffusion": diffusion,
    "functional": functional, "speech": speech, "data-set": data_set,
}  # fmt: skip
REVIEWED: dict[str, Callable[[], Files]] = {"remote-code": remote_code}
"""What an honest person must look at, and must not be told that it is an attack."""
