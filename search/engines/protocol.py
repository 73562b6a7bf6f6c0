"""What any search engine of the directory promises."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from marketplace.db import ReadSession, Session
from search.engines.documents import Documents, SearchDocument


class Sort(StrEnum):
    """The order of hits. Without a text, relevance is: what can be bought first, priced first, then by name."""

    RELEVANCE = "relevance"
    NAME = "name"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked. Several domains or maturities widen their filter; features all have to be there; two filters narrow each other.

    `available` leaves stopped services out. `per_page` may be 300, for matching.
    """

    text: str = ""
    domains: tuple[str, ...] = ()
    maturities: tuple[str, ...] = ()
    priced: bool = False
    features: tuple[str, ...] = ()
    available: bool = False
    sort: Sort = Sort.RELEVANCE
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
    features: tuple[str, ...] = ()
    references: int = 0
    score: float = 0.0
    """How well the text is answered, from 0 to 1; comparable within one page of one engine only."""
    highlights: tuple[tuple[str, str], ...] = ()
    """Field (`name`, `summary`, `description`) → its text, or an extract of it, with what was found between MARK and UNMARK."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, the exact total, and counts by filter value.

    Facets `domain` and `maturity` count as if their own filter were not set; `feature` counts what one more would leave.
    """

    hits: tuple[Hit, ...]
    total: int
    engine: str
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    corrected: tuple[tuple[str, str], ...] = ()
    """What was typed, and what was searched for instead."""
    index: str = ""
    """Which state of the index answered: two answers with the same one saw the same sheets."""
    degraded: bool = False
    """Whether the engine that was asked first did not answer, and this one did in its place."""


MARK, UNMARK = "\ue000", "\ue001"
"""Around what was found, in highlights: characters that no text of the directory may hold."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the directory while an index was rebuilt: documents to put, and those to take out."""

    put: Sequence[SearchDocument] = ()
    gone: Sequence[UUID] = ()


Meanwhile = Callable[[], Awaitable[Changes]]
"""Asked once by a rebuild, when all the rest is in place and nothing of it is served yet."""


class Searcher(Protocol):
    """The directory's search. Unpublished sheets are never in it."""

    name: str

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        """The page of `query`."""


class SearchEngine(Searcher, Protocol):
    """A search with the index that it answers from.

    `transactional`: whether what it writes is part of the session's transaction, seen by others once that commits.
    """

    transactional: bool

    async def upsert(self, session: Session, documents: Sequence[SearchDocument]) -> None:
        """Put documents in the index, or replace them."""

    async def delete(self, session: Session, ids: Sequence[UUID]) -> None:
        """Take documents out of the index. Those that are not there are ignored."""

    async def rebuild(
        self, session: Session, documents: Documents, *, meanwhile: Meanwhile | None = None
    ) -> int:
        """Replace the whole index without a moment when it is empty, in constant memory. Returns how many documents it holds.

        A rebuild that fails leaves the former index serving, and nothing beside it.
        """

    def held(self, session: Session | ReadSession) -> AsyncIterator[SearchDocument]:
        """Every document as the index holds it, field by field, in any order: what a reconciliation compares."""
