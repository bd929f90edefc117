from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import hilt
from hilt.core.limits import Limits
from hub_server import File, HubServer, Repository, serving

RIGHTS = ("licence-conflict", "terms-dropped", "base-model-unknown", "base-model-loop")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
        yield server


def card(**metadata: object) -> bytes:
    return f"---\n{json.dumps(metadata)}\n---\n# A model\n".encode()


def offer(hub: HubServer, name: str, readme: bytes, **others: bytes) -> None:
    """A repository with weights that nobody may ask for."""
    files = {"README.md": readme, "model.safetensors": b"\0" * 70_000, **others}
    kind = name if name.startswith("datasets/") else f"models/{name}"
    hub.repositories[kind] = Repository({path: File.of(data) for path, data in files.items()})


def subject(folder: Path, **metadata: object) -> Path:
    folder.mkdir()
    (folder / "README.md").write_bytes(card(**metadata))
    return folder


def check(path: Path | str, *, limits: Limits | None = None, follow: bool = True) -> hilt.Report:
    settings = hilt.Settings(limits=limits) if limits is not None else None
    return hilt.check(path, hashed=False, follow_bases=follow, settings=settings).report


def found(report: hilt.Report) -> list[tuple[str, str, str]]:
    return [(one.severity.word, one.check, one.message) for one in report.findings if one.check in RIGHTS]


def test_without_the_option_the_hub_is_not_asked(hub: HubServer, tmp_path: Path) -> None:
    offer(hub, "org/base", card(license="agpl-3.0"))
    report = check(subject(tmp_path / "model", license="mit", base_model="org/base"), follow=False)
    assert hub.asked == []
    assert report.transfer is None
    assert [one[:2] for one in found(report)] == [("low", "base-model-unknown")]


def test_bases_and_theirs_are_asked_for_their_licences_and_never_for_weights(hub: HubServer, tmp_path: Path) -> None:
    offer(hub, "org/base", card(license="mit", base_model="org/root"))
    offer(hub, "org/root", card(license="agpl-3.0"))
    report = check(subject(tmp_path / "model", license="mit", base_model="org/base"))
    (severity, check_id, message), *more = found(report)
    assert (severity, check_id, more) == ("medium", "terms-dropped", [])
    assert "org/root (by way of org/base)" in message
    inherited = report.fact("rights.inherited")
    assert inherited is not None
    assert inherited.value == ("agpl-3.0", "mit")
    assert not [asked for asked in hub.asked if "safetensors" in asked.path]
    assert report.transfer is not None
    assert report.transfer.requests == len(hub.asked)
    assert {one.of for one in report.obligations} >= {"org/root"}


def test_cards_of_the_same_size_are_not_taken_for_each_other(hub: HubServer, tmp_path: Path) -> None:
    """The process that reads keeps the file it read last; a file of the same name and size is another one elsewhere."""
    for name, licence in (("org/one", "gpl-3.0"), ("org/two", "lgpl-lr"), ("org/six", "bsd-3-c")):
        hub.repositories[f"models/{name}"] = Repository({"README.md": File.of(card(license=licence))})
    report = check(subject(tmp_path / "model", base_model=["org/one", "org/two", "org/six"]))
    assert {one.licence for one in report.obligations} >= {"gpl-3.0", "lgpl-lr"}
    assert "org/six (said to be under 'bsd-3-c')" in found(report)[0][2]


def test_a_subject_at_the_hub_is_followed_too(hub: HubServer) -> None:
    offer(hub, "org/name", card(license="apache-2.0", base_model="org/base"))
    offer(hub, "org/base", card(license="cc-by-nc-4.0"))
    report = check("hf:org/name")
    assert [one[:2] for one in found(report)] == [("medium", "terms-dropped")]
    assert report.transfer is not None
    assert report.transfer.requests == len(hub.asked)


def test_datasets_are_looked_up_among_datasets(hub: HubServer, tmp_path: Path) -> None:
    offer(hub, "datasets/org/data", card(license="cc-by-nc-4.0"))
    offer(hub, "org/data", card(license="mit"))
    report = check(subject(tmp_path / "model", license="mit", datasets=["org/data"]))
    (term,) = [term for term in report.terms if term.of == "org/data"]
    assert (term.id, term.needs) == ("commercial", "")
    assert "contested" in term.says
    assert found(report) == []


