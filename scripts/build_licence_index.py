"""Builds what hilt reads of licences: `entries.jsonl`, `index.json` and `grams.bin` in `src/hilt/knowledge/licences/`.

    pip download --no-deps --dest build/licences scancode-toolkit-mini==32.5.0
    unzip -d build/licences/scancode build/licences/scancode_toolkit_mini-*.whl 'licensedcode/data/licenses/*'
    (cd build/licences && npm pack spdx-license-list@6.12.0 && tar xzf spdx-license-list-*.tgz)
    python scripts/build_licence_index.py --texts TEXTS \\
        --spdx build/licences/package --scancode build/licences/scancode/licensedcode/data/licenses

TEXTS holds licences as their publishers ship them, one file each. `licence_texts.tsv` beside this script says which licence
a file of TEXTS or of ScanCode's is the text of. Files of the list of SPDX are found by the `spdx` of the entries; those
without an entry are known by name and text alone. The texts themselves are not kept, only hashes of four words each.

Run it whenever an entry changes, or `words.py`, by which texts are told: hilt itself reads no YAML of licences. Without any text
(`python scripts/build_licence_index.py`) entries and names are renewed, and the texts stay those that are known.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from hilt.knowledge.licences.entry import entries as written  # noqa: E402
from hilt.knowledge.licences.grams import pack as packed_grams  # noqa: E402
from hilt.knowledge.licences.identify import digest  # noqa: E402
from hilt.knowledge.licences.licence import PACK_VERSION, Licence  # noqa: E402
from hilt.knowledge.licences.names import ids_of, names_of  # noqa: E402
from hilt.knowledge.licences.words import words  # noqa: E402

FOLDER = ROOT / "src" / "hilt" / "knowledge" / "licences"
TABLE = Path(__file__).with_name("licence_texts.tsv")
SHORT = 1_000
"""Words: shorter licences are all kept, since it is they that differ from each other by a sentence."""
OPEN_CONTENT = (
    "CC",
    "CDLA-",
    "ODC-",
    "ODbL-",
    "PDDL-",
    "OGL-",
    "C-UDA-",
    "O-UDA-",
    "etalab-",
    "DL-DE-",
    "MDL-",
    "FSL-",
    "BUSL-",
)
LATER = r"(?:-only|-or-later|\+)$"
APPENDIX = "appendix: how to apply"
END = "end of terms and conditions"
CC0_END = "\n\nFor more information, please see <http://creativecommons.org/publicdomain/zero/1.0/>"
NOTICES = {
    "apache-2.0": ("licensed under the apache license, version 2.0", "limitations under the license."),
    "gpl-2.0": (
        "this program is free software; you can redistribute",
        "see the gnu general public license for more details.",
    ),
    "gpl-3.0": (
        "this program is free software: you can redistribute",
        "see the gnu general public license for more details.",
    ),
    "agpl-3.0": (
        "this program is free software: you can redistribute",
        "affero general public license for more details.",
    ),
    "lgpl-2.1": (
        "this library is free software; you can redistribute",
        "lesser general public license for more details.",
    ),
    "mpl-2.0": ("this source code form is subject to the terms", "obtain one at https://mozilla.org/mpl/2.0/."),
}
"""Licences that say at their end which notice stands for them in a file: how it begins and ends."""
SOURCES = {
    "spdx": "SPDX License List, by npm spdx-license-list 6.12.0 (CC0-1.0)",
    "scancode": "ScanCode LicenseDB, by scancode-toolkit-mini 32.5.0 (CC-BY-4.0, (c) nexB Inc. and others)",
    "texts": "the publishers' own copies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A text: of which licence, whether it is the licence, a policy or a notice, and its words."""

    id: str
    of: str
    words: list[str]
    name: str = ""
    spdx: str = ""


def listed(folders: dict[str, Path]) -> Iterator[Found]:
    """The texts that the table names."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            folder = folders.get(row["source"])
            if folder is None:
                continue
            text = (
                scancode_text(folder / row["file"])[1]
                if row["source"] == "scancode"
                else (folder / row["file"]).read_text("utf-8")
            )
            yield from forms(Found(id=row["id"], of=row["of"], words=[], name=row["name"]), text)


def scancode_text(path: Path) -> tuple[str, str]:
    """What a file of ScanCode's says of a licence, and its text."""
    _, about, text = f"{path.read_text(encoding='utf-8')}\n".split("---\n", 2)
    return about, text


