"""What the verbs are, as OpenAPI 3.1 says it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hilt.core.version import __version__
from hilt.doors.web.api.body import schema_of
from hilt.doors.web.api.verb import Verb

_ABOUT = (
    "The verbs of hilt. Each is asked for with POST and JSON, by whoever shows an API token (Authorization: Bearer hilt_...), which the "
    "page of your account makes. What a verb may do is what the person may do; a token that only reads is enough where "
    "nothing is changed."
)
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["kind", "message", "fix"],
            "properties": {
                "kind": {"type": "string", "description": "for programs: usage-error, not-allowed ..."},
                "message": {"type": "string", "description": "what went wrong, and where"},
                "fix": {"type": "string", "description": "what to do about it; may be empty"},
            },
        }
    },
}


def described(verbs: Iterable[Verb], origin: str) -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "hilt", "version": __version__, "description": _ABOUT},
        "servers": [{"url": origin}],
        "security": [{"token": []}],
        "paths": {f"/api/{verb.name}": {"post": _operation(verb)} for verb in verbs},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR},
        },
    }


def _operation(verb: Verb) -> dict[str, Any]:
    takes = f" It takes the role {' or '.join(verb.needs)}." if verb.needs else ""
    reads = "" if verb.changes else " A token that only reads is enough."
    return {
        "operationId": verb.name.replace("/", "-"),
        "summary": verb.about,
        "description": f"{verb.about}{takes}{reads}",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema_of(verb.body), "example": dict(verb.example)}},
        },
        "responses": {
            "200": {"description": "As the command line tells it with --json.", "content": {"application/json": {}}},
            "default": {
                "description": "It was not done.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        },
    }
