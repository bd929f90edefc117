"""What a check may know beside the subject; the gate fills it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hilt.core.lineage import Kin


class Base(NamedTuple):
    """A model or dataset that the subject is made from, as its own card and licence files tell it.

    `name` is as the subject names it (`org/name`). `licences` are ids of the pack, `unknown` spellings that it does not
    hold; both are empty where nothing is said. `bases` are (relation, name) of what it is made from in its turn. `source`
    is where it was read; `error` says why it could not be, and then nothing else is known of it.
    """

    name: str
    licences: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    source: str = ""
    error: str = ""


class Signer(NamedTuple):
    """Somebody whose signatures the organisation trusts, by one of the ways in which OpenSSF Model Signing knows them.

    `kind` is "key" (`pem` is a public key), "certificate" (`pem` are the root certificates of a chain) or "identity"
    (Sigstore: `identity` and `issuer` as the certificate must state them, `pem` the JSON of the trust file). `models`
    are patterns of the references that the signer may sign for, as `hf:acme/*`; empty for all.
    """

    name: str
    kind: str
    pem: str
    identity: str = ""
    issuer: str = ""
    models: tuple[str, ...] = ()


class HubStated(NamedTuple):
    """What a hub stated of the files of a subject: the commit, and of each path a SHA-256 or git's name for the bytes.

    `source` is where that was read. `asked` is true where the hub itself was asked for it in this run; what a download
    client wrote down is told by files that lie beside the subject, and anybody may have changed those.
    """

    commit: str = ""
    digests: Mapping[str, str] = MappingProxyType({})
    source: str = ""
    asked: bool = False


class Context(NamedTuple):
    """`bases` is empty unless somebody asked for the bases to be looked up. `signers` are those that may sign this
    subject, each with the patterns that name it. `now` is a UTC time, ISO 8601: whether a certificate has expired is
    told as of then; empty where nobody said. `hub` is None where no hub is known to have stated anything. `unlisted` says
    why there may be names in the subject that nobody saw. `kin` is None where the weights were compared with nothing."""

    bases: Mapping[str, Base] = MappingProxyType({})
    signers: tuple[Signer, ...] = ()
    now: str = ""
    hub: HubStated | None = None
    unlisted: str = ""
    kin: Kin | None = None


NOTHING_BESIDE = Context()
