"""What a card says of itself in prose: quotes from the section that is about a topic, a label, or a sentence of it.

`TOPICS` is the list. A section is known by its heading, a label by the words before its colon ("Developed by: Acme"). Only
where a card has neither is a sentence looked for, and then one that says so in as many words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from hilt.knowledge.licences.passages import Passage
from hilt.knowledge.openness.sections import words
from hilt.knowledge.regulation.accelerators import named

LONGEST = 600
"""Letters of a quote."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_LABEL = re.compile(r"[\W\d_]{0,8}([A-Za-z][\w /()&'-]{2,40}?)\s*:\s+(?=\S)")
_NUMBERING = re.compile(r"^[\W\d_]+|[\W_]+$")


class Quote(NamedTuple):
    """Words of a card, on one line, and the line of the text on which they begin."""

    text: str
    line: int


class Topic(NamedTuple):
    """What a quote may be about. `heading` and `label` match a whole heading or label, `sentence` is found in a sentence;
    None where no sentence is sure enough. `others` are found in sentences that are about something else."""

    id: str
    heading: re.Pattern[str]
    label: re.Pattern[str] | None = None
    sentence: re.Pattern[str] | None = None
    others: re.Pattern[str] | None = None


def _of(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NOT_MEANT = (
    r"\bnot (?:be )?(?:intended|suitable|meant|designed|recommended|appropriate|allowed) (?:for|to|as)\b"
    r"|\b(?:should|must) not be used\b|\bout[- ]of[- ]scope\b"
)

TOPICS: tuple[Topic, ...] = (
    Topic(
        "intended_use",
        heading=_of(
            r"(?:primary |model )?intended (?:uses?|use[- ]cases?|purposes?|applications?|tasks?)\b.{0,60}"
            r"|(?:in[- ]scope |direct |downstream |model |potential |recommended )?(?:uses?|use[- ]cases?|applications?)"
            r"(?: \(optional\)| and (?:limitations|users|risks).{0,30})?|(?:direct|downstream) use\b.{0,40}|purpose"
        ),
        label=_of(r"(?:primary )?intended (?:uses?|use[- ]cases?|purpose)|use[- ]cases?|direct use|purpose"),
        sentence=_of(
            r"\b(?:is|are|was|were|has been) (?:primarily |mainly |only |specifically )?(?:intend?ed|meant|designed|suitable|built)"
            r" (?:only )?(?:for|to be used|as an?)\b|\bcan be used (?:for|to|as)\b"
        ),
        others=_of(_NOT_MEANT),
    ),
    Topic(
        "out_of_scope",
        heading=_of(
            r".{0,40}\bout[- ]of[- ]scope\b.{0,40}|.{0,20}\b(?:misuse|malicious use|prohibited uses?|unintended uses?|unsupported uses?)\b.{0,40}"
            r"|(?:what )?(?:it|this model )?(?:is )?not intended (?:for|use).{0,30}|.{0,20}use restrictions?.{0,30}|restricted uses?"
        ),
        label=_of(r".{0,10}out[- ]of[- ]scope(?: uses?)?|prohibited uses?|misuse|not intended for"),
        sentence=_of(_NOT_MEANT),
    ),
    Topic(
        "users",
        heading=_of(r"(?:primary )?(?:intended|target) (?:users?|audience)s?|users|who (?:is|can|should|may)\b.{0,40}"),
        label=_of(r"(?:primary )?(?:intended|target) (?:users?|audience)s?"),
        sentence=_of(r"\b(?:intended|primary|target) users\b|\bintended (?:for use by|primarily for \w+ researchers)\b"),
    ),
    Topic(
        "limitations",
        heading=_of(r".{0,60}\b(?:limitations?|known issues|caveats?|weaknesses|shortcomings|failure modes)\b.{0,60}"),
        label=_of(r"(?:known |technical )?limitations?|known issues|caveats?"),
        sentence=_of(
            r"\blimitations?\b|\bmay (?:hallucinate|not (?:work|perform|be accurate|generalize))\b"
            r"|\b(?:does not (?:work|perform|generalize|support)|performs? (?:poorly|worse)|struggles? (?:with|to))\b"
        ),
    ),
    Topic(
        "risks",
        heading=_of(
            r".{0,60}\b(?:bias(?:es)?|risks?|safety|ethics?|ethical|harms?|responsib(?:le|ility|ilities)|toxicity|fairness"
            r"|red[- ]teaming|societal impacts?)\b.{0,60}"
        ),
        label=_of(r"(?:risks?|bias(?:es)?|safety|ethical considerations?)"),
        sentence=_of(r"\b(?:bias(?:es|ed)?|harmful|offensive|toxic|unsafe|stereotypes?|discriminat(?:e|ory|ion))\b"),
    ),
    Topic(
        "personal_data",
        heading=_of(r".{0,40}\b(?:personal|sensitive|private)\b.{0,30}\b(?:data|information)\b.{0,30}|.{0,20}\bprivacy\b.{0,40}"),
        label=_of(r"(?:personal|sensitive)(?: and sensitive)? (?:data|information)|privacy"),
        sentence=_of(r"\b(?:personal(?:ly identifiable)?|sensitive)(?: or sensitive)? (?:data|information)\b|\bPII\b"),
    ),
    Topic(
        "training_data",
        heading=_of(
            r"(?:the )?(?:model )?(?:(?:pre-?|fine-?|post-?)?(?:train(?:ing)?|tuning)(?: and (?:evaluation|validation))? )"
            r"(?:data ?sets?|data|corpus|corpora|data ?sources?)\b.{0,40}"
            r"|data(?:sets?)?(?: (?:overview|description|details|sources?|composition|mixture|collection))?"
            r"|data ?sets? used\b.{0,40}|data ?sources?|corpus"
        ),
        label=_of(r"(?:pre-?|fine-?)?train(?:ing|ed)(?: on)?(?: (?:data|dataset|datasets|corpus))?|data ?sets?(?: used)?"),
        sentence=_of(
            r"\b(?:pre-?|fine-?)?trained (?:from scratch )?(?:on|with|using)\b(?=.{0,200}\b(?:data ?sets?|data|corpus|corpora|images|pairs"
            r"|sentences|samples|recordings|hours|tokens|texts?|articles|documents|speech|clips|voices?|examples|games)\b)"
        ),
    ),
    Topic(
        "hardware",
        heading=_of(
            r"(?:.{0,20}\b)?hardware\b.{0,40}|(?:technical )?(?:compute|training|computing) (?:infrastructure|resources?)|compute"
        ),
        label=_of(r"(?:training )?hardware(?: type| used)?|gpus?|compute(?: infrastructure)?"),
    ),
    Topic(
        "authors",
        heading=_of(r"(?:model )?(?:authors?|developers?|contributors?|creators?|maintainers?)(?: list)?|model card authors?.{0,20}"),
        label=_of(
            r"(?:model )?(?:developers?|authors?|creators?|organi[sz]ation|publisher|maintainers?)(?:\(s\))?"
            r"|(?:developed|created|made|built|trained|published|released) by|person or organi[sz]ation developing (?:the )?model"
        ),
    ),
    Topic("version", heading=_of(r"model version|version"), label=_of(r"(?:model )?version|revision")),
    Topic("languages", heading=_of(r"(?:supported )?languages?(?: supported)?"), label=_of(r"(?:supported )?languages?(?:\(s\))?(?: \(nlp\))?(?: supported)?|languages?\(s\)?(?: \(nlp\))?")),
)  # fmt: skip

_LABEL_FIRST = frozenset({"authors", "version", "languages", "hardware"})
"""Topics of which a label says what there is to say, and a section much else."""
_VERSION = re.compile(r"v?\d[\w.+-]{0,40}")
_BOLD = re.compile(
    r"^([ \t>]{0,8}(?:[-*+] )?)(?:\*\*|__)([^*_\n:]{2,60}?)[ \t]*:?(?:\*\*|__)[ \t]*:?[ \t]+(?=\S)", re.MULTILINE
)


def with_labels(text: str) -> str:
    """A Markdown text in which words in bold that begin a line, and name a topic, are followed by a colon."""
    return _BOLD.sub(lambda found: f"{found[1]}{found[2]}: " if _labels(found[2]) else found[0], text)


def quotes(passages: Iterable[Passage]) -> dict[str, Quote]:
    """What the passages of a card say of each topic, by its id: what stands under a heading, or else what a label says, or
    else a sentence. Of a name or a number the label comes first."""
    held = tuple(passages)
    labelled, headed = _labelled(held), _under_headings(held)
    short = {topic: quote for topic, quote in labelled.items() if topic in _LABEL_FIRST}
    found = {**labelled, **headed, **short}
    for topic, quote in _in_sentences(held):
        found.setdefault(topic, quote)
    if "version" in found and not _VERSION.fullmatch(found["version"].text):
        del found["version"]
    return found


def shortened(text: str) -> str:
    """`text` on one line, no longer than a quote may be."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def label(passage: Passage) -> tuple[str, str]:
    """The words before the colon with which a passage begins, and what stands behind it; the first is empty where it does
    not begin so."""
    start = passage.text[:60]
    found = _LABEL.match(start) if ":" in start else None
    return (found[1].strip(), passage.text[found.end() :].strip()) if found else ("", passage.text)


@lru_cache(maxsize=64)
def _labels(words_before: str) -> tuple[str, ...]:
    """The topics that a label names."""
    return tuple(topic.id for topic in TOPICS if topic.label and topic.label.fullmatch(words_before.strip()))


def _labelled(passages: tuple[Passage, ...]) -> dict[str, Quote]:
    """What the first label of each topic says."""
    found: dict[str, Quote] = {}
    for passage in passages:
        before, said = label(passage)
        if words(said) or _VERSION.fullmatch(said):
            for topic in _labels(before):
                found.setdefault(topic, Quote(shortened(said), passage.line))
    return found


def _under_headings(passages: tuple[Passage, ...]) -> dict[str, Quote]:
    """All that stands under one heading for each topic: the first of those that speak of no other, or else the innermost of
    those that speak of the fewest. Of the headings above a passage the innermost that is of any topic decides."""
    topics: dict[str, tuple[str, ...]] = {}
    depths: dict[str, int] = {}
    held: dict[tuple[str, str], list[Passage]] = {}
    for passage in passages:
        labels = _labels(label(passage)[0])
        for depth in range(len(passage.headings), 0, -1):
            heading = passage.headings[depth - 1]
            if heading not in topics:
                topics[heading], depths[heading] = tuple(_about(heading)), depth
            for topic in topics[heading]:
                parts = held.setdefault((topic, heading), [])
                room = sum(len(part.text) for part in parts) < LONGEST
                if room and (not labels or topic in labels) and not passage.text.startswith("|"):
                    parts.append(passage)
            if topics[heading]:
                break

    def rank(heading: str) -> tuple[int, int]:
        others = len(topics[heading]) - 1
        return (others, -depths[heading] if others else 0)

    found: dict[str, Quote] = {}
    for (topic, _), parts in sorted(held.items(), key=lambda one: rank(one[0][1])):
        said = [part for part in parts if words(part.text) >= (1 if topic in _LABEL_FIRST else 3)]
        if said:
            found.setdefault(topic, Quote(shortened(" ".join(part.text for part in said)), said[0].line))
    return found


def is_topic(heading: str) -> bool:
    return any(_about(heading))


def is_label(before: str) -> bool:
    return bool(_labels(before))


def _about(heading: str) -> Iterator[str]:
    bare = _NUMBERING.sub("", heading)
    yield from (topic.id for topic in TOPICS if topic.heading.fullmatch(bare))


def _in_sentences(passages: tuple[Passage, ...]) -> Iterator[tuple[str, Quote]]:
    for passage in passages:
        if passage.text.startswith("|"):
            continue
        for sentence in _SENTENCE.split(passage.text):
            if len(sentence) > LONGEST or words(sentence) < 4:
                continue
            hardware = bool(named(sentence))
            if hardware and re.search(r"train|pretrain|fine-?tun", sentence, re.IGNORECASE):
                yield "hardware", Quote(sentence, passage.line)
            for topic in TOPICS:
                if topic.sentence is None or (topic.id == "training_data" and hardware):
                    continue
                if topic.sentence.search(sentence) and not (topic.others and topic.others.search(sentence)):
                    yield topic.id, Quote(sentence, passage.line)
