"""What the index holds of a published sheet: an allow-list of public fields, whatever the engine."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from catalog.solutions.models import Maturity, Solution
from catalog.taxonomy import domains


class Feature(StrEnum):
    """What a sheet may be filtered by: each is a public fact of it."""

    PRICED = "priced"
    EU_HOSTED = "eu_hosted"
    OPEN_API = "open_api"
    ACCESSIBLE = "accessible"
    OPEN_SOURCE = "open_source"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """One sheet as it is searched. `domain_words` are the labels of its domains, so that their names find it.

    `features` are `Feature` values, `references` how many towns it cites, `published_on` the day of its first publication,
    `audiences` whom it says it is made for.
    """

    id: UUID
    slug: str
    name: str
    summary: str
    description: str
    supplier: str
    domains: tuple[str, ...]
    tags: tuple[str, ...]
    maturity: str
    fictional: bool
    priced: bool
    version: int
    problem: str = ""
    features: tuple[str, ...] = ()
    references: int = 0
    published_on: date | None = None
    audiences: tuple[str, ...] = ()

    @property
    def domain_words(self) -> str:
        known = domains()
        return " ".join(known[domain].label_fr for domain in self.domains if domain in known)

    @classmethod
    def of(cls, sheet: Solution) -> "SearchDocument":
        """The document of a published sheet, with its prices loaded."""
        return cls(
            id=sheet.id, slug=sheet.slug, name=sheet.name, summary=sheet.summary, description=sheet.description,
            supplier=sheet.supplier_name, domains=tuple(sheet.domains), tags=tuple(sheet.tags), maturity=sheet.maturity,
            fictional=sheet.fictional, priced=bool(sheet.prices) and sheet.maturity is not Maturity.STOPPED,
            version=sheet.version, audiences=tuple(sheet.audiences),
        )  # fmt: skip

    @classmethod
    def from_columns(cls, row: Mapping[str, Any]) -> "SearchDocument":
        """The document that an index holds in columns, or a JSON object, named as its fields are."""
        found: dict[str, Any] = {field.name: row[field.name] for field in fields(cls) if field.name in row}
        lists: dict[str, Any] = {
            name: tuple(value) for name, value in found.items() if isinstance(value, list)
        }
        return cls(**(found | lists))


Documents = Iterable[SearchDocument] | AsyncIterable[SearchDocument]
"""Documents, all at hand or read as they are asked for."""


async def in_batches(documents: Documents, size: int) -> AsyncIterator[list[SearchDocument]]:
    """Documents by `size` at most."""
    batch: list[SearchDocument] = []
    if isinstance(documents, AsyncIterable):
        async for document in documents:
            batch.append(document)
            if len(batch) == size:
                yield batch
                batch = []
    else:
        for document in documents:
            batch.append(document)
            if len(batch) == size:
                yield batch
                batch = []
    if batch:
        yield batch


def documents(sheets: Iterable[Solution]) -> list[SearchDocument]:
    """The documents of published sheets."""
    return [SearchDocument.of(sheet) for sheet in sheets]
