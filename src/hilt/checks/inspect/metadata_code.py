"""A program in the metadata of weights.

What: texts among the metadata of safetensors, GGUF and ONNX files that are Python code which runs commands or more code,
shell commands that run what they download, scripts for a browser, templates that reach for code, or pickles.

Why: metadata is shown on pages, filled into prompts and templates, parsed by tools and now and then evaluated. Loading
the weights runs none of it; a program has no business there all the same, and waits for the tool that does.

What it cannot see: programs that are encoded otherwise, spread over several texts, or put in words; long texts are looked
at for commands and scripts only.

Fix: rewrite the file without the text: load it with the format's own library and save it with metadata of your own.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where


def metadata_code(file: ReadFile[object]) -> Iterator[Finding]:
    from hilt.knowledge.metadata_texts import metadata_texts

    for name, text in metadata_texts(file.format, file.value):
        from hilt.knowledge.metadata_code import programs  # most weights have no metadata at all

        for what in programs(text):
            message = f"the metadata {name!r} holds {what}"
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=file.path), message=message)


CHECK = listed("metadata-code")
