"""The command line as its users meet it: a real process, its exit code and what it prints."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HILT = [sys.executable, "-m", "hilt"]

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def evil(tmp_path: Path) -> Path:
    folder = tmp_path / "acme-chat"
    subprocess.run([sys.executable, str(ROOT / "scripts" / "example_model.py"), str(folder)], check=True)
    return folder


@pytest.fixture
def honest(tmp_path: Path, evil: Path) -> Path:
    folder = tmp_path / "honest"
    folder.mkdir()
    for name in ("model.safetensors", "config.json", "README.md"):
        (folder / name).write_bytes((evil / name).read_bytes())
    return folder


def hilt(*arguments: str | Path, cwd: Path | None = None, **env: str) -> Done:
    environment = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent", "COLUMNS": "100", **env}
    return subprocess.run(
        [*HILT, *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_a_model_that_runs_code_is_blocked_and_the_call_is_named(evil: Path) -> None:
    done = hilt("check", evil)
    assert done.returncode == 20
    assert done.stdout.splitlines()[0].startswith("BLOCK")
    assert "os.system('echo hilt')" in done.stdout or "posix.system('echo hilt')" in done.stdout


def test_an_honest_model_is_admitted(honest: Path) -> None:
    done = hilt("check", honest)
    assert done.stdout.splitlines()[0].startswith("ADMIT"), done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_of_the_subject_is_changed_or_run(evil: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in evil.iterdir()}
    hilt("check", evil)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in evil.iterdir()} == before


def test_of_several_subjects_the_strictest_decides(evil: Path, honest: Path) -> None:
    assert hilt("check", honest, evil).returncode == 20


def test_each_model_below_a_folder_is_a_subject_of_its_own(evil: Path, honest: Path) -> None:
    done = hilt("check", "--each", evil.parent, "--json")
    assert done.returncode == 20
    verdicts = json.loads(done.stdout)["verdicts"]
    assert {Path(one["report"]["subject"]["reference"]).name: one["outcome"] for one in verdicts} == {
        "acme-chat": "block",
        "honest": "admit",
    }
    assert honest.exists()


def test_an_unreadable_part_sends_an_honest_model_to_a_person(honest: Path) -> None:
    weights = honest / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:20])
    assert hilt("check", honest).returncode == 10


def test_a_missing_path_is_bad_usage(tmp_path: Path) -> None:
    done = hilt("check", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "nowhere: No such file or directory; give the path of a folder or file" in done.stderr


def test_an_empty_reference_is_not_the_folder_where_one_stands() -> None:
    done = hilt("check", "")
    assert done.returncode == 2
    assert "the reference is empty" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = hilt("check", tmp_path / "empty")
    assert (done.returncode, done.stdout) == (3, "")
    assert "holds no file" in done.stderr


def test_nothing_to_check_beside_an_admitted_model_is_told(tmp_path: Path, honest: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = hilt("check", tmp_path / "empty", honest)
    assert done.returncode == 3
    assert "ADMIT" in done.stdout


def test_outputs_go_to_their_files_and_one_to_the_terminal(evil: Path, tmp_path: Path) -> None:
    page, log = tmp_path / "report.html", tmp_path / "hilt.sarif"
    done = hilt("check", evil, "-o", f"html:{page}", "-o", f"sarif:{log}", "-o", "json")
    assert done.returncode == 20
    assert json.loads(done.stdout)["verdicts"][0]["outcome"] == "block"
    assert json.loads(log.read_text())["version"] == "2.1.0"
    assert page.read_text().lower().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--output", "htlm"], "did you mean html?"),
        (["--output", "json:"], "a file is missing behind the colon"),
        (["--output", "json", "--output", "sarif"], "only one --output can go to the terminal"),
        (["--output", "json:/nonexistent/x.json"], "No such file or directory"),
        (["--policy", "defualt"], "did you mean default"),
        (["--config", "/nonexistent/settings.yaml"], "No such file or directory; give --config the path"),
    ],
)
def test_a_wrong_call_says_what_would_be_right(honest: Path, arguments: list[str], words: str) -> None:
    done = hilt("check", honest, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_subject_must_not_bring_its_own_policy(honest: Path) -> None:
    policy = honest / "policy.yaml"
    policy.write_text("policy: mine\nversion: 1\nrules:\n  all-is-well:\n    require: 'true'\n    else: review\n")
    done = hilt("check", honest, "--policy", policy)
    assert done.returncode == 2
    assert "a subject must not bring its own rules" in done.stderr


def test_settings_are_found_where_the_environment_says_and_never_in_the_working_folder(
    evil: Path, honest: Path, tmp_path: Path
) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text("limits:\n  json_bytes: 3\n")
    assert hilt("check", honest, HILT_CONFIG=str(settings)).returncode == 10
    for name in ("settings.yaml", "hilt.yaml", ".hilt.yaml"):
        (evil.parent / name).write_text("policy: permissive\nlimits:\n  json_bytes: 3\n")
    assert hilt("check", honest, cwd=evil.parent).returncode == 0


def test_a_stored_report_is_judged_again_for_another_organisation(honest: Path, tmp_path: Path) -> None:
    (honest / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n# A model\n")
    report, sells, studies = (tmp_path / name for name in ("report.json", "sells.yaml", "studies.yaml"))
    assert hilt("check", honest, "-o", f"json:{report}").returncode == 10
    sells.write_text("profile: {commercial: true}")
    studies.write_text("profile: {commercial: false}")
    done = hilt("judge", report, "--config", sells)
    assert (done.returncode, done.stderr) == (20, "")
    assert "profile.commercial is true, the licence needs false" in " ".join(done.stdout.split())
    done = hilt("judge", report, report, "--config", studies, "--json")
    assert [one["outcome"] for one in json.loads(done.stdout)["verdicts"]] == ["admit", "admit"], done.stderr
    assert done.returncode == 0


def test_what_is_no_report_is_told_with_its_place(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text('{"schema": "hilt.report/1", "verdicts": [{}]}')
    done = hilt("judge", report)
    assert (done.returncode, done.stderr) == (1, f"hilt: {report}: verdicts[0].outcome: this key is missing\n")
    assert hilt("judge", tmp_path / "none.json").returncode == 2


def test_the_stage_reaches_the_policy(honest: Path, tmp_path: Path) -> None:
    policy = tmp_path / "staged.yaml"
    policy.write_text(
        "policy: staged\nversion: 1\nrules:\n  not-in-production:\n"
        "    require: env.stage != 'production'\n    else: block\n    say: Not there.\n"
    )
    codes = [hilt("check", honest, "-p", policy, "--stage", stage).returncode for stage in ("staging", "production")]
    assert [*codes, hilt("check", honest, "-p", policy).returncode] == [0, 20, 10]


def test_checks_and_explain_speak_of_the_same_ids() -> None:
    ids = [row["id"] for row in json.loads(hilt("checks", "--json").stdout)]
    assert "safetensors-header" in ids
    told = hilt("explain", "safetensors-header")
    assert told.returncode == 0
    assert all(heading in told.stdout for heading in ("What:", "Why:", "What it cannot see:", "Fix:"))
    wrong = hilt("explain", "safetensor-header")
    assert wrong.returncode == 2
    assert "did you mean safetensors-header" in wrong.stderr


def test_a_format_is_explained_by_what_can_bite_in_it() -> None:
    told = hilt("explain", "gguf")
    assert told.returncode == 0
    assert all(
        heading in told.stdout for heading in ("What can bite:", "What hilt cannot see:", "*.gguf", "gguf-header")
    )


def test_a_licence_is_explained_under_any_of_its_names() -> None:
    told = hilt("explain", "Llama-3.1")
    assert told.returncode == 0
    assert told.stdout.startswith("llama3.1: Llama 3.1 Community License\n")
    assert "700 million users a month" in told.stdout
    assert all(heading in told.stdout for heading in ("What one gains:", "What one takes on:", "no legal advice"))
    assert "not read: this is what is generally said of it" in " ".join(hilt("explain", "grok-2").stdout.split())
    assert "did you mean llama3.1" in hilt("explain", "lama3.1").stderr


def test_licences_are_listed_with_how_each_is_known() -> None:
    told = hilt("licences").stdout
    rows = {row["id"]: row for row in json.loads(hilt("licences", "--json").stdout)["licences"]}
    assert all(f"\n{licence} " in told for licence in rows)
    assert {licence for licence, row in rows.items() if row["read"] == "K"} == {
        line.split()[0] for line in told.splitlines() if "  NOT READ  " in line
    }
    assert rows["gemma-terms"]["duties"][1]["id"] == "use-policy"


def test_a_rule_is_explained_in_every_pack_that_has_it() -> None:
    told = hilt("explain", "everything-was-read")
    assert told.returncode == 0
    assert "In default:" in told.stdout
    assert "In strict:" in told.stdout


def test_policies_are_shown_and_tested(tmp_path: Path) -> None:
    assert "no-known-attack" in hilt("policy", "show").stdout
    cases = tmp_path / "cases.yaml"
    cases.write_text(
        "cases:\n"
        "  a quiet model is admitted:\n    expect: admit\n"
        "  an attack is blocked:\n"
        "    findings:\n      - {check: pickle-code, severity: critical, path: model.pkl}\n    expect: block\n"
    )
    done = hilt("policy", "test", cases)
    assert done.returncode == 0, done.stdout
    cases.write_text(cases.read_text().replace("expect: admit", "expect: block"))
    assert hilt("policy", "test", cases).returncode == 1


def test_a_waiver_is_printed_for_the_settings_and_then_counts(evil: Path, tmp_path: Path) -> None:
    wanted = ["--check", "pickle-code", "--reason", "a test", "--until", "2999-12-31"]
    printed = hilt("waive", evil, *wanted)
    assert (printed.returncode, printed.stderr) == (0, "")
    settings = tmp_path / "settings.yaml"
    settings.write_text(printed.stdout)
    done = hilt("check", evil, "--config", settings)
    assert done.returncode == 0, done.stdout
    assert "Waived by your settings\n  critical        pickle-code in pytorch_model.bin!/" in done.stdout
    assert hilt("waive", evil, *wanted[:-1], "2020-01-01").returncode == 2


def test_the_version_is_told() -> None:
    import hilt as package

    assert hilt("--version").stdout == f"hilt {package.__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_offered_for_the_usual_shells(shell: str) -> None:
    assert "_HILT_COMPLETE" in hilt("completion", shell).stdout


def test_completion_knows_the_verbs() -> None:
    done = hilt(_HILT_COMPLETE="bash_complete", COMP_WORDS="hilt che", COMP_CWORD="1")
    assert done.stdout.split() == ["plain,check", "plain,checks"]


def test_help_fits_a_terminal_and_names_the_exit_codes() -> None:
    done = hilt("--help", COLUMNS="80")
    assert "0 admit, 10 review, 20 block" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("verb", ["check", "openness", "verify", "fit", "notice"])
def test_a_terminal_that_cannot_show_a_letter_gets_an_escape_for_it(honest: Path, verb: str) -> None:
    folder = honest.rename(honest.with_name("модель"))
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "100"}
    done = subprocess.run([*HILT, verb, folder], env=environment, capture_output=True, encoding="latin-1", check=False)
    assert "Traceback" not in done.stderr
    assert r"\u043c\u043e\u0434\u0435\u043b\u044c" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for another process on Windows")
def test_ctrl_c_leaves_no_half_written_file_and_no_reader_behind(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for number in range(3):
        (tmp_path / "models" / f"{number}.json").write_bytes(b"[" + b"[1.5e3]," * 5_000_000 + b"1]")
    page = tmp_path / "report.html"
    page.write_text("as it was")
    # Where the tests run in the background of a script, SIGINT is ignored, and children would go on ignoring it.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    command = [sys.executable, "-c", f"{listening}from hilt.doors.cli import main; main()", "check"]
    process = subprocess.Popen(
        [*command, str(tmp_path / "models"), "-o", f"html:{page}"], stderr=subprocess.PIPE, text=True
    )
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaint.strip() == "hilt: interrupted; nothing was decided"
    assert page.read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
    listing = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout
    assert [line for line in listing.splitlines() if line.split()[0] == str(process.pid)] == []
