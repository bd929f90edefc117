"""Builds the index of callables that hilt ships: `src/hilt/knowledge/callables/index/`. See docs/callables-index.md.

    python scripts/build_callables_index.py --work build/callables [--only SET ...] [--pythons ~/.pyenv/versions]

It makes an environment for each set, reads what is installed there, follows the calls, and writes the files anew.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts" / "callables"), str(ROOT / "src")]

from environments import Scans, scans, tops  # noqa: E402
from old_names import renamed, stubs  # noqa: E402
from primitives import PUBLIC  # noqa: E402
from roads import Roads  # noqa: E402
from sets import SETS, THIN, Set  # noqa: E402
from shards import Index, combine, dump, load, merge, rename, slim, split, write  # noqa: E402
from world import World  # noqa: E402

from hilt.knowledge.callables import INDEX_VERSION  # noqa: E402

FOLDER = ROOT / "src" / "hilt" / "knowledge" / "callables" / "index"
FOLLOWERS = [ROOT / "scripts" / "callables" / f"{name}.py" for name in ("primitives", "roads", "shards", "world")]


def followed(each: Set, found: Scans, work: Path) -> Index:
    """The part of the index that one set gives; kept until a scan or the way in which calls are followed changes."""
    digest = hashlib.sha256()
    for path in [*found.files, *FOLLOWERS]:
        digest.update(path.read_bytes())
    kept = work / f"{each.name}.{digest.hexdigest()[:16]}.json"
    if kept.exists():
        return load(kept.read_text(encoding="utf-8"))
    world, part = World(found.files, PUBLIC), {}
    merge(part, world, Roads(world), found.wanted)
    kept.write_text(dump(part), encoding="utf-8")
    print(f"{each.name}: {len(part)} modules", flush=True)
    return part


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--work", type=Path, default=Path("build/callables"), help="environments and scans are kept here"
    )
    parser.add_argument("--pythons", type=Path, default=Path("~/.pyenv/versions").expanduser(), help="one folder each")
    parser.add_argument("--only", nargs="*", help="sets to build, all without it")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder that is written anew")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    windows = given.work / "windows.jsonl"
    stubs(windows)
    index: Index = {}
    about: dict[str, dict[str, str]] = {}
    standard = tops(windows) | set(renamed())
    for each in SETS:
        if given.only and each.name not in given.only:
            continue
        found = scans(each, given.pythons, given.work)
        if each.standard:
            found.files.append(windows)
            found.wanted.update(tops(windows))
            standard |= found.wanted
        combine(index, followed(each, found, given.work))
        about[each.name] = found.versions
    slim(index, standard, THIN)
    rename(index, renamed())
    write(index, given.out, split(index, standard), {"version": INDEX_VERSION, "sets": about})


if __name__ == "__main__":
    main()
