"""Files in a bag: payload and tags, each under the SHA-256 that a manifest states of it.

Specification: BagIt 1.0 (RFC 8493). A bag is a folder with `bagit.txt`, `bag-info.txt`, `manifest-sha256.txt` for what lies below `data/`, and
`tagmanifest-sha256.txt` for everything else. What is read is hostile: links are not followed, nothing that a manifest leaves out is taken.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from hilt.core.errors import SourceError, UsageError
from hilt.record.blobs.durable import make_folder, sync_folder, unusable

BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
DATA = "data/"
MOST_FILES, MOST_TEXT = 1_000_000, 256 << 20
_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+([^\r\n]+)", re.ASCII)
_AT_ONCE = 1 << 20
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class Packed(NamedTuple):
    """A file of a bag, at `place` on this machine."""

    place: Path
    size: int
    sha256: str


def write(
    folder: Path,
    payload: Iterable[tuple[str, Packed]],
    tags: Mapping[str, bytes],
    info: Mapping[str, str],
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Makes a bag of the `payload` (a path and where it lies, each) and the `tags` in `folder`, which must not be there yet.

    Raises `UsageError`, and `SourceError` where a file is not what its digest says.
    """
    if folder.exists():
        raise UsageError(f"{folder}: it is there already; name a folder that is to be made")
    try:
        make_folder(folder)
        lines, size, count = [], 0, 0
        for path, packed in payload:
            written = _copied(packed, _inside(folder, DATA + path), advance)
            if written != packed.sha256:
                raise SourceError(
                    f"{packed.place}: its bytes have SHA-256 {written}, and not {packed.sha256} as they should; run `hilt fixity run`"
                )
            lines.append(f"{packed.sha256}  {_escaped(DATA + path)}\n")
            size, count = size + packed.size, count + 1
        told = {**info, "Payload-Oxum": f"{size}.{count}"}
        texts = {
            **tags,
            "bagit.txt": BAGIT.encode(),
            "bag-info.txt": "".join(f"{name}: {' '.join(text.split())}\n" for name, text in told.items()).encode(),
            PAYLOAD: "".join(lines).encode(),
        }
        texts[TAGS] = "".join(
            f"{hashlib.sha256(data).hexdigest()}  {_escaped(name)}\n" for name, data in sorted(texts.items())
        ).encode()
        for name, data in texts.items():
            place = _inside(folder, name)
            make_folder(place.parent)
            place.write_bytes(data)
        sync_folder(folder)
    except OSError as error:
        raise unusable(folder, error) from None


def read(
    folder: Path, *, advance: Callable[[int], None] = lambda _: None
) -> tuple[dict[str, Packed], dict[str, Packed]]:
    """The payload by its paths (without `data/`), and the tags, all of which are what the manifests say. Raises `SourceError`."""
    if _text(folder, "bagit.txt").split(b"\n")[0].strip() not in (b"BagIt-Version: 1.0", b"BagIt-Version: 0.97"):
        raise SourceError(f"{folder}: its bagit.txt names no version of BagIt that hilt reads, which is 1.0")
    payload = dict(_listed(folder, PAYLOAD))
    tags = dict(_listed(folder, TAGS))
    for name in payload:
        if not name.startswith(DATA):
            raise _wrong(folder, name, "its manifest names a file that does not lie in data/")
    if PAYLOAD not in tags:
        raise _wrong(folder, PAYLOAD, f"{TAGS} does not name it, so nobody knows whether it is whole")
    found = {name: _checked(folder, name, sha256, advance) for name, sha256 in (tags | payload).items()}
    _refuse_unlisted(folder, found)
    return (
        {name.removeprefix(DATA): packed for name, packed in found.items() if name in payload},
        {name: packed for name, packed in found.items() if name in tags},
    )


def _listed(folder: Path, manifest: str) -> Iterator[tuple[str, str]]:
    """The names and digests of a manifest, each name once."""
    seen: set[str] = set()
    for line in _text(folder, manifest).decode("utf-8", "surrogateescape").splitlines():
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            raise _wrong(folder, manifest, f"this is no line of a manifest: {line!r:.100}")
        name = _unescaped(found[2].removeprefix("*").removeprefix("./"))
        if name in seen or len(seen) >= MOST_FILES:
            raise _wrong(folder, manifest, f"it names {name!r:.100} twice, or more than {MOST_FILES} files")
        seen.add(name)
        yield name, found[1].lower()


def _checked(folder: Path, name: str, sha256: str, advance: Callable[[int], None]) -> Packed:
    place = _inside(folder, name)
    digest, size = hashlib.sha256(), 0
    try:
        _refuse_links(folder, place)
        with os.fdopen(os.open(place, os.O_RDONLY | _NO_FOLLOW), "rb", buffering=0) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise _wrong(folder, name, "it is no regular file")
            while data := stream.read(_AT_ONCE):
                digest.update(data)
                size += len(data)
                advance(len(data))
    except OSError as error:
        raise _wrong(folder, name, f"{error.strerror}") from None
    if digest.hexdigest() != sha256:
        raise _wrong(folder, name, f"its bytes have SHA-256 {digest.hexdigest()}, and the manifest says {sha256}")
    return Packed(place, size, sha256)


def _refuse_unlisted(folder: Path, found: Mapping[str, Packed]) -> None:
    for place, _, names in os.walk(folder):
        for name in names:
            path = str(PurePosixPath(os.path.relpath(os.path.join(place, name), folder)))  # noqa: PTH118
            if path not in found and path != TAGS:
                raise _wrong(folder, path, "no manifest names it")


def _refuse_links(folder: Path, place: Path) -> None:
    for above in place.relative_to(folder).parents:
        if (folder / above).is_symlink() and str(above) != ".":
            raise _wrong(folder, str(above), "it is a link, and leads elsewhere")


def _inside(folder: Path, name: str) -> Path:
    """Where a file of the bag is. Raises `SourceError` where its name leads out of it."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\0" in name or "\\" in name or len(name) > 4096:
        raise _wrong(folder, name, "a name that leads elsewhere, or that some machines read otherwise")
    return folder.joinpath(*parts)


def _copied(packed: Packed, place: Path, advance: Callable[[int], None]) -> str:
    """Copies a file; the SHA-256 of the bytes that were copied."""
    make_folder(place.parent)
    digest = hashlib.sha256()
    with packed.place.open("rb") as source, place.open("xb") as target:
        while data := source.read(_AT_ONCE):
            digest.update(data)
            target.write(data)
            advance(len(data))
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest()


def _text(folder: Path, name: str) -> bytes:
    try:
        with os.fdopen(os.open(folder / name, os.O_RDONLY | _NO_FOLLOW), "rb") as stream:
            data = stream.read(MOST_TEXT + 1)
    except OSError as error:
        raise _wrong(folder, name, f"{error.strerror}; a bag has it") from None
    if len(data) > MOST_TEXT:
        raise _wrong(folder, name, f"it has more than {MOST_TEXT} bytes")
    return data


def _escaped(path: str) -> str:
    """RFC 8493, 2.1.3: line feeds, carriage returns and per cent signs are percent-encoded."""
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _unescaped(path: str) -> str:
    return re.sub(
        r"%(25|0A|0D)", lambda found: {"25": "%", "0A": "\n", "0D": "\r"}[found[1].upper()], path, flags=re.IGNORECASE
    )


def _wrong(folder: Path, name: str, why: str) -> SourceError:
    return SourceError(
        f"{folder}: {name!a:.200}: {why}. Nothing of the bag was taken; have it written and carried again"
    )
