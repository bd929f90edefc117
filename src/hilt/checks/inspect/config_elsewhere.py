r"""A config that sends its loader out of the folder.

What: values that loaders open or fetch: the base model of an adapter, folders of a sentence transformer's modules, the
vocabulary files of a tokenizer, weights of timm and the text models of OpenCLIP; where they are network shares, URLs, or
paths out of the folder. And configs that say `trust_remote_code` themselves.

Why: a name like `\\host\share` makes Windows sign in to that host; a path into the system makes a loader read files of the
machine. What lies in another repository is covered by no look at this one. And whether code is trusted is for whoever
loads a model to say: a config that answers in their stead has run code unasked in loaders that handed it on.

What it cannot see: whether the loader in use obeys the key; names that code builds.

Fix: put the name of the repository, or a path inside the folder, in its place; remove `trust_remote_code` from the config.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.json import Json

_BASE = ("base_model_name_or_path", "tokenizer_name_or_path", "hf_model_name", "hf_tokenizer_name")
_KEYS = {
    "adapter_config.json": _BASE[:1],
    "sentence_bert_config.json": _BASE[1:2],
    "open_clip_config.json": _BASE[2:],
    "tokenizer_config.json": ("vocab_file", "merges_file", "tokenizer_file", "spm_file", "source_spm", "target_spm"),
    "modules.json": ("path",),
    "config.json": ("url", "file"),
}
"""Of each config, the keys that a loader follows; those of `config.json` stand in timm's `pretrained_cfg`."""
_TRUSTS = ("sentence_bert_config.json", "open_clip_config.json")
"""Configs whose arguments loaders hand on to `from_pretrained`."""
_SYSTEM = ("/etc/", "/proc/", "/dev/", "/sys/", "/.ssh/", "/.aws/", "/.netrc")


def config_elsewhere(file: ReadFile[Json]) -> Iterator[Finding]:
    from hilt.knowledge.config_targets import tables

    if file.name not in _KEYS:
        return
    document = file.value.value
    if file.name == "config.json":
        document = document.get("pretrained_cfg") if isinstance(document, dict) else None
    for table in tables([document, *({key: value} for key, value in file.value.hidden)]):
        for key in _KEYS[file.name]:
            if isinstance(value := table.get(key), str) and (seen := _judge(key, value)):
                yield _finding(file, seen[0], f"{key} is {value[:200]!r}, {seen[1]}")
        if table.get("trust_remote_code") is True:
            severity = Severity.MEDIUM if file.name in _TRUSTS else Severity.LOW
            yield _finding(
                file, severity, "it says trust_remote_code itself, which is for whoever loads the model to say"
            )


def _judge(key: str, value: str) -> tuple[Severity, str] | None:
    from hilt.knowledge.siblings import leads_away

    away = leads_away(value)
    if value.startswith(("\\\\", "//")):
        return Severity.HIGH, "a network share: opening it signs in to another machine"
    if any(place in value for place in _SYSTEM):
        return Severity.HIGH, "a file of the machine that loads the model"
    if key == "path" and away:
        return Severity.HIGH, f"which {away}"
    if away:  # what a training script left behind, as a rule
        return Severity.LOW, f"which {away}"
    if key in _BASE and value:
        return Severity.INFO, "another repository, which no digest here binds"
    return None


def _finding(file: ReadFile[Any], severity: Severity, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


CHECK = listed("config-elsewhere")
