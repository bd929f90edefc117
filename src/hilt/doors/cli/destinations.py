"""Where verdicts go: `--output FORMAT[:FILE]`, as often as it is given."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import UsageError
from hilt.doors.cli.writing import write_file

if TYPE_CHECKING:
    from hilt.core.verdict import Verdict
    from hilt.output import Output


class Destination(NamedTuple):
    """One format, and the file it goes to; standard output without one."""

    output: Output
    file: Path | None = None

    def write(self, verdicts: Sequence[Verdict], seconds: float) -> None:
        """Tells `verdicts`, which took `seconds`. Raises `UsageError` where the file cannot be written."""
        from hilt.gate.explain import catalogue
        from hilt.output import text

        if self.file is not None:
            write_file(f"--output {self.output.name}:", self.file, self.output.render(verdicts, catalogue()))
            return
        if self.output.name != "text":
            document = self.output.render(verdicts, catalogue())
        else:
            document = text.render(
                verdicts,
                catalogue(),
                colour=text.coloured(sys.stdout, os.environ),
                width=shutil.get_terminal_size().columns,
                seconds=seconds,
            )
        sys.stdout.write(document)
        sys.stdout.flush()


def destinations(wanted: Sequence[str]) -> tuple[Destination, ...]:
    """What `--output` asks for; text on standard output where it asks for nothing there."""
    from hilt.output import OUTPUTS

    found = []
    for word in wanted:
        name, colon, file = word.partition(":")
        output = next((output for output in OUTPUTS if output.name == name), None)
        if output is None:
            names = [output.name for output in OUTPUTS]
            from difflib import get_close_matches  # only on the way to an error

            near = get_close_matches(name, names, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
            raise UsageError(f"--output {word}: there is no output {name!r}; {hint}")
        if colon and not file:
            raise UsageError(f"--output {word}: a file is missing behind the colon")
        if (missing := output.missing) is not None:
            raise missing
        found.append(Destination(output=output, file=Path(file) if file else None))
    on_stdout = [destination for destination in found if destination.file is None]
    if len(on_stdout) > 1:
        raise UsageError("only one --output can go to the terminal; give the others a file: --output FORMAT:FILE")
    if not found:
        found.append(Destination(output=OUTPUTS[0]))
    return tuple(found)
