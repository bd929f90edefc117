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

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.errors import FormatError
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.formats.requirements import Source

_PIP = ("*requirements*.txt", "*requirements*.in", "*constraints*.txt")
_CONDA = ("environment*.y*ml", "conda*.y*ml", "python_env.y*ml")
_INDEXES = re.compile(
    r"https://([\w-]+\.)*(pypi\.org|pythonhosted\.org|pytorch\.org|nvidia\.com|pyg\.org|anaconda\.org|anaconda\.com)(/|$)"
    r"|https://storage\.googleapis\.com/jax-releases/"
)
"""Indexes of the projects themselves, without which many models cannot be run."""
_PROJECTS = re.compile(r"git\+https://github\.com/(huggingface|pytorch|openai|facebookresearch)/")
_CHANNELS = re.compile(
    r"(conda-forge|defaults|main|anaconda|pytorch|pytorch-nightly|nvidia|bioconda|huggingface|fastai|r|msys2|nodefaults)(/.*)?"
)
_COMMIT = re.compile(r"@[0-9a-f]{40}(#|$)")
_SHOWN = 200


def requirements_elsewhere(file: ReadFile[Any]) -> Iterator[Finding | Gap]:
    try:
        sources = list(_sources(file))
    except FormatError as error:
        yield Gap(what=CHECK.id, path=file.path, state=State.FAILED, why=str(error))
        return
    for source in sources:
        if (seen := _judge(source)) is not None:
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


def _judge(source: Source) -> tuple[Severity, str] | None:
    place = source.place
    if source.option == "--trusted-host":
        return Severity.HIGH, "is trusted whatever its certificate says: anyone on the way can put packages there"
    if re.match(r"(git\+)?(http|git|ftp)://", place):
        return Severity.HIGH, "is reached without encryption: anyone on the way can put other code there"
    if source.option in ("--index-url", "--extra-index-url", "--find-links"):
        known = _INDEXES.match(place)
        return (Severity.LOW, "is another index") if known else (Severity.MEDIUM, "is another index of packages")
    if source.option == "channels":
        return None if _CHANNELS.fullmatch(place) or _INDEXES.match(place) else (Severity.LOW, "is another channel")
    if source.option in ("", "--editable", "--requirement", "--constraint"):
        return _package(source)
    return None


def _package(source: Source) -> tuple[Severity, str] | None:
    from hilt.knowledge.siblings import leads_away

    place = source.place
    if re.match(r"(git|hg|svn|bzr)\+", place):
        if _COMMIT.search(place) or source.hashed:
            return Severity.LOW, "is code of another repository, at one commit"
        severity = Severity.LOW if _PROJECTS.match(place) else Severity.MEDIUM
        return severity, "is code of another repository, whatever it is on the day of installing"
    if re.match(r"https://", place):
        bound = source.hashed or _INDEXES.match(place)
        return (Severity.LOW if bound else Severity.MEDIUM), "is installed from an address, and is in no index"
    if away := leads_away(place):
        return Severity.MEDIUM, f"is installed from a place that {away}"
    return (
        None if source.option in ("--requirement", "--constraint") else (Severity.LOW, "is installed from the folder")
    )


CHECK = listed("requirements-elsewhere")
