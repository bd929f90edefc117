"""Compares hilt with picklescan, modelscan, fickling, modelaudit and hayward: the same files, the same run, whole processes.

    python benchmarks/inspect.py --small      # a minute: small inputs, to see that it works
    python benchmarks/inspect.py              # 4 GB of inputs

Each tool runs from an environment of its own, which is made with pip on the first run. Commands are those of the tools'
manuals with their defaults; what they print is not compared, only what it took. Ratios are the tool's figure by hilt's.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import hashlib
import os
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import inputs
from blake3 import blake3
from measure import Run, median, run

LONG = 20
"""Seconds; a run that takes longer is not repeated."""


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A tool: what pip installs, its command before the path, and the one that only starts it.

    `folders`: reads folders too. `only` are the inputs that it is run on, empty for all.
    """

    name: str
    packages: tuple[str, ...] = ()
    command: tuple[str, ...]
    starts: tuple[str, ...] = ()
    folders: bool = True
    only: tuple[str, ...] = ()


START = "start-up"
NUMBERS = "numbers.safetensors"
HILT = (
    Tool(name="hilt", command=("hilt", "check"), starts=("hilt", "--version")),
    Tool(name="hilt --no-hash", command=("hilt", "check", "--no-hash")),
    Tool(name="hilt --each", command=("hilt", "check", "--each"), only=("models",)),
    Tool(name="hilt --search-bytes", command=("hilt", "check", "--search-bytes"), only=(NUMBERS,)),
)
PEERS = (
    Tool(name="picklescan 1.0.5", packages=("picklescan==1.0.5",), command=("picklescan", "-p"), starts=("picklescan", "--help")),
    Tool(name="modelscan 0.8.8", packages=("modelscan==0.8.8",), command=("modelscan", "-p"), starts=("modelscan", "--version")),
    Tool(
        name="fickling 0.1.12",
        packages=("fickling==0.1.12", "typing_extensions"),  # which it imports and does not ask for
        command=("fickling", "--check-safety"),
        starts=("fickling", "--version"),
        folders=False,
    ),
    Tool(
        name="modelaudit 0.2.54", packages=("modelaudit==0.2.54",), command=("modelaudit", "scan", "--no-cache"),
        starts=("modelaudit", "--version"),
    ),
    Tool(name="hayward 1.4.1", packages=("hayward==1.4.1",), command=("hayward", "scan"), starts=("hayward", "--version")),
)  # fmt: skip


