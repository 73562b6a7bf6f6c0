"""How an event finds what it sets in motion: the shape of a route. The dictionary itself is `routing.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marketplace.db import Session
from marketplace.outbox import Event
from workers.tools import Tools

Handler = Callable[[Session, Any, Tools], Awaitable[None]]
"""Runs in one transaction with the outbox row's lock held; may run twice, so it looks before it acts."""


class Later(Exception):
    """What a handler needs is down. Its row is put off, again and again for a day: that is no failure of its own."""

    def __init__(self, why: str, *, seconds: float) -> None:
        super().__init__(why)
        self.seconds = seconds


class Lane(StrEnum):
    """Who runs it: the PostgreSQL drain itself (money and legal effects), or ARQ (what may be late)."""

    DRAIN = "drain"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that an event sets in motion. `name` is kept in the outbox: renaming it strands pending rows."""

    name: str
    run: Handler
    lane: Lane = Lane.DRAIN


Routes = dict[type[Event], tuple[Route, ...]]
