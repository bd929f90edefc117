"""Makes a pack of all models below a folder, for an index that knows them from the start.

    python scripts/seed_index.py FOLDER PACK              # FOLDER/<model>/..., as a corpus is fetched
    python scripts/seed_index.py FOLDER PACK --sketches   # with what it takes to see removed safeguards: much larger

Each folder is a model of that name, and every set of weights in it one entry. `hilt index import PACK` takes it up.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from hilt.core.errors import HiltError
from hilt.gate.index import add_each, counts, share
from hilt.gate.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--sketches", action="store_true", help="keep the sketches of what matrices write as well")
    told = parser.parse_args()
    with TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        for model in sorted(one for one in told.folder.iterdir() if one.is_dir()):
            add(model, index, sketches=told.sketches)
        entries = share(index, told.pack, (), Settings())
    print(f"{told.pack}: {len(entries)} sets of weights, {told.pack.stat().st_size:,} bytes")


def add(model: Path, index: Path, *, sketches: bool) -> None:
    (one,) = add_each([model], index, settings=Settings(), name=model.name, rows_only=not sketches)
    if isinstance(one, HiltError):
        print(f"{model.name}: {one}")
        return
    print(
        f"{model.name}: {counts(one.added)['new']} new", *(f"\n  {name}: {why}" for name, why in one.left_out), sep=""
    )


if __name__ == "__main__":
    main()
