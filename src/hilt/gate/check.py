"""check: read a subject without running it, and judge what was seen by a policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path

from hilt.checks import run as runner
from hilt.core.errors import UsageError
from hilt.core.progress import Progress, Silent
from hilt.core.verdict import Verdict
from hilt.gate.settings import Settings
from hilt.policy import load
from hilt.policy.engine import judge
from hilt.sources import open_reference


def check(
    reference: str | PathLike[str],
    *,
    policy: str | PathLike[str] | Sequence[str | PathLike[str]] | None = None,
    settings: Settings | None = None,
    hashed: bool = True,
    progress: Progress | None = None,
) -> Verdict:
    """Reads everything at `reference` without running any of it, and says whether it may be used.

    `policy` names a pack ("default", "strict", "permissive") or a file, or several that are merged; without it the
    settings decide, and without those "default". With `hashed` false no digest is made, and the verdict is bound to
    no bytes.

    Raises `UsageError` where reference, policy or settings are wrong, `NothingToCheck` where there is no file.
    """
    name = fspath(reference)
    settings = settings or Settings()
    chosen = _policies(policy) or settings.policies or ("default",)
    _refuse_own_rules(name, [*chosen, *([settings.file] if settings.file else [])])
    policies = [load(one, runner.SCHEMA) for one in chosen]
    listing = open_reference(name, settings.limits)
    report = runner.run(listing, settings.limits, hashed=hashed, progress=progress or Silent())
    now = datetime.now(UTC)
    return replace(
        judge(report, policies, env=settings.env, now=now, schema=runner.SCHEMA),
        judged_at=now.isoformat(timespec="seconds"),
    )


def _policies(policy: str | PathLike[str] | Sequence[str | PathLike[str]] | None) -> tuple[str, ...]:
    if policy is None:
        return ()
    return tuple(fspath(one) for one in ([policy] if isinstance(policy, str | PathLike) else policy))


def _refuse_own_rules(reference: str, files: Sequence[str]) -> None:
    """A subject must not bring the rules by which it is judged."""
    subject = Path(reference).resolve()
    for file in files:
        path = Path(file)
        if path.is_file() and subject in (path.resolve(), *path.resolve().parents):
            raise UsageError(
                f"{file} lies inside {reference}, and a subject must not bring its own rules; keep it elsewhere"
            )
