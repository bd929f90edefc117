"""hilt serve, as far as it comes without anybody who asks."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from hilt.doors.http import server
from office import Office


def test_a_server_that_all_can_reach_says_under_which_name(office: Office) -> None:
    for host in ("0.0.0.0", "::", ""):
        done = office.run("serve", "--host", host)
        assert (done.code, "say under which address people reach it" in done.text) == (2, True), done.text


def test_a_port_that_is_taken_is_told(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = office.run("serve", "--port", port)
    assert (done.code, f"--host 127.0.0.1 --port {port}: Address already in use" in done.text) == (2, True)


def test_a_folder_that_is_no_folder_or_has_no_plain_name_is_told(office: Office) -> None:
    for name in ("a b", "models", "other/models"):
        (office.folder / name).mkdir(parents=True)
    for names, said in (
        (["none"], "does not exist"),
        (["a b"], "list it in the settings: serve: {"),
        (["models", "other/models"], "another one is listed by this name"),
    ):
        done = office.run("serve", *(word for name in names for word in ("--folder", office.folder / name)))
        assert (done.code, said in done.text) == (2, True), done.text


def test_without_the_optional_packages_it_says_which(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda _: None)
    done = office.run("serve")
    assert (done.code, "hilt serve needs an optional package: pip install 'hilt[serve]'" in done.text) == (1, True)


def test_files_that_are_no_certificate_are_told(office: Office) -> None:
    certificate, key = (office.folder / name for name in ("tls.pem", "tls.key"))
    issued = trustme.CA().issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    locked = office.folder / "locked.key"
    private = load_pem_private_key(key.read_bytes(), None)
    locked.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    other = office.folder / "other.key"
    trustme.CA().issue_cert("127.0.0.1").private_key_pem.write_to_path(other)
    for files, said in (
        ((certificate, office.folder / "none"), "No such file or directory"),
        ((office.key("Ada"), key), "PEM"),
        ((certificate, other), "KEY_VALUES_MISMATCH"),
        ((certificate, locked), "the key is encrypted"),
    ):
        done = office.run("serve", "--tls", *files)
        assert (done.code, said in done.text) == (2, True), done.text


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ("{host: 1}", "serve.host: a text is needed"),
        ("{port: 70000}", "serve.port: a whole number from 0 to 65535"),
        ("{port: true}", "serve.port: a whole number"),
        ("{address: hilt.example}", "serve.address: an address without a path"),
        ("{address: 'https://hilt.example/x'}", "serve.address: an address without a path"),
        ("{address: 'https://hilt.example:99999'}", "serve.address: an address without a path"),
        ("{tls: {certificate: a.pem}}", "serve.tls: the key key is missing"),
        ("{session_hours: 0}", "serve.session_hours: a whole number from 1 to 720"),
        ("{idle_hours: -1}", "serve.idle_hours: a whole number from 0 to 720"),
        ("{prot: 1}", "serve.prot: unknown key; did you mean port?"),
    ],
)
def test_settings_that_are_wrong_are_told_with_their_place(office: Office, told: str, where: str) -> None:
    office.settings_file.write_text(f"{office.settings_file.read_text()}serve: {told}\n")
    done = office.run("serve")
    assert (done.code, where in done.text) == (2, True), done.text


def test_on_a_fresh_machine_it_makes_the_record_and_prints_the_first_link(tmp_path: Path) -> None:
    homes = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "DATA", "STATE")}
    command = [sys.executable, "-m", "hilt", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **homes})
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(2)]
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()
    assert re.fullmatch(r"hilt answers at http://127\.0\.0\.1:\d+\n", lines[0]), lines
    assert re.search(r"first is the administrator: http://127\.0\.0\.1:\d+/begin\?link=[\w-]{43}\n", lines[1]), lines
    assert (tmp_path / "DATA" / "hilt" / "record.db").exists()
