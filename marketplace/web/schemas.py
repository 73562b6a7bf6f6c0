"""What API schemas share: strict input, quantities and amounts as contracts write them, and pages of results."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

import nh3
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, PydanticKnownError

from marketplace.money import Cents
from marketplace.words import N_

T = TypeVar("T")

SENTENCE_OF_INSTANT = N_("Écrivez une date et une heure, par exemple 2026-11-22T14:00:00+01:00.")
LARGEST = 1_000_000_000
DIRECTIONS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
MARKS = frozenset("\u200e\u200f\u061c")
"""What reorders the characters around it (Unicode, UAX 9)."""
WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
QUANTITY = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?", re.ASCII)


class Input(BaseModel):
    """What a client sends. An unknown key is an error, not a silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Output(BaseModel):
    """What we answer."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Page(Output, Generic[T]):
    """One page of a list."""

    items: list[T]
    total: int
    page: int
    per_page: int


def unwritable(character: str) -> bool:
    """A control character or half of a pair, which neither PostgreSQL nor a PDF can hold; line ends and tabs are not."""
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t"


def misleading(character: str) -> bool:
    """One that changes the direction of reading, with which a text shows something else than it says."""
    return unicodedata.bidirectional(character) in DIRECTIONS or character in MARKS


def clean(text: str) -> str:
    """Refuse what is `unwritable` or `misleading`."""
    if any(map(unwritable, text)):
        raise PydanticCustomError(
            "characters", N_("Ce texte contient des caractères de contrôle : retapez-le.")
        )
    if any(map(misleading, text)):
        raise PydanticCustomError(
            "direction", N_("Ce texte contient des caractères invisibles qui changent le sens de lecture : retapez-le.")
        )  # fmt: skip
    return text


def no_html(text: str) -> str:
    """Refuse what a browser would take for HTML: a text of ours is plain."""
    if nh3.is_html(text):
        raise PydanticCustomError("html", N_("Ce texte contient des balises HTML : écrivez du texte simple."))
    return text


def _quantity(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return reasonable(value)
    if not isinstance(value, str) or not QUANTITY.fullmatch(value):
        raise PydanticCustomError(
            "quantity", N_('Écrivez une quantité positive entre guillemets, par exemple "120" ou "12.5".')
        )
    return reasonable(Decimal(value))


def reasonable(quantity: Decimal) -> Decimal:
    """`quantity`, when an amount can be computed from it; a slip of the keyboard is told where it is."""
    if quantity > LARGEST:
        raise PydanticCustomError("quantity", N_("Cette quantité est trop grande : 1 000 000 000 au plus."))
    return quantity


def _rate(rate: Decimal) -> Decimal:
    if rate > 100:
        raise PydanticCustomError(
            "rate", N_('Un taux de TVA est un pourcentage, par exemple "20.0" ou "5.5".')
        )
    return rate


def _written(value: Any) -> Any:
    if not isinstance(value, str | datetime):
        raise PydanticCustomError("datetime_parsing", SENTENCE_OF_INSTANT)
    return value


def plain(quantity: Decimal) -> str:
    """A quantity as contracts write it: digits, at most one point, no exponent, no needless zero."""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def not_a_truth(value: Any) -> Any:
    """Refuse true and false where a number is wanted: Python takes them for 1 and 0, the API's schema does not."""
    if isinstance(value, bool):
        raise PydanticCustomError("int_type", N_("Écrivez un nombre entier, par exemple 12."))
    return value


def a_truth(value: Any) -> Any:
    """Refuse what stands for true elsewhere: the framework asks pydantic to be lenient, the API's schema is not."""
    if not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


Truth = Annotated[bool, BeforeValidator(a_truth)]


def written_day(value: Any) -> Any:
    """Refuse a day that is not written year, month, day: pydantic takes a number for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and WRITTEN_DAY.fullmatch(value.strip())):
        return value
    raise PydanticCustomError("date_parsing", N_("Écrivez une date, par exemple 2026-11-22."))


Short = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(clean)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5000), AfterValidator(clean)]
Quantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{QUANTITY.pattern}$", "examples": ["120", "12.5"]}),
]
Rate = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    AfterValidator(_rate),
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{QUANTITY.pattern}$", "examples": ["20.0", "5.5"]}),
]
Amount = Annotated[Cents, WithJsonSchema({"type": "integer", "minimum": 0, "description": "centimes d’euro"})]
Instant = Annotated[AwareDatetime, BeforeValidator(_written)]
"""An instant as it is written, never a number of seconds."""
Years = Annotated[int, Field(ge=1, le=4)]
Day = Annotated[date, Field(le=date(2199, 12, 31))]
"""A day to come. Bounded, since the end of the last day that a date can hold is no instant."""
