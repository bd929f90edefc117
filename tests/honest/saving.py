"""Writes values into files as people do: by pickle in every protocol, and by joblib plain and compressed.

The scripts beside this one make honest files of one library each. Each is run by an interpreter that has the library,
as `python -m honest.NAME FOLDER`; what it wrote is then read by hilt, and never loaded.
"""

from __future__ import annotations

import importlib.util
import itertools
import pickle
import sys
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

PROTOCOLS = range(6)
COMPRESSIONS: list[Any] = [0, *((method, 3) for method in ("zlib", "gzip", "bz2", "xz", "lzma"))]
COMPRESSIONS += [("lz4", 3)] if importlib.util.find_spec("lz4") else []


class Folder:
    """Where files are written. `thorough` writes each value in every way, otherwise values take turns at the ways."""

    def __init__(self, path: Path, *, thorough: bool) -> None:
        self.path, self._thorough = path, thorough
        self._turn = itertools.count()
        path.mkdir(parents=True, exist_ok=True)

    def every_way(self, name: str, value: Any) -> None:
        """By pickle in each protocol, and by joblib with each compression."""
        self._save(name, value, PROTOCOLS, COMPRESSIONS)

    def some_way(self, name: str, value: Any) -> None:
        """By one protocol of pickle, and one compression of joblib; by all where the work is to be thorough."""
        if self._thorough:
            self.every_way(name, value)
            return
        turn = next(self._turn)
        self._save(name, value, [PROTOCOLS[turn % len(PROTOCOLS)]], [COMPRESSIONS[turn % len(COMPRESSIONS)]])

    def _save(self, name: str, value: Any, protocols: Iterable[int], compressions: Iterable[Any]) -> None:
        import joblib

        for protocol in protocols:
            self.write(f"{name}-{protocol}.pkl", lambda file, p=protocol: file.write_bytes(pickle.dumps(value, p)))
        for compression in compressions:
            way = compression[0] if compression else "plain"
            self.write(f"{name}-{way}.joblib", lambda file, c=compression: joblib.dump(value, file, compress=c))

    def write(self, name: str, writer: Callable[[Path], Any]) -> None:
        """Lets `writer` write the file of this name, where that can be done."""
        file = self.path / name
        try:
            writer(file)
        except (TypeError, pickle.PicklingError):  # not every object can be pickled, above all in old protocols
            file.unlink(missing_ok=True)


def main(make: Callable[[Folder], None]) -> None:
    """Makes the files in the folder that the command names; with --thorough, each value in every way."""
    folder, *options = sys.argv[1:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make(Folder(Path(folder), thorough="--thorough" in options))
