"""What the commands of a model card make a reader do.

Cards are read by people who copy what stands in them into a shell. Commands that hide what they run, that run what they
fetch, or that turn protections off are told by their shapes; Python is read as Python (see `python_code`).
"""

from __future__ import annotations

import ast
import re
import shlex
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.finding import Severity
from hilt.core.patterns import lazy_pattern
from hilt.formats import requirements
from hilt.knowledge.package_sources import judged
from hilt.knowledge.python_code import Kind, uses

_SHELL = r"(?:sudo\s+(?:-\S+\s+)?)?(?:[\w./-]{0,60}/)?(?:ba|z|da|k)?sh\b|(?:sudo\s+)?(?:python3?|perl|node)\b"
_FETCH = r"\b(?:curl|wget)\b"
_INSTALLERS = lazy_pattern(
    r"https://(?:ollama\.com|astral\.sh|sh\.rustup\.rs|get\.docker\.com|raw\.githubusercontent\.com/(?:Homebrew|nvm-sh)|bun\.sh|deb\.nodesource\.com)/"
)
"""Installers of tools that half of all cards tell people to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that a card tells its reader to do; `line` counts from 1 in the text that was looked at."""

    severity: Severity
    line: int
    text: str
    means: str


class Shape(NamedTuple):
    """A command is looked for by `pattern` where one of `signs` stands in the text, which most texts lack."""

    pattern: re.Pattern[str]
    severity: Severity
    means: str
    signs: tuple[str, ...]


def _shape(severity: Severity, means: str, signs: str, pattern: str) -> Shape:
    return Shape(lazy_pattern(pattern, re.IGNORECASE), severity, means, tuple(signs.split()))


_RUNS_FETCHED = "runs what it fetches, unseen"
SHAPES = (
    _shape(Severity.HIGH, "runs a command that nobody can read", "base64", rf"base64\s+(?:-d|-D|--decode)[^\n|]{{0,200}}\|\s*(?:{_SHELL})"),
    _shape(Severity.HIGH, "runs a command that nobody can read", "exec eval", r"(?:exec|eval)\s*\([^\n]{0,200}(?:b64decode|a85decode|fromhex|decompress|marshal\.loads)"),
    _shape(Severity.HIGH, "runs a command that nobody can read", "powershell", r"powershell[^\n]{0,200}\s-e(?:nc|ncodedcommand)?\s+[A-Za-z0-9+/=]{16}"),
    _shape(Severity.HIGH, "turns the protection of the machine off", "mppreference spctl setenforce", r"(?:Set|Add)-MpPreference|spctl\s+--master-disable|setenforce\s+0"),
    _shape(Severity.HIGH, "takes the mark of a download away, so that the system does not ask", "xattr unblock-file", r"xattr\s+-\w*[dc]\w*\s[^\n]{0,60}(?:quarantine|\.app)|Unblock-File"),
    _shape(Severity.HIGH, "unpacks an archive with a password, which no scanner can look into", "unzip 7z", r"\bunzip\s[^\n]{0,100}-P\s*\S|\b7z\s+x\s[^\n]{0,100}\s-p\S"),
    _shape(Severity.MEDIUM, _RUNS_FETCHED, "curl wget", rf"{_FETCH}[^\n|]{{0,300}}\|\s*(?:{_SHELL})"),
    _shape(Severity.MEDIUM, _RUNS_FETCHED, "curl wget", rf"(?:{_SHELL})[^\n]{{0,40}}(?:<\(|\$\(|`)\s*{_FETCH}[^\n]{{0,200}}"),
    _shape(Severity.MEDIUM, _RUNS_FETCHED, "iex invoke-expression", r"\b(?:iex|Invoke-Expression)\b[^\n]{0,80}(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)[^\n]{0,100}"),
    _shape(Severity.MEDIUM, _RUNS_FETCHED, "iwr irm invoke-", r"(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^\n|]{0,200}\|\s*(?:iex|Invoke-Expression)\b"),
    _shape(Severity.MEDIUM, "fetches from a machine that has no name", "://", r"(?:curl|wget|urlretrieve|urlopen|get)\b[^\n]{0,80}https?://(?!127\.|10\.|192\.168\.)\d{1,3}(?:\.\d{1,3}){3}"),
    _shape(Severity.LOW, "does not look at certificates", "--no-check-certificate curl verify", r"--no-check-certificate|\bcurl\s[^\n]{0,100}\s(?:-k|--insecure)\b|verify\s*=\s*False"),
)  # fmt: skip
_MADE_TO_RUN = lazy_pattern(r"chmod\s+(?:-R\s+)?(?:[augo]*\+\w*x|[0-7]?7[0-7]{2})\s+(?P<file>\S+)")
_NAME = lazy_pattern(r"[\w.+-]+")
_PIP = lazy_pattern(r"(?:^|[\s!%&;`(])(?:pip3?|uv\s+pip)\s+install\s+(?P<rest>[^\n|&;`]{1,500})", re.MULTILINE)


