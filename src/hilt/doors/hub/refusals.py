"""Why something is not handed out, so that whoever asked reads it, with whatever client they asked.

What clients show was found by trying them: most lose the text of a 403, but for one that says GatedRepo; a HEAD has no body, so
a header tells it; and huggingface_hub logs what a header warns of. A revision that is said to be gone is the one answer upon which
they do not load a copy that they have. So a verdict is never told as a trouble of the server (5xx): then they would load it.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.errors import (
    AlreadyThere,
    ChangedMeanwhile,
    HiltError,
    KeyUnusable,
    NotAllowed,
    NotHeld,
    NotReady,
    NotServed,
    RecordUnreachable,
)
from hilt.core.library import Repository
from hilt.doors.http.problems import problem_of
from hilt.doors.hub.reply import Headers, Reply, told
from hilt.output.quote import quote
from hilt.output.terminal import complain, complain_of

LONGEST = 1000
"""Letters of what is said in a header."""
UNKNOWN_TOKEN = "Invalid credentials in Authorization header"  # noqa: S105
"""To the letter: on any other 401 clients say that there is no such model."""
_HELD = {"repository": "RepoNotFound", "revision": "RevisionNotFound", "file": "EntryNotFound"}


class NotKnown(NotAllowed):
    """No token was shown, or one that is not known. The message goes out as it is."""


class NotServedHere(HiltError):
    """A call of the hub that this one does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`code` is for the client, `message` for its user, who is also warned of it where `warns`. `wait` are seconds."""

    status: int
    message: str
    code: str = ""
    warns: bool = True
    wait: int = 0


def reply_to(error: Exception, origin: str, repository: Repository | None = None) -> Reply:
    """The answer to what could not be done; what only whoever runs the server can mend, is told on its terminal."""
    if not isinstance(error, HiltError):
        complain_of(error)
    elif isinstance(error, RecordUnreachable | KeyUnusable):
        complain(f"{repository or 'hub'}: {error}")
    refusal = refusal_of(error, origin)
    line = one_line(refusal.message)
    headers = [("X-Error-Message", line)]
    if refusal.code:
        headers.append(("X-Error-Code", refusal.code))
    if refusal.warns:
        headers.append(warning(line, repository, refusal.status))
    if refusal.wait:
        headers.append(("Retry-After", str(refusal.wait)))
    if refusal.status == 401:
        headers.append(("WWW-Authenticate", "Bearer"))
    return told({"error": line}, refusal.status, tuple(headers))


def refusal_of(error: Exception, origin: str) -> Refusal:
    match error:
        case NotServed():
            message = f"{error.message.rstrip('. ')}. {origin}{error.link}"
            if error.recalled:
                return Refusal(status=404, code="RevisionNotFound", message=message)
            return Refusal(status=403, code="GatedRepo", message=message)
        case NotHeld():
            return Refusal(status=404, code=_HELD[error.what], message=str(error), warns=error.what == "repository")
        case NotKnown():
            return Refusal(status=401, message=str(error))
        case NotAllowed():
            return Refusal(status=403, code="GatedRepo", message=str(error))
        case AlreadyThere():
            return Refusal(status=409, message=str(error))
        case ChangedMeanwhile():
            return Refusal(status=412, message=str(error))
        case NotReady():
            return Refusal(status=503, message=str(error), wait=max(1, error.seconds), warns=False)
        case NotServedHere():
            return Refusal(status=501, message=str(error))
    problem = problem_of(error)
    return Refusal(status=problem.status, message=f"{problem.message.rstrip('. ')}. {problem.fix}".strip())


def warning(message: str, repository: Repository | None, status: int = 200) -> tuple[str, str]:
    """A header that huggingface_hub shows its user, once in a process for each repository and kind of answer."""
    return "X-HF-Warning", f"hilt {repository or 'hub'} {status}; {one_line(message)}"


def warnings(message: str, repository: Repository) -> Headers:
    """The same for an answer that hands something out; nothing where there is nothing to say."""
    return (warning(message, repository),) if message else ()


def one_line(message: str) -> str:
    """As a header can say it: whatever is no letter of ASCII is written as an escape."""
    return quote(message, LONGEST).encode("ascii", "backslashreplace").decode("ascii")
