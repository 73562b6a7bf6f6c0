"""« Mon besoin », open to all: the first page."""

from decimal import Decimal
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import QueryParameter
from pydantic_core import PydanticCustomError

from catalog.solutions import queries as directory
from catalog.solutions.models import MATURITY_NAMES
from catalog.taxonomy import domains
from marketplace.errors import Invalid
from marketplace.web import i18n
from marketplace.web.pages import page
from marketplace.web.transaction import By, Reads
from marketplace.web.typed import typed_number
from marketplace.words import N_
from procurement.compass.compass import PROCEDURE_NAMES
from search.finding.pages import Typed
from search.matching import home


@get("/")
async def need_page(
    request: Request[Any, Any, Any], reads: Reads, state: State, by: By, besoin: Typed = "", ville: Typed = "", quantite: Typed = "",
    annees: Annotated[str, QueryParameter(max_length=4)] = "1",
) -> Response[str]:  # fmt: skip
    quantity, wrong_quantity = _quantity(quantite)
    years = int(annees) if annees in {"1", "2", "3", "4"} else 1
    answer = None
    if besoin.strip():
        answer = await home.answer(reads, state.search, home.Asked(besoin, ville, quantity, years))
    return page(
        request, "matching/home.html", besoin=besoin, ville=ville or (by.organisation_name if by.kind == "town" else ""),
        quantite=quantite, annees=str(years), wrong_quantity=wrong_quantity, answer=answer, domains=domains(),
        procedures=PROCEDURE_NAMES, maturities=MATURITY_NAMES, count=await directory.count_published(reads),
    )  # fmt: skip


def _quantity(typed: str) -> tuple[Decimal | None, str]:
    """A typed quantity, or what is wrong with it."""
    if not typed.strip():
        return None, ""
    try:
        found: Decimal = typed_number(typed)
    except (PydanticCustomError, Invalid):
        return None, i18n.translate(N_("Écrivez un nombre en chiffres, par exemple 18."))
    return found, ""


HANDLERS = [need_page]
