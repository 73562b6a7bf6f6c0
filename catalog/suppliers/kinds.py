"""The documents of a candidature file: one table, dated, each with its legal reference.

`checked` is the day on which the reference was read, on secondary pages that quote it (Légifrance itself was not reachable);
None: from memory, to be confirmed by a lawyer. What is usage and not law says so (`usage`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.words import N_

READ = date(2026, 11, 26)


class CertificateKind(StrEnum):
    VIGILANCE = "vigilance"
    TAX = "tax"
    REGISTRATION = "registration"
    LIABILITY = "liability"
    TEN_YEAR = "ten_year"
    HONOUR = "honour"
    ISO = "iso"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rule:
    """`months`: how long after its issue a document counts, at most; None when only its own end says so.

    `ends`: whether it must say when it ends. `public`: whether everybody may know that it is up to date. `many`: several
    may stand side by side, told apart by their title. `expected`: whether a file without it is incomplete.
    `from_cents`: the amount HT from which a buyer must ask for it.
    """

    kind: CertificateKind
    name: str
    why: str
    reference: str
    valid_from: date
    checked: date | None
    months: int | None = None
    ends: bool = False
    insurance: bool = False
    numbered: bool = False
    public: bool = False
    expected: bool = False
    many: bool = False
    usage: bool = False
    from_cents: int | None = None
    valid_to: date | None = None


RULES = (
    Rule(
        CertificateKind.VIGILANCE, N_("attestation de vigilance de l’URSSAF"),
        N_("L’acheteur la demande à la conclusion du marché, puis tous les six mois, dès 5 000 € HT, et vérifie son code de sécurité."),
        N_("Code du travail, articles L8222-1, R8222-1 et D8222-5"), date(2015, 4, 1), READ, months=6, numbered=True, public=True,
        expected=True, from_cents=5_000_00,
    ),  # the day on which 5 000 € replaced 3 000 € is from memory
    Rule(
        CertificateKind.TAX, N_("attestation de régularité fiscale"),
        N_("Elle prouve que l’entreprise a payé ses impôts. Une par an."),
        N_("Code de la commande publique, article R2143-7"), date(2019, 4, 1), READ, months=12, public=True, expected=True,
    ),
    Rule(
        CertificateKind.REGISTRATION, N_("extrait d’immatriculation (Kbis)"),
        N_("Depuis novembre 2021, le SIREN suffit à une entreprise française. Des acheteurs le demandent encore, de moins de trois mois."),
        N_("Code de la commande publique, article R2143-9 (décret n° 2021-631) ; les trois mois sont un usage"), date(2021, 11, 1),
        READ, months=3, public=True, usage=True,
    ),
    Rule(
        CertificateKind.LIABILITY, N_("assurance de responsabilité civile professionnelle"),
        N_("L’acheteur peut demander une assurance des risques professionnels d’un niveau approprié."),
        N_("Code de la commande publique, article R2142-12"), date(2019, 4, 1), None, ends=True, insurance=True, numbered=True,
        public=True, expected=True,
    ),
    Rule(
        CertificateKind.TEN_YEAR, N_("assurance de responsabilité décennale"),
        N_("Seulement pour des travaux de construction ; demandée au seul candidat retenu."),
        N_("Code des assurances, articles L241-1 et L243-2"), date(2014, 7, 12), READ, ends=True, insurance=True, numbered=True,
        public=True,
    ),
    Rule(
        CertificateKind.HONOUR, N_("déclaration sur l’honneur"),
        N_("L’entreprise déclare qu’aucune exclusion ne la vise. Elle se refait à chaque candidature : gardez ici votre modèle signé."),
        N_("Code de la commande publique, article R2143-3"), date(2019, 4, 1), READ, expected=True,
    ),
    Rule(
        CertificateKind.ISO, N_("certificat de norme (ISO…)"), N_("Par exemple ISO 27001 ou ISO 9001 : donnez la norme dans l’intitulé."),
        N_("Aucune obligation générale : c’est l’acheteur qui le demande ou non"), date(2019, 4, 1), None, ends=True, many=True,
    ),
    Rule(
        CertificateKind.OTHER, N_("autre pièce"), N_("Tout ce que vous renvoyez à chaque candidature."),
        N_("Aucune obligation générale : c’est l’acheteur qui le demande ou non"), date(2019, 4, 1), None, many=True,
    ),
)  # fmt: skip
PUBLIC = tuple(rule.kind for rule in RULES if rule.public)
MOST_OF_A_KIND = 10
"""How many documents with titles of their own a file may hold side by side, a kind."""


def rule_of(kind: CertificateKind, on: date | None = None) -> Rule:
    """The rule of `kind` in force `on` that day (the last one without)."""
    found = [rule for rule in RULES if rule.kind is kind]
    dated = [r for r in found if on and r.valid_from <= on and (r.valid_to is None or on <= r.valid_to)]
    return (dated or found)[-1]
