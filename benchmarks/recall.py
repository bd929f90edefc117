"""Compares what hilt and other scanners stop, and what honest files they raise an alarm over.

    python benchmarks/recall.py --gadgets gadgets.tsv --most 20     # a few of each set, to see that it works
    python benchmarks/recall.py --gadgets gadgets.tsv more.tsv

Five sets: a pickle for each gadget of the tables (`module`, `name` in columns of that name), which calls it with a text;
the tricks of tests/attacks; honest files, written by the scripts in tests/honest; a repository for each kind of attack
that is no pickle, of tests/attacks/kinds; and the honest repositories beside them. Every tool runs with its defaults.
*Stopped* is a file or repository after which the tool's own exit code says no (for hilt: anything but admit); *named*, one
that is stopped with the name of the gadget, or with one of the words of the kind that tell anything, in what the tool says.
Nothing is ever loaded.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"


def _tools() -> ModuleType:
    """The list of tools of inspect.py, by its path: its name is that of a module of the standard library."""
    spec = spec_from_file_location("benchmarks_inspect", Path(__file__).with_name("inspect.py"))
    if spec is None or spec.loader is None:
        sys.exit("inspect.py must stand beside this script")
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a tool said of one file."""

    stopped: bool = False
    text: str = ""
    doubts: str = ""
    """What hilt sends to a person without calling it harmful."""


Names = Mapping[str, list[str]]
"""The files of each subject of a set, by its name; a file of its own is its only one."""
Run = Callable[[list[str]], str]
"""Runs a command of the tool in the folder of the set, and returns what it printed."""


def _hilt(run: Run, names: Names) -> Mapping[str, Said]:  # noqa: ARG001
    verdicts = json.loads(run(["hilt", "check", "--each", "--no-hash", "--json", "."]))["verdicts"]

    def told(verdict: dict[str, Any], *severities: str) -> str:
        findings = verdict["report"]["findings"]
        return " ".join(finding["message"] for finding in findings if finding["severity"] in severities)

    return {
        Path(verdict["report"]["subject"]["reference"]).name: Said(
            stopped=verdict["outcome"] != "admit",
            text=told(verdict, "high", "critical"),
            doubts=told(verdict, "medium"),
        )
        for verdict in verdicts
    }


def _picklescan(run: Run, names: Names) -> Mapping[str, Said]:
    lines = (line.rpartition(": ") for line in run(["picklescan", "-p", "."]).splitlines() if line.endswith(" FOUND"))
    return _gathered(names, ((path, text) for path, _, text in lines))


def _modelscan(run: Run, names: Names) -> Mapping[str, Said]:
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        run(["modelscan", "-p", ".", "-r", "json", "-o", report.name])
        issues = json.loads(Path(report.name).read_text())["issues"]
    return _gathered(names, ((issue["source"], issue["description"]) for issue in issues))


def _fickling(run: Run, names: Names) -> Mapping[str, Said]:
    """One file at a time, for it reads no folders; its last line is the exit code."""

    def one(name: str) -> tuple[str, Said]:
        said = [run(["fickling", "--check-safety", "--print-results", file]) for file in names[name]]
        return name, Said(stopped=not all(text.endswith("exit 0") for text in said), text=" ".join(said))

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(pool.map(one, names))


def _modelaudit(run: Run, names: Names) -> Mapping[str, Said]:
    said = run(["modelaudit", "scan", "--no-cache", "--quiet", "--format", "json", "."])
    issues = json.loads(said[said.index("{") : said.rindex("}") + 1])["issues"]
    told = (
        (issue["location"].partition(" (")[0], issue["message"])
        for issue in issues
        if issue["severity"] in ("critical", "warning") and issue.get("location")
    )
    return _gathered(names, told)


def _hayward(run: Run, names: Names) -> Mapping[str, Said]:
    said = run(["hayward", "scan", ".", "-f", "json"])
    findings = json.loads(said[said.index("{") : said.rindex("}") + 1])["findings"]
    told = (
        (finding["file"], finding["message"]) for finding in findings if finding["severity"] in ("high", "critical")
    )
    return _gathered(names, told)


