"""The forms of a sheet, one a step: what is typed, the content that it means, and the content as it is typed.

Those of the questionnaire are made from its table. A step owns some fields of the content; saving it leaves the others alone.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, create_model

from catalog.solutions.content import (
    ContractForm,
    Cpv,
    DomainId,
    UnitId,
    Weeks,
)
from catalog.solutions.fields import FIELDS, Step
from catalog.solutions.models import Basis, Maturity
from catalog.solutions.questionnaire import QUESTIONS, UNKNOWN, Kind, Question, Section, Subprocessor
from catalog.taxonomy import domains
from catalog.texts import Description, Line, Phrase, Prose, Summary, WebAddress
from marketplace.money import as_typed
from marketplace.web.schemas import Input, clean
from marketplace.web.typed import Euros, Number, Signed, TypedDate

Content = Mapping[str, Any]
SEPARATORS = re.compile(r"[,;\n]+")
QUESTIONS_OF_ROWS = frozenset(
    f"answers.{key}" for key, question in QUESTIONS.items() if question.kind is Kind.PROCESSORS
)
MAX_TIERS, MAX_PRICES, MAX_INDICATORS = 6, 10, 6


class NewForm(Input):
    """A sheet's beginning."""

    name: Line
    domains: list[DomainId] = Field(default=[], max_length=6)


class IdentityForm(Input):
    name: Line
    summary: Summary | None = None
    domains: list[DomainId] = Field(default=[], max_length=6)
    cpv: list[Cpv] = []
    cpv_more: str = ""
    tags: str = ""
    audiences: str = ""
    maturity: Maturity = Maturity.UNKNOWN
    website: WebAddress | None = None
    since: TypedDate | None = None

    def patch(self) -> dict[str, Any]:
        typed = self.model_dump(exclude={"cpv_more", "tags", "audiences"})
        return typed | {
            "cpv": [*self.cpv, *_several(self.cpv_more)],
            "tags": _several(self.tags),
            "audiences": _several(self.audiences),
        }


class NeedForm(Input):
    problem: Prose | None = None
    description: Description | None = None
    deployment_weeks_min: Weeks | None = None
    deployment_weeks_max: Weeks | None = None
    town_provides: Prose | None = None

    def patch(self) -> dict[str, Any]:
        return self.model_dump()


class TierForm(Input):
    """One tier as typed; `to` may be left blank."""

    from_: Number | None = Field(default=None, alias="from")
    to: Number | None = None
    price: Euros


class PriceForm(Input):
    label: Line
    unit: UnitId
    basis: Basis
    vat_rate: Number | None = None
    mode: Literal["all_units", "graduated"] = "all_units"
    steps: list[TierForm] = []

    def price(self) -> dict[str, Any]:
        """The price that it means. The first tier starts at 0 when nothing says otherwise."""
        steps = [
            {
                "from": step.from_ if step.from_ is not None else "0",
                "to": step.to,
                "unit_price_cents": step.price,
            }
            for step in self.steps
        ]
        rate = {} if self.vat_rate is None else {"vat_rate": self.vat_rate}
        return self.model_dump(exclude={"steps", "vat_rate"}) | rate | {"steps": steps}


class PricesForm(Input):
    prices: list[PriceForm] = []
    contract_forms: list[ContractForm] = []

    def patch(self) -> dict[str, Any]:
        return {"prices": [price.price() for price in self.prices], "contract_forms": self.contract_forms}


class IndicatorForm(Input):
    name: Line
    unit: Line
    before: Signed | None = None
    after: Signed
    method: Phrase


class ReferenceForm(Input):
    """One reference as typed. `town` is a name or a code; `town_code` is chosen among the towns so called."""

    town: Line
    town_code: str | None = None
    started_on: TypedDate
    ended_on: TypedDate | None = None
    quantity: Number | None = None
    unit: UnitId | None = None
    scope: Phrase
    indicators: list[IndicatorForm] = []
    contact_name: Line | None = None
    contact_role: Line | None = None
    contact_email: str | None = None
    contact_telephone: str | None = None

    def reference(self, town: str) -> dict[str, Any]:
        """The reference that it means, at the town of this code."""
        typed = self.model_dump(exclude_none=True)
        contact = {
            key.removeprefix("contact_"): typed.pop(key) for key in list(typed) if key.startswith("contact_")
        }
        typed.pop("town_code", None)
        return typed | {"town": town} | ({"contact": contact} if contact else {})


def _typed_as(question: Question) -> Any:
    one: Any = Literal[(*question.choices, UNKNOWN)]
    match question.kind:
        case Kind.CHOICE:
            return one | None, None
        case Kind.CHOICES:
            return list[one], []
        case Kind.LINE:
            return Line | None, None
        case Kind.TEXT:
            return Prose | None, None
        case Kind.PERCENT | Kind.NUMBER:
            return Number | None, None
        case Kind.DAY:
            return TypedDate | None, None
        case Kind.ADDRESS:
            return WebAddress | None, None
        case Kind.PROCESSORS:
            return list[Subprocessor], []


class _AnswersForm(Input):
    def patch(self) -> dict[str, Any]:
        return {f"answers.{key}": value for key, value in self.model_dump().items()}


def _section_form(section: Section) -> type[_AnswersForm]:
    asked: dict[str, Any] = {
        key: _typed_as(question) for key, question in QUESTIONS.items() if question.section is section
    }
    return create_model(f"{section.value.title()}Form", __base__=_AnswersForm, **asked)


