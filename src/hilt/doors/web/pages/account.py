"""What somebody signs in and signs with: their passes, their tokens, their keys, their password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple

from hilt.core.errors import KeyUnusable, NotAllowed, UsageError
from hilt.core.notification import Occasion
from hilt.core.repository_patterns import EVERY
from hilt.core.roles import only_reads
from hilt.core.signed_in import OwnKey, Pass, PassKind, SignedIn
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.http.forms import Form
from hilt.doors.web.page import Page

DAYS = 90
"""How long a token counts where nobody says otherwise."""
LETTERS = {
    Occasion.STOPPED: "a model that I run, or asked for, is stopped",
    Occasion.WAITS: "a case waits for people with my roles",
    Occasion.ASKED: "somebody asks for more about what I asked for",
    Occasion.ENDS: "what I said yes to, asked for or run is about to end",
    Occasion.DAMAGED: "files of the library are damaged, and I am an administrator",
    Occasion.ACCOUNT: "somebody else adds or revokes a key in my name: always",
}


class Letters(NamedTuple):
    """Of what there are letters, in words, and whether they are wanted."""

    occasion: Occasion
    words: str
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage(Page):
    """`wrong` is what was wrong with the form `about` (token, library, ollama or password), `done` what was done with it. `mails` is whether
    the server sends letters at all, `place` its address as Ollama takes it.
    """

    template: ClassVar[str] = "account.html"
    who: SignedIn
    passes: tuple[Pass, ...]
    keys: tuple[OwnKey, ...]
    until: str
    reads_only: bool
    letters: tuple[Letters, ...]
    mails: bool
    place: str
    label: str = ""
    use: str = ""
    names: str = EVERY
    writes: bool = False
    code: str = ""
    about: str = ""
    wrong: str = ""
    done: str = ""

    @property
    def status(self) -> int:
        return 400 if self.wrong else 200

    def fingerprint(self, one: Pass) -> str:
        """Of the key of an Ollama."""
        from hilt.gate.signing_in.ollama_keys import fingerprint

        return fingerprint(one.digest)

    def data(self) -> object:
        from hilt.doors.http.answers import data_of

        person = self.who.person
        return {
            "person": person.person,
            "name": self.who.name,
            "roles": list(person.roles),
            "passes": data_of(self.passes),
            "keys": data_of(self.keys),
            "letters": {one.occasion.value: one.wanted for one in self.letters},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPage(Page):
    """A token that was just made; it is shown only now."""

    template: ClassVar[str] = "token.html"
    secret: str
    who: SignedIn
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryTokenPage(TokenPage):
    """A token of the library, with what a client of the hub is told of it."""

    template: ClassVar[str] = "library_token.html"


def show(asking: Asking) -> Answer:
    return _page(asking)


def new_token(asking: Asking) -> Answer:
    from hilt.gate.signing_in.passes import new_token as make

    form = asking.form()
    label, until = form["label"], form["until"]
    reads = bool(form["only_reads"])
    try:
        opened = make(asking.signed_in(), label, until, asking.settings, only_reads=reads)
    except UsageError as error:
        return _page(asking, label=label, until=until, about="token", wrong=str(error))
    return TokenPage(title="A new API token", secret=opened.secret, who=opened.who, origin=asking.desk.origin)


def new_library_token(asking: Asking) -> Answer:
    from hilt.gate.signing_in.for_library import for_library
    from hilt.gate.signing_in.passes import new_token as make

    form, asked = asking.form(), asking.signed_in()
    names, writes = _names(form), bool(form["writes"])
    try:
        library = for_library(form["use"], names.split(), writes=writes, roles=asked.who.person.roles)
        opened = make(asked, form["label"], form["until"], asking.settings, library=library)
    except UsageError as error:
        return _page(asking, about="library", wrong=str(error), writes=writes, **_typed(form))
    title = "A new token of the library"
    return LibraryTokenPage(title=title, secret=opened.secret, who=opened.who, origin=asking.desk.origin)


def add_ollama_key(asking: Asking) -> Answer:
    from hilt.gate.signing_in.for_library import for_library
    from hilt.gate.signing_in.ollama_keys import add

    form, asked = asking.form(), asking.signed_in()
    try:
        library = for_library(form["use"], _names(form).split(), writes=False, roles=asked.who.person.roles)
        add(asked, form["code"], form["label"], form["until"], library, asking.settings)
    except KeyUnusable:  # where keys of the server are, is for its terminal alone
        raise
    except UsageError as error:
        return _page(asking, about="ollama", wrong=str(error), code=form["code"], **_typed(form))
    return _page(asking, about="ollama", done="This Ollama may download from now on: pull again.")


def end(asking: Asking) -> Answer:
    from hilt.gate.signing_in.passes import end as end_pass

    asked, digest = asking.signed_in(), asking.form()["pass"]
    end_pass(asked, digest, asking.settings)
    return Redirect(to="/sign-in", session="") if digest == asked.pass_digest else Redirect(to="/account")


def end_all(asking: Asking) -> Answer:
    from hilt.gate.signing_in.passes import end_all as end_each

    asking.form()
    end_each(asking.signed_in(), asking.settings)
    return Redirect(to="/sign-in", session="")


def choose_letters(asking: Asking) -> Answer:
    from hilt.gate.notifying.letters import choose_letters as choose

    chosen = asking.form().all("letter")
    choose(asking.signed_in(), [one for one in Occasion if one.value in chosen], asking.settings)
    return Redirect(to="/account#letters")


def change_password(asking: Asking) -> Answer:
    from hilt.gate.signing_in.sign_in import change_password as change

    form = asking.form()
    if form["new"] != form["again"]:
        return _page(asking, about="password", wrong="the two new passwords are not the same")
    try:
        change(asking.signed_in(), form["old"], form["new"], asking.settings)
    except (UsageError, NotAllowed) as error:
        return _page(asking, about="password", wrong=str(error))
    return _page(
        asking, about="password", done="Your password was changed, and every other session and token has ended."
    )


def _names(form: Form) -> str:
    return form["names"].replace(",", " ")


def _typed(form: Form) -> dict[str, str]:
    """What somebody said that something is for, so that they need not say it again."""
    return {"names": _names(form), **{name: form[name] for name in ("label", "until", "use")}}


def _page(asking: Asking, *, until: str = "", **more: Any) -> AccountPage:
    from hilt.gate.notifying.letters import wanted_letters
    from hilt.gate.signing_in.own_keys import own_keys
    from hilt.gate.signing_in.passes import passes

    asked, settings = asking.signed_in(), asking.settings
    wanted = wanted_letters(asked, settings)
    roles = asked.who.person.roles
    return AccountPage(
        title="Your account",
        who=asked.who,
        passes=tuple(one for one in passes(asked, settings) if one.kind is not PassKind.INVITATION),
        keys=own_keys(asked, settings),
        until=until or (datetime.now(UTC).date() + timedelta(days=DAYS)).isoformat(),
        reads_only=only_reads(roles),
        letters=tuple(Letters(one, words, one in wanted) for one, words in LETTERS.items()),
        mails=settings.serve.mail is not None,
        place=asking.desk.origin.partition("://")[2],
        **more,
    )
