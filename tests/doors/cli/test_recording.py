"""`hilt check --record`: verdicts on the record, where they stand, and what is said where they are not."""

from __future__ import annotations

import json
from pathlib import Path

from hilt.core.progress import Silent
from hilt.gate.check import check
from hilt.gate.record import opened
from hilt.gate.recording.named_subject import named_subject
from office import KNOWN_ROAD, Office


def test_the_last_line_says_where_it_stands(office: Office) -> None:
    done = office.run("check", office.model(), "--record")
    assert (done.code, done.err) == (10, "")
    assert done.out.splitlines()[-1] == "recorded: entry 11 of the log"
    assert office.entries() == 12


def test_several_are_recorded_together_and_json_stays_json(office: Office) -> None:
    models = [office.model("one"), office.model("two", weights=KNOWN_ROAD)]
    done = office.run("check", *models, "--record", "--json")
    assert (done.code, done.err) == (20, "recorded: entries 11 to 12 of the log\n")
    assert [one["outcome"] for one in json.loads(done.out)["verdicts"]] == ["review", "block"]
    with opened(office.settings) as record:
        assert [Path(one.reference).name for one in record.registry.models()] == ["two", "one"]


def test_what_has_no_digest_is_not_recorded_and_that_is_a_failure(office: Office) -> None:
    done = office.run("check", office.model(), "--record", "--no-hash")
    assert (done.code, office.entries()) == (1, 11)
    assert "a verdict is recorded of bytes with a digest, and none was made: leave out --no-hash" in done.err
    assert done.out.startswith("REVIEW")


def test_a_record_that_takes_nothing_hides_no_report(office: Office) -> None:
    (office.settings_file.parent / "log.key").unlink()
    done = office.run("check", office.model(), "--record")
    assert (done.code, done.out.startswith("REVIEW")) == (1, True)
    assert "log.key: No such file or directory" in done.err


def test_settings_record_every_check_but_those_that_say_otherwise(office: Office) -> None:
    office.settings_file.write_text("policy: acme.yaml\nrecord: {database: record.db, checkpoint: kept}\n")
    model = office.model()
    assert "recorded: entry 11 of the log" in office.run("check", model).out
    assert "recorded" not in office.run("check", model, "--no-record").out
    assert "recorded" not in office.run("notice", model).out
    assert office.entries() == 12


def test_a_reference_means_the_bytes_that_a_check_reads(office: Office) -> None:
    model = office.model()
    (model / "sub" / "deeper").mkdir(parents=True)
    (model / "sub" / "deeper" / "empty").touch()
    (model / "link").symlink_to("README.md")
    (model / "out").symlink_to("/etc/hostname")
    (model / "caf\udce9.txt").write_text("not UTF-8")
    with opened(office.settings) as record:
        for reference in (model, model / "model.pkl"):
            found = named_subject(str(reference), record, office.settings, progress=Silent())
            assert found.digest == check(reference).report.subject.digest
            assert (found.here, found.claimed) == (True, False)