STEP_FORMS: dict[Step, Any] = {
    Step.IDENTITY: IdentityForm,
    Step.NEED: NeedForm,
    Step.PRICES: PricesForm,
    **{Step(section.value): _section_form(section) for section in Section},
}
"""The form of each step that is one: references and files are added one at a time."""


def patched(content: Content, patch: Mapping[str, Any]) -> dict[str, Any]:
    """`content` with what a step's form means; a field left blank is left out."""
    whole = {**content, "answers": dict(content.get("answers", {}))}
    for path, value in patch.items():
        inside, key = (
            (whole["answers"], path.removeprefix("answers."))
            if path.startswith("answers.")
            else (whole, path)
        )
        if value in (None, "", [], ()):
            inside.pop(key, None)
        else:
            inside[key] = value
    return whole


def typed(step: Step, content: Content) -> dict[str, Any]:
    """What a step's form shows of `content`, by field name."""
    match step:
        case Step.IDENTITY:
            offered = {cpv.code for cpv in codes_of(content.get("domains", []))}
            codes = content.get("cpv", [])
            return {
                **{key: content.get(key, "") for key in ("name", "summary", "website", "since")},
                "domains": content.get("domains", []),
                "maturity": "" if content.get("maturity", UNKNOWN) == UNKNOWN else content["maturity"],
                "cpv": [code for code in codes if code in offered],
                "cpv_more": "\n".join(code for code in codes if code not in offered),
                **{key: ", ".join(content.get(key, [])) for key in ("tags", "audiences")},
            }
        case Step.NEED:
            return {key: content.get(key, "") for key in NeedForm.model_fields}
        case Step.PRICES:
            return {"contract_forms": content.get("contract_forms", []), **_typed_prices(content)}
        case _:
            return _typed_answers(Section(step.value), content)


def typed_reference(reference: Content, town: str) -> dict[str, Any]:
    """A reference as its form shows it; `town` is its town as people call it."""
    shown = {
        key: reference.get(key, "") for key in ("started_on", "ended_on", "unit", "scope")
    } | {"town": town, "quantity": _comma(reference.get("quantity", ""))}  # fmt: skip
    for i, row in enumerate(reference.get("indicators", [])):
        shown |= {f"indicators-{i}-{key}": row.get(key, "") for key in ("name", "unit", "method")}
        shown |= {f"indicators-{i}-{key}": _comma(row.get(key, "")) for key in ("before", "after")}
    contact = reference.get("contact", {})
    return shown | {f"contact_{key}": contact.get(key, "") for key in ("name", "role", "email", "telephone")}


def rows_of(step: Step) -> list[str]:
    """The questions of a step that are answered by rows."""
    return [
        key
        for key, question in QUESTIONS.items()
        if question.section.value == step.value and question.kind is Kind.PROCESSORS
    ]


def codes_of(chosen: list[str]) -> list[Any]:
    """The CPV codes of the chosen domains, each once."""
    found = {cpv.code: cpv for key in chosen if key in domains() for cpv in domains()[key].cpv}
    return list(found.values())


def place(step: Step, path: str) -> str:
    """The field of a step's form where what is wrong at `path` of the content is told; empty: above the form."""
    head = re.split(r"[\[.]", path.removeprefix("answers."), maxsplit=1)[0]
    known = f"answers.{head}" if path.startswith("answers.") else head
    if known not in FIELDS or FIELDS[known].step is not step:
        return ""
    if known in QUESTIONS_OF_ROWS:
        return path.removeprefix("answers.")
    if head == "prices" and path != head:
        return f"{path}[0].price" if path.endswith(".steps") else path.replace("unit_price_cents", "price")
    return "cpv_more" if head == "cpv" else head


def typed_place(step: Step, path: str) -> str:
    """As `place`, for what is wrong in the form itself."""
    return path if path in STEP_FORMS[step].model_fields else place(step, _content_path(path))


def _content_path(path: str) -> str:
    head = re.split(r"[\[.]", path, maxsplit=1)[0]
    return f"answers.{path}" if head in QUESTIONS else path


def reference_place(path: str) -> str:
    """As `place`, for a reference's form."""
    inside = re.sub(r"^references(\[\d+\])?\.?", "", path)
    return "" if inside == "id" else inside.replace("contact.", "contact_")


def _several(text: str) -> list[str]:
    return [part for part in (part.strip() for part in SEPARATORS.split(clean(text))) if part]


def _comma(value: Any) -> str:
    return str(value).replace(".", ",")


def _typed_prices(content: Content) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for i, price in enumerate(content.get("prices", [])):
        shown |= {f"prices-{i}-{key}": price[key] for key in ("label", "unit", "basis", "mode")}
        shown[f"prices-{i}-vat_rate"] = _comma(price.get("vat_rate", "20"))
        for j, step in enumerate(price["steps"]):
            shown[f"prices-{i}-steps-{j}-from"] = _comma(step["from"])
            cents = int(step["unit_price_cents"])
            shown[f"prices-{i}-steps-{j}-price"] = as_typed(cents)
    return shown


def _typed_answers(section: Section, content: Content) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key, question in QUESTIONS.items():
        if question.section is not section:
            continue
        answer = content.get("answers", {}).get(key)
        match question.kind:
            case Kind.PROCESSORS:
                for i, row in enumerate(answer or []):
                    shown |= {f"{key}-{i}-{name}": row[name] for name in Subprocessor.model_fields}
            case Kind.CHOICES:
                shown[key] = answer or []
            case Kind.PERCENT:
                shown[key] = _comma(answer) if answer is not None else ""
            case _:
                shown[key] = answer if answer is not None else ""
    return shown
