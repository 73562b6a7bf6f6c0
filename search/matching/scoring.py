"""What a sheet is worth for a need: nine signals read, weighed and added. Pure.

Values are whole thousandths and weights whole numbers that sum to 100, so that points are exact and their sum is the score.
`reading.py` says what a reading is; `deployments.py` and `answers.py` have the readers of towns and of answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from catalog.evidence.levels import LEVEL_NAMES
from marketplace.words import N_, NN_
from procurement.needs.secrecy import STEPS
from search.facts.shape import best
from search.matching.answers import interoperability, labels, maturity, sovereignty
from search.matching.costing import outward
from search.matching.deployments import twins
from search.matching.reading import (
    DECLARED,
    FULL,
    SHEET,
    WORTH,
    Asked,
    Candidate,
    Gap,
    Lack,
    Reading,
    cited,
    thousandths,
)
from search.matching.saying import SEVERAL, Fact, Units, Word, said, said_of
from search.matching.weights import Signal


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its readings. `points` and `score` are whole thousandths of a point; the sum of points is the score."""

    candidate: Candidate
    readings: Mapping[Signal, Reading]
    points: Mapping[Signal, int]

    @property
    def score(self) -> int:
        return sum(self.points.values())

    @property
    def rank(self) -> tuple[int, str, str]:
        """The order of answers: the highest score first, then by name, then by slug."""
        facts = self.candidate.facts
        return -self.score, facts.name.casefold(), facts.slug


def score(candidate: Candidate, asked: Asked) -> Scored:
    """`candidate` weighed for what is `asked`."""
    readings = {signal: read(candidate, asked) for signal, read in READERS.items()}
    points = {signal: reading.value * asked.weights.by_signal[signal] for signal, reading in readings.items()}
    return Scored(candidate, readings, points)


def _text(candidate: Candidate, _asked: Asked) -> Reading:
    facts = candidate.facts
    value = thousandths(candidate.text)
    if candidate.words:
        why = said(N_("Vos mots, ou des mots proches, dans la fiche : {words}."), words=candidate.words)
    else:
        why = said(N_("Correspondance de la fiche avec vos mots : {rate} %."), rate=round(value / 10))
    return Reading(value, why, Word(SHEET), facts.revised_on)


def _evidence(candidate: Candidate, asked: Asked) -> Reading:
    """Six tenths for the best proof of a deployment or a claim, four tenths for the part of the claims that are proven."""
    facts, on = candidate.facts, asked.on
    proofs = [best(pieces, on) for pieces in facts.claims.values()]
    proofs += [best(one.proofs, on) for one in facts.deployments]
    counting = [proof for proof in proofs if proof is not None]
    if not proofs:
        return Reading(0, said(N_("La fiche n’affirme rien qui puisse être prouvé.")), Word(SHEET), facts.revised_on)  # fmt: skip
    share = len(counting) / len(proofs)
    top = max(counting, key=lambda proof: (proof.level.rank, proof.until or date.max), default=None)
    value = thousandths(0.6 * (WORTH[top.level] if top else 0.0) + 0.4 * share)
    gaps = (
        (Gap("proofs", N_("Affirmations que rien ne prouve encore"), FULL - value, Lack.UNPROVEN),)
        if share < 1
        else ()
    )
    if top is None:
        return Reading(0, said_of(UNPROVEN, len(proofs)), Word(DECLARED), facts.revised_on, gaps)
    why = said(
        N_("Meilleure preuve : {level}. Affirmations prouvées : {proven} sur {count}."),
        level=Word(LEVEL_NAMES[top.level]), proven=len(counting), count=len(proofs),
    )  # fmt: skip
    return Reading(value, why, cited(top), top.since, gaps)


UNPROVEN = NN_(
    "Une affirmation, que rien ne prouve encore.", "{count} affirmations, que rien ne prouve encore."
)


