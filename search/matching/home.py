"""What the first page's address asks: `besoin`, `ville`, `quantite`, `annees`, and `unite`, `domaine`, `budget`, `pret_le`, `condition`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pydantic_core import PydanticCustomError

from catalog.directory.asked import counted
from catalog.taxonomy import domains
from marketplace.errors import Invalid
from marketplace.money import parse_euros
from marketplace.territories.queries import Town
from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.schemas import misleading, unwritable
from marketplace.web.typed import typed_date, typed_number
from marketplace.words import N_
from search.matching.asking import WINDOW_PAST
from search.matching.musts import Must
from search.matching.needs import Budget, Window
from search.matching.questions import EVERY, Question

YEARS = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Typed:
    """The address as it was written, and what is wrong with it, by field, in words. A wrong value asks nothing."""

    need: str = ""
    town: str = ""
    quantity: str = ""
    years: str = "1"
    unit: str = ""
    domain: str = ""
    budget: str = ""
    ready_on: str = ""
    conditions: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def more(self) -> int:
        """How many conditions are set besides the need, the town, the quantity and the years."""
        return len(self.conditions) + sum(
            map(bool, (self.unit, self.domain, self.budget.strip(), self.ready_on.strip()))
        )

    def question(self, town: Town | None, on: date) -> Question:
        """What it asks, for `town`, on a day; fills `errors`."""
        quantity = self._quantity()
        return Question(
            text=self.need, town=town, domain=None if self.domain == EVERY else self.domain or None, every_domain=self.domain == EVERY, musts=tuple(Must(one) for one in self.conditions),
            budget=self._budget(), quantity=quantity, unit=self.unit or None, years=int(self.years), window=self._window(on),
        )  # fmt: skip

    def _quantity(self) -> Decimal | None:
        if not self.quantity.strip():
            return None
        try:
            found: Decimal = typed_number(self.quantity)
            return counted(self.unit, found, "quantite") if self.unit else found
        except PydanticCustomError as error:
            self.errors["quantite"] = i18n.translate(error.message_template)
        except Invalid as refusal:
            self.errors["quantite"] = i18n.say(refusal.fields[0])
        return None

    def _budget(self) -> Budget | None:
        if not self.budget.strip():
            return None
        try:
            return Budget(parse_euros(self.budget, "budget"))
        except Invalid as refusal:
            self.errors["budget"] = i18n.say(refusal.fields[0])
        return None

    def _window(self, on: date) -> Window | None:
        if not self.ready_on.strip():
            return None
        try:
            until = date.fromisoformat(typed_date(self.ready_on.strip()))
        except ValueError:
            self.errors["pret_le"] = i18n.translate(N_("Écrivez une date, par exemple 30/06/2027."))
            return None
        if until < on:
            self.errors["pret_le"] = i18n.translate(WINDOW_PAST)
            return None
        return Window(on, until)


def typed(
    *, need: str, town: str, quantity: str, years: str, unit: str, domain: str, budget: str, ready_on: str, conditions: Sequence[str]
) -> Typed:  # fmt: skip
    """The address read: what no list of ours knows is left out."""
    known = [must for must in Must if must.value in conditions]
    return Typed(
        need=written(need), town=written(town), quantity=quantity, years=years if years in YEARS else "1",
        unit=unit if unit in UNITS else "", domain=domain if domain in domains() or domain == EVERY else "", budget=budget, ready_on=ready_on,
        conditions=tuple(must.value for must in known),
    )  # fmt: skip


def written(text: str) -> str:
    """`text` without what an API would refuse (`marketplace.web.schemas.clean`): it can be kept, and searched."""
    return "".join(c for c in text if not unwritable(c) and not misleading(c)).strip()
