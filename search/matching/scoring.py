"""What a sheet is worth for a need, signal by signal: each a value from 0 to 1, a sentence, its source and its date. Pure.

Values are whole thousandths and weights whole numbers that sum to 100, so that points are exact and their sum is the score.
What nobody told is worth nothing, and is named with what it could bring at most (`gaps`): the reader sees what a score ignores.
No function here can see who owns a share, where a firm has its seat, what was clicked or paid: `Facts` has none of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from catalog.evidence.levels import LEVEL_NAMES, Level
from marketplace.words import N_, NN_
from search.facts.shape import Deployment, Facts, Proven, best
from search.matching.choices import CERTIFICATIONS, HOSTED, LABELS, MATURITY, STANDARDS, chosen, told
from search.matching.costing import Cost, cost_of, outward
from search.matching.needs import Need
from search.matching.saying import Fact, Said, Units, Word, said, said_of
from search.matching.weights import Signal, Weights

FULL = 1000
"""Thousandths of a whole value."""
SHEET = N_("fiche publiée")
DECLARED = N_("déclaré par l’entreprise")

WORTH = {
    Level.DECLARED: 0.25,
    Level.DOCUMENT: 0.5,
    Level.CONFIRMED: 0.75,
    Level.CONTRACT: 0.9,
    Level.DELIVERED: 1.0,
}
"""What a deployment is worth by what proves it."""
SEVERAL = Decimal(2)
"""A count for a plural that says no number."""
MOST_TOWNS = 5
"""Deployments that count, the best: citing more towns buys nothing."""
NEAR = 0.6
"""From this likeness on, a town is said to be like the asker's."""


class Lack(StrEnum):
    """Who could fill a gap: the startup by telling, by proving, or the asker by saying more."""

    UNTOLD = "untold"
    UNPROVEN = "unproven"
    YOURS = "yours"


