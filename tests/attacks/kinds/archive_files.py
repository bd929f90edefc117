"""Kinds that live in archives: ways out of the folder, two readings of one file, bombs, files that are two."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

from attacks import polyglots
from attacks.archives import HONEST as ARCHIVES
from attacks.archives import (
    End,
    Part,
    entry,
    header,
    honest_tar,
    honest_zip,
    nested,
    overlapping,
    tar_of,
    torch_zip,
    zip_of,
)
from attacks.kinds import weights
from attacks.kinds.kind import Files, Kind
from attacks.programs import ELF, PE
from attacks.small_formats import npy

LINK, DEVICE = 0o120777, 0o020666


def _zip(
    name: str,
    does: str,
    words: str,
    check: str,
    build: Callable[[], bytes],
    path: str = "model.zip",
    honest: str = "zip",
) -> Kind:
    return Kind(
        id=f"archive-{name}", does=does, check=check, words=(words,), honest=honest, files=lambda: {path: build()}
    )


def _tar(name: str, does: str, words: str, build: Callable[[], bytes], check: str = "archive-escape") -> Kind:
    return _zip(f"tar-{name}", does, words, check, build, "model.tar", "tar")


def _bomb(size: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("weights.bin", "w", force_zip64=True) as member,
    ):
        for _ in range(size >> 20):
            member.write(b"\0" * (1 << 20))
    return out.getvalue()


def _two_directories() -> bytes:
    """A zip whose comment is a zip: which end record counts is the reader's choice."""
    second = zip_of(Part(data=b'{"other": 1}'))
    return zip_of(Part(), end=End(comment=second))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)


ESCAPES = (
    _zip("zip-slip", "writes above the folder it is unpacked in", "climbs out with '..'", "archive-escape", lambda: zip_of(Part(name="../../evil.py"))),
    _zip("zip-slip-windows", "the same on Windows", "climbs out with '..'", "archive-escape", lambda: zip_of(Part(name="..\\evil.py"))),
    _zip("wheel-start-up-line", "a line in a wheel that Python runs at every start", "it runs commands: os.system", "active-content", lambda: zip_of(Part(name="own.pth", data=b"import os; os.system('echo hilt')\n")), "own-1.0-py3-none-any.whl"),
    _zip("zip-absolute", "writes where it likes", "is an absolute path", "archive-escape", lambda: zip_of(Part(name="/etc/cron.d/evil"))),
    _zip("zip-link", "a link out, through which later files are written or read", "is a link to '/etc/passwd', outside", "archive-escape", lambda: zip_of(Part(name="a", data=b"/etc/passwd", mode=LINK))),
    _zip("zip-device", "a device in place of a file", "is a device or a pipe", "archive-escape", lambda: zip_of(Part(name="null", mode=DEVICE))),
    _tar("slip", "writes above the folder it is unpacked in", "climbs out with '..'", lambda: tar_of(entry("../evil.py"))),
    _tar("slip-in-a-long-name", "the same in a record that few readers heed", "climbs out with '..'", lambda: tar_of(entry("x" * 120, pax={"path": "../evil.py"}))),
    _tar("link", "a link out of the folder", "is a link to '/root', outside", lambda: tar_of(entry("a", kind=tarfile.SYMTYPE, link="/root"))),
    _tar("hard-link", "another name for a file of the machine", "is a hard-link to '/etc/passwd', outside", lambda: tar_of(entry("a", kind=tarfile.LNKTYPE, link="/etc/passwd"))),
    _tar("through-a-link", "writes through a link that it brings (CVE-2025-4517 and its kin)", "is written through the link 'a'", lambda: tar_of(entry("a", kind=tarfile.SYMTYPE, link="ok"), entry("a/evil.py"))),
    _tar("device", "a device in place of a file", "is a device or a pipe", lambda: tar_of(entry("a", kind=tarfile.CHRTYPE))),
    _tar("compressed", "the same inside a compressed file", "climbs out with '..'", lambda: gzip.compress(tar_of(entry("../evil.py")), mtime=0)),
)  # fmt: skip

