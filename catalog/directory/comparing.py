"""Up to five sheets side by side: one row for each criterion, the same for the page, the files and the API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from catalog.directory import costs, published, showing
from catalog.directory.asked import Asked
from catalog.directory.costing import Estimate
from catalog.directory.owners import Owner
from catalog.directory.proofs import Proofs, in_words, proven
from catalog.directory.showing import Known, Said, absent
from catalog.evidence.levels import DECLARED, LEVEL_NAMES, Level
from catalog.solutions import wording
from catalog.solutions.fields import Content, of_section
from catalog.solutions.models import Confidential, Solution
from catalog.solutions.questionnaire import QUESTIONS, SECTION_NAMES, Section
from marketplace import clock
from marketplace.errors import Invalid, wrong
from marketplace.web import i18n
from marketplace.words import N_

MOST = 5
LONGEST = 600
"""Of a long text, what a cell holds; the sheet has the rest."""
REST = N_("La suite est sur la fiche.")
TOO_MANY = N_("On compare cinq fiches au plus : retirez-en {over}.")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row. `key` is stable, for programs: `summary`, `answers.api`, `cost.total_ttc`. `cells` are in the columns' order."""

    key: str
    label: str
    cells: list[Said]

    @property
    def differs(self) -> bool:
        """Whether the columns do not all say the same."""
        return len({cell.lines for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one subject."""

    key: str
    title: str
    rows: list[Criterion]


@dataclass(frozen=True, slots=True)
class Column:
    """One sheet, with what the reader may know of it."""

    sheet: Solution
    content: Content
    told: Confidential | None
    owner: Owner | None
    proofs: Proofs

    @property
    def stopped(self) -> bool:
        return costs.is_stopped(self.sheet)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`dropped` are the slugs that name no published sheet."""

    columns: list[Column]
    groups: list[Group]
    asked: Asked
    dropped: list[str]

    @property
    def slugs(self) -> list[str]:
        return [column.sheet.slug for column in self.columns]

    @property
    def differences(self) -> int:
        """How many rows differ."""
        return sum(row.differs for group in self.groups for row in group.rows)

    @property
    def same(self) -> int:
        """How many rows do not."""
        return sum(not row.differs for group in self.groups for row in group.rows)

    def address(self, path: str = "/comparer", *, without: str | None = None, only: bool = False) -> str:
        """The address that shows this comparison to whoever follows it: it holds everything."""
        return address(
            path, [slug for slug in self.slugs if slug != without], self.asked, only_differences=only
        )

    def shown(self, *, only_differences: bool) -> list[Group]:
        """The groups with the rows to show; a group without any is left out."""
        found = [
            Group(group.key, group.title, [row for row in group.rows if row.differs or not only_differences])
            for group in self.groups
        ]
        return [group for group in found if group.rows]


def address(path: str, slugs: list[str], asked: Asked, *, only_differences: bool = False) -> str:
    """The canonical address of a comparison."""
    query = [*(("fiche", slug) for slug in slugs), *(asked.query() if slugs else [])]
    return path + (
        "?" + urlencode([*query, *([("differences", "1")] if only_differences else [])]) if query else ""
    )


def chosen(slugs: list[str]) -> list[str]:
    """The slugs asked, each once, in their order. Raises `Invalid` beyond five."""
    once = list(dict.fromkeys(slug.strip() for slug in slugs if slug.strip()))
    if len(once) > MOST:
        raise Invalid([wrong("slug", TOO_MANY, code="too_many_sheets", over=len(once) - MOST)])
    return once


def compare(
    slugs: list[str],
    sheets: list[Solution],
    asked: Asked,
    *,
    told: Mapping[UUID, Confidential],
    owners: Mapping[UUID, Owner],
    proofs: Mapping[UUID, Proofs],
) -> Comparison:
    """The comparison of `sheets`, which are those among `slugs` that the directory shows.

    `told`: what the reader may know, by sheet. `owners`: who stands behind, by startup.
    `proofs`: what supports what is said, by sheet.
    """
    columns = [
        Column(
            sheet, published.content_of(sheet, told.get(sheet.id)), told.get(sheet.id),
            owners.get(sheet.startup_id) if sheet.startup_id else None, proofs.get(sheet.id, {}),
        )
        for sheet in sheets
    ]  # fmt: skip
    here = {sheet.slug for sheet in sheets}
    groups = [
        _group("brief", N_("En bref"), columns, _BRIEF),
        Group("cost", i18n.translate(N_("Coût pour votre ville")), _costs(columns, asked)),
        _group("need", N_("Besoin et déploiement"), columns, _NEED),
        _group("prices", N_("Prix et contrats"), columns, _PRICES),
        *(_section(section, columns) for section in Section),
        _group("references", N_("Références et documents"), columns, _REFERENCES),
    ]
    return Comparison(columns, groups if columns else [], asked, [slug for slug in slugs if slug not in here])


Reading = Callable[[Column], Said]


def _field(path: str) -> Reading:
    return lambda column: showing.field(path, column.content, published.towns(column.sheet))


def _prose(path: str) -> Reading:
    return lambda column: _clipped(showing.field(path, column.content))


def _said(*lines: str) -> Said:
    return Said(Known.SAID, lines)


def _availability(column: Column) -> Said:
    return _said(
        i18n.translate(N_("Service arrêté : ne peut pas être acheté") if column.stopped else N_("Disponible"))
    )


def _count(column: Column) -> Said:
    tally = showing.tally(showing.sections(column.content, told=column.told is not None))
    return _said(i18n.translate(N_("{silent} sur {asked}")).format(silent=tally.silent, asked=tally.asked))


def _sheet_date(column: Column) -> Said:
    at = column.sheet.revised_at or column.sheet.published_at
    return _said(wording.day(clock.paris_day(at), i18n.language.get())) if at else absent(Known.UNANSWERED)


def _size(column: Column) -> Said:
    return _said(*column.owner.size) if column.owner and column.owner.size else absent(Known.UNANSWERED)


def _stakes(column: Column) -> Said:
    if column.owner is None:
        return absent(Known.UNANSWERED)
    return _said(*(column.owner.stakes or [i18n.translate(N_("aucune déclarée"))]))


def _proofs(column: Column) -> Said:
    """What is more than declared, references apart: they have their own row."""
    found = [
        f"{wording.label(path, i18n.language.get())} : {in_words(proof)}"
        for path, proof in proven(column.proofs).items()
        if not path.startswith("references.")
    ]
    return _said(*(found or [i18n.translate(LEVEL_NAMES[Level.DECLARED])]))


def _source(column: Column) -> Said:
    said = [part for part in (column.sheet.source, column.sheet.licence) if part]
    return _said(*said) if said else _said(i18n.translate(N_("l’entreprise")))


def _references(column: Column) -> Said:
    """Where it is in use: one line a town; who to ask there is on the sheet."""
    language, towns = i18n.language.get(), published.towns(column.sheet)
    lines = []
    for row in column.sheet.references:
        where = " ".join(wording.reference_words(published.reference(row), language, towns)[:2])
        lines.append(f"{where} ({in_words(column.proofs.get(f'references.{row.id}', DECLARED))})")
    return _said(*lines) if lines else absent(Known.UNANSWERED)


_BRIEF: list[tuple[str, str, Reading]] = [
    ("supplier", N_("Entreprise"), lambda c: _said(c.sheet.supplier_name)),
    ("supplier.size", N_("Taille de l’entreprise"), _size),
    ("supplier.stakes", N_("Participations publiques"), _stakes),
    ("summary", N_("En une phrase"), _prose("summary")),
    ("available", N_("Disponibilité"), _availability),
    ("maturity", N_("Maturité"), _field("maturity")),
    ("since", N_("En service depuis"), _field("since")),
    ("domains", N_("Domaines"), _field("domains")),
    ("unanswered", N_("Questions sans réponse"), _count),
    ("proofs", N_("Ce qui est prouvé"), _proofs),
    ("revised_at", N_("Fiche mise à jour le"), _sheet_date),
    ("source", N_("Source"), _source),
]
_NEED: list[tuple[str, str, Reading]] = [
    ("problem", N_("Problème résolu"), _prose("problem")),
    ("description", N_("Description"), _prose("description")),
    ("deployment", N_("Délai de déploiement"), lambda c: showing.deployment(c.content)),
    ("town_provides", N_("Ce que la ville fournit"), _prose("town_provides")),
    ("audiences", N_("Publics"), _field("audiences")),
    ("tags", N_("Mots-clés"), _field("tags")),
    ("website", N_("Site web"), _field("website")),
]
_PRICES: list[tuple[str, str, Reading]] = [
    ("prices", N_("Prix publiés, HT"), _field("prices")),
    ("contract_forms", N_("Formes de contrat acceptées"), _field("contract_forms")),
    ("cpv", N_("Codes CPV"), _field("cpv")),
]
_REFERENCES: list[tuple[str, str, Reading]] = [
    ("references.count", N_("Villes en référence"), lambda c: _said(str(len(c.sheet.references)))),
    ("references", N_("Références"), _references),
    ("attachments", N_("Documents et images"), _field("attachments")),
]


def _group(key: str, title: str, columns: list[Column], rows: list[tuple[str, str, Reading]]) -> Group:
    found = [
        Criterion(name, i18n.translate(label), [read(column) for column in columns])
        for name, label, read in rows
    ]
    return Group(key, i18n.translate(title), found)


def _section(section: Section, columns: list[Column]) -> Group:
    """A section of the questionnaire. Confidential questions are asked only for a reader who is told some answer."""
    some = any(column.told is not None for column in columns)
    rows = [
        Criterion(
            f"answers.{key}", i18n.translate(QUESTIONS[key].label),
            [_clipped(showing.answer(key, column.content, told=column.told is not None)) for column in columns],
        )
        for key in of_section(section)
        if some or not QUESTIONS[key].confidential
    ]  # fmt: skip
    return Group(section.value, i18n.translate(SECTION_NAMES[section]), rows)


def _costs(columns: list[Column], asked: Asked) -> list[Criterion]:
    """What each costs for what was asked; a total that would miss a price is not shown beside whole ones."""
    span = costs.years(asked.years)
    rows: list[tuple[str, str, Callable[[Estimate], Said]]] = [
        ("quantities", i18n.translate(N_("Quantités")), lambda e: _said(*(costs.counted(e) or [i18n.translate(N_("un forfait"))]))),
        ("one_off", i18n.translate(N_("Mise en place, HT")), lambda e: _said(costs.amount(e.one_off))),
        ("yearly", i18n.translate(N_("Par an, HT")), lambda e: _said(costs.amount(e.yearly))),
        ("total_ht", i18n.translate(N_("Total HT sur {years}")).format(years=span), lambda e: _said(costs.amount(e.total_ht))),
        ("vat", i18n.translate(N_("TVA")), lambda e: _said(costs.amount(e.vat))),
        ("total_ttc", i18n.translate(N_("Total TTC sur {years}")).format(years=span), lambda e: _said(costs.amount(e.total_ttc))),
        *_each(asked, span),
    ]  # fmt: skip

    def cell(column: Column, read: Callable[[Estimate], Said]) -> Said:
        return costs.why_not(column.sheet, asked) or read(costs.of_sheet(column.sheet, asked))

    return [
        Criterion(f"cost.{key}", label, [cell(column, read) for column in columns])
        for key, label, read in rows
    ]


def _each(asked: Asked, span: str) -> list[tuple[str, str, Callable[[Estimate], Said]]]:
    count = asked.population
    if not count:
        return []
    label = i18n.translate(N_("TTC par habitant sur {years}")).format(years=span)
    return [("per_inhabitant", label, lambda e: _said(costs.amount(e.per(count) or 0)))]


def _clipped(said: Said) -> Said:
    """A cell's worth of a long text, cut between two words."""
    left, kept = LONGEST, list[str]()
    for line in said.lines:
        if len(line) > left:
            cut = line[:left].rsplit(" ", 1)[0]
            return Said(said.known, (*kept, f"{cut}… {i18n.translate(REST)}"))
        kept.append(line)
        left -= len(line)
    return said
