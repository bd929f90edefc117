"""What was made from other models takes less room, and whoever downloads it has the same bytes."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hilt.core.errors import NotHeld, SourceError, UsageError
from hilt.core.library import KeptRevision, Repository
from hilt.core.packing import PackedRevision
from hilt.gate import fixity
from hilt.gate.keeping.library import Library
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.reader import Reader, reader_of
from hilt.gate.keeping.upkeep import carrying
from hilt.gate.keeping.upkeep.packing import pack
from hilt.gate.keeping.upkeep.rebuilding import put_back
from hilt.gate.record import keeping_open
from hilt.knowledge.file_lock import locked
from hilt.record.blobs.deltas import Deltas
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from kept_files import a_file, sha256_of, stored
from library_office import LICENCE, Shop
from office import USE, Office
from weights_to_pack import Numbers, moved, numbers, safetensors

WEIGHTS = {f"model.layers.{n}.weight": numbers("BF16", 512, 1024, seed=n) for n in range(3)}
TUNED = {name: moved(one) for name, one in WEIGHTS.items()}
TWICE = {name: moved(one, seed=5) for name, one in TUNED.items()}


def card(base: str = "") -> bytes:
    said = f"base_model: {base}\nbase_model_relation: finetune\n" if base else ""
    return f"---\nlicense: apache-2.0\n{said}---\n# A model\n\nIt tells languages apart.\n".encode()


class Shelf:
    """An office in `folder` whose library has its models from a folder, by way of a reader who downloads all of them."""

    def __init__(self, folder: Path) -> None:
        self.office, self.folder = Office(folder), folder / "shelf"
        self.settings = self.office.settings
        self.blobs, self.revisions = Blobs(library_folder(self.settings)), Revisions(library_folder(self.settings))
        self.deltas = Deltas(self.blobs)

    def put(self, name: str, files: dict[str, bytes]) -> None:
        for path, data in ({"LICENSE": LICENCE} | files).items():
            place = self.folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)

    def reader(self) -> Reader:
        found = reader_of(Shop.secret(self), self.settings)
        assert found is not None
        return found

    def downloaded(self, *names: str) -> dict[str, bytes]:
        """All files of repositories, as a reader has them."""
        with keeping_open(self.settings), Library(self.settings, "http://hilt.example") as library:
            reader, found = self.reader(), {}
            for name in names:
                offer = library.offer(library.begin(Repository("models", name), "main").result(60), reader)
                for file in offer.kept.files:
                    place = library.open(offer, file, reader)
                    place = place if isinstance(place, Path) else place.wait(60)
                    assert place is not None
                    found[f"{name}/{file.path}"] = place.read_bytes()
            return found

    def packed(self, *names: str, dry_run: bool = False) -> dict[str, PackedRevision]:
        done = pack(names, dry_run=dry_run, settings=self.settings)
        return {one.repository.name: one for one in done.revisions}

    def revision(self, name: str) -> KeptRevision:
        repository = Repository("models", name)
        (commit,) = self.revisions.commits(repository)
        found = self.revisions.find(repository, commit)
        assert found is not None
        return found

    def plain(self) -> set[str]:
        return {one.sha256 for one in self.blobs.each()}

    def forget_upstream(self) -> None:
        """Nothing can be had from anywhere else any more."""
        shutil.rmtree(self.folder)
        self.folder.mkdir()


BASE_FILE, TUNED_FILE = safetensors(WEIGHTS), safetensors(TUNED, metadata={"format": "pt"})


@cache
def founded() -> TemporaryDirectory[str]:
    """An office that has a model and a fine-tune of it."""
    folder = TemporaryDirectory()
    office = Office.copied(Path(folder.name))
    with office.settings_file.open("a") as file:
        file.write("library:\n  upstreams: [{name: shelf, folder: ../shelf}]\n  refs_seconds: 0\n")
    at = Shelf(Path(folder.name))
    at.put("org/base", {"README.md": card(), "model.safetensors": BASE_FILE})
    at.put("org/tuned", {"README.md": card("org/base"), "model.safetensors": TUNED_FILE})
    at.downloaded("org/base", "org/tuned")
    return folder


def shelf(folder: Path, **more: dict[str, bytes]) -> Shelf:
    """Such an office, with more of the organisation."""
    shutil.copytree(founded().name, folder, dirs_exist_ok=True)
    at = Shelf(folder)
    for name, files in more.items():
        at.put(f"org/{name}", files)
    if more:
        at.downloaded(*(f"org/{name}" for name in more))
    return at


def test_a_fine_tune_is_packed_by_the_base_that_its_card_names_and_downloads_to_the_bit(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    done = at.packed()
    (file,) = done["org/tuned"].files
    assert (file.size, file.why) == (len(TUNED_FILE), "")
    assert file.base == f"models/org/base {at.revision('org/base').commit}"
    assert file.kept < 0.25 * file.size
    assert [one.why for one in done["org/base"].files] == ["nothing that it is made from is kept here"]
    assert (sha256_of(TUNED_FILE) in at.plain(), sha256_of(BASE_FILE) in at.plain()) == (False, True)
    at.forget_upstream()
    assert at.downloaded("org/tuned")["org/tuned/model.safetensors"] == TUNED_FILE


def test_what_was_rebuilt_may_go_again_and_the_base_never(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    at.packed()
    at.downloaded("org/tuned")
    assert sha256_of(TUNED_FILE) in at.plain()
    assert at.blobs.evict(0, at.deltas.stays(at.revisions.kept_digests())) == [sha256_of(TUNED_FILE)]
    at.downloaded("org/tuned")
    again = at.packed("org/tuned")["org/tuned"]
    assert again.bases == (f"models/org/base {at.revision('org/base').commit}",)
    assert sha256_of(TUNED_FILE) not in at.plain()


def test_a_dry_run_tells_about_the_same_and_writes_nothing(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    before = sorted(path for path in at.blobs.folder.rglob("*") if path.is_file())
    expected = at.packed(dry_run=True)["org/tuned"]
    assert sorted(path for path in at.blobs.folder.rglob("*") if path.is_file()) == before
    done = at.packed()["org/tuned"]
    assert expected.kept == pytest.approx(done.kept, rel=0.1)
    assert expected.bases == done.bases


def test_what_was_made_from_a_packed_one_is_packed_by_the_plain_one_behind_it(tmp_path: Path) -> None:
    third = {"README.md": card("org/tuned"), "model.safetensors": safetensors(TWICE)}
    at = shelf(tmp_path, third=third)
    for dry_run in (True, False):
        done = at.packed(dry_run=dry_run)
        assert done["org/third"].bases == (f"models/org/tuned {at.revision('org/tuned').commit}",)
        assert done["org/third"].kept < 0.4 * done["org/third"].size
    (file,) = (one for one in at.revision("org/third").files if one.path.endswith(".safetensors"))
    delta = at.deltas.find(file.sha256)
    assert delta is not None
    assert delta.bases == (sha256_of(BASE_FILE),)


def test_what_the_weights_descend_from_is_a_base_where_no_card_names_it(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    index = tmp_path / "settings" / "kin.hiltidx"
    assert at.office.run("index", "add", at.folder / "org" / "base", "--name", "org/base", "--index", index).code == 0
    with at.office.settings_file.open("a") as file:
        file.write(f"lineage: {{index: {index.name}}}\n")
    at = Shelf(tmp_path)
    at.office.policy(
        "policy: acme\nversion: 1\nrules: {no-attack: {require: '!findings.exists(f, f.severity >= HIGH)', else: block}}\n"
    )
    again = {name: moved(one, seed=21) for name, one in WEIGHTS.items()}
    at.put("org/silent", {"README.md": card(), "model.safetensors": safetensors(again)})
    at.downloaded("org/silent")
    assert at.packed("org/silent")["org/silent"].bases == (f"models/org/base {at.revision('org/base').commit}",)


def test_what_others_are_rebuilt_from_stays_as_it_is(tmp_path: Path) -> None:
    at = shelf(tmp_path, third={"README.md": card("org/tuned"), "model.safetensors": safetensors(TWICE)})
    assert at.packed("org/third")["org/third"].bases
    assert [one.why for one in at.packed()["org/tuned"].files] == ["others are rebuilt from it"]


def test_a_model_that_has_nothing_of_the_base_it_names_is_left_as_it_is(tmp_path: Path) -> None:
    strange = safetensors({name: numbers("BF16", 512, 1024, seed=50 + n) for n, name in enumerate(WEIGHTS)})
    other = safetensors({f"h.{n}.w": numbers("BF16", 512, 1024, seed=70 + n) for n in range(3)})
    files = {
        "strange": {"README.md": card("org/base"), "model.safetensors": strange},
        "other": {"README.md": card("org/base"), "model.safetensors": other},
    }
    at = shelf(tmp_path, **files)
    done = at.packed()
    assert [one.kept == one.size for name in files for one in done[f"org/{name}"].files] == [True, True]
    assert [one.why for one in done["org/other"].files] == ["nothing that it is made from is kept here"]
    assert "which does not pay" in done["org/strange"].why[0]


def test_a_later_commit_is_packed_by_the_one_before_it_and_other_shards_by_the_same_base(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    items = list(moved_again().items())
    at.put("org/base", {"README.md": card(), "model.safetensors": safetensors(dict(items[::-1]))})
    at.put("org/tuned", {"one.safetensors": safetensors(dict(items[:1])), "two.safetensors": safetensors(dict(items[1:]))})  # fmt: skip
    at.downloaded("org/base", "org/tuned")
    done = pack(settings=at.settings)
    later = [one for one in done.revisions if one.bases]
    assert sorted(one.repository.name for one in later) == ["org/base", "org/tuned", "org/tuned"]
    for one in later:
        for file in one.files:
            assert file.kept < 0.3 * file.size
            assert sha256_of(b"".join(at.deltas.read(file.sha256))) == file.sha256
    assert done.kept < 0.5 * done.size


def moved_again() -> dict[str, Numbers]:
    return {name: moved(one, seed=11) for name, one in WEIGHTS.items()}


def kept_by_hand(at: Shelf, name: str, commit: str, **files: bytes | None) -> None:
    """A revision that was admitted, of which some bytes may have been lost."""
    repository, listed = Repository("models", name), []
    for path, data in files.items():
        listed.append(a_file(f"{path}.safetensors", data or bytes(2 << 20)))
        if data is not None:
            stored(at.blobs, data)
    at.revisions.save(KeptRevision(repository=repository, commit=commit, files=tuple(listed)))
    at.revisions.keep(repository, commit, "research", f"2026-01-01T00:00:0{commit[0]}+00:00")


def test_what_is_no_safetensors_or_not_here_is_left_as_it_is_and_what_is_small_left_out(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    kept_by_hand(at, "org/odd", "1" * 40, good=BASE_FILE)
    kept_by_hand(at, "org/odd", "2" * 40, broken=b"PK" * (1 << 20), lost=None, small=safetensors({}))
    later = pack(["org/odd"], settings=at.settings).revisions[1]
    assert [one.path for one in later.files] == ["broken.safetensors", "lost.safetensors"]
    assert "is past the limit" in later.why[0]
    assert later.why[1] == "its bytes are not here"
    assert later.kept == later.size


def test_however_many_ask_for_a_packed_file_it_is_rebuilt_once(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    at.packed()
    with keeping_open(at.settings), Library(at.settings, "http://hilt.example") as library:
        reader = at.reader()
        offer = library.offer(library.begin(Repository("models", "org/tuned"), "main").result(60), reader)
        file = offer.kept.file("model.safetensors")
        assert file is not None
        got: list[bytes] = []

        def download() -> None:
            place = library.open(offer, file, reader)
            place = place if isinstance(place, Path) else place.wait(60)
            assert place is not None
            got.append(place.read_bytes())

        threads = [threading.Thread(target=download) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == [TUNED_FILE] * 6


def test_a_damaged_base_is_told_with_what_to_do_and_nothing_wrong_is_kept(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    at.packed()
    base = at.blobs.path(sha256_of(BASE_FILE))
    base.chmod(0o644)
    with base.open("r+b") as file:
        file.seek(-100, 2)
        file.write(b"!" * 50)
    with pytest.raises(SourceError, match=r"one of its bases was damaged \(see `hilt fixity run`\)"):
        at.downloaded("org/tuned")
    assert sha256_of(TUNED_FILE) not in at.plain()
    assert not any((at.blobs.folder / "partial").iterdir())


def test_a_damaged_delta_is_set_aside_and_its_file_had_again(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    at.packed()
    delta = at.deltas.path(sha256_of(TUNED_FILE))
    delta.chmod(0o644)
    delta.write_bytes(delta.read_bytes()[:-1])
    done = fixity.run(settings=at.settings)
    assert [(one.sha256, one.again) for one in done.damage] == [(sha256_of(TUNED_FILE), "shelf")]
    assert at.blobs.path(sha256_of(TUNED_FILE)).read_bytes() == TUNED_FILE
    assert list(at.deltas.each()) == []
    assert fixity.run(settings=at.settings).damage == ()


def test_what_is_carried_elsewhere_is_written_as_it_was(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    at.packed()
    carrying.write("hf:org/tuned", tmp_path / "bag", use=USE, settings=at.settings)
    assert (tmp_path / "bag" / "data" / "model.safetensors").read_bytes() == TUNED_FILE


def test_whoever_needs_the_files_themselves_has_them_put_back(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    at.packed()
    put_back(at.revision("org/tuned"), at.blobs, at.deltas)
    assert at.blobs.path(sha256_of(TUNED_FILE)).read_bytes() == TUNED_FILE


def test_nothing_is_packed_of_what_nobody_admitted_and_a_name_that_is_not_here_is_told(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    with pytest.raises(NotHeld, match="nothing of 'org/nobody' was admitted"):
        at.packed("org/nobody")


def test_what_lies_on_object_storage_is_not_packed(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    library = replace(at.settings.library, objects="s3://acme/library")
    with pytest.raises(UsageError, match=r"^library\.objects: .* folder alone is packed"):
        pack(settings=replace(at.settings, library=library))


def test_one_packs_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hilt.gate.keeping.upkeep.packing._WAIT", 0.0)
    at = shelf(tmp_path)
    with locked(at.blobs.folder / "packing"), pytest.raises(SourceError, match="another process"):
        at.packed()


def test_the_command_tells_what_was_saved(tmp_path: Path) -> None:
    at = shelf(tmp_path)
    tried = at.office.run("library", "pack", "--dry-run", "org/tuned")
    assert tried.code == 0
    assert "would pack hf:org/tuned" in tried.text
    done = at.office.run("library", "pack")
    assert "packed hf:org/tuned" in done.text
    assert f"by what it differs in from models/org/base {at.revision('org/base').commit}" in done.text
    assert "as it is hf:org/base" in done.text
    told = json.loads(at.office.run("library", "pack", "--json").out)
    assert told["kept"] < 0.7 * told["bytes"]
    (tuned,) = [one for one in told["revisions"] if one["reference"] == "hf:org/tuned"]
    assert tuned["ratio"] < 0.25
    assert tuned["files"][0]["base"].startswith("models/org/base ")
