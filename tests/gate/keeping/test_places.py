from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid, UsageError
from hilt.gate.configured.library_settings import LibrarySettings, UpstreamSettings
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.keeping.places import library_folder, refuse_loops
from hilt.gate.settings import Settings

OWN = ("https://hilt.acme.example", "http://0.0.0.0:8791")


def from_hub(url: str) -> Settings:
    hub = UpstreamSettings(name="hub", url=url)
    return Settings(
        library=LibrarySettings(upstreams=(UpstreamSettings(name="a", folder="/a"), hub)), file="settings.yaml"
    )


def test_the_library_lies_beside_the_key_of_the_log_unless_the_settings_say_where(tmp_path: Path) -> None:
    record = RecordSettings(database=str(tmp_path / "r.db"), key=str(tmp_path / "keys" / "log.key"))
    assert library_folder(Settings(record=record)) == tmp_path / "keys" / "library"
    elsewhere = LibrarySettings(folder=str(tmp_path / "kept"))
    assert library_folder(Settings(record=record, library=elsewhere)) == tmp_path / "kept"
    assert list(tmp_path.iterdir()) == [], "nothing is made by asking"


@pytest.mark.parametrize(
    "url",
    ["https://hilt.acme.example", "https://HILT.acme.example:443/hub", "http://127.0.0.1:8791", "http://localhost:8791/x", "http://[::1]:8791"],
)  # fmt: skip
def test_a_server_that_would_ask_itself_does_not_start(url: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"settings.yaml: library.upstreams\[1\].url: .* is this server itself"):
        refuse_loops(from_hub(url), OWN)


@pytest.mark.parametrize("url", ["https://huggingface.co", "https://hilt.acme.example:8443", "http://127.0.0.1:8792"])
def test_another_server_is_asked_wherever_it_is(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", OWN[0])
    refuse_loops(from_hub(url), OWN)


def test_the_hub_of_the_environment_is_not_the_server_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://localhost:8791/")
    with pytest.raises(UsageError, match="HF_ENDPOINT names this server itself"):
        refuse_loops(Settings(), OWN)
    monkeypatch.delenv("HF_ENDPOINT")
    refuse_loops(Settings(), OWN)
