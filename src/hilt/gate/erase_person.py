"""erase-person: takes out who somebody is, and what they said, and leaves every proof whole."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.errors import UsageError
from hilt.core.record import ErasedPerson
from hilt.gate.record import OwnKey, opened, signing
from hilt.gate.settings import Settings


def erase_person(
    name: str,
    *,
    texts: bool = False,
    naming: Sequence[str] = (),
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
) -> ErasedPerson:
    """Erases the name and the contact of a person; with `texts`, all that they said; and whatever holds one of `naming`.

    Signed by an administrator. Raises `UsageError` where there is nothing left to erase, `NotAllowed`, `RecordError`.
    """
    own = signing(key, password)
    with opened(settings or Settings(), writing=True) as record:
        person = record.anybody(name)
        known = {words.digest: words.text for words in (person.name, person.contact) if words.text is not None}
        said = set(record.words_of(person.person)) - known.keys()
        asked = set(record.words_naming(naming)) - known.keys()
        others = set(record.words_naming(known.values())) - known.keys() - said
        gone = {*known, *asked, *(said if texts else ())}
        if not gone:
            record.forget()  # when it was erased, somebody else may have been reading it
            more = f"; {len(said)} of their texts are there, which --texts erases" if said else ""
            raise UsageError(f"{person.person}: there is nothing to erase, name and contact are gone{more}")
        entry = record.erase(person.person, sorted(gone), key=own)
        return ErasedPerson(
            person=person.person,
            entry=entry.index,
            texts=len(gone - known.keys()),
            said=len(said - gone),
            naming=len(others - gone),
        )
