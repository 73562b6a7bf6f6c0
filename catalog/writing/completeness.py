"""What is still missing of a sheet, as a list of things to do: each with what doing it would change. Never a score.

Pure: a content in, tasks out. What a submission wants comes first; then what towns ask, in the order of the steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.solutions.fields import Step, field_of
from catalog.solutions.questionnaire import UNKNOWN
from marketplace.words import N_

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. `missing` and `change` are French sentences; a `needed` one prevents submission."""

    path: str
    step: Step
    missing: str
    change: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    path: str
    missing: str
    change: str
    needed: bool = False
    domains: frozenset[str] = frozenset()
    """Whom it concerns; empty for every domain."""
    when: Callable[[Content], bool] = lambda _: True


SENSITIVE = frozenset({"personal", "location", "images", "minors", "health", "sensitive"})
LIGHTING = frozenset({"eclairage-public"})
MOBILITY = frozenset({"mobilite", "stationnement"})
SENSORS = frozenset(
    {"reseaux-iot-wifi", "eau-assainissement", "energie-batiments", "dechets-proprete", "donnees-open-data"}
)
CITIZENS = frozenset(
    {"relation-citoyen", "participation", "education-enfance", "accessibilite-handicap", "inclusion-numerique", "culture-tourisme-sport"}
)  # fmt: skip
ENERGY = frozenset({"eclairage-public", "energie-batiments", "nature-climat"})
SOVEREIGN = frozenset(
    {"securite-tranquillite", "risques-crise", "cybersecurite", "administration-interne", "sante-social"}
)
HEALTH = frozenset({"sante-social"})


def _answer(content: Content, key: str) -> Any:
    return content.get("answers", {}).get(key)


def _personal(content: Content) -> bool:
    return bool(SENSITIVE & set(_answer(content, "data_kinds") or ()))


def _hosted(content: Content) -> bool:
    return _answer(content, "hosting_country") not in {"none", "town"}


def _has_api(content: Content) -> bool:
    return _answer(content, "api") in {"open", "on_request"}


