"""Files that are kept as what they differ in from others, beside the blobs: blobs/sha256/ab/<sha256>.delta.

A delta is written beside, read back to the last byte, and only then gets its name: the plain bytes may go after that. Its bases stay plain
blobs, for as long as the delta is there; so nothing is ever rebuilt out of what was itself rebuilt. Where it was edited, or a base is
missing or another one, what comes out has another SHA-256, and the last block of it never goes out.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from secrets import token_hex
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, TypeVar

from hilt.core.byte_source import ByteSource
from hilt.core.errors import ChangedWhileRead, FormatError, NotReady, SourceError
from hilt.core.limits import Limits
from hilt.record.blobs import one_writer
from hilt.record.blobs.delta_format import (
    Base,
    Head,
    Segment,
    blocks,
    encode_head,
    read_head,
)
from hilt.record.blobs.delta_plan import Estimate, estimate, plan
from hilt.record.blobs.durable import sync_folder, unusable
from hilt.record.blobs.layout import is_sha256
from hilt.record.blobs.packers import Packer, best_packer, packer
from hilt.record.blobs.regular import opened
from hilt.record.blobs.store import Blobs
from hilt.sources.file import FileSource, Locator

T = TypeVar("T")

SUFFIX = ".delta"
_OPEN = 8
"""Bases that are open at once."""
_SECONDS = 60
"""After which to ask again for what another process packs."""
_DAMAGED = "put it back from a copy of the library, or remove it to have the file fetched anew"
_BUFFER = 1 << 16
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class DeltaDamaged(ChangedWhileRead):
    """What was read of a delta and its bases is not what was written; that it could not be read is another `SourceError`."""


class Delta(NamedTuple):
    """A file of `size` bytes that takes `kept`; `bases` are the SHA-256 of what it is rebuilt from."""

    sha256: str
    size: int
    kept: int
    bases: tuple[str, ...]


class Plan(NamedTuple):
    """How a blob can be kept: by `segments` of `bases`."""

    sha256: str
    bases: tuple[Base, ...]
    segments: tuple[Segment, ...]
    expected: Estimate


class Deltas:
    """The deltas among the `blobs`. It may be used by many threads, and by many processes."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._partial = blobs.folder / "partial"

    def path(self, sha256: str) -> Path:
        """Where the delta of these bytes is, or would be. Raises `UsageError` where it is no SHA-256."""
        return self._blobs.path(sha256).with_name(sha256 + SUFFIX)

    def find(self, sha256: str) -> Delta | None:
        """What is kept in the place of these bytes; None where nothing is. Raises `SourceError` where that is unreadable."""
        path = self.path(sha256)
        if not os.path.lexists(path):
            return None
        with self._opened(path) as file:
            head = self._head(path, sha256, file.read)
            return Delta(sha256, head.size, os.fstat(file.fileno()).st_size, tuple(one.sha256 for one in head.bases))

    def each(self, part: str = "") -> Iterator[str]:
        """The SHA-256 of all that is kept so and begins with `part`, two digits at most, in no order. Raises `SourceError`."""
        top = self._blobs.folder / "blobs" / "sha256"
        try:
            those = (one for one in top.iterdir() if one.name.startswith(part))
            for two in sorted(one for one in those if one.is_dir() and not one.is_symlink()):
                names = [one.name.removesuffix(SUFFIX) for one in two.iterdir() if one.name.endswith(SUFFIX)]
                yield from (name for name in names if is_sha256(name) and name[:2] == two.name)
        except OSError as error:
            raise unusable(top, error) from None

    def stays(self, kept: frozenset[str]) -> frozenset[str]:
        """Of the blobs that are to be kept, those that must stay plain: what has a delta can be rebuilt, and bases are needed for that.

        Raises `SourceError` where a delta cannot be read: then nobody knows what its bases are, and nothing may go.
        """
        return (kept - frozenset(self.each())) | self.bases()

    def bases(self) -> frozenset[str]:
        """What others are rebuilt from: it must lie here as it is. Raises `SourceError` as `stays` does."""
        return frozenset(base for one in map(self.find, list(self.each())) if one is not None for base in one.bases)

    def plan(self, sha256: str, bases: Sequence[str]) -> Plan:
        """How these bytes would be kept with those bases, which are plain blobs. Raises `FormatError` where they are no safetensors."""
        with ExitStack() as stack:
            result = stack.enter_context(self._blob(sha256))
            sources: Sequence[ByteSource] = [stack.enter_context(self._blob(one)) for one in bases]
            segments = plan(result, sources, Limits())
            used = sorted({one.base for one in segments if one.base >= 0})
            expected = estimate(segments, result, sources, best_packer())
            there = tuple(Base(bases[number], sources[number].size) for number in used)
        numbers = {number: place for place, number in enumerate(used)} | {-1: -1}
        return Plan(sha256, there, tuple(one._replace(base=numbers[one.base]) for one in segments), expected)

    def make(self, made: Plan, advance: Callable[[int], None] = lambda _: None) -> Delta:
        """Writes the delta, and has rebuilt all of it when it returns. The plain bytes stay; whoever removes them does so after that.

        `advance` is told of bytes that were packed. Raises `NotReady` while somebody else does so, `SourceError`.
        """
        beside, path = self._partial / f"delta-{made.sha256}", self.path(made.sha256)
        try:
            with self._claimed(beside) as descriptor:
                with os.fdopen(descriptor, "wb", closefd=False) as file:
                    for data in self._packed(made, advance):
                        file.write(data)
                os.fchmod(descriptor, 0o444)
                os.fsync(descriptor)
                for _ in self._rebuilt(beside, made.sha256):
                    pass
                beside.replace(path)
                sync_folder(path.parent)
                kept = os.fstat(descriptor).st_size
        except OSError as error:
            raise unusable(beside, error, needed=made.expected.with_bases) from None
        return Delta(made.sha256, made.expected.size, kept, tuple(one.sha256 for one in made.bases))

    def read(self, sha256: str) -> Iterator[bytes]:
        """The bytes, block by block; the last one only where all of them have that SHA-256.

        Raises `DeltaDamaged` where they have not, `SourceError` where they cannot be read, `MissingExtra`.
        """
        return self._rebuilt(self.path(sha256), sha256)

    def set_aside(self, sha256: str) -> None:
        """It is damaged: it lies in partial/ from now on, and nothing is rebuilt of it any more. Raises `SourceError`."""
        path = self.path(sha256)
        try:
            path.rename(self._partial / f"damaged-{path.name}-{token_hex(4)}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise unusable(path, error) from None

    def _packed(self, made: Plan, advance: Callable[[int], None]) -> Iterator[bytes]:
        """The bytes of the delta."""
        from hilt.record.blobs.delta_blocks import encode_block

        pack = best_packer()
        with self._blob(made.sha256) as result, _Opened(self._base) as bases:
            yield encode_head(Head(made.sha256, result.size, pack.name, made.bases, made.segments))
            at = 0
            for one in blocks(made.segments):
                data = result.read(at, one.size)
                beside = bases.beside(made.bases, one) if one.base >= 0 else None
                yield encode_block(data, beside, one.width, pack)
                at += one.size
                advance(one.size)

    def _rebuilt(self, path: Path, sha256: str) -> Iterator[bytes]:
        from hilt.record.blobs.delta_blocks import decode_block

        digest = hashlib.sha256()
        with self._opened(path) as file, _Opened(self._base) as bases:
            head = self._head(path, sha256, file.read)
            unpack = _packer(path, head.packed)
            data = b""
            for one in blocks(head.segments):
                if data:
                    yield data
                beside = partial(bases.beside, head.bases, one)
                data = _checked(path, partial(decode_block, file.read, beside, one, unpack))
                digest.update(data)
            if file.read(1) or digest.hexdigest() != sha256:
                names = ", ".join(one.sha256 for one in head.bases)
                raise DeltaDamaged(
                    f"{path}: what is rebuilt of it has SHA-256 {digest.hexdigest()}, or something follows it, so that it or one of its "
                    f"bases was damaged (see `hilt fixity run`): {names}; {_DAMAGED}"
                )
            if data:
                yield data

    def _head(self, path: Path, sha256: str, read: Callable[[int], bytes]) -> Head:
        head = _checked(path, lambda: read_head(read))
        if head.sha256 != sha256:
            raise DeltaDamaged(f"{path}: it says that it is {head.sha256}; {_DAMAGED}")
        return head

    @contextmanager
    def _opened(self, path: Path) -> Iterator[BinaryIO]:
        try:
            with os.fdopen(opened(path), "rb", buffering=_BUFFER) as file:
                yield file
        except OSError as error:
            raise unusable(path, error) from None

    def _blob(self, sha256: str) -> FileSource:
        """A plain blob, open. Raises `SourceError`."""
        path = self._blobs.path(sha256)
        try:
            return Locator.of(str(path), path.lstat()).open()
        except OSError as error:
            raise SourceError(f"{path}: {error.strerror}; put it back from a copy of the library") from None

    def _base(self, base: Base) -> FileSource:
        file = self._blob(base.sha256)
        if file.size != base.size:
            file.close()
            raise DeltaDamaged(
                f"{self._blobs.path(base.sha256)}: it has {file.size} bytes, and had {base.size} when others were packed by it; put "
                "it back from a copy of the library"
            )
        return file

    @contextmanager
    def _claimed(self, path: Path) -> Iterator[int]:
        """The empty file, open and locked; gone at the end, unless it has another name by then. Raises `NotReady`, `OSError`."""
        with suppress(FileNotFoundError):
            path.chmod(0o644)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NO_FOLLOW, 0o644)
        try:
            try:
                free = one_writer.take(descriptor, path)
            except FileNotFoundError:
                free = False
            if not free:
                raise NotReady(f"{path.name}: it is being packed already; ask again in {_SECONDS} s", seconds=_SECONDS)
            os.ftruncate(descriptor, 0)
            try:
                yield descriptor
            finally:
                path.unlink(missing_ok=True)
        finally:
            one_writer.close(descriptor)


class _Opened:
    """Opens bases as they are read, and keeps some of them open."""

    def __init__(self, opened: Callable[[Base], FileSource]) -> None:
        self._opened = opened
        self._files: OrderedDict[Base, FileSource] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def beside(self, bases: Sequence[Base], one: Segment) -> bytes:
        """What a block is held against."""
        base = bases[one.base]
        file = self._files.get(base)
        if file is None:
            if len(self._files) == _OPEN:
                self._files.popitem(last=False)[1].close()
            file = self._files[base] = self._opened(base)
        return file.read(one.offset, one.size)


def _packer(path: Path, name: str) -> Packer:
    """What the delta at `path` was packed with. Raises `SourceError` where this Python lacks it, which is no damage."""
    try:
        return packer(name)
    except FormatError as error:
        raise SourceError(f"{path}: {error}; then it can be read") from None


def _checked(path: Path, do: Callable[[], T]) -> T:
    """What it gives. Raises `DeltaDamaged` where the file at `path` is not as it should be."""
    try:
        return do()
    except FormatError as error:
        raise DeltaDamaged(f"{path}: {error}; {_DAMAGED}") from None
