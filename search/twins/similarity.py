"""How much two towns resemble each other: pure, from public facts, with published weights, every part told in a sentence.

The value is the weighted mean of what can be compared: 0 for nothing in common, 1 for the same town, and the same both ways.
What one of the two does not say is left out of the mean, never guessed. A commune is compared with communes, an
intercommunality with intercommunalities; without a population on both sides there is nothing to measure.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from marketplace.words import N_


class Kind(StrEnum):
    """What a profile is of."""

    COMMUNE = "commune"
    EPCI = "epci"
    OTHER = "other"


class Signal(StrEnum):
    """What is compared."""

    POPULATION = "population"
    GROUPING = "grouping"
    ROLE = "role"
    AREA = "area"
    PROGRAMMES = "programmes"
    ASSETS = "assets"


WEIGHTS: Mapping[Signal, int] = {
    Signal.POPULATION: 35,
    Signal.GROUPING: 15,
    Signal.ROLE: 10,
    Signal.AREA: 15,
    Signal.PROGRAMMES: 10,
    Signal.ASSETS: 15,
}

SIGNAL_NAMES = {
    Signal.POPULATION: N_("population"),
    Signal.GROUPING: N_("intercommunalité"),
    Signal.ROLE: N_("rôle dans l’intercommunalité"),
    Signal.AREA: N_("département et région"),
    Signal.PROGRAMMES: N_("programmes nationaux"),
    Signal.ASSETS: N_("patrimoine déclaré"),
}

WHY = {
    Signal.POPULATION: N_(
        "La plus petite population divisée par la plus grande : budget, équipes et équipements suivent d’abord la taille."
    ),
    Signal.GROUPING: N_(
        "Communauté de communes, d’agglomération, urbaine ou métropole : un tiers de moins par degré d’écart, car les compétences suivent ce statut."
    ),
    Signal.ROLE: N_(
        "Pour moitié, être ou non la commune la plus peuplée de son intercommunalité ; pour moitié, la part de ses habitants. Pour une intercommunalité, le nombre de communes."
    ),
    Signal.AREA: N_(
        "Même département 1, même région 0,7, deux régions de l’Hexagone ou deux territoires d’outre-mer 0,4, sinon 0 : climat, partenaires et fournisseurs se ressemblent de proche en proche."
    ),
    Signal.PROGRAMMES: N_(
        "Les programmes nationaux en commun, parmi ceux de l’une ou de l’autre : les mêmes aides et le même calendrier."
    ),
    Signal.ASSETS: N_(
        "Pour chaque patrimoine que les deux ont déclaré, la plus petite quantité divisée par la plus grande : c’est ce qui fait le coût."
    ),
}
"""Why each signal counts, and how: one sentence each, published."""

GROUPINGS = {"CC": 0, "CA": 1, "CU": 2, "METRO": 3, "MET69": 3}
"""Degrees of integration. The Métropole de Lyon (MET69) is a métropole here."""

GROUPING_NAMES = {
    "CC": N_("communauté de communes"),
    "CA": N_("communauté d’agglomération"),
    "CU": N_("communauté urbaine"),
    "METRO": N_("métropole"),
    "MET69": N_("métropole de Lyon"),
}

PROGRAMME_NAMES = {"acv": N_("Action Cœur de Ville")}

STRATA = (0, 500, 1000, 2000, 3500, 5000, 7500, 10000, 15000, 20000, 35000, 50000, 75000, 100000, 200000)
"""Where the demographic strata of the municipal grant begin (DGF)."""

NEAR = 0.75
"""From this ratio on, a figure is said to be « comme » the other."""

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is compared of a town. `code` is INSEE for a commune, SIREN otherwise.

    `main` and `share`: whether a commune is the most populous of its intercommunality, and its share of the inhabitants.
    `communes`: how many an intercommunality has. `assets`: declared quantities by kind of asset.
    """

    code: str
    name: str
    kind: Kind = Kind.COMMUNE
    siren: str | None = None
    population: int | None = None
    epci_kind: str | None = None
    department: str = ""
    region: str = ""
    department_name: str = ""
    region_name: str = ""
    main: bool | None = None
    share: float | None = None
    communes: int | None = None
    programmes: frozenset[str] = frozenset()
    assets: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def stratum(self) -> int | None:
        """The rank of its demographic stratum, from 0."""
        return None if self.population is None else bisect_right(STRATA, self.population) - 1

    @property
    def overseas(self) -> bool:
        """Whether it is overseas: those codes have three figures."""
        return len(self.department) > 2


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a likeness: how close (0..1), what it weighs, and a French sentence with its facts (`wording.said`)."""

    signal: Signal
    value: float
    weight: int
    sentence: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much one town resembles another, and why: the mean of the reasons' values by their weights."""

    value: float
    reasons: tuple[Reason, ...]


