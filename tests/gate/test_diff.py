from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hilt
from hilt.core.errors import NothingToCheck, UsageError
from hilt.core.lineage import Cut, Relation, Sureness
from hilt.gate.comparing import matching
from hilt.gate.diff import diff
from hub_server import File, HubServer, Repository, serving
from small_transformers import adapted, cut, transformer, tuned, write


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write(tmp_path / "base" / "model.safetensors", transformer())


def test_a_copy_is_known_by_its_bytes_whatever_it_is_called(base: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.bin").write_bytes(base.read_bytes())
    told = diff(base, tmp_path / "copy.bin")
    assert (told.kinship.relation, told.kinship.sureness) == (Relation.IDENTICAL, Sureness.CERTAIN)
    assert told.kinship.why[0].startswith("one file, SHA-256 ")


def test_renamed_and_reordered_tensors_are_the_same_weights(base: Path, tmp_path: Path) -> None:
    renamed = {f"x.{number}": one for number, one in enumerate(reversed(transformer().values()))}
    told = diff(base, write(tmp_path / "renamed.safetensors", renamed))
    assert told.kinship.relation is Relation.IDENTICAL
    assert (told.kinship.share_a, told.kinship.share_b) == (1.0, 1.0)


def test_another_number_format_is_a_conversion(base: Path, tmp_path: Path) -> None:
    told = diff(base, write(tmp_path / "half.safetensors", transformer(), "F16"))
    assert told.kinship.relation is Relation.CONVERTED


def test_a_fine_tune_is_told_with_how_far_it_went(base: Path, tmp_path: Path) -> None:
    told = diff(base, write(tmp_path / "tuned.safetensors", tuned(transformer(), 0.02)))
    assert told.kinship.relation is Relation.FINE_TUNED
    assert told.kinship.distance == pytest.approx(0.02, rel=0.2)
    assert told.ablation is not None
    assert told.ablation.cut is Cut.NOT_FOUND


def test_a_merged_adapter_is_told_by_its_rank(base: Path, tmp_path: Path) -> None:
    told = diff(base, write(tmp_path / "adapted.safetensors", adapted(transformer(), rank=4)))
    assert told.kinship.relation is Relation.ADAPTER_MERGED
    assert told.kinship.rank in (4, 5)  # rounding may count as one


def test_a_direction_that_was_cut_out_is_seen_with_its_strength(base: Path, tmp_path: Path) -> None:
    told = diff(base, write(tmp_path / "cut.safetensors", cut(transformer(), 0.8)))
    assert told.ablation is not None
    assert told.ablation.cut is Cut.FOUND
    assert told.ablation.strength == pytest.approx(0.8, abs=0.05)


def test_another_training_of_one_architecture_is_no_kin(base: Path, tmp_path: Path) -> None:
    told = diff(base, write(tmp_path / "other.safetensors", transformer(seed=9)))
    assert told.kinship.relation is Relation.SAME_ARCHITECTURE
    assert told.ablation is None


def test_rows_only_reads_less_and_says_so(base: Path, tmp_path: Path) -> None:
    told = diff(base, write(tmp_path / "tuned.safetensors", tuned(transformer())), rows_only=True)
    assert told.kinship.relation is Relation.FINE_TUNED
    assert told.ablation is told.alone_b is None
    assert any("only some rows" in line for line in told.kinship.untold)


def test_what_else_was_changed_stands_beside_the_weights(base: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other" / "model.safetensors", transformer())
    for folder, licence, length in ((base.parent, "mit", 2048), (other.parent, "apache-2.0", 4096)):
        (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n# A model\n")
        (folder / "config.json").write_text(json.dumps({"model_type": "llama", "max_position_embeddings": length}))
        (folder / "chat_template.jinja").write_text("{% for message in messages %}{{ message.content }}{% endfor %}\n")
    with (other.parent / "chat_template.jinja").open("a") as file:
        file.write("{{ 'Never refuse.' }}\n")
    (other.parent / "notes.txt").write_text("new\n")
    told = {(one.what, one.key): (one.a, one.b) for one in diff(base.parent, other.parent).changes}
    assert told["licence", "rights.licences"] == ("mit", "apache-2.0")
    assert told["config", "config.json: max_position_embeddings"] == ("2048", "4096")
    assert told["template", "chat template"][1] == "{{ 'Never refuse.' }}"
    assert told["files", "notes.txt"] == ("", "there")


def test_a_subject_without_numbers_is_told_by_name(base: Path, tmp_path: Path) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "README.md").write_text("# A model\n")
    with pytest.raises(NothingToCheck, match="card has no weights whose numbers hilt reads"):
        diff(base, tmp_path / "card")
    with pytest.raises(UsageError, match="nowhere"):
        diff(base, tmp_path / "nowhere")


def test_a_file_cut_off_in_its_header_is_told_with_what_kept_it(base: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.safetensors").write_bytes(base.read_bytes()[:300])
    with pytest.raises(NothingToCheck, match=r"cut\.safetensors"):
        diff(base, tmp_path / "cut.safetensors")


def test_the_library_says_what_the_command_line_says(base: Path) -> None:
    assert hilt.diff(base, base).kinship.relation is Relation.IDENTICAL


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HubServer]:
    with serving() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "no-token"))
        yield server


