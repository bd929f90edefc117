from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

import hilt
from attacks.archives import Part
from attacks.torchserve import COMMAND, HANDLER, mar
from hilt.checks.inspect.torchserve_manifest import CHECK
from hilt.core.finding import Severity
from reading import findings


def manifest(archive: bytes, folder: str = "MAR-INF") -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(f"{folder}/MANIFEST.json")


def seen(archive: bytes, path: str = "model.mar!/MAR-INF/MANIFEST.json") -> list[tuple[Severity, str]]:
    data = manifest(archive, "WAR-INF" if "WAR-INF" in path else "MAR-INF")
    return [(found.severity, found.message) for found in findings(CHECK, data, path)]


def test_an_archive_without_packages_is_quiet() -> None:
    assert seen(mar()) == []
    assert seen(mar(extraFiles="labels.json,vocab.txt"), "MAR-INF/MANIFEST.json") == []


@pytest.mark.parametrize(
    ("archive", "path", "severity", "words"),
    [
        (
            mar(requirementsFile="requirements.txt"),
            "a.mar!/MAR-INF/MANIFEST.json",
            Severity.MEDIUM,
            "'requirements.txt' lists",
        ),
        (mar(serializedFile="/etc/passwd"), "MAR-INF/MANIFEST.json", Severity.HIGH, "which is an absolute path"),
        (mar(extraFiles="a.json, ../b"), "MAR-INF/MANIFEST.json", Severity.HIGH, "which climbs out"),
        (mar(extraFiles=["../b", 7]), "MAR-INF/MANIFEST.json", Severity.HIGH, "which climbs out"),
        (mar(folder="WAR-INF", specFile="http://x/y"), "a.war!/WAR-INF/MANIFEST.json", Severity.HIGH, "which is a URL"),
    ],
)
def test_packages_and_files_elsewhere_are_named(archive: bytes, path: str, severity: Severity, words: str) -> None:
    assert [worst for worst, message in seen(archive, path) if words in message] == [severity]


def test_other_manifests_are_none_of_its_business() -> None:
    data = manifest(mar(requirementsFile="requirements.txt"))
    for path in ("MANIFEST.json", "web/MANIFEST.json", "OTHER-MAR-INF/MANIFEST.json"):
        assert findings(CHECK, data, path) == []


@pytest.mark.parametrize(
    ("archive", "severity", "words"),
    [
        (mar(), None, ""),
        (mar("own", Part(name="own.py", data=HANDLER)), Severity.MEDIUM, "own.py runs when TorchServe loads the model"),
        (
            mar("own.py:handle", Part(name="own.py", data=COMMAND)),
            Severity.CRITICAL,
            "as soon as it is imported: os.system",
        ),
        (mar(modelFile="net.py"), Severity.MEDIUM, "modelFile names 'net.py', and there is no model.mar!/net.py"),
        (mar("../own.py"), Severity.HIGH, "which climbs out with '..'"),
        (
            mar("libown:Handler", Part(name="libown.so", data=b"\x7fELF\2\1\1" + bytes(57)), runtime="LSP"),
            Severity.MEDIUM,
            "libown.so is no Python that can be read",
        ),
    ],
)
def test_what_the_server_imports_is_remote_code(
    tmp_path: Path, archive: bytes, severity: Severity | None, words: str
) -> None:
    path = tmp_path / "model.mar"
    path.write_bytes(archive)
    told = [one for one in hilt.check(str(path)).report.findings if one.check == "remote-code"]
    assert max((one.severity for one in told), default=None) == severity, told
    assert severity is None or [one for one in told if words in one.message and one.severity == severity], told