def _gathered(names: Names, told: Iterable[tuple[str, str]]) -> Mapping[str, Said]:
    """All that was told of each subject; whatever is told here of a path in it stops it."""
    texts: dict[str, list[str]] = {}
    for path, text in told:
        parts = [part for whole in Path(path).parts for part in (whole, whole.partition(":")[0])]
        name = next((part for part in parts if part in names), Path(path).name)
        texts.setdefault(name, []).append(text)
    return {name: Said(stopped=True, text=" ".join(of_file)) for name, of_file in texts.items()}


SAYS: dict[str, Callable[[Run, Names], Mapping[str, Said]]] = {
    "hilt": _hilt,
    "picklescan": _picklescan,
    "modelscan": _modelscan,
    "fickling": _fickling,
    "modelaudit": _modelaudit,
    "hayward": _hayward,
}


def gadgets(folder: Path, tables: Iterable[Path]) -> dict[str, tuple[str, str]]:
    """A pickle for each callable of the tables; (module, name) by the name of its file."""
    sys.path.insert(0, str(TESTS))
    from attacks.pickles import called, p, stacked, text

    made = {}
    for table in tables:
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                module, name = row["module"] or "", row["name"] or ""
                if all(part.isidentifier() for part in f"{module}.{name}".split(".")):
                    data = p(4, called(stacked(module, name), text("echo hilt")))
                    (folder / f"{row['id']}.pkl").write_bytes(data)
                    made[f"{row['id']}.pkl"] = (module, name)
    return made


def tricks(folder: Path) -> None:
    sys.path.insert(0, str(TESTS))
    from attacks.pickles import SAMPLES

    for sample in SAMPLES:
        (folder / f"{sample.id}-{sample.name}").write_bytes(sample.data)


def kinds(folder: Path, neighbours: Path) -> dict[str, frozenset[str]]:
    """A repository for each kind, and the honest ones; the words that tell of each kind, in small letters.

    A pipe is left out: some tools would wait for it until the end.
    """
    sys.path.insert(0, str(TESTS))
    from attacks.kinds import HONEST, KINDS, Pipe, written

    for name, build in HONEST.items():
        written(build(), neighbours / name)
    made = {}
    for kind in KINDS:
        files = kind.files()
        if not any(isinstance(content, Pipe) for content in files.values()):
            written(files, folder / kind.id)
            said = f"{' '.join(kind.words)} {kind.id.rpartition('-')[2]}".lower()
            phrases = (word.lower() for word in kind.words)
            made[kind.id] = frozenset((*phrases, *re.findall(r"[a-z_]{5,}", said))) - EMPTY
    return made


EMPTY = frozenset(
    """about above after another application before behind bytes class files folder holds inside layer layers library model
    metadata names needs operator other outside reads tensor their there these thing times which while whole writes
    """.split()
)
"""Words that tell nothing of one kind, because tools say them of many."""


def honest(folder: Path, pythons: Iterable[str]) -> None:
    """What the scripts in tests/honest write, each run by the first Python that has its library."""
    for script in sorted((TESTS / "honest").glob("*.py")):
        with tempfile.TemporaryDirectory() as made:
            command = ["-m", f"honest.{script.stem}", made]
            written = any(
                subprocess.run([python, *command], cwd=TESTS, check=False, capture_output=True).returncode == 0
                and any(Path(made).iterdir())
                for python in pythons
            )
            for file in Path(made).rglob("*") if written else ():
                if file.is_file():
                    name = "-".join(file.relative_to(made).parts)
                    shutil.move(file, folder / f"{script.stem}-{name}")


