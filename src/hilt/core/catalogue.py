"""What is told of the checks and facts themselves, as data: outputs explain a finding without knowing its check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from hilt.core.fact import FactSpec
from hilt.core.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """A check, told: `severity` is the worst it says, `blind_spot` what it cannot see.

    `evidence_for` are ids in frameworks of risk management, as `nist-ai-600-1:MG-3.1-002`.
    """

    id: str
    family: str
    severity: Severity
    title: str
    what: str = ""
    why: str = ""
    blind_spot: str = ""
    fix: str = ""
    evidence_for: tuple[str, ...] = ()


class Catalogue:
    """Every check that a report may name, every fact, and the names of licences; in the order of their lists.

    Each check comes with a function that tells it, called when it is asked for: outputs tell few of all checks. `licence`
    gives the full name of a licence, and whatever it does not know (the path of a text that is none) as it stands; `spdx`
    gives its id in the list of SPDX, empty where it has none.
    """

    __slots__ = ("_checks", "_facts", "licence", "spdx")

    def __init__(
        self,
        checks: Mapping[str, Callable[[], About]] = MappingProxyType({}),
        facts: Iterable[FactSpec] = (),
        licence: Callable[[str], str] = str,
        spdx: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._checks = checks
        self._facts = {spec.key: spec for spec in facts}
        self.licence = licence
        self.spdx = spdx

    def __iter__(self) -> Iterator[About]:
        return (tell() for tell in self._checks.values())

    def check(self, check_id: str) -> About:
        """The check of this id; one that only bears the id where the catalogue does not have it.

        A stored report may come from a version of hilt with other checks, and it must still be told.
        """
        if check_id in self._checks:
            return self._checks[check_id]()
        return About(id=check_id, family="", severity=Severity.INFO, title="")

    def fact(self, key: str) -> FactSpec | None:
        return self._facts.get(key)


class Explanation(NamedTuple):
    """Something that a verdict names, told: paragraphs of (heading, text)."""

    name: str
    title: str
    paragraphs: tuple[tuple[str, str], ...]
