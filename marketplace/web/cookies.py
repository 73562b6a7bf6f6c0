"""Our small cookies, the language and the sentence to show once: bound to this host under HTTPS, and sealed where read back.

`RequestContext` says how at each request. The session's cookie is `marketplace.sign_in`'s.
"""

import hashlib
import hmac
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie


@dataclass(frozen=True, slots=True)
class Jar:
    """How this site writes its cookies."""

    secret: str
    secure: bool


jar: ContextVar[Jar] = ContextVar("jar")


def name_of(name: str) -> str:
    """`__Host-` keeps other hosts and plain HTTP from writing the cookie; HTTP on loopback cannot have it."""
    return f"__Host-{name}" if jar.get().secure else name


def cookie(name: str, value: str, *, max_age: int) -> Cookie:
    """One of our cookies, for the whole site and no script. `max_age=0` takes it back."""
    return Cookie(
        name_of(name),
        value=value,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        path="/",
        secure=jar.get().secure,
    )


def sealed(name: str, value: str) -> str:
    """`value` with the mark that only this site can make."""
    return f"{_mark(name, value)}.{value}"


def unsealed(request: Request[Any, Any, Any], name: str) -> str | None:
    """What `sealed` wrote, or None for anything else."""
    mark, _, value = request.cookies.get(name_of(name), "").partition(".")
    return value if hmac.compare_digest(mark.encode(), _mark(name, value).encode()) else None


def _mark(name: str, value: str) -> str:
    return hmac.new(jar.get().secret.encode(), f"cookie:{name}:{value}".encode(), hashlib.sha256).hexdigest()
