"""What the search's API answers."""

from uuid import UUID

from litestar.params import FromPath

from marketplace.web.schemas import Output
from search.engines import SearchPage
from search.finding.asking import Criteria
from search.finding.showing import held, highlighted
from search.finding.suggesting import SuggestionKind


class SegmentOut(Output):
    """A part of a text. `found`: whether it answers what was asked. Plain text: nothing in it is HTML."""

    text: str
    found: bool


class HitOut(Output):
    """A sheet in a list. `references`: how many towns it cites. `score`: from 0 to 1, comparable within one answer only.

    `highlights`: field → its text, or an extract of it, in parts.
    """

    id: UUID
    slug: FromPath[str]
    name: str
    summary: str
    supplier: str
    domains: list[str]
    tags: list[str]
    maturity: str
    available: bool
    priced: bool
    features: list[str]
    references: int
    fictional: bool
    score: float
    highlights: dict[str, list[SegmentOut]]


class SearchOut(Output):
    """One page of results. `facets`: name → value → count. `corrected`: what was typed → what was searched for instead.

    `index` names the state of the index that answered; `degraded`: the usual engine did not answer, and `engine` did instead.
    """

    items: list[HitOut]
    total: int
    page: int
    per_page: int
    facets: dict[str, dict[str, int]]
    corrected: dict[str, str]
    engine: str
    index: str
    degraded: bool

    @classmethod
    def of(cls, found: SearchPage, *, page: int, per_page: int) -> "SearchOut":
        """The API's form of a page of results."""
        return cls(
            items=[
                HitOut(
                    id=hit.id, slug=hit.slug, name=hit.name, summary=hit.summary, supplier=hit.supplier, domains=list(hit.domains),
                    tags=list(hit.tags), maturity=hit.maturity, available=hit.maturity != "stopped", priced=hit.priced,
                    features=sorted(held(hit)), references=hit.references, fictional=hit.fictional, score=hit.score,
                    highlights={name: [SegmentOut.model_validate(one) for one in told] for name, told in highlighted(hit).items()},
                )
                for hit in found.hits
            ],
            total=found.total, page=page, per_page=per_page, facets=found.facets, corrected=dict(found.corrected),
            engine=found.engine, index=found.index, degraded=found.degraded,
        )  # fmt: skip


class SuggestionOut(Output):
    """`link`: a path of this site. `detail`: a sheet's supplier."""

    kind: SuggestionKind
    text: str
    detail: str
    link: str


class CriteriaOut(Output):
    """A search, as `GET /api/v1/solutions` takes it."""

    q: str
    domain: list[str]
    maturity: list[str]
    feature: list[str]
    available: bool
    sort: str

    @classmethod
    def of(cls, criteria: Criteria) -> "CriteriaOut":
        return cls.model_validate(criteria.document())
