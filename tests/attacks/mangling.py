"""What becomes of a file on the way: cut short, filled up, turned around, renamed, encrypted, packed into others."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import PurePath

from attacks.archives import Part, honest_zip, zip_of

Mangled = tuple[str, str, bytes]
"""What was done to a file, the name that it has then, and what it holds."""

PROGRAM = b"\x7fELF\2\1\1" + bytes(9) + b"\3\0>\0\1\0\0\0" + bytes(44)
SUFFIXES = (".safetensors", ".bin", ".txt", ".pkl", ".json", ".zip", ".onnx", ".gz", "")


def noise(size: int) -> bytes:
    """Bytes like those of a cipher, the same ones every time."""
    return random.Random(4).randbytes(size)


def cut(name: str, data: bytes) -> Iterator[Mangled]:
    yield "one byte short", name, data[:-1]
    yield "half of it", name, data[: len(data) // 2]
    yield "its first bytes", name, data[: min(64, len(data) // 4)]


def padded(name: str, data: bytes) -> Iterator[Mangled]:
    yield "zeros behind", name, data + bytes(777)
    yield "noise behind", name, data + noise(777)
    yield "itself behind", name, data + data
    yield "a zip behind", name, data + honest_zip()
    yield "a program behind", name, data + PROGRAM


def turned(name: str, data: bytes) -> Iterator[Mangled]:
    yield "pairs turned", name, _turned(data, 2)
    yield "words turned", name, _turned(data, 4)


def _turned(data: bytes, size: int) -> bytes:
    return b"".join(data[at : at + size][::-1] for at in range(0, len(data), size))


def renamed(name: str, data: bytes) -> Iterator[Mangled]:
    stem = PurePath(name).stem
    yield from ((f"renamed to {suffix or 'no suffix'}", stem + suffix, data) for suffix in SUFFIXES)


def encrypted(name: str, data: bytes) -> Iterator[Mangled]:
    yield "encrypted", name, noise(len(data))
    yield "encrypted by openssl", name, b"Salted__" + noise(len(data) + 24)
    yield "encrypted by age", name, b"age-encryption.org/v1\n-> X25519 abc\n" + noise(len(data))
    yield "encrypted by GnuPG", name, b"\x85\x01\x0c\x03" + noise(268) + b"\xd2\xc0\x10" + noise(len(data))
    armoured = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA0hpbHQ=\n=aGls\n-----END PGP MESSAGE-----\n"
    yield "encrypted by GnuPG, as text", name, armoured
    yield "encrypted by Ansible", name, b"$ANSIBLE_VAULT;1.1;AES256\n" + noise(40).hex().encode() + b"\n"
    part = Part(name=name, data=noise(len(data) + 12), flags=1, size=len(data))
    yield "in a zip with a password", "files.zip", zip_of(part)


def nested(name: str, data: bytes) -> Iterator[Mangled]:
    yield "in a zip", "files.zip", _zip(name, data)
    yield "in a zip in a zip", "files.zip", _zip("inner.zip", _zip(name, data))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    yield "in a tar", "files.tar", out.getvalue()
    yield "in a tar in gzip", "files.tar.gz", gzip.compress(out.getvalue(), mtime=0)
    yield "in gzip", f"{name}.gz", gzip.compress(data, mtime=0)
    yield "in xz", f"{name}.xz", lzma.compress(data)
    yield "in bzip2", f"{name}.bz2", bz2.compress(data)


def _zip(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()
