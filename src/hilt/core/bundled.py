"""What a bundle of another log says."""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.standing import Standing
from hilt.core.status import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """A bundle that holds: of its first `size` entries the log `log` has these about the subject, for `use` or, where that is empty,
    for all uses.

    The log said so at the UTC time `at`, and up to the day `until`. `seen` are the witnesses who are trusted here and signed
    its checkpoint, with their times. `trusted` is true where the settings trust the log, false where its key was named to
    look. `words` is false where what people said did not come along. `standings` tell how the subject stands for each use, as
    far as this log goes. `entry` is the entry of our own log that imported it, -1 where it was only read.
    """

    log: str
    use: str
    size: int
    at: str
    until: str
    history: History
    standings: tuple[Standing, ...]
    seen: tuple[tuple[str, str], ...] = ()
    trusted: bool = True
    words: bool = True
    entry: int = -1
