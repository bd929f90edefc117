"""What is allowed: the rule language, policy files, the packs that come with hilt, and the engine that judges."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from hilt.core.errors import PolicyInvalid
from hilt.core.fact import FactSchema
from hilt.policy.document import Policy, read_policy
from hilt.policy.kinds import nearest
from hilt.policy.strict_yaml import MAX_BYTES

PACKS = ("default", "strict", "permissive")
"""The policies that come with hilt, each `packs/<name>.yaml`."""


def load(reference: str | Path, schema: FactSchema) -> Policy:
    """The policy of this name (one of `PACKS`) or in this file. Raises `PolicyInvalid`.

    A name of a pack is always the pack; a file of that name is asked for as `./default`.
    """
    return _read(source(reference), schema, str(reference))


@lru_cache(maxsize=16)
def _read(text: bytes, schema: FactSchema, file: str) -> Policy:
    """A server reads the same policies for each page; their text is looked at each time."""
    return read_policy(text, schema, file=file)


def source(reference: str | Path) -> bytes:
    """The text of the policy of this name or in this file. Raises `PolicyInvalid`."""
    if isinstance(reference, str) and reference in PACKS:
        return _pack(reference)
    try:
        with Path(reference).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = nearest(str(reference), PACKS) or f"; the packs are {', '.join(PACKS)}"
        raise PolicyInvalid(f"there is no such file and no such pack{hint}", file=str(reference)) from None
    except (OSError, ValueError) as error:
        raise PolicyInvalid(f"cannot be read: {error}", file=str(reference)) from None


def _pack(name: str) -> bytes:
    import pkgutil  # only where a pack is asked for; importlib.resources would cost ten times as much at start-up

    data = pkgutil.get_data("hilt.policy", f"packs/{name}.yaml")
    if data is None:
        raise PolicyInvalid("this pack is missing from the installation of hilt", file=name)
    return data