def commands(text: str) -> Iterator[Command]:
    """Every command of these shapes in a text, be it in a block of code or in a sentence."""
    ends = [found.start() for found in re.finditer("\n", text)]
    folded = text.casefold()
    for pattern, severity, means, signs in SHAPES:
        for found in pattern.finditer(text) if any(sign in folded for sign in signs) else ():
            worst = severity
            if means is _RUNS_FETCHED:
                if _INSTALLERS.search(found[0]):
                    worst = Severity.LOW
                elif "http://" in found[0]:
                    worst = Severity.HIGH
            yield Command(severity=worst, line=bisect_left(ends, found.start()) + 1, text=found[0], means=means)
    lines = text.split("\n") if "curl" in text or "wget" in text else ()
    fetched = {name for line in lines if re.search(_FETCH, line) for name in _NAME.findall(line)}
    for found in _MADE_TO_RUN.finditer(text) if fetched else ():
        if found["file"].rpartition("/")[2] in fetched:
            line = bisect_left(ends, found.start()) + 1
            yield Command(
                severity=Severity.MEDIUM, line=line, text=found[0], means="makes a program of what it fetched"
            )
    for found in _PIP.finditer(text):
        yield from _installed(found["rest"], bisect_left(ends, found.start("rest")) + 1)


def _installed(rest: str, line: int) -> Iterator[Command]:
    """Packages that a card has people install from elsewhere; that they come from their author is usual in a card."""
    for source in requirements.of_pip("\n".join(_arguments(rest))):
        if (seen := judged(source)) is not None:
            severity = {Severity.HIGH: Severity.MEDIUM}.get(seen[0], Severity.LOW)
            option = f"{source.option} " if source.option else ""
            yield Command(severity=severity, line=line, text=f"pip install {option}{source.place}", means=seen[1])


def _arguments(rest: str) -> Iterator[str]:
    """Each argument on a line of its own, an option with its value."""
    try:
        words = shlex.split(rest, comments=True)
    except ValueError:
        words = rest.split()
    option = ""
    for word in words:
        if option:
            yield f"{option} {word}"
            option = ""
        elif word in (
            "-i",
            "--index-url",
            "--extra-index-url",
            "-f",
            "--find-links",
            "-e",
            "--editable",
            "-r",
            "--trusted-host",
        ):
            option = word
        else:
            yield word


def of_python(code: str) -> Iterator[Command]:
    """What a block of Python does that loading a model need not do."""
    tree = _parsed(code)
    for use in uses(tree) if tree is not None else ():
        if use.kind in (Kind.COMMAND, Kind.CODE, Kind.PICKLE):
            yield Command(severity=Severity.LOW, line=use.line, text=use.name, means=use.kind.value)
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.keyword(arg="trust_remote_code", value=ast.Constant(value=True)):
                yield Command(severity=Severity.LOW, line=node.lineno, text="trust_remote_code=True", means=TRUSTS)


TRUSTS = "has the loader run code that a config names"


def _parsed(code: str) -> ast.Module | None:
    """The block as Python; lines for a shell (`!pip`), and the prompts of a session, are left out."""
    lines = [re.sub(r"^\s*(>>>|\.\.\.) ?", "", line) for line in code.split("\n")]
    kept = ["pass" if re.match(r"\s*[!%]", line) else line for line in lines]
    try:
        return ast.parse("\n".join(kept))
    except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError):
        return None
