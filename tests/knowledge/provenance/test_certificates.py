"""Chains of certificates, with what RFC 5280 and OpenSSF Model Signing ask of them."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from hilt.core.errors import FormatError
from hilt.knowledge.provenance import certificates
from signed import CODE, KEY, KEYS, OTHER_KEY, Certified, authority, certified, der

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SERVER = (ExtendedKeyUsageOID.SERVER_AUTH,)
EMAIL = x509.SubjectAlternativeName([x509.RFC822Name("someone@example.com")])
UNKNOWN = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\0")
CONSTRAINED = x509.NameConstraints(permitted_subtrees=[x509.DNSName("example.com")], excluded_subtrees=None)


def why(*chain: Certified, roots: tuple[Certified, ...] | None = None, now: datetime = NOW) -> str:
    trusted = [one.certificate for one in (authority()[:1] if roots is None else roots)]
    return certificates.path(certificates.read_der(der(one) for one in chain), trusted, now).why


def leaf(**options: Any) -> Certified:
    return certified("leaf", **{"issuer": authority()[1], "uses": CODE} | options)


def below(length: int | None, count: int) -> tuple[Certified, ...]:
    """A leaf, `count` authorities, and a root that allows `length` of them below it."""
    chain = [certified("root", ca=True, length=length, key=OTHER_KEY)]
    for number in range(count):
        chain.append(certified(f"authority {number}", chain[-1], ca=True, key=KEYS["P-521"]))
    chain.append(certified("leaf", chain[-1], uses=CODE))
    return tuple(reversed(chain))


def test_a_chain_to_a_trusted_root_is_a_path_whatever_the_order() -> None:
    root, middle = authority()
    for chain in ((leaf(), middle), (leaf(), middle, root), (leaf(), root, middle), (leaf(), middle, middle)):
        assert why(*chain) == ""
    assert why(leaf(), roots=(middle,)) == ""  # whatever the organisation names is trusted as it is
    assert why(leaf(issuer=root)) == ""


def test_a_certificate_that_signed_itself_is_trusted_where_it_is_named() -> None:
    own = certified("own", uses=CODE)
    assert why(own, roots=(own,)) == ""
    assert why(own) == "the certificate of CN=own does not lead to a root that is trusted here"
    assert "is for servers of TLS" in why(certified("own", uses=SERVER), roots=(certified("own", uses=SERVER),))


def test_a_path_that_is_cut_or_forged_leads_nowhere() -> None:
    nowhere = "the certificate of CN=leaf does not lead to a root that is trusted here"
    assert why(leaf()) == nowhere
    assert why(leaf(), authority()[1], roots=()) == nowhere
    assert why(leaf(), authority()[1], roots=(certified("root", ca=True, key=OTHER_KEY),)) == nowhere
    forged = Certified(authority()[1].certificate, OTHER_KEY)  # the name of the authority, and another key
    assert why(leaf(issuer=forged), authority()[1]) == nowhere


@pytest.mark.parametrize("who", ["leaf", "authority", "root"])
@pytest.mark.parametrize(
    ("years", "said"), [((2020, 2021), "expired on 2021-01-01"), ((2030, 2031), "is not valid before 2030-01-01")]
)
def test_every_certificate_of_a_path_must_be_within_its_time(who: str, years: tuple[int, int], said: str) -> None:
    times: dict[str, Any] = {name: {"years": years} if name == who else {} for name in ("leaf", "authority", "root")}
    root = certified("root", ca=True, key=KEYS["P-384"], **times["root"])
    middle = certified("authority", root, ca=True, key=KEYS["P-521"], **times["authority"])
    assert why(leaf(issuer=middle, **times["leaf"]), middle, roots=(root,)) == f"the certificate of CN={who} {said}"


def test_all_expired_is_no_path_although_all_were_valid_at_once() -> None:
    old = (2020, 2021)
    root = certified("root", ca=True, key=KEYS["P-384"], years=old)
    assert "expired" in why(leaf(issuer=root, years=old), roots=(root,))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"uses": SERVER}, "is for servers of TLS, not for signing code"),
        ({"uses": (ExtendedKeyUsageOID.TIME_STAMPING,)}, "is for timestamps, not"),
        ({"uses": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}, "is for any use, not for signing code"),
        ({"uses": (ExtendedKeyUsageOID.EMAIL_PROTECTION, ObjectIdentifier("1.2.3"))}, "is for 1.2.3, mail, not"),
        ({"uses": None}, "does not say that it is for signing code"),
        ({"usage": {"key_encipherment": True}}, "is not for signatures"),
        ({"more": [(UNKNOWN, True)]}, "has a critical extension that is not known: 1.2.3.4"),
        ({"key": OTHER_KEY, "algorithm": hashes.SHA384()}, ""),
        ({"more": [(UNKNOWN, False), (EMAIL, True)]}, ""),
        ({"uses": (*SERVER, *CODE)}, ""),
        ({"ca": True, "usage": {"digital_signature": True}}, ""),  # as in the published vectors
    ],
)
def test_a_certificate_for_another_use_is_refused_with_what_it_is_for(options: dict[str, Any], said: str) -> None:
    found = why(leaf(**options), authority()[1])
    assert found.startswith("the certificate of CN=leaf") == bool(said)
    assert said in found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ca": False, "usage": {"key_cert_sign": True}}, "is none of an authority"),
        ({"usage": {"digital_signature": True}}, "is not for issuing certificates"),
        ({"uses": SERVER}, "is an authority for servers of TLS, not for signing code"),
        ({"more": [(CONSTRAINED, True)]}, "constrains names, which hilt cannot apply"),
        ({"more": [(CONSTRAINED, False)]}, "constrains names, which hilt cannot apply"),
        ({"uses": (*SERVER, *CODE)}, ""),
        ({"uses": (ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,)}, ""),
    ],
)
def test_whoever_issues_must_be_an_authority_for_that(options: dict[str, Any], said: str) -> None:
    middle = certified("authority", authority()[0], **{"ca": True, "key": KEYS["P-521"]} | options)
    found = why(leaf(issuer=middle), middle)
    assert found.startswith("the certificate of CN=authority") == bool(said)
    assert said in found


def test_a_leaf_issues_nothing() -> None:
    """The classic: somebody with an honest certificate signs another with it."""
    honest = leaf(key=OTHER_KEY)
    assert "is none of an authority" in why(certified("evil", honest, uses=CODE), honest, authority()[1])


@pytest.mark.parametrize(
    ("length", "count", "good"), [(None, 3, True), (2, 2, True), (0, 0, True), (1, 2, False), (0, 1, False)]
)
def test_a_root_says_how_long_a_path_may_be(length: int | None, count: int, good: bool) -> None:
    chain = below(length, count)
    found = why(*chain[:-1], roots=chain[-1:])
    assert found == (
        "" if good else f"the certificate of CN=root allows {length} authorities below it, and there are {count}"
    )


def test_a_path_of_more_than_eight_is_not_followed() -> None:
    for count, good in ((6, True), (7, False)):
        chain = below(None, count)
        assert (why(*chain[:-1], roots=chain[-1:]) == "") == good


def test_a_broken_algorithm_is_refused() -> None:
    short = rsa.generate_private_key(65537, 1024)
    weak = certified("authority", authority()[0], ca=True, key=short)
    assert why(leaf(issuer=weak), weak) == "the certificate of CN=authority was signed with an algorithm that is broken"


def test_authorities_may_have_keys_that_no_signer_may_have() -> None:
    for key in (rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32)):
        root = certified("root", ca=True, key=key)
        assert why(leaf(issuer=root), roots=(root,)) == ""


def test_the_end_of_a_path_is_that_of_the_first_of_its_certificates_to_end() -> None:
    root = certified("root", ca=True, key=KEYS["P-384"], years=(2025, 2028))
    chain = [leaf(issuer=root, years=(2025, 2040)).certificate]
    assert certificates.path(chain, [root.certificate], NOW).until == "2028-01-01"


def test_many_certificates_of_one_name_are_tried_once_each() -> None:
    """Twenty that all issued each other make a path no longer than one."""
    many = [certified("same", ca=True, key=KEY, years=(2025, 2027 + number)) for number in range(19)]
    assert "does not lead to a root" in why(certified("same", many[0], uses=CODE, key=KEY), *many)


def test_a_signer_with_a_key_that_oms_does_not_allow_is_refused() -> None:
    one = certified("leaf", authority()[1], uses=CODE, key=rsa.generate_private_key(65537, 2048))
    with pytest.raises(FormatError, match="a key of RSA"):
        certificates.key_of(one.certificate)


def test_a_keyless_certificate_tells_whom_it_names() -> None:
    old, new = ObjectIdentifier("1.3.6.1.4.1.57264.1.1"), ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
    text = x509.UnrecognizedExtension(old, b"https://old.example.com")
    encoded = x509.UnrecognizedExtension(new, b"\x0c\x13https://example.com")
    other = x509.OtherName(ObjectIdentifier("1.3.6.1.4.1.57264.1.7"), b"\x0c\x04user")
    workflow = x509.UniformResourceIdentifier("https://github.com/a/b/.github/workflows/x.yml@refs/tags/v1")
    for more, name, issuer in (
        ([(EMAIL, True), (text, False)], "someone@example.com", "https://old.example.com"),
        ([(EMAIL, True), (text, False), (encoded, False)], "someone@example.com", "https://example.com"),
        ([(x509.SubjectAlternativeName([workflow]), True)], workflow.value, ""),
        ([(x509.SubjectAlternativeName([other]), True)], "user", ""),
        ([(x509.SubjectAlternativeName([x509.DNSName("example.com")]), True)], "", ""),
        ([], "", ""),
    ):
        found = certificates.identity(certified("fulcio", more=more).certificate)
        assert (found.name, found.issuer) == (name, issuer)


def test_certificates_in_pem_are_all_read_and_what_is_none_is_named() -> None:
    root, middle = authority()
    assert len(certificates.read_pem((root.pem + "text\n" + middle.pem).encode())) == 2
    for pem in (b"", b"x", root.pem[:100].encode()):
        with pytest.raises(FormatError, match="no certificates in PEM"):
            certificates.read_pem(pem)


def test_damaged_certificates_raise_nothing_else() -> None:
    root, middle = authority()
    trusted, honest = [root.certificate], der(leaf(more=[(EMAIL, False), (UNKNOWN, False)]))
    random_ = random.Random(7)
    for round_ in range(3000):
        data = bytearray(honest)
        for _ in range(random_.randint(1, 3)):
            data[random_.randrange(len(data))] = random_.randrange(256)
        if round_ % 10 == 0:
            del data[random_.randrange(len(data)) :]
        try:
            chain = certificates.read_der([bytes(data), der(middle)])
            certificates.name_of(chain[0]), certificates.key_of(chain[0]), certificates.identity(chain[0])
            assert bytes(data) == honest or certificates.path(chain, trusted, NOW).why
        except FormatError:
            continue
