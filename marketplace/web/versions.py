"""Which version an edit was made from: `If-Match` for programs, the field `version` for forms."""

from typing import Any

from litestar import Request

from marketplace.errors import Invalid, VersionNeeded, wrong
from marketplace.words import N_


def asked_version(request: Request[Any, Any, Any], *, required: bool = True) -> int | None:
    """The version in `If-Match` (`"7"` or `7`). Raises `VersionNeeded` when it is required and absent, `Invalid` when odd."""
    given = request.headers.get("if-match")
    if given is None:
        if required:
            raise VersionNeeded
        return None
    text = given.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit()):
        raise Invalid(
            [wrong("If-Match", N_("Une version est un nombre entier, par exemple 7."), code="version")]
        )
    return int(text[:9])
