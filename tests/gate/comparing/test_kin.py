"""Checks that hold weights against an index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import HiltError, UsageError
from hilt.core.finding import Severity
from hilt.core.verdict import Verdict
from hilt.gate.check import check
from hilt.gate.index import add_each
from hilt.gate.settings import Settings
from small_transformers import cut, transformer, tuned, write

MIT = "---\nlicense: mit\n---\n# A model\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Those of an organisation whose index holds one model."""
    base = write(tmp_path / "base" / "model.safetensors", transformer()).parent
    (base / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n# The base\n")
    index = tmp_path / "zoo.hilt"
    for told in add_each([base], index, settings=Settings(), name="acme/base"):
        assert not isinstance(told, HiltError)
    return replace(Settings(), kin_index=str(index))


def model(folder: Path, tensors: object, card: str = MIT) -> Path:
    write(folder / "model.safetensors", tensors)  # type: ignore[arg-type]
    (folder / "README.md").write_text(card)
    return folder


def found(verdict: Verdict, family: str = "lineage") -> set[str]:
    from hilt.checks import listed

    return {one.check for one in verdict.report.findings if listed(one.check).family == family}


def test_a_fine_tune_that_names_no_base_is_told_with_it(settings: Settings, tmp_path: Path) -> None:
    verdict = check(model(tmp_path / "child", tuned(transformer())), settings=settings)
    assert found(verdict) == {"undeclared-base"}
    assert verdict.report.texts("lineage.bases") == ("fine-tuned acme/base",)
    assert verdict.report.texts("lineage.undeclared") == ("acme/base",)
    assert [one.path for one in verdict.report.coverage.gaps] == []


def test_the_licence_of_the_base_comes_with_its_weights(settings: Settings, tmp_path: Path) -> None:
    verdict = check(model(tmp_path / "child", tuned(transformer())), settings=settings)
    assert "cc-by-nc-4.0" in verdict.report.texts("rights.inherited")
    assert "terms-dropped" in found(verdict, "rights")


def test_who_names_the_base_has_nothing_to_explain(settings: Settings, tmp_path: Path) -> None:
    card = "---\nlicense: cc-by-nc-4.0\nbase_model: acme/base\n---\n# A child\n"
    verdict = check(model(tmp_path / "child", tuned(transformer()), card), settings=settings)
    assert found(verdict) == set()
    assert verdict.report.texts("lineage.undeclared") == ()


def test_a_card_that_names_a_stranger_is_contradicted(settings: Settings, tmp_path: Path) -> None:
    card = "---\nlicense: mit\nbase_model: acme/base\n---\n# No child\n"
    verdict = check(model(tmp_path / "other", transformer(seed=9), card), settings=settings)
    assert found(verdict) == {"base-mismatch"}


def test_a_cut_is_seen_with_the_sketches_that_the_index_kept(settings: Settings, tmp_path: Path) -> None:
    verdict = check(model(tmp_path / "cut", cut(transformer())), settings=settings)
    assert "safeguards-removed" in found(verdict)
    worst = max(one.severity for one in verdict.report.findings if one.check == "safeguards-removed")
    assert worst is Severity.HIGH


def test_without_an_index_nothing_of_it_is_known(tmp_path: Path) -> None:
    verdict = check(model(tmp_path / "child", tuned(transformer())))
    for fact in verdict.report.facts:
        assert not fact.key.startswith("lineage.") or fact.value is None


def test_a_model_without_weights_is_searched_for_in_vain_and_quietly(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "README.md").write_text(MIT)
    verdict = check(tmp_path / "card", settings=settings)
    assert found(verdict) == set()
    assert verdict.report.coverage.complete


def test_an_index_that_is_not_there_is_a_wrong_setting_and_no_gap(tmp_path: Path) -> None:
    missing = replace(Settings(), kin_index=str(tmp_path / "none.hilt"))
    with pytest.raises(UsageError, match=r"none\.hilt"):
        check(model(tmp_path / "child", transformer()), settings=missing)


def test_a_merge_of_two_known_models_is_told_with_their_shares(tmp_path: Path) -> None:
    base = transformer()
    parents = {"acme/a": tuned(base, 0.3, seed=1), "acme/b": tuned(base, 0.3, seed=2)}
    index = tmp_path / "zoo.hilt"
    for name, tensors in parents.items():
        folder = write(tmp_path / name / "model.safetensors", tensors).parent
        assert not any(
            isinstance(told, HiltError) for told in add_each([folder], index, settings=Settings(), name=name)
        )
    mixed = {name: 0.6 * parents["acme/a"][name] + 0.4 * parents["acme/b"][name] for name in base}
    verdict = check(model(tmp_path / "mixed", mixed), settings=replace(Settings(), kin_index=str(index)))
    assert found(verdict) == {"mixed-origins"}
    (finding,) = (one for one in verdict.report.findings if one.check == "mixed-origins")
    assert finding.message == "merged from several: acme/a (0.60), acme/b (0.40) (likely)"
    assert verdict.report.texts("lineage.undeclared") == ("acme/a", "acme/b")
