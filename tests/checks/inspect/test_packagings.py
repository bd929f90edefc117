"""Whole packages: what is inside of them is found however they are packed, and honest ones are quiet."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path

import pytest

import hilt
from attacks import gguf
from attacks.archives import Part, compressed, torch_zip, zip_of
from attacks.foreign_archives import ar, rar_five, seven_zip
from attacks.oci import tar
from attacks.skops_models import HOSTILE, skops
from hilt.core.finding import Severity
from hilt.core.report import Report

SAFETENSORS = b"\x08\0\0\0\0\0\0\0{}      "
EVIL = b"cposix\nsystem\n(S'echo hilt'\ntR."
NEMO = b"target: nemo.collections.asr.models.EncDecCTCModel\ncfg:\n  encoder: {_target_: nemo.collections.asr.modules.ConvASREncoder}\n"


def report(path: Path, data: bytes) -> Report:
    path.write_bytes(data)
    return hilt.check(str(path)).report


def worst(told: Report) -> Severity:
    return max((found.severity for found in told.findings), default=Severity.INFO)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "model.nemo",
            tar({"./model_config.yaml": NEMO, "./model_weights.ckpt": torch_zip(), "./vocab.txt": b"a\nb\n"}),
        ),
        ("model.nemo", compressed(tar({"model_config.yaml": NEMO, "model_weights.ckpt": torch_zip()}), "gzip")),
        ("model.tar", tar({"net/model.safetensors": SAFETENSORS, "net/model.gguf": gguf.gguf()})),
        ("model.7z", seven_zip([("model.safetensors", SAFETENSORS), ("model.gguf", gguf.gguf())])),
        ("model.7z", seven_zip([("model.tar.gz", compressed(tar({"model.safetensors": SAFETENSORS}), "gzip"))])),
        (
            "net-1-py3-none-any.whl",
            zip_of(
                Part(name="net/__init__.py", data=b"x = 1\n"),
                Part(name="net-1.dist-info/WHEEL", data=b"Wheel-Version: 1.0\n"),
            ),
        ),
        (
            "model.deb",
            ar(
                [
                    ("debian-binary", b"2.0\n"),
                    ("data.tar.xz", compressed(tar({"model.safetensors": SAFETENSORS}), "xz")),
                ]
            ),
        ),
    ],
)
def test_honest_packages_are_quiet(tmp_path: Path, name: str, data: bytes) -> None:
    told = report(tmp_path / name, data)
    assert worst(told) <= Severity.LOW, told.findings
    assert told.coverage.complete


@pytest.mark.parametrize(
    ("name", "data", "check"),
    [
        (
            "model.nemo",
            tar({"model_config.yaml": b"cfg: {_target_: os.system, command: echo hilt}\n"}),
            "config-targets",
        ),
        ("model.7z", seven_zip([("model.pkl", EVIL)]), "pickle-code"),
        ("model.bin", seven_zip([("data.pkl", EVIL)], layers=1), "pickle-code"),
        ("model.rar", rar_five([("model.pkl", EVIL)]), "pickle-code"),
        ("model.deb", ar([("data.tar.gz", compressed(tar({"model.pkl": EVIL}), "gzip"))]), "pickle-code"),
        ("model.zip", zip_of(Part(name="a.tar", data=tar({"b.7z": seven_zip([("c.pkl", EVIL)])}))), "pickle-code"),
        (
            "model.tar.gz",
            gzip.compress(tar({"model.skops": skops(HOSTILE["a command as a function"])})),
            "skops-foreign-type",
        ),
    ],
)
def test_what_is_inside_is_found(tmp_path: Path, name: str, data: bytes, check: str) -> None:
    told = report(tmp_path / name, data)
    assert (check, Severity.CRITICAL) in {(found.check, found.severity) for found in told.findings}, told.findings


@pytest.mark.parametrize("suffix", ["7z", "zip"])
def test_archives_inside_each_other_end(tmp_path: Path, suffix: str) -> None:
    data = b"the end\n"
    for level in range(12):
        data = seven_zip([(f"{level}.7z", data)]) if suffix == "7z" else zip_of(Part(name=f"{level}.zip", data=data))
    told = report(tmp_path / f"model.{suffix}", data)
    assert any(found.check == "archive-bomb" for found in told.findings)
    assert not told.coverage.complete


@pytest.mark.slow
def test_a_7z_that_explodes_is_stopped(tmp_path: Path) -> None:
    told = report(tmp_path / "model.7z", seven_zip([("a.bin", bytes(300 << 20))]))
    assert {found.check for found in told.findings if found.severity == Severity.HIGH} == {"archive-bomb"}
    assert not told.coverage.complete


def test_a_package_of_aotinductor_tells_its_library(tmp_path: Path) -> None:
    library = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHI", 3, 62, 1) + bytes(40)
    package = zip_of(
        Part(name="net/archive_format", data=b"pt2"),
        Part(name="net/data/aotinductor/model/net.wrapper.so", data=library),
        Part(
            name="net/data/aotinductor/model/net.wrapper_metadata.json",
            data=json.dumps({"AOTI_DEVICE_KEY": "cpu"}).encode(),
        ),
    )
    told = report(tmp_path / "net.pt2", package)
    (found,) = [one for one in told.findings if one.check == "native-code"]
    assert (found.severity, "which loading the package runs" in found.message) == (Severity.MEDIUM, True)
    fact = told.fact("inspect.code_on_load")
    assert fact is not None
    assert fact.value is True
