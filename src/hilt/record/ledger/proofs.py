"""A proof in one file: where an entry stands in a log, the path to the root, and the checkpoint.

Specification: C2SP tlog-proof v1.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.errors import ProofInvalid
from hilt.record.ledger.exact_base64 import encode
from hilt.record.ledger.exact_number import is_number
from hilt.record.ledger.merkle import LONGEST_PATH
from hilt.record.ledger.notes import LARGEST, decoded

HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """`note` is the signed checkpoint. Nothing vouches for `extra`."""

    index: int
    path: tuple[bytes, ...]
    note: str
    extra: bytes = b""

    @property
    def text(self) -> str:
        extra = [f"extra {encode(self.extra)}"] if self.extra else []
        path = [encode(one) for one in self.path]
        return "\n".join([HEADER, *extra, f"index {self.index}", *path, "", self.note])

    @classmethod
    def read(cls, data: bytes) -> TlogProof:
        """The proof that `data` is; nothing of it is checked. Raises `ProofInvalid`."""
        if len(data) > 2 * LARGEST:
            raise ProofInvalid(f"proof: more than {2 * LARGEST} bytes")
        try:
            head, blank, note = data.decode().partition("\n\n")
        except UnicodeError:
            raise ProofInvalid("proof: it is not UTF-8") from None
        header, *lines = head.split("\n")
        if header != HEADER or not blank:
            raise ProofInvalid(f"proof: it does not begin with {HEADER!r}, lines and an empty line")
        extra = (
            decoded("proof", lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else b""
        )
        word, _, index = lines.pop(0).partition(" ") if lines else ("", "", "")
        if word != "index" or not is_number(index) or len(lines) > LONGEST_PATH:
            raise ProofInvalid(f"proof: no index, or more than {LONGEST_PATH} hashes")
        path = tuple(decoded("proof", line) for line in lines)
        return cls(index=int(index), path=path, note=note, extra=extra)
