"""One record as files: a PDF for the file of the purchase, a workbook, and the very text that its hash covers.

In French, as every document that goes into a purchase's file. The bytes depend on the record and on the name of who froze it.
"""

from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap
from typing import Any

from marketplace import clock
from marketplace.documents import Block, Document, to_pdf
from marketplace.documents.blocks import Run
from marketplace.tabular import to_csv, to_workbook
from marketplace.web import i18n
from search.register import wording
from search.register.content import Content
from search.register.law import GROUNDS
from search.register.models import SourcingRecord

EXPLAINED = 20
"""Sheets whose explanation is in the PDF; the workbook and the text have them all."""


@dataclass(frozen=True, slots=True)
class Told:
    """A record with everything that its files say."""

    record: SourcingRecord
    content: Content
    who: str | None

    @property
    def by(self) -> str:
        return self.who or f"une personne de la ville (identifiant {self.record.person_id})"

    @property
    def town(self) -> str:
        town = self.content.town
        return f"{town['name']} (SIREN {town['siren']})" if town.get("siren") else str(town["name"])


Rows = list[list[Any]]


def pdf(told: Told) -> bytes:
    """The PDF. Blocks for a fraction of a second: call it in a thread."""
    before = i18n.language.set("fr")
    try:
        return to_pdf(_document(told), made_on=clock.paris_day(told.record.frozen_at))
    finally:
        i18n.language.reset(before)


def workbook(told: Told) -> bytes:
    """The XLSX: the evidence, the order, what was kept, what was left out, and the weights. Blocks: call it in a thread."""
    before = i18n.language.set("fr")
    try:
        sheets = [
            ("Preuve", ["Rubrique", "Valeur"], [list(row) for row in facts(told)]),
            ("Ordre", *ordered(told)),
        ]
        if told.content.choices:
            sheets.append(("Fiches retenues", *choices(told)))
        if told.content.excluded:
            sheets.append(("Fiches écartées", *excluded(told)))
        if rows := wording.weights(told.content):
            sheets.append(
                ("Pondérations", ["Signal", "Poids"], [[name, Decimal(weight)] for name, weight in rows])
            )
        return to_workbook(sheets)
    finally:
        i18n.language.reset(before)


def csv(told: Told) -> bytes:
    """The order alone, as a CSV."""
    before = i18n.language.set("fr")
    try:
        return to_csv(*ordered(told))
    finally:
        i18n.language.reset(before)


def facts(told: Told) -> list[tuple[str, str]]:
    """What identifies the record, what was asked, and by which state of the directory it was answered."""
    record, content = told.record, told.content
    return [
        ("Intitulé", record.title),
        ("Nature", wording.KIND_NAMES[record.kind]),
        ("Ville", told.town),
        ("Figée par", told.by),
        ("Figée le", wording.instants(record.frozen_at)),
        (
            "Besoin ou mots cherchés",
            record.text or "aucun mot : tout l’annuaire, avec les filtres ci-dessous",
        ),
        *wording.asked(content.asked, content.towns, content.unit),
        ("Réponse donnée le", wording.instants(content.asked_at)),
        ("Fiches trouvées", f"{record.total}, dont {len(content.ordered)} dans l’ordre ci-après"),
        (
            "Fiches écartées par une condition",
            _left_out(content),
        ),
        ("Moteur", wording.engine(content.engine)),
        ("État de l’index", wording.index(content.index)),
        ("Version des pondérations", wording.weights_version(content.weights)),
        ("Note de la ville", content.note or "–"),
        ("Identifiant", str(record.id)),
        ("Empreinte SHA-256", record.sha256),
    ]


def ordered(told: Told) -> tuple[list[str], Rows]:
    """Every sheet of the answer, in order, with its explanation."""
    content = told.content
    explained, kept = content.explained, {choice.slug: choice.reason for choice in content.choices}
    rows: Rows = [
        [
            sheet.place, sheet.slug, sheet.name or "", sheet.supplier or "", _number(sheet.score), "oui" if sheet.slug in kept else "",
            kept.get(sheet.slug, ""), "\n".join(wording.explanation(explained.get(sheet.slug, {}))),
        ]
        for sheet in content.ordered
    ]  # fmt: skip
    return ["Place", "Fiche", "Nom", "Entreprise", "Score", "Retenue", "Motif", "Explication donnée"], rows


def _left_out(content: Content) -> str:
    total, kept = content.excluded_total, len(content.excluded)
    if not total:
        return "aucune"
    return f"{total}, dont les {kept} premières avec leur motif ci-après" if kept < total else f"{total}, avec leur motif ci-après"  # fmt: skip


