"""Settings in a Tesseract language file that open files or start programs.

What: settings that name a file to write (`debug_file`, `tessedit_write_params_to_file`, ...) or to read
(`user_words_file`, ...), that load other languages from outside Tesseract's folder, that write images, or that show what
Tesseract does in a viewer.

Why: Tesseract applies the settings of a language before it reads the first image, and nobody sees them. `debug_file`
empties the file that it names and fills it with messages, whatever file that is; the viewer is a Java program that is
started in the background.

What it cannot see: whether the language data itself, which C++ code reads, abuses a bug of that code.

Fix: unpack the file with `combine_tessdata -u`, delete these lines from its `.config` part and overwrite the part with
`combine_tessdata -o`, or take the language from Tesseract's own repositories.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.tesseract import Tesseract

WRITES = {"debug_file", "tessedit_write_params_to_file", "output_ambig_words_file"}
READS = {"user_words_file", "user_patterns_file"}
IMAGES = {"tessedit_write_images", "tessedit_dump_pageseg_images", "equationdetect_save_bi_image"}
OFF = {"", "0", "F", "f", "N", "n"}


def tesseract_settings(file: ReadFile[Tesseract]) -> Iterator[Finding | Fact]:
    for name, value, line in file.value.settings:
        # Tesseract cuts a long line into several, so that a setting may begin anywhere in it.
        for word in [name, *value.split()] if len(name) + len(value) > 200 else [name]:
            seen = _judge(word, value)
            if seen is not None:
                severity, message = seen
                where = Where(path=file.path, line=line)
                yield Finding(
                    check=CHECK.id, severity=severity, where=where, message=f"{word} {value[:200]}: {message}"
                )
                if severity is Severity.CRITICAL:
                    yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


def _judge(name: str, value: str) -> tuple[Severity, str] | None:
    if value in OFF:
        return None
    if name in WRITES:
        return Severity.CRITICAL, "Tesseract writes to that file, and empties it first"
    if name in READS:
        return Severity.HIGH, "Tesseract reads that file"
    if name == "tessedit_load_sublangs" and any(leads_away(language) for language in value.split("+")):
        return Severity.HIGH, "loads a language from outside Tesseract's folder"
    if name in IMAGES:
        return Severity.MEDIUM, "Tesseract writes images into the working directory"
    if "display" in name or "_show_" in name:
        return Severity.MEDIUM, "shows its work in a viewer, a Java program that it starts"
    return None


CHECK = listed("tesseract-settings")
