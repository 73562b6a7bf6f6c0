"""The names that pages show, and the choices that forms offer, in the request's language."""

from typing import Any

from catalog.suppliers.facts import (
    BAND_NAMES,
    CATEGORY_NAMES,
    CATEGORY_REFERENCE,
    CONTACT_NAMES,
    HEADCOUNT_NAMES,
    HOLDER_NAMES,
    LEGAL_FORM_NAMES,
    ORIGIN_NAMES,
    PERSONS,
    PUBLIC_HOLDERS,
)
from catalog.suppliers.kinds import RULES
from catalog.suppliers.lifecycle import CERTIFICATE_STATE_NAMES
from catalog.suppliers.standing import STATE_NAMES
from marketplace.web import i18n
from marketplace.words import N_

ADDRESSES = {
    "identity": "/espace-entreprise/profil/identite",
    "capacity": "/espace-entreprise/profil/capacite",
    "contacts": "/espace-entreprise/profil/contacts",
    "bank": "/espace-entreprise/profil/banque",
    "ownership": "/espace-entreprise/profil/capital",
}
"""Where each section of a profile is filled in."""


def names() -> dict[str, Any]:
    """Every name, as msgids by value, and the choices of the forms, translated."""
    return {
        "legal_forms": LEGAL_FORM_NAMES, "headcounts": HEADCOUNT_NAMES, "categories": CATEGORY_NAMES,
        "category_reference": CATEGORY_REFERENCE, "contact_names": CONTACT_NAMES, "holders": HOLDER_NAMES, "bands": BAND_NAMES,
        "origins": ORIGIN_NAMES, "public_holders": PUBLIC_HOLDERS, "persons": PERSONS, "rules": {rule.kind: rule for rule in RULES},
        "certificate_states": CERTIFICATE_STATE_NAMES, "standing_names": STATE_NAMES,
        "legal_form_choices": _choices(LEGAL_FORM_NAMES, N_("Choisissez")),
        "headcount_choices": _choices(HEADCOUNT_NAMES, N_("Choisissez")),
        "holder_choices": _choices(HOLDER_NAMES, N_("Choisissez")), "band_choices": _choices(BAND_NAMES, N_("Part exacte donnée ci-dessus")),
        "kind_choices": _choices({rule.kind: rule.name for rule in RULES}, N_("Choisissez")),
    }  # fmt: skip


def _choices(known: Any, blank: str) -> list[tuple[str, str]]:
    said = [(value, i18n.translate(name)) for value, name in known.items()]
    return [("", i18n.translate(blank)), *((value, name[0].upper() + name[1:]) for value, name in said)]
