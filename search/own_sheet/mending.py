"""Where each thing is told, proven or put right: a step of the sheet, its proofs, or the firm's own pages."""

from dataclasses import dataclass
from enum import StrEnum

from catalog.solutions.fields import FIELDS, STEP_NAMES, Step
from marketplace.words import N_
from search.matching.filters import Filter, Refusal
from search.matching.musts import Must


class Beside(StrEnum):
    """Where a thing is put right outside the steps of the sheet."""

    PROOFS = "proofs"
    CAPACITY = "capacity"
    CERTIFICATES = "certificates"


Where = Step | Beside

WHERE_NAMES: dict[Where, str] = STEP_NAMES | {
    Beside.PROOFS: N_("Preuves"),
    Beside.CAPACITY: N_("Capacité de l’entreprise"),
    Beside.CERTIFICATES: N_("Dossier de candidature"),
}


@dataclass(frozen=True, slots=True)
class Mend:
    """A French sentence, and where it is done."""

    sentence: str
    where: Where


_ANSWER = N_("Si la solution remplit cette condition, répondez-le dans la fiche.")
MENDS = {
    Filter.AVAILABLE: Mend(N_("Si le service a repris, dites-le : c’est la maturité de la fiche."), Step.IDENTITY),
    Filter.DOMAIN: Mend(N_("Si la solution répond aussi à ce domaine, ajoutez-le à la fiche."), Step.IDENTITY),
    Filter.TERRITORY: Mend(N_("Si vous travaillez dans ce département, dites-le."), Beside.CAPACITY),
    Filter.BUDGET: Mend(N_("Si vous avez un prix plus bas pour de grandes quantités, publiez ce palier."), Step.PRICES),
    Filter.CAPACITY: Mend(N_("Si vos délais ou votre capacité ont changé, mettez-les à jour."), Beside.CAPACITY),
    Filter.WORDS: Mend(N_("Si la solution répond à ce besoin, dites-le avec les mots des villes, dans le résumé et les mots-clés."), Step.IDENTITY),
}  # fmt: skip
"""By filter; a must has its own."""

_PATHS = {
    Must.EU_HOSTED: "hosting_country", Must.FRANCE_HOSTED: "hosting_country", Must.NO_EXTRA_EU_PARENT: "extra_eu_parent",
    Must.SECNUMCLOUD: "certifications", Must.HDS: "certifications", Must.ISO27001: "certifications", Must.ACCESSIBLE: "rgaa_rate",
    Must.OPEN_API: "api", Must.EXPORTS: "exports", Must.OPEN_SOURCE: "source_code", Must.NO_AI_TRAINING: "ai_training",
    Must.DATA_OWNED: "data_ownership",
}  # fmt: skip
MUST_MENDS = {must: Mend(_ANSWER, FIELDS[f"answers.{key}"].step) for must, key in _PATHS.items()} | {
    Must.PRICED: Mend(N_("Publiez au moins un prix."), Step.PRICES),
    Must.CONFIRMED: Mend(N_("Demandez à une ville de confirmer sa référence."), Beside.PROOFS),
    Must.UP_TO_DATE: Mend(
        N_("Déposez vos attestations sociale et fiscale en cours de validité."), Beside.CERTIFICATES
    ),
}

_GAPS: dict[str, Where] = {"weeks": Step.NEED, "proofs": Beside.PROOFS, "capacity": Beside.CAPACITY}


def mend_of(refusal: Refusal) -> Mend:
    """How a sheet that a filter left out may pass it, when what it says is no longer so."""
    return MUST_MENDS[Must(refusal.detail)] if refusal.detail else MENDS[refusal.filter]


def where_told(gap: str) -> Where | None:
    """Where what is missing (`Missing.code`) is told; None for what only the asker can say."""
    if gap in _GAPS:
        return _GAPS[gap]
    found = FIELDS.get(f"answers.{gap}") or FIELDS.get(gap)
    return found.step if found else None
