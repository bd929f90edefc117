"""The calls of a witness as an application of Starlette.

Specification: C2SP tlog-witness. Nobody who asks is known, so whatever comes is bounded: its bytes, its time, and how many
come at once.
"""

from __future__ import annotations

import asyncio

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hilt.gate.recording.witness_for_others import CALL, CHECKPOINT, LARGEST_REQUEST, Answer, Witnessing

PATIENCE = 10.0
"""Seconds that a request may take to arrive."""


def application(witness: Witnessing, *, patience: float = PATIENCE) -> Starlette:
    """What answers with `witness`."""

    async def add_checkpoint(request: Request) -> Response:
        try:
            data = await asyncio.wait_for(_body(request), patience)
        except TimeoutError:
            answer = Answer(408, f"the request took longer than {patience:g} seconds\n")
        except ClientDisconnect:
            answer = Answer(400, "the request broke off\n")
        else:
            answer = _TOO_LARGE if data is None else await run_in_threadpool(witness.add_checkpoint, data)
        headers = {"Content-Type": answer.media}  # as a header, for Starlette adds a character set to a media type
        if answer.status in (400, 408, 413):  # what is left of a body must not be taken for the next request
            headers["Connection"] = "close"
        return Response(answer.body, answer.status, headers)

    async def checkpoint(request: Request) -> Response:
        answer = await run_in_threadpool(witness.checkpoint, request.path_params["origin"])
        return Response(answer.body, answer.status, {"Content-Type": answer.media})

    routes = [
        Route(CALL, add_checkpoint, methods=["POST"]),
        Route(CHECKPOINT, checkpoint, methods=["GET"]),
    ]
    return Starlette(routes=routes)


_TOO_LARGE = Answer(413, f"a request has at most {LARGEST_REQUEST} bytes\n")


async def _body(request: Request) -> bytes | None:
    """The body, None where it is too large."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > LARGEST_REQUEST:
            return None
    return bytes(data)
