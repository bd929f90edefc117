"""How values, counts and sizes are written, and how a fact is known.

Nothing here is quoted yet: every string is as the subject brought it, and the outputs pass it through `quote`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hilt.core.fact import Fact, Known, Value
from hilt.core.report import Transfer


def value_text(value: Value) -> str:
    """A fact's value as people write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return count_text(value)
        case float():
            return f"{value:.4g}"
        case tuple():
            return some(value, 6) if value else "none"
        case None:
            return "unknown"
    return value


def count_text(number: int) -> str:
    """`131 072`, from a million on `1.24 billion`; what is larger than any model is told as a power of two."""
    if number.bit_length() > 60:
        return f"about {'-' if number < 0 else ''}2^{number.bit_length() - 1}"
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if abs(number) >= size:
            return f"{number / size:.3g} {word}" if abs(number) < 1000 * size else grouped(number)
    return grouped(number)


def grouped(number: int) -> str:
    """Digits in groups of three, the same in every language."""
    return f"{number:,}".replace(",", " ")


def more(number: int, most: int) -> str:
    """How many there may be beside what is shown, where no more than `most` of them were counted."""
    return f"up to {grouped(number)} more" if number <= most else f"more than {grouped(most)} more"


def size_text(size: int) -> str:
    """Bytes in decimal units, as hubs and disks count them."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    for power, unit in enumerate(("kB", "MB", "GB", "TB", "PB"), 1):
        if size < 999.5 * 1000**power:
            return f"{size / 1000**power:.3g} {unit}"
    return f"about 2^{size.bit_length() - 1} bytes"


def transfer_text(transfer: Transfer) -> str:
    """What had to come over the network."""
    return f"{size_text(transfer.bytes)} fetched in {counted(transfer.requests, 'request')}"


def moment_text(at: str) -> str:
    """An ISO 8601 time to the minute: `2026-11-21 08:30`."""
    return at[:16].replace("T", " ")


def duration_text(seconds: float) -> str:
    """`40 seconds`, `3 hours`, `12 days`: whole units, rounded down."""
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(int(seconds // size), word)
    return counted(int(seconds), "second")


def counted(number: int, noun: str) -> str:
    """`1 file`, `12 files`, `3 entries`."""
    if number != 1:
        noun = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{grouped(number)} {noun}"


def some(items: Sequence[str], limit: int) -> str:
    """The first few of many, and how many more there are."""
    more = len(items) - limit
    return ", ".join(items) if more <= 0 else f"{', '.join(items[:limit])} and {more} more"


def how_known(fact: Fact) -> str:
    """`verified`, or who it is that says so: `claimed by config.json`."""
    return f"claimed by {fact.source}" if fact.known is Known.CLAIMED and fact.source else fact.known.word


def tally(words: Iterable[str]) -> str:
    """`2 safetensors, 1 gguf`, the most frequent first."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def listed(words: Sequence[str]) -> str:
    """`used, changed and sold`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
