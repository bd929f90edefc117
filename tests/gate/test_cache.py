from __future__ import annotations

import json
import os
import shutil
import struct
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, scan_cache_dir, snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError

import hub_server
from cache_layouts import COMMIT, OTHER, hub_cache, llama_cache, ollama_store, ollama_store_v2, sha256, torch_cache
from hilt.core.cache_scan import CacheScan, CacheState, ScannedModel
from hilt.core.errors import UsageError
from hilt.gate import bundle, log
from hilt.gate.cache import restore, scan
from office import KNOWN_ROAD, POLICY, USE, Office

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")

ENTRY = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
HEADER = json.dumps(ENTRY).encode()
WEIGHTS = struct.pack("<Q", len(HEADER)) + HEADER + b"\1" * 8
CARD = b"---\nlicense: mit\n---\n# A model\n\nIt tells languages apart.\n"
GOOD = {"README.md": CARD, "LICENSE": b"Do what you like.\n", "model.safetensors": WEIGHTS}


@pytest.fixture
def office(office: Office) -> Office:
    """One whose policy leaves nothing to people but what is known to be an attack."""
    office.policy(POLICY[: POLICY.index("  calls-are-known")])
    return office


def checked(office: Office, reference: object, **env: str) -> None:
    done = office.run("check", reference, "--record", **env)
    assert done.code in (0, 10, 20), done.text


def admitted(office: Office, reference: object, use: str = USE) -> None:
    done = office.run("admit", reference, "--use", use, "--why", "cheap", by="Eve")
    assert done.code == 0, done.text


def withdrawn(office: Office, reference: object, use: str = "") -> None:
    words = ["--use", use] if use else []
    done = office.run("withdraw", reference, "--why", "it is bad", *words, by="Eve")
    assert "recorded: entry" in done.text, done.text


def folder(office: Office, files: dict[str, bytes], name: str = "source") -> Path:
    """The files as somebody has them elsewhere."""
    path = office.folder / name
    path.mkdir()
    for file, data in files.items():
        (path / file).write_bytes(data)
    return path


def only(told: CacheScan) -> ScannedModel:
    (model,) = told.models
    return model


def states(told: CacheScan) -> dict[str, CacheState]:
    return {f"{one.name}@{one.revision[:1]}" if one.revision else one.name: one.state for one in told.models}