def environment(tool: Tool, cache: Path) -> Path:
    """The folder of the tool's commands; for hilt that of the Python that runs this script."""
    if not tool.packages:
        return Path(sys.executable).parent
    folder = cache / "environments" / tool.packages[0].replace("==", "-")
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    if not (folder / ".installed").exists():
        print(f"installing {tool.name} ...", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        install = (commands / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        done = subprocess.run((*install, *tool.packages), check=False, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"pip failed for {tool.name}:\n{done.stderr}")
        (folder / ".installed").touch()
    return commands


def measured(command: Sequence[str], commands: Path, options: argparse.Namespace) -> Run:
    """The median of several runs, each in an empty folder that is also its home."""
    runs = []
    for _ in range(options.repeat):
        with tempfile.TemporaryDirectory() as home:
            variables = {
                "PATH": os.pathsep.join((str(commands), os.environ["PATH"])),
                "HOME": home, "LANG": "C.UTF-8", "NO_COLOR": "1", "PROMPTFOO_DISABLE_TELEMETRY": "1", "NO_ANALYTICS": "1",
            }  # fmt: skip
            whole = [str(commands / command[0]), *command[1:]]
            runs.append(run(whole, cwd=Path(home), environment=variables, seconds=options.seconds))
        if runs[-1].wall > LONG:
            break
    return median(runs)


def rows(options: argparse.Namespace) -> Iterator[tuple[str, str, Run | None, Run]]:
    """What was read, by which tool, what it took (None where it reads no folders), and what hilt took."""
    size = "small" if options.small else "full"
    # In another process, because NumPy would count as memory of every command that starts from here; -P as above.
    subprocess.run((sys.executable, "-P", inputs.__file__, size, str(options.cache / size)), check=True)
    tools = [*HILT, *(tool for tool in PEERS if options.peers is None or tool.name.split()[0] in options.peers)]
    places = {tool.name: environment(tool, options.cache) for tool in tools}
    for what, name in {START: START, **inputs.names(inputs.SIZES[size])}.items():
        if options.inputs and name not in options.inputs:
            continue
        base = None
        for tool in tools:
            command = _command(tool, name, options.cache / size)
            if command is None:
                continue
            taken = measured(command, places[tool.name], options) if command else None
            base = base or taken
            if base is not None:
                yield what, tool.name, taken, base


def _command(tool: Tool, name: str, folder: Path) -> tuple[str, ...] | None:
    """How `tool` is run on this input; empty where it reads no folders, None where it is not meant for it."""
    if name == START:
        return tool.starts or None
    if tool.only and name not in tool.only:
        return None
    path = folder / name
    return () if path.is_dir() and not tool.folders else (*tool.command, str(path))


def table(options: argparse.Namespace) -> Iterator[str]:
    yield f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}; median of {options.repeat}\n"
    yield "| input | tool | CPU s | wall s | peak MiB | exit | CPU / hilt | wall / hilt |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    passes: dict[str, float] = {}
    for what, tool, taken, base in rows(options):
        if taken is None:
            yield f"| {what} | {tool} | reads no folder | | | | | |"
            continue
        late = "> " if taken.exit is None else ""
        figures = f"{late}{taken.cpu:.2f} | {late}{taken.wall:.2f} | {taken.peak_mib:,.0f} | {'stopped' if late else taken.exit}"
        yield f"| {what} | {tool} | {figures} | {late}{taken.cpu / base.cpu:.2f} | {late}{taken.wall / base.wall:.2f} |"
        if taken.orphans:
            yield f"| | {tool} | left {taken.orphans} processes behind | | | | | |"
        if what.endswith("random numbers"):
            passes[tool] = taken.cpu
    if passes:
        size = (options.cache / ("small" if options.small else "full") / NUMBERS).stat().st_size / 1e9
        headers = passes["hilt --no-hash"]
        yield f"\nA pass over all bytes (random numbers, less what the headers take): {size / (passes['hilt'] - headers):.2f} GB per"
        yield f"CPU-second for SHA-256 and BLAKE3, {size / (passes['hilt --search-bytes'] - headers):.2f} with the search for programs and keys;"
        yield f"both digests alone, of bytes in memory, on the same machine: {digests_alone():.2f} GB per CPU-second."


def digests_alone() -> float:
    """GB per CPU-second of both digests where nothing has to be read: what no reader can beat."""
    data, speeds = bytes(1 << 28), []
    for _ in range(3):
        begun, sha256, fast = time.process_time(), hashlib.sha256(), blake3()
        for offset in range(0, len(data), 1 << 18):
            chunk = data[offset : offset + (1 << 18)]
            sha256.update(chunk)
            fast.update(chunk)
        speeds.append(len(data) / 1e9 / (time.process_time() - begun))
    return statistics.median(speeds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "hilt-benchmarks", help="inputs, tools")
    parser.add_argument("--small", action="store_true", help="small inputs")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each tool on each input (default: 3)")
    parser.add_argument("--seconds", type=float, default=180, help="a run is stopped after so many (180)")
    parser.add_argument("--peers", nargs="*", help="only these tools beside hilt (picklescan modelscan ...)")
    parser.add_argument("--inputs", nargs="*", help="only these inputs, by file name (model.safetensors models ...)")
    options = parser.parse_args()
    options.cache = options.cache.resolve()
    for line in table(options):
        print(line, flush=True)


if __name__ == "__main__":
    main()
