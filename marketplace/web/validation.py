"""Pydantic's errors in French, by their stable type: what was wrong, where, and what is accepted. And Litestar's."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from marketplace.errors import FieldError
from marketplace.words import N_

SENTENCES = {
    "missing": N_("Ce champ est obligatoire."),
    "extra_forbidden": N_("Ce champ n’existe pas : vérifiez son nom."),
    "int_parsing": N_("Écrivez un nombre entier, par exemple 12."),
    "int_type": N_("Écrivez un nombre entier, par exemple 12."),
    "int_from_float": N_("Écrivez un nombre entier, par exemple 12."),
    "decimal_parsing": N_("Écrivez un nombre, par exemple 12,5."),
    "string_type": N_("Ce champ est un texte."),
    "string_too_short": N_("Ce champ est obligatoire."),
    "string_too_long": N_("Ce texte est trop long : {max_length} caractères au plus."),
    "string_pattern_mismatch": N_("Ce texte n’a pas la forme attendue : {pattern}."),
    "bool_parsing": N_("Répondez par vrai ou faux."),
    "bool_type": N_("Répondez par vrai ou faux."),
    "unknown_value": N_("« {value} » n’est pas une valeur acceptée ici."),
    "unlisted": N_("« {value} » n’est pas accepté ici. Valeurs acceptées : {accepted}."),
    "enum": N_("Choisissez l’une des valeurs : {expected}."),
    "literal_error": N_("Choisissez l’une des valeurs : {expected}."),
    "list_type": N_("Ce champ est une liste."),
    "too_short": N_("Nombre d’éléments, au moins : {min_length}."),
    "too_long": N_("Donnez au plus {max_length} éléments."),
    "dict_type": N_("Ce champ est un objet."),
    "model_type": N_("Ce champ est un objet."),
    "model_attributes_type": N_("Ce champ est un objet."),
    "greater_than_equal": N_("La plus petite valeur acceptée est {ge}."),
    "greater_than": N_("La valeur doit être supérieure à {gt}."),
    "less_than_equal": N_("La plus grande valeur acceptée est {le}."),
    "less_than": N_("La valeur doit être inférieure à {lt}."),
    "date_from_datetime_parsing": N_("Écrivez une date, par exemple 2026-11-22."),
    "date_parsing": N_("Écrivez une date, par exemple 2026-11-22."),
    "date_type": N_("Écrivez une date, par exemple 2026-11-22."),
    "datetime_parsing": N_("Écrivez une date et une heure, par exemple 2026-11-22T14:00:00+01:00."),
    "datetime_from_date_parsing": N_("Écrivez une date et une heure, par exemple 2026-11-22T14:00:00+01:00."),
    "timezone_aware": N_("Donnez le fuseau horaire, par exemple 2026-11-22T14:00:00+01:00."),
    "url_parsing": N_("Écrivez une adresse complète, par exemple https://www.exemple.fr."),
    "url_scheme": N_("Écrivez une adresse complète, par exemple https://www.exemple.fr."),
    "uuid_parsing": N_("Cet identifiant n’est pas valide."),
    "uuid_type": N_("Cet identifiant n’est pas valide."),
}
OTHER = N_("Cette valeur n’est pas acceptée : {said}.")


def from_pydantic(faults: Iterable[Any]) -> Iterator[FieldError]:
    """One `FieldError` for each of pydantic's errors, with a path like `lines[0].firm`."""
    for fault in faults:
        kind = str(fault["type"])
        facts = {
            name: value
            for name, value in (fault.get("ctx") or {}).items()
            if not isinstance(value, Exception)
        }
        if isinstance(facts.get("expected"), str):  # « 'a', 'b' or 'c' », in English whoever asks
            facts["expected"] = facts["expected"].replace(" or ", ", ").replace("'", "")
        known = SENTENCES.get(kind)
        sentence = known or (fault["msg"] if "characters" in kind or kind in CUSTOM else OTHER)
        if sentence is OTHER:
            facts["said"] = fault["msg"]
        yield FieldError(
            path_of(fault["loc"]), sentence, "required" if kind == "missing" else kind, tuple(facts.items())
        )


PARAMETERS = (
    (re.compile(r"Expected `int[^`]*` >= (?P<ge>-?\d+)"), "greater_than_equal"),
    (re.compile(r"Expected `int[^`]*` <= (?P<le>-?\d+)"), "less_than_equal"),
    (re.compile(r"Expected `str[^`]*` of length <= (?P<max_length>\d+)"), "string_too_long"),
    (re.compile(r"Expected `array[^`]*` of length <= (?P<max_length>\d+)"), "too_long"),
    (re.compile(r"Expected `int"), "int_parsing"),
    (re.compile(r"Expected `bool"), "bool_parsing"),
    (re.compile(r"Invalid enum value '?(?P<value>[^']*)'?"), "unknown_value"),
    (re.compile(r"Invalid UUID"), "uuid_parsing"),
    (re.compile(r"Invalid RFC3339 encoded datetime"), "datetime_parsing"),
    (re.compile(r"Invalid RFC3339 encoded date"), "date_parsing"),
)
"""What the framework says of a query parameter, and pydantic's type for the same fault."""
IN_ADDRESSES = {"page_number": "page"}
"""Parameters that addresses name otherwise than handlers do, where `page` is what renders."""


def from_parameter(path: str, said: str) -> FieldError:
    """The `FieldError` of one query parameter that the framework refused, or of a body that is not there (`data`)."""
    if path == "data":
        return FieldError("", SENTENCES["missing"], "required")
    path = IN_ADDRESSES.get(path, path)
    for pattern, kind in PARAMETERS:
        if match := pattern.match(said):
            return FieldError(path, SENTENCES[kind], kind, tuple(match.groupdict().items()))
    return FieldError(path, OTHER, "invalid", (("said", said),))


CUSTOM = frozenset(
    {"characters", "direction", "html", "quantity", "rate", "amount", "choice", "cpv", "siren", "email"}
)
"""Types of our own validators: their message is already our sentence."""


def path_of(location: Iterable[str | int]) -> str:
    """`("lines", 0, "firm")` → `lines[0].firm`. A key that is refused is named as its value would be."""
    path = ""
    for part in location:
        if part == "[key]":
            continue
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
