"""What it means to install a package from a place: an index, an address, a repository, a folder."""

from __future__ import annotations

import re

from hilt.core.finding import Severity
from hilt.core.patterns import lazy_pattern
from hilt.formats.requirements import Source
from hilt.knowledge.siblings import leads_away

_INDEXES = lazy_pattern(
    r"https://([\w-]+\.)*(pytorch\.org|nvidia\.com|pyg\.org)(/|$)"
    r"|https://storage\.googleapis\.com/jax-releases/"
)
"""Indexes of the projects themselves, without which many models cannot be run."""
_PROJECTS = lazy_pattern(r"git\+https://github\.com/(huggingface|pytorch|openai|facebookresearch)/")
_CHANNELS = lazy_pattern(
    r"(conda-forge|defaults|main|anaconda|pytorch|pytorch-nightly|nvidia|bioconda|huggingface|fastai|r|msys2|nodefaults)(/.*)?"
)
_COMMIT = lazy_pattern(r"@[0-9a-f]{40}(#|$)")


def judged(source: Source) -> tuple[Severity, str] | None:
    """What a place to install from means, None where it is what everybody has."""
    place = source.place
    if source.option == "coding":
        return (
            Severity.MEDIUM,
            "is the encoding that pip reads the list in, and few others do: it may say something else",
        )
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
