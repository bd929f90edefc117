"""Where a licence is stated, and so of what: the subject, a folder with weights of its own, or something that came along."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.reuse import id_of
from hilt.knowledge.licences.works import Part

_NOT_WEIGHTS = frozenset(
    "text json yaml model-card licence package-metadata jinja python json-lines ini xml script media ds-store elf pe macho "
    "bytecode tokenizer zip zip-behind gzip bzip2 xz zstd lz4 seven-zip rar ar tar foreign-archive zlib empty described unknown "
    "unread sqlite parquet arrow tfrecord triton-config caffe-prototxt tensorflow-fingerprint keras-metadata".split()
)
"""Formats of files beside weights, and archives, whose members are files of their own."""
_INSTALLED = lazy_pattern(r"(?:^|(?<=/))[^/]+\.(?:dist-info|egg-info)(?:/.*)?$")
_POLICY = lazy_pattern(r"(?:use|usage)[-_ ]?policy|acceptable[-_ ]use|\baup\b", re.IGNORECASE)
_NOTICE = lazy_pattern(
    r"notice|third[-_ ]?part|3rd[-_ ]?part|attribution|licen[cs]es[-_]sources|credits|authors", re.IGNORECASE
)
README = lazy_pattern(r"(?:readme|model[-_]?card|data[-_]?card)\b.*", re.IGNORECASE)
"""Names of texts that tell what a subject is."""
PROJECT_FILES = frozenset({"citation.cff", "pyproject.toml", "reuse.toml", "dep5"})
"""Names, in small letters, of texts that tell of a project and have a field for its licence, or say of what the licences in `LICENSES/` are."""
_LICENCE = lazy_pattern(
    r"(?:model|weights)?[-_ ]?(?:licen[cs]e|copying|eula)(?:[-_ ](?:agreement|model|weights))?"
    r"(?:\.(?:txt|md|rst|html?|ya?ml|xml|tex|pdf|docx?|odt|pages|zip|gz|tgz|tar|7z|png|jpe?g))?",
    re.IGNORECASE,
)
"""Names of files that hold the licence of what they lie beside, whatever they are written with."""
_DOCUMENT = lazy_pattern(
    r"(?:.*[-_ .])?(?:licen[cs]e|eula|terms|agreement)(?:[-_ .(].*)?\.(?:pdf|docx?|odt|rtf|pages)", re.IGNORECASE
)
"""Names of documents that are written by hand, and are no list of licences."""
_FOLDER = lazy_pattern(r"(?:^|(?<=/))licen[cs]e$", re.IGNORECASE)
"""A folder with the licence of what it lies beside; `licenses` has those of others."""
_OF = {Part.MODEL: r"(?:model|weight|checkpoint)s?", Part.CODE: r"code|source", Part.DATA: r"data|datasets?|sources"}
"""Of what a licence file is by a word of its name; what a package calls sources is what its data comes from."""


class FileKind(Enum):
    """What a file of words about rights is for, by its name."""

    LICENCE = "licence"
    NOTICE = "notice"
    POLICY = "policy"


def file_kind(name: str) -> FileKind:
    """What a file of this name is for that was read as the text of a licence."""
    if _POLICY.search(name):
        return FileKind.POLICY
    return FileKind.NOTICE if _NOTICE.search(name) else FileKind.LICENCE


def names_licence(path: str) -> bool:
    """The name of this file promises the licence of what it lies beside."""
    folder, _, name = path.rpartition("/")
    named = any(pattern.fullmatch(name) is not None for pattern in (_LICENCE, _DOCUMENT))
    return "!/" not in path and (named or _FOLDER.search(folder) is not None)


def part_of_name(name: str) -> Part:
    """Of what a licence file is the licence: LICENSE-MODEL, LICENSE-CODE."""
    stem = re.sub(r"licen[cs]es?|copying|\.(?:txt|md|rst)$", " ", name.lower())
    return next(
        (part for part, words in _OF.items() if re.search(rf"(?:^|[\W_])(?:{words})(?:[\W_]|$)", stem)), Part.WHOLE
    )


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of a subject: which is its root, and which hold weights."""

    formats: Mapping[str, str]
    root: str = field(init=False)
    weights: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        ends = [path.split("/")[:-1] for path in (min(self.formats, default=""), max(self.formats, default=""))]
        same = takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=False))
        root = "/".join(one for one, _ in same) if len(self.formats) > 1 else ""
        object.__setattr__(self, "root", _INSTALLED.sub("", root).rstrip("/"))
        found = sorted(path for path, format_id in self.formats.items() if format_id not in _NOT_WEIGHTS)
        object.__setattr__(self, "weights", tuple(found))

    def home(self, path: str) -> str | None:
        """Of what the licence at `path` is: "" for the subject, a folder with some of the weights, None for neither."""
        if id_of(path) or path.endswith(".reuse/dep5"):
            path = path.rpartition("/")[0]
        folder = _FOLDER.sub("", _INSTALLED.sub("", path.rpartition("/")[0]).rstrip("/")).rstrip("/")
        if folder in ("", self.root):
            return ""
        inside = bisect_left(self.weights, f"{folder}0") - bisect_left(self.weights, f"{folder}/")  # "0" follows "/"
        if not inside:
            return None
        return "" if inside == len(self.weights) else folder
