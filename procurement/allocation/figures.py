"""Exact figures: quantities as whole units of 10^-decimals to compute with, and as text to print.

Python's Decimal rounds sums and products to its context (28 digits); whole units never round.
"""

from datetime import UTC, datetime
from decimal import Decimal


def in_units(quantity: Decimal, decimals: int) -> int:
    """`quantity` counted in units of 10^-decimals. Raises `ValueError` when it has more decimals than that."""
    numerator, denominator = quantity.as_integer_ratio()
    scale: int = 10**decimals
    units, rest = divmod(numerator * scale, denominator)
    if rest:
        raise ValueError(f"{quantity} has more than {decimals} decimals")
    return units


def from_units(units: int, decimals: int) -> Decimal:
    """The quantity of `units` ≥ 0 units of 10^-decimals, exact, carrying exactly `decimals` decimals."""
    return Decimal((0, Decimal(units).as_tuple().digits, -decimals))


def up_to_multiple(units: int, pack: int) -> int:
    """The smallest multiple of `pack` that is ≥ `units`."""
    return -(-units // pack) * pack


def quantity_text(quantity: Decimal, decimals: int) -> str:
    """`quantity` with exactly `decimals` decimals and no exponent: `12.50`."""
    return format(from_units(in_units(quantity, decimals), decimals), "f")


def rate_text(rate: Decimal) -> str:
    """A rate with at least one decimal and no further trailing zero: `20.0`, `5.5`."""
    whole, _, part = format(rate, "f").partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"


def instant_text(instant: datetime) -> str:
    """An aware instant as `YYYY-MM-DDTHH:MM:SSZ`."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
