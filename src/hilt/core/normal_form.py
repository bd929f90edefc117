"""Normal forms of Unicode (UAX #15), in time that grows with the length of the text alone.

Whoever normalises sorts the combining marks that stand on one letter, and Python does so in time that grows with the
square of their number: 400,000 of them take minutes. No language puts more than a few on a letter, and so the text is
normalised in stretches. A stretch never ends between an ASCII letter and its marks.
"""

from __future__ import annotations

import unicodedata
from typing import Literal

from hilt.core.patterns import lazy_pattern

_STRETCH = lazy_pattern(r"[\x00-\x7f]*[^\x00-\x7f]{1,1024}|[\x00-\x7f]+")


def normal_form(form: Literal["NFC", "NFKC"], text: str) -> str:
    """The `form` of `text`; marks beyond a thousand on one letter stay in the order in which they stand."""
    if text.isascii():
        return text
    return "".join(unicodedata.normalize(form, stretch) for stretch in _STRETCH.findall(text))
