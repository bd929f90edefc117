"""The context of a run as JSON, for the processes that read: version 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hilt.core.context import Base, Context, HubStated, Signer

if TYPE_CHECKING:
    from hilt.core.lineage import Kin


def encode_context(context: Context) -> dict[str, Any]:
    return {
        "bases": [base._asdict() for base in context.bases.values()],
        "signers": [signer._asdict() for signer in context.signers],
        "now": context.now,
        "hub": context.hub._asdict() if context.hub is not None else None,
        "unlisted": context.unlisted,
        "kin": _encode_kin(context.kin) if context.kin is not None else None,
    }


def decode_context(told: dict[str, Any]) -> Context:
    bases = [_base(one) for one in told["bases"]]
    return Context(
        bases={base.name: base for base in bases},
        signers=tuple(Signer(**{**one, "models": tuple(one["models"])}) for one in told["signers"]),
        now=told["now"],
        hub=HubStated(**told["hub"]) if told["hub"] is not None else None,
        unlisted=told["unlisted"],
        kin=_decode_kin(told["kin"]) if told["kin"] is not None else None,
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


def _encode_kin(kin: Kin) -> dict[str, Any]:
    from hilt.core.lineage_v1 import encode_kin

    return encode_kin(kin)


def _decode_kin(told: dict[str, Any]) -> Kin:
    from hilt.core.lineage_v1 import decode_kin

    return decode_kin(told)