_RULES = (
    _Rule("summary", N_("La solution n’est pas dite en une phrase."), N_("C’est la phrase que les villes lisent dans la liste des résultats : sans elle, la fiche ne peut pas être envoyée."), needed=True),
    _Rule("description", N_("La description manque."), N_("Sans elle, personne ne sait ce que fait la solution : la fiche ne peut pas être envoyée."), needed=True),
    _Rule("domains", N_("Aucun domaine n’est choisi."), N_("Sans domaine, la fiche n’est proposée à aucun besoin, et vous n’êtes invité à aucune consultation."), needed=True),
    _Rule("maturity", N_("La maturité n’est pas dite."), N_("Une ville doit savoir si elle achète un service établi ou si elle essaie avec vous : sans réponse, la fiche ne peut pas être envoyée."), needed=True),
    _Rule("cpv", N_("Aucun code CPV n’est donné."), N_("Les acheteurs cherchent par code CPV, et l’écrivent dans leur marché : sans code, ils le choisissent sans vous.")),
    _Rule("problem", N_("Le problème résolu n’est pas dit."), N_("Les villes cherchent avec leurs mots, ceux du problème : sans lui, la fiche répond moins bien à leur recherche.")),
    _Rule("deployment_weeks_max", N_("Le délai de déploiement n’est pas dit."), N_("Sans délai, une ville ne peut pas savoir si la solution sera prête pour sa date.")),
    _Rule("town_provides", N_("Ce que la ville fournit n’est pas dit."), N_("Sans cela, une ville découvre après l’achat les accès, les travaux ou le temps d’agent qu’elle doit.")),
    _Rule("prices", N_("Aucun prix n’est publié."), N_("Sans prix, aucune ville ne peut estimer son coût, et la fiche ne compte pas dans les fourchettes de prix.")),
    _Rule("contract_forms", N_("Les formes de contrat acceptées ne sont pas dites."), N_("Sans elles, une ville ne sait pas si elle peut vous acheter par un groupement, un accord-cadre ou un achat innovant.")),
    _Rule("answers.hosting_country", N_("Le lieu d’hébergement est sans réponse."), N_("Sans réponse sur l’hébergement, la fiche est écartée des villes qui exigent un hébergement européen.")),
    _Rule("answers.hosting_operator", N_("L’hébergeur n’est pas nommé."), N_("Le responsable informatique ne peut pas vérifier l’hébergement, ni le dossier de sécurité le nommer."), when=_hosted),
    _Rule("answers.extra_eu_parent", N_("Le contrôle hors de l’Union européenne est sans réponse."), N_("Une ville qui exclut les lois extra-européennes ne peut pas retenir la fiche."), when=_hosted),
    _Rule("answers.certifications", N_("SecNumCloud : les qualifications de l’hébergement sont sans réponse."), N_("Dans ce domaine, les données sensibles demandent souvent un hébergement qualifié SecNumCloud : sans réponse, la ville doit supposer qu’il ne l’est pas."), domains=SOVEREIGN - HEALTH, when=_hosted),
    _Rule("answers.certifications", N_("HDS : les certifications de l’hébergement sont sans réponse."), N_("Des données de santé ne peuvent être hébergées que chez un hébergeur certifié HDS : sans réponse, une ville ne peut pas vous les confier."), domains=HEALTH, when=_hosted),
    _Rule("answers.data_kinds", N_("Les données traitées ne sont pas dites."), N_("Sans elles, le délégué à la protection des données ne peut pas dire s’il faut un accord de sous-traitance ou une analyse d’impact.")),
    _Rule("answers.processing_annex", N_("L’accord de sous-traitance (RGPD, article 28) est sans réponse."), N_("Des données personnelles sont traitées : sans cet accord, une ville ne peut pas signer."), when=_personal),
    _Rule("answers.subprocessors", N_("Les sous-traitants ultérieurs ne sont pas listés."), N_("La ville doit les connaître avant de signer (RGPD, article 28) ; la liste remplit l’annexe du dossier de sécurité."), when=_personal),
    _Rule("answers.transfers", N_("Les transferts hors de l’Union européenne sont sans réponse."), N_("Une ville qui les refuse ne peut pas retenir la fiche."), when=_personal),
    _Rule("answers.data_ownership", N_("À qui sont les données n’est pas dit."), N_("C’est la première clause que lit une ville sur les données : sans réponse, elle la négocie à chaque fois.")),
    _Rule("answers.api", N_("L’API est sans réponse."), N_("Une ville qui relie ses outils entre eux ne sait pas si elle le pourra avec vous.")),
    _Rule("answers.api_documentation", N_("L’adresse de la documentation de l’API manque."), N_("Une API que personne ne peut lire reste une promesse : l’adresse la prouve."), when=_has_api),
    _Rule("answers.standards", N_("Les standards ouverts sont sans réponse (TALQ, pour l’éclairage)."), N_("Une ville qui a plusieurs marques de lanternes demande TALQ : sans réponse, elle doit supposer que non."), domains=LIGHTING),
    _Rule("answers.standards", N_("Les standards ouverts sont sans réponse (GTFS, GBFS, NeTEx, DATEX II, OCPI)."), N_("Les données de mobilité doivent rejoindre le point d’accès national : sans réponse, la ville ne sait pas si vous le faites."), domains=MOBILITY),
    _Rule("answers.standards", N_("Les standards ouverts sont sans réponse (SensorThings, NGSI-LD, MQTT, LoRaWAN)."), N_("Une ville qui a déjà des capteurs ou une plateforme ne sait pas si la solution s’y branche."), domains=SENSORS),
    _Rule("answers.exports", N_("Les formats d’export sont sans réponse."), N_("Sans export, une ville craint de rester captive : c’est souvent un critère éliminatoire.")),
    _Rule("answers.exit_days", N_("Le délai de remise des données en fin de contrat n’est pas dit."), N_("Sans délai, la clause de réversibilité de la convention reste à écrire.")),
    _Rule("answers.rgaa_rate", N_("Le taux de conformité au RGAA n’est pas donné."), N_("Un service numérique au public doit afficher son état de conformité : sans taux, la ville ne peut pas remplir le sien."), domains=CITIZENS),
    _Rule("answers.security_contact", N_("Aucun contact n’est donné pour signaler une faille."), N_("Qui trouve une faille ne sait pas à qui le dire, et le dossier de sécurité reste incomplet.")),
    _Rule("answers.backups", N_("Les sauvegardes ne sont pas décrites."), N_("Le responsable informatique les demande toujours : sans réponse, il vous écrira une fois par ville.")),
    _Rule("answers.energy_saving", N_("L’économie d’énergie mesurée n’est pas donnée."), N_("Dans ce domaine, c’est le gain qui justifie l’achat : sans chiffre ni méthode, il n’est pas montré."), domains=ENERGY),
    _Rule("references", N_("Aucune référence n’est donnée."), N_("Sans référence confirmée par sa ville, la fiche reste « déclarée » : rien n’y est prouvé par d’autres que vous.")),
    _Rule("attachments", N_("Aucune image ni aucun document n’est joint."), N_("Une image montre en un instant ce que la ville aura ; une plaquette se transmet aux collègues.")),
)  # fmt: skip


def tasks(content: Content) -> list[Task]:
    """Everything still missing of `content`, what prevents submission first, then in the order of the steps."""
    chosen = set(content.get("domains", ()))
    found: dict[str, Task] = {}
    for rule in _RULES:
        concerned = not rule.domains or bool(rule.domains & chosen)
        if concerned and not _said(content, rule.path) and rule.when(content) and rule.path not in found:
            found[rule.path] = Task(
                rule.path, field_of(rule.path).step, rule.missing, rule.change, rule.needed
            )
    return sorted(found.values(), key=lambda task: not task.needed)


def _said(content: Content, path: str) -> bool:
    """Whether a field says something. « Je ne sais pas » is shown to towns, and remains to be found out."""
    if path.startswith("answers."):
        value = _answer(content, path.removeprefix("answers."))
        return value not in (None, "", [], UNKNOWN, [UNKNOWN])
    value = content.get(path)
    return value not in (None, "", [], {}) and not (path == "maturity" and value == UNKNOWN)
