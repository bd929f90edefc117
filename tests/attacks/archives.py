"""Builds archives, honest and hostile, byte by byte where no library would write them. Nothing in them does harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, replace

_DEFLATED = 8


@dataclass(frozen=True, kw_only=True)
class Part:
    """A member of a zip. What is None before `local_` is written as in the central directory."""

    name: str | bytes = "config.json"
    data: bytes = b"{}"
    method: int = 0
    flags: int = 0
    size: int | None = None
    crc32: int | None = None
    mode: int = 0
    offset: int | None = None
    extra: bytes = b""
    comment: bytes = b""
    local_name: str | bytes | None = None
    local_method: int | None = None
    local_flags: int | None = None
    local_size: int | None = None
    local_crc32: int | None = None
    local_extra: bytes = b""
    before: bytes = b""
    """Bytes between the member before and this one."""
    behind: bytes = b""
    """Bytes right behind the data, such as a data descriptor."""

    @property
    def packed(self) -> bytes:
        if self.method != _DEFLATED:
            return self.data
        machine = zlib.compressobj(9, zlib.DEFLATED, -15)
        return machine.compress(self.data) + machine.flush()


@dataclass(frozen=True, kw_only=True)
class End:
    """What the end record states otherwise than is true, and what stands around it."""

    count: int | None = None
    offset: int | None = None
    size: int | None = None
    comment: bytes = b""
    prefix: bytes = b""
    corrected: bool = False
    """Offsets count from the start of the file, the prefix included."""
    before: bytes = b""
    behind: bytes = b""
    zip64: tuple[int, int, int] | None = None
    """Count, size and offset of a Zip64 end record."""


def zip_of(*parts: Part, end: End = End()) -> bytes:
    base = len(end.prefix) if end.corrected else 0
    body, directory = b"", b""
    for part in parts:
        body += part.before
        directory += _central(part, base + len(body))
        body += _local(part) + part.packed + part.behind
    count = len(parts) if end.count is None else end.count
    size = len(directory) if end.size is None else end.size
    offset = base + len(body) if end.offset is None else end.offset
    wide = b""
    if end.zip64 is not None:
        at = base + len(body) + len(directory)
        wide = b"PK\6\6" + struct.pack("<QHH2I2Q2Q", 44, 45, 45, 0, 0, end.zip64[0], *end.zip64)
        wide += b"PK\6\7" + struct.pack("<IQI", 0, at, 1)
    record = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, count, count, size, offset, len(end.comment))
    return end.prefix + body + directory + end.before + wide + record + end.comment + end.behind


def _central(part: Part, at: int) -> bytes:
    name = part.name.encode() if isinstance(part.name, str) else part.name
    crc32 = zlib.crc32(part.data) if part.crc32 is None else part.crc32
    size = len(part.data) if part.size is None else part.size
    offset = at if part.offset is None else part.offset
    fixed = struct.pack(
        "<2B5H3I5H2I", 20, 3, 20, part.flags, part.method, 0, 0x21, crc32, len(part.packed), size, len(name),
        len(part.extra), len(part.comment), 0, 0, part.mode << 16, offset,
    )  # fmt: skip
    return b"PK\1\2" + fixed + name + part.extra + part.comment


def _local(part: Part) -> bytes:
    name = part.name if part.local_name is None else part.local_name
    name = name.encode() if isinstance(name, str) else name
    method = part.method if part.local_method is None else part.local_method
    flags = part.flags if part.local_flags is None else part.local_flags
    crc32 = zlib.crc32(part.data) if part.crc32 is None else part.crc32
    crc32 = crc32 if part.local_crc32 is None else part.local_crc32
    size = len(part.data) if part.size is None else part.size
    packed = len(part.packed)
    if part.local_size is not None:
        size, packed = part.local_size, part.local_size
    fixed = struct.pack("<5H3I2H", 20, flags, method, 0, 0x21, crc32, packed, size, len(name), len(part.local_extra))
    return b"PK\3\4" + fixed + name + part.local_extra


def honest_zip() -> bytes:
    """A zip as zipfile writes it, with a stored, a deflated, a bzip2 and an lzma member and a folder."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("model/", b"")
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            archive.writestr(f"model/{method}.txt", f"method {method}\n" * 100, method)
        archive.writestr("empty", b"")
    return out.getvalue()


