"""What is imported for a check, and what is not: most of what a small check costs is imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.seeds import seeds

PARENT = """
import json, sys
import hilt, hilt.doors.cli, hilt.doors.cli.destinations, hilt.output.text
hilt.check(sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""

WORKER = """
import json, os, sys
from hilt.checks import worker
from hilt.checks.channel import Channel
from hilt.core.limits import Limits
from hilt.sources.file import Locator
path = sys.argv[1]
place = {"path": os.path.basename(path), "locator": Locator.of(path, os.stat(path))._asdict(), "chain": []}
session = worker.Session(limits=Limits(), opened=worker.Opened(Limits(), Channel(sys.stdin.buffer, sys.stdout.buffer)))
print(worker._handle(session, {"do": "file", **place}).format, file=sys.stderr)
print(json.dumps(sorted(sys.modules)))
"""

ALWAYS = {"also_a_pickle", "also_an_archive", "extension_mismatch", "facts", "unreadable_file"}
"""What is asked of every file, and the facts."""


def imported(script: str, path: Path) -> set[str]:
    command = [sys.executable, "-c", script, str(path)]
    # Measuring coverage imports a good deal of its own.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return set(json.loads(subprocess.run(command, env=plain, capture_output=True, text=True, check=True).stdout))


def of(package: str, modules: set[str]) -> set[str]:
    return {name.removeprefix(f"{package}.") for name in modules if name.startswith(f"{package}.")}


def written(folder: Path, reader_id: str, name: str) -> Path:
    path = folder / name
    path.write_bytes(next(data for _, data in seeds()[reader_id]))
    return path


def test_the_process_that_judges_imports_no_reader_no_check_and_nothing_heavy(tmp_path: Path) -> None:
    modules = imported(PARENT, written(tmp_path, "safetensors", "model.safetensors"))
    assert of("hilt.formats", modules) == {"beginnings", "reader"}
    assert of("hilt.checks.inspect", modules) == {"facts"}
    assert of("hilt.knowledge", modules) <= {"callables", "split_files"}
    assert modules.isdisjoint({"logging", "concurrent.futures", "jinja2", "importlib.metadata", "hilt.output.html"})
    assert modules.isdisjoint({"httpcore2", "h11", "ssl", "hilt.sources.network", "hilt.sources.remote"})
    assert modules.isdisjoint({"sqlalchemy", "alembic", "sqlite3", "cryptography", "hilt.record"})


def test_a_record_in_sqlite_waits_for_no_other_database_and_no_migration(tmp_path: Path) -> None:
    modules = imported("import json, sys; import hilt.record.record; print(json.dumps(sorted(sys.modules)))", tmp_path)
    assert modules.isdisjoint({"sqlalchemy.dialects.postgresql", "psycopg", "alembic", "alembic.command", "mako"})


@pytest.mark.parametrize(
    ("reader_id", "name", "readers", "checks"),
    [
        ("safetensors", "model.safetensors", {"safetensors"}, {"safetensors_header", "metadata_code", "secrets"}),
        (
            "gguf",
            "model.gguf",
            {"gguf", "jinja", "text"},
            {
                "gguf_header",
                "hidden_bytes",
                "metadata_code",
                "secrets",
                "template_code",
                "template_hidden_instructions",
            },
        ),
        ("elf", "libc.so", {"elf", "executable"}, {"native_code"}),
        ("lfs-pointer", "model.bin", {"lfs_pointer"}, {"missing_content"}),
    ],
)
def test_a_file_brings_in_its_own_reader_and_its_own_checks(
    tmp_path: Path, reader_id: str, name: str, readers: set[str], checks: set[str]
) -> None:
    modules = imported(WORKER, written(tmp_path, reader_id, name))
    assert of("hilt.formats", modules) - {"beginnings", "reader"} == readers
    assert of("hilt.checks.inspect", modules) - ALWAYS == checks


def test_a_readme_brings_in_no_reader_of_binary_files_and_no_yaml(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("# A model\n\nIt answers.\n" * 40)
    modules = imported(WORKER, path)
    assert modules.isdisjoint({"yaml", "lzma", "bz2", "zlib", "xml.parsers.expat"})
    assert of("hilt.formats", modules).isdisjoint({"pickle", "onnx", "coreml", "tar", "zip", "archive"})


def test_a_small_pickle_waits_for_no_patterns_of_runs(tmp_path: Path) -> None:
    modules = imported(WORKER, written(tmp_path, "pickle", "model.pkl"))
    assert "hilt.formats.pickle_machine" in modules
    assert modules.isdisjoint({"hilt.formats.pickle_runs", "lzma", "jinja2", "yaml"})


def test_the_process_that_judges_a_signed_model_reads_no_key_and_no_certificate(tmp_path: Path) -> None:
    written(tmp_path, "safetensors", "model.safetensors")
    written(tmp_path, "sigstore-bundle", "model.sig")
    modules = imported(PARENT, tmp_path)
    assert modules.isdisjoint({"cryptography", "sigstore", "hilt.knowledge.provenance"})
    assert of("hilt.checks.provenance", modules) == {"facts"}


def test_a_worker_knows_nothing_of_verdicts(tmp_path: Path) -> None:
    modules = imported(WORKER, written(tmp_path, "json", "config.json"))
    unneeded = {"verdict", "catalogue", "waiver", "report_v1"}
    assert of("hilt.core", modules).isdisjoint(unneeded)
    assert not of("hilt.policy", modules) | of("hilt.output", modules) | of("hilt.gate", modules)
    assert modules.isdisjoint({"threading", "pathlib", "hashlib", "subprocess", "click"})
