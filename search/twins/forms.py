"""The form of declared assets: a figure and a year for each kind, and whether everybody may read them."""

import re
from typing import Any

from pydantic import BaseModel, create_model

from marketplace.errors import FieldError, Invalid, wrong
from marketplace.web.schemas import Input
from marketplace.web.typed import Number
from marketplace.words import N_
from search.twins.assets import AssetKind, Assets, Declared
from search.twins.schemas import Year

YEAR = "_annee"
_PATH = re.compile(r"assets\[(\d+)\]\.(\w+)")


class _Whole(Input):
    version: int | None = None
    public: bool = False


_figures: dict[str, Any] = {kind.value: (Number | None, None) for kind in AssetKind}
_years: dict[str, Any] = {f"{kind.value}{YEAR}": (Year | None, None) for kind in AssetKind}
AssetsForm: type[_Whole] = create_model("AssetsForm", __base__=_Whole, **(_figures | _years))


def declared(typed: BaseModel) -> list[tuple[AssetKind, Declared]]:
    """What the form says: the kinds that have a figure. Raises `Invalid` for a figure without its year, or a year alone."""
    found, faults = list[tuple[AssetKind, Declared]](), list[FieldError]()
    for kind in AssetKind:
        quantity, year = getattr(typed, kind.value), getattr(typed, f"{kind.value}{YEAR}")
        if quantity is not None and year is not None:
            found.append((kind, Declared(quantity, year)))
        elif quantity is not None:
            faults.append(
                wrong(
                    f"{kind.value}{YEAR}",
                    N_("Donnez l’année du comptage, par exemple 2025."),
                    code="required",
                )
            )
        elif year is not None:
            faults.append(wrong(kind.value, N_("Donnez la quantité, ou effacez l’année."), code="required"))
    if faults:
        raise Invalid(faults)
    return found


def place(kinds: list[AssetKind]) -> Any:
    """Where the form shows what is wrong with `assets[i]…`, for the kinds that were sent in this order."""

    def field(path: str) -> str:
        found = _PATH.fullmatch(path)
        if found is None:
            return path
        kind = kinds[int(found[1])].value
        return f"{kind}{YEAR}" if found[2] == "year" else kind

    return field


def typed(assets: Assets, show: Any) -> dict[str, Any]:
    """What is declared, as the form types it; `show` writes a quantity."""
    raw: dict[str, Any] = {}
    for kind, one in assets.declared.items():
        raw |= {kind.value: show(one.quantity), f"{kind.value}{YEAR}": str(one.year)}
    return raw | ({"public": "on"} if assets.public else {})
