"""The facts that several checks of this family state, each declared once."""

from __future__ import annotations

from hilt.core.fact import FactSpec

CODE_ON_LOAD = FactSpec(
    key="inspect.code_on_load",
    type=bool,
    about="loading the subject in the ordinary way runs code that it brings or names",
    combine="any",
    otherwise=False,
    waivable=True,
)
REMOTE_CODE = FactSpec(
    key="inspect.remote_code",
    type=bool,
    about="a config names code files to be imported when the loader is told to trust remote code",
    combine="any",
    otherwise=False,
    waivable=True,
)
UNSAFE_CALLS = FactSpec(
    key="inspect.unsafe_calls",
    type=int,
    about="calls in pickles that are a known road to code, files or the network",
    combine="sum",
    otherwise=0,
    waivable=True,
)
UNKNOWN_CALLS = FactSpec(
    key="inspect.unknown_calls",
    type=int,
    about="calls in pickles of callables that hilt does not know",
    combine="sum",
    otherwise=0,
    waivable=True,
)
PICKLES_CLEAN = FactSpec(
    key="inspect.pickles_clean",
    type=bool,
    about="every call in every pickle is known to be harmless, and every byte of the files with pickles is accounted for",
    combine="all",
    otherwise=True,
    waivable=True,
)
PARAMETERS = FactSpec(
    key="model.parameters",
    type=int,
    about="numbers in the largest set of weights, counted from the headers",
    combine="max",
)
DTYPES = FactSpec(
    key="model.dtypes", type=tuple, about="number formats of the weights, from their headers", combine="union"
)
ARCHITECTURE = FactSpec(
    key="model.architectures", type=tuple, about="architectures that configs and headers name", combine="union"
)
CONTEXT_LENGTH = FactSpec(
    key="model.context_length", type=int, about="longest input in tokens that config or header states", combine="max"
)
EMBEDDED_PROGRAMS = FactSpec(
    key="inspect.embedded_programs",
    type=int,
    about="programs inside other files, where every byte was searched for them (--search-bytes)",
    combine="sum",
)
