"""The form of a need."""

from catalog.solutions.content import DomainId, UnitId
from marketplace.web.schemas import Input, Text, Years
from marketplace.web.typed import Number


class NeedForm(Input):
    """The need that a pool starts from."""

    besoin: Text
    domaine: DomainId
    unite: UnitId
    quantite: Number | None = None
    annees: Years = 1
    autres: bool = False