def entry(spdx: str, ids: dict[str, str]) -> str:
    """The entry for a text: that of one version alone, since the text does not say whether later ones are allowed."""
    plain = re.sub(LATER, "", spdx)
    return ids.get(f"{plain}-only") or ids.get(plain) or ids.get(spdx) or ""


def also(folder: Path, ids: dict[str, str]) -> Iterator[Found]:
    """ScanCode's copies of the standard licences of the pack: some differ from SPDX's in what is often passed on with them."""
    for path in sorted(folder.glob("*.LICENSE")):
        about, text = scancode_text(path)
        spdx = about.partition("\nspdx_license_key: ")[2].partition("\n")[0]
        if key := entry(spdx, ids):
            yield from forms(Found(id=key, of="licence", words=[]), text)


def standard(folder: Path, ids: dict[str, str]) -> Iterator[Found]:
    """The licences of SPDX's list that are worth knowing; `ids` are those of the pack by their names there."""
    about: dict[str, dict[str, Any]] = json.loads((folder / "spdx.json").read_text(encoding="utf-8"))
    for spdx in sorted(about):
        plain = re.sub(LATER, "", spdx)
        row = json.loads((folder / "licenses" / f"{spdx}.json").read_text(encoding="utf-8"))
        text: str = row["licenseText"]
        key = entry(spdx, ids) or plain.lower()
        worth = key in ids.values() or about[spdx].get("osiApproved") or spdx.startswith(OPEN_CONTENT)
        if worth or len(text.split()) <= SHORT:
            yield from forms(Found(id=key, of="licence", words=[], name=row["name"], spdx=plain), text)


def forms(found: Found, text: str) -> Iterator[Found]:
    """The text, and the parts of it that are passed around as the whole: without the appendix, without what ends it."""
    low = text.lower()
    cuts = {len(text)}
    if found.id == "apache-2.0" and found.of == "licence":
        cuts |= {at for at in (low.find(END), low.find(END) + len(END), low.find(APPENDIX)) if at > len(END)}
    parts = [(text[:cut], found.of) for cut in sorted(cuts, reverse=True)]  # the whole first
    parts += [(part, found.of) for part in creative_commons(found.id, text, low)]
    begin, end = NOTICES.get(found.id, ("", ""))
    line = " ".join(text.split())
    if begin and (at := line.lower().find(begin)) >= 0 and (last := line.lower().find(end, at)) >= 0:
        notice = line[at : last + len(end)]
        parts += [(notice, "notice"), *((f"{part}\n\n{notice}", of) for part, of in parts[1:])]
    for part, of in parts:
        said = words(part).words
        if len(said) >= 10:
            later = f"{found.id}-or-later" if of == "notice" and "any later version" in part else found.id
            yield Found(id=later, of=of, words=said, name=found.name, spdx=found.spdx)


def creative_commons(key: str, text: str, low: str) -> Iterator[str]:
    """The licence alone, without what Creative Commons says of itself before and behind it, as code hosts write it."""
    if key == "cc0-1.0" and (at := low.find("statement of purpose")) >= 0:
        yield f"CC0 1.0 Universal\n\n{text[at:]}"
        yield f"CC0 1.0 Universal\n\n{text[at:]}{CC0_END}"
    if key.startswith("cc-by") and (at := low.find("by exercising the licensed rights")) >= 0:
        begin = low.rfind("creative commons", 0, at)
        end = low.find("creative commons is not a party", at)
        yield text[begin : end if end >= 0 else None]
        yield text[begin:]


def distinct(found: Iterable[Found]) -> list[Found]:
    """Each text once: the first that has it names it."""
    kept: dict[str, Found] = {}
    for one in found:
        kept.setdefault(digest(one.words), one)
    return list(kept.values())


