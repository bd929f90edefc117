"""Measures what it costs to sign and to verify a model, against the reference tool of OpenSSF Model Signing.

Weights are random numbers in as many files as asked, in the page cache. The tools take turns, so that what else the machine
does falls on all of them.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import os
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

from measure import Run, median, run

CHUNK = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()), help="where the model is written")
    parser.add_argument("--bytes", type=int, default=4 * 10**9, help="size of the model")
    parser.add_argument("--files", type=int, default=5, help="files of weights")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    needed, free = 1.1 * options.bytes, shutil.disk_usage(options.folder).free
    if free < 2 * needed:
        parser.error(f"{options.folder} has {free / 1e9:.0f} GB left, and twice {needed / 1e9:.0f} GB are asked for")
    with tempfile.TemporaryDirectory(dir=options.folder) as place:
        model = write_model(Path(place), options.bytes, options.files)
        keys = write_keys(Path(place))
        print(table(measured(model, keys, options.runs), options))


def write_model(place: Path, size: int, files: int) -> Path:
    """A folder with a config and `files` files of weights, of `size` bytes together."""
    model = place / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    for number in range(files):
        with (model / f"model-{number + 1:05}-of-{files:05}.safetensors").open("wb") as file:
            for _ in range(size // files // CHUNK):
                file.write(os.urandom(CHUNK))
    return model


def write_keys(place: Path) -> tuple[Path, Path]:
    """A private key and its public one."""
    private, public = place / "signing.pem", place / "signing.pub"
    making = "openssl ecparam -name prime256v1 -genkey -noout -out".split()
    subprocess.run([*making, str(private)], check=True)
    subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True)
    return private, public


def measured(model: Path, keys: tuple[Path, Path], runs: int) -> dict[str, Run]:
    """The median of each command; every round runs all of them once."""
    private, public = map(str, keys)
    python, where, place = sys.executable, str(model), model.parent
    signature = str(model / "model.sig")
    reference = [python, "-m", "model_signing"]
    hilt = [python, "-m", "hilt"]
    commands = {
        "model-signing sign": [
            *reference, "sign", "key", where, "--private_key", private, "--signature", signature,
        ],
        "hilt sign": [*hilt, "sign", where, "--key", private, "--signature", str(model / "own.sig")],
        "model-signing verify": [
            *reference, "verify", "key", where, "--public_key", public, "--signature", signature,
            "--ignore-paths", str(model / "own.sig"),
        ],
        "hilt verify, the first time": [
            *hilt, "verify", where, "--key", public, "--signature", str(model / "own.sig"), "--trust-nothing",
        ],
        "hilt verify, the second time": [
            *hilt, "verify", where, "--key", public, "--signature", str(model / "own.sig"),
        ],
    }  # fmt: skip
    done: dict[str, list[Run]] = {name: [] for name in commands}
    environment = {**os.environ, "XDG_CACHE_HOME": str(place / "cache"), "XDG_CONFIG_HOME": str(place / "none")}
    for _ in range(runs):
        for name, command in commands.items():
            one = run(command, cwd=place, environment=environment, seconds=600)
            if one.exit != 0:
                sys.exit(f"{name} ended with {one.exit}: {(place / 'output').read_text()[-2000:]}")
            done[name].append(one)
        (model / "model.sig").unlink()
        (model / "own.sig").unlink()
    return {name: median(some) for name, some in done.items()}


def table(medians: dict[str, Run], options: argparse.Namespace) -> str:
    base = {"sign": medians["model-signing sign"], "verify": medians["model-signing verify"]}
    tools = f"model-signing {version('model-signing')}, cryptography {version('cryptography')}"
    rows = [
        f"{options.bytes / 1e9:.1f} GB in {options.files} files, median of {options.runs}; {tools}",
        "",
        "| command | CPU s | wall s | peak MiB | CPU / model-signing | wall / model-signing |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, one in medians.items():
        other = base["sign" if " sign" in name else "verify"]
        rows.append(
            f"| {name} | {one.cpu:.2f} | {one.wall:.2f} | {one.peak_mib:.0f} | {one.cpu / other.cpu:.2f} | "
            f"{one.wall / other.wall:.2f} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    main()
