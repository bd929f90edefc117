from __future__ import annotations

from pathlib import Path

import pytest

import hilt
from fuzz.seeds import seeds
from hub_server import File, Repository, serving


def test_a_repository_is_judged_before_download_as_its_folder_is_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        f"{reader}/{name}": data
        for reader in ("safetensors", "gguf", "pickle", "zip", "json")
        for name, data in seeds()[reader]
    }
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    with serving() as hub:
        hub.repositories["models/org/name"] = Repository(
            {path: File.of(data, large=not path.endswith(".json")) for path, data in files.items()}
        )
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "none"))
        before = hilt.check("hf:org/name")
    after = hilt.check(tmp_path)
    assert before.outcome == after.outcome
    assert before.report.findings == after.report.findings
    assert before.report.formats == after.report.formats
    assert before.report.subject.digest == after.report.subject.digest
    assert before.report.transfer is not None
    assert before.report.transfer.requests == len(hub.asked)
