"""What scripts are for, by what they do."""

from __future__ import annotations

import ast

import pytest

from hilt.knowledge.openness.code import of_script

TRAIN = """
import torch
for batch in loader:
    optimizer.zero_grad()
    loss = model(batch).loss
    loss.backward()
    optimizer.step()
"""
TRAINER = "from transformers import Trainer\ntrainer = Trainer(model=m, args=a)\ntrainer.train()\n"
INFER = "from transformers import AutoModel\nm = AutoModel.from_pretrained('x')\nprint(m.generate(**inputs))\n"
EVALUATE = "import evaluate\nmetric = evaluate.load('glue')\nprint(metric.compute(predictions=p, references=r))\n"
PREPARE = (
    "from datasets import load_dataset\nd = load_dataset('x').map(clean).filter(long_enough)\nd.save_to_disk('out')\n"
)
LAYERS = "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x):\n        return self.lin(x)\n"


def components(path: str, code: str) -> set[str]:
    return {one.component for one in of_script(path, ast.parse(code))}


@pytest.mark.parametrize(
    ("path", "code", "component"),
    [
        ("train.py", TRAIN, "training_code"),
        ("finetune/main.py", TRAINER, "training_code"),
        (
            "fit.py",
            "from sklearn.svm import SVC\nimport joblib\nmodel.fit(x, y)\njoblib.dump(model, 'm')\n",
            "training_code",
        ),
        ("run.py", INFER, "inference_code"),
        ("handler.py", "class EndpointHandler:\n    def __call__(self, data):\n        return 1\n", "inference_code"),
        (
            "onnx_run.py",
            "import onnxruntime as o\ns = o.InferenceSession('m.onnx')\ns.run(None, {})\n",
            "inference_code",
        ),
        ("evaluate_model.py", EVALUATE, "evaluation_code"),
        ("scripts/preprocess.py", PREPARE, "preprocessing_code"),
        ("modeling_acme.py", LAYERS, "architecture"),
        ("net.py", "model = Sequential([Conv2D(8), Dense(2)])\n", "architecture"),
    ],
)
def test_a_script_is_told_by_what_it_calls_and_defines(path: str, code: str, component: str) -> None:
    assert components(path, code) == {component}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("train.py", "print('soon')\n"),
        ("train.py", "import transformers\nfrom transformers import Trainer\n"),
        ("evaluate.py", "x = 1\n"),
        ("main.py", EVALUATE),
        ("load.py", PREPARE),
        ("preprocess.py", "text = text.lower()\n"),
        ("tests/test_model.py", TRAIN + INFER),
        ("setup.py", "from setuptools import setup\nsetup(name='x')\n"),
        ("convert.py", "import torch\nd = torch.load('a')\ntorch.save(d, 'b')\n"),
        ("configuration_acme.py", "class AcmeConfig(PretrainedConfig):\n    model_type = 'acme'\n"),
    ],
)
def test_a_name_or_an_import_alone_tells_nothing(path: str, code: str) -> None:
    assert components(path, code) == set()
