"""Reading a plan from JSON, strictly: the first value that is wrong is refused, named by its path.

« First » is the order of contracts/simulate.md: the top-level keys, the rule, towns, lines, « no need », shared costs; in
every object its keys (unknown, then missing, then repeated), then its values in the order of the contract's example.
"""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

from marketplace.errors import Invalid, wrong
from marketplace.money import Cents
from marketplace.pricing import Step, TierMode, Tiers
from marketplace.words import N_
from procurement.allocation import values
from procurement.allocation.figures import in_units
from procurement.allocation.plan import (
    DEFAULT_RULE,
    NONE,
    ONE,
    Line,
    Need,
    Plan,
    Rule,
    SharedCost,
    Split,
    Town,
)
from procurement.allocation.strict_json import Members, decoded, printable
from procurement.allocation.values import at, refuse

T = TypeVar("T")


def read_file(name: str) -> Plan:
    """The plan in the file called `name`. Raises `Invalid` with one field error, whose path is `name` if it cannot be read."""
    try:
        with open(name, "rb") as file:  # noqa: PTH123  pathlib would rewrite the name (`./a` → `a`)
            data = file.read()
    except (OSError, ValueError) as error:
        raise Invalid(
            [wrong(printable(name), N_("Ce fichier ne peut pas être lu."), code="unreadable")]
        ) from error
    return read(data, name)


def read(data: bytes, name: str) -> Plan:
    """The plan written in `data`. Raises `Invalid` with exactly one field error: the first, in the contract's order.

    Its path leads to the value (`lines[0].tiers.steps[2].from`), or is `name` when `data` is not a JSON object in UTF-8.
    """
    try:
        root = decoded(data)
    except ValueError as error:
        raise Invalid(
            [wrong(printable(name), N_("Ce fichier n’est pas du JSON en UTF-8."), code="not_json")]
        ) from error
    if not isinstance(root, Members):
        refuse(printable(name), N_("Ce fichier doit contenir un objet JSON."), code="not_an_object")
    given = values.members(root, "", required=("towns", "lines"), optional=("rule", "shared_costs"))
    rule: Rule = values.choice(given.get("rule", DEFAULT_RULE), "rule", get_args(Rule))
    towns = _each(given["towns"], "towns", _town)
    known = {town.id for town in towns}
    lines = _each(given["lines"], "lines", lambda value, path, taken: _line(value, path, taken, known))
    if not any(line.needs for line in lines):
        refuse("lines", N_("Aucune ville n’a de besoin : donnez au moins un besoin."), code="no_need")
    return Plan(towns, lines, rule, _each(given.get("shared_costs", []), "shared_costs", _shared_cost))


def _each(value: Any, path: str, read_one: Callable[[Any, str, set[str]], T]) -> tuple[T, ...]:
    """Every item of a list, read by `read_one`, which is given the ids (or towns) already taken in this list."""
    taken: set[str] = set()
    return tuple(read_one(item, f"{path}[{i}]", taken) for i, item in enumerate(values.array(value, path)))


def _new_id(value: Any, path: str, taken: set[str]) -> str:
    name = values.text(value, path)
    if name in taken:
        refuse(path, N_("Cet identifiant est déjà pris dans cette liste."), code="duplicate")
    taken.add(name)
    return name


def _town(value: Any, path: str, taken: set[str]) -> Town:
    given = values.members(value, path, required=("id", "siren", "population", "committed_at"))
    return Town(
        id=_new_id(given["id"], at(path, "id"), taken),
        siren=values.siren(given["siren"], at(path, "siren")),
        population=values.natural(given["population"], at(path, "population")),
        committed_at=values.instant(given["committed_at"], at(path, "committed_at")),
    )


