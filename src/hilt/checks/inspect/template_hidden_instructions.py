"""A chat template that says something only to certain messages, or something nobody can see.

What: branches whose condition compares the text of a message with words (not with a marker such as `</think>`) and
which add text of their own; characters that are invisible, that turn the direction of writing, or that spell ASCII in
Unicode's tag block, in templates, in the prompts that configs and GGUF files hold, in what GGUF files say of themselves, and
in texts whose names promise prompts (`system_prompt.txt`).

Why: what a template adds, the model reads as if the user or the operator had said it. An instruction that only wakes at
the right word passes every ordinary test, and one in invisible characters passes every reader.

What it cannot see: an instruction that is always there and looks like part of the prompt; a condition on anything but
the words of a message, such as a date.

Fix: read the named lines. Take the template from the original model's repository if you cannot say what they are for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.formats.jinja import JinjaFile, Template
    from hilt.formats.json import Json

UNSEEN = (
    (re.compile("[\u202a-\u202e\u2066-\u2069]"), Severity.HIGH, "turns the direction of writing"),
    (re.compile("[\U000e0000-\U000e007f]+"), Severity.HIGH, "spells ASCII in invisible tag characters"),
    (re.compile("[\u200b\u2060-\u2064\u180e\ufeff]"), Severity.MEDIUM, "cannot be seen"),
)
PROMPTS = frozenset({"prompts", "default_system_prompt", "system_prompt", "default_prompt", "instruction"})
"""Keys of configs whose texts are put before what users write."""
DESCRIBES = "general."
"""How the keys begin by which a GGUF file describes itself, for people and for programs that show it to models."""
TEXTS = ("text", "model-card")
PROMPT = re.compile(r"[^.]*prompt[^.]*(?:\.(?:txt|md|prompt))?", re.IGNORECASE)
"""Names of files with a prompt; tables of many prompts are data, and may be long."""
FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f")
"""The flags of England, Scotland and Wales, which are spelled in tag characters."""
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")


def template_hidden_instructions(file: ReadFile[Any]) -> Iterator[Finding | Gap]:
    if file.format not in TEXTS:
        yield from _in_templates(file)
    try:
        prompts = list(_prompts(file))
    except FormatError as error:
        yield Gap(what=CHECK.id, path=file.path, state=State.FAILED, why=str(error))
        return
    for key, text in prompts:
        for severity, _, message in _unseen(FLAG.sub("", text)):
            named = f"{key}: {message}" if key else message
            kept = min(severity, Severity.MEDIUM) if key.startswith(DESCRIBES) else severity
            yield Finding(check=CHECK.id, severity=kept, where=Where(path=file.path), message=named)


def _in_templates(file: ReadFile[JinjaFile | Json]) -> Iterator[Finding]:
    for template in file.value.templates:
        for severity, line, message in _seen(template, file):
            named = f"{template.name}, line {line}: " if template.name else ""
            where = Where(path=file.path, line=None if template.name else line)
            yield Finding(check=CHECK.id, severity=severity, where=where, message=f"{named}{message}")


def _prompts(file: ReadFile[Any]) -> Iterator[tuple[str, str]]:
    """Texts that a program puts before what users write, and that are no templates."""
    from hilt.formats.text import whole

    if file.format == "gguf":
        for entry in file.value.key_values:
            named = entry.key.rpartition(".")[2] in PROMPTS or entry.key.startswith(DESCRIBES)
            if named and isinstance(entry.value, str):
                yield entry.key, entry.value
    elif file.format in TEXTS and PROMPT.fullmatch(file.name):
        yield "", whole(file.source, file.limits)
    elif file.format == "json" and isinstance(file.value.value, dict):
        for key in sorted(PROMPTS & file.value.value.keys()):
            value = file.value.value[key]
            texts = list(value.values()) if isinstance(value, dict) else [value]
            yield from ((key, text) for text in texts if isinstance(text, str))


def _unseen(text: str) -> Iterator[tuple[Severity, int, str]]:
    """Characters that nobody sees, and the lines they stand in."""
    for pattern, severity, says in UNSEEN:
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield severity, line, f"the character U+{ord(found[0][0]):04X} {says}"


def _seen(template: Template, file: ReadFile[JinjaFile | Json]) -> Iterator[tuple[Severity, int, str]]:
    from hilt.formats.jinja import parse
    from hilt.knowledge.template_gates import gates

    text = ESCAPED.sub(lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)), template.text)
    yield from _unseen(text)
    try:
        tree = parse(template, file.limits)
    except FormatError:
        return  # template-code says so
    for gate in gates(tree):
        if gate.instructs or gate.speaks:
            severity = Severity.HIGH if gate.instructs else Severity.MEDIUM
            yield severity, gate.line, f"adds {gate.adds.strip()[:120]!r} when a message says {gate.words[:60]!r}"


CHECK = listed("template-hidden-instructions")
