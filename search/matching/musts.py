"""What a town may demand: a closed list, each with its rule, in words and in one function. Pure.

A must that the sheet does not answer is not met: unknown is never a pass. It is told as such, so that the startup can answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from catalog.evidence.levels import Level
from marketplace.words import N_
from search.facts.shape import Facts, best
from search.matching.choices import CERTIFICATIONS, HOSTED, told
from search.matching.saying import Said, Word, said


class Must(StrEnum):
    EU_HOSTED = "eu_hosted"
    FRANCE_HOSTED = "france_hosted"
    NO_EXTRA_EU_PARENT = "no_extra_eu_parent"
    SECNUMCLOUD = "secnumcloud"
    HDS = "hds"
    ISO27001 = "iso27001"
    ACCESSIBLE = "accessible"
    OPEN_API = "open_api"
    EXPORTS = "exports"
    OPEN_SOURCE = "open_source"
    NO_AI_TRAINING = "no_ai_training"
    DATA_OWNED = "data_owned"
    PRICED = "priced"
    CONFIRMED = "confirmed"
    UP_TO_DATE = "up_to_date"


class Met(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


Check = Callable[[Facts, date], tuple[Met, Said]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`name`: as it is ticked. `rule`: what exactly is asked. `check`: whether a sheet meets it, and what it says of it."""

    name: str
    rule: str
    check: Check


NOT_TOLD = N_("Non renseigné : {what}.")
"""A list of sheets that are left out says once that an answer which is missing is no yes."""
RGAA_LEAST = 50
"""From this rate on, a service is « partially compliant »: below, it is not compliant (RGAA 4, declaration of accessibility)."""
RGAA_DAYS = 3 * 365 + 1
"""How long an audit may be relied on (decree 2019-768, article 3: a declaration lasts three years)."""


def unanswered(refusal: Said) -> bool:
    """Whether what a sheet is left out with says that it does not answer."""
    why = refusal.facts.get("why")
    return isinstance(why, Said) and why.template == NOT_TOLD


def _unknown(what: str) -> tuple[Met, Said]:
    return Met.UNKNOWN, said(NOT_TOLD, what=Word(what))


def _is(yes: bool, sentence: Said) -> tuple[Met, Said]:
    return (Met.YES if yes else Met.NO), sentence


def _hosted(*where: str) -> Check:
    def check(facts: Facts, _on: date) -> tuple[Met, Said]:
        at = facts.answers.hosting_country
        if at is None or at not in HOSTED:
            return _unknown(N_("l’hébergement des données"))
        return _is(at in where, said(N_("Données hébergées : {where}."), where=Word(HOSTED[at])))

    return check


def _certified(answer: str) -> Check:
    def check(facts: Facts, _on: date) -> tuple[Met, Said]:
        if not told(facts.answers.certifications):
            return _unknown(N_("les certifications de l’hébergement"))
        has = answer in (facts.answers.certifications or ())
        name = CERTIFICATIONS[answer]
        return _is(has, said(N_("Hébergement certifié {name}."), name=name) if has else said(N_("Hébergement sans {name}."), name=name))  # fmt: skip

    return check


def _answers(key: str, what: str, yes: tuple[str, ...], fine: str, not_fine: str) -> Check:
    def check(facts: Facts, _on: date) -> tuple[Met, Said]:
        answer = getattr(facts.answers, key)
        if not told(answer):
            return _unknown(what)
        return _is(answer in yes, said(fine if answer in yes else not_fine))

    return check


def _accessible(facts: Facts, on: date) -> tuple[Met, Said]:
    rate, audited = facts.answers.rgaa_rate, facts.answers.rgaa_audited_on
    if rate is None or audited is None:
        return _unknown(N_("le taux de conformité au RGAA et la date de son audit"))
    if (on - audited).days > RGAA_DAYS:
        return Met.NO, said(N_("Audit RGAA du {day} : plus de trois ans."), day=audited)
    return _is(rate >= RGAA_LEAST, said(N_("RGAA : {rate} % à l’audit du {day}."), rate=rate, day=audited))


def _exports(facts: Facts, _on: date) -> tuple[Met, Said]:
    formats = facts.answers.exports
    if not told(formats):
        return _unknown(N_("les formats d’export"))
    fine = tuple(one.upper() for one in formats or () if one not in {"none", "unknown"})
    if not fine:
        return Met.NO, said(N_("Aucun export des données."))
    return Met.YES, said(N_("Exports : {formats}."), formats=fine)


def _priced(facts: Facts, _on: date) -> tuple[Met, Said]:
    if facts.prices:
        return Met.YES, said(N_("Prix publiés."))
    return _unknown(N_("les prix"))


def _confirmed(facts: Facts, on: date) -> tuple[Met, Said]:
    for deployment in facts.deployments:
        proof = best(deployment.proofs, on)
        if proof is not None and proof.level.rank >= Level.CONFIRMED.rank:
            return Met.YES, said(N_("Référence confirmée : {town}."), town=deployment.name)
    return Met.NO, said(N_("Aucune référence n’est confirmée par une ville, un marché public ou une livraison ici."))  # fmt: skip


