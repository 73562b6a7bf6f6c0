"""The units in which towns need things and startups price them, with their French names and declared decimals."""

from dataclasses import dataclass

from marketplace.errors import FieldError, wrong
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Unit:
    """`one` and `many` are French; `decimals` is the precision in which quantities are declared."""

    one: str
    many: str
    decimals: int = 0


UNITS: dict[str, Unit] = {
    "light_point": Unit(N_("point lumineux"), N_("points lumineux")),
    "building": Unit(N_("bâtiment"), N_("bâtiments")),
    "sensor": Unit(N_("capteur"), N_("capteurs")),
    "meter": Unit(N_("compteur"), N_("compteurs")),
    "container": Unit(N_("conteneur"), N_("conteneurs")),
    "charging_point": Unit(N_("point de charge"), N_("points de charge")),
    "parking_space": Unit(N_("place de stationnement"), N_("places de stationnement")),
    "site": Unit(N_("site"), N_("sites")),
    "vehicle": Unit(N_("véhicule"), N_("véhicules")),
    "user": Unit(N_("agent utilisateur"), N_("agents utilisateurs")),
    "inhabitant": Unit(N_("habitant"), N_("habitants")),
    "school": Unit(N_("école"), N_("écoles")),
    "km": Unit(N_("kilomètre"), N_("kilomètres"), decimals=1),
    "town": Unit(N_("commune (forfait)"), N_("communes (forfait)")),
}


def too_precise(quantity: object, decimals: int) -> bool:
    """Whether a Decimal has more decimals than its unit declares, as written."""
    exponent = quantity.as_tuple().exponent  # type: ignore[attr-defined]
    return isinstance(exponent, int) and -exponent > decimals


def precision_fault(path: str, decimals: int) -> FieldError:
    """The error for a quantity finer than its unit."""
    sentence = (
        N_("Cette unité se compte en nombres entiers : écrivez par exemple 12.")
        if decimals == 0
        else N_("Décimales acceptées pour cette unité : {decimals} au plus.")
    )
    return wrong(path, sentence, code="precision", decimals=decimals)
