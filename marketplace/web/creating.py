"""A decorator for handlers that create: retried with the same `Idempotency-Key`, they answer the same and act once.

Programs send the header; our forms send the hidden field `_once`. The handler takes `request`, `session` and `by`.
What is remembered is the answer's body (without what its schema names in `shown_once`) or, for a form, where it led.
A refusal leaves no memory.
"""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from litestar import Request, Response
from litestar.response import Redirect
from pydantic import BaseModel

from marketplace.actor import Actor
from marketplace.db import Json, Session
from marketplace.web import idempotency
from marketplace.web.csrf import FORM_TYPES

H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


def creating(handler: H) -> H:
    """See the module."""

    @wraps(handler)
    async def once(*args: Any, **kwargs: Any) -> Any:
        request: Request[Any, Any, Any] = kwargs["request"]
        session: Session = kwargs["session"]
        by: Actor = kwargs["by"]
        key = await _key(request)
        if not key or by.person_id is None or by.organisation_id is None:
            return await handler(*args, **kwargs)
        print_ = idempotency.fingerprint(
            request.app.state.secret, request.method, request.url.path, await _body(request)
        )
        savepoint = await session.begin_nested()
        record, answer = await idempotency.remembered(session, by, key, print_)
        if answer is not None:
            return _again(answer)
        result = await handler(*args, **kwargs)
        if isinstance(result, Response) and (result.status_code or 200) >= 400:
            await savepoint.rollback()
        else:
            record.answer = _memory(result)
            await savepoint.commit()
        return result

    return once  # type: ignore[return-value]


async def _key(request: Request[Any, Any, Any]) -> str:
    if request.headers.get("content-type", "").startswith(FORM_TYPES):
        typed = str((await request.form()).get("_once", ""))
        if typed:
            return typed
    return request.headers.get("idempotency-key", "")


async def _body(request: Request[Any, Any, Any]) -> bytes:
    """What was sent, without the boundary that a multipart form is given anew at each sending."""
    boundary = request.content_type[1].get("boundary", "")
    return (await request.body()).replace(boundary.encode(), b"")


def _memory(result: object) -> Json:
    if isinstance(result, Redirect):
        return {"location": str(result.url)}
    if isinstance(result, BaseModel):
        secret: frozenset[str] = getattr(result, "shown_once", frozenset())
        return {"body": result.model_dump(mode="json") | dict.fromkeys(secret)}
    raise TypeError(f"a creating handler answers a schema or a redirect, not {type(result).__name__}")


def _again(answer: Json) -> Response[Any]:
    if "location" in answer:
        return Redirect(answer["location"], status_code=303)
    return Response(answer["body"], status_code=201, headers={"Idempotent-Replayed": "true"})
