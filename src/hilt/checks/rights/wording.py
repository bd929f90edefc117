"""Words for licences and claims, as the messages of this family use them."""

from __future__ import annotations

from hilt.knowledge.licences.names import known
from hilt.knowledge.licences.works import Claim


def called(licence_id: str) -> str:
    """The name of a licence, as people write it."""
    found = known(licence_id)
    return found.name if found is not None else licence_id


def place(claim: Claim) -> str:
    """The file of a claim, and its line where it is a sentence."""
    return claim.path if claim.line is None else f"{claim.path}:{claim.line}"
