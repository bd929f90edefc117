"""The sentences that clauses are told by. Each pattern is tried on one sentence in small letters, with straight quotes.

Gaps are bounded, so that the time of a search grows with the length of a sentence alone. Patterns are compiled when a
sentence first has one of their words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.knowledge.licences.standard import CONDITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A sentence fits in which `has` is found and `lacks` is not; `word` is looked for first, because that is quick.

    `reads` says what else is read from the sentence: a gate of "users" or "revenue", a "territory", "words" in quotation
    marks, or "display", which is both. `needs` is the condition where the sentence alone decides it.
    """

    id: str
    says: str
    word: tuple[str, ...]
    has: str
    lacks: str = ""
    duty: bool = False
    reads: str = ""
    needs: str = ""

    def fits(self, low: str) -> bool:
        """The sentence asks what this pattern stands for."""
        if not any(word in low for word in self.word) or not re.search(self.has, low):
            return False
        return not self.lacks or not re.search(self.lacks, low)

    def begins(self, low: str) -> re.Match[str] | None:
        """Where the words stand."""
        return re.search(self.has, low)


def _condition(
    what: str, says: str, word: str, has: str, lacks: str = "", *, reads: str = "", needs: bool = False
) -> Pattern:
    """A pattern of something the grant depends on; with `needs`, the usual condition of that kind."""
    return Pattern(
        id=what,
        says=says,
        word=tuple(word.split("|")),
        has=has,
        lacks=lacks,
        reads=reads,
        needs=CONDITIONS[what]["needs"] if needs else "",
    )


def _duty(what: str, says: str, word: str, has: str, lacks: str = "", *, reads: str = "", when: str = "") -> Pattern:
    """A pattern of something that has to be done."""
    return Pattern(
        id=what,
        says=says,
        word=tuple(word.split("|")),
        has=has,
        lacks=lacks,
        duty=True,
        reads=reads,
        needs=when,
    )


_NOT = r"(?:(?:may|must|shall|will|can|could|do|does|is|are|should) ?not|cannot|(?:is|are|be) (?:strictly |expressly )?(?:prohibited|forbidden)|no right|agrees? not to|not to)"
_MUST = r"(?:must|shall|will|agrees? to|have to|required to|needs? to)"
_OTHER_MODEL = r"(?:any |an |a |another |other |competing |new |third[- ]party ){0,3}(?:large |foundation(?:al)? |general[- ]purpose |generative |artificial intelligence |ai |machine[- ]learning |language |competing ){0,4}(?:models?|llms?|systems?)\b"

