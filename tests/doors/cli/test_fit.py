"""`hilt fit` as its users meet it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hilt.core.report_v1 import dump_report
from language_models import reported, variant


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.json"
    file.write_text(dump_report(reported()), encoding="utf-8")
    return file


def hilt(*arguments: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "100", **env}
    command = [sys.executable, "-m", "hilt", "fit", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_verdict_comes_first_and_then_memory_cost_and_why(report: Path) -> None:
    done = hilt(report, "--machine", "h100")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].strip() == "hf:meta-llama/Llama-3.1-8B-Instruct"
    assert lines[1].startswith("  fits  model.safetensors in transformers takes ")
    assert "for a million tokens when busy a quarter of the time, $0.0" in " ".join(done.stdout.split())
    assert max(map(len, lines)) <= 100
    for words in (
        "reserved / touched",
        "Q4_K_M",
        "busy 25 % of the time",
        "this model, hosted",
        "Prices as of ",
        "Why",
    ):
        assert words in done.stdout, words


def test_what_does_not_fit_is_said_with_what_would(report: Path) -> None:
    done = hilt(report, "--memory", "8GB", "--machine", "h100")
    assert done.stdout.splitlines()[1].startswith("  does not fit  ")
    told = " ".join(done.stdout.split())
    assert "Q6_K of llama.cpp would, by an estimate; it would fit RX 7900 XT (21.5 GB)" in told
    assert "US dollars for a million tokens with Q6_K, three of input" in told
    assert "cost cannot be told" not in told
    assert done.stdout.count("memory and bandwidth: fitllm") == 1


def test_of_weights_that_no_engine_is_known_for_the_size_is_told(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    weights = (variant("model.onnx", 25_000_000, "onnx"),)
    file.write_text(dump_report(reported("net", weights, fit__layers=None, model__generates=("label",))))
    lines = [line for line in hilt(file, "--machine", "h100").stdout.splitlines() if line]
    assert lines[1].startswith("  cannot tell  the weights alone take 25 MB of 85.9 GB on H100 80GB; no engine")
    assert lines[3:5] == ["Weights", "              25 MB model.onnx"]
    assert "Cost" not in lines


def test_one_utilisation_instead_of_four(report: Path) -> None:
    done = hilt(report, "--machine", "h100", "--utilisation", "30%")
    assert "busy 30 % of the time" in done.stdout
    assert "busy 25 %" not in done.stdout


def test_this_machine_is_measured_without_a_name(report: Path) -> None:
    done = hilt(report, "--context", "4096")
    assert done.returncode == 0
    assert "this machine" in done.stdout
    assert "one thread" in done.stdout


def test_json_holds_the_rows_and_what_a_verdict_would(report: Path) -> None:
    told = json.loads(hilt(report, "--machine", "h100", "--json").stdout)
    assert told["running"]["fits"] == "fits"
    assert told["running"]["machine"]["name"] == "H100 80GB"
    assert {row["estimate"] for row in told["rows"]} == {True, False}
    assert len(told["running"]["costs"]) >= 12


def test_settings_name_the_machine(report: Path, tmp_path: Path) -> None:
    config = tmp_path / "settings.yaml"
    config.write_text("machine: {name: rack 4, memory: 48GiB, bandwidth: 900GB/s, price_per_hour: 0.5}\n")
    done = hilt(report, "--config", config)
    assert "on rack 4" in " ".join(done.stdout.split())


def test_the_machines_are_listed() -> None:
    done = hilt("--machines")
    assert "H100 80GB" in done.stdout
    assert "Apple M4 16GB" in done.stdout
    assert len(json.loads(hilt("--machines", "--json").stdout)) > 90


def test_a_page_holds_the_pictures_and_every_set_of_weights(report: Path, tmp_path: Path) -> None:
    file = tmp_path / "fit.html"
    done = hilt(report, "--machine", "h100", "-o", f"html:{file}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    page = file.read_text(encoding="utf-8")
    assert page.count('<svg role="img"') == 2
    for words in ("<h1>fits</h1>", "Q4_K_M", "Cost of a million tokens", "All sets of weights"):
        assert words in page, words


def test_of_what_does_not_fit_the_page_draws_the_quantisation_that_would(report: Path, tmp_path: Path) -> None:
    file = tmp_path / "fit.html"
    assert hilt(report, "--memory", "8GB", "--machine", "h100", "-o", f"html:{file}").returncode == 0
    page = file.read_text(encoding="utf-8")
    assert "<h1>does not fit</h1>" in page
    assert "What Q6_K would take and cost, by an estimate" in page
    assert len(set(re.findall(r'id="([^"]+)"', page))) == page.count(' id="')


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a model"),
        (("--utilisation", "0"), "a percentage above 0"),
        (("--utilisation", "150%"), "a percentage above 0"),
        (("--machine", "a100"), "could be A100 40GB, A100 80GB"),
        (("--engine", "x"), "known are llama.cpp"),
        (("--memory", "much"), "a size such as 16GB"),
        (("-o", "pdf:x"), "fit writes html:FILE"),
        (("-o", "html:"), "fit writes html:FILE"),
        (("-o", "html:/nonexistent/x.html"), "No such file or directory"),
    ],
)
def test_a_wrong_call_says_what_is_needed(report: Path, arguments: tuple[str, ...], message: str) -> None:
    done = hilt(*((report, *arguments) if arguments else ()))
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_hostile_name_reaches_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    hostile = variant("\x1b[2J\u202emodel.safetensors", 10**9)
    file.write_text(dump_report(reported("\x1b]0;x", variants=(hostile,))), encoding="utf-8")
    done = hilt(file, "--machine", "h100")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
