"""The form that freezes an answer: which answer, its title, and the town's reasons."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from catalog.texts import Line, Phrase, Prose
from marketplace.web.schemas import Input, clean
from search.finding.asking import Criteria
from search.finding.pages import typed_criteria
from search.register.schemas import Slug

Typed = Annotated[str, StringConstraints(max_length=5000), AfterValidator(clean)]
Values = Annotated[list[Typed], Field(max_length=60)]


class ChoiceForm(Input):
    slug: Slug
    reason: Phrase


class FreezeForm(Input):
    """`recherche`: a logged answer; without it, the search that the other fields ask, under the names of the search page.

    `index`: the state of the directory that the page showed.
    """

    title: Line
    note: Prose | None = None
    besoin: UUID | None = None
    achat: UUID | None = None
    recherche: UUID | None = None
    q: Typed = ""
    domaine: Values = []
    maturite: Values = []
    critere: Values = []
    prix: Typed = ""
    disponibles: Typed = ""
    tri: Typed = ""
    index: Typed = ""
    choices: Annotated[list[ChoiceForm], Field(max_length=40)] = []

    @property
    def search(self) -> Criteria:
        asked, _ = typed_criteria(
            q=self.q, domaine=list(self.domaine), maturite=list(self.maturite), prix=self.prix, critere=list(self.critere),
            disponibles=self.disponibles, tri=self.tri,
        )  # fmt: skip
        return asked


FIELDS = {"need_id": "besoin", "pool_id": "achat"}


def field_of(path: str) -> str:
    """The form's field for what the verb calls `path`: a sheet is told at its reason, since nobody types the sheet."""
    return FIELDS.get(path, path.replace("].slug", "].reason"))
