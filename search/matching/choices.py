"""The words of the answers that sentences speak of. Pure, so kept beside the questionnaire's; a test holds the two together."""

from marketplace.words import N_

HOSTED = {
    "france": N_("en France"),
    "eu": N_("dans l’Union européenne ou l’EEE"),
    "adequate": N_("dans un pays jugé adéquat par la Commission européenne"),
    "other": N_("ailleurs"),
    "town": N_("chez la ville"),
    "none": N_("aucune donnée n’est hébergée"),
}
MATURITY = {
    "exploration": N_("exploration"),
    "construction": N_("construction"),
    "growth": N_("déploiement"),
    "established": N_("établie"),
    "stopped": N_("service arrêté"),
    "unknown": N_("maturité non précisée"),
}
STANDARDS = {
    "mim": "MIM (OASC)", "ngsi_ld": "NGSI-LD", "sensorthings": "OGC SensorThings", "ogc": "OGC WMS, WFS, API Features",
    "gtfs": "GTFS", "gbfs": "GBFS", "netex": "NeTEx, SIRI", "datex2": "DATEX II", "ocpi": "OCPI", "ocpp": "OCPP",
    "mqtt": "MQTT", "lorawan": "LoRaWAN", "open311": "Open311", "talq": "TALQ", "dcat": "DCAT-AP",
}  # fmt: skip
PLAINLY = {"talq": N_("TALQ (pilotage de l’éclairage public)")}
"""Standards that their name does not explain, as a reason says them."""
CERTIFICATIONS = {
    "secnumcloud": "SecNumCloud",
    "hds": "HDS",
    "iso27001": "ISO/IEC 27001",
    "iso27701": "ISO/IEC 27701",
}
LABELS = {
    "greentech": "GreenTech Innovation",
    "responsible_digital": N_("Numérique responsable"),
    "ecolabel": N_("écolabel européen"),
}


def told(answer: object) -> bool:
    """Whether a question was answered with something that is known."""
    return answer not in (None, "unknown", ("unknown",), ())


def chosen(answer: tuple[str, ...] | None, names: dict[str, str]) -> tuple[str, ...]:
    """The known choices of an answer of several, « none » left out."""
    return tuple(one for one in answer or () if one in names)
