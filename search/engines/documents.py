"""What the index holds of a published sheet: an allow-list of public fields, whatever the engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
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

    `features` are `Feature` values, `references` how many towns it cites, `published_on` the day of its first publication.
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
            version=sheet.version,
        )  # fmt: skip


def documents(sheets: Iterable[Solution]) -> list[SearchDocument]:
    """The documents of published sheets."""
    return [SearchDocument.of(sheet) for sheet in sheets]
