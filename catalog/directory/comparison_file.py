"""A comparison as a file: the rows of the page as a table, and as a PDF that a council can be given."""

from datetime import date

from catalog.directory import costs
from catalog.directory.comparing import Comparison, Group
from catalog.solutions import wording
from marketplace.documents import Block, Document, to_pdf
from marketplace.documents.blocks import Run
from marketplace.web import i18n
from marketplace.words import N_

__all__ = ["document", "table", "to_pdf"]


def table(found: Comparison, *, only_differences: bool) -> tuple[list[str], list[list[str]]]:
    """The header and the rows: the subject, the criterion, what each sheet says, and whether they differ."""
    columns = [f"{column.sheet.name} ({column.sheet.supplier_name})" for column in found.columns]
    header = [_(N_("Rubrique")), _(N_("Critère")), *columns, _(N_("Diffère"))]
    differs = {True: _(N_("oui")), False: _(N_("non"))}
    rows = [
        [group.title, row.label, *("\n".join(cell.lines) for cell in row.cells), differs[row.differs]]
        for group in found.shown(only_differences=only_differences)
        for row in group.rows
    ]
    return header, rows


def document(found: Comparison, *, link: str, made_on: date, only_differences: bool) -> Document:
    """The comparison as a document to be set, in the reader's language."""
    language = i18n.language.get()
    town = found.asked.town
    summary = [
        (_(N_("Fiches")), ", ".join(column.sheet.name for column in found.columns) or "–"),
        (_(N_("Ville")), f"{town.name} ({town.code})" if town else "–"),
        (_(N_("Durée")), costs.years(found.asked.years)),
        (_(N_("Établie le")), wording.day(made_on, language)),
        (_(N_("À jour ici")), link),
    ]
    return Document(
        title=_(N_("Comparaison de solutions")),
        subtitle=_(N_("Déclaré par les entreprises, sauf mention contraire.")),
        reference=made_on.isoformat(),
        notice=_(N_("Lot Commun : annuaire raisonné. Cette comparaison n’est pas une mise en concurrence.")),
        summary=summary,
        blocks=[
            block
            for group in found.shown(only_differences=only_differences)
            for block in _blocks(group, found)
        ],
        numbered=False,
        landscape=True,
        language=language,
    )


def _blocks(group: Group, found: Comparison) -> list[Block]:
    header = [[Run(_(N_("Critère")))], *([Run(column.sheet.name)] for column in found.columns)]
    rows = [
        [[Run(row.label + (f" ({_(N_('diffère'))})" if row.differs else ""), bold=row.differs)], *([Run(cell.text)] for cell in row.cells)]
        for row in group.rows
    ]  # fmt: skip
    shown = Block("table", rows=[header, *rows], widths=[2, *(3 for _column in found.columns)])
    return [Block("heading", runs=[Run(group.title)]), shown]


_ = i18n.translate
