"""How many connections a server takes, where the system lets a process have few files open."""

from __future__ import annotations

import subprocess
import sys

import pytest

resource = pytest.importorskip("resource")

ASKED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
from hilt.doors.http.server import most_connections
print(most_connections(2000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "files"),
    [(256, 1000, 300, 1000), (256, 4400, 2000, 4400), (4500, 4600, 2050, 4500), (64, 128, 10, 128)],
)
def test_it_asks_for_as_many_files_as_it_needs_and_lives_with_what_it_gets(
    soft: int, hard: int, connections: int, files: int
) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this process may not have so many files itself")
    command = [sys.executable, "-c", ASKED, str(soft), str(hard)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.split() == [str(connections), str(files)]
