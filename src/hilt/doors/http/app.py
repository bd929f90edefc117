"""Routes as an application of Starlette: every request comes in and every answer goes out here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from json import dumps
from typing import TYPE_CHECKING, NamedTuple, cast
from urllib.parse import quote, urlencode

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp as Application

from hilt.core.errors import HiltError, KeyUnusable, RecordUnreachable
from hilt.doors.http import csrf
from hilt.doors.http.answers import Answer, Download, Redirect, Shown, Told, inside
from hilt.doors.http.asking import Asking
from hilt.doors.http.cookies import set_session
from hilt.doors.http.forms import body_of
from hilt.doors.http.front import ROUTE, Front
from hilt.doors.http.lingering import Lingering
from hilt.doors.http.problems import NotSignedIn, NotThere, WrongMethod, problem_of
from hilt.doors.http.route import Handler, Route, StreamHandler
from hilt.doors.http.turns import Turns
from hilt.output.terminal import complain, complain_of

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from hilt.doors.http.desk import Desk

__all__ = ["Application", "Beside", "Draw", "Served", "application"]

Draw = Callable[[Asking, Shown], str]
"""How a page becomes HTML."""
STRANGERS = 2
"""Requests of a route that are carried out at once for those who are not signed in: to look at a password, or to ask who else vouches
for people, takes long, and is not to keep the threads of everybody else."""
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Beside(NamedTuple):
    """Another application at the same origin: it answers whatever is `meant` for it, and nothing else is."""

    meant: Callable[[Scope], bool]
    application: Application


class Served(NamedTuple):
    """An application, and what it has at hand."""

    application: Application
    desk: Desk


def application(
    desk: Desk,
    routes: Iterable[Route],
    draw: Draw,
    *,
    others: Iterable[StarletteRoute] = (),
    beside: Beside | None = None,
) -> Application:
    """What answers at the `routes`, and at `others`, which Starlette knows by itself; and what is `beside` them."""

    async def wrong_address(request: Request, error: Exception) -> Response:
        known = isinstance(error, HTTPException) and error.status_code == 405
        problem = WrongMethod("this cannot be asked for in this way") if known else NotThere("there is no such page")
        return await run_in_threadpool(_refused, Asking(request, desk), problem, draw)

    turns = Turns()
    app = Starlette(
        routes=[
            *others,
            *(
                StarletteRoute(path, _endpoint(one, desk, draw, turns), methods=one.methods)
                for one in routes
                for path in one.paths
            ),
        ],
        exception_handlers={404: wrong_address, 405: wrong_address},
    )
    app.router.redirect_slashes = False
    pages = GZipMiddleware(app, minimum_size=1000, compresslevel=5)
    return Front(_either(beside, pages) if beside else pages, desk)


def _either(beside: Beside, pages: Application) -> Application:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await (beside.application if beside.meant(scope) else pages)(scope, receive, send)

    return answer


def _endpoint(route: Route, desk: Desk, draw: Draw, turns: Turns) -> Callable[[Request], Awaitable[Response]]:
    strangers = CapacityLimiter(STRANGERS)

    async def endpoint(request: Request) -> Response:
        asking = Asking(request, desk)
        request.scope[ROUTE] = route.path
        try:
            if route.streams:
                _check_site(asking)
                await run_in_threadpool(_let_in, asking, route)
                answer = await cast("StreamHandler", route.handler)(asking)
                if isinstance(answer, Response):  # at once: a stream counts as open only when it begins
                    return answer
                return await run_in_threadpool(_response, asking, answer, draw)
            if request.method in CHANGING:
                _check_site(asking)
                asking.body = await body_of(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody is told in words
            refused = await run_in_threadpool(_refused, asking, error, draw)
            comes = request.method in CHANGING and not getattr(request.state, "all_came", False)
            return Lingering(refused) if comes else refused
        if route.open:
            return await run_sync(_answered, asking, route, draw, limiter=strangers)
        async with turns.one():
            return await run_sync(_answered, asking, route, draw)

    return endpoint


def _answered(asking: Asking, route: Route, draw: Draw) -> Response:
    try:
        _let_in(asking, route)
        return _response(asking, cast("Handler", route.handler)(asking), draw)
    except Exception as error:  # noqa: BLE001 - as above
        return _refused(asking, error, draw)
    finally:
        if asking.request.method in CHANGING:
            asking.desk.live.wake()


def _let_in(asking: Asking, route: Route) -> None:
    """Raises `NotAllowed` where the route is not for whoever asks."""
    if not route.open:
        asking.require(*route.needs)


def _check_site(asking: Asking) -> None:
    """Raises `FormRefused` where another site has a browser send this; no browser adds an API token by itself."""
    if asking.request.method in CHANGING and not asking.token:
        csrf.check_origin(asking.request.headers, asking.desk)


def _response(asking: Asking, answer: Answer, draw: Draw) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Redirect):
        response: Response = RedirectResponse(inside(answer.to), 303)
        if answer.session is not None:
            set_session(response, answer.session, asking.desk)
        return response
    if isinstance(answer, Download):
        return Response(answer.body, headers={"Content-Type": answer.media, **_kept_as(answer.name)})
    if asking.wants_json or isinstance(answer, Told):
        return _json(answer.data(), answer.status)
    return Response(_bytes(draw(asking, answer)), answer.status, media_type="text/html")


def _refused(asking: Asking, error: Exception, draw: Draw) -> Response:
    """The answer to what could not be done."""
    if not isinstance(error, HiltError):
        complain_of(error)
    elif isinstance(error, RecordUnreachable | KeyUnusable):
        complain(f"{asking.request.method} {asking.path}: {error}")
    problem = problem_of(error)
    if isinstance(error, NotSignedIn) and not asking.wants_json and asking.request.method in ("GET", "HEAD"):
        response: Response = _sign_in_first(asking)
    elif asking.wants_json:
        response = _json(problem.data(), problem.status)
    else:
        response = Response(_bytes(draw(asking, problem)), problem.status, media_type="text/html")
    if problem.status == 401 and asking.wants_json:
        response.headers["WWW-Authenticate"] = "Bearer"
    if asking.request.method in CHANGING and problem.status in (400, 408, 413):
        response.headers["Connection"] = "close"  # what is left of a body must not be taken for the next request
    return response


def _sign_in_first(asking: Asking) -> Response:
    if asking.wants_part:  # a part of a page cannot become the page to sign in at
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    asked_for = asking.request.url.path + (f"?{asking.request.url.query}" if asking.request.url.query else "")
    over = {"over": "1"} if asking.secret else {}
    return RedirectResponse("/sign-in?" + urlencode({"next": asked_for, **over}), 303)


def _json(value: object, status: int) -> Response:
    return Response(_bytes(dumps(value, ensure_ascii=False, indent=2) + "\n"), status, media_type="application/json")


def _bytes(text: str) -> bytes:
    """As UTF-8; what of a file's name is no letter is told as the escape that it is in JSON as well."""
    return text.encode("utf-8", "backslashreplace")


def _kept_as(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"} if name else {}
