"""The facts that the checks of this family state, each declared once."""

from __future__ import annotations

from hilt.core.fact import FactSpec

LICENCE_CLAIMED = FactSpec(
    key="rights.licences_claimed",
    type=tuple,
    about="licences that card, headers or package metadata name, as they spell them",
    combine="union",
)
LICENCE_TEXT = FactSpec(
    key="rights.licence_texts", type=tuple, about="files that hold the text of a licence", combine="union"
)
LICENCES = FactSpec(
    key="rights.licences",
    type=tuple,
    about="licences of the pack under which the subject itself is offered, all that its files name",
    combine="union",
)
GRANTS = FactSpec(
    key="rights.grants",
    type=tuple,
    about="what all these licences allow, on their terms: use, modify, share, sell, patents",
    combine="union",
)
OPEN_LICENCE = FactSpec(
    key="rights.open_licence", type=bool, about="every licence of the subject is open in the sense of its kind"
)
EU_OPEN_SOURCE = FactSpec(
    key="rights.eu_open_source",
    type=bool,
    about="every licence of the subject can carry the exemption of Art. 53(2) of the AI Act",
)
SHARE_ALIKE = FactSpec(
    key="rights.share_alike", type=bool, about="what is made from the subject must stay under the same licence"
)
BASES = FactSpec(
    key="rights.bases",
    type=tuple,
    about='what the subject is made from, and how: "finetune org/name"; relations are copy, quantized, finetune, merge, '
    "adapter, distilled, tokenizer and unknown",
    combine="union",
)
DATASETS = FactSpec(
    key="rights.datasets", type=tuple, about="datasets that the subject is said to be trained on", combine="union"
)
INHERITED = FactSpec(
    key="rights.inherited",
    type=tuple,
    about="licences that come with bases, adapters and datasets; unknown while that of one base is",
    combine="union",
)
