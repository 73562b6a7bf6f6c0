"""Every field's value in words, in both languages."""

from typing import Any

import pytest

from catalog.solutions.content import SheetDraft
from catalog.solutions.fields import FIELDS, flatten
from catalog.solutions.questionnaire import QUESTIONS, Kind
from catalog.solutions.wording import DOES_NOT_KNOW, NOT_SAID, label, said, words
from marketplace.web.i18n import LANGUAGES, NO_BREAK
from tests.catalog.solutions.sheets import content

N = NO_BREAK
TOWN = {"01004": "Ambérieu-en-Bugey"}
REFERENCE = {
    "id": "0190f3c0-0000-7000-8000-000000000001", "town": "01004", "started_on": "2023-03-01", "quantity": "1250",
    "unit": "light_point", "scope": "Tout le centre", "contact": {"name": "A. Martin", "email": "a@ville.fr"},
    "indicators": [{"name": "Consommation", "unit": "MWh", "before": "120", "after": "40.5", "method": "Factures"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "value", "french"),
    [
        ("summary", None, ["non renseigné"]),
        ("tags", [], ["non renseigné"]),
        ("name", "Télégestion", ["Télégestion"]),
        ("description", "Un.\n\n Deux. ", ["Un.", "Deux."]),
        ("domains", ["eclairage-public"], ["Éclairage public"]),
        ("maturity", "stopped", ["service arrêté"]),
        ("since", "2021-07-14", [f"14{N}juillet{N}2021"]),
        ("deployment_weeks_min", 1, ["1 semaine"]),
        ("deployment_weeks_max", 12, ["12 semaines"]),
        ("contract_forms", ["innovative", "group"], ["achat innovant", "groupement de commandes"]),
        ("answers.hosting_country", "unknown", ["l’entreprise ne sait pas"]),
        ("answers.hosting_country", "town", ["chez la ville"]),
        ("answers.data_kinds", ["location", "minors"], ["positions de personnes", "données de mineurs"]),
        ("answers.rgaa_rate", "92.500", [f"92,5{N}%"]),
        ("answers.exit_days", 30, ["30 jours"]),
        ("answers.penetration_test_on", "2025-01-02", [f"2{N}janvier{N}2025"]),
        ("answers.api_documentation", "https://doc.exemple.fr/", ["https://doc.exemple.fr/"]),
        (
            "answers.subprocessors",
            [{"name": "Nuage", "country": "France", "purpose": "serveurs"}],
            [f"Nuage (France){N}: serveurs"],
        ),
        (
            "attachments",
            [{"file_id": "x", "kind": "image", "title": "Vue", "alt": "Une carte"}],
            [f"Image{N}: Vue (texte de remplacement{N}: Une carte)"],
        ),
        (
            f"references.{REFERENCE['id']}",
            REFERENCE,
            [
                f"Ambérieu-en-Bugey, depuis le 1{N}mars{N}2023",
                "1\u202f250 points lumineux",
                "Tout le centre",
                f"Consommation{N}: 120 avant, 40,5 après (MWh). Méthode{N}: Factures",
                f"Contact{N}: A. Martin, a@ville.fr",
            ],
        ),
    ],
)
def test_a_value_reads_as_a_person_would_say_it(path: str, value: Any, french: list[str]) -> None:
    assert words(path, value, "fr", TOWN) == french


def test_a_price_is_said_with_its_unit_its_rate_and_every_tier() -> None:
    stored = SheetDraft.model_validate(content()).stored()["prices"]
    assert words("prices", stored, "fr") == [
        f"Module posé, par point lumineux, une fois (TVA 20{N}%{N}; tout au prix du palier atteint)",
        f"– à partir de 0{N}: 210,00{N}€{N}HT",
        f"– à partir de 150{N}: 190,00{N}€{N}HT",
    ]
    assert words("since", "2021-07-14", "en") == [f"14{N}July{N}2021"]
    assert words("answers.rgaa_rate", "92.5", "en") == ["92.5%"]


def test_references_are_told_apart_by_their_town() -> None:
    path = f"references.{REFERENCE['id']}"
    assert label(path, "fr", REFERENCE, TOWN) == f"Référence{N}: Ambérieu-en-Bugey"
    assert label(path, "fr", REFERENCE) == f"Référence{N}: 01004"
    assert label(path, "fr") == "Référence"
    assert label("summary", "fr") == "En une phrase"


def test_every_field_of_a_whole_sheet_has_words_and_no_key_is_shown() -> None:
    values = flatten(whole())
    assert {FIELDS[p].path if p in FIELDS else "references" for p in values} == set(FIELDS)
    for language in LANGUAGES:
        for path, value in values.items():
            lines = words(path, value, language, TOWN)
            assert lines and all(lines), path
            assert "_" not in said(path, value, language, TOWN), path
            assert label(path, language)
            assert lines != words(path, None, language)


def test_what_a_later_table_no_longer_knows_is_still_shown() -> None:
    assert words("answers.hosting_country", "moon", "fr") == ["moon"]
    assert words("domains", ["gone"], "fr") == ["gone"]
    with pytest.raises(KeyError):
        words("nothing", "x", "fr")
    assert NOT_SAID != DOES_NOT_KNOW


def whole() -> dict[str, Any]:
    """A sheet in which every field says something, as a revision keeps it."""
    answers: dict[str, Any] = {}
    for key, question in QUESTIONS.items():
        first = next(iter(question.choices), "")
        answers[key] = {
            Kind.CHOICE: first, Kind.CHOICES: list(question.choices)[:2], Kind.LINE: "Une ligne", Kind.TEXT: "Un texte",
            Kind.PERCENT: "12.5", Kind.NUMBER: 3, Kind.DAY: "2025-02-03", Kind.ADDRESS: "https://exemple.fr/",
            Kind.PROCESSORS: [{"name": "Nuage", "country": "France", "purpose": "serveurs"}],
        }[question.kind]  # fmt: skip
    return SheetDraft.model_validate(
        content(
            problem="Un problème", cpv=["34928500-3"], tags=["lampe"], audiences=["agents"], website="https://exemple.fr",
            since="2020-01-01", deployment_weeks_min=2, deployment_weeks_max=8, town_provides="Un agent",
            contract_forms=["order"], answers=answers, references=[REFERENCE],
            attachments=[{"file_id": REFERENCE["id"], "kind": "image", "title": "Vue", "alt": "Une carte"}],
        )
    ).stored()  # fmt: skip
