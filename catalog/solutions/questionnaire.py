"""The technical questionnaire of a sheet: what a town's IT officer asks, with the answers that are accepted.

One table makes the form, the API's schema, the diff, the comparison and the security file. A question that nobody answered
is shown as such: unknown is an answer that is seen, never a blank pass. `UNKNOWN` says that the startup was asked and does
not know. Confidential answers are for signed-in towns and staff: they enter neither the index nor the open data.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, create_model

from catalog.texts import Line, Prose, WebAddress
from marketplace.web.schemas import Input, not_a_truth, written_day
from marketplace.words import N_

UNKNOWN = "unknown"


class Section(StrEnum):
    HOSTING = "hosting"
    DATA = "data"
    INTEROPERABILITY = "interoperability"
    EXIT = "exit"
    ACCESSIBILITY = "accessibility"
    SECURITY = "security"
    ENERGY = "energy"


SECTION_NAMES = {
    Section.HOSTING: N_("Hébergement et souveraineté"),
    Section.DATA: N_("Données"),
    Section.INTEROPERABILITY: N_("Interopérabilité"),
    Section.EXIT: N_("Exports et sortie"),
    Section.ACCESSIBILITY: N_("Accessibilité"),
    Section.SECURITY: N_("Sécurité"),
    Section.ENERGY: N_("Énergie et environnement"),
}


class Kind(StrEnum):
    """What an answer is: one of `choices`, several, a line, a text, a figure, a day, an address, or rows of sub-processors."""

    CHOICE = "choice"
    CHOICES = "choices"
    LINE = "line"
    TEXT = "text"
    PERCENT = "percent"
    NUMBER = "number"
    DAY = "day"
    ADDRESS = "address"
    PROCESSORS = "processors"


class Subprocessor(Input):
    """Somebody to whom the startup passes personal data (GDPR article 28.2 and 28.4)."""

    name: Line
    country: Line
    purpose: Line


@dataclass(frozen=True, slots=True)
class Question:
    """`label` and `hint` are French; `choices` gives each accepted value its French words; `unit` follows a figure."""

    key: str
    section: Section
    kind: Kind
    label: str
    choices: dict[str, str] = field(default_factory=dict)
    hint: str = ""
    unit: str = ""
    most: int = 1000
    confidential: bool = False


YES = {"yes": N_("oui"), "no": N_("non")}

_TABLE: dict[Section, list[tuple[Any, ...]]] = {
    Section.HOSTING: [
        ("hosting_country", Kind.CHOICE, N_("Où sont hébergées les données ?"), {
            "france": N_("en France"), "eu": N_("dans l’Union européenne ou l’EEE"),
            "adequate": N_("dans un pays jugé adéquat par la Commission européenne"), "other": N_("ailleurs"),
            "town": N_("chez la ville"), "none": N_("aucune donnée n’est hébergée"),
        }),
        ("hosting_operator", Kind.LINE, N_("Quel hébergeur ?"), {"hint": N_("Son nom et, si vous le savez, le centre de données.")}),
        ("extra_eu_parent", Kind.CHOICE, N_("L’hébergeur ou l’entreprise sont-ils contrôlés hors de l’Union européenne ?"), YES),
        ("extra_eu_parent_name", Kind.LINE, N_("Par qui, et dans quel pays ?")),
        ("certifications", Kind.CHOICES, N_("Qualifications et certifications de l’hébergement"), {
            "secnumcloud": "SecNumCloud", "hds": "HDS", "iso27001": "ISO/IEC 27001", "iso27701": "ISO/IEC 27701", "none": N_("aucune"),
        }),
    ],
    Section.DATA: [
        ("data_kinds", Kind.CHOICES, N_("Quelles données sont traitées ?"), {
            "technical": N_("données techniques"), "personal": N_("données personnelles"), "location": N_("positions de personnes"),
            "images": N_("images de personnes"), "minors": N_("données de mineurs"), "health": N_("données de santé"),
            "sensitive": N_("autres données sensibles (RGPD, article 9)"), "none": N_("aucune"),
        }),
        ("processing_role", Kind.CHOICE, N_("Quel est votre rôle pour les données personnelles ?"), {
            "processor": N_("sous-traitant de la ville"), "controller": N_("responsable de traitement"),
            "joint": N_("responsable conjoint"), "none": N_("aucune donnée personnelle"),
        }),
        ("processing_annex", Kind.CHOICE, N_("Un accord de sous-traitance (RGPD, article 28) est-il prêt ?"), YES),
        ("processing_purposes", Kind.TEXT, N_("Finalités, personnes concernées et durées de conservation")),
        ("subprocessors", Kind.PROCESSORS, N_("Sous-traitants ultérieurs"), {"hint": N_("Nom, pays, et ce qui leur est confié. Laissez vide s’il n’y en a pas.")}),
        ("transfers", Kind.CHOICE, N_("Des données personnelles sortent-elles de l’Union européenne ?"), YES),
        ("data_ownership", Kind.CHOICE, N_("À qui sont les données produites ?"), {
            "town": N_("à la ville"), "shared": N_("à la ville et à l’entreprise"), "supplier": N_("à l’entreprise"),
        }),
        ("data_reuse", Kind.TEXT, N_("Qui peut réutiliser les données, et pour quoi ?")),
        ("ai_training", Kind.CHOICE, N_("Les données de la ville servent-elles à entraîner des modèles ?"), {
            "no": N_("non"), "agreed": N_("seulement avec l’accord écrit de la ville"), "yes": N_("oui"),
        }),
        ("protection_officer", Kind.LINE, N_("Contact pour la protection des données"), {"hint": N_("Une adresse de service plutôt que celle d’une personne.")}),
    ],
    Section.INTEROPERABILITY: [
        ("api", Kind.CHOICE, N_("Y a-t-il une API ?"), {
            "open": N_("oui, documentée publiquement"), "on_request": N_("oui, documentation sur demande"), "none": N_("non"),
        }),
        ("api_documentation", Kind.ADDRESS, N_("Adresse de la documentation de l’API")),
        ("standards", Kind.CHOICES, N_("Standards ouverts"), {
            "mim": "MIM (OASC)", "ngsi_ld": "NGSI-LD", "sensorthings": "OGC SensorThings", "ogc": "OGC WMS, WFS, API Features",
            "gtfs": "GTFS", "gbfs": "GBFS", "netex": "NeTEx, SIRI", "datex2": "DATEX II", "ocpi": "OCPI", "ocpp": "OCPP",
            "mqtt": "MQTT", "lorawan": "LoRaWAN", "open311": "Open311", "talq": "TALQ", "dcat": "DCAT-AP", "none": N_("aucun"),
        }),
        ("single_sign_on", Kind.CHOICES, N_("Connexion unique des agents"), {
            "proconnect": "ProConnect", "oidc": "OpenID Connect", "saml": "SAML", "ldap": "LDAP", "none": N_("aucune"),
        }),
        ("connectors", Kind.TEXT, N_("Logiciels avec lesquels la solution échange déjà")),
    ],
    Section.EXIT: [
        ("exports", Kind.CHOICES, N_("Formats d’export"), {
            "csv": "CSV", "json": "JSON", "geojson": "GeoJSON", "xlsx": "XLSX", "sensorthings": "SensorThings", "sql": N_("copie de la base"),
            "other": N_("autre"), "none": N_("aucun"),
        }),
        ("exit_days", Kind.NUMBER, N_("Remise complète des données après la fin du contrat"), {"unit": N_("jours"), "most": 3650}),
        ("exit_price", Kind.CHOICE, N_("Prix de la réversibilité"), {
            "included": N_("compris"), "priced": N_("au bordereau des prix"), "unplanned": N_("pas prévu"),
        }),
        ("source_code", Kind.CHOICE, N_("Code source"), {
            "open": N_("ouvert, sous licence libre"), "escrow": N_("fermé, avec séquestre"), "closed": N_("fermé"),
        }),
    ],
    Section.ACCESSIBILITY: [
        ("rgaa_rate", Kind.PERCENT, N_("Taux de conformité au RGAA"), {"unit": "%"}),
        ("rgaa_audited_on", Kind.DAY, N_("Date de l’audit")),
        ("rgaa_auditor", Kind.LINE, N_("Qui a fait l’audit ?")),
        ("accessibility_statement", Kind.ADDRESS, N_("Déclaration d’accessibilité")),
    ],
    Section.SECURITY: [
        ("security_contact", Kind.LINE, N_("Contact pour signaler une faille"), {"hint": N_("Une adresse de service, ou celle du fichier security.txt.")}),
        ("encryption", Kind.CHOICES, N_("Chiffrement"), {"transit": N_("en transit"), "rest": N_("au repos"), "none": N_("aucun")}),
        ("strong_sign_in", Kind.CHOICE, N_("Second facteur à la connexion"), {
            "required": N_("obligatoire"), "offered": N_("proposé"), "none": N_("aucun"),
        }),
        ("availability", Kind.PERCENT, N_("Disponibilité garantie"), {"unit": "%"}),
        ("incident_hours", Kind.NUMBER, N_("Délai d’alerte de la ville après un incident"), {"unit": N_("heures"), "most": 720}),
        ("backups", Kind.TEXT, N_("Sauvegardes : fréquence, lieu, durée, essai de restauration"), {"confidential": True}),
        ("log_months", Kind.NUMBER, N_("Conservation des journaux"), {"unit": N_("mois"), "most": 120, "confidential": True}),
        ("penetration_test_on", Kind.DAY, N_("Dernier test d’intrusion"), {"confidential": True}),
        ("penetration_test_by", Kind.LINE, N_("Fait par"), {"confidential": True}),
        ("accreditation", Kind.CHOICES, N_("Pièces prêtes pour l’homologation de sécurité"), {
            "risk_analysis": N_("analyse de risques"), "security_plan": N_("plan d’assurance sécurité"), "architecture": N_("dossier d’architecture"),
            "continuity": N_("plan de continuité"), "none": N_("aucune"),
        }, {"confidential": True}),
    ],
    Section.ENERGY: [
        ("energy_saving", Kind.PERCENT, N_("Économie d’énergie mesurée"), {"unit": "%"}),
        ("energy_method", Kind.TEXT, N_("Méthode : où, quand, comparé à quoi"), {"hint": N_("Un chiffre sans méthode n’est pas montré.")}),
        ("energy_use", Kind.LINE, N_("Consommation propre de la solution")),
        ("labels", Kind.CHOICES, N_("Labels"), {
            "greentech": "GreenTech Innovation", "responsible_digital": N_("Numérique responsable"), "ecolabel": N_("écolabel européen"), "none": N_("aucun"),
        }),
    ],
}  # fmt: skip


def _question(section: Section, key: str, kind: Kind, label: str, *more: dict[str, Any]) -> Question:
    choices: dict[str, str] = {}
    options: dict[str, Any] = {}
    for given in more:
        if set(given) <= {"hint", "unit", "most", "confidential"}:
            options |= given
        else:
            choices = given
    return Question(key, section, kind, label, choices, **options)


QUESTIONS: dict[str, Question] = {
    row[0]: _question(section, *row) for section, rows in _TABLE.items() for row in rows
}
"""Every question by its key, in the order in which it is asked."""

CONFIDENTIAL = frozenset(key for key, question in QUESTIONS.items() if question.confidential)


def _accepted(question: Question) -> Any:
    one: Any = Literal[(*question.choices, UNKNOWN)]
    match question.kind:
        case Kind.CHOICE:
            return one
        case Kind.CHOICES:
            return Annotated[list[one], Field(max_length=len(question.choices) + 1)]
        case Kind.LINE:
            return Line
        case Kind.TEXT:
            return Prose
        case Kind.PERCENT:
            return Annotated[Decimal, Field(ge=0, le=100, max_digits=6, decimal_places=3)]
        case Kind.NUMBER:
            return Annotated[int, Field(ge=0, le=question.most), BeforeValidator(not_a_truth)]
        case Kind.DAY:
            return Annotated[
                date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31)), BeforeValidator(written_day)
            ]
        case Kind.ADDRESS:
            return WebAddress
        case Kind.PROCESSORS:
            return Annotated[list[Subprocessor], Field(max_length=40)]


_MODEL: dict[str, Any] = {
    key: (_accepted(question) | None, Field(default=None, title=question.label))
    for key, question in QUESTIONS.items()
}
Answers: Any = create_model(
    "Answers",
    __base__=Input,
    __doc__="The questionnaire's answers by key; a key that is absent was not answered.",
    **_MODEL,
)
