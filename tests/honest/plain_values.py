"""Values that stand beside models: numbers, dates, containers, objects of the standard library."""

from __future__ import annotations

import argparse
import array
import collections
import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import re
import types
import uuid
import zoneinfo
from typing import Any

from honest.saving import Folder, main


def values() -> dict[str, Any]:
    shared = [1, 2, 3]
    loop: list[Any] = [shared]
    loop.append(loop)
    return {
        "numbers": [0, 1, -1, 255, 256, 65536, 2**31, 2**70, -(2**70), 1.5, float("inf"), 1j, True, None],
        "texts": ["", "a", "é", "x" * 300, "\n", "\x80\x02", b"", b"bytes", b"b" * 300, bytearray(b"array")],
        "containers": {"list": shared, "again": shared, "set": {1, 2}, "frozen": frozenset({1}), "tuple": (1, (2, ())), "loop": loop},
        "long": {"list": list(range(3000)), "dict": {str(n): n for n in range(3000)}, "set": set(range(3000))},
        "collections": [
            collections.OrderedDict(a=1), collections.Counter("aab"), collections.deque([1, 2]), collections.UserDict(a=1),
            collections.deque([0.5], maxlen=100), collections.defaultdict(list, a=[1]), collections.defaultdict(int),
        ],
        "dates": [
            dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.date(2026, 1, 1), dt.timedelta(3), dt.time(1),
            dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2), "x")),
        ],
        "zone": zoneinfo.ZoneInfo("UTC"),
        "values": [
            decimal.Decimal("1.5"), fractions.Fraction(1, 2), uuid.UUID(int=3), range(3), slice(1, 2), type(None), ...,
            pathlib.PurePosixPath("a/b"), pathlib.Path("a"), array.array("f", [1]), types.SimpleNamespace(a=1),
            argparse.Namespace(lr=0.1, out=pathlib.Path("x")), ipaddress.ip_address("127.0.0.1"),
        ],
        "patterns": [re.compile("a+"), re.compile("b", re.IGNORECASE)],
        "types": [int, str, float, list, dict, type(None), str.lower, str.split, len, sum, sorted, abs],
        "errors": ValueError("x"),
    }  # fmt: skip


def make(folder: Folder) -> None:
    for name, value in values().items():
        folder.every_way(name, value)


if __name__ == "__main__":
    main(make)
