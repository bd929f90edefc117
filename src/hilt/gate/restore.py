"""restore: a backup back in its place, or where that would make two logs of one name, a new log that says which one it follows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hilt.core.errors import FormatError, UsageError
from hilt.core.progress import Progress, Silent
from hilt.core.record import Restored, Saved
from hilt.gate.configured.record_settings import RecordSettings, is_origin
from hilt.gate.init import make
from hilt.gate.log import read_checkpoint
from hilt.gate.named_file import Named
from hilt.gate.recording.record_places import Places, log_password, places
from hilt.gate.settings import Settings
from hilt.record.backups.backup import restore as put_back
from hilt.record.database import Database
from hilt.record.ledger.kept import Kept


def restore(
    file: Named,
    *,
    database: str | None = None,
    origin: str | None = None,
    checkpoint: Named | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Restored:
    """Puts a backup into the database of the settings, or into `database`, where there is no record yet.

    `checkpoint` is a file that was kept elsewhere. With `origin`, the backup is verified and a new log of that name begun, whose
    first entry says where the old one ended. Raises `UsageError`, `FormatError` where the file is damaged, `RecordDamaged`,
    `RecordBehind` where the log had gone further, `RecordError` where there is a record already.
    """
    told = (settings or Settings()).record or RecordSettings()
    if database and database != told.database:
        told = replace(told, database=database, checkpoint="")  # which is that of another database
    where = places(told)
    held = {f"the checkpoint kept in {where.kept}": Kept(where.kept).read()}
    if checkpoint is not None:
        held["the checkpoint that was given"] = read_checkpoint(checkpoint)
    if origin is not None:
        return _begun_anew(file, where, origin, told, progress or Silent())
    saved = _put_back(file, where.database, held, progress or Silent())
    with Kept(where.kept).published(saved.checkpoint):
        pass
    held_against = tuple(what for what, note in held.items() if note)
    return Restored(saved, where.name, str(where.key), held_against, where.key.exists())


def _put_back(file: Named, where: str, held: Mapping[str, str], progress: Progress) -> Saved:
    """Restores, or leaves nothing behind."""
    is_new = "://" not in where and not Path(where).exists()
    with ExitStack() as on_error:
        if is_new:
            on_error.callback(_remove, Path(where))
        with closing(Database(where, create=True)) as database:
            try:
                saved = put_back(Path(file), database, held, progress)
            except OSError as error:
                raise UsageError(f"{file}: {error.strerror or error}; nothing was restored") from None
            except FormatError as error:
                raise FormatError(f"{file}: {error}; nothing was restored") from None
        on_error.pop_all()
    return saved


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _begun_anew(file: Named, where: Places, origin: str, told: RecordSettings, progress: Progress) -> Restored:
    """A new log, whose first entry says where the one in the backup ended. What was kept of that is set aside."""
    if not is_origin(origin):
        raise UsageError(
            f"--origin {origin!r:.100}: a name without blanks and plus signs, such as acme.example/models-2"
        )
    with TemporaryDirectory(prefix="hilt-") as folder:
        saved = _put_back(file, str(Path(folder) / "record.db"), {}, progress)
    if origin == saved.log:
        raise UsageError(f"--origin {origin}: this is the name of the log in the backup; a new log takes a new name")
    set_aside = where.kept.with_name(f"{where.kept.name}.{saved.log.replace('/', '-')}")
    with ExitStack() as on_error:
        if where.kept.exists():
            where.kept.replace(set_aside)
            on_error.callback(set_aside.replace, where.kept)
        verifier = make(where, origin=origin, password=log_password(told), continues=saved.checkpoint)
        on_error.pop_all()
    return Restored(saved, where.name, str(where.key), (), key_is_there=True, verifier=verifier)
