"""What a pickle would do: its calls, what is odd about it, and the pickles inside it."""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.errors import FormatError
from hilt.formats.archive import Oddity
from hilt.formats.torch_storage import Storage
from hilt.knowledge.callables.judge import Judgement, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Something a pickle does with a callable that is not known to be safe, and how often it does just that.

    `way` is "calls", "names" (looked up, which imports its module, but not called) or "changes" (sets attributes or
    items of it). `target` is the name it comes down to; `through` the name as the file spells it, where that differs.
    `computed` says that the file does not name it at all. `position` is that of the first opcode that does it.
    """

    way: str
    target: str
    through: str
    args: str
    position: int
    judgement: Judgement
    computed: bool = False
    count: int = 1

    @property
    def dangerous(self) -> bool:
        """A known road, where others are merely unknown."""
        return self.judgement.standing is Standing.DANGEROUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """A pickle inside a literal that stands at `position`; `loaded` where a call of this pickle loads it."""

    position: int
    loaded: bool
    trace: Trace


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An object that a pickle asks its loader for, told as text; `storage` where it is one of PyTorch's."""

    identity: str
    storage: Storage | None
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one pickle does when it is loaded, as far as `broken` lets it."""

    calls: tuple[Call, ...]
    oddities: tuple[Oddity, ...]
    nested: tuple[Nested, ...]
    asked: tuple[Asked, ...] = ()
    broken: FormatError | None

    @property
    def worst(self) -> Standing:
        """The worst that is known of its calls, and of those of pickles inside it; oddities hide what nobody knows."""
        own = [call.judgement.standing for call in self.calls] + [Standing.UNKNOWN] * bool(self.oddities)
        return max([Standing.SAFE, *own, *(nested.trace.worst for nested in self.nested)])
