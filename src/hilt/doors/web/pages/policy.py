"""What judges today: each rule in words, who decides it, and what it did lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hilt.core.roles import POLICY_OWNER
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page

if TYPE_CHECKING:
    from hilt.gate.overview.policies_in_force import InForce
    from hilt.gate.overview.rules_lately import Lately


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPage(Page):
    """`looked_at` is how many of the newest verdicts `lately` is about, by the names of rules."""

    template: ClassVar[str] = "policy.html"
    in_force: InForce
    looked_at: int
    lately: dict[str, Lately]
    may_try: bool

    def data(self) -> object:
        from hilt.doors.http.answers import data_of

        counts = {name: {"review": one.review, "block": one.block} for name, one in self.lately.items()}
        return {"in_force": data_of(self.in_force), "looked_at": self.looked_at, "lately": counts}


def show(asking: Asking) -> Page:
    from hilt.gate.overview.policies_in_force import policies_in_force
    from hilt.gate.overview.rules_lately import rules_lately

    looked_at, lately = rules_lately(asking.settings)
    return PolicyPage(
        title="Policy",
        in_force=policies_in_force(asking.settings),
        looked_at=looked_at,
        lately=lately,
        may_try=may_try(asking),
    )


def may_try(asking: Asking) -> bool:
    who = asking.signed_in().who
    return POLICY_OWNER in who.person.roles and not who.only_reads