def test_what_was_admitted_is_told_with_its_use_and_end(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    done = office.run("admit", snapshot, "--use", USE, "--why", "cheap", "--until", "2199-01-31", by="Eve")
    assert done.code == 0, done.text
    told = scan([tmp_path / "hub"], settings=office.settings)
    model = only(told)
    assert (model.state, model.by, model.uses) == (CacheState.ADMITTED, "bytes", ((USE, "2199-01-31"),))
    assert (model.name, model.revision, model.files) == ("hf:org/name", COMMIT, 3)
    assert (told.exit_code, told.compared) == (0, 1)


def test_what_holds_for_one_use_holds_for_no_other(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    admitted(office, snapshot)
    told = {use: scan([tmp_path / "hub"], use=use, settings=office.settings) for use in (USE, "medicine")}
    assert only(told[USE]).state is CacheState.ADMITTED
    assert only(told["medicine"]).state is CacheState.NEVER_ADMITTED
    assert told["medicine"].exit_code == 10
    withdrawn(office, snapshot, "medicine")
    assert only(scan([tmp_path / "hub"], use="medicine", settings=office.settings)).state is CacheState.WITHDRAWN
    assert only(scan([tmp_path / "hub"], settings=office.settings)).state is CacheState.ADMITTED


def test_what_nobody_checked_or_decided_was_never_admitted(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    told = scan([tmp_path / "hub"], settings=office.settings)
    assert (only(told).state, only(told).why) == (CacheState.NEVER_ADMITTED, ("Nobody has checked these bytes.",))
    assert told.exit_code == 10
    checked(office, snapshot)
    model = only(scan([tmp_path / "hub"], settings=office.settings))
    assert model.state is CacheState.NEVER_ADMITTED
    assert model.why[0].startswith("Nobody has admitted it for this use")


def test_what_was_withdrawn_is_told_with_why_and_since_when(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    admitted(office, snapshot)
    withdrawn(office, snapshot)
    told = scan([tmp_path / "hub"], settings=office.settings)
    model = only(told)
    assert (model.state, model.by, model.why[0]) == (CacheState.WITHDRAWN, "bytes", "it is bad")
    assert model.since.startswith("20")
    assert told.exit_code == 20
    assert (tmp_path / "hub" / "models--org--name" / "refs" / "main").exists()


def test_what_was_refused_or_has_the_verdict_block_is_blocked(office: Office, tmp_path: Path) -> None:
    bad = hub_cache(tmp_path / "hub", GOOD | {"model.pkl": KNOWN_ROAD}, name="models--org--bad")
    refused = hub_cache(tmp_path / "hub", GOOD, name="models--org--refused")
    for snapshot in (bad, refused):
        checked(office, snapshot)
    assert office.run("refuse", refused, "--use", USE, "--why", "too odd", by="Rita").code == 20
    told = scan([tmp_path / "hub"], settings=office.settings)
    assert states(told) == {"hf:org/bad@1": CacheState.BLOCKED, "hf:org/refused@1": CacheState.BLOCKED}
    assert {one.why[0] for one in told.models if one.name == "hf:org/refused"} == {"too odd"}


def test_a_part_of_an_admitted_model_that_a_hub_stated_is_admitted_once_its_bytes_match(
    office: Office, tmp_path: Path
) -> None:
    files = {path: hub_server.File.of(data, large=path == "model.safetensors") for path, data in GOOD.items()}
    with hub_server.serving(files) as hub:
        checked(office, "hf:org/name", HF_ENDPOINT=hub.endpoint)
        (model,) = office.told("status")["models"]
        admitted(office, model["subject"])
        path = hf_hub_download("org/name", "model.safetensors", cache_dir=tmp_path / "hub", endpoint=hub.endpoint)
    told = only(scan([tmp_path / "hub"], settings=office.settings))
    assert (told.state, told.reference, told.files) == (CacheState.ADMITTED, "hf:org/name", 1)
    Path(os.path.realpath(path)).write_bytes(WEIGHTS + b"x")
    told = only(scan([tmp_path / "hub"], settings=office.settings))
    assert told.state is CacheState.NEVER_ADMITTED
    assert told.why == (
        "It calls itself hf:org/name@0123456789ab, which is admitted, and its bytes are others.",
        "Names in the cache promise other bytes than there are: model.safetensors.",
    )


def test_files_beside_an_admitted_model_leave_it_never_admitted(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    admitted(office, source)
    hub_cache(tmp_path / "hub", GOOD | {"modeling.py": b"import os\n"})
    told = only(scan([tmp_path / "hub"], settings=office.settings))
    assert told.state is CacheState.NEVER_ADMITTED
    assert told.why[0].endswith("others were never checked with them: modeling.py.")


def test_a_renamed_file_is_not_the_file_that_was_admitted(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    admitted(office, source)
    hub_cache(tmp_path / "hub", {"README.md": CARD, "config.json": GOOD["LICENSE"], "model.safetensors": WEIGHTS})
    assert only(scan([tmp_path / "hub"], settings=office.settings)).state is CacheState.NEVER_ADMITTED


def test_weights_that_were_withdrawn_are_found_in_every_cache(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    withdrawn(office, source)
    hub_cache(tmp_path / "hub", {"other.safetensors": WEIGHTS}, name="models--org--copy")
    ollama_store(tmp_path / "ollama", {"model": WEIGHTS, "template": b"x"})
    ollama_store_v2(tmp_path / "ollama2", {"model": WEIGHTS, "template": b"x"})
    llama_cache(tmp_path / "llama", data=WEIGHTS)
    torch_cache(tmp_path / "torch", data=WEIGHTS)
    named = [tmp_path / name for name in ("hub", "ollama", "ollama2", "llama", "torch")]
    told = scan(named, settings=office.settings)
    stopped = [one for one in told.models if one.state is CacheState.WITHDRAWN]
    assert [one.cache for one in stopped] == ["hugging-face", "ollama", "ollama", "llama.cpp", "torch"]
    assert {one.by for one in stopped} == {"bytes"}
    assert [one.name for one in told.models if one not in stopped] == ["torch:pytorch_vision_main"]


def test_licences_and_configs_that_a_withdrawn_model_has_too_say_nothing(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD | {"config.json": b"{}", "tokenizer.bin": b"t" * 100}))
    withdrawn(office, source)
    shared = {"README.md": CARD, "LICENSE": GOOD["LICENSE"], "config.json": b"{}", "tokenizer.bin": b"t" * 100}
    hub_cache(tmp_path / "hub", shared, name="models--org--other", commit=OTHER)
    assert only(scan([tmp_path / "hub"], settings=office.settings)).state is CacheState.NEVER_ADMITTED


def test_of_a_model_that_its_verdict_blocks_only_the_files_tell_in_which_something_was_found(
    office: Office, tmp_path: Path
) -> None:
    checked(office, folder(office, GOOD | {"model.pkl": KNOWN_ROAD}))
    hub_cache(tmp_path / "hub", {"model.safetensors": WEIGHTS}, name="models--org--innocent")
    hub_cache(tmp_path / "hub", {"other.pkl": KNOWN_ROAD}, name="models--org--copy")
    told = states(scan([tmp_path / "hub"], settings=office.settings))
    assert told == {"hf:org/innocent@1": CacheState.NEVER_ADMITTED, "hf:org/copy@1": CacheState.BLOCKED}


def test_an_admitted_model_that_has_withdrawn_weights_is_told_with_both(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    snapshot = hub_cache(tmp_path / "hub", GOOD | {"more.json": b"{}"})
    checked(office, snapshot)
    admitted(office, snapshot)
    withdrawn(office, source)
    model = only(scan([tmp_path / "hub"], settings=office.settings))
    assert model.state is CacheState.ADMITTED
    assert model.also == f"Files of it are also in {source}, which is withdrawn."


def test_a_name_is_enough_to_stop_and_not_enough_to_admit(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    admitted(office, snapshot)
    blob = tmp_path / "hub" / "models--org--name" / "blobs" / sha256(WEIGHTS)
    blob.write_bytes(b"other bytes under the name of the admitted ones")
    assert only(scan([tmp_path / "hub"], settings=office.settings)).state is CacheState.NEVER_ADMITTED
    blob.write_bytes(WEIGHTS)
    withdrawn(office, snapshot)
    blob.write_bytes(b"other bytes under the name of the withdrawn ones")
    model = only(scan([tmp_path / "hub"], settings=office.settings))
    assert (model.state, model.by) == (CacheState.WITHDRAWN, "name")
    assert "Only names in the cache say" in model.why[-1]


def test_what_cannot_be_read_is_not_admitted(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    admitted(office, snapshot)
    (snapshot / "code").symlink_to(tmp_path)
    told = scan([tmp_path / "hub"], settings=office.settings)
    assert (only(told).state, told.exit_code) == (CacheState.NOT_READ, 10)
    assert only(told).why == ("code: a link that leads out of the cache, and is not followed",)


def test_a_file_that_is_all_holes_is_not_read_to_its_end(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    with (snapshot / "model.safetensors").open("r+b") as file:
        file.truncate(1 << 40)
    told = only(scan([tmp_path / "hub"], settings=office.settings))
    assert told.state is CacheState.NOT_READ
    assert "holes" in told.why[0]


def test_what_todays_policy_judges_otherwise_is_not_admitted(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    admitted(office, snapshot)
    office.policy(POLICY)
    told = only(scan([tmp_path / "hub"], settings=office.settings))
    assert told.state is not CacheState.ADMITTED


def test_ollamas_own_layers_were_checked_by_nobody(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    admitted(office, source)
    ollama_store(tmp_path / "ollama", {"model": WEIGHTS, "template": b"x"})
    model = only(scan([tmp_path / "ollama"], settings=office.settings))
    assert model.state is CacheState.NEVER_ADMITTED
    assert model.why[0].endswith("others were never checked with them: template, config.")


def test_a_single_file_that_was_admitted_is_known_whatever_a_cache_calls_it(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    admitted(office, source)
    llama_cache(tmp_path / "llama", name="any.gguf", data=WEIGHTS)
    assert only(scan([tmp_path / "llama"], settings=office.settings)).state is CacheState.ADMITTED


def test_an_empty_machine_is_told_by_where_was_looked(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_HOME", "OLLAMA_MODELS", "LLAMA_CACHE", "TORCH_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    told = scan(settings=office.settings)
    assert told.exit_code == 3
    assert {one.where for one in told.caches if not one.found} >= {str(tmp_path / "OLLAMA_MODELS")}
    with pytest.raises(TypeError, match="exit_code"):
        bool(told)


def test_a_withdrawn_model_cannot_be_loaded_any_more_until_it_is_put_back(office: Office, tmp_path: Path) -> None:
    cache = tmp_path / "hub"
    files = {path: hub_server.File.of(data, large=path == "model.safetensors") for path, data in GOOD.items()}
    with hub_server.serving(files) as hub:
        snapshot = snapshot_download("org/name", cache_dir=cache, endpoint=hub.endpoint)
    before = sorted(str(path.relative_to(cache)) for path in cache.rglob("*"))
    checked(office, snapshot)
    withdrawn(office, snapshot)
    told = only(scan([cache], enforce=True, settings=office.settings))
    for revision in ("main", hub_server.COMMIT):
        with pytest.raises(LocalEntryNotFoundError):
            hf_hub_download("org/name", "README.md", revision=revision, cache_dir=cache, local_files_only=True)
    with pytest.raises(LocalEntryNotFoundError):
        snapshot_download("org/name", cache_dir=cache, local_files_only=True)
    assert [repo.revisions for repo in scan_cache_dir(cache).repos] == [frozenset()]
    assert scan([cache], settings=office.settings).exit_code == 3
    done = restore(told.moved)
    assert (len(done.moved), done.left) == (5, ())
    assert sorted(str(path.relative_to(cache)) for path in cache.rglob("*")) == before
    path = hf_hub_download("org/name", "model.safetensors", cache_dir=cache, local_files_only=True)
    assert Path(path).read_bytes() == WEIGHTS
    assert only(scan([cache], settings=office.settings)).state is CacheState.WITHDRAWN


def test_blobs_that_an_admitted_revision_uses_stay_where_they_are(office: Office, tmp_path: Path) -> None:
    cache = tmp_path / "hub"
    bad = hub_cache(cache, GOOD | {"model.pkl": KNOWN_ROAD}, shared=["LICENSE"])
    good = hub_cache(cache, GOOD, commit=OTHER, refs=("old",), shared=["LICENSE"])
    elsewhere = hub_cache(cache, {"LICENSE": GOOD["LICENSE"]}, name="models--org--third", shared=["LICENSE"])
    for snapshot in (bad, good):
        checked(office, snapshot)
    admitted(office, good)
    told = scan([cache], enforce=True, settings=office.settings)
    assert not bad.exists()
    assert {path.name: (good / path.name).read_bytes() for path in good.iterdir()} == GOOD
    assert (elsewhere / "LICENSE").read_bytes() == GOOD["LICENSE"]
    (blocked,) = (one for one in told.models if one.state is CacheState.BLOCKED)
    assert str(good.parents[1] / "blobs" / sha256(WEIGHTS)) in blocked.kept
    assert not (good.parents[1] / "blobs" / sha256(KNOWN_ROAD)).exists()
    assert restore(blocked.moved).left == ()
    assert (bad / "model.pkl").read_bytes() == KNOWN_ROAD


def test_what_ollama_llama_cpp_and_torch_keep_is_moved_and_put_back(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    withdrawn(office, source)
    manifest = ollama_store(tmp_path / "ollama", {"model": WEIGHTS, "template": b"x"})
    both = ollama_store_v2(tmp_path / "ollama", {"model": WEIGHTS, "template": b"x"})
    other = ollama_store(tmp_path / "ollama", {"model": b"good weights", "template": b"x"}, name="library/other")
    gguf, pth = llama_cache(tmp_path / "llama", data=WEIGHTS), torch_cache(tmp_path / "torch", data=WEIGHTS)
    told = scan([tmp_path / name for name in ("ollama", "llama", "torch")], enforce=True, settings=office.settings)
    blobs = tmp_path / "ollama" / "blobs"
    gone = (manifest, both, gguf, Path(f"{gguf}.etag"), pth, blobs / f"sha256-{sha256(WEIGHTS)}")
    assert [path.exists() or path.is_symlink() for path in gone] == [False] * 6
    assert other.exists()
    assert (blobs / f"sha256-{sha256(b'x')}").exists()
    notes = {one.moved for one in told.models if one.moved}
    assert len(notes) == 3
    assert all(restore(note).left == () for note in notes)
    assert all(path.exists() for path in gone)


def test_nothing_is_moved_unless_it_is_asked_for_and_nothing_that_is_not_stopped(
    office: Office, tmp_path: Path
) -> None:
    hub_cache(tmp_path / "hub", GOOD)
    told = scan([tmp_path / "hub"], enforce=True, settings=office.settings)
    assert only(told).moved == ""
    assert not (tmp_path / "hub" / ".hilt-quarantine").exists()


def test_bytes_that_no_model_uses_are_moved_where_they_were_withdrawn_and_counted_else(
    office: Office, tmp_path: Path
) -> None:
    checked(office, source := folder(office, GOOD))
    withdrawn(office, source)
    cache = tmp_path / "hub"
    snapshot = hub_cache(cache, {"config.json": b"{}"})
    for data in (WEIGHTS, b"anything"):
        (snapshot.parents[1] / "blobs" / sha256(data)).write_bytes(data)
    told = scan([cache], enforce=True, settings=office.settings)
    assert sorted(one.state.value for one in told.models) == ["never admitted", "withdrawn"]
    assert [(one.models, one.strays) for one in told.caches] == [(2, 1)]
    assert not (snapshot.parents[1] / "blobs" / sha256(WEIGHTS)).exists()


def test_a_cache_that_cannot_be_written_keeps_what_it_has_and_that_is_told(office: Office, tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    withdrawn(office, snapshot)
    (tmp_path / "hub" / ".hilt-quarantine").symlink_to(tmp_path / "elsewhere")
    told = scan([tmp_path / "hub"], enforce=True, settings=office.settings)
    assert (only(told).moved, told.exit_code, len(told.problems)) == ("", 20, 1)
    assert snapshot.exists()


def test_a_folder_that_is_no_cache_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no cache that hilt knows"):
        scan([tmp_path], settings=office.settings)


def test_what_was_withdrawn_and_waits_in_the_shared_store_is_moved_too(office: Office, tmp_path: Path) -> None:
    checked(office, source := folder(office, GOOD))
    withdrawn(office, source)
    snapshot = hub_cache(tmp_path / "hub", {"model.safetensors": WEIGHTS}, shared=["model.safetensors"])
    stored = Path(os.path.realpath(snapshot / "model.safetensors"))
    shutil.rmtree(snapshot.parents[1])
    told = only(scan([tmp_path / "hub"], enforce=True, settings=office.settings))
    assert (told.state, told.where) == (CacheState.WITHDRAWN, str(stored))
    assert not stored.exists()
    assert restore(told.moved).left == ()
    assert stored.read_bytes() == WEIGHTS


def test_what_another_site_admitted_and_withdrew_is_told_here_as_well(office: Office, tmp_path: Path) -> None:
    away = Office(tmp_path / "away", POLICY[: POLICY.index("  calls-are-known")])
    (key,) = log.keys(office.settings)
    text = away.settings_file.read_text().replace("checks: false}", f'checks: false, trusted_logs: ["{key}"]}}')
    away.settings_file.write_text(text)
    snapshot = hub_cache(tmp_path / "hub", GOOD)
    checked(office, snapshot)
    admitted(office, snapshot)
    told = []
    for _ in range(2):
        file = tmp_path / "model.hilt"
        assert office.run("bundle", "write", snapshot, "-o", file).code == 0
        bundle.take(file, key=away.key("Ada"), settings=away.settings)
        told.append(only(scan([tmp_path / "hub"], settings=away.settings)))
        withdrawn(office, snapshot)
    assert [one.state for one in told] == [CacheState.ADMITTED, CacheState.WITHDRAWN]
    assert (told[1].why[0], told[1].by) == ("it is bad", "bytes")


def test_names_that_nobody_can_read_are_looked_at_all_the_same(office: Office, tmp_path: Path) -> None:
    name = os.fsdecode(b"\x1b[31m\xff.safetensors")
    checked(office, source := folder(office, GOOD))
    withdrawn(office, source)
    snapshot = hub_cache(tmp_path / "hub", {name: WEIGHTS}, name="models--org--\x1b[2J")
    told = only(scan([tmp_path / "hub"], enforce=True, settings=office.settings))
    assert told.state is CacheState.WITHDRAWN
    assert restore(told.moved).left == ()
    assert (snapshot / name).read_bytes() == WEIGHTS
    shutil.rmtree(tmp_path / "hub")
