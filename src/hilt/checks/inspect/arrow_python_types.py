"""A table whose column types are Python objects.

What: columns of Arrow and Parquet files with the extension type `arrow.py_extension_type`, whose definition is a pickle.
What is in the pickle is told by the checks of pickles.

Why: pyarrow before 14.0.1, and later ones that are told to, unpickle the definition as soon as the schema is read, before a
row is looked at (CVE-2023-47248). A table is then a program.

What it cannot see: what a program of one's own does with extension types of other names.

Fix: use pyarrow 14.0.1 or later, leave `PyExtensionType.set_auto_load` alone, and ask the publisher for a table of plain
types.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.arrow import Arrow
    from hilt.formats.parquet import Parquet

_SHOWN = 100


def arrow_python_types(file: ReadFile[Arrow | Parquet]) -> Iterator[Finding | Fact]:
    from hilt.formats.arrow_schema import PYTHON

    for extension in file.value.extensions:
        if extension.name == PYTHON:
            column = extension.column[:_SHOWN]
            message = (
                f"the type of column {column!r} is a pickle of {len(extension.metadata)} bytes, which pyarrow loads"
            )
            where = Where(path=file.path, tensor=column)
            yield Finding(check=CHECK.id, severity=Severity.CRITICAL, where=where, message=message)
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)


CHECK = listed("arrow-python-types")