def _budget(candidate: Candidate, asked: Asked) -> Reading:
    """The part of the cost's range that the budget covers. Costing less than planned takes nothing away."""
    facts, need = candidate.facts, asked.need
    proof = best(facts.claims.get("prices", ()), asked.on)
    source = cited(proof) if proof else Word(N_("grille de prix publiée"))
    on = proof.since if proof else facts.revised_on
    if not facts.prices:
        gap = (Gap("prices", N_("Prix"), FULL),)
        return Reading(0, said(N_("Aucun prix publié.")), Word(SHEET), facts.revised_on, gap)
    cost = candidate.cost
    if not cost.complete:
        gap = (Gap("quantities", N_("Vos quantités"), FULL, Lack.YOURS),)
        units: tuple[Fact, ...] = tuple(Units(SEVERAL, unit) for unit in cost.missing)
        return Reading(0, said(N_("Prix publiés par : {units}. Donnez vos quantités pour connaître le coût."), units=units), source, on, gap)  # fmt: skip
    low, high = outward(cost.low, cost.high)
    if need.budget is None:
        gap = (Gap("budget", N_("Votre budget"), FULL, Lack.YOURS),)
        template = N_("{low} HT pour vos quantités, sans budget à comparer.") if low == high else N_("De {low} à {high} HT pour vos quantités, sans budget à comparer.")  # fmt: skip
        return Reading(0, said(template, low=low, high=high), source, on, gap)
    budget = need.budget.high
    if cost.high <= budget:
        value = FULL
    elif cost.low > budget:
        value = 0
    else:
        value = (budget - cost.low) * FULL // (cost.high - cost.low)
    template = N_("{low} HT pour vos quantités, pour un budget de {budget} au plus.") if low == high else N_("De {low} à {high} HT pour vos quantités, pour un budget de {budget} au plus.")  # fmt: skip
    why = said(template, low=low, high=high, budget=budget)
    return Reading(value, why, source, on)


def _pools(candidate: Candidate, asked: Asked) -> Reading:
    """Six tenths for one open pool in the sheet's first domain, all for two or more; and what the towns are worth that wait for
    others there (`WAITING`). A pool is of a need, never of a product.
    """
    domain = candidate.facts.domains[0] if candidate.facts.domains else ""
    count, towns = asked.pools.get(domain, 0), asked.waiting.get(domain, 0)
    if towns not in WAITING:  # what is no step is not told, nor weighed
        towns = 0
    value = min((0, 600, FULL)[min(count, 2)] + WAITING.get(towns, 0), FULL)
    open_, waiting = said_of(OPEN_POOLS, count), said(TOWNS_WAITING, count=towns)
    if count and towns:
        why = said(N_("{open} {waiting}"), open=open_, waiting=waiting)
    elif count or towns:
        why = open_ if count else waiting
    else:
        why = said(N_("Aucun achat groupé n’est ouvert dans ce domaine."))
    source = N_("achats groupés ouverts, besoins de villes qui en attendent d’autres") if towns else N_("achats groupés ouverts")  # fmt: skip
    return Reading(value, why, Word(source), asked.on)


WAITING = dict(zip(STEPS, (200, 300, 400, 600), strict=True))
"""What towns that wait are worth, in thousandths, by the least number of them that is told: twenty are worth an open pool."""
TOWNS_WAITING = N_(
    "{count} villes au moins attendent d’autres villes pour un besoin de ce domaine, compté comme le vôtre."
)
OPEN_POOLS = NN_(
    "Un achat groupé est ouvert dans ce domaine.", "{count} achats groupés sont ouverts dans ce domaine."
)

READERS = {
    Signal.TEXT: _text,
    Signal.TWINS: twins,
    Signal.EVIDENCE: _evidence,
    Signal.INTEROPERABILITY: interoperability,
    Signal.SOVEREIGNTY: sovereignty,
    Signal.BUDGET: _budget,
    Signal.MATURITY: maturity,
    Signal.LABELS: labels,
    Signal.POOLS: _pools,
}