def _number(score: float | None) -> Decimal | None:
    """A score as a spreadsheet counts it: `wording.score` as a number."""
    return None if score is None else Decimal(f"{Decimal(f'{score:.4f}').normalize():f}")


def choices(told: Told) -> tuple[list[str], Rows]:
    rows: Rows = [[c.slug, c.name or "", c.supplier or "", c.place, c.reason] for c in told.content.choices]
    return ["Fiche", "Nom", "Entreprise", "Place", "Motif"], rows


def excluded(told: Told) -> tuple[list[str], Rows]:
    return ["Fiche", "Condition", "Motif"], [list(wording.excluded(item)) for item in told.content.excluded]


def _document(told: Told) -> Document:
    record, content = told.record, told.content
    blocks = [_heading("Sur quoi repose ce registre"), *_grounds()]
    if content.choices:
        rows = [[c.name or c.slug, c.supplier or "–", _place(c.place), c.reason] for c in content.choices]
        blocks += [_heading("Fiches retenues par la ville, avec leur motif"), _table(["Fiche", "Entreprise", "Place", "Motif"], rows, [3, 3, 1, 5])]  # fmt: skip
    rows = [[str(s.place), s.name or s.slug, s.supplier or "–", s.slug, wording.score(s.score)] for s in content.ordered]  # fmt: skip
    blocks.append(_heading("Ordre de la réponse"))
    blocks.append(_table(["Place", "Fiche", "Entreprise", "Identifiant", "Score"], rows, [1, 4, 3, 3, 2]) if rows else _paragraph("Aucune fiche ne répondait."))  # fmt: skip
    if not content.whole(record.total):
        blocks.append(_paragraph(f"Les {len(content.ordered)} premières fiches sont gardées, sur {record.total}."))  # fmt: skip
    blocks += _explanations(content)
    if content.excluded:
        left_out = [list(wording.excluded(item)) for item in content.excluded]
        blocks += [_heading("Fiches écartées, et la condition qui manque"), _table(["Fiche", "Condition", "Motif"], left_out, [3, 2, 5])]  # fmt: skip
    if rows := [list(row) for row in wording.weights(content)]:
        blocks += [_heading("Pondérations publiées"), _table(["Signal", "Poids"], rows, [4, 1])]
    return Document(
        title=f"Registre de sourcing : {record.title}",
        subtitle=f"Preuve figée, {wording.KIND_NAMES[record.kind]}",
        reference=f"{record.frozen_at.astimezone(clock.PARIS):%Y-%m-%d}, {record.sha256[:12]}",
        notice="Étude préalable de la ville : ce document n’est ni une consultation ni une mise en concurrence.",
        summary=[*_grouped(facts(told)[1:]), ("Vérifier", "l’empreinte est celle du fichier preuve.json, octet par octet")],
        blocks=blocks, numbered=False,
    )  # fmt: skip


def _grouped(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The hash in groups of sixteen, so that it breaks at the end of a line."""
    return [
        (label, " ".join(wrap(value, 16)) if len(value) == 64 and " " not in value else value)
        for label, value in rows
    ]


def _explanations(content: Content) -> list[Block]:
    explained = content.explained
    if not explained:
        return []
    blocks = [_heading("Explications données")]
    for sheet in content.ordered[:EXPLAINED]:
        lines = wording.explanation(explained.get(sheet.slug, {}))
        if lines:
            blocks.append(_heading(f"{sheet.place}. {sheet.name or sheet.slug}", 2))
            blocks.append(Block("list", items=[[Run(i18n.french_spaces(line))] for line in lines]))
    if len(content.ordered) > EXPLAINED:
        blocks.append(_paragraph(f"Les explications des fiches suivantes ({EXPLAINED + 1} à {len(content.ordered)}) sont dans le classeur et le fichier preuve.json."))  # fmt: skip
    return blocks


def _grounds() -> list[Block]:
    lines = [f"{ground.reference} : {ground.says} Lu le {ground.read_on:%d/%m/%Y}, {ground.read_in}." for ground in GROUNDS]  # fmt: skip
    return [Block("list", items=[[Run(i18n.french_spaces(line))] for line in lines])]


def _place(place: int | None) -> str:
    return str(place) if place else "hors réponse"


def _table(header: list[str], rows: list[list[str]], widths: list[int]) -> Block:
    cells = [[[Run(cell)] for cell in row] for row in (header, *rows)]
    return Block("table", rows=cells, widths=widths)


def _heading(text: str, level: int = 1) -> Block:
    return Block("heading", level=level, runs=[Run(i18n.french_spaces(text))])


def _paragraph(text: str) -> Block:
    return Block("paragraph", runs=[Run(i18n.french_spaces(text))])
