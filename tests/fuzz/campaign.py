"""Fuzzes readers one by one, as many at a time as there are processors: campaign.py [READER ...] [--seconds N].

What breaks a bound is made small and saved in tests/fuzz/regressions/READER/, where the tests try it again.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.bounds import prepare
from fuzz.dictionary import parts
from fuzz.regressions import keep
from hilt.formats import READERS
from hilt.formats.reader import Reader

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "fuzz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help="ids; all readers if none is given")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader")
    parser.add_argument("--changed", metavar="REVISION", help="only the readers that changed since this revision")
    asked = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("NOT FUZZED: atheris cannot be installed for this Python (dependency group `fuzz`)", file=sys.stderr)
        raise SystemExit(1 if os.environ.get("CI") == "true" else 0)
    chosen = [reader for reader in READERS if not asked.readers or reader.id in asked.readers]
    if unknown := set(asked.readers) - {reader.id for reader in READERS}:
        parser.error(f"no reader has the id {', '.join(sorted(unknown))}")
    if asked.changed:
        changed = _changed_since(asked.changed)
        chosen = [reader for reader in chosen if made_of(reader) & changed]
    prepare()
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        fuzzed = pool.map(lambda reader: _fuzz(reader, asked.seconds), chosen)
        broken = [reader.id for reader, fine in zip(chosen, fuzzed, strict=True) if not fine]
    print(f"{len(chosen)} readers fuzzed, broken: {', '.join(broken) or 'none'}")
    raise SystemExit(1 if broken else 0)


def made_of(reader: Reader) -> set[str]:
    """The source files of a reader."""
    return {f"src/hilt/formats/{part}.py" for part in parts(reader.id.replace("-", "_"))}


def _changed_since(revision: str) -> set[str]:
    command = ["git", "diff", "--name-only", revision, "--", "src/hilt/formats"]
    return set(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def _fuzz(reader: Reader, seconds: int) -> bool:
    """Did every input stay within the bounds?"""
    folder = BUILD / reader.id
    folder.mkdir(parents=True, exist_ok=True)
    for old in _failures(folder):
        old.unlink()
    command = [sys.executable, str(Path(__file__).with_name("fuzz_reader.py")), reader.id, "--seconds", str(seconds)]
    done = subprocess.run(command, capture_output=True, check=False)
    log = done.stderr.decode("utf-8", "replace")
    (folder / "log").write_text(log, encoding="utf-8")
    if done.returncode == 0:
        runs, coverage = re.findall(r"Done (\d+) runs", log), re.findall(r" cov: (\d+)", log)
        print(f"{reader.id}: {runs[-1]} inputs, {coverage[-1]} edges", flush=True)
        return True
    said = [keep(reader, path.read_bytes()) for path in _failures(folder)]
    print(f"{reader.id}: {'; '.join(filter(None, said)) or f'broken in the fuzzer only, see {folder}/log'}", flush=True)
    # A bound of time or memory that is kept where nothing is counted: the fuzzer makes everything slower and larger.
    return bool(said) and not any(said)


def _failures(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(("crash-", "timeout-", "oom-"))]


if __name__ == "__main__":
    main()
