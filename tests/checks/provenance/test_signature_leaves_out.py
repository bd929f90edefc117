from __future__ import annotations

from hilt.checks.provenance import signer_unknown
from hilt.checks.provenance.signature_leaves_out import CHECK
from hilt.core.subject import Entry, EntryKind
from hilt.knowledge.provenance import sign
from signed import KEY, MODEL
from signed import stated as statement
from signed_subjects import SIGNED, acme, found, stated, subject


def test_a_signature_over_everything_is_quiet() -> None:
    assert found(CHECK, subject(signers=[acme()])) == []


def test_files_where_the_signer_looked_away_are_told_by_what_they_are() -> None:
    signature = sign.sign(statement(ignore_paths=["model.sig", "extra"]), KEY)
    files = {
        **MODEL,
        "model.sig": signature,
        "extra/run.py": b"import os\nos.getcwd()\n",
        "extra/notes.txt": b"notes\n",
    }
    made = subject(files, signers=[acme()])
    assert found(CHECK, made) == [
        ("low", "extra/notes.txt", "left out by the signer of model.sig"),
        ("medium", "extra/run.py", "left out by the signer of model.sig"),
    ]
    assert stated(signer_unknown.CHECK, made)["signature"] == "verified"
    assert stated(signer_unknown.CHECK, made)["covers_all"] is False
    assert stated(signer_unknown.CHECK, made)["left_out"] == ("extra/notes.txt", "extra/run.py")


def test_what_every_signature_leaves_out_is_told_where_it_is_code() -> None:
    files = {
        **SIGNED,
        ".gitattributes": b"*.safetensors filter=lfs\n",
        ".github/workflows/ci.yml": b"on: push\njobs: {}\n",
        ".github/setup.py": b"import os\nos.getcwd()\n",
    }
    made = subject(files, Entry(path=".git", kind=EntryKind.SET_ASIDE), signers=[acme()])
    assert [(severity, path) for severity, path, _ in found(CHECK, made)] == [("medium", ".github/setup.py")]
    assert stated(signer_unknown.CHECK, made)["covers_all"] is False


def test_what_nobody_trusted_has_left_out_is_not_told() -> None:
    signature = sign.sign(statement(ignore_paths=["extra"]), KEY)
    assert found(CHECK, subject({**MODEL, "model.sig": signature, "extra/run.py": b"import os\n"})) == []


def test_empty_files_beside_pieces_are_covered_by_nothing() -> None:
    signature = sign.sign(statement({**MODEL, "empty.txt": b""}, shard_size=100), KEY)
    made = subject({**MODEL, "empty.txt": b"", "model.sig": signature}, signers=[acme()])
    assert [(severity, path) for severity, path, _ in found(CHECK, made)] == [("low", "empty.txt")]
