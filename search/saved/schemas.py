"""What the API of kept searches takes and answers; the page's form of one."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from marketplace.errors import Invalid
from marketplace.web.schemas import Input, Output, Truth, clean, no_html
from marketplace.words import N_
from search.finding.asking import Criteria, faults
from search.finding.schemas import CriteriaOut
from search.saved.models import Alert, SavedSearch

VALUES_AT_MOST = 60


def one_line(text: str) -> str:
    """A name is a line: it is said in a mail's subject."""
    if any(c in "\n\r\t" for c in text):
        raise PydanticCustomError("characters", N_("Écrivez ce nom sur une seule ligne."))
    return no_html(clean(text))


Name = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(one_line)]
Words = Annotated[str, StringConstraints(max_length=500), AfterValidator(clean)]
Values = Annotated[list[str], Field(max_length=VALUES_AT_MOST)]


class CriteriaIn(Input):
    """A search, as `GET /api/v1/solutions` takes it."""

    q: Words = ""
    domain: Values = Field(default_factory=list)
    maturity: Values = Field(default_factory=list)
    feature: Values = Field(default_factory=list)
    available: Truth = False
    sort: str = Field("", max_length=40)

    def asked(self) -> Criteria:
        """What it means. Raises `Invalid`, naming every value that no filter knows."""
        criteria, unknown = Criteria.read(
            text=self.q, domains=self.domain, maturities=self.maturity, features=self.feature, available=self.available, sort=self.sort
        )  # fmt: skip
        if unknown:
            raise Invalid(faults(unknown, inside="search."))
        return criteria


class SavedSearchIn(Input):
    name: Name
    search: CriteriaIn
    alert: Alert = Alert.NONE


class SavedSearchChange(Input):
    """What is left out stays as it is."""

    name: Name | None = None
    alert: Alert | None = None


class SavedSearchOut(Output):
    """`link`: the path of its results on this site. `version` goes to `If-Match`. `looked_on`: the day of the last look for new sheets."""

    id: UUID
    name: str
    search: CriteriaOut
    alert: Alert
    link: str
    looked_on: date | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, kept: SavedSearch) -> "SavedSearchOut":
        return cls(
            id=kept.id, name=kept.name, search=CriteriaOut.of(kept.asked), alert=kept.alert, link=kept.asked.address(),
            looked_on=kept.looked_on, created_at=kept.created_at, version=kept.version,
        )  # fmt: skip


class SaveForm(Input):
    """The page's form: a name, an alert, and the search as the page's address says it."""

    name: Name
    alert: Alert = Alert.NONE
    q: Words = ""
    domaine: Values = Field(default_factory=list)
    maturite: Values = Field(default_factory=list)
    prix: str = Field("", max_length=40)
    critere: Values = Field(default_factory=list)
    disponibles: str = Field("", max_length=40)
    tri: str = Field("", max_length=40)


class ChangeForm(Input):
    name: Name
    alert: Alert = Alert.NONE
    version: int = Field(ge=1, le=2_000_000_000)
