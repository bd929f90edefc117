"""Walks TFRecord files: data sets, and the event files that TensorBoard shows.

Specification: TensorFlow, "TFRecord and tf.train.Example": of each record the length in 8 bytes, little-endian, its masked
CRC-32C in 4, the data, and their checksum. The data are passed over; every length must have its checksum.

What can bite: nothing by itself: records to train with, or what TensorBoard draws.

What hilt cannot see: what is in the records.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.crc32c import masked
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

_HEADER, _CHECKSUM = 12, 4
_EVENTS = b"brain.Event:"
"""What the first record of an event file holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tfrecord:
    """How many records, how many bytes in them, and whether they are what TensorBoard logs."""

    records: int
    data_bytes: int
    events: bool


def probe(head: Head) -> bool:
    start = head.data[:_HEADER]
    return (
        len(start) == _HEADER
        and int.from_bytes(start[:8], "little") + _HEADER + _CHECKSUM <= head.source.size
        and int.from_bytes(start[8:], "little") == masked(start[:8])
    )


def read(source: ByteSource, limits: Limits) -> Tfrecord:
    """The records of `source`, walked to its last byte."""
    cursor = Cursor(source)
    records = data_bytes = 0
    events = False
    while cursor.left:
        begin = cursor.offset
        length, checksum = cursor.take(8, "the length of a record"), cursor.number("<I", "the checksum of a length")
        if checksum != masked(length):
            raise FormatError(f"the length of record {records} does not have its checksum", offset=begin)
        size = int.from_bytes(length, "little")
        if not records:
            events = _EVENTS in cursor.peek(64)
        cursor.skip(size, "a record")
        cursor.skip(_CHECKSUM, "the checksum of a record")
        records, data_bytes = records + 1, data_bytes + size
        if records > limits.protobuf_fields:
            raise LimitExceeded("protobuf_fields", records, limits.protobuf_fields, offset=begin)
    if not records:
        raise FormatError("no record", offset=0)
    return Tfrecord(records=records, data_bytes=data_bytes, events=events)
