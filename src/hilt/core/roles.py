"""Roles of the people who decide."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

SHAPE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""How a role is spelled, in a policy as in the record."""

ADMIN = "admin"
"""The role of those who say who there is, and which keys they have."""
READER = "reader"
"""Sees what is recorded, but neither contacts nor drafts."""
REQUESTER = "requester"
"""Starts checks, asks for uses, and says who runs what."""
AUDITOR = "auditor"
"""Sees everything that is recorded, people too."""
POLICY_OWNER = "policy-owner"
"""Tries policies before they count."""


def only_reads(roles: Collection[str]) -> bool:
    """Does whoever has these roles, and no other, sign nothing?"""
    return bool(roles) and set(roles) <= {READER, AUDITOR}


def deciders(by: Sequence[str], approvals: int = 1) -> str:
    """Who decides, in words: `reviewer`, `legal or risk-officer`, `2 of legal`."""
    roles = " or ".join(by)
    return roles if approvals == 1 else f"{approvals} of {roles}"
