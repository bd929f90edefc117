"""A form of law: what it asks, field by field, and which facts say something of that."""

from __future__ import annotations

from dataclasses import dataclass

NAME, CHANNEL, DIGEST, FILES, USE_POLICY = "name", "channel", "digest", "files", "use-policy"
"""What is no fact: name, address and digest of the subject, the formats of its files, what licences say of uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its place, where the form numbers them, what it asks, and the keys of facts that say something of it."""

    place: str
    asks: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form: its name, where it comes from and how that was read, and its fields by section."""

    title: str
    source: str
    sections: tuple[tuple[str, tuple[Field, ...]], ...]
