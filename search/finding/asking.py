"""What is asked of the directory's search, in one form: read from an address, written as one, kept as a document.

What no filter knows is left out and named (`Unknown`): a page says so, the API refuses.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from catalog.solutions.models import Maturity
from catalog.taxonomy import domains
from marketplace.errors import FieldError, wrong
from marketplace.words import N_
from search.engines import SearchQuery, Sort
from search.engines.documents import Feature
from search.language.words import fold

TEXT_LIMIT = 5000
FEATURE_NAMES = {
    Feature.CONFIRMED: N_("Référence confirmée"),
    Feature.PRICED: N_("Prix publiés"),
    Feature.EU_HOSTED: N_("Hébergé dans l’UE"),
    Feature.OPEN_API: N_("API ouverte"),
    Feature.ACCESSIBLE: N_("Accessible (RGAA)"),
    Feature.OPEN_SOURCE: N_("Code ouvert"),
}
"""In the order of the page, and of a card's badges."""
SORT_NAMES = {
    Sort.RELEVANCE: N_("Pertinence"),
    Sort.NAME: N_("Nom"),
    Sort.RECENT: N_("Les plus récentes"),
}
SORTS_TYPED = {"pertinence": Sort.RELEVANCE, "nom": Sort.NAME, "recentes": Sort.RECENT}
"""How the page's address says the order."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that its filter does not have."""

    filter: str
    value: str

    @property
    def shown(self) -> str:
        return self.value if len(self.value) <= 60 else self.value[:59] + "…"


@dataclass(frozen=True, slots=True)
class Active:
    """One part of what is asked, and what would be asked without it."""

    filter: str
    value: str
    rest: "Criteria"


@dataclass(frozen=True, slots=True)
class Criteria:
    """A search: its words and its filters, in the order of the taxonomy and the page whatever the order they came in."""

    text: str = ""
    domains: tuple[str, ...] = ()
    maturities: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    available: bool = False
    sort: Sort = Sort.RELEVANCE

    @classmethod
    def read(
        cls,
        *,
        text: str = "",
        domains: Iterable[str] = (),
        maturities: Iterable[str] = (),
        features: Iterable[str] = (),
        available: bool = False,
        sort: str = "",
    ) -> tuple[Self, tuple[Unknown, ...]]:
        """The search that was asked, and what of it no filter knows. Blank values ask nothing."""
        unknown: list[Unknown] = []

        def known(name: str, values: Iterable[str]) -> tuple[str, ...]:
            asked = dict.fromkeys(value.strip() for value in values if value.strip())
            accepted = ACCEPTED[name]()
            unknown.extend(Unknown(name, value) for value in asked if value not in accepted)
            return tuple(value for value in accepted if value in asked)

        order = sort.strip() or Sort.RELEVANCE
        if order not in ACCEPTED["sort"]():
            unknown.append(Unknown("sort", order))
            order = Sort.RELEVANCE
        made = cls(
            text=" ".join(text.split()),
            domains=known("domain", domains),
            maturities=known("maturity", maturities),
            features=known("feature", features),
            available=available,
            sort=Sort(order),
        )
        return made, tuple(unknown)

    @property
    def blank(self) -> bool:
        """Whether nothing narrows the directory."""
        return not self.active

    @property
    def active(self) -> tuple[Active, ...]:
        """Everything that narrows the search, words first."""
        return (
            *([Active("text", self.text, replace(self, text=""))] if self.text else []),
            *(Active("domain", one, replace(self, domains=_without(self.domains, one))) for one in self.domains),
            *(Active("maturity", one, replace(self, maturities=_without(self.maturities, one))) for one in self.maturities),
            *(Active("feature", one, replace(self, features=_without(self.features, one))) for one in self.features),
            *([Active("available", "1", replace(self, available=False))] if self.available else []),
        )  # fmt: skip

    def query(self, *, page: int = 1, per_page: int = 20) -> SearchQuery:
        """The same, as engines are asked."""
        return SearchQuery(
            text=self.text,
            domains=self.domains,
            maturities=self.maturities,
            priced=Feature.PRICED in self.features,
            features=tuple(name for name in self.features if name != Feature.PRICED),
            available=self.available,
            sort=self.sort,
            page=page,
            per_page=per_page,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """The names and values of the page's address."""
        return [
            *([("q", self.text)] if self.text else []),
            *(("domaine", value) for value in self.domains),
            *(("maturite", value) for value in self.maturities),
            *(
                ("prix", "1") if value == Feature.PRICED else ("critere", value)
                for value in self.features
            ),
            *([("disponibles", "1")] if self.available else []),
            *(("tri", typed) for typed, sort in SORTS_TYPED.items() if sort is self.sort is not Sort.RELEVANCE),
        ]  # fmt: skip

    def address(self, chosen: Iterable[str] = (), *, base: str = "/solutions") -> str:
        """The page's address (or that of another, which takes the same names), with the sheets chosen to be compared."""
        query = urlencode([*self.pairs(), *(("fiche", slug) for slug in chosen)])
        return f"{base}?{query}" if query else base

    def document(self) -> dict[str, Any]:
        """The same as JSON: what is kept of a search."""
        return {
            "q": self.text, "domain": list(self.domains), "maturity": list(self.maturities), "feature": list(self.features),
            "available": self.available, "sort": self.sort.value,
        }  # fmt: skip

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """The search that `document` keeps. What the directory no longer has is left out."""
        made, _ = cls.read(
            text=document["q"], domains=document["domain"], maturities=document["maturity"], features=document["feature"],
            available=document["available"], sort=document["sort"],
        )  # fmt: skip
        return made

    def digest(self) -> str:
        """The same for two searches that find the same sheets: neither case, accents nor the order of hits count."""
        same = self.document() | {"q": " ".join(fold(self.text).split()), "sort": ""}
        return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()


def _without(values: tuple[str, ...], left_out: str) -> tuple[str, ...]:
    return tuple(value for value in values if value != left_out)


ACCEPTED: dict[str, Callable[[], tuple[str, ...]]] = {
    "domain": lambda: tuple(domains()),
    "maturity": lambda: tuple(value.value for value in Maturity),
    "feature": lambda: tuple(value.value for value in FEATURE_NAMES),
    "sort": lambda: tuple(value.value for value in Sort),
}
"""The values of each filter, in order."""


def faults(unknown: Iterable[Unknown], *, inside: str = "") -> list[FieldError]:
    """What the API says of unknown values: each, and what its filter accepts."""
    return [
        wrong(
            inside + one.filter,
            N_("« {value} » n’est pas une valeur de ce filtre. Valeurs acceptées : {accepted}."),
            code="unknown",
            value=one.shown,
            accepted=ACCEPTED[one.filter](),
        )
        for one in unknown
    ]
