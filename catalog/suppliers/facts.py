"""What a profile may say: legal forms, sizes, contacts, holders of shares. And the category of a firm, as the decree defines it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from marketplace.words import N_


class LegalForm(StrEnum):
    SAS = "sas"
    SASU = "sasu"
    SA = "sa"
    SARL = "sarl"
    EURL = "eurl"
    SCOP = "scop"
    SCIC = "scic"
    SEM = "sem"
    SNC = "snc"
    GIE = "gie"
    ASSOCIATION = "association"
    SOLE_TRADER = "sole_trader"
    FOREIGN = "foreign"
    OTHER = "other"


LEGAL_FORM_NAMES = {
    LegalForm.SAS: N_("SAS"),
    LegalForm.SASU: N_("SASU"),
    LegalForm.SA: N_("SA"),
    LegalForm.SARL: N_("SARL"),
    LegalForm.EURL: N_("EURL"),
    LegalForm.SCOP: N_("SCOP"),
    LegalForm.SCIC: N_("SCIC"),
    LegalForm.SEM: N_("société d’économie mixte"),
    LegalForm.SNC: N_("SNC"),
    LegalForm.GIE: N_("groupement d’intérêt économique (GIE)"),
    LegalForm.ASSOCIATION: N_("association"),
    LegalForm.SOLE_TRADER: N_("entreprise individuelle"),
    LegalForm.FOREIGN: N_("société de droit étranger"),
    LegalForm.OTHER: N_("autre forme"),
}


class Headcount(StrEnum):
    """Bands of people employed. The value is « from_to »."""

    NONE = "0_0"
    TO_9 = "1_9"
    TO_19 = "10_19"
    TO_49 = "20_49"
    TO_99 = "50_99"
    TO_249 = "100_249"
    TO_4999 = "250_4999"
    MORE = "5000_more"


HEADCOUNT_NAMES = {
    Headcount.NONE: N_("aucun salarié"),
    Headcount.TO_9: N_("de 1 à 9 personnes"),
    Headcount.TO_19: N_("de 10 à 19 personnes"),
    Headcount.TO_49: N_("de 20 à 49 personnes"),
    Headcount.TO_99: N_("de 50 à 99 personnes"),
    Headcount.TO_249: N_("de 100 à 249 personnes"),
    Headcount.TO_4999: N_("de 250 à 4 999 personnes"),
    Headcount.MORE: N_("5 000 personnes ou plus"),
}


class Category(StrEnum):
    MICRO = "micro"
    SME = "sme"
    MID = "mid"
    LARGE = "large"


CATEGORY_NAMES = {
    Category.MICRO: N_("TPE (microentreprise)"),
    Category.SME: N_("PME"),
    Category.MID: N_("ETI"),
    Category.LARGE: N_("grande entreprise"),
}


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """A firm is of `category` below `people` persons and up to `turnover_cents` of turnover HT."""

    category: Category
    people: int
    turnover_cents: int


CATEGORY_REFERENCE = N_("Décret n° 2008-1354 du 18 décembre 2008, article 3")
CATEGORY_RULES = (
    CategoryRule(Category.MICRO, 10, 2_000_000_00),
    CategoryRule(Category.SME, 250, 50_000_000_00),
    CategoryRule(Category.MID, 5_000, 1_500_000_000_00),
)
"""Read on 26 November 2026. The decree also takes a small balance sheet for a small turnover, which we do not ask for."""


def category(headcount: Headcount | None, turnover_cents: int | None) -> Category | None:
    """The category that the declared facts make; by the headcount alone when no turnover is told, None without a headcount."""
    if headcount is None:
        return None
    people = int(headcount.split("_")[0])
    for rule in CATEGORY_RULES:
        if people < rule.people and (turnover_cents or 0) <= rule.turnover_cents:
            return rule.category
    return Category.LARGE


class ContactKind(StrEnum):
    SALES = "sales"
    TECHNICAL = "technical"
    DATA_PROTECTION = "data_protection"


CONTACT_NAMES = {
    ContactKind.SALES: N_("contact commercial"),
    ContactKind.TECHNICAL: N_("contact technique"),
    ContactKind.DATA_PROTECTION: N_("contact pour la protection des données"),
}


class Holder(StrEnum):
    """Who holds a share."""

    FOUNDERS = "founders"
    EMPLOYEES = "employees"
    PRIVATE_FUND = "private_fund"
    COMPANY = "company"
    BDT = "bdt"
    STATE = "state"
    PUBLIC_BODY = "public_body"


HOLDER_NAMES = {
    Holder.FOUNDERS: N_("fondateurs"),
    Holder.EMPLOYEES: N_("salariés"),
    Holder.PRIVATE_FUND: N_("fonds privé"),
    Holder.COMPANY: N_("entreprise"),
    Holder.BDT: N_("Banque des Territoires ou Caisse des Dépôts"),
    Holder.STATE: N_("État"),
    Holder.PUBLIC_BODY: N_("autre organisme public"),
}
PUBLIC_HOLDERS = frozenset({Holder.BDT, Holder.STATE, Holder.PUBLIC_BODY})
"""Whose shares are disclosed to everybody."""
PERSONS = frozenset({Holder.FOUNDERS, Holder.EMPLOYEES})
"""Who may be named by a person's name, which is then not shown in public."""


class Band(StrEnum):
    """A share that is told roughly, or not at all. `LEAST` is what it holds at least."""

    UNDER_5 = "under_5"
    TO_25 = "5_to_25"
    TO_50 = "25_to_50"
    OVER_50 = "over_50"
    NOT_TOLD = "not_told"


BAND_NAMES = {
    Band.UNDER_5: N_("moins de 5 %"),
    Band.TO_25: N_("de 5 à 25 %"),
    Band.TO_50: N_("de 25 à 50 %"),
    Band.OVER_50: N_("plus de 50 %"),
    Band.NOT_TOLD: N_("part non communiquée"),
}
LEAST = {
    Band.UNDER_5: Decimal(0),
    Band.TO_25: Decimal(5),
    Band.TO_50: Decimal(25),
    Band.OVER_50: Decimal(50),
    Band.NOT_TOLD: Decimal(0),
}


class Origin(StrEnum):
    """Who told of a stake."""

    STARTUP = "startup"
    CURATOR = "curator"


ORIGIN_NAMES = {
    Origin.STARTUP: N_("déclarée par l’entreprise"),
    Origin.CURATOR: N_("ajoutée par la relecture"),
}
