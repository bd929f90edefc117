"""How open the release is, and what is missing for more.

What: which of the 17 components of the Model Openness Framework are here, named here and kept elsewhere, or missing; under
which licences; the class that this comes to, and what is missing for the next; the three parts of the Open Source AI
Definition. It finds nothing but a wrong file of the framework; it states facts.

Why: open weights are a part of a release. Whoever wants to retrain, audit or vouch for a model needs its data, its code and
its documents, and licences that let them be used; what is missing is what one depends on the publisher for.

What it cannot see: whether what a card links to is there, and under which licence; whether a document says what it should;
components that the publisher keeps elsewhere without naming them here.

Fix: publish what is missing, or say in the card where it is; give each part a licence that fits its kind. A publisher's own
list, as the framework's YAML at the top of the repository, is read as a claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.examined import DESCRIBED, UNKNOWN
from hilt.checks.openness.facts import CLASS, COMPONENTS, LICENCES, MISSING, OSAID, OSAID_PARTS
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, FactSpec, Known, Value
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.knowledge.openness.assessment import Assessment
    from hilt.knowledge.openness.evidence import Evidence
    from hilt.knowledge.openness.files import Files

_SUBJECT_LICENCES = "rights.licences"
_NAMED = ("rights.licences_claimed", "rights.licence_texts")
"""Facts that checks before this one state."""
_FRAMEWORK = "Model Openness Framework 1.0"


def openness(repository: Repository) -> Iterator[Seen]:
    from hilt.checks.openness.component_licences import with_licences
    from hilt.knowledge.openness import mof_yaml
    from hilt.knowledge.openness.assessment import assess
    from hilt.knowledge.openness.evidence import best
    from hilt.knowledge.openness.gather import cannot_be_told, code_at, gather, shipped

    files = _files(repository)
    own, release = shipped(files), None
    try:
        release = (own, mof_yaml.read(files.text(own), repository.limits)) if own is not None else None
    except (FormatError, SourceError) as error:
        message = f"the publisher's file of the {_FRAMEWORK} is wrong, and was not used: {error}"
        yield Finding(check=CHECK.id, severity=Severity.INFO, where=Where(path=own or ""), message=message)
    found = best(_with_known_bases(repository, one) for one in gather(files, release))
    found = {component: with_licences(repository, one) for component, one in found.items()}
    if "final_parameters" not in found and "architecture" not in found and release is None:
        return  # no model
    alone = release is not None and len(repository.formats) == 1
    untold = frozenset[str]() if alone else cannot_be_told(files)
    yield from _facts(assess(found, _licences(repository), untold, code_at(files)))


def _files(repository: Repository) -> Files:
    from hilt.formats.text import whole
    from hilt.knowledge.openness.files import Files

    def value(path: str) -> Any:
        return repository.read(path).value

    formats = dict(repository.formats)
    if UNKNOWN in formats.values():
        from hilt.knowledge.companions import companions

        formats |= dict.fromkeys(companions(repository), DESCRIBED)
    return Files(formats, value, lambda path: whole(repository.open(path), repository.limits))


def _licences(repository: Repository) -> tuple[str, ...] | None:
    """The licences of the subject, none where nothing names one, None where what is named is unknown."""
    held = [fact.value for fact in repository.facts if fact.key == _SUBJECT_LICENCES]
    known = tuple(dict.fromkeys(one for value in held if isinstance(value, tuple) for one in value))
    if known and None not in held:
        return known
    named = any(fact.key in _NAMED and fact.value for fact in repository.facts)
    return None if named or None in held else ()


def _with_known_bases(repository: Repository, one: Evidence) -> Evidence:
    """A data set that is named here has the licences that looking it up brought."""
    if one.component != "datasets" or not one.elsewhere:
        return one
    names = one.how.removeprefix("names ").split(", ")
    bases = [repository.context.bases.get(name) for name in names]
    licences = [base.licences for base in bases if base is not None and base.licences and not base.unknown]
    if len(licences) < len(bases):
        return one
    return one._replace(licences=tuple(dict.fromkeys(licence for held in licences for licence in held)))


def _facts(assessment: Assessment) -> Iterator[Fact]:
    from hilt.knowledge.openness.osaid import WORDS

    for spec, row in zip(COMPONENTS, assessment.rows, strict=True):
        known = Known.CLAIMED if row.state == "open" or row.evidence is None else row.evidence.known
        source = row.evidence.words if row.evidence else _FRAMEWORK
        yield _fact(spec, row.state, Known.VERIFIED if row.state == "absent" else known, source)
    licences = tuple(f"{row.component.id} {licence}" for row in assessment.rows for licence in row.licences)
    yield _fact(LICENCES, licences, Known.CLAIMED, _FRAMEWORK)
    lacks = assessment.evaluation.next.lacks if assessment.evaluation.next else ()
    yield _fact(MISSING, tuple(lack.words for lack in lacks), Known.CLAIMED, _FRAMEWORK)
    yield _fact(CLASS, assessment.reached, Known.CLAIMED, _FRAMEWORK)
    met = None if assessment.osaid_met is None else WORDS[assessment.osaid_met]
    yield _fact(OSAID, met, Known.CLAIMED, "Open Source AI Definition 1.0")
    yield _fact(
        OSAID_PARTS, tuple(part.words for part in assessment.osaid), Known.CLAIMED, "Open Source AI Definition 1.0"
    )


def _fact(spec: FactSpec, value: Value, known: Known, source: str) -> Fact:
    return Fact(key=spec.key, value=value, known=Known.UNKNOWN if value is None else known, source=source)


CHECK = listed("openness")
