"""Measures how long it takes to search a library: on its page, and as clients of the public hub do.

The revisions and their verdicts are made by tests/shelves.py, one file each; the pages and the hub answer in this process, without
sockets. Times are of this machine, whatever else it does; of CPU they are those of the whole answer.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from hilt.core.signed_in import ForLibrary, PassKind
from hilt.core.verdict import Outcome
from hilt.doors.http.app import Beside
from hilt.doors.hub.app import hub
from hilt.doors.hub.paths import meant
from hilt.doors.web.app import pages
from hilt.gate.keeping.library import Library
from hilt.gate.record import keeping_open
from office import Office
from shelves import shelve
from web_office import Browser, WebOffice

ORIGIN, ROUNDS, USE = "http://127.0.0.1:8791", 15, "translation"
TASKS = ("text-generation", "text-classification", "feature-extraction", "translation", "fill-mask")
ASKED = (
    "/library",
    f"/library?use={USE}",
    "/library?q=model-12",
    "/library?task=fill-mask&licence=mit",
    "/library?fits=10GB",
    "/library?task=nothing",
    "/api/models",
    "/api/models?limit=20&sort=downloads",
    "/api/models?search=model-12",
    "/api/models?limit=20&filter=fill-mask",
    "/api/models?full=true",
    "/api/models?filter=nothing",
    "/api/models?limit=1000",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        office = Office.copied(Path(folder))
        with keeping_open(office.settings):
            fill(office, options.models)
        print(
            f"{options.models:,} models", "", "| asked | first, ms | wall ms | CPU ms |", "|---|--:|--:|--:|", sep="\n"
        )
        for row in measured(office):
            print(row, flush=True)


def fill(office: Office, models: int) -> None:
    random, settings = Random(1), office.settings
    os.fsync = lambda _: None  # type: ignore[assignment]  # nobody needs it tomorrow
    type(office).settings = property(lambda _: settings)  # type: ignore[assignment]
    for number in range(models):
        task = random.choice(TASKS)
        told: dict[str, Any] = {"pipeline_tag": task, "tags": ["transformers", "safetensors", task, "en"]}
        told |= {"downloads": random.randrange(10**6), "likes": random.randrange(5000)}
        shelve(
            office,
            f"publisher-{number % 997}/model-{number}",
            outcome=random.choices(tuple(Outcome), (70, 20, 10))[0],
            size=random.randrange(10**11),
            told=told,
            facts={
                "rights.licences": (random.choice(("mit", "apache-2.0")),),
                "fit.reserved": random.randrange(10**11),
            },
        )


def measured(office: Office) -> Iterator[str]:
    """Rows of a table. The first question of a process reads all revisions."""
    settings, web = office.settings, WebOffice(office)
    library = ForLibrary(use=USE, names=("*",), writes=False)
    with keeping_open(settings), Library(settings, ORIGIN) as opened:
        application, _ = pages(settings, ORIGIN, beside=Beside(meant, hub(opened, settings, ORIGIN)), library=opened)
        person = Browser(application, web.secret("Eve"))
        client = Browser(application)
        client.headers["Authorization"] = f"Bearer {web.secret('Eve', PassKind.LIBRARY, label='x', library=library)}"
        for path in ASKED:
            asking, wall, cpu = client if path.startswith("/api") else person, list[float](), list[float]()
            for _ in range(ROUNDS):
                began, used = time.perf_counter(), time.process_time()
                answer = asking.get(path)
                cpu.append(1000 * (time.process_time() - used))
                wall.append(1000 * (time.perf_counter() - began))
                if answer.status_code != 200:
                    raise SystemExit(f"{path}: {answer.status_code} {answer.text[:300]}")
            yield f"| `{path}` | {wall[0]:.0f} | {statistics.median(wall):.0f} | {statistics.median(cpu):.0f} |"


if __name__ == "__main__":
    main()
