"""Files that come with the pages: read once, at addresses that change with what is in them, so that browsers keep them."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
KEPT = "public, max-age=31536000, immutable"


class StaticFiles:
    """The files in `folder` of the package, and those that are `made`; `urls` has the address of each by its name."""

    def __init__(self, package: str, folder: str, made: Mapping[str, bytes]) -> None:
        found = {one.name: one.read_bytes() for one in files(package).joinpath(folder).iterdir() if one.is_file()}
        found |= made
        self.urls = {name: f"/static/{sha256(data).hexdigest()[:16]}/{name}" for name, data in found.items()}
        self._files = {self.urls[name]: (data, _media(name)) for name, data in found.items()}
        self.route = Route("/static/{digest}/{name}", self._answer)

    async def _answer(self, request: Request) -> Response:
        data, media = self._files.get(request.scope["path"], (None, ""))
        if data is None:
            raise HTTPException(404)
        return Response(data, headers={"Content-Type": media, "Cache-Control": KEPT})


def _media(name: str) -> str:
    suffix = name[name.rfind(".") :]
    return f"{MEDIA.get(suffix) or mimetypes.guess_type(name)[0] or 'application/octet-stream'}; charset=utf-8"
