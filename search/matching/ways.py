"""« Par où passer ? »: six ways to buy, of which three are computed from prices, open pools and dated rules, and three are advice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from catalog.solutions.queries import PublishedGrid
from marketplace.money import Cents, rounded
from marketplace.territories.queries import Town
from marketplace.words import N_, NN_
from procurement import compass
from procurement.compass import Nature, Procedure
from procurement.compass.compass import PROCEDURE_NAMES
from procurement.pools import plans
from search.matching.saying import Said, Word, said, said_of


class Way(StrEnum):
    POOL = "pool"
    ALONE = "alone"
    INNOVATIVE = "innovative"
    CENTRAL_BODY = "central_body"
    SYNDICAT = "syndicat"
    EPCI = "epci"


WAY_NAMES = {
    Way.POOL: N_("Rejoindre un achat groupé"),
    Way.ALONE: N_("Acheter seul"),
    Way.INNOVATIVE: N_("Achat innovant"),
    Way.CENTRAL_BODY: N_("Centrale d’achat"),
    Way.SYNDICAT: N_("Syndicat"),
    Way.EPCI: N_("Intercommunalité"),
}


class Standing(StrEnum):
    """Where a way stands for the asker."""

    ADVISED = "advised"
    POSSIBLE = "possible"
    NOT_NEEDED = "not_needed"
    TOO_HIGH = "too_high"
    TO_PRICE = "to_price"
    TO_CHECK = "to_check"
    NOTHING_OPEN = "nothing_open"


STANDING_NAMES = {
    Standing.ADVISED: N_("Conseillé"),
    Standing.POSSIBLE: N_("Possible"),
    Standing.NOT_NEEDED: N_("Inutile ici"),
    Standing.TOO_HIGH: N_("Montant trop élevé"),
    Standing.TO_PRICE: N_("À chiffrer"),
    Standing.TO_CHECK: N_("À vérifier"),
    Standing.NOTHING_OPEN: N_("Rien d’ouvert"),
}


@dataclass(frozen=True, slots=True)
class Value:
    """What the quantity costs alone over the years, HT, from the lowest to the highest of `grids` published grids of one unit."""

    unit: str
    grids: int
    low: Cents
    high: Cents
    unit_low: Cents
    unit_high: Cents


@dataclass(frozen=True, slots=True)
class Option:
    """One way. `computed`: from our prices and dated rules; else it is advice, and says what to check."""

    way: Way
    standing: Standing
    why: Said
    reference: str
    computed: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """`value`: None when it is not known. `on`: the day of the rules."""

    value: Value | None
    options: tuple[Option, ...]
    on: date


def units_of(grids: Sequence[PublishedGrid]) -> dict[str, list[PublishedGrid]]:
    """Grids by the unit that they price."""
    found: dict[str, list[PublishedGrid]] = {}
    for grid in grids:
        found.setdefault(grid.unit, []).append(grid)
    return found


def leading(grids: Sequence[PublishedGrid], unit: str | None = None) -> tuple[str | None, list[PublishedGrid]]:  # fmt: skip
    """The unit asked for, else the one that most grids price (of two, the first by name), with its grids."""
    by_unit = units_of(grids)
    if unit is None:
        unit = max(sorted(by_unit), key=lambda each: len(by_unit[each]), default=None)
    return unit, by_unit.get(unit or "", [])


def value_of(unit: str | None, grids: Sequence[PublishedGrid], quantity: Decimal | None) -> Value | None:
    """The range of `grids` for a quantity. None without one, or with too few grids: a supplier's price could be read from it."""
    if unit is None or not quantity or len(grids) < plans.MIN_GRIDS:
        return None
    costs = sorted(grid.tiers.cost(quantity) for grid in grids)
    low, high = costs[0], costs[-1]
    each = [rounded(Decimal(int(cost)) / quantity) for cost in (low, high)]
    return Value(unit, len(grids), low, high, each[0], each[1])


def ways(value: Value | None, *, pools: int, waiting: int = 0, town: Town | None, on: date) -> Ways:
    """Every way, in the order of the page. `waiting`: how many other towns at least wait with such a need, when it may be told."""
    options = (_pool(pools, waiting), _alone(value, on), _innovative(value, on), *_advice(town))
    return Ways(value, options, on)


