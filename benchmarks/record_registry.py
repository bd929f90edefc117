"""Measures a record with as many models as a large organisation has: the queries behind verbs, a recheck of stored reports
against a new policy, and how long whoever decides waits.

The record of many models is made by tests/record/many.py. Reports to recheck are those of real models, each many times over with
another digest of its first file, so that every one is another subject. Times are of this machine, whatever else it does.
"""

from __future__ import annotations

import sys

sys.path.append(sys.path.pop(0))  # this folder last: the standard library has an `inspect` as well

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parents[1] / "tests" / "record"))

from many import Many, fill
from measure import Run, median, run

from hilt.core.report import Report
from hilt.core.verdict import Outcome
from hilt.gate.check import check_each
from hilt.gate.judge import judged, policies
from hilt.gate.recheck import recheck
from hilt.gate.record import opened
from hilt.gate.recording.verdicts import given
from hilt.gate.settings import Settings, read_settings
from hilt.record.ledger.keys import SigningKey, signing_key_pem
from hilt.record.record import Record

ROUNDS = 200
"""How often each query is asked, about another subject each time."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", metavar="FOLDER", type=Path, nargs="+", help="models whose reports are rechecked")
    parser.add_argument("--models", type=int, default=100_000, help="models in the record that is asked")
    parser.add_argument("--reports", type=int, default=10_000, help="reports that are rechecked")
    parser.add_argument("--runs", type=int, default=5, help="runs of each command")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for part in (queries, rechecking, deciding):
            folder = Path(place) / part.__name__
            folder.mkdir()
            print(part(folder, options), end="\n\n", flush=True)


def queries(folder: Path, options: argparse.Namespace) -> str:
    began = time.perf_counter()
    many = fill(str(folder / "record.db"), options.models)
    took = time.perf_counter() - began
    with Record.open(str(folder / "record.db")) as record:
        entries = record.log.head().size
        rows = [
            f"| {name} | {cpu:.2f} | {wall:.2f} | {most:.2f} |"
            for name, cpu, wall, most in asked(record, many, options.models)
        ]
    size = (folder / "record.db").stat().st_size
    title = f"{options.models:,} models, {entries:,} entries, {size / 1e6:,.0f} MB, written in {took:.0f} s"
    return "\n".join([title, "", "| query | CPU ms | wall ms | slowest, wall ms |", "|---|--:|--:|--:|", *rows])


def asked(record: Record, many: Many, models: int) -> Iterator[tuple[str, float, float, float]]:
    """Each query with the medians of CPU and wall time and the slowest of all, in milliseconds; the first one counts too."""
    random = Random(1)
    places = [one.place for one in record.registry.models(limit=models)]

    def subject() -> str:
        return random.choice(many.subjects)

    asking: dict[str, Callable[[], object]] = {
        "how a subject was judged (status, hold, admit)": lambda: record.registry.model(subject()),
        "what was judged under a reference last (status, admit)": lambda: record.registry.newest_of(
            reference(random, models)
        ),
        "all that was judged under a reference (history)": lambda: record.registry.models(
            reference=reference(random, models)
        ),
        "a page of models, the newest first (status)": lambda: record.registry.models(after=random.choice(places)),
        "a page of those that are blocked": lambda: record.registry.models(
            outcome=Outcome.BLOCK, after=random.choice(places)
        ),
        "a page of those with a word in their reference": lambda: record.registry.models(
            matching=f"model-{random.randrange(models)}"
        ),
        "a page of what people said yes to (recheck)": lambda: record.registry.admitted(after=subject()),
        "requests that may be open (review)": lambda: record.registry.maybe_open(
            today="2026-11-22", after=random.choice(places)
        ),
        "the requests about a subject (review)": lambda: record.registry.requests(subject()),
        "a page of all requests (review)": lambda: record.registry.requests(after=random.choice(places)),
        "the decisions about a subject": lambda: record.registry.decisions(subject()),
        "a page of exceptions (exceptions)": lambda: record.registry.decisions(
            exception=True, after=random.choice(places)
        ),
        "a page of what ends within a month (status --expiring, exceptions)": lambda: record.registry.decisions(
            ending=("2027-01-01", "2027-01-31"), after=random.choice(places)
        ),
        "who runs a subject (withdraw, hold list)": lambda: record.registry.holdings(subject()),
        "a page of who runs what (hold list)": lambda: record.registry.holdings(after=random.choice(places)),
        "everything about a subject, proven (status, history, admit)": lambda: record.history(subject()),
        "the same of 50 subjects": lambda: record.histories([subject() for _ in range(50)]),
        "an entry, proven": lambda: record.recorded(random.choice(places)),
        "a report": lambda: record.document(record.registry.model(subject()).report),  # type: ignore[union-attr]
        "whose key it is": lambda: record.person_of(random.choice(many.keys).public),
        "everybody": record.people,
        "the head of the log, verified": record.log.head,
        "the proof of an entry (log proof)": lambda: record.log.prove(random.choice(places)),
    }
    for name, ask in asking.items():
        cpu, wall = [], []
        for _ in range(ROUNDS):
            began, used = time.perf_counter(), time.process_time()
            ask()
            cpu.append(1000 * (time.process_time() - used))
            wall.append(1000 * (time.perf_counter() - began))
        yield name, statistics.median(cpu), statistics.median(wall), max(wall)


def reference(random: Random, models: int) -> str:
    number = random.randrange(models)
    return f"hf:publisher-{number % 997}/model-{number}"


def rechecking(folder: Path, options: argparse.Namespace) -> str:
    settings = office(folder)
    began = time.perf_counter()
    record_reports(settings, options)
    recorded = time.perf_counter() - began
    began, used = time.perf_counter(), cpu_seconds()
    told = recheck(everything=True, reports_only=True, policy="strict", settings=settings)
    took, used = time.perf_counter() - began, cpu_seconds() - used
    changed = sum(1 for one in told if not isinstance(one, Exception) and one.before is not one.now)
    return (
        f"{options.reports:,} reports of {len(models_in(options.folders))} models recorded in {recorded:.1f} s; rechecked under "
        f"`strict` in {took:.1f} s ({used:.1f} CPU seconds, {1000 * used / options.reports:.1f} ms each); {changed:,} changed their "
        "outcome, and all were recorded anew"
    )


def cpu_seconds() -> float:
    """Of this process and of those that it started and waited for."""
    own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in own)


def record_reports(settings: Settings, options: argparse.Namespace) -> None:
    reports = [verdict.report for verdict in check_each(models_in(options.folders), settings=settings)]  # type: ignore[union-attr]
    chosen = policies(None, settings)
    subjects = others(reports)
    with opened(settings, writing=True) as record:
        for _ in range(0, options.reports, 500):
            some = [given(judged(one, chosen, settings)) for one in islice(subjects, min(500, options.reports))]
            record.commit([event for event, _ in some], documents=[one for _, both in some for one in both])


def others(reports: Sequence[Report]) -> Iterator[Report]:
    """Reports of ever other subjects."""
    number = 0
    while True:
        for report in reports:
            number += 1
            subject = report.subject
            at = next(at for at, entry in enumerate(subject.entries) if entry.sha256)
            other = replace(subject.entries[at], sha256=sha256(str(number).encode()).hexdigest())
            entries = (*subject.entries[:at], other, *subject.entries[at + 1 :])
            yield replace(report, subject=replace(subject, reference=f"/models/{number}", entries=entries))


def models_in(folders: Sequence[Path]) -> list[str]:
    """Every folder with files in it, and every folder below one without."""
    found = []
    for folder in folders:
        inside = sorted(folder.iterdir())
        found += [str(folder)] if any(one.is_file() for one in inside) else [str(one) for one in inside]
    return found


def deciding(folder: Path, options: argparse.Namespace) -> str:
    """What whoever decides waits for, start-up included, in a record with all those models."""
    many = fill(str(folder / "record.db"), options.models)
    settings = office(folder, log_key=many.log_key, made=True)
    (folder / "me.key").write_bytes(signing_key_pem(many.keys[0], None))
    model = models_in(options.folders)[0]
    hilt = [sys.executable, "-m", "hilt"]
    common = ["--config", str(settings.file)]
    signed = [*common, "--key", str(folder / "me.key")]
    commands = {
        "hilt check --record": [*hilt, "check", "--record", model, *common],
        "hilt admit, of what was checked a moment ago": [*hilt, "admit", model, "--use", "search", "--why", "x", *signed],
        "hilt status MODEL": [*hilt, "status", model, *common],
        "hilt history MODEL": [*hilt, "history", model, *common],
        "hilt status, 50 models": [*hilt, "status", *common],
        "hilt withdraw": [*hilt, "withdraw", model, "--why", "x", *signed],
        "hilt bundle write": [*hilt, "bundle", "write", model, "-o", str(folder / "bundle"), *common],
    }  # fmt: skip
    done: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(options.runs):
        for name, command in commands.items():
            one = run(command, cwd=folder, environment=environment(folder), seconds=60)
            if one.exit not in (0, 10, 20):
                sys.exit(f"{name} ended with {one.exit}: {(folder / 'output').read_text()[-2000:]}")
            done[name].append(one)
    rows = [f"| {name} | {one.wall:.2f} | {one.cpu:.2f} |" for name, one in ((n, median(d)) for n, d in done.items())]
    title = f"{Path(model).name} in a record of {options.models:,} models, median of {options.runs}"
    return "\n".join([title, "", "| command | wall s | CPU s |", "|---|--:|--:|", *rows])


def office(folder: Path, *, log_key: SigningKey | None = None, made: bool = False) -> Settings:
    """The settings of a record in `folder`."""
    file = folder / "settings.yaml"
    file.write_text("record: {database: record.db, key: log.key, checkpoint: kept}\n")
    if log_key is not None:
        (folder / "log.key").write_bytes(signing_key_pem(log_key, None))
        (folder / "log.key").chmod(0o600)
    if not made:
        init = [sys.executable, "-m", "hilt", "init", "--config", str(file)]
        subprocess.run(init, check=True, capture_output=True, env=environment(folder))
    return read_settings(file)


def environment(folder: Path) -> dict[str, str]:
    homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    return {name: text for name, text in os.environ.items() if not name.startswith("HILT_")} | homes


if __name__ == "__main__":
    main()
