"""The JSON Schema of a sheet (draft 2020-12), made from the model that checks what comes in, in French."""

from functools import cache
from typing import Any

from catalog.opendata.columns import COLUMNS, ORIGIN, READ_ONLY, SHEET, Column
from catalog.solutions.fields import FIELDS
from catalog.solutions.questionnaire import QUESTIONS
from catalog.solutions.schemas import SheetRecord

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADDRESS = "/donnees-ouvertes/schema.json"
ABOUT = (
    "Une fiche de l’annuaire : ce qu’un fichier JSON importé peut dire, et ce que les données ouvertes disent. "
    "À l’import, un champ absent laisse la valeur en place ; un champ nul la vide. Un champ en écriture seule est confidentiel : "
    "il n’est jamais publié. Un champ en lecture seule est ajouté par l’export et ignoré à l’import."
)
NOTES = {
    "id": "Ce qui termine l’adresse de la fiche. Un enregistrement est reconnu à cet identifiant.",
    "prices": "Chaque palier commence à « from » et vaut jusqu’au suivant ; les prix sont des centimes d’euro hors taxes.",
    "references": "Un déploiement dans une ville. « id » reste le même d’une révision à l’autre ; « contact » n’est jamais publié.",
    "answers": "Les réponses au questionnaire technique. Une question absente n’a pas de réponse ; « unknown » : l’entreprise ne sait pas.",
    "source": "D’où vient l’enregistrement.",
    "licence": "La licence sous laquelle sa source le publie.",
    "fictional": "Vrai pour une fiche inventée, qui sert aux démonstrations.",
}


@cache
def sheet_schema(base_url: str) -> dict[str, Any]:
    """The schema of one record."""
    made = SheetRecord.model_json_schema(by_alias=True)
    properties = made["properties"]
    properties.pop("attachments")  # files are sent one by one
    for name, shape in properties.items():
        _describe(shape, name, COLUMNS.get(name))
    for name, column in READ_ONLY.items():
        formats = {"url": "uri"}
        properties[name] = {
            "type": "string",
            "format": formats.get(name, "date-time"),
            "title": column.label,
            "readOnly": True,
        }
    answers = made["$defs"]["Answers"]["properties"]
    for key, shape in answers.items():
        _describe(shape, f"answers.{key}", SHEET[f"answers.{key}"])
        if QUESTIONS[key].unit:
            shape["description"] = f"{shape.get('description', '')} Unité : {QUESTIONS[key].unit}.".strip()
    made["$defs"]["ReferenceIn"]["properties"]["contact"]["writeOnly"] = True
    for name in ("AttachmentIn", "AttachmentKind"):
        made["$defs"].pop(name, None)
    for shape in made["$defs"].values():
        shape.pop("description", None)  # said for programmers, in English
    return made | {
        "$schema": DIALECT,
        "$id": f"{base_url}{ADDRESS}",
        "title": "Fiche de l’annuaire",
        "description": ABOUT,
    }


def _describe(shape: dict[str, Any], name: str, column: Column | None) -> None:
    known = FIELDS.get(name)
    shape["title"] = known.label if known else column.label if column else "Questionnaire technique"
    said = [
        NOTES.get(name, ""),
        column.hint if column and name not in ORIGIN and "|" not in column.hint else "",
    ]
    if column and column.choices and name != "domains":
        said.append(" ; ".join(f"{code} : {words}" for code, words in column.choices.items()) + ".")
    shape["description"] = " ".join(filter(None, said))
    if not shape["description"]:
        del shape["description"]
    if column and column.confidential:
        shape["writeOnly"] = True
