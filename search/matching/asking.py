"""From what a program sent to a question: the town looked up, and what does not hold together told, all at once."""

from datetime import date
from decimal import Decimal

from catalog.directory.asked import counted, town_of_code
from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.territories.queries import Town
from marketplace.words import N_
from search.matching.musts import Must
from search.matching.needs import Budget, Window
from search.matching.questions import Question
from search.matching.schemas import StatedNeed

BUDGET_ORDER = N_("Le budget le plus bas dépasse le plus haut.")
WINDOW_ORDER = N_("La fin vient avant le début : donnez une date plus lointaine.")
WINDOW_PAST = N_("Cette date est passée.")


async def question_of(reads: ReadSession | Session, sent: StatedNeed) -> Question:
    """The question of `sent`. Raises `Invalid` with every fault."""
    on = clock.paris_day(await clock.now(reads))
    faults: list[FieldError] = []
    town: Town | None = None
    try:
        town = await town_of_code(reads, sent.town)
    except Invalid as refusal:
        faults += refusal.fields
    faults += _quantities(sent)
    if sent.budget and sent.budget.min > sent.budget.max:
        faults.append(wrong("budget.min", BUDGET_ORDER, code="order"))
    if sent.window:
        faults += window_faults(sent.window.from_ or on, sent.window.until, on, "window")
    if faults:
        raise Invalid(faults)
    ticked = sent.musts.model_dump()
    return Question(
        text=sent.need, town=town, domain=sent.domain, every_domain=sent.every_domain, musts=tuple(must for must in Must if ticked[must.value]),
        budget=Budget(sent.budget.max, sent.budget.min) if sent.budget else None, assets=dict(sent.assets), quantity=sent.quantity,
        unit=sent.unit, years=sent.years,
        window=Window(max(sent.window.from_ or on, on), sent.window.until) if sent.window else None,
    )  # fmt: skip


def window_faults(start: date, until: date, on: date, path: str) -> list[FieldError]:
    """What is wrong with the days of a window."""
    if until < on:
        return [wrong(f"{path}.until", WINDOW_PAST, code="past")]
    return [wrong(f"{path}.until", WINDOW_ORDER, code="order")] if until < start else []


def _quantities(sent: StatedNeed) -> list[FieldError]:
    given: dict[str, tuple[str, Decimal]] = {
        f"assets.{unit}": (unit, quantity) for unit, quantity in sent.assets.items()
    }
    if sent.unit and sent.quantity is not None:
        given["quantity"] = (sent.unit, sent.quantity)
    faults: list[FieldError] = []
    for path, (unit, quantity) in given.items():
        try:
            counted(unit, quantity, path)
        except Invalid as refusal:
            faults += refusal.fields
    return faults
