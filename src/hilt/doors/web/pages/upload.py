"""Files that somebody sends to be checked: they go to the disk as they come, and are gone once the check is over."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

from hilt.core.errors import UsageError
from hilt.doors.http.answers import Answer, Redirect, Told
from hilt.doors.http.asking import Asking
from hilt.doors.http.multipart import Parts, receive
from hilt.doors.http.problems import FormRefused, NotSignedIn, TooLarge, TooMany, TooSlow
from hilt.doors.web.pages.checks import told

if TYPE_CHECKING:
    from hilt.core.asked_check import AskedCheck
    from hilt.gate.working.uploads import Upload

MOST_OF_ONE, MOST = 2, 8
"""Uploads that come in at once: of one person, and of all."""
_COMING: list[str] = []


async def upload(asking: Asking) -> Answer:
    who = (await asyncio.to_thread(asking.signed_in)).who.person.person
    if len(_COMING) >= MOST or _COMING.count(who) >= MOST_OF_ONE:
        raise TooMany("too many uploads come in at once; wait until another is over")
    _COMING.append(who)
    try:
        check = await _received(asking)
    finally:
        _COMING.remove(who)
    return (
        Told(value={"check": told(check)}, status=201) if asking.wants_json else Redirect(to=f"/checks/{check.number}")
    )


async def _received(asking: Asking) -> AskedCheck:
    from hilt.gate.working.uploads import TooMuch

    coming = _Coming(asking)
    try:
        await asyncio.to_thread(coming.begin)
        parts = Parts(asking.request.headers.get("content-type", ""), coming)
        await receive(asking.request, parts.feed)
        parts.close()
        return await asyncio.to_thread(coming.ask)
    except TooMuch as error:
        raise TooLarge(f"{error}. What came was deleted") from None
    except TooSlow as error:
        await asyncio.to_thread(coming.broke_off, error)
        raise TooSlow(f"{error}, and what came was deleted; nothing is checked") from None
    finally:
        await asyncio.to_thread(coming.close)


class _Coming:
    """The parts of the form, on their way to the disk: none before it is known that a page of ours sent it."""

    def __init__(self, asking: Asking) -> None:
        self._asking, self._asked = asking, asking.signed_in()
        self._upload: Upload | None = None
        self._after = ExitStack()
        self._first, self._bytes = "", 0

    def begin(self) -> None:
        """Raises `NotAllowed`, `TooMuch` before anything is read."""
        from hilt.gate.working.checks_asked import require_may_ask
        from hilt.gate.working.uploads import refuse_announced

        require_may_ask(self._asked)
        announced = self._asking.request.headers.get("content-length", "")
        refuse_announced(int(announced) if announced.isdecimal() and len(announced) < 19 else 0, self._asking.settings)
        token = self._asking.request.headers.get("x-csrf-token", "")
        if token or self._asking.token:
            self._is_ours(token)

    def field(self, name: str, value: str) -> None:
        if name == "csrf" and self._upload is None:
            self._is_ours(value)

    def begin_file(self, name: str) -> None:
        if self._upload is None:
            raise FormRefused("the form does not begin with its token, which every page of ours puts first")
        self._first = self._first or name
        self._upload.begin_file(name)

    def write(self, data: memoryview) -> None:
        if self._upload is not None:
            self._upload.write(data)
            self._bytes += len(data)
            self._asking.desk.idle.use(self._asked.pass_digest)

    def ask(self) -> AskedCheck:
        if self._upload is None:
            raise UsageError("no file was sent: choose the files, the folder or the archive of a model")
        if not self._asking.still_signed_in():  # who left while it came has nothing checked
            raise NotSignedIn("this session ended while the files came, and they were deleted")
        return self._upload.ask(self._asking.signed_in())

    def broke_off(self, why: TooSlow) -> None:
        """Whoever sent it sees no answer: the list of checks tells them."""
        from hilt.gate.working.checks_asked import tell_broken_off

        if self._first:
            self.close()
            after = f"{why} after {self._bytes / 1e6:.1f} MB; what came was deleted. Send it again"
            tell_broken_off(self._asked, self._first, after, self._asking.settings)

    def close(self) -> None:
        self._after.close()

    def _is_ours(self, token: str) -> None:
        from hilt.gate.working.uploads import Upload

        self._asking.check_token(token)
        self._upload = self._after.enter_context(Upload(self._asking.settings))