def _pool(pools: int, waiting: int) -> Option:
    if pools:
        return Option(Way.POOL, Standing.ADVISED, said_of(OPEN, pools), "L2113-6", computed=True)
    if waiting:
        why = said(N_("{count} villes au moins attendent d’autres villes pour un besoin proche : attendez avec elles, ou ouvrez un achat."), count=waiting)  # fmt: skip
    else:
        why = said(N_("Vous pouvez en ouvrir un : d’autres villes ont sans doute le même besoin."))
    return Option(Way.POOL, Standing.NOTHING_OPEN, why, "L2113-6", computed=True)


OPEN = NN_("{count} achat est ouvert dans ce domaine.", "{count} achats sont ouverts dans ce domaine.")


def _decision(value: Value | None, on: date, *, innovative: bool = False) -> compass.Decision | None:
    """What the highest published price leads to: prudent, since a threshold must not be passed unaware."""
    if value is None:
        return None
    return compass.decide_if_known(nature=Nature.SERVICES, amount_ht=value.high, on=on, innovative=innovative)


def _alone(value: Value | None, on: date) -> Option:
    decision = _decision(value, on)
    if decision is None:
        why = said(N_("La procédure dépend du montant : donnez une quantité."))
        return Option(Way.ALONE, Standing.TO_PRICE, why, "", computed=True)
    why = said(N_("Au plus cher des prix publiés : {procedure}."), procedure=Word(PROCEDURE_NAMES[decision.procedure]))  # fmt: skip
    return Option(Way.ALONE, Standing.POSSIBLE, why, decision.basis, computed=True)


def _innovative(value: Value | None, on: date) -> Option:
    plain = _decision(value, on)
    novel = _decision(value, on, innovative=True)
    if plain is None or novel is None:
        why = said(N_("Sans publicité ni mise en concurrence au-delà du seuil ordinaire, si la solution est nouvelle. Donnez une quantité."))  # fmt: skip
        return Option(Way.INNOVATIVE, Standing.TO_PRICE, why, "R2122-9-1", computed=True)
    if plain.procedure is Procedure.NO_COMPETITION:
        why = said(N_("À ce montant, aucune mise en concurrence n’est obligatoire de toute façon."))
        return Option(Way.INNOVATIVE, Standing.NOT_NEEDED, why, "R2122-9-1", computed=True)
    if novel.procedure is Procedure.NO_COMPETITION:
        why = said(N_("Possible sans mise en concurrence si la solution est nouvelle ou sensiblement améliorée : à justifier par écrit."))  # fmt: skip
        return Option(Way.INNOVATIVE, Standing.POSSIBLE, why, "R2122-9-1", computed=True)
    why = said(N_("Le plus cher des prix publiés dépasse le seuil de l’achat innovant."))
    return Option(Way.INNOVATIVE, Standing.TOO_HIGH, why, "R2122-9-1", computed=True)


def _advice(town: Town | None) -> tuple[Option, ...]:
    central = said(N_("Elle a déjà mis les entreprises en concurrence. Cherchez si l’un de ses catalogues couvre ce besoin."))  # fmt: skip
    syndicat = said(
        N_("Si la ville lui a confié cette compétence, c’est lui qui achète. Relisez ses statuts.")
    )
    if town is not None and town.epci_name:
        epci = said(N_("{name} porte peut-être cette compétence, ou un achat mutualisé : demandez-lui."), name=town.epci_name)  # fmt: skip
    else:
        epci = said(N_("Elle porte peut-être cette compétence, ou un achat mutualisé : demandez-lui."))
    return (
        Option(Way.CENTRAL_BODY, Standing.TO_CHECK, central, "L2113-2", computed=False),
        Option(Way.SYNDICAT, Standing.TO_CHECK, syndicat, "CGCT L5212-1", computed=False),
        Option(Way.EPCI, Standing.TO_CHECK, epci, "CGCT L5211-4-4", computed=False),
    )
