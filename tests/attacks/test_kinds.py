"""Each kind of attack is found by the check that is there for it, and its honest neighbour is admitted."""

from __future__ import annotations

from pathlib import Path

import pytest

import hilt
from attacks.kinds import HONEST, KINDS, Kind, written
from hilt.core.errors import HiltError
from hilt.core.finding import Severity
from hilt.gate.check import check_each
from hilt.gate.settings import Settings

Verdicts = dict[str, hilt.Verdict]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Verdicts:
    """What the default policy says of every repository, by its name."""
    folder = tmp_path_factory.mktemp("kinds")
    plain = [written(kind.files(), folder / kind.id) for kind in KINDS if not kind.searched]
    searched = [written(kind.files(), folder / kind.id) for kind in KINDS if kind.searched]
    honest = [written(build(), folder / "honest" / name) for name, build in HONEST.items()]
    return _judged(plain) | _judged([*searched, *honest], search_bytes=True)


def _judged(folders: list[Path], *, search_bytes: bool = False) -> Verdicts:
    settings = Settings(search_bytes=search_bytes)
    judged: Verdicts = {}
    for folder, verdict in zip(folders, check_each(folders, settings=settings, hashed=search_bytes), strict=True):
        assert not isinstance(verdict, HiltError), (folder.name, verdict)
        judged[folder.name] = verdict
    return judged


def test_the_kinds_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len({kind.id for kind in KINDS} | set(HONEST)) == len(KINDS) + len(HONEST)
    assert len(KINDS) >= 80


def test_every_honest_repository_stands_beside_an_attack() -> None:
    assert {kind.honest for kind in KINDS} == set(HONEST)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_each_kind_is_named_by_its_check(kind: Kind, verdicts: Verdicts) -> None:
    findings = verdicts[kind.id].report.findings
    fitting = [
        finding
        for finding in findings
        if finding.check == kind.check and all(word in finding.message for word in kind.words)
    ]
    assert fitting, "\n".join(f"{finding.severity.name} {finding.check}: {finding.message}" for finding in findings)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_no_kind_is_admitted(kind: Kind, verdicts: Verdicts) -> None:
    assert verdicts[kind.id].outcome is not hilt.Outcome.ADMIT


@pytest.mark.parametrize("name", HONEST)
def test_every_honest_repository_is_admitted(name: str, verdicts: Verdicts) -> None:
    report = verdicts[name].report
    loud = [f"{finding.check}: {finding.message}" for finding in report.findings if finding.severity >= Severity.MEDIUM]
    assert (loud, verdicts[name].outcome) == ([], hilt.Outcome.ADMIT), report.coverage
