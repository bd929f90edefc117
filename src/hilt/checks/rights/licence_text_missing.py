"""A licence whose text does not come with it.

What: tells of licences that are named and ask to be passed on with the work, while no file of the subject holds their
text; and of texts with a place for the holder of the copyright in which no name stands.

Why: whoever passes the model on owes the copy, and cannot take it from here. Nineteen of twenty models under permissive
licences lack the text.

What it cannot see: copies behind links, and in files that are not recognised as the text of a licence.

Fix: add the text of the licence, with its copyright line, beside the model before you pass it on.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.rights.gathering import gathered
from hilt.checks.rights.wording import called
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.licences.agreement import entry_of
from hilt.knowledge.licences.places import FileKind


def licence_text_missing(repository: Repository) -> Iterator[Finding]:
    found = gathered(repository)
    near = [text for text in found.texts if text.home is not None and text.kind is FileKind.LICENCE]
    there = {one for text in near if text.identified is not None for one in text.identified.ids}
    for work in found.works:
        for licence_id in work.ids:
            entry = entry_of(licence_id)
            if entry is None or licence_id in there or not any(due.id == "licence-copy" for due in entry.duties):
                continue
            claim = min((claim for claim in work.claims if licence_id in claim.ids), key=lambda claim: claim.how.rank)
            message = f"the {called(licence_id)} asks for a copy of its text, and none of the files is one"
            yield _finding(Where(path=claim.path, line=claim.line), message)
    for text in near:
        if text.template:
            yield _finding(
                Where(path=text.path), "the text has a place for the holder of the copyright, and no name stands there"
            )


def _finding(where: Where, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=Severity.LOW, where=where, message=message, whole=True)


CHECK = listed("licence-text-missing")
