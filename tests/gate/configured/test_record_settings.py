from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid
from hilt.gate.configured.record_settings import RecordSettings, Witness
from hilt.gate.settings import read_settings
from sample_receipts import LOG

FULL = """
record:
  database: models.db
  key: keys/log.key
  password_env: ACME_LOG_PASSWORD
  origin: acme.example/models
  checks: false
  checkpoint: /var/lib/elsewhere/checkpoint
  trusted_logs: [{key}]
  witnesses: [{{url: "https://witness.example/", key: "{key}"}}]
"""


def record(folder: Path, text: str) -> RecordSettings | None:
    path = folder / "settings.yaml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path).record


def test_the_settings_say_where_the_record_is(tmp_path: Path) -> None:
    assert record(tmp_path, FULL.format(key=LOG.text)) == RecordSettings(
        database=str(tmp_path / "models.db"),
        key=str(tmp_path / "keys/log.key"),
        password_env="ACME_LOG_PASSWORD",
        origin="acme.example/models",
        checks=False,
        checkpoint="/var/lib/elsewhere/checkpoint",
        trusted_logs=(LOG.text,),
        witnesses=(Witness(url="https://witness.example", key=LOG.text),),
    )


def test_a_database_by_its_address_is_no_file(tmp_path: Path) -> None:
    told = record(tmp_path, "record: {database: 'postgresql://hilt@db.example/models'}")
    assert told == RecordSettings(database="postgresql://hilt@db.example/models")


def test_whoever_says_nothing_of_a_record_has_none(tmp_path: Path) -> None:
    assert record(tmp_path, "search_bytes: true") is None
    assert record(tmp_path, "record: {}") == RecordSettings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("record: yes", "record: a table of keys is needed here, not True"),
        ("record: {databse: a}", "record.databse: unknown key; did you mean database?"),
        ("record: {database: 3}", "record.database: a text is needed here, not 3"),
        ("record: {checks: sometimes}", "record.checks: true or false is needed here, not 'sometimes'"),
        ("record: {origin: 'a b'}", "record.origin: a name for the log, such as acme.example/models, without"),
        ("record: {origin: 'a+b'}", "record.origin: a name for the log"),
        ("record: {trusted_logs: a}", "record.trusted_logs: a list of verifier keys is needed here, not 'a'"),
        ("record: {trusted_logs: [a+b+c]}", r"record.trusted_logs\[0\]: 'c' is not base64; `hilt log` prints"),
        ("record: {witnesses: [{url: a}]}", r"record.witnesses\[0\]: the key key is missing; give its verifier key"),
        ("record: {witnesses: [{key: a}]}", r"record.witnesses\[0\]: the key url is missing; say where"),
        (
            f"record: {{witnesses: [{{url: 'ftp://a', key: '{LOG.text}'}}]}}",
            r"record.witnesses\[0\].url: an address such as https://witness.example is needed here, not 'ftp://a'",
        ),
        (
            f"record: {{trusted_logs: ['{LOG.text.replace('log.', 'gol.')}']}}",
            r"record.trusted_logs\[0\]: the verifier key of 'gol.example/models' has the id",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=rf"settings\.yaml: {said}"):
        record(tmp_path, text)
