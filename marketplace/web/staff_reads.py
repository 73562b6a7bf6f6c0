"""What staff read is noted: who, on whose behalf, which page, about what.

A read has its own small transaction, after the page's: the page's may only read, and may be answered by a replica. While
the line cannot be written, the answer does not leave. `app.py` lists what anybody may read; everything else is noted, so
that a new page is noted until somebody says, where it shows, that it need not be.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Request

from marketplace import audit
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import Database

STAFF = frozenset({OrganisationKind.SUPERVISOR, OrganisationKind.ASSOCIATION})


async def note(request: Request[Any, Any, Any], by: Actor) -> None:
    """Note that `by` has read what this request asks for, if it is for staff to read and not for everybody."""
    route = str(request.scope["path_template"])
    if by.kind not in STAFF or request.method != "GET" or route in request.app.state.open_to_all:
        return
    noun, subject_id = _subject(request.scope["path_params"])
    database: Database = request.app.state.database
    async with database.transaction(by) as session:
        audit.note(session, by, f"{noun}.read", noun, subject_id, after={"route": route})


def _subject(parameters: Mapping[str, Any]) -> tuple[str, UUID | None]:
    """The noun and the id that the address names: `{pool_id}` is a pool."""
    for name, value in parameters.items():
        if isinstance(value, UUID):
            return name.removesuffix("_id"), value
    return "page", None