PATTERNS: tuple[Pattern, ...] = (
    _condition(
        "users",
        "a limit on the number of users",
        "active users|monthly users|users per month",
        r"(?:active users|monthly users|users per month)",
        r"prominently display|\"[^\"]{1,80}\" (?:on|in) the user interface",
        reads="users",
    ),
    _condition(
        "revenue",
        "a limit on revenue",
        "revenue|turnover",
        r"(?:revenue|turnover).{0,200}(?:exceed|more than|greater than|in excess|over|above|less than|below|at least|under|up to|not more)"
        r"|(?:exceed|more than|greater than|in excess|over|above|less than|below|at least|under|up to|not more).{0,120}(?:revenue|turnover)",
        r"prominently display|\"[^\"]{1,80}\" (?:on|in) the user interface|revenue[- ]shar|non-?revenue",
        reads="revenue",
    ),
    _condition(
        "commercial",
        "no commercial use",
        "commercial|right to sell",
        r"(?:solely|only|exclusively|strictly|limited).{0,80}non-?commercial(?!ly)|non-?commercial.{0,60}\bonly\b"
        r"|use only.{0,40}non-?commercial"
        rf"|{_NOT}.{{0,160}}(?:for|in connection with|in the course of|to).{{0,40}}\b(?<!non-)(?<!non )commercial(?:ly)? (?:purposes?|uses?|advantage|activit|gain|exploit|product|or production)"
        r"|prohibited from using.{0,120}commercial|commercial (?:use|purposes?|exploitation).{0,60}(?:is|are) (?:strictly |expressly )?(?:not|prohibited|forbidden)"
        r"|does not (?:include|grant).{0,80}right to sell|must not.{0,40}commercial(?:ize|ise)",
        r"\"?(?: shall)? means?\b|not in accordance|not primarily|monthly active|if you are commercially|trademark|commercial purposes? (?:is|are) permitted|revenue (?:of|exceed|great|in excess)",
        needs=True,
    ),
    _condition(
        "commercial",
        "commercial use needs a licence of its own",
        "commercial",
        r"commercial(?:ly)?\b.{0,200}(?:contact|request a|obtain a|separate|must apply|apply for|register).{0,80}(?:licen[cs]e|permission|agreement|authori[sz]ation|us\b|questionnaire)?"
        r"|(?:contact|request a|obtain a|separate).{0,80}commercial licen[cs]e",
        r"active users|revenue|derivative works as a whole",
        needs=False,
    ),
    _condition(
        "research",
        "research only",
        "research",
        r"(?:solely|only|exclusively|strictly).{0,60}(?<!non-commercial )(?:academic|scientific|internal|own)? ?research (?:purposes?|uses?|and (?:education|academic|development)|only)"
        r"|research (?:purposes?|use) only|limited to (?:academic |scientific |non-?commercial )?research",
        r"\"?(?: shall)? means?\b|research or (?:non-?)?commercial|research or other|personal use|not limited to|and commercial|or commercial",
        needs=True,
    ),
    _condition(
        "commercial",
        "not for production",
        "production",
        rf"{_NOT}.{{0,100}}\bproduction (?:use|environment|purposes?)|non-?production (?:use|purposes?).{{0,40}}(?:only|as set forth)|(?:solely|only).{{0,60}}non-?production",
    ),
    _condition(
        "territory",
        "not in these territories",
        "territor|domiciled|principal place|does not apply in|located in|resident",
        r"(?:\"?territory\"?.{0,120}(?:exclud|except|other than|not includ))|(?:does not|shall not|do not) apply in|(?:not|no).{0,80}grant.{0,120}(?:domiciled|principal place|located|resident)"
        r"|(?:domiciled|principal place|located|resident).{0,200}(?:not|no).{0,60}(?:grant|permitted|licensed)|outside (?:of )?(?:the )?\"?territory",
        r"sanction|embargo|export control|governed by|courts? of",
        reads="territory",
    ),
    _condition(
        "output-training",
        "other models may not be trained with it, or on its outputs",
        "improve|train|distill|develop|create",
        rf"{_NOT}.{{0,200}}\b(?:improv|train|distil|develop|creat|fine-?tun)\w*,?.{{0,80}}?\b(?:any |an )?(?:other|competing|another|foundation|competitive).{{0,10}}?{_OTHER_MODEL}",
        r"compet|commercial(?:ly)? (?:use|purpose)",
        needs=True,
    ),
    _condition(
        "output-training",
        "no model that competes with it may be trained on its outputs",
        "compet",
        rf"{_NOT}.{{0,240}}(?:train|distil|develop|improv|creat|fine-?tun).{{0,120}}compet",
    ),
    _condition(
        "outputs",
        "what it says of outputs",
        "output",
        r"(?:no|not|do not|does not).{0,40}(?:claim|rights?|ownership).{0,60}\boutputs?\b|\boutputs?\b.{0,80}(?:not deemed|no rights?|you own|owned by you|ownership)|own(?:s|ership)?.{0,40}\boutputs?\b",
        r"trademark",
    ),
    _condition(
        "hosting",
        "offering it to others as a service is limited",
        "hosted|as a service|as-a-service|api|saas|maas",
        rf"(?:hosted service|as[- ]a[- ]service|\bapis?\b|\bsaas\b|\bmaas\b|hosting use).{{0,160}}(?:{_NOT}|separate|prohibit|must (?:obtain|request|enter))"
        rf"|(?:{_NOT}|separate).{{0,160}}(?:hosted service|as[- ]a[- ]service|\bapis?\b|\bsaas\b|\bmaas\b|hosting use)",
        r"other than through a hosted|include but are not limited|use restrictions|rate limit",
    ),
    _condition(
        "use-policy",
        "a list of uses that it does not allow",
        "acceptable use|prohibited use|use restriction|use-based|attachment a|exhibit a|usage policy|trustworthy ai",
        r"(?:comply|adher|abid|accordance|subject to|incorporated|violat|not use|compliance|set forth|specified|in breach).{0,160}(?:acceptable use polic|prohibited uses?|use restrictions?|use-based restrictions?|attachment a\b|exhibit a\b|usage polic|trustworthy ai)"
        r"|(?:acceptable use polic|prohibited uses?|use restrictions?|use-based restrictions?|attachment a\b|exhibit a\b|usage polic|trustworthy ai).{0,200}(?:comply|adher|abid|accordance|incorporated|not use|shall not|must)",
    ),
    _condition("use-policy", "no military use", "military|warfare|weapon", rf"{_NOT}.{{0,240}}(?:military|warfare).{{0,40}}(?:use|purpose|application)?"),
    _condition("registration", "you have to register", "regist", rf"{_MUST} (?:first )?regist|registration (?:form|is required)|complete the registration", r"trademark|registered (?:trade)?mark"),
    _duty(
        "display",
        "display these words",
        "display|built with|powered by|built on|show",
        r"\"(?:built (?:with|on|using)|powered by|improved using|created (?:with|using)) [^\"]{1,60}\"|prominently (?:display|show)|display.{0,60}on the user interface",
        r"trademark|warrant(?:y|ies)",
        reads="display",
    ),
    _duty(
        "name-prefix",
        "the name of what is made from it begins with this word",
        "name|title",
        r"includ\w* \"[^\"]{1,40}\".{0,40}(?:at the beginning|as a prefix|at the start|in the name)|(?:name|title).{0,40}(?:begin|start)s? with",
        reads="words",
    ),
    _duty(
        "notice",
        "carry this notice",
        "notice",
        r"(?:following|this).{0,40}notices?.{0,200}:|notice\"? (?:text )?file.{0,160}:|the following (?:attribution )?notice",
        r"above copyright notice",
        reads="words",
        when="profile.distributes",
    ),
    _duty("licence-copy", "give a copy of the licence with it", "copy of", rf"{_MUST}.{{0,120}}(?:copy of (?:this|the) (?:agreement|licen[cs]e))|copy of (?:this|the) (?:agreement|licen[cs]e).{{0,60}}{_MUST}", when="profile.distributes"),
    _duty("licence-copy", "keep the copyright notice in all copies", "notice", r"copyright notice.{0,120}(?:shall|must) be included|must (?:retain|reproduce) the above copyright notice|retain(?:s|ing)?.{0,60}copyright.{0,40}notices", when="profile.distributes"),
    _duty("attribution", "name its authors", "attribut|appropriate credit", rf"{_MUST}.{{0,100}}(?:attribut\w+ (?:to|of|the)|appropriate credit|give credit)|identification of the creator", r"attribution notice", when="profile.distributes"),
    _duty("mark-changes", "say what was changed", "modified|changed|changes", rf"{_MUST}.{{0,120}}(?:modified files|changed the files|indicate (?:if|that) (?:you|changes)|prominent notices? (?:stating|that))", when="profile.distributes && profile.modifies"),
    _duty("share-alike", "what is made from it stays under the same licence", "same|sharealike|this licen|copyleft", rf"(?:derivative|modified|adapt|modification).{{0,160}}{_MUST}.{{0,80}}(?:under|governed by|subject to).{{0,40}}(?:the same|this (?:licen[cs]e|agreement))|share-?alike|under the same (?:licen[cs]e|terms) as|licensed as a whole", r"(?:use restriction|may provide additional or different)"),
    _duty("use-policy", "bind whoever gets it to the same limits of use", "restriction|provision|polic", rf"{_MUST}.{{0,100}}(?:include|impose|be included|pass).{{0,160}}(?:use restrictions?|use-based restrictions?|restrictions? referenced|acceptable use polic).{{0,160}}(?:enforceable|agreement|provision|binding)?|enforceable provision", when="profile.distributes"),
    _duty("source-offer", "offer the source to whoever gets or uses it", "source", r"(?:corresponding|complete) source.{0,120}(?:offer|provid|convey|make available|network)|(?:offer|provid|convey).{0,120}(?:corresponding|complete) source", r"not required"),
    _duty("content-filter", "filter or review what comes out", "filter", rf"(?:{_MUST}|implement).{{0,120}}(?:content|output|safety) filter"),
    _duty("no-endorsement", "do not advertise with its authors' names", "endorse", r"(?:name|not).{0,160}(?:endorse or promote|endorsement)"),
    _duty("model-card", "write documentation that is as good", "model card|documentation", rf"{_MUST}.{{0,120}}(?:model card|explanatory documentation)", when="profile.distributes && profile.modifies"),
    _duty("latest-version", "use the latest version", "latest version", r"(?:effort|must|shall).{0,60}(?:use|update to) the latest version"),
    _condition("remote-restriction", "the publisher may restrict it, from afar or otherwise", "remotely|restrict", r"restrict \(?remotely|right to restrict|remotely (?:disable|restrict|terminate)"),
    _condition("guardrail", "rights depend on safeguards staying in place", "guardrail|safety|safeguard|filter", r"(?:bypass|disabl|circumvent|remov|reduc|disrupt)\w*.{0,80}(?:guardrail|safeguard|safety (?:filter|mechanism|measure|feature)|content filter)"),
    _condition("indemnity", "you pay for what others claim from the publisher", "indemnif", r"(?:will|shall|agrees? to|must|hereby).{0,60}indemnif", r"only if you agree to indemnif"),
    _condition("licensor-may-change", "the publisher may change its terms", "may|reserves", r"(?:may|reserves? the right to).{0,60}(?:modify|update|amend|change|revise).{0,60}(?:this agreement|this licen[cs]e|these terms|the terms|polic(?:y|ies))", r"as may be amended|you may|contributor may|third party|licen[cs]e steward|revised (?:and/or|or) new versions"),
    _condition("patent-retaliation", "rights end for who sues over patents or copyright", "litigation|proceeding|lawsuit|legal action|claim", r"(?:institut|initiat|fil|commenc|bring|assert)\w*.{0,60}(?:litigation|lawsuit|proceedings?|legal action).{0,600}(?:terminat|cease|lose)"),
    _condition("termination", "rights end on a breach", "terminat|revok", r"(?:breach|fail(?:s|ure)? to comply|violat|non-?complian).{0,160}terminat|terminat.{0,160}(?:breach|fail(?:s|ure)? to comply|violat|non-?complian)", r"litigation"),
)  # fmt: skip
"""In the order in which a sentence is held against them."""