def thinned(folder: Path, most: int | None) -> list[str]:
    """The names of the files; with `most`, so many of them, evenly chosen, and the others removed."""
    names = sorted(file.name for file in folder.iterdir())
    step = max(1, len(names) // most) if most else 1
    kept = names[::step][:most]
    for name in set(names) - set(kept):
        shutil.rmtree(folder / name) if (folder / name).is_dir() else (folder / name).unlink()
    return kept


def files_of(folder: Path, name: str) -> list[str]:
    """The files of one subject, as paths in the folder of its set."""
    path = folder / name
    inside = (file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink())
    return [str(file.relative_to(folder)) for file in inside] if path.is_dir() else [name]


SETS = ("gadgets", "tricks", "honest", "kinds", "neighbours")


def rows(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """A row for each set and tool."""
    tools = _tools()
    sets = {name: folder / name for name in SETS if options.sets is None or name in options.sets}
    for path in sets.values():
        path.mkdir()
    targets = gadgets(sets["gadgets"], options.gadgets) if "gadgets" in sets else {}
    words = kinds(sets["kinds"], sets["neighbours"]) if {"kinds", "neighbours"} <= sets.keys() else {}
    if "tricks" in sets:
        tricks(sets["tricks"])
    if "honest" in sets:
        honest(sets["honest"], options.python or [sys.executable])
    for what, path in sets.items():
        names = thinned(path, options.most)
        subjects = {name: files_of(path, name) for name in names}
        for tool in (tools.HILT[0], *tools.PEERS) if names else ():
            word = tool.name.split()[0]
            if options.peers is not None and word not in ("hilt", *options.peers):
                continue
            said = SAYS[word](_runner(tools.environment(tool, options.cache), path, options.seconds), subjects)
            of_each = [(name, said.get(name, Said())) for name in names]
            stopped = sum(one.stopped for _, one in of_each)
            named = sum(
                one.stopped and (_names(one.text, targets.get(name)) or _tells(one, words.get(name)))
                for name, one in of_each
            )
            share = f"{stopped} ({100 * stopped / max(1, len(names)):.1f} %)"
            yield f"| {what} | {len(names)} | {tool.name} | {share} | {named if what in ('gadgets', 'kinds') else ''} |"
            for name, one in of_each:
                if options.list and one.stopped == (what in ("honest", "neighbours")):
                    yield f"|  | | | {name} {' '.join(targets.get(name, ()))} | |"


def _names(text: str, target: tuple[str, str] | None) -> bool:
    return target is not None and target[1].rpartition(".")[2] in text


def _tells(said: Said, words: frozenset[str] | None) -> bool:
    text = f"{said.text} {said.doubts}".lower()
    return words is not None and any(word in text for word in words)


def _runner(commands: Path, folder: Path, seconds: float) -> Run:
    def run(command: list[str]) -> str:
        with tempfile.TemporaryDirectory() as home:
            variables = {
                "PATH": os.pathsep.join((str(commands), os.environ["PATH"])),
                "HOME": home, "LANG": "C.UTF-8", "NO_COLOR": "1", "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1",
            }  # fmt: skip
            whole = [str(commands / command[0]), *command[1:]]
            done = subprocess.run(
                whole, cwd=folder, env=variables, capture_output=True, text=True, timeout=seconds, check=False
            )
        (folder / "safety_results.json").unlink(missing_ok=True)  # which fickling leaves behind
        return f"{done.stdout}\nexit {done.returncode}" if command[0] == "fickling" else done.stdout

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gadgets", type=Path, nargs="*", default=[], help="tables of gadgets (TSV)")
    parser.add_argument(
        "--cache", type=Path, default=Path.home() / ".cache" / "hilt-benchmarks", help="the other tools"
    )
    parser.add_argument(
        "--python",
        nargs="*",
        type=os.path.abspath,
        help="interpreters that have the libraries of tests/honest (this one)",
    )
    parser.add_argument("--most", type=int, help="files of each set, evenly chosen")
    parser.add_argument(
        "--seconds", type=float, default=7200, help="a tool is given up after so many on one set (7200)"
    )
    parser.add_argument("--sets", nargs="*", choices=SETS, help="only these sets; kinds and neighbours go together")
    parser.add_argument("--peers", nargs="*", help="only these tools beside hilt (picklescan modelscan ...)")
    parser.add_argument(
        "--list", action="store_true", help="name the attacks that pass and the honest files that do not"
    )
    options = parser.parse_args()
    options.cache = options.cache.resolve()
    print("| set | files | tool | stopped | named |\n|---|--:|---|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(options, Path(folder)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