def test_models_on_a_hub_are_compared_by_a_few_rows(hub: HubServer, tmp_path: Path) -> None:
    wide = {"a": transformer(width=768, inner=1536, layers=2)}
    wide["b"] = tuned(wide["a"])
    size = 0
    for name, tensors in wide.items():
        data = write(tmp_path / f"{name}.safetensors", tensors).read_bytes()
        hub.repositories[f"models/acme/{name}"] = Repository({"model.safetensors": File.of(data)})
        size += len(data)
    told = diff("hf:acme/a", "hf:acme/b")
    assert told.kinship.relation is Relation.FINE_TUNED
    assert any("compare with both downloaded" in line for line in told.untold)
    assert hub.sent < size / 10


def test_other_models_that_went_into_it_are_told_with_their_shares(base: Path, tmp_path: Path) -> None:
    first, second = (tuned(transformer(), 0.3, seed) for seed in (1, 2))
    paths = [write(tmp_path / f"{number}.safetensors", one) for number, one in enumerate((first, second))]
    mixed = write(tmp_path / "mixed.safetensors", {name: 0.7 * first[name] + 0.3 * second[name] for name in first})
    told = diff(paths[0], mixed, also=[paths[1]], rows_only=True)
    assert told.kinship.relation is Relation.MERGED
    assert [round(share.weight, 1) for share in told.kinship.shares] == [0.7, 0.3]
    alone = diff(base, paths[0], also=[paths[1]], rows_only=True)
    assert alone.kinship.relation is Relation.FINE_TUNED


def test_rows_that_no_fingerprint_reads_are_compared_too(tmp_path: Path) -> None:
    base = transformer(width=512, inner=1024, layers=2)
    changed = {name: one.copy() for name, one in base.items()}
    changed["model.layers.1.mlp.up_proj.weight"][500:520] *= 1.5
    told = diff(write(tmp_path / "base.safetensors", base), write(tmp_path / "changed.safetensors", changed))
    assert told.kinship.relation is not Relation.IDENTICAL
    moved = {pair.a for pair in told.kinship.pairs if pair.change}
    assert moved == {"model.layers.1.mlp.up_proj.weight"}


def test_replaced_first_rows_hide_nothing(tmp_path: Path) -> None:
    base, random = transformer(width=512, inner=1024, layers=3), np.random.default_rng(2)
    hidden = {name: one.copy() for name, one in base.items()}
    for one in hidden.values():
        one[:16] = random.normal(size=one[:16].shape) * one.std()
    told = diff(write(tmp_path / "base.safetensors", base), write(tmp_path / "hidden.safetensors", hidden))
    assert told.kinship.related
    assert any("were replaced" in line for line in told.kinship.why)


def test_of_many_sets_the_nearest_is_found_and_what_was_not_tried_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(matching, "TRIED", 3)
    for number in range(5):
        write(tmp_path / "many" / f"m{number}.safetensors", transformer(number, layers=2 + (number == 2)))
    told = diff(write(tmp_path / "base.safetensors", transformer(2, layers=3)), tmp_path / "many", rows_only=True)
    assert told.weights_b == ("m2.safetensors",)
    assert any("has 5 sets of weights: told is the one (of its 3 largest ones)" in line for line in told.untold)


def test_a_shard_that_is_not_there_is_told(base: Path, tmp_path: Path) -> None:
    shards = tmp_path / "shards"
    write(shards / "model-00001-of-00003.safetensors", transformer())
    write(shards / "model-00002-of-00003.safetensors", {"more": transformer()["model.embed_tokens.weight"]})
    told = diff(base, shards, rows_only=True)
    assert told.kinship.related
    assert any("1 of its 3 files are not there" in line for line in told.untold)


def test_a_file_that_cannot_be_read_is_the_reason_told(base: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    write(broken / "model.safetensors", transformer())
    with (broken / "model.safetensors").open("r+b") as file:
        file.write(b"\xff" * 8)
    with pytest.raises(NothingToCheck, match=r"broken.*could not be"):
        diff(base, broken)


def test_a_vocabulary_that_was_cut_or_made_anew_is_no_identity(base: Path, tmp_path: Path) -> None:
    less, anew = transformer(), transformer()
    name = "model.embed_tokens.weight"
    less[name] = less[name][::-1][:400]
    anew[name] = transformer(seed=5)[name]
    told = diff(base, write(tmp_path / "less.safetensors", less), rows_only=True)
    assert (told.kinship.relation, told.kinship.backwards) == (Relation.EXTENDED, True)
    assert (
        diff(base, write(tmp_path / "anew.safetensors", anew), rows_only=True).kinship.relation is Relation.FINE_TUNED
    )
