"""Which chat templates of a repository stand for the same conversation, and what one says or does that another does not.

Sources: transformers, `tokenization_utils_base.py` (`chat_template.jinja` and `additional_chat_templates/` come before what
`tokenizer_config.json` says), `processing_utils.py` (`chat_template.json`); GGUF, "Chat Templates"
(`tokenizer.chat_template`, and `tokenizer.chat_template.NAME` for further ones).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import nodes

from hilt.knowledge.template_gates import WORDS, gates

if TYPE_CHECKING:
    from hilt.formats.jinja import Template

FILES = ("chat_template.jinja", "tokenizer_config.json", "chat_template.json", "processor_config.json")
"""Files of a folder that hold templates, in the order in which loaders prefer them."""
FURTHER = "additional_chat_templates/"
DEFAULT = "default"
_NAMED = re.compile(r"\[(.*)\]$", re.DOTALL)
_KEY = "tokenizer.chat_template"
_SENTENCE = 4
"""Words that can tell a model something."""
_SAME_MODEL = ("general.architecture", "tokenizer.ggml.model", "tokenizer.ggml.pre")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A template and the file that holds it; `set_of` is equal for those that belong to one model."""

    path: str
    template: Template
    set_of: tuple[object, ...]

    @property
    def called(self) -> str:
        """The name by which loaders ask for it."""
        if self.template.name.startswith(_KEY):
            return self.template.name.removeprefix(_KEY).lstrip(".") or DEFAULT
        if found := _NAMED.search(self.template.name):
            return found[1]
        folder, _, file = self.path.rpartition("/")
        return file.rpartition(".")[0] if f"{folder}/".endswith(FURTHER) else DEFAULT


def pairs(formats: Mapping[str, str], value_of: Callable[[str], Any]) -> Iterator[tuple[Placed, Placed]]:
    """Templates that should be the same, the one that loaders prefer first. Each is paired once or twice."""
    of_folders: dict[tuple[str, str], Placed] = {}
    for placed in _of_folders(formats, value_of):
        folder = str(placed.set_of[0])
        first = of_folders.setdefault((folder, placed.called), placed)
        if first is not placed:
            yield first, placed
    ggufs = sorted(path for path, format_id in formats.items() if format_id == "gguf")
    if len(ggufs) < 2 and not of_folders:
        return
    of_models: dict[tuple[object, ...], Placed] = {}
    for placed in (placed for path in ggufs for placed in _of_gguf(path, value_of(path))):
        first = of_models.setdefault((placed.set_of, placed.called), placed)
        if first is not placed:
            yield first, placed
        elif original := _above(placed, of_folders):
            yield original, placed


def _of_folders(formats: Mapping[str, str], value_of: Callable[[str], Any]) -> Iterator[Placed]:
    paths = [path for path, format_id in formats.items() if format_id in ("json", "jinja")]
    named = [
        path
        for path in paths
        if path.rpartition("/")[2] in FILES or f"/{path}".rpartition("/")[0].endswith(f"/{FURTHER[:-1]}")
    ]
    for path in sorted(named, key=lambda path: (_rank(path), path)):
        folder = path.rpartition("/")[0]
        folder = f"/{folder}".removesuffix(f"/{FURTHER[:-1]}").removeprefix("/")
        value = value_of(path)
        for template in value.templates if value is not None else ():
            yield Placed(path=path, template=template, set_of=(folder,))


def _rank(path: str) -> int:
    name = path.rpartition("/")[2]
    return FILES.index(name) if name in FILES else 0


def _of_gguf(path: str, value: Any) -> Iterator[Placed]:
    if value is not None:
        tokens = next((entry.count for entry in value.key_values if entry.key == "tokenizer.ggml.tokens"), 0)
        kind = (*(value.value(key) for key in _SAME_MODEL), tokens)
        for template in value.templates:
            yield Placed(path=path, template=template, set_of=kind)


