"""What is read of the answers of a sheet: interoperability, sovereignty, maturity and capacity, labels. Pure."""

from marketplace.words import N_, NN_
from search.facts.shape import best
from search.matching.choices import CERTIFICATIONS, HOSTED, LABELS, MATURITY, PLAINLY, STANDARDS, chosen, told
from search.matching.reading import FULL, Asked, Candidate, Gap, Reading, answered
from search.matching.saying import Fact, Word, said, said_of


def interoperability(candidate: Candidate, _asked: Asked) -> Reading:
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
        has += [Word(PLAINLY.get(one, STANDARDS[one])) for one in standards[:3]]
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
        has.append(Word(N_("réversibilité (reprise des données en fin de contrat) comprise") if answers.exit_price == "included" else N_("réversibilité (reprise des données en fin de contrat) au bordereau")))  # fmt: skip
    return answered(candidate, sum_, has, N_("Rien qui s’échange n’est annoncé."), gaps)


def sovereignty(candidate: Candidate, asked: Asked) -> Reading:
    """45 hundredths for data in the Union or at the town (20 in a country held adequate), 30 when nobody outside the Union controls
    the firm or its host, 25 for SecNumCloud (15 for another certification). Without data to host, all of it.
    """
    facts = candidate.facts
    answers = facts.answers
    proof = best(facts.claims.get("answers.hosting_country", ()), asked.on)
    if answers.hosting_country == "none":
        return answered(candidate, FULL, [Word(HOSTED["none"])], "", [], proof)
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
    return answered(candidate, sum_, has, N_("Rien n’est dit de l’hébergement."), gaps, proof)


def maturity(candidate: Candidate, asked: Asked) -> Reading:
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
    return answered(candidate, sum_, has, N_("Ni la maturité ni la capacité ne sont dites."), gaps)


FREE = NN_("place pour une ville de plus", "place pour {count} villes de plus")


def labels(candidate: Candidate, asked: Asked) -> Reading:
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
    return answered(candidate, sum_, has, N_("Ni label ni économie d’énergie annoncés."), gaps, proof)
