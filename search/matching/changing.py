"""What would change the order: a fact of a sheet altered, and the sheet weighed again. Pure.

Never a guess: each change makes other facts, `score` reads those, and the place that they would have is compared with the others'.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from catalog.evidence.levels import Level
from marketplace.words import N_
from search.facts.shape import Facts, Proven, best
from search.matching.reading import Asked
from search.matching.saying import Said, said
from search.matching.scoring import Scored, score

Alter = Callable[[Facts, Asked], tuple[Facts, Said] | None]


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One change that would put a sheet before another: `condition` says which, `overtakes` the best placed that it passes,
    `changed` the sheet as it would be.
    """

    code: str
    condition: Said
    overtakes: str
    overtaken_name: str
    changed: Scored

    @property
    def score(self) -> int:
        return self.changed.score

    @property
    def sentence(self) -> Said:
        return said(N_("Passerait devant « {name} » {condition}."), name=self.overtaken_name, condition=self.condition)  # fmt: skip


def counterfactual(one: Scored, ahead: Sequence[Scored], asked: Asked) -> Counterfactual | None:
    """The first change of `CHANGES` that would put `one` before somebody of `ahead` (the best placed first); None when none would."""
    for code, alter in CHANGES.items():
        made = alter(one.candidate.facts, asked)
        if made is None:
            continue
        facts, condition = made
        again = score(replace(one.candidate, facts=facts), asked)
        passed = next((other for other in ahead if again.rank < other.rank), None)
        if passed is not None:
            named = passed.candidate.facts
            return Counterfactual(code, condition, named.slug, named.name, again)
    return None


def _answer(key: str, value: object, condition: str, *, only_unknown: bool = False) -> Alter:
    def alter(facts: Facts, _asked: Asked) -> tuple[Facts, Said] | None:
        now = getattr(facts.answers, key)
        if now == value or (only_unknown and now not in (None, "unknown", ())):
            return None
        answers = facts.answers.model_copy(update={key: value})
        return facts.model_copy(update={"answers": answers}), said(condition)

    return alter


def _exports(facts: Facts, _asked: Asked) -> tuple[Facts, Said] | None:
    if any(one not in {"none", "unknown"} for one in facts.answers.exports or ()):
        return None
    answers = facts.answers.model_copy(update={"exports": ("csv",)})
    return facts.model_copy(update={"answers": answers}), said(N_("si elle exportait ses données"))


def _standards(facts: Facts, _asked: Asked) -> tuple[Facts, Said] | None:
    if any(one not in {"none", "unknown"} for one in facts.answers.standards or ()):
        return None
    answers = facts.answers.model_copy(update={"standards": ("dcat",)})
    return facts.model_copy(update={"answers": answers}), said(N_("si elle suivait un standard ouvert"))


def _confirmed(facts: Facts, asked: Asked) -> tuple[Facts, Said] | None:
    """The reference most like the asker's town, among those that nothing proves, confirmed by its town today."""
    bare = [one for one in facts.deployments if best(one.proofs, asked.on) is None]
    if not bare:
        return None
    chosen = max(bare, key=lambda one: (asked.likeness.get(one.code, 0.0), one.started_on, one.code))
    proof = Proven(level=Level.CONFIRMED, since=asked.on)
    others = tuple(
        one.model_copy(update={"proofs": (*one.proofs, proof)}) if one is chosen else one
        for one in facts.deployments
    )
    return facts.model_copy(update={"deployments": others}), said(N_("si {town} confirmait sa référence"), town=chosen.name)  # fmt: skip


CHANGES: dict[str, Alter] = {
    "api": _answer("api", "open", N_("si son API était documentée publiquement")),
    "exports": _exports,
    "hosting_country": _answer(
        "hosting_country", "france", N_("si elle disait héberger ses données en France"), only_unknown=True
    ),
    "reference": _confirmed,
    "standards": _standards,
    "extra_eu_parent": _answer(
        "extra_eu_parent", "no", N_("si elle disait n’être pas contrôlée hors de l’Union européenne"), only_unknown=True
    ),
}  # fmt: skip
"""The changes that are tried, the easiest first: each is a fact that the startup can bring about or tell."""
