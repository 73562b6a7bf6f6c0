"""The town of a reference, by its name or its code as people type it."""

import re
from dataclasses import dataclass, field

from catalog.solutions.drafting import slug_of
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, wrong
from marketplace.territories.queries import Town, UnknownTown, find_town, search_towns
from marketplace.words import N_

IN_BRACKETS = re.compile(r"\(([0-9A-Za-z]{5}|[0-9]{9}|[0-9]{14})\)\s*$")
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Called:
    """The code of the town that was named, else what is wrong and the towns to choose from."""

    code: str = ""
    fault: FieldError | None = None
    towns: list[Town] = field(default_factory=list)


async def called(session: ReadSession | Session, typed: str, chosen: str = "") -> Called:
    """The town called `typed`: a code, « Vierzon (18279) », a name that one town has, or one of those so called, `chosen`."""
    bracketed = IN_BRACKETS.search(typed)
    code = bracketed[1] if bracketed else re.sub(r"\s", "", typed)
    if code[:1].isdigit() and not (chosen and bracketed):
        try:
            return Called((await find_town(session, code)).code)
        except UnknownTown:
            pass
    towns = await search_towns(session, typed.partition("(")[0], limit=SHOWN)
    if chosen in {town.code for town in towns}:
        return Called(chosen)
    same = [town for town in towns if slug_of(town.name) == slug_of(typed)]
    if len(same) == 1:
        return Called(same[0].code)
    if towns:
        said = N_("Plusieurs villes peuvent s’appeler ainsi : choisissez la bonne plus bas.")
        return Called(fault=wrong("town", said, code="ambiguous_town"), towns=same or towns)
    said = N_(
        "Aucune commune ni intercommunalité ne s’appelle ainsi : vérifiez le nom, ou donnez son code INSEE."
    )
    return Called(fault=wrong("town", said, code="unknown_town"))
