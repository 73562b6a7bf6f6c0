"""The form of a need."""

from typing import Literal

from catalog.solutions.content import DomainId, UnitId
from marketplace.web.schemas import Input, Text, Years
from marketplace.web.typed import Number


class NeedForm(Input):
    """The need that a pool starts from. `suite`: what comes next, waiting for other towns or the pool."""

    besoin: Text
    domaine: DomainId
    unite: UnitId
    quantite: Number | None = None
    annees: Years = 1
    autres: bool = False
    suite: Literal["", "attendre"] = ""
