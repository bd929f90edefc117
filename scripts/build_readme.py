"""Puts real output into README.md and pages of docs/: what stands between `<!-- run: ... -->` and `<!-- end -->` comes from a real run.

    python scripts/build_readme.py            writes it
    python scripts/build_readme.py --check    fails where a run says something else

`run: hilt ...` is a command, `python:` a session whose lines begin with `>>> `. Both run in an empty folder beside the
models of scripts/example_model.py, scripts/example_derivative.py and scripts/example_weights.py and the record of
scripts/example_record.py, and `hf:` leads to the hub of scripts/example_hub.py. Times of day, durations and what follows from new
keys are no difference. Commands are run in the order of the page; several in one block are joined by ` && `.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from example_hub import hub

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "openness.md")
BLOCK = re.compile(r"<!-- (run|python): ?(.*?) -->\n```(\w+)\n(.*?)```\n<!-- end -->", re.DOTALL)
VARYING = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\+00:00|Z)?| \d\d:\d\d|(?=\s+\(entry|\s+· entry))"
    r"|\b\d+(\.\d+)? s\b|(?<=root        )[0-9a-f]{64}|\+[0-9a-f]{8}\+[A-Za-z0-9+/]{43}[=A-Za-z0-9+/]"
)

SESSION = """
import code, sys
class Console(code.InteractiveConsole):
    def showtraceback(self):
        kind, error, _ = sys.exc_info()
        print('Traceback (most recent call last):', '  ...', f'{kind.__name__}: {error}', sep='\\n')
console = Console()
sys.displayhook = lambda value: None if value is None else print(repr(value))
for line in sys.stdin.read().splitlines():
    print('>>>', line, flush=True)
    console.push(line)
"""


def main(check: bool) -> int:
    stale = False
    with tempfile.TemporaryDirectory() as folder, hub() as there:
        os.environ |= {"HF_ENDPOINT": there.endpoint, "HF_HOME": folder}
        example = [sys.executable, str(ROOT / "scripts" / "example_model.py"), "acme-chat"]
        subprocess.run(example, cwd=folder, check=True)
        derivative = [sys.executable, str(ROOT / "scripts" / "example_derivative.py"), "acme-llama", "acme.yaml"]
        subprocess.run(derivative, cwd=folder, check=True)
        weights = [sys.executable, str(ROOT / "scripts" / "example_weights.py"), "acme-base", "acme-free"]
        subprocess.run(weights, cwd=folder, check=True)
        record = [sys.executable, str(ROOT / "scripts" / "example_record.py"), "office"]
        subprocess.run(record, cwd=folder, check=True)
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            fresh = BLOCK.sub(lambda found: block(found, Path(folder)), text)
            if not check:
                page.write_text(fresh, encoding="utf-8")
            elif VARYING.sub("", fresh) != VARYING.sub("", text):
                print(f"{page.name} shows other output than a run gives; run scripts/build_readme.py", file=sys.stderr)
                stale = True
    return 1 if stale else 0


def block(found: re.Match[str], folder: Path) -> str:
    kind, command, language, body = found.groups()
    if kind == "run":
        output = "".join(f"$ {one}\n{run(shlex.split(one), folder)}" for one in command.split(" && "))
    else:
        lines = [line.removeprefix(">>> ") for line in body.splitlines() if line.startswith(">>> ")]
        output = run(["python", "-I", "-c", SESSION], folder, "\n".join(lines))
    header = f"<!-- {kind}: {command} -->" if command else f"<!-- {kind}: -->"
    return f"{header}\n```{language}\n{output.rstrip()}\n```\n<!-- end -->"


def run(command: list[str], folder: Path, given: str = "") -> str:
    program = Path(sys.executable).with_name(command[0])
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run(
        [str(program), *command[1:]],
        cwd=folder,
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
