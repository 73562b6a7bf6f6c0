"""What a curator checks before a sheet is published: items as data, each with its reason and the domains that it is for.

An item looks at some fields. Its answer stands until one of them changes: what was checked is what is published.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from catalog.solutions.fields import flatten
from marketplace.words import N_

PERSONAL = frozenset({"personal", "location", "images", "minors", "health", "sensitive"})
"""What `answers.data_kinds` says when there is something about people."""


@dataclass(frozen=True, slots=True)
class Item:
    """`sentence` and `why` are French. `domains`: empty for all of them. `data_kinds`: or whatever its domain, when the sheet
    says that it handles one of these. `looks_at`: paths, or beginnings of paths.
    """

    key: str
    sentence: str
    why: str
    looks_at: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()
    data_kinds: frozenset[str] = frozenset()

    def applies(self, content: Mapping[str, Any]) -> bool:
        """Whether a sheet with this content is to be checked for it."""
        if not self.domains and not self.data_kinds:
            return True
        told = content.get("answers", {}).get("data_kinds", [])
        return bool(self.domains & set(content.get("domains", [])) or self.data_kinds & set(told))

    def digest(self, content: Mapping[str, Any]) -> str:
        """Changes with what the item looks at."""
        seen = {path: value for path, value in flatten(content).items() if path.startswith(self.looks_at)}
        return sha256(
            json.dumps(seen if self.looks_at else {}, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()


GENERAL = (
    Item("identity", N_("L’entreprise est bien celle qu’elle dit être : nom, SIREN, site web."),
         N_("Une ville signe avec une personne morale, pas avec une marque."), ("website",)),
    Item("domains", N_("Les domaines et les codes CPV sont ceux de la solution."),
         N_("C’est par eux que les villes la trouvent, et qu’elle est invitée à répondre."), ("domains", "cpv")),
    Item("plain", N_("Le texte dit ce que fait la solution, sans superlatif publicitaire."),
         N_("L’annuaire est raisonné : une ville compare des faits, pas des slogans."), ("name", "summary", "problem", "description", "tags")),
    Item("claims", N_("Chaque chiffre avancé a sa preuve ou sa méthode."),
         N_("Un chiffre sans méthode ne se compare pas, et engage la ville qui le reprend."), ("summary", "description", "answers.energy", "references.")),
    Item("prices", N_("La grille de prix se lit : unité, paliers, mise en place, abonnement."),
         N_("C’est d’elle que vient le coût montré à une ville de tant d’habitants."), ("prices",)),
    Item("references", N_("Les références sont plausibles : ville, dates, quantités, chiffres."),
         N_("Une référence fausse trompe toutes les villes voisines."), ("references.",)),
    Item("hosting", N_("L’hébergement est dit : lieu, hébergeur, contrôle hors de l’Union européenne."),
         N_("La ville répond de ses données ; elle doit savoir où elles sont et sous quelle loi."),
         ("answers.hosting_", "answers.extra_eu_", "answers.certifications")),
    Item("exit", N_("La sortie est dite : formats d’export, délai et prix de la réversibilité."),
         N_("Une ville qui ne peut pas partir ne peut plus choisir."), ("answers.exports", "answers.exit_", "answers.source_code")),
    Item("accessibility", N_("L’accessibilité est dite : taux RGAA, date de l’audit, déclaration."),
         N_("Les services en ligne d’une ville doivent être accessibles (loi du 11 février 2005, article 47)."), ("answers.rgaa_", "answers.accessibility_")),
    Item("security", N_("Un contact pour signaler une faille est donné, et il répond."),
         N_("Qui trouve une faille doit savoir à qui la dire."), ("answers.security_contact",)),
    Item("maturity", N_("La maturité est juste, et un service arrêté est dit arrêté."),
         N_("Un service arrêté n’est jamais présenté comme disponible."), ("maturity", "since")),
    Item("pictures", N_("Chaque image a un texte de remplacement qui dit ce qu’elle montre."),
         N_("Qui ne voit pas l’image lit ce texte."), ("attachments",)),
)  # fmt: skip

_PEOPLE = frozenset({
    "mobilite", "stationnement", "securite-tranquillite", "sante-social", "education-enfance", "relation-citoyen", "participation",
    "commerce-centre-ville", "reseaux-iot-wifi", "culture-tourisme-sport", "administration-interne", "inclusion-numerique",
})  # fmt: skip
"""Domains whose solutions follow or know people, whatever the sheet answers."""

BY_DOMAIN = (
    Item("article_28", N_("L’accord de sous-traitance (RGPD, article 28) est prêt, avec finalités, durées et sous-traitants ultérieurs."),
         N_("Sans lui, la ville ne peut pas confier de données de personnes."),
         ("answers.processing_", "answers.subprocessors", "answers.transfers", "answers.data_kinds"), _PEOPLE, PERSONAL),
    Item("minors", N_("Le sort des données de mineurs est dit : lesquelles, pourquoi, combien de temps."),
         N_("Les mineurs méritent une protection particulière (RGPD, considérant 38)."),
         ("answers.data_kinds", "answers.processing_purposes"), frozenset({"education-enfance", "culture-tourisme-sport"}), frozenset({"minors", "location", "images"})),
    Item("images", N_("Pour des images de l’espace public, la base légale et la durée de conservation sont dites."),
         N_("La vidéoprotection est autorisée par le préfet (Code de la sécurité intérieure, articles L251-1 et suivants)."),
         ("answers.data_kinds", "answers.processing_purposes"), frozenset({"securite-tranquillite"}), frozenset({"images"})),
    Item("health", N_("Des données de santé sont hébergées chez un hébergeur certifié HDS."),
         N_("C’est une obligation (Code de la santé publique, article L1111-8)."),
         ("answers.certifications", "answers.data_kinds"), frozenset({"sante-social"}), frozenset({"health"})),
    Item("energy_method", N_("L’économie d’énergie a sa méthode : où, quand, comparé à quoi."),
         N_("Un pourcentage dépend surtout du point de départ."),
         ("answers.energy_",), frozenset({"eclairage-public", "energie-batiments", "nature-climat"})),
    Item("water_readings", N_("La relève de l’eau dit ses appareils, leur autonomie et qui voit les consommations d’un foyer."),
         N_("La consommation d’un foyer est une donnée personnelle, et une pile se remplace."),
         ("description", "town_provides", "answers.data_kinds"), frozenset({"eau-assainissement"})),
    Item("waste_baseline", N_("Les tonnages ou tournées économisés disent la zone et la période comparées."),
         N_("Une tournée en moins en août ne dit rien d’une année."), ("description", "references."), frozenset({"dechets-proprete"})),
    Item("outage", N_("La fiche dit ce qui marche encore sans réseau ni électricité."),
         N_("C’est pendant une crise que l’un et l’autre manquent."), ("description", "answers.availability"), frozenset({"risques-crise"})),
    Item("parking_money", N_("Les moyens de paiement et le circuit des recettes sont dits."),
         N_("Les recettes d’une ville suivent les règles de la comptabilité publique."), ("description", "prices"), frozenset({"stationnement"})),
    Item("radio", N_("Le protocole radio, la couverture et qui exploite le réseau sont dits."),
         N_("Un capteur hors de portée ne sert à rien, et changer de réseau coûte."),
         ("description", "town_provides", "answers.standards"), frozenset({"reseaux-iot-wifi"})),
    Item("mobility_formats", N_("Les formats ouverts de mobilité sont nommés (GTFS, GBFS, NeTEx, DATEX II)."),
         N_("Les données de mobilité sont à publier au point d’accès national (règlement délégué (UE) 2017/1926)."),
         ("answers.standards", "answers.exports"), frozenset({"mobilite"})),
    Item("open_licence", N_("La licence et les formats des données publiées sont dits."),
         N_("Une donnée ouverte sans licence ne se réutilise pas."), ("answers.data_", "answers.exports"), frozenset({"donnees-open-data"})),
    Item("other_ways", N_("La démarche reste possible autrement qu’en ligne."),
         N_("Un service public se rend aussi à qui n’a pas d’écran."), ("description", "town_provides"), frozenset({"relation-citoyen", "inclusion-numerique"})),
    Item("counting", N_("Le dépouillement ou la synthèse des avis est expliqué, et peut être vérifié."),
         N_("Une consultation vaut par la confiance qu’on lui fait."), ("description",), frozenset({"participation"})),
    Item("qualifications", N_("Les qualifications citées (ANSSI, ISO) sont celles du produit ou du service vendu, et en cours."),
         N_("La qualification d’un hébergeur n’est pas celle du logiciel."),
         ("description", "answers.certifications", "answers.accreditation"), frozenset({"cybersecurite"})),
    Item("audited", N_("L’accessibilité est auditée par quelqu’un d’autre que l’entreprise."),
         N_("Qui s’adresse aux personnes handicapées le montre par un audit."), ("answers.rgaa_",), frozenset({"accessibilite-handicap"})),
    Item("works", N_("Ce que la ville doit poser, alimenter ou autoriser sur la voirie est dit."),
         N_("Les travaux coûtent souvent plus que l’appareil."), ("town_provides", "deployment_"), frozenset({"voirie-espace-public", "eclairage-public"})),
    Item("labels", N_("Les labels cités (agriculture biologique, circuits courts) se vérifient."),
         N_("Un label a un numéro et un organisme."), ("description", "answers.labels"), frozenset({"alimentation-circuits-courts"})),
    Item("planning_data", N_("Les données d’urbanisme suivent les standards du CNIG, ou la fiche dit lesquels."),
         N_("Le Géoportail de l’urbanisme n’en accepte pas d’autres."), ("answers.standards", "answers.exports"), frozenset({"urbanisme-habitat"})),
)  # fmt: skip

ITEMS: dict[str, Item] = {item.key: item for item in (*GENERAL, *BY_DOMAIN)}
"""Every item by its key, in the order in which they are asked."""


def items_for(content: Mapping[str, Any]) -> list[Item]:
    """What is to be checked of a sheet with this content."""
    return [item for item in ITEMS.values() if item.applies(content)]


def sentences(remarks: Iterable[Mapping[str, str]]) -> list[tuple[str, str]]:
    """A decision's remarks as (the item's French sentence, the curator's note); an item that is no more keeps its key."""
    return [
        (ITEMS[said["item"]].sentence if said["item"] in ITEMS else said["item"], said["note"])
        for said in remarks
    ]
