"""The shape of a model, as far as memory asks for it: sets of weights, and what its layers keep of each token.

Facts carry it in a small language of lines, so that a stored report is enough to tell the memory for any engine. A line
is words, each `name=number`; what is 0 is left out.

    fit.variants   files that are loaded together, and their bytes by number format; the name is the rest of the line
        format=gguf bytes=96543 parameters=134000 read=96000 dtypes=Q4_1:90000,F32:6543 name=model-Q4_1.gguf
    fit.layers     how many layers keep the same, and what
        22 attention heads=4 key=256 value=256 window=512
        61 latent rank=512 rope=64
        48 state channels=10240 kernel=4 numbers=786432
        12 none
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hilt.core.fact import Fact, Value
from hilt.core.patterns import lazy_pattern

MOST = 1 << 56
"""No number of a line is larger: what headers state beyond is not true of any machine."""
MOST_LINES = 4096
_NAME = " name="
_WORD = lazy_pattern(r"(?P<name>[a-z]+)=(?P<number>\d{1,17})", re.ASCII)
_DTYPE = lazy_pattern(r"[^A-Za-z0-9_]")


class Variant(NamedTuple):
    """Files that are loaded together: one quantisation, or the shards of one set.

    `bytes` are those of the tensors as they are stored. `parameters` and `read`, the bytes of the weights that one token
    passes through, are 0 where they are not known. `dtypes` are (number format, bytes).
    """

    name: str
    format: str
    bytes: int
    parameters: int = 0
    read: int = 0
    dtypes: tuple[tuple[str, int], ...] = ()

    @property
    def line(self) -> str:
        told = _words(bytes=self.bytes, parameters=self.parameters, read=self.read)
        dtypes = ",".join(f"{_DTYPE.sub('_', name)}:{size}" for name, size in self.dtypes)
        return (
            " ".join(filter(None, (f"format={self.format}", told, dtypes and f"dtypes={dtypes}"))) + _NAME + self.name
        )


class Layers(NamedTuple):
    """`times` so many layers that keep the same.

    "attention": `heads` keys of `key` and values of `value` numbers for each token, of the last `window` tokens alone
    unless that is 0; or of `fixed` tokens, however long the input (what an encoder heard or saw).
    "latent": `rank` + `rope` numbers for each token, from which keys and values are made; `chosen` further ones in layers
    that choose what they attend to.
    "state": `numbers`, and the last `kernel` inputs of a convolution over `channels`, whatever the length of the input.
    "none": nothing.
    """

    times: int
    kind: str
    heads: int = 0
    key: int = 0
    value: int = 0
    window: int = 0
    fixed: int = 0
    rank: int = 0
    rope: int = 0
    chosen: int = 0
    channels: int = 0
    kernel: int = 0
    numbers: int = 0

    @property
    def line(self) -> str:
        told = _words(
            **{name: value for name, value in self._asdict().items() if isinstance(value, int)} | {"times": 0}
        )
        return f"{self.times} {self.kind} {told}".rstrip()


KINDS = ("attention", "latent", "state", "none")
NUMBERS = Layers._fields[2:]


class Shape(NamedTuple):
    """What memory asks of a model. `layers` is empty where they cannot be told; `untold` says why, in words.

    `context` is the longest input that the model states, `heads` are those that ask (queries), `inner` is the width
    between the two matrices of a layer's feed-forward part; 0 where not known.
    """

    variants: tuple[Variant, ...]
    layers: tuple[Layers, ...] = ()
    vocabulary: int = 0
    width: int = 0
    heads: int = 0
    inner: int = 0
    context: int = 0
    untold: tuple[str, ...] = ()


def shape(facts: Iterable[Fact]) -> Shape | None:
    """The shape that the facts of a report tell; None where they tell of no weights. Lines that are none are left out."""
    told = {fact.key: fact.value for fact in facts if fact.key.startswith("fit.") or fact.key == "model.context_length"}
    variants = tuple(one for line in _lines(told, "fit.variants") if (one := variant(line)) is not None)
    read = [layers(line) for line in _lines(told, "fit.layers")]
    known = tuple(one for one in read if one is not None)
    if not variants:
        return None
    untold = _lines(told, "fit.untold")
    return Shape(
        variants=variants,
        layers=known if len(known) == len(read) else (),
        vocabulary=_number(told.get("fit.vocabulary")),
        width=_number(told.get("fit.width")),
        heads=_number(told.get("fit.heads")),
        inner=_number(told.get("fit.inner")),
        context=_number(told.get("model.context_length")),
        untold=untold
        if len(known) == len(read)
        else (*untold, "the report tells of layers in words of another version"),
    )


def grouped(each: Iterable[Layers]) -> tuple[Layers, ...]:
    """Layers that keep the same as one line, in the order in which each kind comes first."""
    counts: dict[Layers, int] = {}
    for one in each:
        bare = one._replace(times=1)
        counts[bare] = counts.get(bare, 0) + one.times
    return tuple(one._replace(times=count) for one, count in counts.items())


def variant(line: str) -> Variant | None:
    """The set of weights that a line of `fit.variants` tells; None where it tells none."""
    words, found, name = line.partition(_NAME)
    told = dict(word.partition("=")[::2] for word in words.split(" "))
    numbers = {key: _number_of(told.get(key, "0")) for key in ("bytes", "parameters", "read")}
    dtypes = tuple(
        (dtype, _number_of(size))
        for dtype, _, size in (one.partition(":") for one in told.get("dtypes", "").split(","))
        if dtype
    )
    if not found or "format" not in told or -1 in numbers.values() or any(size < 0 for _, size in dtypes):
        return None
    return Variant(name=name, format=told["format"], dtypes=dtypes, **numbers)


def layers(line: str) -> Layers | None:
    """The layers that a line of `fit.layers` tells; None where it tells none."""
    count, _, rest = line.partition(" ")
    kind, *words = rest.split(" ")
    numbers: dict[str, int] = {}
    for word in words:
        match = _WORD.fullmatch(word)
        if match is None or match["name"] not in NUMBERS or int(match["number"]) > MOST:
            return None
        numbers[match["name"]] = int(match["number"])
    if kind not in KINDS or not 0 < _number_of(count) <= MOST_LINES:
        return None
    return Layers(times=int(count), kind=kind, **numbers)


def _words(**numbers: int) -> str:
    return " ".join(f"{name}={number}" for name, number in numbers.items() if number)


def _number_of(text: str) -> int:
    """The number that `text` is; -1 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 17 and int(text) <= MOST else -1


def _number(value: Value) -> int:
    return value if type(value) is int and 0 < value <= MOST else 0


def _lines(told: Mapping[str, Value], key: str) -> tuple[str, ...]:
    value = told.get(key)
    return value[:MOST_LINES] if isinstance(value, tuple) else ()
