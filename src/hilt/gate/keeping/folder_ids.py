"""How git calls the folders of a revision."""

from __future__ import annotations

from hilt.core.library import KeptFile
from hilt.record.blobs.swhid import directory_id

_PREFIX = "swh:1:dir:"


def folder_id(files: list[KeptFile], folder: str) -> str:
    """The SHA-1 of git's tree of the `files` that lie in `folder`, at any depth; in hex."""
    inside = ((one.path.removeprefix(f"{folder}/"), one.blob) for one in files if one.path.startswith(f"{folder}/"))
    return directory_id(inside).removeprefix(_PREFIX)
