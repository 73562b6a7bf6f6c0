"""Money: integer euro cents, VAT, and exact splitting. Nothing else multiplies or rounds an amount.

Rates are Decimal percentages (`Decimal("20.0")` is 20 %). Rounding is half away from zero, as EN 16931 asks of VAT.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from marketplace.errors import Invalid, wrong
from marketplace.words import N_

K = TypeVar("K", bound=Hashable)

MAX_CENTS = (
    10**15
)  # ten thousand billion euros: beyond it an input is a mistake, and a BIGINT still holds sums of it

TYPED = re.compile(r"[0-9]{1,20}(\.(?P<decimals>[0-9]{1,20}))?", re.ASCII)
"""An amount as figures: no sign, no exponent, which nobody types by design."""


class Cents(int):
    """An immutable amount in euro cents. Adds, subtracts and compares; is a plain integer for the database and JSON."""

    __slots__ = ()

    def __add__(self, other: int) -> "Cents":
        return Cents(int(self) + int(other))

    __radd__ = __add__

    def __sub__(self, other: int) -> "Cents":
        return Cents(int(self) - int(other))

    def __neg__(self) -> "Cents":
        return Cents(-int(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> Any:
        from pydantic_core import core_schema

        whole = core_schema.int_schema(strict=True, ge=0, le=MAX_CENTS)
        return core_schema.no_info_after_validator_function(
            cls, core_schema.no_info_before_validator_function(_integer, whole)
        )


def _integer(value: Any) -> int:
    """Refuse "210" and true, which pydantic takes for integers when the framework asks it to be lenient."""
    from pydantic_core import PydanticKnownError

    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticKnownError("int_type")
    return value


ZERO = Cents(0)


def total(amounts: Iterable[int]) -> Cents:
    """The sum of `amounts`."""
    return Cents(sum(amounts))


def rounded(exact: Fraction | Decimal) -> Cents:
    """`exact` cents to a whole cent, half away from zero."""
    value = Fraction(exact)
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return Cents(whole if value >= 0 else -whole)


def vat(base: Cents, rate: Decimal) -> Cents:
    """The VAT on a base HT at `rate` percent, rounded once. Sum the bases of a rate before calling (EN 16931, BR-CO-17)."""
    return rounded(Fraction(base) * Fraction(rate) / 100)


def shares(amount: int, weights: Mapping[K, int | Fraction], order: Iterable[K]) -> dict[K, int]:
    """Split `amount` pro rata to `weights` by largest remainder; ties go to the first in `order`.

    The parts are whole, of the same sign as `amount`, and their sum is `amount`. A zero weight gets nothing;
    when all weights are zero the split is equal. `order` holds every key of `weights` once.
    """
    keys = list(order)
    whole = sum(weights.values(), start=Fraction(0))
    if whole == 0:
        weights = dict.fromkeys(keys, 1)
        whole = Fraction(len(keys))
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    exact = {key: Fraction(size) * weights[key] / whole for key in keys}
    parts = {key: exact[key].numerator // exact[key].denominator for key in keys}
    left = size - sum(parts.values())
    ranked = sorted(range(len(keys)), key=lambda i: (-(exact[keys[i]] - parts[keys[i]]), i))
    for i in ranked[:left]:
        parts[keys[i]] += 1
    return {key: sign * part for key, part in parts.items()}


def as_typed(cents: int) -> str:
    """Cents as `parse_euros` reads them, for a form that is shown again: 1234 → `12,34`."""
    return f"{cents // 100},{cents % 100:02d}"


def parse_euros(text: str, path: str) -> Cents:
    """Euros as people write them (`12 500,50`, `12500.5 €`) to cents. Raises `Invalid` naming `path`."""
    cleaned = (
        text.replace("€", "").replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    )
    figures = TYPED.fullmatch(cleaned)
    if not figures or Fraction(cleaned) * 100 > MAX_CENTS:
        raise Invalid([wrong(path, N_("Écrivez un montant en euros, par exemple 1 250,50."), code="amount")])
    if len((figures["decimals"] or "").rstrip("0")) > 2:
        raise Invalid(
            [
                wrong(
                    path,
                    N_("Un montant a deux décimales au plus, par exemple 1 250,50."),
                    code="amount_precision",
                )
            ]
        )
    return Cents(int(Fraction(cleaned) * 100))


def euros(cents: int, *, language: str = "fr", precise: bool = True) -> str:
    """`1 250,50 €` in French, `€1,250.50` in English; `precise=False` drops the cents of whole amounts."""
    from babel.numbers import format_currency

    pattern = None
    if not precise and cents % 100 == 0:
        pattern = "#,##0\u00a0¤" if language == "fr" else "¤#,##0"
    return format_currency(
        Decimal(cents) / 100,
        "EUR",
        format=pattern,
        locale="fr_FR" if language == "fr" else "en_GB",
        currency_digits=pattern is None,
    )
