"""How a hit is shown: at most two badges, by one public rule, and its texts in parts, what was found set apart.

The rule: a stopped service says so and nothing else. Otherwise the first two of a confirmed reference, published prices,
hosting in the European Union, an open API, accessibility, open source. The same for every sheet, whatever was asked.
"""

from dataclasses import dataclass

from marketplace.words import N_
from search.engines import Hit
from search.engines.documents import Feature
from search.engines.protocol import MARK, UNMARK
from search.finding.asking import FEATURE_NAMES
from search.language.phrases import written

MOST = 2
STOPPED = N_("Service arrêté")


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a text. `found`: whether it answers what was asked."""

    text: str
    found: bool = False


def held(hit: Hit) -> frozenset[str]:
    """What the hit may be filtered by."""
    return frozenset(hit.features) | ({Feature.PRICED.value} if hit.priced else frozenset())


def badges(hit: Hit) -> list[str]:
    """The hit's badges, as French sentences to translate: see the module."""
    if hit.maturity == "stopped":
        return [STOPPED]
    has = held(hit)
    return [name for feature, name in FEATURE_NAMES.items() if feature in has][:MOST]


def segments(text: str) -> list[Segment]:
    """A text with marks, in parts. A mark without its end marks to the end of the text; one too many marks nothing."""
    found: list[Segment] = []
    for i, piece in enumerate(text.split(MARK)):
        marked, closed, rest = piece.partition(UNMARK)
        if i == 0:  # nothing is open yet
            found.append(Segment(marked + rest if closed else piece))
            continue
        found += [Segment(marked, found=True), Segment(rest)]
    return [Segment(one.text.replace(UNMARK, ""), one.found) for one in found if one.text.replace(UNMARK, "")]


def highlighted(hit: Hit) -> dict[str, list[Segment]]:
    """The hit's highlighted fields, in parts."""
    return {name: segments(text) for name, text in hit.highlights}


def shown(hit: Hit, field: str) -> list[Segment]:
    """`name` or `summary` of a hit, in parts, whether or not the engine highlighted it."""
    return highlighted(hit).get(field) or segments(str(getattr(hit, field)))


def extract(hit: Hit) -> list[Segment]:
    """Where the description answers, when neither the name nor the summary does."""
    told = highlighted(hit)
    if any(part.found for name in ("name", "summary") for part in told.get(name, ())):
        return []
    found = told.get("description", [])
    return found if any(part.found for part in found) else []


GLOBALS = {"badges": badges, "parts": shown, "extract": extract, "written": written}
"""What templates that show hits call, wherever they are included."""
