"""One statement about a subject, and how it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

Value = bool | int | float | str | tuple[str, ...] | None
"""What a fact may hold; None only where the fact is unknown."""


class Known(IntEnum):
    """How a fact is known; later values are stronger.

    `CONSISTENT` needs two independent sources, and the files of one revision are one source. A signature verifies who
    said something, not that it is true.
    """

    UNKNOWN = 0
    CLAIMED = 1
    CONSISTENT = 2
    VERIFIED = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A dotted key, a value, where it was seen, and how it is known.

    `check` is the check that stated it; empty for a fact that was merged from several statements.
    """

    key: str
    value: Value
    known: Known
    source: str
    check: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if (self.value is None) != (self.known is Known.UNKNOWN):
            raise ValueError(f"fact {self.key}: a value is missing exactly when the fact is unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """The declaration of a fact: which policies may ask for `key`, of which type, and what it means.

    `combine` says what several statements of the same key become:
      "one"    they must agree; where they do not, the fact is unknown
      "any"    true if one of them is (bool)
      "all"    true if all of them are (bool)
      "sum"    their sum (int, float)
      "max"    the largest (int, float)
      "union"  all of them, sorted (list)
    `otherwise` is the value when every check that declares the fact saw everything and none of them stated it; None
    means that silence leaves the fact unknown. Where `waivable`, `otherwise` means that all is well, and what a check
    stated of a file goes with its findings there when they are waived.
    """

    key: str
    type: type[bool | int | float | str | tuple[str, ...]]
    about: str
    combine: str = "one"
    otherwise: Value = None
    waivable: bool = False

    def merge(self, facts: Iterable[Fact]) -> Fact:
        """All statements of this key as one fact, as weakly known as the weakest of those it rests on.

        A statement that it is unknown leaves it unknown, but for "any" and "all", which one true or one false statement
        settles.
        """
        facts = list(facts)
        stated = [fact for fact in facts if fact.known is not Known.UNKNOWN]
        settling = {"any": True, "all": False}.get(self.combine)
        settled = settling is not None and any(fact.value is settling for fact in stated)
        if not stated or (len(stated) < len(facts) and not settled):
            return Fact(key=self.key, value=None, known=Known.UNKNOWN, source="")
        values = [fact.value for fact in stated]
        source = stated[0].source if len(stated) == 1 else f"{stated[0].source} and {len(stated) - 1} more"
        known = min(fact.known for fact in stated)
        if settling is not None:
            said = [fact for fact in stated if fact.value is settling] or stated
            return Fact(key=self.key, value=bool(said[0].value), known=said[0].known, source=said[0].source)
        value: Value
        if self.combine == "sum":
            value = sum(v for v in values if isinstance(v, int | float))
        elif self.combine == "max":
            value = max(v for v in values if isinstance(v, int | float))
        elif self.combine == "union":
            value = tuple(sorted({item for v in values if isinstance(v, tuple) for item in v}))
        elif any(v != values[0] for v in values):
            return Fact(key=self.key, value=None, known=Known.UNKNOWN, source=f"sources disagree: {source}")
        else:
            value = values[0]
        return Fact(key=self.key, value=value, known=known, source=source)


class FactSchema:
    """All facts that the checks of a run declare, by key."""

    def __init__(self, specs: Iterable[FactSpec]) -> None:
        self._specs: dict[str, FactSpec] = {}
        for spec in specs:
            if self._specs.setdefault(spec.key, spec) != spec:
                raise ValueError(f"two checks declare the fact {spec.key} differently")

    def __iter__(self) -> Iterator[FactSpec]:
        return iter(self._specs.values())

    def __contains__(self, key: object) -> bool:
        return key in self._specs

    def __getitem__(self, key: str) -> FactSpec:
        return self._specs[key]

    def keys(self) -> Iterable[str]:
        return self._specs.keys()
