"""What is told of the library, as JSON."""

from __future__ import annotations

from typing import Any

from hilt.core.carried import Carried
from hilt.core.fixity import FixityDone
from hilt.core.library import Found, Shelved
from hilt.core.standing import Standing
from hilt.output.bundle_json import bundle_data


def found_data(found: Found) -> dict[str, Any]:
    """A page of a search; `after` is where the next one begins, null where this is the last."""
    return {
        "models": [_one(one) for one in found.models],
        "after": found.after,
        "damaged": list(found.damaged),
        "has_more": found.has_more,
    }


def _one(one: Shelved) -> dict[str, Any]:
    kept, standing = one.kept, one.standing
    return {
        "reference": kept.repository.reference,
        "commit": kept.commit,
        "subject": kept.digest,
        "upstream": kept.upstream or None,
        "bytes": kept.subject.size,
        "files": len(kept.files),
        "memory": one.memory or None,
        "task": kept.task or None,
        "licences": list(one.licences),
        "openness": one.openness,
        "verdict": one.outcome.word,
        "entry": one.place,
        "holders": one.holders,
        "withdrawn": one.withdrawn,
        "standing": _standing(standing) if standing is not None else None,
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "use": standing.use,
        "outcome": standing.outcome.word,
        "until": standing.until or None,
        "why": list(standing.why),
    }


def fixity_data(done: FixityDone) -> dict[str, Any]:
    """What was digested, what of it is damaged, and where it was had from again."""
    return {
        "files": done.files,
        "bytes": done.size,
        "damage": [one._asdict() for one in done.damage],
        "left": done.left,
        "unread": list(done.unread),
        "entries": [one.index for one in done.entries],
    }


def carried_data(done: Carried) -> dict[str, Any]:
    """The revision, its bag, and what its record says where it was taken."""
    return {
        "reference": done.kept.repository.reference,
        "commit": done.kept.commit,
        "subject": done.kept.digest,
        "folder": done.folder,
        "files": len(done.kept.files),
        "bytes": done.bytes,
        "record": bundle_data(done.said) if done.said is not None else None,
        "entry": done.entry if done.entry >= 0 else None,
    }
