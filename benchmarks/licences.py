"""Compares how licence texts are recognised: by hilt, licenseclassifier, askalono and ScanCode.

    python benchmarks/licences.py --texts FOLDER               # hilt, licenseclassifier and askalono
    python benchmarks/licences.py --texts FOLDER --scancode    # ScanCode as well: 730 MB to install

FOLDER holds licences of models as their publishers ship them, under the names of `OWN` below; without it only texts of
standard licences are tried. Three sets: those of FOLDER; licences of the packages that are installed beside this script,
held against the name in their metadata; and the same with a sentence put in that changes them. A tool is *right* if it
says the licence's name, *silent* if it names none or says that the text is no known one, and *wrong* if it calls the text
by another's name. Of a changed text silence is what is right. Times are CPU times of one process that has loaded what it
needs: the median of three runs of each text.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
OWN = {
    "baichuan2-apache.txt": "apache-2.0",
    "chatglm2.txt": "chatglm2",
    "dbrx.txt": "databricks-open-model",
    "deepseek-code-mit.txt": "mit",
    "deepseek-v3-model.txt": "deepseek-model-1.0 deepseek-la-1.0",
    "exaone-4.txt": "exaone-1.2-nc",
    "flux1-dev.txt": "flux-1-dev-nc",
    "flux1-schnell-apache.txt": "apache-2.0",
    "hunyuan-video.txt": "hunyuan-community",
    "kimi-k2-modified-mit.txt": "kimi-k2-modified-mit moonshot-ai-modified-mit-2025",
    "llama2.txt": "llama2 llama-2-license-2023",
    "llama3.txt": "llama3",
    "llama3_1.txt": "llama3.1 llama-3.1-license-2024",
    "llama3_2.txt": "llama3.2 llama-3.2-license-2024",
    "llama3_3.txt": "llama3.3 llama-3.3-license-2024",
    "llama4.txt": "llama4 llama-4-cla-2025",
    "minimax-m2.txt": "minimax-m2-modified-mit",
    "openmdw-1.0.txt": "openmdw-1.0",
    "openmdw-1.1.txt": "openmdw-1.1",
    "qwen-research.txt": "qwen-tongyi-research",
    "qwen-tongyi.txt": "qwen-tongyi-2023 tongyi-qianwen-2023",
    "sdxl-turbo-nc.txt": "stability-nc-2023",
    "sdxl1-openrail++.txt": "openrail++-m",
}
"""By file, its licence as hilt and, where it differs, ScanCode call it."""
SENTENCES = (
    "You must not use the Software for any commercial purpose.",
    "If your product has more than 100 million monthly active users, you shall display its name.",
    "No rights are granted in the European Union.",
)

DRIVER = """
import json, sys, time, statistics
TOOL, RUNS = sys.argv[1], 3
NO_NAMES = ("unknown-license-reference", "warranty-disclaimer", "proprietary-license", "commercial-license")
begun = time.perf_counter()
if TOOL == "hilt":
    from hilt.knowledge.licences.identify import identify, known_texts
    known_texts()
    def named(text):
        found = identify(text)
        return list(found.ids) if found.kind in ("exact", "same", "several") else []
elif TOOL == "licenseclassifier":
    from licenseclassifier import identify_license
    def named(text):
        return [one.id.lower() for one in identify_license(text)]
elif TOOL == "pyaskalono":
    import askalono
    def named(text):
        found = askalono.identify(text)
        return [found.name.lower()] if found and found.score >= 0.9 else []
else:
    from licensedcode.cache import get_index
    index = get_index()
    def named(text):
        said = [one.rule.license_expression for one in index.match(query_string=text) if one.score() >= 90]
        return [one for one in said if one not in NO_NAMES]
named("A text that is no licence of any kind")
loaded = time.perf_counter() - begun
answers = {}
for path in json.load(sys.stdin):
    text = open(path, encoding="utf-8", errors="replace").read()
    times = []
    for _ in range(RUNS):
        begun = time.process_time()
        said = named(text)
        times.append(time.process_time() - begun)
    answers[path] = [list(dict.fromkeys(said)), statistics.median(times) * 1000]