def similarity(a: Profile, b: Profile) -> Likeness:
    """How much `b` resembles `a`. Symmetric; 1 for the same town. The sentences speak of `b`, to somebody of `a`."""
    if not comparable(a, b):
        return Likeness(float(a.code == b.code), (_incomparable(a, b),))
    values = compared(a, b)
    reasons = tuple(
        Reason(signal, value, WEIGHTS[signal], *_SENTENCES[signal](a, b)) for signal, value in values.items()
    )
    return Likeness(mean(values), reasons)


def comparable(a: Profile, b: Profile) -> bool:
    """Whether there is something to measure: the same kind of body, and a population on both sides."""
    return a.kind is b.kind and a.kind is not Kind.OTHER and bool(a.population) and bool(b.population)


def compared(a: Profile, b: Profile) -> dict[Signal, float]:
    """What each signal that both have comes to, in the order of `Signal`. Of comparable profiles only."""
    found = {Signal.POPULATION: ratio(a.population or 0, b.population or 0)}
    if a.epci_kind in GROUPINGS and b.epci_kind in GROUPINGS:
        found[Signal.GROUPING] = 1 - abs(GROUPINGS[a.epci_kind] - GROUPINGS[b.epci_kind]) / 3
    if a.communes and b.communes:
        found[Signal.ROLE] = ratio(a.communes, b.communes)
    elif a.main is not None and b.main is not None and a.share is not None and b.share is not None:
        found[Signal.ROLE] = (float(a.main == b.main) + 1 - abs(a.share - b.share)) / 2
    if a.department and b.department:
        found[Signal.AREA] = _area(a, b)
    either = a.programmes | b.programmes
    if either:
        found[Signal.PROGRAMMES] = len(a.programmes & b.programmes) / len(either)
    both = sorted(a.assets.keys() & b.assets.keys())
    if both:
        found[Signal.ASSETS] = sum(ratio(a.assets[kind], b.assets[kind]) for kind in both) / len(both)
    return found


def mean(values: Mapping[Signal, float]) -> float:
    """The weighted mean of what was compared."""
    return sum(WEIGHTS[signal] * value for signal, value in values.items()) / sum(WEIGHTS[s] for s in values)


def most_at(a: Profile, population_ratio: float) -> float:
    """The highest value that any town can reach with `a` whose population has this ratio to its own, whatever else they share."""
    shareable = {Signal.GROUPING: a.epci_kind, Signal.ROLE: a.communes or a.main is not None, Signal.AREA: a.department, Signal.PROGRAMMES: a.programmes, Signal.ASSETS: a.assets}  # fmt: skip
    return mean(
        {Signal.POPULATION: population_ratio} | {signal: 1.0 for signal, has in shareable.items() if has}
    )


def ratio(one: int | Decimal, other: int | Decimal) -> float:
    """The smaller divided by the larger: 1 for equal figures, 0 when one of them alone is nothing."""
    low, high = sorted((one, other))
    return 1.0 if high == low else float(low) / float(high)


def _area(a: Profile, b: Profile) -> float:
    if a.department == b.department:
        return 1.0
    if a.region and a.region == b.region:
        return 0.7
    return 0.4 if a.overseas == b.overseas else 0.0


Said = tuple[str, Facts]


