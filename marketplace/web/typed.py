"""What people type in forms: numbers with spaces and commas, euros, French dates; turned into exact values."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.errors import Invalid
from marketplace.money import Cents, parse_euros
from marketplace.web.schemas import Day, reasonable
from marketplace.words import N_


def typed_number(value: Any) -> Any:
    """« 1 250,5 » as a Decimal. A figure written in letters is refused with an example."""
    if not isinstance(value, str):
        return value
    text = value.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not text.replace(".", "", 1).isdigit() or not text.isascii() or len(text) > 20:
        raise PydanticCustomError("quantity", N_("Écrivez un nombre en chiffres, par exemple 18."))
    return reasonable(Decimal(text))


def typed_signed(value: Any) -> Any:
    """« -1,5 » as a Decimal."""
    if isinstance(value, str) and value[:1] in "-−" and value[:1]:
        return -Decimal(typed_number(value[1:].strip()))
    return typed_number(value)


def typed_euros(value: Any) -> Any:
    """« 1 250,50 € » as cents."""
    if not isinstance(value, str):
        return value
    try:
        return parse_euros(value, "")
    except Invalid:
        raise PydanticCustomError(
            "amount", N_("Écrivez un montant en euros, par exemple 1 250,50.")
        ) from None


def typed_date(value: Any) -> Any:
    """« 12/03/2027 » or « 2027-03-12 »."""
    if isinstance(value, str) and "/" in value:
        parts = value.split("/")
        if len(parts) == 3 and all(part.isdigit() for part in parts):
            return "-".join((parts[2], parts[1].zfill(2), parts[0].zfill(2)))
    return value


Number = Annotated[Decimal, BeforeValidator(typed_number), Field(ge=0, le=10**12)]
Signed = Annotated[Decimal, BeforeValidator(typed_signed)]
"""A number that may be below zero."""
Euros = Annotated[Cents, BeforeValidator(typed_euros)]
TypedDate = Annotated[Day, BeforeValidator(typed_date)]
