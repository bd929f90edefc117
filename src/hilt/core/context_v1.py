"""The context of a run as JSON, for the processes that read: version 1."""

from __future__ import annotations

from typing import Any

from hilt.core.context import Base, Context, HubStated, Signer


def encode_context(context: Context) -> dict[str, Any]:
    return {
        "bases": [base._asdict() for base in context.bases.values()],
        "signers": [signer._asdict() for signer in context.signers],
        "now": context.now,
        "hub": context.hub._asdict() if context.hub is not None else None,
        "unlisted": context.unlisted,
    }


def decode_context(told: dict[str, Any]) -> Context:
    bases = [_base(one) for one in told["bases"]]
    return Context(
        bases={base.name: base for base in bases},
        signers=tuple(Signer(**{**one, "models": tuple(one["models"])}) for one in told["signers"]),
        now=told["now"],
        hub=HubStated(**told["hub"]) if told["hub"] is not None else None,
        unlisted=told["unlisted"],
    )


def _base(told: dict[str, Any]) -> Base:
    return Base(
        name=told["name"],
        licences=tuple(told["licences"]),
        unknown=tuple(told["unknown"]),
        bases=tuple((relation, name) for relation, name in told["bases"]),
        source=told["source"],
        error=told["error"],
    )
