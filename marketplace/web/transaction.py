"""The request's transaction, given to handlers: `session` may write and commits before the answer leaves, `reads` may not.

A handler takes one of the two, never both. An exception rolls back; a redirect after a form post commits.

What staff (the supervising body, a curating association) read is noted in the journal before the answer leaves, for every
page but those that anybody may read: nothing for a handler to call, and so to forget. See `staff_reads.py`.
"""

from collections.abc import AsyncGenerator
from typing import Any, TypeAlias

from litestar import Request
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide

from marketplace.actor import ANONYMOUS, Actor
from marketplace.db import Database, ReadSession, Session
from marketplace.web import staff_reads

Writes: TypeAlias = NamedDependency[Session]
"""A handler's `session`: a transaction that commits with its answer."""
Reads: TypeAlias = NamedDependency[ReadSession]
"""A handler's `reads`: a transaction that may not write."""
By: TypeAlias = NamedDependency[Actor]
"""A handler's `by`: who makes the request."""


def actor_of(request: Request[Any, Any, Any]) -> Actor:
    """Who makes this request."""
    actor: Actor = request.scope.get("user") or ANONYMOUS
    return actor


async def provide_session(request: Request[Any, Any, Any], state: State) -> AsyncGenerator[Session, None]:
    database: Database = state.database
    async with database.transaction(actor_of(request)) as session:
        yield session
    await staff_reads.note(request, actor_of(request))


async def provide_reads(request: Request[Any, Any, Any], state: State) -> AsyncGenerator[ReadSession, None]:
    database: Database = state.database
    async with database.reading(actor_of(request)) as session:
        yield session
    await staff_reads.note(request, actor_of(request))


async def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    return actor_of(request)


DEPENDENCIES = {
    "session": Provide(provide_session),
    "reads": Provide(provide_reads),
    "by": Provide(provide_actor),
}
