"""What a contract should say of a town's data, subject by subject: dated text, with the rule that it rests on.

Outside concessions no rule gives the data to the town: only the clause does. Texts are proposals, to be read by counsel; a
reference that was not read in the law itself says « à vérifier ».
"""

from dataclasses import dataclass
from datetime import date

NOTED_ON = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class DataClause:
    """`questions`: the questions whose answers stand beside the clause."""

    subject: str
    questions: tuple[str, ...]
    text: str
    reference: str


CLAUSES = (
    DataClause(
        "Propriété", ("data_ownership",),
        "Les données remises par la ville, et celles que la solution produit pour elle, sont à la ville, droits du producteur de "
        "base de données compris.",
        "Concessions : CCP, L3131-2. Autres contrats : la clause seule (CCAG-TIC 2021, à vérifier)",
    ),
    DataClause(
        "Réutilisation", ("data_reuse", "ai_training"),
        "Le titulaire n’utilise les données que pour exécuter le contrat. Tout entraînement de modèle demande l’accord écrit de la "
        "ville.",
        "RGPD, article 28, pour les données personnelles",
    ),
    DataClause(
        "Accès et formats", ("api", "exports", "standards"),
        "Pendant tout le contrat, la ville et ses prestataires accèdent sans frais aux données par l’API, en formats ouverts (CSV, "
        "JSON, GeoJSON, SensorThings), avec leur dictionnaire.",
        "La clause seule",
    ),
    DataClause(
        "Publication", (),
        "La ville peut publier les données en données ouvertes, hors secrets protégés par la loi, sous la licence qu’elle choisit.",
        "CRPA, L312-1-1 (villes de 3 500 habitants et plus), L311-5 et L311-6 (secrets), L323-2 et D323-2-1 (licences)",
    ),
    DataClause(
        "Sortie", ("exit_days", "exit_price", "source_code"),
        "Plan de réversibilité sous trois mois, essai une fois par an, remise complète sous 30 jours après la fin, assistance au prix "
        "du bordereau, puis suppression attestée.",
        "Règlement (UE) 2023/2854, changement de fournisseur (à vérifier)",
    ),
)  # fmt: skip
