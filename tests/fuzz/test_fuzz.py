from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from attacks.archives import honest_tar
from fuzz.dictionary import parts, words
from fuzz.repairs import checksums_of_tar
from fuzz.seeds import seeds
from hilt.formats import READERS
from hilt.formats.reader import Reader
from reading import read

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="inputs are tried in forked processes")
HERE = Path(__file__).parent
IDS = [reader.id for reader in READERS]
GROUPS = [IDS[at : at + 12] for at in range(0, len(IDS), 12)]
"""Few enough to be tried in one process."""

STAND_IN = """
import os, socket, subprocess, sys, time
from types import SimpleNamespace
sys.path.insert(0, {tests!r})
from fuzz.bounds import prepare, verdict
def read(source, limits):
    {code}
prepare()
print(verdict(SimpleNamespace(id="stand-in", fits=lambda head: True, module=SimpleNamespace(read=read)), "x", b"x"))
"""


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.id)
def test_every_reader_has_a_seed_that_it_reads(reader: Reader) -> None:
    assert any(read(data, name).error is None for name, data in seeds()[reader.id])


@pytest.mark.slow
@pytest.mark.parametrize("ids", GROUPS, ids=lambda ids: f"{ids[0]}-to-{ids[-1]}")
def test_seeds_and_what_once_broke_a_bound_stay_within_all_of_them(ids: list[str]) -> None:
    command = [sys.executable, HERE / "regressions.py", *ids]
    unmeasured = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }  # 20 times as fast
    done = subprocess.run(command, env=unmeasured, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("return None", ""),
        ("raise KeyError('x')", "KeyError (<string>, line 7): 'x'"),
        ("os.system('true')", "os.system: "),
        ("subprocess.run('true')", "subprocess.Popen: "),
        ("socket.socket()", "socket.__new__: "),
        ("open('/dev/null', 'w')", "open: "),
        ("eval('1')", "compile: "),
        ("exec((lambda: 1).__code__)", "exec: "),
        ("import this", "import: "),
        ("\n    try: import this\n    except Exception: pass", "import: "),
        pytest.param("while time.process_time() < 4: pass", "too slow: ", marks=pytest.mark.slow),
        pytest.param("while True: pass", "killed: signal ", marks=pytest.mark.slow),
        ("return b'x' * (400 << 20)", "too much memory: "),
    ],
)
def test_an_input_that_breaks_a_bound_is_noticed(code: str, words: str) -> None:
    script = STAND_IN.format(tests=str(HERE.parent), code=code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"{words}"[:30]), done.stdout
    assert bool(words) == bool(done.stdout.strip())


def test_a_failing_input_is_made_as_small_as_it_can_be() -> None:
    from fuzz.regressions import minimise

    assert minimise(bytes(1000) + b"a" + bytes(77) + b"b", lambda data: b"a" in data and b"b" in data) == b"ab"


def test_a_reader_is_fuzzed_with_the_words_of_all_its_parts() -> None:
    assert parts("zip") >= {"zip", "zip_end", "zip_header", "archive"}
    assert "zip" not in parts("keras")
    assert b"PK\x05\x06" in words(next(reader for reader in READERS if reader.id == "zip"))


def test_a_repaired_tar_is_read_again() -> None:
    broken = honest_tar().replace(b"config", b"CONFIG")
    assert [m.path for m in read(checksums_of_tar(broken), "x.tar").value.members[:2]] == [
        "model/",
        "model/CONFIG.json",
    ]
    assert read(broken, "x.tar").value.members[1:] == ()