print("\\n" + json.dumps([loaded, answers]))
"""
TOOLS = {
    "hilt": (),
    "licenseclassifier": ("licenseclassifier==2026.10.0",),
    "pyaskalono": ("pyaskalono==0.2.0",),
    "scancode": ("scancode-toolkit-mini==32.5.0", "pluggy<1.6"),
}


def texts(folder: Path | None, work: Path) -> Iterator[tuple[str, Path, set[str]]]:
    """Each text with its set and the names under which it is right; no name for a text that is no known licence."""
    for name, said in OWN.items() if folder else ():
        yield "licences of models", folder / name, set(said.split())
    standard: dict[str, str] = {}
    for distribution in distributions():
        said = (distribution.metadata.get("License-Expression") or "").lower()
        files = [
            one for one in distribution.files or () if one.stem in ("LICENSE", "COPYING") and ".dist-info/" in str(one)
        ]
        if len(files) == 1 and said in ("mit", "apache-2.0", "bsd-3-clause", "bsd-2-clause", "mpl-2.0", "isc"):
            path = Path(str(files[0].locate()))
            keys = {said, {"bsd-3-clause": "bsd-new", "bsd-2-clause": "bsd-simplified"}.get(said, said)}
            yield "licences of packages", path, keys
            standard.setdefault(said, path.read_text(encoding="utf-8"))
    for said, text in standard.items():
        for number, sentence in enumerate(SENTENCES):
            path = work / f"{said}-{number}.txt"
            middle = text.find("\n\n", len(text) // 3)
            path.write_text(f"{text[:middle]}\n\n{sentence}{text[middle:]}", encoding="utf-8")
            yield "one sentence put in", path, set()


def python(tool: str, cache: Path) -> str:
    """An environment with the tool; hilt's own is the one this script runs in."""
    if tool == "hilt":
        return sys.executable
    folder = cache / f"licences-{tool}"
    if not folder.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "-q", *TOOLS[tool]], check=True)
    return str(folder / "bin" / "python")


def judge(said: list[str], right: set[str]) -> str:
    if not said:
        return "silent"
    return "right" if any(one in right for one in said) else "wrong"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=Path, help="licences of models as their publishers ship them")
    parser.add_argument("--scancode", action="store_true", help="compare with ScanCode as well")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "benchmarks", help="environments are kept here")
    parser.add_argument("--list", action="store_true", help="name each text that a tool calls by a wrong name")
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    print(
        "| set | tool | load s | texts | right | silent | wrong | median ms | most ms |\n|---|---|--:|--:|--:|--:|--:|--:|--:|"
    )
    with tempfile.TemporaryDirectory() as work:
        tried = list(texts(given.texts, Path(work)))
        for tool in TOOLS if given.scancode else [one for one in TOOLS if one != "scancode"]:
            command = [python(tool, given.cache), "-W", "ignore", "-c", DRIVER, tool]
            environment = {**os.environ, "PYTHONPATH": str(ROOT / "src") if tool == "hilt" else ""}
            paths = json.dumps([str(path) for _, path, _ in tried])
            done = subprocess.run(command, input=paths, env=environment, capture_output=True, text=True, check=True)
            loaded, answers = json.loads(done.stdout.splitlines()[-1])
            for name in dict.fromkeys(each for each, _, _ in tried):
                rows = [(path, right, *answers[str(path)]) for each, path, right in tried if each == name]
                told = Counter(judge(said, right) for _, right, said, _ in rows)
                times = [taken for *_, taken in rows]
                counts = " | ".join(str(told[word]) for word in ("right", "silent", "wrong"))
                print(
                    f"| {name} | {tool} | {loaded:.2f} | {len(rows)} | {counts} | {statistics.median(times):.1f} | {max(times):.1f} |"
                )
                for path, right, said, _ in rows if given.list else ():
                    if judge(said, right) == "wrong":
                        print(f"    {path.name}: {' '.join(said)}")


if __name__ == "__main__":
    main()
