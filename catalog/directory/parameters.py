"""The API's parameters of a cost: `town`, `years`, and `quantity.light_point` for each unit of the table of units.

They are made from that table, so that a unit that is added there is accepted, checked and documented here.
"""

from decimal import Decimal
from inspect import Parameter, Signature
from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter
from pydantic_core import PydanticCustomError

from catalog.directory.asked import Asked, counted, town_of_code
from marketplace.db import ReadSession
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.units import UNITS
from marketplace.web.schemas import QUANTITY, reasonable
from marketplace.words import N_

PREFIX = "quantity."
Code = Annotated[
    str | None,
    QueryParameter(name="town", max_length=20, description="Code INSEE, SIREN ou SIRET de la ville"),
]
Years = Annotated[int, QueryParameter(name="years", ge=1, le=4, description="Durée, en années")]
UNKNOWN_UNIT = N_("Cette unité n’existe pas. Unités : {units}.")
NOT_A_QUANTITY = N_("Écrivez une quantité positive, par exemple 120 ou 12.5.")


async def _asked(
    request: Request[Any, Any, Any], reads: ReadSession, town: str | None, years: int, **counts: str | None
) -> Asked:
    """What a program asks. Raises `Invalid` with every wrong value at once."""
    faults = [
        wrong(name, UNKNOWN_UNIT, code="unknown_unit", units=", ".join(UNITS))
        for name in sorted(set(request.query_params))
        if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in UNITS
    ]
    given: dict[str, Decimal] = {}
    for unit in UNITS:
        if (typed := counts.get(f"quantity_{unit}")) is None:
            continue
        try:
            given[unit] = _quantity(unit, typed)
        except Invalid as refusal:
            faults += refusal.fields
    try:
        found = await town_of_code(reads, town)
    except Invalid as refusal:
        faults += refusal.fields
    if faults:
        raise Invalid(faults)
    return Asked(years=years, town=found, given=given)


def _quantity(unit: str, typed: str) -> Decimal:
    path = PREFIX + unit
    if not QUANTITY.fullmatch(typed):
        raise Invalid([wrong(path, NOT_A_QUANTITY, code="quantity")])
    try:
        return counted(unit, reasonable(Decimal(typed)), path)
    except PydanticCustomError as error:
        raise Invalid([FieldError(path, error.message_template, error.type)]) from None


def _signature() -> tuple[Signature, dict[str, Any]]:
    """The signature that the framework reads: the fixed parameters, and one for each unit."""
    kinds: dict[str, Any] = {
        "request": Request[Any, Any, Any], "reads": NamedDependency[ReadSession], "town": Code, "years": Years,
    }  # fmt: skip
    defaults: dict[str, Any] = {"town": None, "years": 1}
    for unit, named in UNITS.items():
        name = f"quantity_{unit}"
        kinds[name] = Annotated[
            str | None,
            QueryParameter(
                name=PREFIX + unit,
                max_length=30,
                description=f"Quantité : {named.many}",
                schema_extra={"pattern": f"^{QUANTITY.pattern}$"},
            ),
        ]
        defaults[name] = None
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=defaults.get(name, Parameter.empty), annotation=kind)
        for name, kind in kinds.items()
    ]
    return Signature(parameters, return_annotation=Asked), kinds | {"return": Asked}


_asked.__signature__, _asked.__annotations__ = _signature()  # type: ignore[attr-defined]

ASKED = {"asked": Provide(_asked)}
AskedOf = NamedDependency[Asked]
"""A handler's `asked`, with `dependencies=ASKED`."""
