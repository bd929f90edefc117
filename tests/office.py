"""An organisation for the tests of what it decides: four people with keys, a policy that names who decides, and models."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hilt.core.events import SALT, UseRequested, Words
from hilt.doors.cli import _carry_out
from hilt.gate import person
from hilt.gate.init import init
from hilt.gate.record import opened
from hilt.gate.settings import Settings, read_settings
from hilt.record.ledger.keys import SigningKey, read_signing_key

USE = "support chatbot, EU"
UNKNOWN_CALL = b"\x80\x02cacme.layers\nRebuild\n)R."
OTHER_CALL = b"\x80\x02cacme.layers\nRescale\n)R."
KNOWN_ROAD = b"cposix\nsystem\n(S'echo hilt'\ntR."
PEOPLE = {"Ada": (), "Eve": ("engineer",), "Lena": ("legal",), "Otto": ("security",), "Rita": ("risk-officer",)}
"""Ada is the first, and so the administrator."""

POLICY = """
policy: acme
version: 1
override: {by: risk-officer}
rules:
  no-known-attack: {require: "!findings.exists(f, f.severity >= HIGH)", else: block}
  calls-are-known:
    require: "!findings.exists(f, f.severity == MEDIUM)"
    else: review
    by: security
    ask: What does the code do that it calls?
  licence-has-a-text:
    require: size(rights.licence_texts) > 0
    else: review
    by: legal
    ask: Which text grants us this use?
"""
STRICTER = (
    POLICY + '  no-code-on-load: {require: "!inspect.code_on_load", else: review, by: security, ask: What runs?}\n'
)


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that it said, wherever lines were broken."""
        return " ".join((self.out + self.err).split())


class Office:
    """`run` carries out a command line as the entry point does, with the settings, the record and the keys of this office."""

    def __init__(self, folder: Path, policy: str = POLICY) -> None:
        self.folder, self.settings_file = folder, folder / "settings" / "settings.yaml"
        if not self.settings_file.exists():
            self._found()
        self.policy(policy)

    @classmethod
    def copied(cls, folder: Path) -> Office:
        """An office with the keys and the log of every other copy, for founding one takes ten times as long."""
        shutil.copytree(_founded().name, folder, dirs_exist_ok=True)
        return cls(folder)

    def _found(self) -> None:
        self.settings_file.parent.mkdir(parents=True)
        self.policy(POLICY)
        self.settings_file.write_text(
            "policy: acme.yaml\nrecord: {database: record.db, checkpoint: kept, checks: false}\n"
        )
        init(self.settings)
        for name, roles in PEOPLE.items():
            person.new_key(self.key(name), None)
            public = f"{self.key(name)}.pub"
            contact, own = f"{name.lower()}@acme.example", None if name == "Ada" else self.key("Ada")
            person.add(name, public, contact=contact, roles=roles, key=own, settings=self.settings)

    @property
    def settings(self) -> Settings:
        return read_settings(self.settings_file)

    def policy(self, text: str) -> None:
        """What the policy says from now on."""
        (self.settings_file.parent / "acme.yaml").write_text(text)

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def signing(self, name: str) -> SigningKey:
        return read_signing_key(self.key(name).read_bytes(), None)

    def model(self, name: str = "acme-lid", weights: bytes = UNKNOWN_CALL, licence: str = "") -> Path:
        """A folder to be judged; of no weights, and with a licence, the verdict is admit."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# A model\n\nIt tells languages apart.\n")
        if weights:
            (folder / "model.pkl").write_bytes(weights)
        if licence:
            (folder / "LICENSE").write_text(licence)
        return folder

    def run(self, *arguments: object, by: str = "", **env: str) -> Done:
        """A command, signed `by` somebody."""
        words = [*map(str, arguments), "--config", str(self.settings_file)]
        if by:
            words += ["--key", str(self.key(by))]
        return carried_out(words, {"COLUMNS": "100", "NO_COLOR": "1", **self.homes, **env})

    @property
    def homes(self) -> dict[str, str]:
        """The folders of a user, all inside this one."""
        names = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state"}
        return {variable: str(self.folder / name) for variable, name in names.items()}

    def told(self, *arguments: object, by: str = "") -> Any:
        """What a command says as JSON."""
        return json.loads(self.run(*arguments, "--json", by=by).out)

    def asks(self, by: str, use: str, why: str) -> None:
        """Somebody asks to use what was judged last, with a program that lets them write whatever they like."""
        with opened(self.settings, writing=True) as record:
            (model,) = record.registry.models(limit=1)
            words = Words.of(why, token_bytes(SALT))
            record.commit([UseRequested(subject=model.subject, use=use, why=words)], key=self.signing(by))

    def entries(self) -> int:
        """How many entries the log has."""
        with opened(self.settings) as record:
            return record.log.head().size


@cache
def _founded() -> TemporaryDirectory[str]:
    """The office that is copied; it is gone when the process ends."""
    folder = TemporaryDirectory(prefix="hilt-office-")
    Office(Path(folder.name))
    return folder


def carried_out(words: list[str], env: dict[str, str]) -> Done:
    """What the entry point does with a command line, without a process of its own."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before, arguments = dict(os.environ), sys.argv
    with ExitStack() as after:
        after.callback(os.environ.update, before)
        after.callback(os.environ.clear)
        after.callback(setattr, sys, "argv", arguments)
        os.environ.update(env)
        sys.argv = ["hilt", *words]
        with redirect_stdout(out), redirect_stderr(err):
            code = _carry_out()
    told = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Done(code, *told)
