"""Parameters of PaddlePaddle that are not those of the program beside them.

What: a `.pdiparams` file with more or fewer tensors than the `.pdmodel` of the same name has parameters.

Why: the tensors have no names and no count: PaddlePaddle takes as many as the program asks for, one after the other.
Whatever stands behind them is never loaded, and may be a second model or anything else.

What it cannot see: whether tensors of the right number are the right ones; programs written as JSON.

Fix: export the model again, or ask the publisher for the two files that belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from hilt.checks import listed
from hilt.checks.check import ReadFile, Repository
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.paddle_parameters import PaddleParameters
    from hilt.formats.paddle_program import PaddleProgram


def paddle_mismatch(repository: Repository) -> Iterator[Finding]:
    for path, format_id in repository.formats.items():
        beside = path.removesuffix(".pdmodel") + ".pdiparams"
        if format_id != "paddle-program" or repository.formats.get(beside) != "paddle-parameters":
            continue
        try:
            asked = cast("ReadFile[PaddleProgram]", repository.read(path)).value.parameters
            held = len(cast("ReadFile[PaddleParameters]", repository.read(beside)).value.tensors)
        except FormatError:
            continue  # it is in the coverage as a file that could not be read
        if held != asked:
            message = f"{held} tensors are stored, and {path} asks for {asked}"
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=beside), message=message)


CHECK = listed("paddle-mismatch")
