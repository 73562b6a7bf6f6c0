"""What is read of the towns that run a solution: each counts by its likeness to the asker's, its freshness and its proof. Pure."""

from datetime import date

from catalog.evidence.levels import LEVEL_NAMES, Level
from marketplace.words import N_, NN_
from search.facts.shape import Deployment, best
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
from search.matching.saying import Fact, Said, Word, said, said_of

MOST_TOWNS = 5
"""Deployments that count, the best: citing more towns buys nothing."""
NEAR = 0.6
"""From this likeness on, a town is said to be like the asker's."""


def twins(candidate: Candidate, asked: Asked) -> Reading:
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


def _where(deployments: list[Deployment], on: date) -> tuple[Fact, date | None]:
    """The best source of what several deployments say, and its date."""
    proof = best([piece for one in deployments for piece in one.proofs], on)
    if proof is not None:
        return cited(proof), proof.since
    return Word(DECLARED), max((one.started_on for one in deployments), default=None)
