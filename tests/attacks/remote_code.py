"""Repositories that bring Python code, honest and hostile. None of it is ever imported."""

from __future__ import annotations

import json

from hilt.core.finding import Severity

HONEST_MODEL = b'''\
"""A model."""
import math
import torch
from torch import nn
from transformers import PreTrainedModel
from .configuration_own import OwnConfig

class OwnModel(PreTrainedModel):
    config_class = OwnConfig
    def forward(self, input_ids, mask=None):
        self.eval()
        return self.layer(input_ids) * math.sqrt(self.config.hidden_size)

    def save(self, path):
        print(re.compile("x"), getattr(torch, self.config.dtype))
'''
HONEST_CONFIG = b"""\
from transformers import PretrainedConfig

class OwnConfig(PretrainedConfig):
    model_type = "own"
"""


def config(**auto_map: object) -> bytes:
    return json.dumps({"model_type": "own", "auto_map": auto_map}).encode()


HONEST = {
    "config.json": config(AutoConfig="configuration_own.OwnConfig", AutoModel="modeling_own.OwnModel"),
    "modeling_own.py": HONEST_MODEL,
    "configuration_own.py": HONEST_CONFIG,
}
"""What a careful publisher of a new architecture uploads."""

CODE: dict[str, tuple[str, Severity, str]] = {
    "command at import": (
        "import os\nos.system('echo hilt')",
        Severity.CRITICAL,
        "as soon as it is imported: os.system",
    ),
    "command in a method": (
        "import os\nclass M:\n  def f(self):\n    os.system('x')",
        Severity.MEDIUM,
        "runs commands: os.system",
    ),
    "function called at import": (
        "import os\ndef f():\n  os.system('x')\nf()",
        Severity.CRITICAL,
        "imported: os.system",
    ),
    "constructor called at import": (
        "import os\nclass A:\n  def __init__(self):\n    os.system('x')\nA()",
        Severity.CRITICAL,
        "imported: os.system",
    ),
    "decorator": ("import os\ndef d(f):\n  os.system('x')\n@d\ndef g(): ...", Severity.CRITICAL, "imported: os.system"),
    "class body": ("class A:\n  x = __import__('os').popen('x')", Severity.CRITICAL, "imported: os.popen"),
    "default argument": ("import os\ndef f(x=os.popen('x')): ...", Severity.CRITICAL, "imported: os.popen"),
    "lambda called": ("import os\n(lambda: os.system('x'))()", Severity.CRITICAL, "imported: os.system"),
    "named lambda": ("import os\nf = lambda: os.system('x')\nf()", Severity.CRITICAL, "imported: os.system"),
    "not main": ("import os\nif __name__ != '__main__':\n  os.system('x')", Severity.CRITICAL, "imported: os.system"),
    "alias": ("import os as o\nf = o.system\nf('x')", Severity.CRITICAL, "imported: os.system"),
    "from import": ("from subprocess import Popen as P\nP('x')", Severity.CRITICAL, "imported: subprocess.Popen"),
    "star import": ("from os import *\nsystem('x')", Severity.CRITICAL, "imported: os.system"),
    "getattr": ("import os\ngetattr(os, 'sys' + 'tem')('x')", Severity.CRITICAL, "imported: os.system"),
    "computed getattr": (
        "import os\ngetattr(os, n)('x')",
        Severity.CRITICAL,
        "an attribute of os whose name is computed",
    ),
    "module dictionary": ("import os\nos.__dict__['system']('x')", Severity.CRITICAL, "imported: os.system"),
    "sys.modules": ("import sys\nsys.modules['os'].system('x')", Severity.CRITICAL, "imported: os.system"),
    "importlib": (
        "import importlib\nimportlib.import_module('os').system('x')",
        Severity.CRITICAL,
        "imported: os.system",
    ),
    "builtins": ("__builtins__['eval']('1')", Severity.CRITICAL, "imported: builtins.eval"),
    "exec of base64": (
        "import base64\nexec(base64.b64decode('cGFzcw=='))",
        Severity.CRITICAL,
        "imported: builtins.exec",
    ),
    "handed on": ("import os\nlist(map(os.system, ['x']))", Severity.CRITICAL, "imported: os.system"),
    "marshal": ("import marshal\ndef f(b): return marshal.loads(b)", Severity.MEDIUM, "marshal.loads"),
    "socket": (
        "import socket\ns = socket.socket()",
        Severity.HIGH,
        "reaches the network as soon as it is imported: socket",
    ),
    "requests": (
        "import requests\ndef f(u): return requests.get(u)",
        Severity.MEDIUM,
        "reaches the network: requests.get",
    ),
    "requests at import": (
        "import requests\ndef f(u): return requests.get(u)\nf('https://example.org')",
        Severity.HIGH,
        "reaches the network as soon as it is imported: requests.get",
    ),
    "ctypes": (
        "from ctypes import CDLL\nCDLL('x.so')",
        Severity.HIGH,
        "native code as soon as it is imported: ctypes.CDLL",
    ),
    "ctypes in a method": (
        "import ctypes\ndef f(p): return ctypes.CDLL(p)",
        Severity.MEDIUM,
        "loads native code: ctypes.CDLL",
    ),
    "kernels that are compiled": (
        "from torch.utils import cpp_extension\nk = cpp_extension.load(name='k', sources=['k.cpp'])",
        Severity.MEDIUM,
        "native code as soon as it is imported: torch.utils.cpp_extension.load",
    ),
    "torch.load": ("import torch\ndef f(p): return torch.load(p)", Severity.MEDIUM, "may run code: torch.load"),
    "computed import": (
        "import importlib\ndef f(n): return importlib.import_module(n)",
        Severity.MEDIUM,
        "is computed",
    ),
    "deleting": ("import shutil\ndef f(p): shutil.rmtree(p)", Severity.MEDIUM, "deletes or moves files: shutil.rmtree"),
    "writing": ("def f(p): open(p, 'w')", Severity.LOW, "writes files: open"),
}

QUIET = (
    "import torch\ntorch.load('x', weights_only=True)",
    "import re, torch\nx = re.compile('a')\ntorch.compile(x)\nx.eval()",
    "import importlib\nimportlib.import_module('flash_attn')",
    "import yaml\nyaml.load('x', Loader=yaml.SafeLoader)",
    "def compile(x): return x\ncompile(1)",
    "import os\np = os.path.join(os.environ['HOME'], 'x')\nopen(p)",
    "import urllib.parse\nurllib.parse.quote('x')",
)
"""Code that is close to what the table names, and is not."""