TWO_READINGS = (
    _zip("twice", "two readers take two members", "is listed more than once", "archive-ambiguity", lambda: zip_of(Part(), Part(data=b"[]"))),
    _zip("two-ends", "two readers find two directories", "end records stand at bytes", "archive-ambiguity", _two_directories),
    _zip("local-name", "two readers see two names", "in the central", "archive-ambiguity", lambda: zip_of(Part(local_name="config.jsom"))),
    _zip("local-method", "two readers unpack in two ways", "the compression method", "archive-ambiguity", lambda: zip_of(Part(local_method=8))),
    _zip("encrypted-flag", "a flag that makes scanners skip what loaders read", "the flag word", "archive-ambiguity", lambda: zip_of(Part(flags=1, local_flags=0))),
    _zip("checksum", "a checksum that makes scanners stop (CVE-2025-10156)", "is stated", "archive-ambiguity", lambda: zip_of(Part(crc32=7))),
    _zip("second-name", "a second name that some tools prefer", "has a second name 'b'", "archive-ambiguity", lambda: zip_of(Part(local_extra=b"up" + struct.pack("<HBI", 6, 1, zlib.crc32(b"config.json")) + b"b"))),
    _zip("case", "two members that are one file on a Mac", "are one name", "archive-ambiguity", lambda: zip_of(Part(name="a"), Part(name="A"))),
    _zip("encrypted", "what nobody could look into", "flagged as encrypted", "archive-encrypted", lambda: zip_of(Part(flags=1, local_flags=1))),
    _zip("strange-method", "what nobody could unpack", "is compressed by method 97", "archive-ambiguity", lambda: zip_of(Part(method=97))),
    _zip("prefix", "a file of its own in front", "stand before the", "archive-ambiguity", lambda: zip_of(Part(), end=End(prefix=b"\1\2\3\4", corrected=True))),
    _zip("suffix", "bytes behind the end", "stand behind the end of the archive", "archive-ambiguity", lambda: honest_zip() + b"hilt"),
    _zip("bomb", "a small file that fills the disk", "becomes 1073741824 bytes from", "archive-bomb", lambda: _bomb(1 << 30)),
    _zip("bomb-overlapping", "members that share their bytes", "shares 145 bytes with 'a'", "archive-bomb", lambda: overlapping(4)),
    _zip("bomb-nested", "archives in archives without end", "archives deep", "archive-bomb", lambda: nested(40)),
    _zip("torch-member", "a payload beside the tensors", "writes no member like", "torch-members", lambda: torch_zip(Part(name="model/run.sh", data=b"#!/bin/sh\necho hilt\n")), "model.pt", "torch"),
    _zip("torch-two-models", "a second model for another reader", "a second folder", "torch-members", lambda: torch_zip(Part(name="other/data.pkl", data=b"\x80\x02N.")), "model.pt", "torch"),
    _zip("wheel", "code that is installed", "os.system", "remote-code", lambda: zip_of(Part(name="evil/__init__.py", data=b"import os\nos.system('echo hilt')\n")), "evil.whl"),
)  # fmt: skip


def _polyglot(
    name: str, does: str, words: str, check: str, honest: str, files: Callable[[], Files], searched: bool = False
) -> Kind:
    return Kind(
        id=f"polyglot-{name}", does=does, check=check, words=(words,), honest=honest, files=files, searched=searched
    )


POLYGLOTS = (
    _polyglot("zip-behind-safetensors", "weights to one reader, an archive to another", "it is a zip archive of 1 members as well", "also-an-archive", "safetensors", lambda: {"model.safetensors": weights.safetensors({"a": weights.TENSOR}) + zip_of(Part(name="evil.py", data=b"import os\n"))}),
    _polyglot("zip-behind-picture", "a picture to one reader, an archive to another", "it is a zip archive", "also-an-archive", "picture", lambda: {"logo.png": PNG + zip_of(Part(name="evil.py", data=b"x"))}),
    _polyglot("tar-of-weights", "weights to one reader, an archive to another", "it is a tar archive as well", "also-an-archive", "npy", lambda: {"weights.npy": _npy_tar()}),
    _polyglot("program-named-weights", "a program that waits to be started", "ELF", "native-code", "safetensors", lambda: {"model.safetensors": ELF + b"\0" * 64}),
    _polyglot("program-behind-picture", "a program behind a picture", "holds a program: Windows program", "embedded-program", "picture", lambda: {"logo.png": PNG + PE}, True),
    _polyglot("pickle-named-weights", "a pickle that a loader falls back to", "the content is Python pickle", "extension-mismatch", "safetensors", lambda: {"model.safetensors": b"\x80\x04}\x94."}),
    _polyglot("pickle-in-r-data", "data of R to one reader, a pickle to whoever loads it by its name", "it is a Python pickle as well", "also-a-pickle", "npy", lambda: {"pytorch_model.bin": polyglots.POLYGLOTS["r-data"](polyglots.COMMAND)}),
    _polyglot("pickle-in-word-vectors", "word vectors to one reader, a pickle to whoever loads it by its name", "it is a Python pickle as well", "also-a-pickle", "npy", lambda: {"pytorch_model.bin": polyglots.POLYGLOTS["fasttext"](polyglots.COMMAND)}),
    _polyglot("pickle-in-catboost", "a CatBoost model to one reader, a pickle to whoever loads it by its name", "it is a Python pickle as well", "also-a-pickle", "npy", lambda: {"model.pkl": polyglots.POLYGLOTS["catboost"](polyglots.COMMAND)}),
    _polyglot("torch-named-text", "a pickle under a harmless name", "the content is PyTorch", "extension-mismatch", "torch", lambda: {"notes.json": torch_zip()}),
    _polyglot("script-named-weights", "a script that waits to be started", "script", "extension-mismatch", "safetensors", lambda: {"model.onnx": b"#!/bin/sh\necho hilt\n"}),
)  # fmt: skip


def _npy_tar() -> bytes:
    """An array whose header is the name of a member of a tar."""
    return header(b"\x93NUMPY\1\0\x76\0{'descr': '|u1', 'fortran_order': False, 'shape': (1408,)}") + b"\0" * 1024


HONEST: dict[str, Callable[[], Files]] = {
    "zip": lambda: {"model.zip": honest_zip(), "second.zip": ARCHIVES[1][0]},
    "tar": lambda: {"model.tar": honest_tar(), "other.tar.gz": ARCHIVES[6][0]},
    "torch": lambda: {"model.pt": torch_zip()},
    "picture": lambda: {"logo.png": PNG},
    "npy": lambda: {"weights.npy": npy("<f4", (2,), b"\0" * 8)},
}