def honest_tar(kind: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        folder = tarfile.TarInfo("model")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name in ("model/config.json", f"model/{'long/' * 25}weights.bin"):
            info = tarfile.TarInfo(name)
            info.size = 700
            archive.addfile(info, io.BytesIO(b"h" * 700))
        link = tarfile.TarInfo("model/latest")
        link.type, link.linkname = tarfile.SYMTYPE, "config.json"
        archive.addfile(link)
    return out.getvalue()


def tar_of(*members: tarfile.TarInfo, kind: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of these members, each as large as it says and full of zeros."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=kind) as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"\0" * member.size))
    return out.getvalue()


def entry(
    name: str, *, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0, pax: dict[str, str] | None = None
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    info.pax_headers = pax or {}
    return info


def header(name: bytes, *, size: int = 0, kind: bytes = b"0", link: bytes = b"") -> bytes:
    """A ustar header, byte by byte, with the right checksum."""
    block = struct.pack(
        "100s8s8s8s12s12s8sc100s8s32s32s8s8s155s12x", name, b"0000644\0", b"0000000\0", b"0000000\0", b"%011o\0" % size,
        b"00000000000\0", b" " * 8, kind, link, b"ustar\00000", b"", b"", b"0000000\0", b"0000000\0", b"",
    )  # fmt: skip
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def blocks(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 512)


def overlapping(count: int) -> bytes:
    """Members that all have the bytes of the first: the zip bomb that needs no nesting."""
    first = Part(name="a", data=b"\0" * 100_000, method=_DEFLATED)
    others = [replace(first, name=b"%c" % (98 + n), offset=0) for n in range(count)]
    body = _local(first) + first.packed
    directory = b"".join(_central(part, 0) for part in (first, *others))
    end = struct.pack("<4H2IH", 0, 0, count + 1, count + 1, len(directory), len(body), 0)
    return body + directory + b"PK\5\6" + end


def nested(depth: int) -> bytes:
    """A zip in a zip in a zip, `depth` of them."""
    data = b"the end\n"
    for level in range(depth):
        data = zip_of(Part(name=f"{level}.zip" if level else "end.txt", data=data, method=_DEFLATED))
    return data


def compressed(data: bytes, method: str) -> bytes:
    return {"gzip": lambda data: gzip.compress(data, mtime=0), "bzip2": bz2.compress, "xz": lzma.compress}[method](data)


ASKED = b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\1\0\0\x000X\3\0\0\0cpuK\x10tQ."
"""A pickle that asks for storage 0, of 16 numbers in 64 bytes."""


def torch_zip(*others: Part, pickle: bytes = ASKED, storage: bytes = b"\0" * 64) -> bytes:
    """What torch.save writes, as far as names go: a pickle, a storage, a version."""
    parts = (
        Part(name="model/data.pkl", data=pickle),
        Part(name="model/byteorder", data=b"little"),
        Part(name="model/data/0", data=storage),
        Part(name="model/version", data=b"3\n"),
        Part(name="model/.data/serialization_id", data=b"1" * 40),
    )
    return zip_of(*parts, *others)


def torchscript(code: str, *others: Part, pickle: bytes = ASKED) -> bytes:
    """What torch.jit.save writes, as far as names go."""
    path = "net/code/__torch__/net.py"
    parts = (
        Part(name="net/data.pkl", data=pickle),
        Part(name="net/data/0", data=b"\0" * 64),
        Part(name=path, data=code.encode(), method=_DEFLATED),
        Part(name=f"{path}.debug_pkl", data=b"\x80\x02)."),
        Part(name="net/constants.pkl", data=b"\x80\x02)."),
        Part(name="net/version", data=b"3\n"),
    )
    return zip_of(*parts, *others)


HONEST = (
    (honest_zip(), "model.zip"),
    (zip_of(Part(name="inner.whl", data=honest_zip())), "model.zip"),
    (zip_of(), "empty.zip"),
    (torch_zip(), "model.pt"),
    (honest_tar(), "model.tar"),
    (honest_tar(tarfile.GNU_FORMAT), "model.tar"),
    (compressed(honest_tar(), "gzip"), "model.tar.gz"),
    (compressed(honest_tar(), "bzip2"), "model.tar.bz2"),
    (compressed(honest_tar(), "xz"), "model.tar.xz"),
)
"""Archives as their usual writers leave them, with their names: every check of archives is quiet on them."""
