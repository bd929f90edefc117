"""One verb for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from hilt.core.errors import NotAllowed

if TYPE_CHECKING:
    from hilt.doors.http.asking import Asking
    from hilt.gate.record import OwnKey
    from hilt.gate.settings import Settings
    from hilt.gate.signing_in.passes import Asked

B = TypeVar("B")


class Call(NamedTuple, Generic[B]):
    """A verb that was called: who asks, and what they sent."""

    asking: Asking
    body: B

    @property
    def settings(self) -> Settings:
        return self.asking.settings

    @property
    def asked(self) -> Asked:
        return self.asking.signed_in()

    @property
    def person(self) -> str:
        return self.asked.who.person.person

    @property
    def key(self) -> OwnKey:
        """What they sign with. Raises `NotAllowed` for a token that only reads."""
        key = self.asked.key
        if key is None:
            raise NotAllowed("this token only reads: make one that does not, on the page of your account")
        return key

    def meant(self, reference: str) -> str:
        from hilt.gate.recording.recorded_name import recorded_name

        return recorded_name(reference, self.settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """`name` is that of the command line, with a slash for a blank; `body` the dataclass of what is sent.

    A verb that `changes` something takes a pass that does more than read; `needs` are roles of which it takes one. `example` is a body.
    """

    name: str
    about: str
    body: type
    run: Callable[[Call[Any]], object]
    changes: bool = False
    needs: tuple[str, ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
