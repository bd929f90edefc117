"""The verb that searches the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from hilt.core.errors import UsageError
from hilt.core.library import KINDS, ORDERS, Sought
from hilt.doors.web.api.asking import LONGEST, MOST, OUTCOMES
from hilt.doors.web.api.body import Texts
from hilt.doors.web.api.verb import Call, Verb
from hilt.output.library_json import found_data


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    text: Annotated[str, "parts of the name, with blanks between them"] = ""
    kind: Annotated[str, f"one of {', '.join(KINDS)}"] = "models"
    author: Annotated[str, "only what this organisation publishes"] = ""
    task: Annotated[str, "what it is for, as its publisher says, such as text-generation"] = ""
    tags: Annotated[Texts, "all of these tags, as its publisher says"] = ()
    licence: Annotated[str, "only what has this licence, as the report says"] = ""
    openness: Annotated[int, "its class of the Model Openness Framework, 1 to 3; 0 for any"] = 0
    verdict: Annotated[str, f"the newest one, {', '.join(OUTCOMES)}"] = ""
    largest: Annotated[int, "at most so many bytes of files; 0 for any"] = 0
    fits: Annotated[int, "only what is known to run in so many bytes of memory; 0 for any"] = 0
    use: Annotated[str, "tells how each stands for this use"] = ""
    order: Annotated[str, f"what comes first: {', '.join(filter(None, ORDERS))}; empty for what was judged last"] = ""
    after: Annotated[int, "the `after` of the page before; 0 for the first"] = 0
    limit: Annotated[int, f"how many, {MOST} at most"] = 50


def _search(call: Call[Searched]) -> object:
    from hilt.gate.library import search

    body = call.body
    for name, said, known in (
        ("kind", body.kind, KINDS),
        ("verdict", body.verdict, ("", *OUTCOMES)),
        ("order", body.order, ORDERS),
        ("openness", body.openness, range(4)),
        ("limit", body.limit, range(1, MOST + 1)),
    ):
        if said not in known:
            raise UsageError(f"{name}: {str(said)[:40]!a} cannot be searched for here; `GET /api` tells what can")
    if max(map(len, (body.text, body.author, body.task, body.licence, body.use, *body.tags))) > LONGEST:
        raise UsageError(f"text, author, task, tags, licence, use: at most {LONGEST} letters each")
    sought = Sought(
        kind=body.kind,
        text=body.text,
        author=body.author,
        task=body.task,
        tags=body.tags,
        licence=body.licence,
        openness=body.openness or None,
        outcome=OUTCOMES.get(body.verdict),
        largest=max(0, body.largest),
        memory=max(0, body.fits),
        order=body.order,
    )
    return found_data(search(sought, use=body.use, after=body.after, limit=body.limit, settings=call.settings))


VERBS = (
    Verb(
        name="library/search",
        about="What the library has, what was judged last first, a page at a time.",
        body=Searched,
        run=_search,
        example={"text": "llama", "task": "text-generation", "fits": 24_000_000_000},
    ),
)
