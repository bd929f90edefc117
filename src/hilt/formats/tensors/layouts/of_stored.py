"""A tensor that is made of another one, and is called and stored as that one is."""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.tensor_source import TensorSource


@dataclass(frozen=True, slots=True, kw_only=True)
class OfStored:
    """What gives the numbers of `stored` in another order, or others in their place."""

    stored: TensorSource

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def dtype(self) -> str:
        return self.stored.dtype
