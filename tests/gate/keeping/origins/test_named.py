"""A name means the same for a check as for a download."""

from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import NotHeld, ReferenceInvalid
from hilt.gate.check import check
from hilt.gate.settings import read_settings
from hub_server import File, Repository, serving
from library_office import CARD, HONEST, shop


def test_a_name_is_asked_of_the_upstream_that_has_it_and_of_no_other_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(HONEST, name="models/acme-lab/tiny") as internal, serving(HONEST) as public:
        monkeypatch.setenv("HF_ENDPOINT", public.endpoint)
        (tmp_path / "shelf" / "old" / "tiny").mkdir(parents=True)
        (tmp_path / "shelf" / "old" / "tiny" / "README.md").write_bytes(CARD)
        file = tmp_path / "settings.yaml"
        file.write_text(
            f"library:\n  own: [acme]\n  upstreams:\n  - {{name: internal, url: {internal.endpoint}, names: [acme-lab/*]}}\n"
            f"  - {{name: shelf, folder: shelf, names: [old/*]}}\n  - {{name: hub, url: {public.endpoint}}}\n"
        )
        settings = read_settings(file)
        assert check("hf:acme-lab/tiny", settings=settings).report.subject.size > 4 << 20
        assert not [one for one in public.asked if "acme-lab" in one.path]
        assert check("hf:old/tiny", settings=settings).report.subject.size == len(CARD)
        assert check("hf:org/name", settings=settings).report.subject.size > 4 << 20
        before = len(public.asked)
        with pytest.raises(NotHeld, match="nothing of this name was uploaded here"):
            check("hf:acme/secret", settings=settings)
        with pytest.raises(NotHeld, match="shelf has no models/old/none"):
            check("hf:old/none", settings=settings)
        assert len(public.asked) == before


def test_of_several_hubs_the_first_that_has_it_counts(tmp_path: Path) -> None:
    with serving(HONEST) as first, serving(HONEST, name="models/org/other") as second:
        file = tmp_path / "settings.yaml"
        file.write_text(
            f"library: {{upstreams: [{{name: a, url: {first.endpoint!r}}}, {{name: b, url: {second.endpoint!r}}}]}}"
        )
        second.repositories["models/org/name"] = Repository({"README.md": File.of(CARD)})
        settings = read_settings(file)
        assert check("hf:org/other", settings=settings).report.subject.size > 4 << 20
        assert check("hf:org/name", settings=settings).report.subject.size > 4 << 20
        assert not [one for one in second.asked if "org/name" in one.path]


def test_without_an_upstream_no_name_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("library: {upstreams: []}")
    with pytest.raises(ReferenceInvalid, match="no upstream has this name"):
        check("hf:org/name", settings=read_settings(file))


def test_a_model_that_was_uploaded_is_checked_as_it_lies_in_the_library(tmp_path: Path) -> None:
    with shop(tmp_path, more="  own: [acme]\n") as at:
        kept = at.read()
        from dataclasses import replace

        from hilt.core.library import Repository as Named

        own = replace(kept, repository=Named("models", "acme/own"), upstream="")
        at.library._revisions.save(own)
        at.library._revisions.set_ref(own.repository, "main", own.commit, before=None)
        at.offer()
        weights = kept.file("model.safetensors")
        assert weights is not None
        coming = at.library.open(at.offer(), weights, at.reader())
        assert isinstance(coming, Path) or coming.wait(60)
        verdict = check("hf:acme/own", settings=at.office.settings)
        assert verdict.report.subject.digest == kept.subject.digest
        assert not verdict.report.subject.claimed
