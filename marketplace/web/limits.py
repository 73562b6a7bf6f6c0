"""How much one request may hold. A route that takes files says so: `request_max_body_size=UPLOAD_LIMIT`."""

import re
from typing import Any

from litestar import Request
from litestar.exceptions import ClientException, HTTPException
from litestar.typing import FieldDefinition

from marketplace.errors import Invalid, wrong
from marketplace.words import N_

BODY_LIMIT = 1_000_000
"""Bytes of a body, unless its route takes files."""
UPLOAD_LIMIT = 20_000_000
"""Bytes of a body with a file."""
PARTS_LIMIT = 100
"""Parts of a multipart form."""
FIELDS_LIMIT = 5_000
"""Fields of a plain form: a town's table of needs has a few hundred."""
DEPTH_LIMIT = 32
"""How deep JSON may nest: ours goes to six."""

_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b'[]{}"')
_STRINGS = re.compile(rb'"[^"]*"')


async def refuse_other_formats(request: Request[Any, Any, Any]) -> None:
    """Raise 415 for a body that is neither JSON nor a form with a file."""
    if await request.body():
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given not in {"application/json", "multipart/form-data"}:
            raise HTTPException(status_code=415)


async def refuse_deep_json(request: Request[Any, Any, Any]) -> None:
    """Raise 400 for JSON nested without sense, before anything reads it."""
    if request.headers.get("content-type", "").startswith("application/json"):
        body = await request.body()
        if depth(body) > DEPTH_LIMIT:
            raise ClientException


def refuse_null(request: Request[Any, Any, Any]) -> None:
    """Raise `Invalid` for « null » given as a date, a number or an id: the framework would take it for nothing given."""
    fields = request.route_handler.parsed_fn_signature.parameters
    faults = [
        wrong(name, N_("Pour ne rien demander ici, retirez ce paramètre."), code="null")
        for name, value in request.query_params.multi_items()
        if value == "null" and name in fields and _takes_no_text(fields[name])
    ]
    if faults:
        raise Invalid(faults)


def _takes_no_text(field: FieldDefinition) -> bool:
    return field.is_optional and not any(inner.annotation is str for inner in field.inner_types)


async def refuse_many_fields(request: Request[Any, Any, Any]) -> None:
    """Raise 413 for a plain form of more fields than any of ours."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = await request.body()
        if body.count(b"&") >= FIELDS_LIMIT:
            raise HTTPException(status_code=413)


def depth(body: bytes) -> int:
    """How deep the brackets of a JSON text nest, those inside strings left aside."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_LIMIT:
        return 0
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_BRACKETS)
    deepest = level = 0
    for byte in _STRINGS.sub(b"", plain):
        level += 1 if byte in b"[{" else -1
        deepest = max(deepest, level)
    return deepest
