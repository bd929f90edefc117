"""The `library` of the settings: where models are kept that `hilt serve` hands out, and where it has them from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSettings:
    """A hub at `url`, or a `folder` of this machine that holds org/name/files. `token_env` names the variable with the token of the hub.

    `names` are patterns of the repositories that come from there: `acme/*`, `datasets/acme/*`, `*` for any. What the pattern of one
    upstream names, but for `*`, comes from no other one.
    """

    name: str
    url: str = ""
    folder: str = ""
    token_env: str = ""
    names: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySettings:
    """`folder` is where the library lies, empty for beside the key of the log. What nobody admitted is kept up to `bytes`, what was
    used last; what was admitted stays. Without `upstreams`, it is the hub that the environment names.

    `anonymous` is the use for which whoever shows no token may have what is admitted; empty for nobody. Repositories in the namespaces
    `own` are uploaded here, and never asked of an upstream. `refs_seconds` is for how long a branch of an upstream is taken to stay where it is.
    """

    folder: str = ""
    bytes: int = 200_000_000_000
    anonymous: str = ""
    upstreams: tuple[UpstreamSettings, ...] = ()
    own: tuple[str, ...] = ()
    refs_seconds: int = 60
