"""The page of the rules: `/regles`, with the procedure that an amount leads to."""

from datetime import date
from typing import Any

from litestar import Request, Response, get
from litestar.params import FromQuery

from marketplace import clock
from marketplace.errors import DomainError, Invalid
from marketplace.money import parse_euros
from marketplace.web import i18n
from marketplace.web.pages import page
from marketplace.web.transaction import Reads
from marketplace.words import N_
from procurement.compass.compass import NATURE_NAMES, PROCEDURE_NAMES, PUBLICITY_NAMES, decide
from procurement.compass.rules import all_rules


@get("/regles")
async def rules(
    request: Request[Any, Any, Any],
    reads: Reads,
    nature: FromQuery[str] = "supplies",
    montant: FromQuery[str] = "",
    innovant: FromQuery[str] = "",
    jour: FromQuery[str] = "",
) -> Response[str]:
    today = clock.paris_day(await clock.now(reads))
    faults: dict[str, str] = {}
    on = today
    if jour:
        try:
            on = date.fromisoformat(jour)
        except ValueError:
            faults["jour"] = i18n.translate(N_("Écrivez une date, par exemple 2026-11-22."))
    chosen = nature if nature in NATURE_NAMES else "supplies"
    decision = None
    if montant and not faults:
        try:
            amount = parse_euros(montant, "montant")
            decision = decide(nature=chosen, amount_ht=amount, on=on, innovative=bool(innovant))
        except Invalid as refusal:
            faults |= {_field(fault.path): i18n.say(fault) for fault in refusal.fields}
        except DomainError as refusal:
            faults["montant"] = i18n.say(refusal)
    return page(
        request,
        "compass/rules.html",
        asked={"nature": chosen, "montant": montant, "innovant": innovant, "jour": jour or today.isoformat()},
        faults=faults,
        decision=decision,
        on=on,
        rules=[rule for rule in all_rules() if rule.in_force(on)],
        natures=NATURE_NAMES,
        procedures=PROCEDURE_NAMES,
        publicities=PUBLICITY_NAMES,
    )


def _field(path: str) -> str:
    return {"date": "jour"}.get(path, path)


HANDLERS = [rules]
