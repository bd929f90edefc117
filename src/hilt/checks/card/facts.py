"""The facts that the check of this family states: what a card says, in its own words.

Every text is a quote of no more than 600 characters, and its source the path and the line on which it stands.
"""

from __future__ import annotations

from hilt.core.fact import FactSpec

NAME = FactSpec(key="card.name", type=str, about="what the card or the package metadata calls the subject")
SUMMARY = FactSpec(key="card.summary", type=str, about="what it is, as the card says in its first sentences")
VERSION = FactSpec(key="card.version", type=str, about="the version that the card or the package metadata states")
AUTHORS = FactSpec(
    key="card.authors", type=tuple, about="people and organisations that are said to have made it", combine="union"
)
LIBRARY = FactSpec(key="card.library", type=str, about="the library that the card says it is used with")
TASK = FactSpec(key="card.task", type=str, about="the task that the card says it is for, such as text-generation")
LANGUAGES = FactSpec(
    key="card.languages", type=tuple, about="languages that the card says it is for, as codes", combine="union"
)
SOFTWARE = FactSpec(
    key="card.software",
    type=tuple,
    about="packages that its metadata or its config says it needs, with their versions",
    combine="union",
)
INTENDED_USE = FactSpec(key="card.intended_use", type=str, about="what the card says it is meant for")
OUT_OF_SCOPE = FactSpec(key="card.out_of_scope", type=str, about="what the card says it is not meant for")
USERS = FactSpec(key="card.users", type=str, about="whom the card says it is meant for")
LIMITATIONS = FactSpec(key="card.limitations", type=str, about="what the card says it cannot do, or does badly")
RISKS = FactSpec(key="card.risks", type=str, about="what the card says of risks, bias and safety")
PERSONAL_DATA = FactSpec(
    key="card.personal_data", type=str, about="what the card says of personal or sensitive data in the training"
)
TRAINING_DATA = FactSpec(key="card.training_data", type=str, about="what the card says it was trained on")
HARDWARE = FactSpec(
    key="card.hardware", type=str, about="what the card says it was trained on, or runs on, as hardware"
)
METRICS = FactSpec(
    key="card.metrics",
    type=tuple,
    about="results that the card states, as `task | dataset | metric | value`",
    combine="union",
)

STATED = (
    NAME,
    SUMMARY,
    VERSION,
    AUTHORS,
    LIBRARY,
    TASK,
    LANGUAGES,
    SOFTWARE,
    INTENDED_USE,
    OUT_OF_SCOPE,
    USERS,
    LIMITATIONS,
    RISKS,
    PERSONAL_DATA,
    TRAINING_DATA,
    HARDWARE,
    METRICS,
)