def test_a_loop_ends_and_is_told(hub: HubServer, tmp_path: Path) -> None:
    offer(hub, "org/a", card(license="mit", base_model="org/b"))
    offer(hub, "org/b", card(license="mit", base_model="org/a"))
    report = check(subject(tmp_path / "model", license="mit", base_model="org/a"))
    assert found(report) == [
        ("low", "base-model-loop", "what it is made from leads in a circle: org/a -> org/b -> org/a")
    ]
    assert found(check("hf:org/a"))[0][2].endswith("circle: org/a -> org/b -> org/a")


@pytest.mark.reaches("base_depth")
def test_a_chain_of_fifty_ends_and_the_rest_is_a_gap(hub: HubServer, tmp_path: Path) -> None:
    for number in range(50):
        offer(hub, f"org/n{number}", card(license="mit", base_model=f"org/n{number + 1}"))
    path = subject(tmp_path / "model", license="mit", base_model="org/n0")
    report = check(path, limits=Limits(base_depth=5))
    (gap,) = report.coverage.gaps
    assert gap.what == "base-model-unknown"
    assert gap.why == "org/n5 was not looked up: it is more than 5 steps away (limit base_depth)"
    assert report.fact("rights.inherited").value is None  # type: ignore[union-attr]
    asked = {asked.path.split("/")[4] for asked in hub.asked if asked.path.startswith("/api")}
    assert asked == {f"n{number}" for number in range(5)}
    assert "org/n16 was not looked up" in check(path).coverage.gaps[0].why


@pytest.mark.reaches("bases")
def test_a_card_that_names_a_thousand_bases_asks_for_few(hub: HubServer, tmp_path: Path) -> None:
    names = [f"org/b{number}" for number in range(1000)]
    report = check(subject(tmp_path / "model", license="mit", base_model=names), limits=Limits(bases=3))
    assert len({asked.path for asked in hub.asked}) == 3
    gaps = [gap.why for gap in report.coverage.gaps if gap.what == "base-model-unknown"]
    assert "more than 3 are named (limit bases)" in gaps[-1]


def test_a_base_that_is_gated_missing_or_broken_is_a_gap_and_unknown(hub: HubServer, tmp_path: Path) -> None:
    offer(hub, "org/gated", card(license="mit"))
    hub.repositories["models/org/gated"].gated = True
    hub.repositories["models/org/gated"].token = "hf_secret"
    offer(hub, "org/broken", b"---\n{: - ]\n---\n")
    offer(hub, "org/silent", b"Words")
    names = ["org/gated", "org/missing", "org/broken", "org/silent", "not a name", "ор/модель"]
    report = check(subject(tmp_path / "model", license="mit", base_model=names))
    assert [gap.why.split(" was not")[0] for gap in report.coverage.gaps] == ["org/gated", "org/missing"]
    (one,) = found(report)
    assert one[:2] == ("low", "base-model-unknown")
    assert "org/silent (says nothing of it)" in one[2]
    assert report.fact("rights.inherited").value is None  # type: ignore[union-attr]


def test_a_well_known_base_that_cannot_be_reached_is_still_known(hub: HubServer, tmp_path: Path) -> None:
    report = check(subject(tmp_path / "model", license="apache-2.0", base_model="meta-llama/Llama-3.1-8B"))
    assert [one[:2] for one in found(report)] == [("medium", "terms-dropped")]
    assert [gap.what for gap in report.coverage.gaps] == ["base-model-unknown"]


def test_what_a_hostile_base_says_stays_a_word(hub: HubServer, tmp_path: Path) -> None:
    hostile = card(license="\x1b[31mmit\x1b[0m" * 40, base_model=["../../etc/passwd", "a" * 10_000, "org/x\n--\u202e"])
    offer(
        hub, "org/base", hostile, **{"config.json": b'{"_name_or_path": ' + b"[" * 500, "LICENSE": b"\xff\xfe\0" * 99}
    )
    report = check(subject(tmp_path / "model", license="mit", base_model="org/base"))
    assert [one[1] for one in found(report)] == ["base-model-unknown"]
    asked = {"/".join(asked.path.split("/")[3:5]) for asked in hub.asked if asked.path.startswith("/api")}
    assert asked == {"org/base"}
