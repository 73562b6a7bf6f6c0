"""What a reason says, in the request's language: « 25 725 habitants, comme vous (24 710) »."""

from decimal import Decimal
from typing import Any

from marketplace.web import i18n
from marketplace.web.pages import show_number, unit_name
from marketplace.words import N_
from search.twins.assets import AssetKind
from search.twins.similarity import Likeness, Reason, Signal

YOU = N_("vous")


def said(reason: Reason, you: str = "") -> str:
    """The sentence of a reason. `you`: the name of the town that is compared, when it is not the reader's."""
    facts: dict[str, Any] = {name: _fact(value) for name, value in reason.facts.items()}
    facts["you"] = you or i18n.translate(YOU)
    if reason.signal is Signal.ASSETS:
        figures: Any = reason.facts["assets"]
        return ", ".join(_figure(kind, theirs, yours, facts["you"]) for kind, theirs, yours in figures)
    return i18n.translate(reason.sentence).format(**facts)


def all_said(likeness: Likeness, you: str = "") -> str:
    """Every reason of a likeness, in one line."""
    return f"{i18n.NO_BREAK}; ".join(said(reason, you) for reason in likeness.reasons)


def _figure(kind: str, theirs: Decimal, yours: Decimal, you: str) -> str:
    what = f"{show_number(theirs)} {unit_name(kind, theirs)}" if kind in tuple(AssetKind) else str(theirs)
    return i18n.translate(N_("{theirs} ({you} : {yours})")).format(
        theirs=what, you=you, yours=show_number(yours)
    )


def _fact(value: object) -> object:
    if isinstance(value, tuple):
        return ", ".join(str(_fact(part)) for part in value)
    if isinstance(value, int | Decimal):
        return show_number(value)
    return i18n.translate(value) if isinstance(value, str) else value