ATTESTED = {
    "vigilance": N_("l’attestation de vigilance de l’URSSAF"),
    "tax": N_("l’attestation de régularité fiscale"),
}


def _up_to_date(facts: Facts, on: date) -> tuple[Met, Said]:
    for kind, name in ATTESTED.items():
        held = [one for one in facts.attested or () if one.kind == kind and one.issued_on <= on]
        if not held:
            return _unknown(name)
        last = max(held, key=lambda one: one.expires_on or date.max)
        if last.expires_on is not None and last.expires_on < on:
            return Met.NO, said(N_("Expirée le {day} : {what}."), day=last.expires_on, what=Word(name))
    return Met.YES, said(N_("Attestations sociale et fiscale à jour."))


MUSTS: dict[Must, Rule] = {
    Must.EU_HOSTED: Rule(
        N_("Données hébergées dans l’Union européenne"),
        N_("En France, dans l’Union européenne ou l’EEE, chez la ville, ou aucune donnée hébergée."),
        _hosted("france", "eu", "town", "none"),
    ),
    Must.FRANCE_HOSTED: Rule(
        N_("Données hébergées en France"), N_("En France, chez la ville, ou aucune donnée hébergée."),
        _hosted("france", "town", "none"),
    ),
    Must.NO_EXTRA_EU_PARENT: Rule(
        N_("Ni l’entreprise ni l’hébergeur contrôlés hors de l’Union européenne"), N_("La fiche le dit en toutes lettres."),
        _answers("extra_eu_parent", N_("qui contrôle l’entreprise et l’hébergeur"), ("no",),
                 N_("Pas de contrôle hors de l’Union européenne."), N_("L’entreprise ou son hébergeur sont contrôlés hors de l’Union européenne.")),
    ),
    Must.SECNUMCLOUD: Rule(N_("Hébergement qualifié SecNumCloud"), N_("Qualification de l’ANSSI, l’agence de l’État pour la cybersécurité : un hébergement sûr, hors de portée des lois non européennes. La fiche doit l’indiquer."), _certified("secnumcloud")),
    Must.HDS: Rule(N_("Hébergement certifié HDS (données de santé)"), N_("Certification que la loi demande pour héberger des données de santé. La fiche doit l’indiquer."), _certified("hds")),
    Must.ISO27001: Rule(N_("Hébergement certifié ISO/IEC 27001"), N_("Norme internationale de sécurité de l’information. La fiche doit l’indiquer."), _certified("iso27001")),
    Must.ACCESSIBLE: Rule(
        N_("Accessible (RGAA)"), N_("Le RGAA dit ce qu’un service en ligne doit aux personnes handicapées. Conformité de 50 % au moins, à un audit de moins de trois ans."), _accessible,
    ),
    Must.OPEN_API: Rule(
        N_("API documentée publiquement"), N_("Une documentation donnée sur demande ne suffit pas."),
        _answers("api", N_("l’API"), ("open",), N_("API documentée publiquement."), N_("Pas d’API documentée publiquement.")),
    ),
    Must.EXPORTS: Rule(N_("Export des données"), N_("Au moins un format d’export."), _exports),
    Must.OPEN_SOURCE: Rule(
        N_("Code source ouvert"), N_("Sous licence libre."),
        _answers("source_code", N_("le code source"), ("open",), N_("Code source ouvert."), N_("Code source fermé.")),
    ),
    Must.NO_AI_TRAINING: Rule(
        N_("Aucun entraînement d’IA sur les données de la ville sans son accord écrit"), N_("La fiche répond non, ou seulement avec l’accord écrit de la ville."),
        _answers("ai_training", N_("l’usage des données de la ville pour entraîner des modèles"), ("no", "agreed"),
                 N_("Pas d’entraînement de modèles sans l’accord de la ville."), N_("Les données de la ville servent à entraîner des modèles.")),
    ),
    Must.DATA_OWNED: Rule(
        N_("Données produites à la ville"), N_("Elles sont à la ville seule."),
        _answers("data_ownership", N_("à qui sont les données produites"), ("town",), N_("Les données sont à la ville."), N_("Les données ne sont pas à la ville seule.")),
    ),
    Must.PRICED: Rule(N_("Prix publiés"), N_("Au moins un prix de la fiche est public."), _priced),
    Must.CONFIRMED: Rule(
        N_("Une référence confirmée"), N_("Par une ville, un marché public publié ou une livraison ici, et en cours de validité."), _confirmed,
    ),
    Must.UP_TO_DATE: Rule(
        N_("Attestations sociale et fiscale à jour"), N_("Déposées ici, acceptées par un relecteur et non expirées."), _up_to_date,
    ),
}  # fmt: skip
"""Every must, in the order in which they are offered."""
