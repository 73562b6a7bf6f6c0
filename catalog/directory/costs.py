"""The cost of a sheet for a town, in words: what pages, tables and files say of an `Estimate`."""

from collections.abc import Iterable
from decimal import Decimal

from catalog.directory.asked import Asked
from catalog.directory.costing import Estimate, estimate
from catalog.directory.showing import Known, Said
from catalog.solutions import wording
from catalog.solutions.models import Maturity, Solution
from marketplace.errors import Conflict
from marketplace.money import Cents, euros
from marketplace.web import i18n
from marketplace.words import N_, NN_

YEARS = NN_("{count} an", "{count} ans")


class ServiceStopped(Conflict):
    """A stopped service cannot be bought: it has no cost."""

    code = "service_stopped"
    sentence = N_("Ce service est arrêté : il n’a plus de prix.")


def is_stopped(sheet: Solution) -> bool:
    return sheet.maturity is Maturity.STOPPED


def of_sheet(sheet: Solution, asked: Asked) -> Estimate:
    """What the published prices of `sheet` cost for what was asked. Raises `ServiceStopped`."""
    if is_stopped(sheet):
        raise ServiceStopped
    return estimate(sheet.prices, asked.quantities, asked.years)


def years(count: int) -> str:
    """« 4 ans »."""
    return i18n.translate_plural(*YEARS, count).format(count=count)


def quantity(count: Decimal, unit: str) -> str:
    """« 120 points lumineux »."""
    language = i18n.language.get()
    return f"{wording.number(count, language)} {wording.unit_words(unit, count, language)}"


def named(units: Iterable[str]) -> str:
    """« points lumineux, habitants »."""
    return ", ".join(wording.unit_words(unit, 2, i18n.language.get()) for unit in units)


def amount(cents: Cents | int) -> str:
    return euros(cents, language=i18n.language.get())


def why_not(sheet: Solution, asked: Asked) -> Said | None:
    """Why `sheet` has no total for what was asked, in words; None when it has one."""
    if is_stopped(sheet):
        return Said(Known.MOOT, (i18n.translate(N_("Service arrêté")),))
    if not sheet.prices:
        return Said(Known.UNANSWERED, (i18n.translate(N_("Prix non publiés")),))
    missing = of_sheet(sheet, asked).missing
    if missing:
        said = i18n.translate(N_("À préciser : nombre de {units}")).format(units=named(missing))
        return Said(Known.UNANSWERED, (said,))
    return None


def counted(found: Estimate) -> list[str]:
    """The quantities that an estimate is made of, each once; a town's flat fee goes without saying."""
    said = {line.unit: line.quantity for line in found.lines if line.quantity is not None}
    return [quantity(count, unit) for unit, count in said.items() if unit != "town"]
