"""A Keras model that opens files of the machine it is loaded on.

What: lookup layers and tokenizers whose vocabulary is a path instead of a list, layers that load a saved TensorFlow
graph, and TensorFlow operators in the config that read, write or call back into Python. A path that leads out of the
current folder, or a URL, is critical.

Why: Keras reads the file while it builds the model, with `safe_mode` on as well. Its lines become part of the model, from
which they can be read again: keys, passwords, whatever the user may read. TensorFlow follows URLs too, into networks that
only this machine can reach (CVE-2025-12058).

What it cannot see: what a graph that is loaded from elsewhere does.

Fix: ask the publisher for a model that holds its vocabulary, as Keras saves it when it was given as a list or adapted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Where

if TYPE_CHECKING:
    from hilt.formats.keras import Keras
    from hilt.formats.keras_h5 import KerasH5


def keras_file_access(file: ReadFile[Keras | KerasH5]) -> Iterator[Finding]:
    from hilt.knowledge.keras_files import opened
    from hilt.knowledge.keras_objects import objects

    for found in objects(file.value.config):
        for severity, what in opened(found):
            whose = f"the layer {found.layer!r}" if found.layer else found.path or "the model"
            message = f"{whose} ({found.class_name}) {what}"
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


CHECK = listed("keras-file-access")
