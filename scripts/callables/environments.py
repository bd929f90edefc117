"""Makes an environment for a set, and scans it in its own interpreter, without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sets import SETS, Set

SCAN = Path(__file__).with_name("scan.py")
WASM = "pyodide-"
CRASHES = 40
"""Modules that may kill the interpreter on import before a scan is given up."""


@dataclass(frozen=True, slots=True)
class Scans:
    files: list[Path]
    wanted: set[str]
    versions: dict[str, str]


def scans(each: Set, pythons: Path, work: Path) -> Scans:
    """The files that tell what a set holds: those of its standard library and, where it has packages, theirs."""
    work.mkdir(parents=True, exist_ok=True)
    python = pythons / each.python / "bin" / "python"
    short = each.python.rpartition(".")[0]
    library = python.parents[1] / "lib" / f"python{short}"
    standard = work / f"python{short}.jsonl"
    if each.python.startswith(WASM):
        return _scan_wasm(each, work)
    if not standard.exists():
        plan = {"paths": [str(library), str(library / "lib-dynload")], "roots": [], "builtins": True}
        _scan(python, plan, standard)
    own = tops(standard)
    if each.standard:
        return Scans([standard], own, {"python": each.python})
    environment = work / f"{root(each).name}.venv"
    if not (environment / "done").exists():
        _install(python, environment, root(each).packages)
    installed = environment / "lib" / f"python{short}" / "site-packages"
    out = work / f"{each.name}.jsonl"
    if not out.exists():
        plan = {"paths": [str(installed)], "roots": sorted(each.only), "import": each.imports}
        _scan(environment / "bin" / "python", plan, out)
    versions = {"python": each.python}
    for info in sorted(installed.glob("*.dist-info")):
        name, _, version = info.stem.partition("-")
        if _modules(info) & each.only:
            versions[name.lower().replace("_", "-")] = version
    return Scans([standard, *beside(each, work), out], tops(out) - own, versions)


def _modules(info: Path) -> set[str]:
    """The top-level modules that a distribution installed."""
    lines = (info / "RECORD").read_text(encoding="utf-8").splitlines()
    return {line.partition(",")[0].partition("/")[0].removesuffix(".py") for line in lines}


def root(each: Set) -> Set:
    """The set that makes the environment of this one."""
    while each.environment:
        each = next(other for other in SETS if other.name == each.environment)
    return each


def beside(each: Set, work: Path) -> list[Path]:
    """The scans of the sets that this one shares an environment with."""
    found: list[Path] = []
    while each.environment:
        each = next(other for other in SETS if other.name == each.environment)
        found.append(work / f"{each.name}.jsonl")
    return found


def tops(scan: Path) -> set[str]:
    """The top-level packages that a scan tells of."""
    with scan.open(encoding="utf-8") as lines:
        return {json.loads(line)["module"].partition(".")[0] for line in lines}


def _install(python: Path, environment: Path, packages: tuple[str, ...]) -> None:
    subprocess.run([python, "-m", "venv", environment], check=True)
    pip = [environment / "bin" / "pip", "install", "--quiet", "--prefer-binary", "--only-binary=:all:"]
    subprocess.run([*pip, *packages], check=True)
    (environment / "done").touch()


def _scan_wasm(each: Set, work: Path) -> Scans:
    """Of a Python that is there as WebAssembly for Node only."""
    out, home = work / f"{each.name}.jsonl", work / each.name
    if not out.exists():
        home.mkdir(exist_ok=True)
        subprocess.run(
            ["npm", "install", "--silent", "--prefix", home, f"pyodide@{each.python.removeprefix(WASM)}"], check=True
        )
        node = ["node", SCAN.with_name("scan_wasm.mjs"), home / "node_modules" / "pyodide"]
        subprocess.run([*node, out.with_suffix(".part")], check=True, stdin=subprocess.DEVNULL)
        out.with_suffix(".part").rename(out)
    return Scans([out], tops(out), {"pyodide": each.python.removeprefix(WASM)})


def _scan(python: Path, plan: dict[str, object], out: Path) -> None:
    """Runs the scan, anew without the module that killed it as often as that happens."""
    skip: list[str] = []
    home = out.with_suffix(".home")
    quiet = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "OMP_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "SETUPTOOLS_USE_DISTUTILS": "stdlib",
    }
    alone = ["unshare", "-rn"] if shutil.which("unshare") else []
    for _ in range(CRASHES):
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        planned = home / "plan.json"
        planned.write_text(json.dumps({**plan, "skip": skip}), encoding="utf-8")
        part = out.with_suffix(".part")
        with out.with_suffix(".log").open("w", encoding="utf-8") as log:
            command = [*alone, python, "-I", SCAN, planned.resolve(), part.resolve()]
            done = subprocess.run(
                command,
                cwd=home,
                env=quiet,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
                timeout=3600,
            )
        if done.returncode == 0:
            part.rename(out)
            return
        skip.append(Path(f"{part}.importing").read_text(encoding="utf-8"))
        print(f"{out.stem}: {skip[-1]} ended the scan with {done.returncode}", file=sys.stderr)
    raise RuntimeError(f"the scan for {out} keeps dying: {skip}")
