"""A bundle: what one log has of one subject, in one file that proves itself where neither the log nor its record can be reached.

    bundle.json                what is in it, signed by the log: of the subject it has these entries and no others
    receipts/<place>.json      each entry with its signature, its path to the root and the signed checkpoint
    documents/<sha256>.json    reports and verdicts that entries name by their digest
    words.json                 what people said and who they are, where that is not withheld

A proof of inclusion shows that an entry is in a log, and never that none was left out. So the log itself says which there
are, and until which day it says so: whoever carries the file cannot leave out a withdrawal, whoever keeps the log could.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from hilt.core.errors import FormatError, ProofInvalid, ReportInvalid
from hilt.core.events import Words
from hilt.core.limits import Limits
from hilt.core.wire import Object, encode_text
from hilt.formats.sigstore_bundle import strict_json
from hilt.record.bundles.zip_file import pack, unpack
from hilt.record.fields import DAY_OR_EMPTY, PLACE, SHA256, TEXT, TIME, WrittenField
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.notes import Verifier
from hilt.record.ledger.receipts import Receipt, bundle, read_receipt
from hilt.record.statements import TYPE

LARGEST = 1 << 28
"""Bytes of a bundle."""
_LONGEST_LIST = 1 << 22
"""Bytes of what is signed of it: some twenty for each member, and a third more in base64."""
PREDICATE = "urn:hilt:bundle:1"

_CONTENTS, _WORDS = "bundle.json", "words.json"
_RECEIPT = re.compile(r"receipts/([0-9]{12,19})\.json")
_DOCUMENT = re.compile(r"documents/([0-9a-f]{64})\.json")


class Contents(NamedTuple):
    """What the log `log` says of a bundle: of `subject` it had the entries at `places` and no others that bear on `use`.

    It says so of its first `size` entries, at the UTC time `at`, and up to the day `until`. An empty `use` means all of them.
    """

    subject: str
    use: str
    log: str
    size: int
    at: str
    until: str
    places: tuple[int, ...]

    def write(self) -> bytes:
        """The payload that the log signs: a statement of in-toto, as canonical JSON."""
        document = {
            "_type": TYPE,
            "subject": [{"digest": {"sha256": self.subject}}],
            "predicateType": PREDICATE,
            "predicate": {key: field.write(getattr(self, key)) for key, field in _FIELDS.items()},
        }
        return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def read(cls, payload: bytes) -> Contents:
        """What `write` wrote. Raises `ReportInvalid` or `ValueError` for everything else."""
        document = Object(json.loads(payload), "")
        predicate = Object(document.take("predicate"), "predicate")
        told = {key: field.read(predicate, key) for key, field in _FIELDS.items()}
        (subject,) = document.each("subject", lambda one, where: Object(Object(one, where).take("digest"), where))
        contents = cls(subject=SHA256.read(subject, "sha256"), **told)
        if contents.write() != payload:
            raise ReportInvalid("this is not the one way in which a bundle says what is in it")
        return contents


def _place(value: Any, where: str) -> int:
    return int(PLACE.read(Object({"place": value}, where), "place"))


_FIELDS = {
    "use": TEXT,
    "log": TEXT,
    "size": PLACE,
    "at": TIME,
    "until": DAY_OR_EMPTY,
    "places": WrittenField(list, lambda it, key: it.each(key, _place)),
}


class Bundle(NamedTuple):
    """What stands in the file, nothing of it proven yet; `documents` by digest."""

    contents: Envelope
    receipts: tuple[Receipt, ...]
    documents: Mapping[str, bytes]
    words: tuple[Words, ...] = ()

    def write(self, verifiers: Sequence[Verifier]) -> bytes:
        """The file. `verifiers` are the keys of the log."""
        members = {_CONTENTS: self.contents.text().encode()}
        members |= {f"receipts/{one.index:012d}.json": bundle(one, verifiers) for one in self.receipts}
        members |= {f"documents/{digest}.json": data for digest, data in self.documents.items()}
        if self.words:
            said = sorted((one.digest, one.salt, encode_text(one.text)) for one in self.words if one.text is not None)
            members[_WORDS] = json.dumps([dict(zip(_SAID, one, strict=True)) for one in said], indent=2).encode()
        return pack(members)

    @classmethod
    def read(cls, data: bytes) -> Bundle:
        """What is in the file. Raises `ProofInvalid` where something in it cannot be part of a bundle."""
        members = unpack(data)
        try:
            contents = Envelope.read(members.pop(_CONTENTS, b"")[:_LONGEST_LIST].decode())
            words = _words(members.pop(_WORDS, b"[]"))
        except (FormatError, ReportInvalid, ValueError, RecursionError) as error:
            raise ProofInvalid(f"bundle: {error}") from None
        receipts, documents = [], {}
        for name, member in members.items():
            if (found := _RECEIPT.fullmatch(name)) and (receipt := read_receipt(member)).index == int(found[1]):
                receipts.append(receipt)
            elif (found := _DOCUMENT.fullmatch(name)) and sha256(member).hexdigest() == found[1]:
                documents[found[1]] = member
            else:
                raise ProofInvalid(f"bundle: {name[:100]!a} is no member of a bundle, or is not what its name says")
        return cls(contents, tuple(receipts), documents, words)


_SAID = ("sha256", "salt", "text")


def _words(data: bytes) -> tuple[Words, ...]:
    def one(value: Any, where: str) -> Words:
        it = Object(value, where)
        words = Words(digest=it.text("sha256"), salt=it.text("salt"), text=it.text("text"))
        it.done()
        if not words.hold:
            raise ReportInvalid("these words are not those of which the digest was signed", where=where)
        return words

    return Object({_WORDS: strict_json(data, Limits())}, "").each(_WORDS, one)
