"""The checksum CRC-32C, which the records of TensorFlow and the nodes of OCDBT bear.

Specification: RFC 3720, appendix B.4 (the Castagnoli polynomial, reflected).
"""

from __future__ import annotations

_POLYNOMIAL = 0x82F63B78


def _entry(value: int) -> int:
    for _ in range(8):
        value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value


_TABLE = tuple(_entry(value) for value in range(256))


def crc32c(data: bytes) -> int:
    """The checksum of a short stretch of bytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    """The checksum as TensorFlow stores it, so that it does not look like one inside other data."""
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
