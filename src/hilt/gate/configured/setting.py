"""One value of a settings file, with its key path: what is wrong with it is told as file, path and what is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, NamedTuple

from hilt.core.errors import SettingsInvalid


class Setting(NamedTuple):
    """A value that YAML read, still unchecked. Each method but `wrong` raises `SettingsInvalid`."""

    value: Any
    file: str
    where: str = ""

    def wrong(self, needed: str) -> SettingsInvalid:
        """The error that something else than `needed` stands here."""
        return self.refused(f"{needed} is needed here, not {self.value!r:.60}")

    def refused(self, message: str) -> SettingsInvalid:
        return SettingsInvalid(message, file=self.file, where=self.where)

    def table(self, known: Sequence[str], needed: Mapping[str, str] | None = None) -> dict[str, Setting]:
        """The values below the `known` keys; `needed` maps those that must be there to what to do about it."""
        if not isinstance(self.value, dict) or not all(isinstance(key, str) for key in self.value):
            raise self.wrong("a table of keys")
        entries = {key: Setting(value, self.file, self._below(key)) for key, value in self.value.items()}
        for key, entry in entries.items():
            if key not in known:
                near = get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
                raise entry.refused(f"unknown key; {hint}")
        for key, hint in (needed or {}).items():
            if self.value.get(key) is None:
                raise self.refused(f"the key {key} is missing; {hint}")
        return entries

    def items(self, of: str) -> list[Setting]:
        """The items of a list of `of`."""
        if not isinstance(self.value, list):
            raise self.wrong(f"a list of {of}")
        return [Setting(value, self.file, f"{self.where}[{index}]") for index, value in enumerate(self.value)]

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def whole(self, least: int, most: int) -> int:
        """A whole number between two others."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not least <= self.value <= most:
            raise self.wrong(f"a whole number from {least} to {most}")
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("a text")
        return self.value

    def line(self) -> str:
        """A text on one line."""
        return " ".join(self.text().split())

    def one_of(self, known: Sequence[str], what: str, command: str = "") -> str:
        """One of the `known` names of `what`, which `command` lists."""
        if (name := self.text()) not in known:
            near = get_close_matches(name, known, n=1)
            listed = f"`{command}` lists them" if command else f"known are {', '.join(known)}"
            raise self.refused(f"there is no {what} {name!r:.60}; {f'did you mean {near[0]}?' if near else listed}")
        return name

    def day(self) -> date:
        """YAML reads 2027-01-31 as a day by itself; in quotation marks it is one too."""
        try:
            if not isinstance(self.value, datetime):
                return self.value if isinstance(self.value, date) else date.fromisoformat(self.value)
        except (TypeError, ValueError):
            pass
        raise self.refused(f"a day such as 2027-01-31 is needed here, not {self.value!s:.60}")

    def _below(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key
