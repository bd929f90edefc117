"""The files that a statement lists, and those that were found: what differs, and what nobody signed.

Specification: OpenSSF Model Signing v1.0, sections 6.1 to 6.4 and 8.4. Who computes the digests does not matter here: they may come
from a pass over the bytes, from a store, or from a hub.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from hilt.core.errors import FormatError
from hilt.knowledge.provenance.statement import DIGEST_SIZES, Resource, Statement, check, digest_in, why_no_path

ALWAYS_LEFT_OUT = (".git", ".gitattributes", ".github", ".gitignore")
"""What OMS never signs, at the root of a model."""


class File(NamedTuple):
    """A file that was found, by its path below the model's root.

    `digests` are in hex, by the algorithm of the statement: one of the whole file, or one of each shard in order. It is empty
    where nobody has computed them.
    """

    path: str
    size: int
    digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What was found against what was signed; paths. The signature does not hold over the files where there are `any`.

    Files that were `renamed` (from, to) stand in `missing` and `extra` too. `unknown` are files of which nobody computed the
    digest. The others are no differences, and nobody has signed them all the same: what the signer's own list leaves out
    (`ignored`), what OMS always leaves out (`excluded`), empty files beside shards (`empty`), and `signatures`.
    """

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Is a file here other than it was signed, or one too many or too few?"""
        return bool(self.changed or self.missing or self.extra)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is here and unsigned although the signature holds, but for signatures themselves."""
        return tuple(sorted((*self.ignored, *self.excluded, *self.empty)))


def shards(size: int, shard_size: int) -> tuple[tuple[int, int], ...]:
    """Where the shards of a file of `size` bytes begin and end."""
    return tuple((start, min(start + shard_size, size)) for start in range(0, size, shard_size))


def pieces(size: int, shard_size: int) -> tuple[tuple[int, int], ...]:
    """What is digested of a file of `size` bytes: each of its shards, or the whole of it where `shard_size` is 0."""
    return shards(size, shard_size) if shard_size else ((0, size),)


def build(
    name: str,
    files: Iterable[File],
    *,
    algorithm: str = "sha256",
    shard_size: int = 0,
    ignore_paths: Collection[str] = (),
    allow_symlinks: bool = False,
) -> Statement:
    """The statement to sign over `files`, all with their digests, but for those that OMS or `ignore_paths` leave out.

    `ignore_paths` must name the place of the signature itself where that lies inside the model.
    """
    if algorithm not in DIGEST_SIZES:
        raise FormatError(f"a hash_type that OMS 1.0 does not know: {algorithm!r}")
    for path in ignore_paths:
        if (why := why_no_path(path)) or not {"*", "?", "["}.isdisjoint(path):
            raise FormatError(f"{path!r} cannot be left out: {why or 'patterns are not allowed'}")
    left_out = (*ALWAYS_LEFT_OUT, *sorted(set(ignore_paths) - set(ALWAYS_LEFT_OUT)))
    places = _places(left_out)
    resources: list[Resource] = []
    for file in files:
        if not _lies_in(file.path, places):
            resources.extend(_resources(file, algorithm, shard_size))
    if not resources:
        raise FormatError("there is no file to sign")
    resources.sort(key=lambda resource: resource.name)
    check(resources, shard_size)
    return Statement(
        name=name or "model",
        algorithm=algorithm,
        resources=tuple(resources),
        shard_size=shard_size,
        allow_symlinks=allow_symlinks,
        ignore_paths=left_out,
    )


def compare(statement: Statement, files: Iterable[File], signatures: Collection[str] = ()) -> Differences:
    """What differs between the statement and `files`, which are all files of the model.

    `signatures` are the paths of files that are signatures, this one and others beside it: they are no part of the model.
    """
    found = {file.path: file for file in files}
    signed: dict[str, list[Resource]] = {}
    for resource in statement.resources:
        signed.setdefault(resource.path, []).append(resource)
    both = [path for path in signed if path in found]
    states = {path: _same(signed[path], found[path]) for path in both}
    differences = Differences(
        changed=tuple(sorted(path for path, same in states.items() if same is False)),
        unknown=tuple(sorted(path for path, same in states.items() if same is None)),
        missing=tuple(sorted(path for path in signed if path not in found)),
    )
    return _sorted_out(
        statement, differences, [found[path] for path in sorted(found) if path not in signed], signed, signatures
    )


def _sorted_out(
    statement: Statement,
    differences: Differences,
    unsigned: Sequence[File],
    signed: dict[str, list[Resource]],
    signatures: Collection[str],
) -> Differences:
    """`differences`, and what is to be said of each file that is not in the statement."""
    always, by_signer = _places(ALWAYS_LEFT_OUT), _places(statement.ignore_paths)
    extra: list[File] = []
    ignored, excluded, empty, other = [], [], [], []
    for file in unsigned:
        if file.path in signatures:
            other.append(file.path)
        elif _lies_in(file.path, always):
            excluded.append(file.path)
        elif _lies_in(file.path, by_signer):
            ignored.append(file.path)
        elif statement.shard_size and not file.size:
            empty.append(file.path)
        else:
            extra.append(file)
    content = {tuple(one.digest for one in signed[path]): path for path in differences.missing}
    return replace(
        differences,
        extra=tuple(file.path for file in extra),
        renamed=tuple((content[file.digests], file.path) for file in extra if file.digests in content),
        ignored=tuple(ignored),
        excluded=tuple(excluded),
        empty=tuple(empty),
        signatures=tuple(other),
    )


def _same(signed: Sequence[Resource], file: File) -> bool | None:
    """Is it the file that was signed? None where nobody knows its digests."""
    end = max((resource.end or 0) for resource in signed)
    if signed[0].end is not None and end != file.size:
        return False
    if not file.digests:
        return None
    ordered = sorted(signed, key=lambda resource: resource.start)
    return tuple(resource.digest for resource in ordered) == file.digests


def _resources(file: File, algorithm: str, shard_size: int) -> list[Resource]:
    places = shards(file.size, shard_size) if shard_size else ((0, None),)
    if len(places) != len(file.digests):
        raise FormatError(f"{file.path!r} comes with {len(file.digests)} digests, not {len(places)}")
    return [
        Resource(path=file.path, digest=digest_in(digest, algorithm), start=start, end=end)
        for (start, end), digest in zip(places, file.digests, strict=True)
    ]


def _places(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(path.rstrip("/") for path in paths) - {""}


def _lies_in(path: str, places: frozenset[str]) -> bool:
    """Is `path` one of the places, or below one? Nothing is a pattern, and an odd place fits nothing."""
    parts = path.split("/")
    return any("/".join(parts[:end]) in places for end in range(1, len(parts) + 1))