def _line(value: Any, path: str, taken: set[str], towns: set[str]) -> Line:
    given = values.members(
        value,
        path,
        required=("id", "unit", "decimals", "vat_rate", "tiers", "needs"),
        optional=("pack", "supply_limit"),
    )
    line_id = _new_id(given["id"], at(path, "id"), taken)
    unit = values.text(given["unit"], at(path, "unit"))
    decimals = values.natural(given["decimals"], at(path, "decimals"), most=9)
    pack = values.quantity(given["pack"], at(path, "pack"), decimals) if "pack" in given else ONE
    if pack == 0:
        refuse(at(path, "pack"), N_("Le multiple de commande est supérieur à 0."), code="pack_zero")
    vat_rate = values.number(given["vat_rate"], at(path, "vat_rate"))
    limit = given.get("supply_limit")
    return Line(
        id=line_id,
        unit=unit,
        decimals=decimals,
        vat_rate=vat_rate,
        pack=pack,
        supply_limit=None if limit is None else values.quantity(limit, at(path, "supply_limit"), decimals),
        tiers=_tiers(given["tiers"], at(path, "tiers"), decimals),
        needs=_each(
            given["needs"],
            at(path, "needs"),
            lambda need, place, served: _need(need, place, served, towns, decimals),
        ),
    )


def _tiers(value: Any, path: str, decimals: int) -> Tiers:
    given = values.members(value, path, required=("mode", "steps"))
    mode: TierMode = values.choice(given["mode"], at(path, "mode"), get_args(TierMode))
    place = at(path, "steps")
    listed = values.array(given["steps"], place)
    if not listed:
        refuse(place, N_("Donnez au moins un palier."), code="tiers_empty")
    steps: list[Step] = []
    for i, item in enumerate(listed):
        steps.append(_step(item, f"{place}[{i}]", steps, decimals))
    return Tiers(mode, tuple(steps))


def _step(value: Any, path: str, before: list[Step], decimals: int) -> Step:
    given = values.members(value, path, required=("from", "unit_price_cents"))
    start = values.quantity(given["from"], at(path, "from"), decimals)
    if not before and start != 0:
        refuse(at(path, "from"), N_("Le premier palier commence à 0."), code="tiers_start")
    if before and start <= before[-1].start:
        refuse(at(path, "from"), N_("Chaque palier commence plus haut que le précédent."), code="tiers_order")
    return Step(start, Cents(values.natural(given["unit_price_cents"], at(path, "unit_price_cents"))))


def _need(value: Any, path: str, served: set[str], towns: set[str], decimals: int) -> Need:
    given = values.members(value, path, required=("town", "firm"), optional=("tolerance", "max"))
    town = values.text(given["town"], at(path, "town"))
    if town not in towns:
        refuse(at(path, "town"), N_("Cette ville n’est pas dans la liste « towns »."), code="town_unknown")
    if town in served:
        refuse(at(path, "town"), N_("Cette ville a déjà un besoin sur cette ligne."), code="duplicate")
    served.add(town)
    firm = values.quantity(given["firm"], at(path, "firm"), decimals)
    tolerance = (
        values.quantity(given["tolerance"], at(path, "tolerance"), decimals) if "tolerance" in given else NONE
    )
    if "max" not in given:
        return Need(town, firm, tolerance)
    maximum = values.quantity(given["max"], at(path, "max"), decimals)
    if maximum < firm:
        refuse(at(path, "max"), N_("Le maximum est au moins égal au besoin ferme."), code="max_below_firm")
    if in_units(tolerance, decimals) > in_units(maximum, decimals) - in_units(firm, decimals):
        refuse(
            at(path, "tolerance"),
            N_("Le besoin ferme et la tolérance dépassent le maximum."),
            code="tolerance_above_max",
        )
    return Need(town, firm, tolerance, maximum)


def _shared_cost(value: Any, path: str, taken: set[str]) -> SharedCost:
    given = values.members(value, path, required=("id", "amount_cents", "vat_rate", "split"))
    return SharedCost(
        id=_new_id(given["id"], at(path, "id"), taken),
        amount=Cents(values.natural(given["amount_cents"], at(path, "amount_cents"))),
        vat_rate=values.number(given["vat_rate"], at(path, "vat_rate")),
        split=values.choice(given["split"], at(path, "split"), get_args(Split)),
    )
