"""From a tree of YAML to checked values: what policy files and their tests share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hilt.core.errors import PolicyInvalid
from hilt.core.verdict import Outcome
from hilt.policy.kinds import nearest
from hilt.policy.strict_yaml import Sequence, Table, Text, Tree

OUTCOMES: Mapping[str, Outcome] = {outcome.word: outcome for outcome in Outcome}

# Described in the design, not built yet: to pass over one in silence would loosen a policy.
_LATER_KEYS = frozenset({"grace", "exceptions", "extends", "checks", "audit"})


class Reading:
    """A tree of YAML being read: keys that are known, values of their kind, errors with file, key path and line."""

    def __init__(self, file: str) -> None:
        self.file = file

    def wrong(self, message: str, where: str, tree: Tree) -> PolicyInvalid:
        return PolicyInvalid(f"line {tree.line}: {message}", file=self.file, where=where)

    def table(self, tree: Tree, where: str, known: tuple[str, ...]) -> Table:
        if not isinstance(tree, Table):
            raise self.wrong(f"keys are needed here: {', '.join(known)}", where, tree)
        for key, value in tree.entries.items():
            if key in known:
                continue
            if key in ("waivers", "profile", "obligations"):
                raise self.wrong("this stands in the settings, not in a policy", join(where, key), value)
            if key in _LATER_KEYS:
                raise self.wrong("this version of hilt does not know this key yet", join(where, key), value)
            hint = nearest(key, known) or f"; there are {', '.join(known)}"
            raise self.wrong(f"unknown key{hint}", join(where, key), value)
        return tree

    def needed(self, table: Table, where: str, key: str) -> Tree:
        if key not in table.entries:
            raise self.wrong(f"the key {key} is missing", where, table)
        return table.entries[key]

    def section(self, table: Table, where: str, key: str, known: tuple[str, ...]) -> Table:
        """The keys below `key`; none where it is left out."""
        return self.table(table.entries.get(key, Table({}, table.line)), join(where, key), known)

    def listed(self, table: Table, where: str, key: str) -> list[tuple[Tree, str]]:
        """Each item below `key` with its key path; none where it is left out."""
        tree = table.entries.get(key, Sequence((), table.line))
        if not isinstance(tree, Sequence):
            raise self.wrong("a list is needed here", join(where, key), tree)
        return [(item, f"{join(where, key)}[{index}]") for index, item in enumerate(tree.items)]

    def optional(self, table: Table, where: str, key: str, default: str = "") -> str:
        return self.text(table.entries[key], join(where, key)) if key in table.entries else default

    def text(self, tree: Tree, where: str) -> str:
        if not isinstance(tree, Text) or not tree.value.strip():
            raise self.wrong("a text is needed here", where, tree)
        return tree.value.strip()

    def word(self, tree: Tree, where: str, shape: re.Pattern[str]) -> str:
        text = self.text(tree, where)
        if not shape.fullmatch(text):
            raise self.wrong(f"{text!r} is no name: letters, digits and - (in a policy's name also . _ /)", where, tree)
        return text

    def texts(self, tree: Tree, where: str) -> tuple[str, ...]:
        items = tree.items if isinstance(tree, Sequence) else (tree,)
        if not items:
            raise self.wrong("the list is empty", where, tree)
        return tuple(self.text(item, where) for item in items)

    def outcome(self, tree: Tree, where: str) -> Outcome:
        text = self.text(tree, where)
        if text not in OUTCOMES:
            words = tuple(OUTCOMES)
            raise self.wrong(f"{text!r} is none of {', '.join(words)}{nearest(text, words)}", where, tree)
        return OUTCOMES[text]


def join(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key
