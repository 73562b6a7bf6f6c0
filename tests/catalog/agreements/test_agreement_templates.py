"""The agreement library: typed variables, all present and all used; clauses for every choice; versions that never change."""

import hashlib
import typing
from datetime import date
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import meta
from pydantic import ValidationError

from catalog.agreements import FOUNDING_AGREEMENT, library, load_template
from catalog.agreements.founding_agreement import FoundingAgreementValues
from marketplace.documents import Block, templating, to_pdf
from procurement.conventions.generating import compose

FROZEN = {
    "founding_agreement 1.0.0": "274f9dcaa823a7d4127b3f147b34d51c49133c5298dceb2b0c0c36fb0f00f4b5",
}
"""What each published version was on the day it was published. A correction is a new version, and a new line here."""

TOWNS = [
    {"name": "Vierzon", "kind": "commune", "siren": "211802798", "insee": "18279", "department": "Cher"},
    {"name": "Bourges", "kind": "commune", "siren": "211800339", "insee": "18033", "department": "Cher"},
]
VALUES: dict[str, Any] = {
    "reference": "GC-0001-V1", "object": "Télégestion de l’éclairage", "domain": "Éclairage public", "nature": "supplies",
    "cpv": [{"code": "34993000-4", "label": "Éclairage routier"}], "coordinator": TOWNS[0], "members": TOWNS, "mission": "a",
    "one_off": True, "committee": "pool", "fees": {"mode": "free"},
    "lines": [{"label": "Point lumineux", "unit": "point lumineux", "firm_total": "200", "max_total": "210",
               "needs": [{"town": "Vierzon", "firm": "120", "max": "130"}, {"town": "Bourges", "firm": "80", "max": "80"}]}],
    "rule": "pro_rata_firm", "missed_threshold": "extend", "minimum": "150 points lumineux",
    "estimate": {"low_cents": 3440000, "high_cents": 4620000},
    "procedure": {"label": "mise en concurrence", "reference": "article R2123-1", "date": "2026-11-24"},
    "needs_deadline": "2026-12-24", "duration_months": 24, "withdrawal_notice_months": 3, "court": "Orléans",
    "generated_on": "2026-11-24",
}  # fmt: skip
CHOICES = {
    "nature": ["supplies", "services", "works"],
    "mission": ["a", "b", "c"],
    "one_off": [True, False],
    "committee": ["pool", "coordinator"],
    "fees": [{"mode": mode, "amount_cents": 12000} for mode in ("free", "equal", "quantity", "population")],
    "rule": ["pro_rata_firm", "commitment_order", "equal", "smaller_first"],
    "missed_threshold": ["extend", "continue", "individual", "abandon"],
    "minimum": ["150 points lumineux", None],
    "court": ["Orléans", ""],
    "cpv": [[], VALUES["cpv"], [*VALUES["cpv"], {"code": "71318100-1", "label": "Services de conception"}]],
    "withdrawal_notice_months": [0, 3],
    "coordinator": [TOWNS[0], TOWNS[0] | {"kind": "epci", "insee": None}, TOWNS[0] | {"kind": "syndicat", "siren": None}],
    "members": [TOWNS, [*TOWNS, {"name": "CC des Terres", "kind": "epci"}, {"name": "SDE", "kind": "syndicat"}]],
    "lines": [VALUES["lines"], [], [VALUES["lines"][0] | {"needs": []}]],
    "estimate": [VALUES["estimate"], {"low_cents": 500, "high_cents": 500}],
}  # fmt: skip


def text_of(**changes: Any) -> str:
    """What an agreement says, articles and annexes, with some of its values changed."""
    document = compose(
        load_template(FOUNDING_AGREEMENT), FoundingAgreementValues.model_validate(VALUES | changes)
    )
    return "\n".join(_said(block) for block in [*document.blocks, *document.annexes])


def test_every_variable_of_every_clause_is_typed_and_every_typed_value_is_used() -> None:
    template = load_template(FOUNDING_AGREEMENT)
    asked = set[str]()
    for clause in (*template.clauses, *template.annexes):
        asked |= meta.find_undeclared_variables(templating._environment.parse(clause))
    assert asked == set(FoundingAgreementValues.model_fields)


def test_no_choice_of_a_variable_is_unknown_to_these_tests() -> None:
    for name, field in FoundingAgreementValues.model_fields.items():
        if typing.get_origin(field.annotation) is typing.Literal:
            assert set(CHOICES[name]) == set(typing.get_args(field.annotation)), name
    (modes,) = [typing.get_args(FoundingAgreementValues.model_fields["fees"].annotation.model_fields["mode"].annotation)]  # fmt: skip
    assert {fees["mode"] for fees in CHOICES["fees"]} == set(modes)


