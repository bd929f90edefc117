"""Builds the index of callables that hilt ships: `src/hilt/knowledge/callables/index/`. See docs/callables-index.md.

    python scripts/build_callables_index.py --work build/callables [--only SET ...] [--pythons ~/.pyenv/versions]

It makes an environment for each set, reads what is installed there, follows the calls, and writes the files anew.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts" / "callables"), str(ROOT / "src")]

from environments import scans, tops  # noqa: E402
from old_names import renamed, stubs  # noqa: E402
from primitives import PUBLIC  # noqa: E402
from roads import Roads  # noqa: E402
from sets import SETS  # noqa: E402
from shards import Index, merge, rename, split, write  # noqa: E402
from world import World  # noqa: E402

from hilt.knowledge.callables.index import VERSION  # noqa: E402

FOLDER = ROOT / "src" / "hilt" / "knowledge" / "callables" / "index"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--work", type=Path, default=Path("build/callables"), help="environments and scans are kept here"
    )
    parser.add_argument("--pythons", type=Path, default=Path("~/.pyenv/versions").expanduser(), help="one folder each")
    parser.add_argument("--only", nargs="*", help="sets to build, all without it")
    given = parser.parse_args()
    index: Index = {}
    about: dict[str, dict[str, str]] = {}
    given.work.mkdir(parents=True, exist_ok=True)
    windows = given.work / "windows.jsonl"
    stubs(windows)
    standard = tops(windows) | set(renamed())
    for each in SETS:
        if given.only and each.name not in given.only:
            continue
        found = scans(each, given.pythons, given.work)
        world = World([*found.files, windows], PUBLIC)
        if not each.packages:
            found.wanted.update(tops(windows))
            standard |= found.wanted
        merge(index, world, Roads(world), found.wanted)
        about[each.name] = found.versions
        print(f"{each.name}: {len(world.names)} modules, {len(index)} in the index")
    rename(index, renamed())
    write(index, FOLDER, split(index, standard), {"version": VERSION, "sets": about})


if __name__ == "__main__":
    main()
