"""What kinds of values an expression may meet, and which fields the evidence has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hilt.core.fact import FactSchema


class Scalar(NamedTuple):
    name: str

    def __str__(self) -> str:
        return self.name


class ListKind(NamedTuple):
    """A list; `item` is None for the empty literal, whose items could be anything."""

    item: Kind | None

    def __str__(self) -> str:
        return f"list of {self.item}" if self.item else "list"


class FieldSpec(NamedTuple):
    kind: Kind
    about: str


class RecordKind(NamedTuple):
    """A group of fields: one finding, one gap, or the facts whose keys begin alike."""

    name: str
    fields: Mapping[str, FieldSpec]

    def __str__(self) -> str:
        return self.name


Kind = Scalar | ListKind | RecordKind

BOOL, INT, FLOAT, STRING = Scalar("bool"), Scalar("int"), Scalar("float"), Scalar("string")
LEVEL = Scalar("level")
"""INFO < LOW < MEDIUM < HIGH < CRITICAL: how severe, and, with the three in the middle, how sure."""
STRINGS = ListKind(STRING)

_OF_TYPE: Mapping[type, Kind] = {bool: BOOL, int: INT, float: FLOAT, str: STRING, tuple: STRINGS}

FINDING = RecordKind(
    "finding",
    {
        "check": FieldSpec(STRING, "id of the check that saw it (`hilt checks` lists them)"),
        "severity": FieldSpec(LEVEL, "how bad it is if it is right: INFO, LOW, MEDIUM, HIGH or CRITICAL"),
        "confidence": FieldSpec(LEVEL, "how sure the check is: LOW, MEDIUM or HIGH"),
        "path": FieldSpec(STRING, "file inside the subject; empty for the subject as a whole"),
        "message": FieldSpec(STRING, "what was seen"),
    },
)
GAP = RecordKind(
    "gap",
    {
        "what": FieldSpec(STRING, 'id of the check, or "read" where the file as a whole was not read'),
        "path": FieldSpec(STRING, "file inside the subject; empty for the subject as a whole"),
        "why": FieldSpec(STRING, "why it was not looked at"),
    },
)
COVERAGE = RecordKind(
    "coverage",
    {
        "complete": FieldSpec(BOOL, "nothing was skipped and nothing failed"),
        "failed": FieldSpec(ListKind(GAP), "what could not be read or checked to its end"),
        "skipped": FieldSpec(ListKind(GAP), "what was left out, and why"),
    },
)
SUBJECT = RecordKind(
    "subject",
    {
        "reference": FieldSpec(STRING, "what was checked, as it was asked for"),
        "revision": FieldSpec(STRING, "its revision; unknown where it has none"),
        "digest": FieldSpec(STRING, "SHA-256 over all its files; unknown when they were not hashed"),
        "claimed": FieldSpec(BOOL, "a digest in it is what a hub states, and nobody has digested the bytes yet"),
        "files": FieldSpec(INT, "number of regular files"),
        "size": FieldSpec(INT, "bytes of all regular files"),
    },
)
ENV = RecordKind(
    "env",
    {
        "stage": FieldSpec(STRING, "where it is to run, such as staging or production; from the settings"),
        "use": FieldSpec(STRING, "what it is to be used for; from the settings"),
    },
)
TERM = RecordKind(
    "term",
    {
        "licence": FieldSpec(STRING, "id of the licence (`hilt licences` lists them), or the path of an unknown text"),
        "id": FieldSpec(STRING, "of what kind it is: commercial, users, revenue, hosting, territory ..."),
        "says": FieldSpec(STRING, "what the grant depends on"),
        "of": FieldSpec(
            STRING, "the base, adapter, dataset or folder whose licence it is; empty for the subject itself"
        ),
        "source": FieldSpec(STRING, "where the licence was seen"),
        "holds": FieldSpec(BOOL, "the organisation meets it; unknown where its profile does not tell enough"),
    },
)
OBLIGATION = RecordKind(
    "obligation",
    {
        "licence": TERM.fields["licence"],
        "id": FieldSpec(STRING, "of what kind it is: licence-copy, notice, attribution, display, name-prefix ..."),
        "says": FieldSpec(STRING, "what is to be done"),
        "who": FieldSpec(STRING, "whose duty it is, and when, in words"),
        "of": TERM.fields["of"],
        "source": TERM.fields["source"],
        "state": FieldSpec(STRING, '"done", "due", "not due", or "unknown" where the profile does not tell enough'),
    },
)
REGULATION = RecordKind(
    "regulation",
    {
        "id": FieldSpec(STRING, "id of the rule (`hilt regulations` lists them)"),
        "law": FieldSpec(STRING, "the law it stands in"),
        "article": FieldSpec(STRING, "where it stands there"),
        "holds": FieldSpec(
            BOOL, "the rule applies to this subject and this organisation; unknown where it cannot be told"
        ),
        "whose": FieldSpec(STRING, 'whose duty follows: "publisher" or "you"'),
    },
)
PROFILE = RecordKind(
    "profile",
    {
        "given": FieldSpec(BOOL, "the settings have a profile at all"),
        "territories": FieldSpec(
            STRINGS, 'where it is established or uses the model: ISO codes, "EU" and "EEA" with members'
        ),
        "users": FieldSpec(INT, "monthly active users of all products, affiliates included"),
        "revenue": FieldSpec(INT, "revenue in a year, in US dollars, affiliates included"),
        "monthly_revenue": FieldSpec(INT, "revenue in the best month, in US dollars"),
        "commercial": FieldSpec(BOOL, "it uses the model commercially"),
        "hosts_models": FieldSpec(BOOL, "it offers models to others as a service"),
        "distributes": FieldSpec(BOOL, "it passes model files on, also inside of products"),
        "modifies": FieldSpec(BOOL, "it fine-tunes, merges or quantises models"),
        "trains_on_outputs": FieldSpec(BOOL, "it trains models on what models put out"),
        "research_only": FieldSpec(BOOL, "it uses the model for research alone"),
        "developer": FieldSpec(BOOL, "it places models of its own on the market"),
        "modification_flop": FieldSpec(FLOAT, "floating-point operations that it spends on changing a model"),
    },
)
"""What the settings tell of the organisation; each part that they leave out is unknown."""

_BUILT_IN: Mapping[str, FieldSpec] = {
    "findings": FieldSpec(ListKind(FINDING), "everything that the checks saw and no waiver takes out"),
    "waived": FieldSpec(ListKind(FINDING), "what waivers of the settings took out of `findings`"),
    "coverage": FieldSpec(COVERAGE, "what was and what was not looked at"),
    "subject": FieldSpec(SUBJECT, "what is judged"),
    "env": FieldSpec(ENV, "where and for what it is to be used"),
    "profile": FieldSpec(PROFILE, "the organisation that uses it"),
    "terms": FieldSpec(ListKind(TERM), "what licences make their grants depend on, held against the profile"),
    "obligations": FieldSpec(ListKind(OBLIGATION), "what licences ask for, held against profile and settings"),
    "regulations": FieldSpec(ListKind(REGULATION), "what rules of law say"),
}
ITEMS = (FINDING, GAP, TERM, OBLIGATION, REGULATION)
"""The records that lists hold."""


def evidence_kind(schema: FactSchema) -> RecordKind:
    """All fields that an expression may ask for: the built-in ones and one for every declared fact."""
    tree: dict[str, FieldSpec] = dict(_BUILT_IN)
    for spec in schema:
        *groups, leaf = spec.key.split(".")
        fields, name = tree, ""
        for group in groups:
            name = f"{name}.{group}".lstrip(".")
            kind = fields[group].kind if group in fields else RecordKind(name, {})
            if not isinstance(kind, RecordKind):
                raise ValueError(f"the fact {spec.key} lies below {name}, which is no group")  # noqa: TRY004 (two declarations clash)
            own = dict(kind.fields)
            fields[group] = FieldSpec(RecordKind(kind.name, own), "")
            fields = own
        if leaf in fields:
            raise ValueError(f"two fields of the evidence are called {spec.key}")
        fields[leaf] = FieldSpec(_OF_TYPE[spec.type], spec.about)
    return RecordKind("evidence", tree)


def all_fields(kind: RecordKind, prefix: str = "") -> Iterator[tuple[str, FieldSpec]]:
    """Every field below `kind` that holds a value, by its dotted path."""
    for name, spec in kind.fields.items():
        if isinstance(spec.kind, RecordKind):
            yield from all_fields(spec.kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", spec


def a(kind: Kind) -> str:
    """The kind with its article."""
    name = "group of fields" if isinstance(kind, RecordKind) and kind not in ITEMS else str(kind)
    return f"an {name}" if name.startswith(("i", "o")) else f"a {name}"


def nearest(name: str, known: Iterator[str] | tuple[str, ...]) -> str:
    """`; did you mean ...?`, or nothing where no known name is near."""
    from difflib import get_close_matches  # only on the way to an error

    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean {found[0]}?" if found else ""
