"""backup: all of the record in one file, verified."""

from __future__ import annotations

import os
from pathlib import Path

from hilt.core.errors import UsageError
from hilt.core.progress import Progress, Silent
from hilt.core.record import Saved
from hilt.gate.named_file import Named
from hilt.gate.record import opened
from hilt.gate.settings import Settings


def backup(file: Named, *, settings: Settings | None = None, progress: Progress | None = None) -> Saved:
    """Writes the backup to `file`, which is there once it is whole, in the place of an older one.

    Raises `RecordDamaged` where something in the record is not as it was signed, `UsageError` where the file cannot be written.
    """
    path = Path(os.path.realpath(file))
    if path.exists() and not path.is_file():
        raise UsageError(f"{file}: this is no regular file, and nothing else is written over; name another file")
    with opened(settings or Settings()) as record:
        try:
            return record.back_up(path, progress or Silent())
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}; no backup was written") from None
