"""The words that entries of the pack may use, and the conditions and duties that many licences share.

An entry says `commercial` or `{id: notice, words: ...}`, and what it leaves out is taken from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "public-domain": "nothing is asked",
        "permissive": "any use; a notice, at most, is asked in return",
        "copyleft": "any use; what is made from it and passed on stays under the same licence",
        "data": "written for data and databases",
        "content": "written for texts, pictures and sounds, used for models and data as well",
        "no-derivatives": "no changed version may be passed on",
        "non-commercial": "no commercial use",
        "research": "research alone, or nothing that goes into production",
        "use-restricted": "any use but those of a list",
        "community": "free up to a number of users or outside of some territories, on the publisher's own terms",
        "revenue-cap": "free up to a revenue",
        "hosting": "free unless it is offered to others as a service, or only up to a revenue",
        "display": "any use; a name must be shown above a number of users or a revenue",
    }
)

GRANTS: Mapping[str, str] = MappingProxyType(
    {
        "use": "run it",
        "modify": "change it: fine-tune, merge, quantise",
        "share": "pass it on",
        "sell": "use it commercially",
        "patents": "use the patents of the publisher that it needs",
    }
)

OUTPUT_RULES: Mapping[str, str] = MappingProxyType(
    {
        "silent": "the licence says nothing of outputs",
        "unrestricted": "the licence says that it asks nothing of outputs",
        "none-claimed": "the publisher claims no rights in outputs",
        "allowed": "outputs may be used, on the terms that the licence names",
        "named": "what is trained on outputs carries a name or a notice",
        "derived": "a model that is trained on outputs counts as made from it",
        "no-training": "other models may not be trained on outputs",
    }
)

OPEN: Mapping[str, str] = MappingProxyType(
    {
        "osi": "approved by the Open Source Initiative",
        "fsf": "free in the sense of the Free Software Foundation",
        "data": "open in the sense of the Open Definition",
        "lf": "open for all parts of a model, by the Linux Foundation",
        "no": "not open",
    }
)

EXEMPTION = ("yes", "no", "review")
"""Can a model under it be open source in the sense of Art. 53(2) of the AI Act?"""

CONTENT = ("code", "data", "documentation")
"""Kinds of parts for which the Model Openness Framework takes a licence as open."""

READ: Mapping[str, str] = MappingProxyType(
    {
        "T": "its text was read",
        "S": "a standard licence; its text was not read again",
        "Q": "not read as a whole: clauses of it were read where others quote them",
        "K": "not read: this is what is generally said of it",
    }
)

ONLY_FOR = ("", "multimodal")
"""Kinds of models that a condition may be limited to; empty for all."""

CONDITIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "commercial": {"needs": "!profile.commercial", "says": "no commercial use"},
        "research": {"needs": "profile.research_only", "says": "research only"},
        "users": {},
        "revenue": {},
        "hosting": {},
        "territory": {},
        "outputs": {},
        "output-training": {
            "needs": "!profile.trains_on_outputs",
            "says": "neither it nor its outputs may be used to improve another model",
        },
        "use-policy": {},
        "registration": {},
        "other": {},
    }
)

_PASSING_ON = {"who": "whoever passes it on", "when": "profile.distributes"}
_PASSING_ON_CHANGED = {
    "who": "whoever passes on a changed version",
    "when": "profile.distributes && profile.modifies",
}

DUTIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "licence-copy": {**_PASSING_ON, "says": "give a copy of the licence with it"},
        "notice": {**_PASSING_ON, "says": "carry this notice with every copy"},
        "attribution": {**_PASSING_ON, "says": "name its authors, and keep their copyright notices"},
        "mark-changes": {**_PASSING_ON_CHANGED, "says": "say that it was changed, in the files that were changed"},
        "use-policy": {**_PASSING_ON, "says": "bind whoever gets it to the same limits of use, in an agreement"},
        "display": {
            "who": "whoever passes it on, or offers a product or service with it",
            "when": "profile.distributes || profile.hosts_models",
            "says": "display these words",
        },
        "name-prefix": {**_PASSING_ON_CHANGED, "says": "let the name of what is made from it begin with this word"},
        "share-alike": {**_PASSING_ON_CHANGED, "says": "put what is made from it under the same licence"},
        "source-offer": {**_PASSING_ON, "says": "give its source with it, or offer it"},
        "content-filter": {"who": "whoever uses it"},
        "no-endorsement": {
            "who": "whoever uses it",
            "when": "",
            "says": "do not use the names of its authors to advertise anything",
        },
        "model-card": {
            **_PASSING_ON_CHANGED,
            "says": "write documentation that is as good as the original's, or better",
        },
        "other": {},
    }
)
