"""The facts that the checks of this family state, each declared once."""

from __future__ import annotations

from hilt.core.fact import FactSpec

SIGNATURE = FactSpec(
    key="provenance.signature",
    type=str,
    about=(
        '"verified" (by a signer that the settings trust), "untrusted" (it holds over these files, by nobody they trust), '
        '"broken", or "none"'
    ),
    otherwise="none",
)
SIGNED_BY = FactSpec(
    key="provenance.signed_by",
    type=tuple,
    about="signers of the settings whose signature verifies over these files",
    combine="union",
    otherwise=(),
)
SIGNED_UNTIL = FactSpec(
    key="provenance.signed_until",
    type=str,
    about="day on which the certificate of the signer ends, as 2027-01-31; unknown where a key signed",
)
COVERS_ALL = FactSpec(
    key="provenance.covers_all",
    type=bool,
    about="a signature that verifies covers every file",
    otherwise=False,
)
LEFT_OUT = FactSpec(
    key="provenance.left_out",
    type=tuple,
    about="files that the signer left out of what was signed",
    combine="union",
    otherwise=(),
)
EXPECTED = FactSpec(
    key="provenance.expected",
    type=tuple,
    about="signers that the settings name for this reference",
    combine="union",
    otherwise=(),
)
AS_EXPECTED = FactSpec(
    key="provenance.as_expected",
    type=bool,
    about="one of the signers that the settings name for this reference has signed these files",
    otherwise=False,
)
COMMIT = FactSpec(key="provenance.commit", type=str, about="commit of the hub that the files are said to come from")
HUB_DIGESTS = FactSpec(
    key="provenance.hub_digests",
    type=int,
    about="files whose bytes have the digest that the hub stated of them",
    otherwise=0,
)
