"""What each signal weighs: published, dated data, fixed by domain, the same for whoever asks. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.words import N_

WHOLE = 100
"""What the weights of a domain sum to, and so the highest score."""


class Signal(StrEnum):
    """What counts, in the order in which it is told."""

    TEXT = "text"
    TWINS = "twins"
    EVIDENCE = "evidence"
    INTEROPERABILITY = "interoperability"
    SOVEREIGNTY = "sovereignty"
    BUDGET = "budget"
    MATURITY = "maturity"
    LABELS = "labels"
    POOLS = "pools"


SIGNAL_NAMES = {
    Signal.TEXT: N_("Vos mots"),
    Signal.TWINS: N_("Villes comme la vôtre"),
    Signal.EVIDENCE: N_("Niveau de preuve"),
    Signal.INTEROPERABILITY: N_("Interopérabilité"),
    Signal.SOVEREIGNTY: N_("Hébergement et souveraineté"),
    Signal.BUDGET: N_("Budget"),
    Signal.MATURITY: N_("Maturité et capacité"),
    Signal.LABELS: N_("Labels et environnement"),
    Signal.POOLS: N_("Achat groupé possible"),
}

REASONS = {
    "default": N_(
        "Les mots du besoin et ce que font les villes semblables font la moitié du score ; le reste récompense ce qui se vérifie."
    ),
    "energy": N_(
        "L’économie d’énergie est ce que la ville cherche, et la donnée produite est surtout technique : les labels et les mesures pèsent plus, l’hébergement moins."
    ),
    "resources": N_(
        "Des ressources à ménager, des données surtout techniques : les labels et les mesures pèsent plus, l’hébergement moins."
    ),
    "people": N_(
        "Des données de personnes fragiles ou d’images : où elles sont hébergées et qui les contrôle pèse plus."
    ),
    "minors": N_("Des données de mineurs : où elles sont hébergées et qui les contrôle pèse plus."),
    "protection": N_("Ce qui protège doit être prouvé et maîtrisé : la preuve et l’hébergement pèsent plus."),
    "flow": N_("Une donnée ne vaut que si elle circule : API, standards et exports pèsent plus."),
    "network": N_("Un réseau se choisit pour ce qu’on y branche : API, standards et exports pèsent plus."),
    "mobility": N_(
        "Les données de mobilité se publient selon des standards imposés (GTFS, NeTEx, GBFS, DATEX II) : ils pèsent plus."
    ),
    "parking": N_(
        "Le stationnement s’échange avec les services de mobilité : API, standards et exports pèsent plus."
    ),
}
"""Why the weights of a domain are what they are, by the key that the data gives."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of one domain (`domain` is None for those of every domain that has none of its own), which sum to 100."""

    version: str
    since: date
    domain: str | None
    reason: str
    by_signal: Mapping[Signal, int]

    def document(self) -> dict[str, Any]:
        """As it is kept with an answer."""
        return {
            "version": self.version, "since": self.since.isoformat(), "domain": self.domain,
            "weights": {signal.value: weight for signal, weight in self.by_signal.items()},
        }  # fmt: skip


def weights_of(domain: str | None) -> Weights:
    """The weights for a need of `domain`."""
    return of_domains().get(domain or "", default())


@cache
def default() -> Weights:
    """The weights of a domain that has none of its own."""
    return _weights(None, _document()["default"])


@cache
def of_domains() -> Mapping[str, Weights]:
    """The weights of the domains that have their own."""
    return {domain: _weights(domain, row) for domain, row in _document()["domains"].items()}


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "weights.json").read_text())
    return document


def _weights(domain: str | None, row: dict[str, Any]) -> Weights:
    document = _document()
    return Weights(
        document["version"], date.fromisoformat(document["since"]), domain, REASONS[row["reason"]],
        {signal: int(row["weights"][signal.value]) for signal in Signal},
    )  # fmt: skip
