"""A list of packages that are to be installed from elsewhere.

What: `requirements*.txt`, environments of conda and MLflow, `pyproject.toml` and `setup.py`: other indexes and channels,
archives and repositories by their address, paths out of the folder, and hosts whose certificates are not looked at.

Why: whoever follows the model's instructions installs these packages, and installing one runs its code. What comes from an
address is not what the package index keeps: nobody else looked at it, and it may be another tomorrow. A further index can
hand out its own package under the name of any other.

What it cannot see: what the packages do; packages of the index itself with a name like that of another.

Fix: install the packages from the index by name and version, with `pip install --require-hashes`; for a repository name the
commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.formats.requirements import Source

_PIP = ("*requirements*.txt", "*requirements*.in", "*constraints*.txt")
_CONDA = ("environment*.y*ml", "conda*.y*ml", "python_env.y*ml")
_SHOWN = 200


def requirements_elsewhere(file: ReadFile[Any]) -> Iterator[Finding | Gap]:
    from hilt.knowledge.package_sources import judged

    try:
        sources = list(_sources(file))
    except FormatError as error:
        yield Gap(what=CHECK.id, path=file.path, state=State.FAILED, why=str(error))
        return
    for source in sources:
        if (seen := judged(source)) is not None:
            severity, message = seen
            option = f"{source.option} " if source.option else ""
            where = Where(path=file.path, line=source.line or None)
            said = f"{option}{source.place[:_SHOWN]!r} {message}"
            yield Finding(check=CHECK.id, severity=severity, where=where, message=said)


def _sources(file: ReadFile[Any]) -> Iterator[Source]:
    from hilt.formats import requirements
    from hilt.formats.text import whole

    name = file.name.lower()
    if file.format == "text" and any(fnmatchcase(name, pattern) for pattern in _PIP):
        yield from requirements.of_pip(whole(file.source, file.limits))
    elif file.format == "text" and name == "pyproject.toml":
        yield from requirements.of_pyproject(whole(file.source, file.limits))
    elif file.format == "yaml" and any(fnmatchcase(name, pattern) for pattern in _CONDA):
        for document in file.value.documents:
            yield from requirements.of_conda(document)
    elif file.format == "python" and name == "setup.py":
        yield from requirements.of_setup(file.value.tree)


CHECK = listed("requirements-elsewhere")
