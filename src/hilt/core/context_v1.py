"""The context of a run as JSON, for the processes that read: version 1."""

from __future__ import annotations

from typing import Any

from hilt.core.context import Base, Context


def encode_context(context: Context) -> list[dict[str, Any]]:
    return [
        {
            "name": base.name,
            "licences": base.licences,
            "unknown": base.unknown,
            "bases": base.bases,
            "source": base.source,
            "error": base.error,
        }
        for base in context.bases.values()
    ]


def decode_context(told: list[dict[str, Any]]) -> Context:
    bases = [
        Base(
            name=one["name"],
            licences=tuple(one["licences"]),
            unknown=tuple(one["unknown"]),
            bases=tuple((relation, name) for relation, name in one["bases"]),
            source=one["source"],
            error=one["error"],
        )
        for one in told
    ]
    return Context(bases={base.name: base for base in bases})
