"""What was typed or sent, before anything is looked up; and what its words name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from catalog.taxonomy import domains
from marketplace.territories.queries import Town
from search.engines import Hit
from search.language.terms import hinted_domains
from search.matching.musts import Must
from search.matching.needs import Budget, Window

FIRST = 10
"""The first results, which say what a need is about."""
AGREE = 3
"""The very first results, which must all be of a domain for its name to be taken at its word."""
EVERY = "tous"
"""What an address says to leave nothing out for its domain."""


@dataclass(frozen=True, slots=True)
class Question:
    """See the module. `quantity` is of `unit`, or else of the unit that most published grids of the domain price.

    `every_domain`: leave nothing out for its domain, whatever the words name.
    """

    text: str
    town: Town | None = None
    domain: str | None = None
    every_domain: bool = False
    musts: tuple[Must, ...] = ()
    budget: Budget | None = None
    assets: Mapping[str, Decimal] = field(default_factory=dict)
    quantity: Decimal | None = None
    unit: str | None = None
    years: int = 1
    window: Window | None = None


def domain_about(text: str, hits: Sequence[Hit]) -> str | None:
    """The domain that the words name best; else the one that the first results share most. None when nothing says."""
    hints = hinted_domains(text)
    known = list(domains())
    counts: dict[str, int] = {}
    for hit in hits[:FIRST]:
        for domain in hit.domains[:1]:
            counts[domain] = counts.get(domain, 0) + 1
    if hints:
        return max(hints, key=lambda domain: (hints[domain], counts.get(domain, 0), -known.index(domain)))
    return max(counts, key=lambda domain: (counts[domain], -known.index(domain)), default=None)


def domain_named(text: str, hits: Sequence[Hit]) -> str | None:
    """The domain that the words name unmistakably: one alone, in two words at least, and all the very first results are of it.

    Anything less sure leaves nothing out: a need at the border of two domains is answered from both.
    """
    hints = hinted_domains(text)
    if len(hints) != 1 or max(hints.values()) < 2:
        return None
    (domain,) = hints
    if not hits or not all(domain in hit.domains for hit in hits[:AGREE]):
        return None
    return domain
