"""Values of a closed list, refused with what the list has: a domain, a unit, the name of a condition."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import AfterValidator, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from catalog.taxonomy import domains
from marketplace.units import UNITS
from marketplace.web.schemas import Input
from marketplace.web.validation import SENTENCES

LONGEST = 60
"""Characters of a refused value that are said back."""


def _unlisted(value: str, accepted: Iterable[str]) -> PydanticCustomError:
    shown = value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    return PydanticCustomError(
        "unlisted", SENTENCES["unlisted"], {"value": shown, "accepted": tuple(accepted)}
    )


def _domain(value: str) -> str:
    if value not in domains():
        raise _unlisted(value, domains())
    return value


def _unit(value: str) -> str:
    if value not in UNITS:
        raise _unlisted(value, UNITS)
    return value


ListedDomain = Annotated[str, AfterValidator(_domain)]
ListedUnit = Annotated[str, AfterValidator(_unit)]


class ClosedInput(Input):
    """A body whose names are the list: one that it does not have is told with those that it has, beside its other faults."""

    @model_validator(mode="wrap")
    @classmethod
    def _names(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                error.title, [cls._told(fault) for fault in error.errors(include_url=False)]
            ) from None

    @classmethod
    def _told(cls, fault: Any) -> InitErrorDetails:
        kind: str | PydanticCustomError = fault["type"]
        if kind == "extra_forbidden":
            kind = _unlisted(str(fault["loc"][-1]), cls.model_fields)
        return InitErrorDetails(type=kind, loc=fault["loc"], input=fault["input"], ctx=fault.get("ctx") or {})
