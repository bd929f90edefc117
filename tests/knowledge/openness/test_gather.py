"""What files are evidence for by their formats and names."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping

import pytest

from hilt.formats.text import whole
from hilt.knowledge.openness.configs import of_config
from hilt.knowledge.openness.evidence import Evidence, best
from hilt.knowledge.openness.files import Files
from hilt.knowledge.openness.gather import cannot_be_told, code_at, gather
from repositories import repository

HEADER = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
TENSORS = struct.pack("<Q", len(HEADER)) + HEADER + bytes(8)
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0) + b"IEND\xaeB`\x82"
PDF = b"%PDF-1.4\n%%EOF\n"


def files(held: Mapping[str, bytes]) -> Files:
    read = repository(held)
    return Files(read.formats, lambda path: read.read(path).value, lambda path: whole(read.open(path), read.limits))


def found(held: Mapping[str, bytes]) -> dict[str, Evidence]:
    return best(gather(files(held), None))


@pytest.mark.parametrize(
    ("path", "data", "component"),
    [
        ("model.safetensors", TENSORS, "final_parameters"),
        ("config.json", b'{"architectures": ["BertModel"], "model_type": "bert"}', "architecture"),
        ("unet/config.json", b'{"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.30"}', "architecture"),
        ("adapter_config.json", b'{"peft_type": "LORA", "base_model_name_or_path": "x"}', "architecture"),
        ("config.json", b'{"architecture": "resnet18", "pretrained_cfg": {}}', "architecture"),
        ("all_results.json", b'{"eval_loss": 1.5}', "evaluation_results"),
        ("trainer_state.json", b'{"epoch": 1}', "metadata"),
        ("requirements.txt", b"torch==2.1\n", "libraries"),
        ("data/train.csv", b"text,label\nhello,1\n", "datasets"),
        ("train.jsonl", b'{"text": "a"}\n{"text": "b"}\n', "datasets"),
        ("data/test.csv", b"text,label\nhello,1\n", "evaluation_data"),
        ("technical_report.pdf", PDF, "technical_report"),
        ("paper.pdf", PDF, "research_paper"),
        ("samples/cat.png", PNG, "sample_outputs"),
        ("data/README.md", b"where the data come from", "data_card"),
    ],
)
def test_a_file_is_told_by_its_format_and_its_name(path: str, data: bytes, component: str) -> None:
    assert component in found({path: data})


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("LICENSE", b"MIT License\n\nPermission is hereby granted, free of charge, to any person\n" * 9),
        ("data/LICENSE", b"MIT License\n\nPermission is hereby granted, free of charge, to any person\n" * 9),
        ("tokenizer.json", b'{"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []}}'),
        ("vocab.txt", b"[PAD]\n[UNK]\nthe\n"),
        ("labels.csv", b"id,label\n0,cat\n"),
        ("selected_tags.csv", b"id,tag\n0,cat\n"),
        ("training_data_labels.txt", b"cat\ndog\n"),
        ("logo.png", PNG),
        ("invoice.pdf", PDF),
        ("optimizer.safetensors", TENSORS),
        ("generation_config.json", b'{"temperature": 0.7}'),
        ("tokenizer_config.json", b'{"model_max_length": 512}'),
    ],
)
def test_files_that_look_alike_are_no_component(path: str, data: bytes) -> None:
    assert set(found({path: data})) <= {"metadata"}


def test_weights_of_steps_are_intermediate_and_the_last_of_them_final_where_there_are_no_others() -> None:
    steps = {"checkpoint-100/model.safetensors": TENSORS, "checkpoint-2000/model.safetensors": TENSORS}
    alone = found(steps)
    assert alone["final_parameters"].where == "checkpoint-2000/model.safetensors"
    assert alone["intermediate_parameters"].where == "checkpoint-100"
    beside = found({**steps, "model.safetensors": TENSORS})
    assert beside["final_parameters"].where == "model.safetensors"
    assert beside["intermediate_parameters"].how == "weights of a step of the training and 1 more"
    assert "intermediate_parameters" not in found({"checkpoint-100/model.safetensors": TENSORS})


def test_code_that_a_config_names_elsewhere_is_elsewhere_and_beside_it_here() -> None:
    config = {"architectures": ["AcmeLM"], "model_type": "acme", "auto_map": {"AutoModel": "org/code--modeling.AcmeLM"}}
    away = found({"config.json": json.dumps(config).encode()})["architecture"]
    assert (away.elsewhere, away.licences) == (True, ())
    config["auto_map"] = {"AutoModel": "modeling.AcmeLM"}
    code = b"from torch import nn\nclass AcmeLM(nn.Module):\n    def forward(self, x):\n        return x\n"
    assert (
        found({"config.json": json.dumps(config).encode(), "modeling.py": code})["architecture"].where == "modeling.py"
    )


def test_a_class_that_transformers_does_not_have_is_somewhere_that_nobody_knows() -> None:
    (known,) = of_config("config.json", {"architectures": ["LlamaForCausalLM"], "model_type": "llama"})
    assert (known.how, known.licences) == ("names LlamaForCausalLM, of transformers", ("Apache-2.0",))
    for config in (
        {"architectures": ["AcmeForCausalLM"], "model_type": "acme"},
        {"architectures": ["AcmeForCausalLM"], "model_type": "llama"},
        {"architectures": ["LlamaForCausalLM"]},
    ):
        (unknown,) = of_config("config.json", config)
        assert (unknown.elsewhere, unknown.licences) == (True, ())


def test_notebooks_are_read_as_scripts() -> None:
    cells = [
        {"cell_type": "code", "source": ["!pip install x\n", "from transformers import Trainer\n"]},
        {"cell_type": "code", "source": "Trainer(model=m).train()\n"},
        {"cell_type": "markdown", "source": "loss.backward()"},
        {"cell_type": "code", "source": "this is no python"},
    ]
    notebook = json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()
    assert found({"finetune.ipynb": notebook})["training_code"].where == "finetune.ipynb"


def test_where_code_is_kept_is_taken_from_cards_and_packages() -> None:
    assert code_at(files({"README.md": b"see https://github.com/acme/chat.\n"})) == "https://github.com/acme/chat"
    package = b"Metadata-Version: 2.1\nName: x\nVersion: 1\nHome-page: https://github.com/acme/x\n"
    assert code_at(files({"METADATA": package})) == "https://github.com/acme/x"
    assert code_at(files({"notes.txt": b"https://github.com/acme/chat"})) == ""


def test_what_files_leave_untold_is_not_said_to_be_missing() -> None:
    assert cannot_be_told(files({"model.safetensors": TENSORS})) == frozenset()
    assert "datasets" in cannot_be_told(files({"x.bin": bytes(range(256)) * 2}))
    assert "architecture" in cannot_be_told(files({"m.pkl": b"\x80\x04]\x94K\x01a."}))


@pytest.mark.parametrize(
    "value",
    [
        b"[]",
        b"3",
        b'{"architectures": 3}',
        b'{"architectures": [3], "model_type": []}',
        b'{"model_type": {}}',
        b'{"auto_map": {"a": 3}}',
        b'{"auto_map": []}',
        b'{"pipeline": 1, "spacy_version": 1, "sources": [1], "performance": 0}',
    ],
)
@pytest.mark.parametrize("name", ["config.json", "meta.json", "model.json", "adapter_config.json", "model_index.json"])
def test_no_config_can_break_it(name: str, value: bytes) -> None:
    assert "architecture" not in found({name: value})
