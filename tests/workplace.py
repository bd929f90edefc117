"""What some workplaces have beside the project and the project may not carry: tests that need it are skipped without it."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).parents[2] / "shared"
