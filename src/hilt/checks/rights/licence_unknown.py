"""A licence that hilt does not know, by its text or by its name.

What: tells of licence texts that are none of the known ones, with what the detectors of clauses saw in them; of names that
no entry of the pack bears or that may mean several licences; and of entries of the pack whose text was not read when they
were written.

Why: what a licence asks can only be weighed once somebody has read it. A name is no licence, and "other" is no name.

What it cannot see: whether a clause was understood; detectors see words.

Fix: read the text. Adding a licence to the pack is adding one file; what it holds is listed by `hilt licences`.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.gathering import gathered
from hilt.checks.rights.wording import called, place
from hilt.core.finding import Finding, Severity, Where
from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences.agreement import entry_of
from hilt.knowledge.licences.gathered import LicenceText
from hilt.knowledge.licences.limits import takes_back
from hilt.knowledge.licences.places import FileKind
from hilt.knowledge.licences.works import Claim, How, Part, Work

_SHOWN = 8
_SPELLED = lazy_pattern(r"[\W_]+|licen[cs]e")
"""What makes no difference between two names: "modified-mit" and "Modified MIT License"."""
_NO_NAMES = frozenset({"other", "custom", "proprietary"})


def licence_unknown(repository: Repository) -> Iterator[Finding]:
    found = gathered(repository)
    for text in found.texts:
        if text.home is not None and text.identified is not None and text.identified.kind == "unknown":
            # A policy that says in some sentences that the law holds is no reason to send a known licence to people.
            mild = text.kind is FileKind.POLICY and not text.seen and found.subject.ids
            yield _finding(Severity.LOW if mild else Severity.MEDIUM, Where(path=text.path), _of_text(text))
    read = {text.path for text in found.texts}
    for work in found.works:
        for claim in work.claims:
            if claim.how is How.TEXT and claim.unknown and claim.path not in read:
                yield _not_read(claim.path, empty=repository.formats[claim.path] == "empty")
        yield from _names(work)
        yield from _unread(work)


def _not_read(path: str, *, empty: bool) -> Finding:
    if empty:
        return _finding(Severity.LOW, Where(path=path), "by its name a licence, and nothing stands in it")
    return _finding(Severity.MEDIUM, Where(path=path), "by its name a licence, and hilt cannot read it as one")


def _of_text(text: LicenceText) -> str:
    seen = "; ".join(dict.fromkeys(clause.says for clause in text.seen[:_SHOWN]))
    return "the text is no licence that hilt knows" + (
        f"; it seems to say: {seen}" if seen else "; its clauses were not recognised"
    )


def _names(work: Work) -> Iterator[Finding]:
    """Names that mean nothing to the pack: a person must look where nothing else tells the licence of the same work."""
    told = set[str]()
    for claim in work.claims:
        for said in claim.unknown if claim.how is not How.TEXT else ():
            spelled = _SPELLED.sub("", said.lower())
            if spelled in told or (claim.part is not Part.DATA and said not in work.unknown):
                continue
            told.add(spelled)
            beside = claim.part is Part.DATA or _known_beside(claim, work)
            limits = claim.part is not Part.DATA and takes_back(said, work.ids)
            severity = Severity.LOW if beside and not limits else Severity.MEDIUM
            of = "" if claim.part is Part.WHOLE else f" of {claim.part.value}"
            message = f"the licence{of} is called {said!r}, which no entry of the pack is, or more than one"
            if spelled in _NO_NAMES:
                message = f"the licence{of} is given as {said!r}, which names none, and nothing says which it is"
            elif limits and beside:
                message = f"beside the licence{of} it is said: {said!r}, which grants less than the licence does"
            yield _finding(severity, Where(path=claim.path, line=claim.line), message)


def _known_beside(claim: Claim, work: Work) -> bool:
    """Something else tells the licence of the same thing; what is said of a package is not said of the model in it.

    Nor is what is said of the code alone said of the weights, and "MIT AND something" is no MIT, whoever else says MIT.
    """
    apart = (Part.DATA,) if claim.part is Part.CODE else (Part.DATA, Part.CODE)
    about = [other for other in work.claims if other.ids and other.part not in apart and other is not claim]
    about += [claim] if claim.choice else []  # whoever does not know one of them takes another
    return any(claim.part is not Part.MODEL or other.part is Part.MODEL for other in about)


def _unread(work: Work) -> Iterator[Finding]:
    for licence_id in work.ids:
        entry = entry_of(licence_id)
        source = next((claim for claim in work.claims if licence_id in claim.ids), None)
        if source is None:
            continue
        where = Where(path=source.path, line=source.line)
        if entry is None:
            message = (
                f"the licence is known as {called(licence_id)} ({place(source)}), but what it asks is not in the pack"
            )
            yield _finding(Severity.MEDIUM, where, message)
        elif entry.read in "KQ":
            yield _finding(Severity.LOW, where, f"what hilt says of the {entry.name} is uncertain: {entry.how_read}")


def _finding(severity: Severity, where: Where, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=severity, where=where, message=message, whole=True)


CHECK = listed("licence-unknown")
