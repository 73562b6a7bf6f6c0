"""How a record is said, on pages and in files alike."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_datetime

from catalog.solutions.models import MATURITY_NAMES, Maturity
from catalog.taxonomy import domains
from marketplace.clock import PARIS
from marketplace.units import UNITS
from marketplace.web import i18n
from marketplace.web.pages import show_date, show_euros, show_number, unit_name
from marketplace.words import N_, NN_
from search.engines import Sort
from search.finding.asking import FEATURE_NAMES, SORT_NAMES
from search.log.models import AnswerKind
from search.matching.filters import FILTER_NAMES, Filter
from search.matching.musts import MUSTS, Must
from search.matching.weights import SIGNAL_NAMES, Signal
from search.register.content import Content

_ = i18n.translate

KIND_NAMES = {
    AnswerKind.SEARCH: N_("recherche"),
    AnswerKind.MATCH: N_("réponse à un besoin"),
    AnswerKind.SHORTLIST: N_("liste restreinte"),
}
ENGINES = {"postgres": N_("PostgreSQL (moteur intégré)"), "meilisearch": N_("Meilisearch")}
SUPPOSED = N_("{unit} : non précisée, celle que comptent le plus de prix publiés du domaine")
UNNUMBERED = N_("sans numéro de version")


def engine(name: str) -> str:
    return _(ENGINES.get(name, name))


def index(name: str) -> str:
    return name or _(UNNUMBERED)


def weights_version(weights: dict[str, Any] | None) -> str:
    return (
        str(weights.get("version") or _(UNNUMBERED))
        if weights
        else _(N_("aucune : l’ordre est celui du moteur"))
    )


def instants(at: datetime) -> str:
    """An instant in Paris, and in UTC as programs write it."""
    paris = format_datetime(at, "d MMMM yyyy, HH:mm:ss", tzinfo=PARIS, locale=i18n.locale())
    said = _(N_("{paris}, heure de Paris ({utc} UTC)"))
    return said.format(paris=paris, utc=at.strftime("%Y-%m-%dT%H:%M:%S"))


def asked(
    document: dict[str, Any], towns: Mapping[str, str], unit: str | None = None
) -> list[tuple[str, str]]:
    """What was asked beside its words: each filter or fact with its values, in words. What nobody asked is left out.

    `towns`: names by code; a town that is not among them is told by its code. `unit`: what the answer counted in, told with a
    quantity that came without one.
    """
    rows = []
    supposed = unit if document.get("quantity") and not document.get("unit") else None
    for key, (label, said) in PARTS.items():
        value = document.get(key)
        if key == "unit" and supposed in UNITS:
            rows.append((_(label), _(SUPPOSED).format(unit=said(supposed))))
        if key == "town" and (name := towns.get(str(value))):
            value = f"{name} ({value})"
        if value not in (None, "", [], {}, False):
            rows.append((_(label), said(value)))
    return rows


def score(value: float | None) -> str:
    return "–" if value is None else show_number(f"{value:.4f}")


def explanation(item: dict[str, Any]) -> list[str]:
    """What was said of a sheet, one line a contribution: signal, what it brings, and the sentence; then what was missing."""
    lines = [
        f"{part.get('name') or signal(str(part.get('signal', '')))} : {_brings(part)}. {part.get('sentence') or ''}".strip()
        for part in item.get("contributions") or ()
    ]
    for missing in item.get("missing") or ():
        said = missing.get("sentence") if isinstance(missing, dict) else missing
        if said:
            lines.append(str(said))
    other = item.get("counterfactual")
    said = other.get("sentence") if isinstance(other, dict) else other
    return [*lines, str(said)] if said else lines


def excluded(item: dict[str, Any]) -> tuple[str, str, str]:
    """The sheet, the condition that it fails, and the sentence."""
    failed, must = str(item.get("filter") or ""), str(item.get("must") or "")
    if must in set(Must):
        failed = _(MUSTS[Must(must)].name)
    elif failed in set(Filter):
        failed = _(FILTER_NAMES[Filter(failed)])
    return str(item.get("name") or item.get("slug") or ""), failed, str(item.get("sentence") or "")


def signal(name: str) -> str:
    return _(SIGNAL_NAMES[Signal(name)]) if name in set(Signal) else name


def weights(content: Content) -> list[tuple[str, str]]:
    """Each signal with its weight, in the order in which signals are told; then those that there are no more."""
    held = (content.weights or {}).get("weights")
    if not isinstance(held, dict):
        return []
    known = [name.value for name in Signal if name.value in held]
    return [(signal(name), str(held[name])) for name in (*known, *sorted(held.keys() - set(known)))]


def _brings(part: dict[str, Any]) -> str:
    value, weight = part.get("value"), part.get("weight")
    if isinstance(value, int | float) and isinstance(weight, int | float):
        return f"{show_number(f'{value:.3f}')} × {weight} = {show_number(f'{value * weight:.2f}')}"
    return str(value)


def _names(known: Any) -> Any:
    def said(values: list[str]) -> str:
        return ", ".join(_(known[value]) if value in known else str(value) for value in values)

    return said


def _domains(values: list[str]) -> str:
    known = domains()
    return ", ".join(known[value].label(i18n.language.get()) if value in known else value for value in values)


def _must(name: str) -> str:
    return _(MUSTS[Must(name)].name) if name in set(Must) else name


def _budget(value: dict[str, int]) -> str:
    low, high = show_euros(value.get("min", 0)), show_euros(value["max"])
    return (
        _(N_("de {low} à {high}")).format(low=low, high=high)
        if value.get("min")
        else _(N_("{high} au plus")).format(high=high)
    )


def _counted(code: str, count: str) -> str:
    name = unit_name(code, Decimal(count)) if code in UNITS else code
    return f"{show_number(count)} {name}"


def _years(value: int) -> str:
    return i18n.translate_plural(*NN_("%(num)d an", "%(num)d ans"), value) % {"num": value}


def _window(value: dict[str, str]) -> str:
    until = show_date(date.fromisoformat(value["until"]))
    if not value.get("from"):
        return _(N_("le {until} au plus tard")).format(until=until)
    start = show_date(date.fromisoformat(value["from"]))
    return _(N_("entre le {start} et le {until}")).format(start=start, until=until)


def _any(value: Any) -> str:
    """A value of a form to come: its words, or its parts."""
    if isinstance(value, bool):
        return _(N_("oui")) if value else _(N_("non"))
    if isinstance(value, dict):
        return ", ".join(
            f"{name} : {_any(inner)}" for name, inner in value.items() if inner not in (None, "", [], {})
        )
    if isinstance(value, list):
        return ", ".join(_any(inner) for inner in value)
    return str(value)


PARTS: dict[str, tuple[str, Any]] = {
    "domain": (N_("Domaines"), lambda value: _domains([value] if isinstance(value, str) else value)),
    "maturity": (N_("Maturité"), _names({m.value: MATURITY_NAMES[m] for m in Maturity})),
    "feature": (N_("Critères"), _names({f.value: name for f, name in FEATURE_NAMES.items()})),
    "available": (N_("Services arrêtés"), lambda _value: _(N_("laissés de côté"))),
    "sort": (N_("Ordre"), lambda value: _(SORT_NAMES[Sort(value)]) if value in set(Sort) else str(value)),
    "town": (N_("Pour la ville"), _any),
    "quantity": (N_("Quantité"), lambda value: show_number(str(value))),
    "unit": (N_("Unité"), lambda value: _(UNITS[value].many) if value in UNITS else str(value)),
    "years": (N_("Durée"), _years),
    "every_domain": (N_("Autres domaines"), lambda _value: _(N_("gardés"))),
    "musts": (
        N_("Conditions"),
        lambda value: ", ".join(_must(name) for name, wanted in value.items() if wanted),
    ),
    "budget": (N_("Budget HT"), _budget),
    "assets": (
        N_("Patrimoine"),
        lambda value: ", ".join(_counted(unit, count) for unit, count in value.items()),
    ),
    "window": (N_("En service"), _window),
}
"""Parts of what was asked, in the order in which they are told."""
