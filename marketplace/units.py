"""The units in which towns need things and startups price them, with their French names and declared decimals."""

from dataclasses import dataclass

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
