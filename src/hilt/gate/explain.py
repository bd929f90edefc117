"""explain: what a check looks for, or what a rule of a policy asks, in words."""

from __future__ import annotations

from hilt.checks import CHECKS
from hilt.checks.run import SCHEMA
from hilt.core.catalogue import About, Catalogue


def catalogue() -> Catalogue:
    """Every check and every fact of this version, told."""
    return Catalogue(
        (
            About(
                id=check.id,
                family=check.family,
                severity=check.severity,
                title=check.title,
                what=check.paragraph("What"),
                why=check.paragraph("Why"),
                blind_spot=check.paragraph("What it cannot see"),
                fix=check.paragraph("Fix"),
            )
            for check in CHECKS
        ),
        SCHEMA,
    )