def _above(placed: Placed, of_folders: Mapping[tuple[str, str], Placed]) -> Placed | None:
    """The template of the same name in the folder of a file, or in the nearest one above it."""
    folder = placed.path
    while folder:
        folder = folder.rpartition("/")[0]
        if found := of_folders.get((folder, placed.called)):
            return found
    return None


def normal(tree: nodes.Template) -> object:
    """What the template does, without how it is written: comments, white space, quotes, `a.b` or `a['b']`."""
    return _normal(tree)


def _normal(node: Any) -> object:
    match node:
        case nodes.Output(nodes=parts):
            return ("Output", *_joined(_flat(parts)))
        case nodes.Getitem(node=inner, arg=nodes.Const(value=str(key))):
            return ("Getattr", _normal(inner), key)
        case nodes.Getattr(node=inner, attr=key):
            return ("Getattr", _normal(inner), key)
        case nodes.Const(value=value):
            return ("text", _folded(value)) if isinstance(value, str) else ("Const", type(value).__name__, str(value))
        case nodes.TemplateData(data=text):
            return ("text", _folded(text))
        case nodes.Node():
            fields = [(name, _normal(value)) for name, value in node.iter_fields()]
            return (type(node).__name__, *(pair for pair in fields if pair[1] != ("list",)))
        case list() | tuple():
            return ("list", *(part for part in map(_normal, node) if part != ("Output",)))
    return str(node)


def _flat(parts: list[nodes.Expr]) -> Iterator[nodes.Expr]:
    """What is written one after the other, be it in pieces, joined by `~`, or by `+` to a text."""
    for part in parts:
        match part:
            case nodes.Concat(nodes=inner):
                yield from _flat(inner)
            case nodes.Add(left=left, right=right) if _is_text(left) or _is_text(right):
                yield from _flat([left, right])
            case _:
                yield part


def _is_text(node: nodes.Expr) -> bool:
    if isinstance(node, nodes.Add):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, nodes.Const) and isinstance(node.value, str)


def _joined(parts: Iterator[nodes.Expr]) -> Iterator[object]:
    text = ""
    for part in parts:
        match part:
            case nodes.TemplateData(data=str(piece)) | nodes.Const(value=str(piece)):
                text += piece
            case _:
                if folded := _folded(text):
                    yield ("text", folded)
                text = ""
                yield _normal(part)
    if folded := _folded(text):
        yield ("text", folded)


def _folded(text: str) -> str:
    return " ".join(text.split())


def sentences(tree: nodes.Template) -> Iterator[str]:
    """Texts that are long enough to tell a model something; what an error says is told to no model."""
    errors = {
        id(part)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "raise_exception"
        for part in call.find_all(nodes.Const)
    }
    for node in tree.find_all((nodes.Const, nodes.TemplateData)):
        text = node.value if isinstance(node, nodes.Const) else getattr(node, "data", None)
        if isinstance(text, str) and id(node) not in errors and len(WORDS.findall(text)) >= _SENTENCE:
            yield text


def said_only_by(one: nodes.Template, other: nodes.Template) -> Iterator[str]:
    """The sentences of `one` with a run of words that stands nowhere in `other`."""
    known = _runs(word for text in sentences(other) for word in WORDS.findall(text))
    for text in sentences(one):
        if not _runs(WORDS.findall(text)) <= known:
            yield text


def _runs(words: Iterable[str]) -> set[int]:
    """Every run of a sentence's length, by its hash."""
    listed = list(words)
    return {hash(tuple(listed[at : at + _SENTENCE])) for at in range(len(listed) - _SENTENCE + 1)}


def asked_only_by(one: nodes.Template, other: nodes.Template) -> Iterator[tuple[str, bool]]:
    """The words that `one` looks for in messages and `other` does not, and whether it then says something."""
    known = {gate.words for gate in gates(other)}
    told = set[str]()
    for gate in gates(one):
        if gate.words not in known | told:
            told.add(gate.words)
            yield gate.words, gate.speaks
