"""What leaves a sheet out whatever its score, each with the sentence that the asker reads. Pure.

Tried in the order of `Filter`; the first that fails is told. `WORDS` is the last, since it compares a sheet with those that pass the
others. Unknown is a pass for territory and capacity, where the directory is incomplete and the town can ask; it is never one for a must.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from catalog.suppliers.territories import serves
from marketplace.words import N_, NN_
from search.facts.shape import Facts
from search.matching.costing import Cost, outward
from search.matching.musts import MUSTS, Met
from search.matching.needs import Need
from search.matching.saying import Said, Word, said, said_of


class Filter(StrEnum):
    AVAILABLE = "available"
    DOMAIN = "domain"
    TERRITORY = "territory"
    MUST = "must"
    BUDGET = "budget"
    CAPACITY = "capacity"
    WORDS = "words"


FILTER_NAMES = {
    Filter.AVAILABLE: N_("publiée et en service"),
    Filter.DOMAIN: N_("dans le domaine du besoin"),
    Filter.TERRITORY: N_("travaille sur votre territoire"),
    Filter.MUST: N_("remplit vos conditions obligatoires"),
    Filter.BUDGET: N_("à portée de votre budget"),
    Filter.CAPACITY: N_("peut être prête à temps"),
    Filter.WORDS: N_("répond assez à vos mots"),
}

FILTER_RULES = {
    Filter.AVAILABLE: N_("Une fiche retirée, suspendue ou dont le service est arrêté n’est jamais proposée."),
    Filter.DOMAIN: N_(
        "Seulement quand vous choisissez un domaine, ou quand vos mots en nomment un, et un seul, sans doute possible."
    ),
    Filter.TERRITORY: N_(
        "L’entreprise dit où elle travaille ; celle qui ne l’a pas dit n’est pas écartée. Le siège ne compte pas."
    ),
    Filter.MUST: N_("Une réponse qui manque ne vaut pas oui : la fiche est écartée, et le motif le dit."),
    Filter.BUDGET: N_(
        "Seulement quand le plus bas coût publié dépasse déjà votre budget, tous paliers de prix compris."
    ),
    Filter.CAPACITY: N_(
        "Seulement quand vous donnez une date : délai annoncé trop long, ou autant de villes servies que l’entreprise peut en servir."
    ),
    Filter.WORDS: N_(
        "Une fiche qui répond à vos mots moins de moitié aussi bien que la meilleure des autres : des villes semblables ou une API n’en font pas une réponse."
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a sheet is left out. `detail`: which must, when it is one."""

    filter: Filter
    why: Said
    detail: str = ""


def refused(facts: Facts, need: Need, on: date, cost: Cost) -> Refusal | None:
    """The first filter that `facts`, which cost `cost`, fail for `need` on a day; None when they pass them all."""
    return (
        _available(facts)
        or _domain(facts, need)
        or _territory(facts, need)
        or _musts(facts, need, on)
        or _budget(need, cost)
        or _capacity(facts, need)
    )


def applied(need: Need) -> list[Filter]:
    """The filters that `need` sets in motion: those that a sheet which is proposed has passed."""
    asked = {
        Filter.AVAILABLE: True,
        Filter.DOMAIN: need.domain is not None,
        Filter.TERRITORY: need.place is not None,
        Filter.MUST: bool(need.musts),
        Filter.BUDGET: need.budget is not None,
        Filter.CAPACITY: need.window is not None,
        Filter.WORDS: True,
    }
    return [each for each in Filter if asked[each]]


def _available(facts: Facts) -> Refusal | None:
    if facts.maturity == "stopped":
        return Refusal(Filter.AVAILABLE, said(N_("Service arrêté.")))
    return None


def _domain(facts: Facts, need: Need) -> Refusal | None:
    if need.domain is None or need.domain in facts.domains:
        return None
    return Refusal(Filter.DOMAIN, said(N_("La fiche est d’un autre domaine que votre besoin.")))


def _territory(facts: Facts, need: Need) -> Refusal | None:
    if need.place is None or facts.capacity is None:
        return None
    if serves(facts.capacity.territories, need.place.department) is not False:
        return None
    where = need.place.department_name or need.place.department
    return Refusal(Filter.TERRITORY, said(N_("L’entreprise ne travaille pas dans votre département : {where}."), where=where))  # fmt: skip


def _musts(facts: Facts, need: Need, on: date) -> Refusal | None:
    for must in need.musts:
        rule = MUSTS[must]
        met, why = rule.check(facts, on)
        if met is not Met.YES:
            sentence = said(N_("« {must} » est obligatoire pour vous. {why}"), must=Word(rule.name), why=why)
            return Refusal(Filter.MUST, sentence, must.value)
    return None


def _budget(need: Need, cost: Cost) -> Refusal | None:
    if need.budget is None:
        return None
    if not cost.known or cost.low <= need.budget.high:
        return None
    return Refusal(
        Filter.BUDGET,
        said(
            N_("Au plus bas prix publié, {low} HT pour vos quantités : plus que votre budget de {budget}."),
            low=outward(cost.low, cost.low)[0], budget=need.budget.high,
        ),
    )  # fmt: skip


def _capacity(facts: Facts, need: Need) -> Refusal | None:
    if need.window is None:
        return None
    capacity = facts.capacity
    if (
        capacity
        and capacity.towns_at_once is not None
        and (capacity.towns_served or 0) >= capacity.towns_at_once
    ):
        return Refusal(Filter.CAPACITY, said_of(FULL_UP, capacity.towns_at_once))
    weeks = (capacity.lead_weeks or 0 if capacity else 0) + (facts.deployment_weeks_min or 0)
    if weeks > need.window.weeks:
        return Refusal(Filter.CAPACITY, said_of(TOO_SLOW, weeks, day=need.window.until))
    return None


FAR = Refusal(
    Filter.WORDS, said(N_("Elle répond à vos mots moins de moitié aussi bien que la meilleure des solutions proposées."))
)  # fmt: skip
"""Why a sheet is left out that answers the words less than `LEAST` of what the best proposed one does."""
LEAST = 0.5
FULL_UP = NN_(
    "L’entreprise sert déjà la seule ville qu’elle dit pouvoir servir à la fois.",
    "L’entreprise sert déjà les {count} villes qu’elle dit pouvoir servir à la fois.",
)
TOO_SLOW = NN_(
    "Il faut une semaine au moins : trop pour être prêt le {day}.",
    "Il faut {count} semaines au moins : trop pour être prêt le {day}.",
)
