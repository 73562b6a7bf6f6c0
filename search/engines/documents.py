"""What the index holds of a published sheet: an allow-list of public fields, whatever the engine."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from catalog.evidence.levels import Level, Proof
from catalog.solutions.models import Maturity, Solution
from catalog.taxonomy import domains
from marketplace import clock


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
    def of(cls, sheet: Solution, proofs: Iterable[Proof], on: date) -> "SearchDocument":
        """The document of a published sheet on a day, from the sheet with its prices and references, and their proofs."""
        priced = bool(sheet.prices) and sheet.maturity is not Maturity.STOPPED
        return cls(
            id=sheet.id, slug=sheet.slug, name=sheet.name, summary=sheet.summary, description=sheet.description,
            supplier=sheet.supplier_name, domains=tuple(sheet.domains), tags=tuple(sheet.tags), maturity=sheet.maturity.value,
            fictional=sheet.fictional, priced=priced, version=sheet.version, problem=sheet.problem,
            features=features_of(sheet.answers, proofs, priced=priced, on=on),
            references=len({r.insee or r.siren or r.town_name for r in sheet.references}),
            published_on=clock.paris_day(sheet.published_at) if sheet.published_at else None, audiences=tuple(sheet.audiences),
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


EU = frozenset({"france", "eu", "town"})
"""Where data may be hosted for `EU_HOSTED`; a solution that hosts none says nothing of it."""
RGAA_RATE = Decimal(75)
AUDIT_MONTHS = 36
"""`ACCESSIBLE`: at least three quarters of the RGAA's criteria, by an audit of less than three years (the life of a statement,
décret 2019-768, art. 4). The RGAA says « partiellement conforme » from 50 %: a filter should promise more than half."""


def features_of(
    answers: Mapping[str, Any], proofs: Iterable[Proof], *, priced: bool, on: date
) -> tuple[str, ...]:
    """The features of a sheet, in the order of `Feature`, from its public answers and what proves its references."""
    true = {
        Feature.PRICED: priced,
        Feature.EU_HOSTED: answers.get("hosting_country") in EU,
        Feature.OPEN_API: answers.get("api") == "open",
        Feature.ACCESSIBLE: _accessible(answers, on),
        Feature.OPEN_SOURCE: answers.get("source_code") == "open",
        Feature.CONFIRMED: any(proof.level.rank >= Level.CONFIRMED.rank for proof in proofs),
    }
    return tuple(feature.value for feature in Feature if true[feature])


def _accessible(answers: Mapping[str, Any], on: date) -> bool:
    try:
        rate, audited = (
            Decimal(str(answers["rgaa_rate"])),
            date.fromisoformat(str(answers["rgaa_audited_on"])),
        )
    except (KeyError, ArithmeticError, ValueError):
        return False
    return rate >= RGAA_RATE and audited <= on <= clock.months_after(audited, AUDIT_MONTHS)