LACKING = {
    Lack.UNTOLD: N_("{what} : non renseigné, −{points} au plus."),
    Lack.UNPROVEN: N_("{what} : −{points} au plus."),
    Lack.YOURS: N_("{what} : dites-le, −{points} au plus sinon."),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that nobody told, proved or asked, and the thousandths of the signal's value that it could bring at most."""

    code: str
    what: str
    most: int
    kind: Lack = Lack.UNTOLD


@dataclass(frozen=True, slots=True)
class Reading:
    """What one signal reads of a sheet: thousandths, why, where that is written and as of when, and what is not told."""

    value: int
    why: Said
    source: Fact
    on: date | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A need with what was read for it: the day, how much each reference town resembles the asker's (0 to 1, by code), how many
    pools are open in each domain.
    """

    need: Need
    on: date
    weights: Weights
    likeness: Mapping[str, float] = field(default_factory=dict)
    pools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sheet that the words found: how well, from 0 to 1, the words that were found in it, and what it costs for the need."""

    facts: Facts
    text: float
    words: tuple[str, ...]
    cost: Cost

    @classmethod
    def of(cls, facts: Facts, text: float, need: Need, words: tuple[str, ...] = ()) -> "Candidate":
        return cls(facts, text, words, cost_of(facts.prices, need.quantities, need.years))


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
        why = said(N_("Vos mots dans la fiche : {words}."), words=candidate.words)
    else:
        why = said(N_("Correspondance de la fiche avec vos mots : {rate} %."), rate=round(value / 10))
    return Reading(value, why, Word(SHEET), facts.revised_on)


def _twins(candidate: Candidate, asked: Asked) -> Reading:
    deployments = candidate.facts.deployments
    place = asked.need.place
    if place is None:
        gap = Gap("town", N_("Votre ville"), FULL, Lack.YOURS)
        return Reading(0, said(N_("Sans ville, rien ne dit qui vous ressemble.")), Word(SHEET), None, (gap,))
    terms = by_town(deployments, asked)
    value = saturating(sum(worth for worth, _ in terms))
    gaps = []
    unproven = [
        asked.likeness.get(one.code, 0.0) * fresh(one, asked.on) for one in deployments if best(one.proofs, asked.on) is None
    ]  # fmt: skip
    if unproven:
        could = sorted([worth for worth, _ in terms] + unproven, reverse=True)[:MOST_TOWNS]
        if (most := saturating(sum(could)) - value) > 0:
            gaps.append(
                Gap(
                    "proofs",
                    N_("Références que rien ne confirme encore"),
                    min(most, FULL - value),
                    Lack.UNPROVEN,
                )
            )
    return Reading(value, _who(terms, asked), *_where([one for _, one in terms], asked.on), tuple(gaps))


def _who(terms: list[tuple[float, Deployment]], asked: Asked) -> Said:
    assert asked.need.place is not None
    near = [one for _, one in terms if asked.likeness.get(one.code, 0.0) >= NEAR]
    shown = near or [one for worth, one in terms if worth > 0]
    towns: tuple[Fact, ...] = tuple(_town(one, asked.on) for one in shown[:MOST_NAMED])
    if near:
        place = asked.need.place.name
        if len(near) > MOST_NAMED:
            return said(MORE_TWINS, count=len(near), place=place, towns=towns)
        return said_of(TWINS, len(near), place=place, towns=towns)
    if shown:
        return said(N_("Aucune ville de référence ne ressemble beaucoup à la vôtre ; les plus proches : {towns}."), towns=towns)  # fmt: skip
    return said(N_("Aucune ville de référence que l’on puisse comparer à la vôtre."))


MOST_NAMED = 3
TWINS = NN_(
    "Une ville comme {place} l’utilise : {towns}.", "{count} villes comme {place} l’utilisent : {towns}."
)
MORE_TWINS = N_("{count} villes comme {place} l’utilisent, dont {towns}.")


def _town(deployment: Deployment, on: date) -> Said:
    proof = best(deployment.proofs, on)
    level = proof.level if proof else Level.DECLARED
    return said(
        N_("{town} ({level}, {year})"), town=deployment.name, level=Word(LEVEL_NAMES[level]), year=str(deployment.started_on.year)
    )  # fmt: skip


def by_town(deployments: tuple[Deployment, ...], asked: Asked) -> list[tuple[float, Deployment]]:
    """The deployments that count, with what each is worth here: likeness × freshness × level of proof; one a town, five at most."""
    found: dict[str, tuple[float, Deployment]] = {}
    for one in deployments:
        proof = best(one.proofs, asked.on)
        worth = asked.likeness.get(one.code, 0.0) * fresh(one, asked.on) * WORTH[proof.level if proof else Level.DECLARED]  # fmt: skip
        if one.code not in found or worth > found[one.code][0]:
            found[one.code] = (worth, one)
    return sorted(found.values(), key=lambda term: (-term[0], term[1].name, term[1].code))[:MOST_TOWNS]


def saturating(worth: float) -> int:
    """Thousandths for what deployments are worth together: each one more adds less, five perfect ones make the whole."""
    return thousandths(worth / (worth + 1) * (MOST_TOWNS + 1) / MOST_TOWNS)


def fresh(deployment: Deployment, on: date) -> float:
    """1 for three years from the start, then a tenth less each year, half at the least; halved again once it has ended."""
    years = max((on - deployment.started_on).days, 0) // 365
    running = max(1.0 - 0.1 * max(years - 2, 0), 0.5)
    ended = deployment.ended_on is not None and deployment.ended_on < on
    return running / 2 if ended else running


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
    return Reading(value, why, _cited(top), top.since, gaps)


UNPROVEN = NN_(
    "Une affirmation, que rien ne prouve encore.", "{count} affirmations, que rien ne prouve encore."
)


def _interoperability(candidate: Candidate, _asked: Asked) -> Reading:
    """Four tenths for an API (two when its documentation is on request), three for an open standard, two for exports, one for a
    reversibility that costs nothing or has its price.
    """
    answers = candidate.facts.answers
    sum_, gaps, has = 0, list[Gap](), list[Fact]()
    if not told(answers.api):
        gaps.append(Gap("api", N_("API"), 400))
    elif answers.api != "none":
        open_ = answers.api == "open"
        sum_ += 400 if open_ else 200
        has.append(Word(N_("API documentée publiquement") if open_ else N_("API documentée sur demande")))
    standards = chosen(answers.standards, STANDARDS)
    if not told(answers.standards):
        gaps.append(Gap("standards", N_("Standards ouverts"), 300))
    elif standards:
        sum_ += 300
        has += [STANDARDS[one] for one in standards[:3]]
    exports = tuple(one for one in answers.exports or () if one not in {"none", "unknown"})
    if not told(answers.exports):
        gaps.append(Gap("exports", N_("Formats d’export"), 200))
    elif exports:
        sum_ += 200
        has.append(said(N_("exports {formats}"), formats=tuple(one.upper() for one in exports[:3])))
    if not told(answers.exit_price):
        gaps.append(Gap("exit_price", N_("Prix de la réversibilité"), 100))
    elif answers.exit_price in {"included", "priced"}:
        sum_ += 100
        has.append(Word(N_("réversibilité comprise") if answers.exit_price == "included" else N_("réversibilité au bordereau")))  # fmt: skip
    return _answered(candidate, sum_, has, N_("Rien qui s’échange n’est annoncé."), gaps)


def _sovereignty(candidate: Candidate, asked: Asked) -> Reading:
    """45 hundredths for data in the Union or at the town (20 in a country held adequate), 30 when nobody outside the Union controls
    the firm or its host, 25 for SecNumCloud (15 for another certification). Without data to host, all of it.
    """
    facts = candidate.facts
    answers = facts.answers
    proof = best(facts.claims.get("answers.hosting_country", ()), asked.on)
    if answers.hosting_country == "none":
        return _answered(candidate, FULL, [Word(HOSTED["none"])], "", [], proof)
    sum_, gaps, has = 0, list[Gap](), list[Fact]()
    where = answers.hosting_country
    if where is None or where not in HOSTED:
        gaps.append(Gap("hosting_country", N_("Hébergement"), 450))
    else:
        sum_ += {"france": 450, "eu": 450, "town": 450, "adequate": 200}.get(where, 0)
        has.append(said(N_("données hébergées {where}"), where=Word(HOSTED[where])))
    if not told(answers.extra_eu_parent):
        gaps.append(Gap("extra_eu_parent", N_("Contrôle hors de l’Union européenne"), 300))
    elif answers.extra_eu_parent == "no":
        sum_ += 300
        has.append(Word(N_("aucun contrôle hors de l’Union européenne")))
    else:
        has.append(Word(N_("contrôle hors de l’Union européenne")))
    certified = chosen(answers.certifications, CERTIFICATIONS)
    if not told(answers.certifications):
        gaps.append(Gap("certifications", N_("Certifications de l’hébergement"), 250))
    elif certified:
        sum_ += 250 if "secnumcloud" in certified else 150
        has += [CERTIFICATIONS[one] for one in certified]
    return _answered(candidate, sum_, has, N_("Rien n’est dit de l’hébergement."), gaps, proof)


def _budget(candidate: Candidate, asked: Asked) -> Reading:
    """The part of the cost's range that the budget covers. Costing less than planned takes nothing away."""
    facts, need = candidate.facts, asked.need
    proof = best(facts.claims.get("prices", ()), asked.on)
    source = _cited(proof) if proof else Word(N_("grille de prix publiée"))
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
        return Reading(0, said(N_("De {low} à {high} HT pour vos quantités, sans budget à comparer."), low=low, high=high), source, on, gap)  # fmt: skip
    budget = need.budget.high
    if cost.high <= budget:
        value = FULL
    elif cost.low > budget:
        value = 0
    else:
        value = (budget - cost.low) * FULL // (cost.high - cost.low)
    why = said(
        N_("De {low} à {high} HT pour vos quantités, pour un budget de {budget} au plus."),
        low=low, high=high, budget=budget,
    )  # fmt: skip
    return Reading(value, why, source, on)


def _maturity(candidate: Candidate, asked: Asked) -> Reading:
    """Half for the maturity, two tenths for three years in service, two for free capacity, one for a delay that is told."""
    facts, on = candidate.facts, asked.on
    sum_, gaps, has = 0, list[Gap](), list[Fact]()
    if facts.maturity == "unknown":
        gaps.append(Gap("maturity", N_("Maturité"), 500))
    else:
        sum_ += {"established": 500, "growth": 400, "construction": 200, "exploration": 100}.get(facts.maturity, 0)  # fmt: skip
        has.append(Word(MATURITY[facts.maturity]))
    if facts.since is None:
        gaps.append(Gap("since", N_("Date de création"), 200))
    else:
        years = max((on - facts.since).days // 365, 0)
        sum_ += 200 if years >= 3 else 100 if years >= 1 else 0
        has.append(said(N_("en service depuis {year}"), year=str(facts.since.year)))
    capacity = facts.capacity
    if capacity is None or capacity.towns_at_once is None:
        gaps.append(Gap("capacity", N_("Capacité de l’entreprise"), 200))
    else:
        free = capacity.towns_at_once - (capacity.towns_served or 0)
        sum_ += 200 if free > 0 else 0
        has.append(said_of(FREE, max(free, 0)))
    if facts.deployment_weeks_max is None and facts.deployment_weeks_min is None:
        gaps.append(Gap("weeks", N_("Délai de déploiement"), 100))
    else:
        sum_ += 100
        has.append(said(N_("mise en place en {weeks} semaines au plus"), weeks=facts.deployment_weeks_max or facts.deployment_weeks_min or 0))  # fmt: skip
    return _answered(candidate, sum_, has, N_("Ni la maturité ni la capacité ne sont dites."), gaps)


FREE = NN_("place pour une ville de plus", "place pour {count} villes de plus")


def _labels(candidate: Candidate, asked: Asked) -> Reading:
    """Half for a label, half for an energy saving of 30 % or more that is told with its method (in proportion below)."""
    facts = candidate.facts
    answers = facts.answers
    sum_, gaps, has = 0, list[Gap](), list[Fact]()
    labels = chosen(answers.labels, LABELS)
    if not told(answers.labels):
        gaps.append(Gap("labels", N_("Labels"), 500))
    elif labels:
        sum_ += 500
        has += [Word(LABELS[one]) for one in labels]
    saving = answers.energy_saving
    if saving is None or not answers.energy_method:
        gaps.append(Gap("energy_saving", N_("Économie d’énergie et sa méthode"), 500))
    else:
        sum_ += min(int(saving * 500 / 30), 500)
        has.append(said(N_("{rate} % d’énergie économisée, méthode publiée"), rate=saving))
    proof = best([*facts.claims.get("answers.labels", ()), *facts.claims.get("answers.energy_saving", ())], asked.on)  # fmt: skip
    return _answered(candidate, sum_, has, N_("Ni label ni économie d’énergie annoncés."), gaps, proof)


def _pools(candidate: Candidate, asked: Asked) -> Reading:
    """Six tenths for one open pool in the sheet's first domain, all for two or more. A pool is of a need, never of a product."""
    domain = candidate.facts.domains[0] if candidate.facts.domains else ""
    count = asked.pools.get(domain, 0)
    why = (
        said_of(OPEN_POOLS, count) if count else said(N_("Aucun achat groupé n’est ouvert dans ce domaine."))
    )
    return Reading((0, 600, FULL)[min(count, 2)], why, Word(N_("achats groupés ouverts")), asked.on)


OPEN_POOLS = NN_(
    "Un achat groupé est ouvert dans ce domaine.", "{count} achats groupés sont ouverts dans ce domaine."
)

READERS = {
    Signal.TEXT: _text,
    Signal.TWINS: _twins,
    Signal.EVIDENCE: _evidence,
    Signal.INTEROPERABILITY: _interoperability,
    Signal.SOVEREIGNTY: _sovereignty,
    Signal.BUDGET: _budget,
    Signal.MATURITY: _maturity,
    Signal.LABELS: _labels,
    Signal.POOLS: _pools,
}


def thousandths(value: float) -> int:
    """A value from 0 to 1 as whole thousandths."""
    return min(max(round(value * FULL), 0), FULL)


def _answered(
    candidate: Candidate, value: int, has: list[Fact], nothing: str, gaps: list[Gap], proof: Proven | None = None
) -> Reading:  # fmt: skip
    """The reading of answers of the sheet: what they say, or that they say nothing."""
    facts = candidate.facts
    why = said(N_("{answers}."), answers=tuple(has)) if has else said(nothing)
    source = _cited(proof) if proof else Word(DECLARED)
    return Reading(value, why, source, proof.since if proof else facts.revised_on, tuple(gaps))


def _where(deployments: list[Deployment], on: date) -> tuple[Fact, date | None]:
    """The best source of what several deployments say, and its date."""
    proof = best([piece for one in deployments for piece in one.proofs], on)
    if proof is not None:
        return _cited(proof), proof.since
    return Word(DECLARED), max((one.started_on for one in deployments), default=None)


def _cited(proof: Proven) -> Fact:
    level = Word(LEVEL_NAMES[proof.level])
    return said(N_("{level} : {source}"), level=level, source=proof.source) if proof.source else level
