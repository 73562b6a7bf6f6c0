"""What the register rests on: dated text, each with where it was read and when."""

from dataclasses import dataclass
from datetime import date

from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Ground:
    """One rule. `read_in`: where its text was read, on `read_on`; it is to be checked again at the source it names."""

    reference: str
    says: str
    read_in: str
    read_on: date


COPY = N_("copie de Légifrance mise à jour le 12/11/2023 (marche-public.fr)")
GROUNDS = (
    Ground(
        "CCP R2111-1",
        N_(
            "Avant un marché, la ville peut consulter, étudier le marché, solliciter des avis ou informer des entreprises de son projet."
            " Elle peut se servir des résultats s’ils ne faussent pas la concurrence et respectent les principes de l’article L3."
        ),
        COPY,
        date(2026, 11, 26),
    ),
    Ground(
        "CCP R2111-2",
        N_(
            "Une entreprise qui a participé à la préparation ne doit pas en tirer d’avantage : ce qu’elle a su et que d’autres ignorent doit"
            " être corrigé, par exemple en donnant à toutes les mêmes informations."
        ),
        COPY,
        date(2026, 11, 26),
    ),
)
"""In the order of the page."""
