"""A sheet as fields: each with a path, a French name and a step of the form. Reviews, differences, comparisons and exports
speak of fields; a comment is on one, and a revision may be accepted in some of them.

Paths: `summary`, `prices`; `answers.hosting_country` for an answer; `references.<id>` for one reference.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.solutions.questionnaire import CONFIDENTIAL, QUESTIONS, SECTION_NAMES, Section
from marketplace.words import N_

Content = dict[str, Any]
"""A sheet's content as a revision keeps it (`SheetDraft.stored`)."""


class Step(StrEnum):
    """The steps in which a sheet is written and reviewed."""

    IDENTITY = "identity"
    NEED = "need"
    PRICES = "prices"
    HOSTING = "hosting"
    DATA = "data"
    INTEROPERABILITY = "interoperability"
    EXIT = "exit"
    ACCESSIBILITY = "accessibility"
    SECURITY = "security"
    ENERGY = "energy"
    REFERENCES = "references"
    ATTACHMENTS = "attachments"


STEP_NAMES = {
    Step.IDENTITY: N_("La solution"),
    Step.NEED: N_("Le besoin et le déploiement"),
    Step.PRICES: N_("Prix et contrats"),
    **{Step(section.value): name for section, name in SECTION_NAMES.items()},
    Step.REFERENCES: N_("Références"),
    Step.ATTACHMENTS: N_("Documents et images"),
}

_TOP = {
    "name": (Step.IDENTITY, N_("Nom")),
    "summary": (Step.IDENTITY, N_("En une phrase")),
    "domains": (Step.IDENTITY, N_("Domaines")),
    "cpv": (Step.IDENTITY, N_("Codes CPV")),
    "tags": (Step.IDENTITY, N_("Mots-clés")),
    "audiences": (Step.IDENTITY, N_("Publics")),
    "maturity": (Step.IDENTITY, N_("Maturité")),
    "website": (Step.IDENTITY, N_("Site web")),
    "since": (Step.IDENTITY, N_("En service depuis")),
    "problem": (Step.NEED, N_("Problème résolu")),
    "description": (Step.NEED, N_("Description")),
    "deployment_weeks_min": (Step.NEED, N_("Déploiement : au plus tôt (semaines)")),
    "deployment_weeks_max": (Step.NEED, N_("Déploiement : au plus tard (semaines)")),
    "town_provides": (Step.NEED, N_("Ce que la ville fournit")),
    "prices": (Step.PRICES, N_("Prix publiés, HT")),
    "contract_forms": (Step.PRICES, N_("Formes de contrat acceptées")),
    "references": (Step.REFERENCES, N_("Référence")),
    "attachments": (Step.ATTACHMENTS, N_("Documents et images")),
}


@dataclass(frozen=True, slots=True)
class SheetField:
    """`label` is French. `confidential`: for signed-in towns and staff."""

    path: str
    step: Step
    label: str
    confidential: bool = False


FIELDS: dict[str, SheetField] = {
    **{path: SheetField(path, step, label) for path, (step, label) in _TOP.items()},
    **{
        f"answers.{key}": SheetField(f"answers.{key}", Step(q.section.value), q.label, q.confidential)
        for key, q in QUESTIONS.items()
    },
}
"""Every field by path, in the order in which it is asked; `references` stands for each of them."""


def field_of(path: str) -> SheetField:
    """The field of a path. Raises `KeyError` for one that no sheet has."""
    return FIELDS["references" if path.startswith("references.") else path]


def is_known(path: str) -> bool:
    """Whether sheets have a field at `path` today: a comment or a decision may be about one of yesterday."""
    return path in FIELDS or path.startswith("references.")


BESIDES = {
    "supplier_name": N_("Entreprise"),
    "source": N_("Source"),
    "licence": N_("Licence"),
    "fictional": N_("Fictive"),
}
"""What an import may change that is not content."""


def is_open(path: str) -> bool:
    """Whether a changed field may be named to everybody."""
    if path in BESIDES or path.startswith("references."):
        return True
    return path in FIELDS and not FIELDS[path].confidential


def named(paths: Iterable[str]) -> list[str]:
    """The French names of changed fields, once each, in the order given; a field that sheets had once has none."""
    known = (path for path in paths if path in BESIDES or is_known(path))
    return list(dict.fromkeys(BESIDES.get(path) or field_of(path).label for path in known))


def flatten(content: Mapping[str, Any]) -> dict[str, Any]:
    """Path → value, in the fields' order; what was left out has no path."""
    found: dict[str, Any] = {}
    for path in FIELDS:
        if path == "references":
            found |= {
                f"references.{reference['id']}": reference for reference in content.get("references", [])
            }
        elif path.startswith("answers."):
            key = path.removeprefix("answers.")
            if key in content.get("answers", {}):
                found[path] = content["answers"][key]
        elif path in content:
            found[path] = content[path]
    return found


def assemble(values: Mapping[str, Any]) -> Content:
    """The content of which `values` is the flat form."""
    content: Content = {}
    for path, value in values.items():
        if path.startswith("references."):
            content.setdefault("references", []).append(value)
        elif path.startswith("answers."):
            content.setdefault("answers", {})[path.removeprefix("answers.")] = value
        else:
            content[path] = value
    return content


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; None where it is left out."""

    path: str
    before: Any
    after: Any

    @property
    def field(self) -> SheetField:
        return field_of(self.path)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What `after` changes, field by field, in the fields' order."""
    old, new = flatten(before), flatten(after)
    order = list(FIELDS)
    paths = sorted(old.keys() | new.keys(), key=lambda p: (order.index(field_of(p).path), p))
    return [
        Difference(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)
    ]


def merged(before: Mapping[str, Any], after: Mapping[str, Any], taken: Iterable[str]) -> Content:
    """`before` with the fields `taken` as `after` has them."""
    values, new = flatten(before), flatten(after)
    for path in taken:
        if path in new:
            values[path] = new[path]
        else:
            values.pop(path, None)
    return assemble(values)


def public(content: Mapping[str, Any]) -> Content:
    """Without what is confidential: confidential answers, and who to ask at a reference."""
    shown = dict(content)
    if "answers" in shown:
        shown["answers"] = {k: v for k, v in shown["answers"].items() if k not in CONFIDENTIAL}
    if "references" in shown:
        shown["references"] = [
            {k: v for k, v in reference.items() if k != "contact"} for reference in shown["references"]
        ]
    return shown


def confidential(content: Mapping[str, Any]) -> Content:
    """What `public` leaves out: `answers` by key, and `contacts` by reference."""
    answers = {k: v for k, v in content.get("answers", {}).items() if k in CONFIDENTIAL}
    contacts = {r["id"]: r["contact"] for r in content.get("references", []) if "contact" in r}
    return {"answers": answers, "contacts": contacts}


def of_section(section: Section) -> list[str]:
    """The keys of a section's questions."""
    return [key for key, question in QUESTIONS.items() if question.section is section]