@pytest.mark.parametrize("name", CHOICES)
def test_every_choice_is_written_out_and_changes_the_text(name: str) -> None:
    texts = [text_of(**{name: choice}) for choice in CHOICES[name]]
    assert len(set(texts)) == len(texts)


@settings(max_examples=25, deadline=None)
@given(st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in CHOICES.items()}))
def test_any_combination_of_choices_reads_as_prose_with_nothing_left_to_fill_by_machine(
    choices: dict[str, Any],
) -> None:
    said = text_of(**choices)
    for left in ("{{", "}}", "{%", "None", "True", "False", "()", " ,", "  ", "**"):
        assert left not in said, said[max(0, said.index(left) - 60) :][:120]


def test_the_agreement_names_its_members_figures_dates_and_law() -> None:
    said = text_of().replace("\u00a0", " ").replace("\u202f", " ")
    for expected in (
        "Vierzon", "Bourges", "211802798", "18033", "24/12/2026", "34 400,00 €", "46 200,00 €", "34993000-4",
        "150 points lumineux", "200", "130", "Orléans", "L. 2113-6", "GC-0001-V1",
    ):  # fmt: skip
        assert expected in said, expected


def test_what_a_town_types_stays_text_in_the_agreement() -> None:
    trap = "**{{ 7*7 }}** <b>x</b> | [a](http://a) # \\ `x`"
    assert trap in text_of(object=trap)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"members": TOWNS[:1]}, "members"),
        ({"mission": "d"}, "mission"),
        ({"duration_months": 0}, "duration_months"),
        ({"estimate": {"low_cents": -1, "high_cents": 3}}, "estimate.low_cents"),
        ({"needs_deadline": "bientôt"}, "needs_deadline"),
        ({"object": ""}, "object"),
        ({"couleur": "bleu"}, "couleur"),
        ({"members": [*TOWNS, {"name": "X", "kind": "région"}]}, "members.2.kind"),
    ],
)
def test_a_value_of_another_type_is_refused_by_its_name(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FoundingAgreementValues.model_validate(VALUES | changes)
    assert ".".join(map(str, refused.value.errors()[0]["loc"])) == place


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_missing_value_is_never_a_silent_blank(name: str) -> None:
    given = FoundingAgreementValues.model_validate(VALUES)
    without = {key: value for key, value in given.model_dump().items() if key != name}
    with pytest.raises(jinja2.UndefinedError, match=name):
        load_template(FOUNDING_AGREEMENT).filled(without)


def test_the_agreement_is_set_as_a_pdf() -> None:
    values = FoundingAgreementValues.model_validate(VALUES)
    pdf = to_pdf(compose(load_template(FOUNDING_AGREEMENT), values), made_on=values.generated_on)
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 20_000


def test_a_template_says_whether_a_lawyer_read_it_and_what_it_relies_on() -> None:
    template = load_template(FOUNDING_AGREEMENT)
    assert "juriste" in template.notice
    assert len({reference.text for reference in template.references}) == len(template.references) > 10
    for reference in template.references:
        assert reference.read_on <= date(2030, 1, 1)
        assert reference.confidence in {"lu", "source secondaire lue", "à vérifier"}


def test_a_published_version_never_changes() -> None:
    found = {}
    for template in sorted(library.TEXTS.iterdir()):
        for version in library.versions(template.name):
            files = sorted(p for p in (template / version).rglob("*") if p.is_file())
            order = sorted(files, key=lambda p: str(p.relative_to(template / version)))
            content = b"".join(file.read_bytes() for file in order)
            found[f"{template.name} {version}"] = hashlib.sha256(content).hexdigest()
    assert found == FROZEN


def test_the_latest_version_is_the_default_and_an_unknown_one_is_said() -> None:
    assert load_template(FOUNDING_AGREEMENT).version == library.versions(FOUNDING_AGREEMENT)[-1]
    for asked in (
        ("bail", None),
        (FOUNDING_AGREEMENT, "9.9.9"),
        (FOUNDING_AGREEMENT, ".."),
    ):
        with pytest.raises(KeyError):
            load_template(*asked)


def _said(block: Block) -> str:
    cells = [cell for row in block.rows for cell in row]
    return "\n".join("".join(run.text for run in runs) for runs in (block.runs, *block.items, *cells))
