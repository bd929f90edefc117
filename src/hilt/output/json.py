"""Everything that is known, for programs. The shape is `core/report_v1.py`, described by docs/schema/report-1.json."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.catalogue import Catalogue
from hilt.core.report_v1 import dump_verdicts
from hilt.core.verdict import Verdict


def render(verdicts: Sequence[Verdict], catalogue: Catalogue) -> str:
    """ASCII only, so that no string of a subject reaches a terminal as anything but an escape."""
    return dump_verdicts(verdicts, catalogue, indent=2) + "\n"