def named(entry: Licence, texts: int) -> dict[str, Any]:
    """What the index says of an entry."""
    values = {name: getattr(entry, name) for name in ("name", "hub", "aliases", "links", "spdx")}
    return {**{name: value for name, value in values.items() if value}, "texts": texts}


def write(tree: dict[str, Any], path: Path) -> None:
    """Writes the index, one value a line, so that a change is seen in a diff."""
    rows = {
        key: json.dumps(value, ensure_ascii=False, indent=0 if key != "version" else None)
        for key, value in tree.items()
    }
    text = ",\n".join(f"{json.dumps(key)}: {row}" for key, row in rows.items())
    path.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


def write_entries(entries: Iterable[Licence], path: Path) -> None:
    """Writes the entries, one a line, each with all that is shared."""
    lines = [json.dumps(entry.plain(), ensure_ascii=False) + "\n" for entry in entries]
    path.write_text("".join(lines), encoding="utf-8")


def told_by() -> str:
    """SHA-256 of the code by which words are told, blank lines and lines of comments left out."""
    lines = Path(words.__code__.co_filename).read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return sha256("\n".join(code).encode()).hexdigest()


def renew_names(entries: Mapping[str, Licence], path: Path) -> None:
    """The index at `path` with the names that the entries have now, and the texts as they are."""
    tree = json.loads(path.read_text(encoding="utf-8"))
    of = [licence_id for licence_id, kind, _ in tree["texts"] if kind == "licence"]
    known = {key: row for key, row in tree["standard"].items() if key not in entries}
    write(index(entries, Counter(of), tree["sources"], known, tree["texts"], tree["told_by"]), path)
    print(f"names of {len(entries)} licences")


def index(
    entries: Mapping[str, Licence],
    counts: Mapping[str, int],
    sources: Mapping[str, str],
    known: Mapping[str, Any],
    texts: Sequence[Sequence[str]],
    code: str,
) -> dict[str, Any]:
    """What `index.json` holds; `known` are the licences that have no entry, `counts` how many texts of each there are,
    `code` is what `told_by` gave when the words of the texts were told."""
    return {
        "version": PACK_VERSION,
        "sources": sources,
        "licences": {key: named(entry, counts.get(key, 0)) for key, entry in entries.items()},
        "ids": ids_of(entries.values()),
        "names": names_of(entries.values()),
        "standard": known,
        "texts": texts,
        "told_by": code,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=Path, help="a folder of licences as their publishers ship them")
    parser.add_argument("--spdx", type=Path, help="the npm package spdx-license-list, unpacked; left out: names alone")
    parser.add_argument("--scancode", type=Path, help="licensedcode/data/licenses of ScanCode")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where both files are written")
    given = parser.parse_args()
    entries = {entry.id: entry for entry in written()}
    given.out.mkdir(parents=True, exist_ok=True)
    write_entries(entries.values(), given.out / "entries.jsonl")
    if given.spdx is None:
        renew_names(entries, given.out / "index.json")
        return
    folders = {name: folder for name in ("texts", "scancode") if (folder := getattr(given, name))}
    by_spdx = {entry.spdx: key for key, entry in entries.items() if entry.spdx}
    parts = [
        listed(folders),
        standard(given.spdx, by_spdx),
        *([also(given.scancode, by_spdx)] if given.scancode else []),
    ]
    found = distinct(one for part in parts for one in part)
    counts = {key: sum(one.id == key and one.of == "licence" for one in found) for key in {one.id for one in found}}
    sources = {name: said for name, said in SOURCES.items() if name == "spdx" or name in folders}
    known = {
        one.id: {"name": one.name, **({"spdx": one.spdx} if one.spdx else {}), "texts": counts[one.id]}
        for one in sorted(found, key=lambda one: one.id)
        if one.id not in entries
    }
    texts = [[one.id, one.of, digest(one.words)] for one in found]
    write(index(entries, counts, sources, known, texts, told_by()), given.out / "index.json")
    (given.out / "grams.bin").write_bytes(packed_grams([one.words for one in found]))
    missing = sorted(key for key in entries if not counts.get(key))
    print(f"{len(found)} texts of {len(counts)} licences; no text of {len(missing)} entries: {' '.join(missing)}")


if __name__ == "__main__":
    main()
