"""Fuzzes one reader, and every check that reads its format, guided by coverage: fuzz_reader.py READER [--seconds N].

Inputs that reach something new are kept in build/fuzz/READER/, from which the next run goes on.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
with atheris.instrument_imports(include=["hilt"]):
    from fuzz.bounds import MEMORY, Broken, exercise, prepare
    from fuzz.dictionary import words
    from fuzz.repairs import REPAIRS
    from fuzz.seeds import MOST, names, seeds
    from hilt.formats import READERS
    from memory import peak_memory

    prepare()

BUILD = Path(__file__).parents[2] / "build" / "fuzz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reader", choices=[reader.id for reader in READERS])
    parser.add_argument("--seconds", type=int, default=60)
    asked = parser.parse_args()
    reader = next(reader for reader in READERS if reader.id == asked.reader)
    called, allowed = names(reader.id), peak_memory() + MEMORY

    def one(data: bytes) -> None:
        exercise(reader, called[zlib.crc32(data) % len(called)], data)
        if peak_memory() > allowed:
            raise Broken(f"too much memory: more than {MEMORY >> 20} MiB")

    folder = BUILD / reader.id
    corpus, dictionary = folder / "corpus", folder / "dictionary"
    corpus.mkdir(parents=True, exist_ok=True)
    for _, data in seeds()[reader.id]:
        (corpus / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words(reader) or [b"\0"]))  # none must be empty
    options = [
        f"-max_total_time={asked.seconds}",
        f"-max_len={MOST}",
        f"-rss_limit_mb={allowed >> 20}",
        "-timeout=20",
        f"-dict={dictionary}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
    ]
    if reader.id in REPAIRS:
        mutated = partial(_mutated, REPAIRS[reader.id])
        atheris.Setup([sys.argv[0], *options, str(corpus)], one, custom_mutator=mutated)
    else:
        atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


def _mutated(repair: Callable[[bytes], bytes], data: bytes, most: int, _: int) -> bytes:
    return repair(atheris.Mutate(data, most))


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
