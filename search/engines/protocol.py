"""What any search engine of the directory promises."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from marketplace.db import ReadSession, Session
from search.documents import SearchDocument


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked. Several values of one filter widen it; two filters narrow each other."""

    text: str = ""
    domains: tuple[str, ...] = ()
    maturities: tuple[str, ...] = ()
    priced: bool = False
    page: int = 1
    per_page: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One sheet found, in order. Permissions are checked again when it is opened."""

    id: UUID
    slug: str
    name: str
    summary: str
    supplier: str
    domains: tuple[str, ...]
    tags: tuple[str, ...]
    maturity: str
    fictional: bool
    priced: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, the exact total, and counts by filter value (each facet as if its own filter were not set)."""

    hits: tuple[Hit, ...]
    total: int
    engine: str
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    corrected: tuple[tuple[str, str], ...] = ()
    """What was typed, and what was searched for instead."""


class SearchEngine(Protocol):
    """The directory's search. Unpublished sheets are never in it."""

    name: str

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        """The page of `query`."""

    async def upsert(self, session: Session, documents: Sequence[SearchDocument]) -> None:
        """Put documents in the index, or replace them."""

    async def delete(self, session: Session, ids: Sequence[UUID]) -> None:
        """Take documents out of the index. Those that are not there are ignored."""

    async def rebuild(self, session: Session, documents: Iterable[SearchDocument]) -> int:
        """Replace the whole index without a moment when it is empty. Returns how many documents it holds."""