def _population(a: Profile, b: Profile) -> Said:
    near = ratio(a.population or 0, b.population or 0) >= NEAR
    return (
        N_("{theirs} habitants, comme {you} ({yours})")
        if near
        else N_("{theirs} habitants ({you} : {yours})")
    ), {"theirs": b.population, "yours": a.population}


def _grouping(a: Profile, b: Profile) -> Said:
    theirs, yours = GROUPING_NAMES[b.epci_kind or ""], GROUPING_NAMES[a.epci_kind or ""]
    if a.epci_kind == b.epci_kind:
        return N_("{theirs}, comme {you}"), {"theirs": theirs}
    return N_("{theirs} ({you} : {yours})"), {"theirs": theirs, "yours": yours}


def _role(a: Profile, b: Profile) -> Said:
    if a.communes and b.communes:
        near = ratio(a.communes, b.communes) >= NEAR
        sentence = N_("{theirs} communes, comme {you} ({yours})") if near else N_("{theirs} communes ({you} : {yours})")  # fmt: skip
        return sentence, {"theirs": b.communes, "yours": a.communes}
    facts = {"theirs": round(100 * (b.share or 0)), "yours": round(100 * (a.share or 0))}
    if a.main != b.main:
        return (
            N_("plus grande commune de son intercommunalité, avec {theirs} % des habitants ({you} : {yours} %)")
            if b.main
            else N_("{theirs} % des habitants de son intercommunalité, sans en être la plus grande ({you} : {yours} %)")
        ), facts  # fmt: skip
    return (
        N_("plus grande commune de son intercommunalité, comme {you} : {theirs} % des habitants ({you} : {yours} %)")
        if b.main
        else N_("{theirs} % des habitants de son intercommunalité, sans en être la plus grande, comme {you} ({you} : {yours} %)")
    ), facts  # fmt: skip


def _areas(a: Profile, b: Profile) -> Said:
    if a.department == b.department:
        return N_("même département : {place}"), {"place": b.department_name or b.department}
    if a.region and a.region == b.region:
        return N_("même région : {place}"), {"place": b.region_name or b.region}
    if a.overseas and b.overseas:
        return N_("outre-mer, comme {you} : {place}"), {"place": b.department_name or b.department}
    return N_("autre région : {place}"), {"place": b.region_name or b.department_name or b.department}


def _programmes(a: Profile, b: Profile) -> Said:
    common = a.programmes & b.programmes
    if common:
        return N_("{programmes}, comme {you}"), {"programmes": _names(common)}
    if b.programmes:
        return N_("{programmes} (pas {you})"), {"programmes": _names(b.programmes)}
    return N_("pas dans {programmes}, contrairement à {you}"), {"programmes": _names(a.programmes)}


def _names(programmes: frozenset[str]) -> tuple[str, ...]:
    return tuple(PROGRAMME_NAMES.get(code, code) for code in sorted(programmes))


def _assets(a: Profile, b: Profile) -> Said:
    both = sorted(a.assets.keys() & b.assets.keys())
    return N_("{assets}"), {"assets": tuple((kind, b.assets[kind], a.assets[kind]) for kind in both)}


_SENTENCES = {
    Signal.POPULATION: _population,
    Signal.GROUPING: _grouping,
    Signal.ROLE: _role,
    Signal.AREA: _areas,
    Signal.PROGRAMMES: _programmes,
    Signal.ASSETS: _assets,
}


def _incomparable(a: Profile, b: Profile) -> Reason:
    if a.code == b.code:
        return Reason(
            Signal.POPULATION, 1.0, WEIGHTS[Signal.POPULATION], N_("c’est la même collectivité"), {}
        )
    if a.kind is not b.kind:
        sentence = N_("une commune et une intercommunalité ne se comparent pas")
    elif a.kind is Kind.OTHER:
        sentence = N_("un syndicat ou un autre organisme n’a pas de population ni de statut à comparer")
    else:
        sentence = N_("population inconnue : rien à comparer")
    return Reason(Signal.POPULATION, 0.0, WEIGHTS[Signal.POPULATION], sentence, {})
