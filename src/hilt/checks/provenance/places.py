"""Where the signatures of a subject lie: at its root, in a bundle of Sigstore or under the name of a signature."""

from __future__ import annotations

from hilt.core.subject import Entry, EntryKind

FORMAT = "sigstore-bundle"
USUAL, SUFFIX = "model.sig", ".sig"
"""What OpenSSF Model Signing calls a signature, and what others of the same model are called like."""
_NAMES = (SUFFIX, ".sigstore", ".sigstore.json")
CLIENT_FOLDER = ".cache/huggingface"
"""What a download client keeps beside the files for itself: nobody signs it."""


def may_sign(path: str, kind: str) -> bool:
    """Whether the file at `path`, of the format `kind`, may be a signature of the subject."""
    return "/" not in path and (kind == FORMAT or path.endswith(SUFFIX))


def is_client_folder(entry: Entry) -> bool:
    """Whether it is the folder of a download client, and no file or link of that name."""
    return entry.path == CLIENT_FOLDER and entry.kind is EntryKind.SET_ASIDE


def is_no_part(path: str) -> bool:
    """Whether a signature at `path` is no file of the model, which need not be signed: its name says so.

    Under any other name a loader may read it: a bundle holds free text, and as `chat_template.jinja` it is a template.
    """
    return path.endswith(_NAMES)
