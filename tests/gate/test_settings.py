from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid
from hilt.core.limits import Limits
from hilt.gate.settings import Settings, find_settings, read_settings


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    return path


def test_settings_hold_policy_environment_and_limits(tmp_path: Path) -> None:
    text = (
        "policy: [strict, permissive]\nenv: {stage: production}\nlimits: {json_bytes: 100}\n"
        "private_hosts: [Mirror.example, 10.0.0.7]\n"
        "organisation: Acme Ltd\n"
    )
    settings = read_settings(written(tmp_path, text))
    assert settings.policies == ("strict", "permissive")
    assert settings.env == {"stage": "production"}
    assert settings.limits == Limits(json_bytes=100)
    assert settings.private_hosts == ("mirror.example", "10.0.0.7")
    assert settings.organisation == "Acme Ltd"


def test_a_policy_beside_the_settings_is_found_from_anywhere(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").touch()
    assert read_settings(written(tmp_path, "policy: acme.yaml")).policies == (str(tmp_path / "acme.yaml"),)


def test_a_file_that_is_too_large_is_refused_and_not_read_in_part(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="more than 1048576 bytes"):
        read_settings(written(tmp_path, "policy: strict\n" + "# \n" * 400_000 + "policy: permissive\n"))


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, "")
    assert read_settings(path) == Settings(file=str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("polisy: strict", "polisy: unknown key; did you mean policy?"),
        ("env: {stag: x}", "env.stag: unknown key; did you mean stage?"),
        ("env: {stage: 3}", "env.stage: a word is needed here, not 3"),
        ("limits: {json_byte: 3}", "limits.json_byte: unknown key; did you mean json_bytes?"),
        ("limits: {json_bytes: -1}", "limits.json_bytes: a number above 0 is needed here, not -1"),
        ("limits: {json_bytes: 1.5}", "limits.json_bytes: a whole number is needed here, not 1.5"),
        ("limits: {json_bytes: true}", "limits.json_bytes: a number above 0 is needed here, not True"),
        ("policy: 3", "policy: the name of a pack, a path, or a list of them is needed"),
        ("organisation: [Acme]", "organisation: a text is needed here"),
        ("private_hosts: mirror.example", "private_hosts: a list of host names such as mirror.example is needed here"),
        ("private_hosts: ['a/b']", "private_hosts: a list of host names such as mirror.example is needed here"),
        ("- a\n- b", "a table of keys is needed here"),
        ("a: [", "not YAML"),
        ("!!python/object/apply:os.system [echo]", "not YAML"),
    ],
)
def test_what_is_wrong_is_named_with_its_key_path(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(written(tmp_path, text))
    assert words in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "settings.yaml"))


def test_the_named_file_goes_before_the_environment_and_that_before_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, variable, usual = (tmp_path / name for name in ("named.yaml", "variable.yaml", "hilt/settings.yaml"))
    usual.parent.mkdir()
    for path in (named, variable, usual):
        path.write_text(f"policy: {path.stem}")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("HILT_CONFIG", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert find_settings().policies == ("settings",)
    monkeypatch.setenv("HILT_CONFIG", str(variable))
    assert find_settings().policies == ("variable",)
    assert find_settings(str(named)).policies == ("named",)
