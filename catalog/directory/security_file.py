"""The security and privacy file of a sheet, for a town's IT officer: a PDF made from the questionnaire's answers.

Always in French, as every document that goes into a contract's file. What nobody answered is listed as such. Towns and
staff get the confidential answers; everybody else gets the public version, which says that it is one. The bytes depend on
the answers, the reader's organisation and the day alone.
"""

from dataclasses import dataclass
from datetime import date

from catalog.directory import proofs, published, queries, showing
from catalog.directory.clauses import CLAUSES, NOTED_ON
from catalog.directory.proofs import Proofs, in_words
from catalog.directory.queries import Edition
from catalog.directory.showing import Answer, Known, Said
from catalog.evidence.levels import DECLARED
from catalog.solutions import wording
from catalog.solutions.fields import Content
from catalog.solutions.models import Confidential, Solution
from catalog.solutions.questionnaire import QUESTIONS
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession
from marketplace.documents import Block, Document, to_pdf
from marketplace.documents.blocks import Run
from marketplace.web import i18n

CHAPTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Hébergement et souveraineté", ("hosting_country", "hosting_operator", "extra_eu_parent", "extra_eu_parent_name", "certifications", "transfers")),
    ("Comptes et connexion", ("single_sign_on", "strong_sign_in")),
    ("Protection, sauvegardes et journaux", ("encryption", "backups", "log_months", "availability", "incident_hours", "security_contact")),
    ("Tests et homologation", ("penetration_test_on", "penetration_test_by", "accreditation")),
    ("Interfaces et standards", ("api", "api_documentation", "standards", "connectors")),
    ("Accessibilité", ("rgaa_rate", "rgaa_audited_on", "rgaa_auditor", "accessibility_statement")),
)  # fmt: skip
MEASURES = (
    "encryption", "strong_sign_in", "single_sign_on", "backups", "log_months", "availability", "incident_hours",
    "penetration_test_on", "penetration_test_by", "certifications", "accreditation", "security_contact",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the file is made from, read beforehand: setting it waits for nothing."""

    name: str
    supplier: str
    siren: str | None
    content: Content
    told: bool
    reader: str | None
    reader_siret: str | None
    edition: Edition
    sheet_is_stopped: bool
    proofs: Proofs
    slug: str


async def facts(reads: ReadSession, sheet: Solution, told: Confidential | None, by: Actor, on: date) -> Facts:
    """What the file for `by` is made from."""
    startup = await reads.get(Organisation, sheet.startup_id) if sheet.startup_id else None
    town = (
        await reads.get(Organisation, by.organisation_id)
        if by.kind is OrganisationKind.TOWN and by.organisation_id
        else None
    )
    return Facts(
        name=sheet.name, supplier=sheet.supplier_name, siren=startup.siren if startup else None,
        content=published.content_of(sheet, told), told=told is not None, reader=town.name if town else None,
        reader_siret=(town.siret or town.siren) if town else None, edition=queries.edition(await queries.changes(reads, sheet.id)),
        sheet_is_stopped=sheet.maturity == "stopped", proofs=(await proofs.of_sheets(reads, [sheet], on)).get(sheet.id, {}), slug=sheet.slug,
    )  # fmt: skip


def to_bytes(found: Facts, made_on: date) -> bytes:
    """The PDF. Blocks for a fraction of a second: call it in a thread."""
    before = i18n.language.set("fr")
    try:
        return to_pdf(document(found, made_on), made_on=made_on)
    finally:
        i18n.language.reset(before)


def document(found: Facts, made_on: date) -> Document:
    """The file as a document to be set."""
    sections = showing.sections(found.content, told=found.told)
    shown, tally = list(showing.every(sections)), showing.tally(sections)
    silent = [one for one in shown if one.said.known in {Known.UNANSWERED, Known.UNKNOWN}]
    version = _version(found.edition)
    return Document(
        title=f"Dossier sécurité et données : {found.name}",
        subtitle="Version complète, confidentielle" if found.told else "Version publique",
        reference=f"{found.slug}, {version}",
        notice="Déclaré par l’entreprise sur Lot Commun, sauf niveau de preuve indiqué.",
        summary=[
            ("Solution", found.name + (" (service arrêté)" if found.sheet_is_stopped else "")),
            ("Entreprise", found.supplier + (f", SIREN {found.siren}" if found.siren else "")),
            ("Version de la fiche", version),
            ("Établi le", wording.day(made_on, "fr")),
            ("Destinataire", found.reader or ("équipe de l’État ou l’entreprise" if found.told else "toute personne")),
            ("Questions sans réponse", f"{tally.silent} sur {tally.asked}, dont {tally.unknown} « ne sait pas »"),
        ],
        blocks=[*_reading(found), *_chapters(found), *_clauses(found), *_unanswered(silent, shown)],
        annexes=_annexes(found),
    )  # fmt: skip


def _version(edition: Edition) -> str:
    if edition.at is None:
        return "jamais publiée"
    return f"version {edition.number} du {wording.day(clock.paris_day(edition.at), 'fr')}"


def _reading(found: Facts) -> list[Block]:
    """How to read the file, and what is not in it."""
    told = [
        _heading("Comment lire ce dossier"),
        _paragraph(
            "Ces réponses sont celles de l’entreprise aux questions que Lot Commun pose à toutes. « Preuve » dit ce qui les "
            "appuie : déclaré par l’entreprise, document vérifié, confirmé par la ville, marché public publié, livré ici. "
            "« Non renseigné » : l’entreprise n’a pas répondu. « Ne sait pas » : elle a été interrogée et ne sait pas."
        ),
    ]
    if found.sheet_is_stopped:
        told.append(_paragraph("Ce service est arrêté : il ne peut pas être acheté.", bold=True))
    if found.told:
        told.append(
            _paragraph(
                "Ce dossier contient des réponses confidentielles : ne le publiez pas et ne le transmettez à aucun concurrent "
                "(CRPA, article L311-6).",
                bold=True,
            )
        )
    else:
        told.append(
            _paragraph(
                "Version publique : les réponses confidentielles (sauvegardes, journaux, test d’intrusion, homologation) n’y "
                "figurent pas. Une ville les obtient en se connectant à Lot Commun.",
                bold=True,
            )
        )
    return told


def _chapters(found: Facts) -> list[Block]:
    blocks: list[Block] = []
    for title, keys in CHAPTERS:
        blocks += [_heading(title), _table(found, keys)]
    return blocks


def _clauses(found: Facts) -> list[Block]:
    """What the startup declares on the data, beside the clause that the contract should hold."""
    rows = [
        [clause.subject, "; ".join(_words(found, key) for key in clause.questions) or "–", clause.text, clause.reference]
        for clause in CLAUSES
    ]  # fmt: skip
    header = ["Sujet", "L’entreprise déclare", "Clause à reprendre au contrat", "Référence"]
    return [
        _heading("Données : propriété, réutilisation, sortie"),
        _paragraph(
            "Hors concession, la loi ne dit pas que les données produites sont à la ville : le contrat doit le dire. Clauses "
            f"proposées, références relevées le {wording.day(NOTED_ON, 'fr')}, à faire relire par un juriste de la ville."
        ),
        _rows(header, rows, [2, 3, 5, 3]),
    ]


def _unanswered(silent: list[Answer], shown: list[Answer]) -> list[Block]:
    """What to ask before signing."""
    blocks = [_heading("Questions sans réponse")]
    if silent:
        blocks.append(_paragraph("À poser à l’entreprise avant de signer."))
        said = [f"{one.label} ({one.said.text.lower()})" for one in silent]
        blocks.append(Block("list", items=[[Run(line)] for line in said]))
    else:
        blocks.append(_paragraph("Aucune : l’entreprise a répondu à toutes les questions."))
    reserved = [one for one in shown if one.said.known is Known.RESERVED]
    if reserved:
        blocks.append(_paragraph("Réservé aux villes connectées :"))
        blocks.append(Block("list", items=[[Run(one.label)] for one in reserved]))
    return blocks


def _annexes(found: Facts) -> list[Block]:
    """The annexes of the standard clauses between controllers and processors (Decision (EU) 2021/915), filled in."""
    return [
        _heading("Annexes à l’accord de sous-traitance (RGPD, article 28)"),
        _paragraph(
            "Dans l’ordre des clauses contractuelles types de la décision d’exécution (UE) 2021/915. Dans un groupement, chaque "
            "ville est responsable de traitement pour ses usagers et signe pour elle-même."
        ),
        _heading("Annexe I : liste des parties", 2),
        _rows(
            ["Partie", "Qui", "Contact pour la protection des données"],
            [
                ["Responsable du traitement", _controller(found), "à compléter par la ville"],
                ["Sous-traitant", found.supplier + (f", SIREN {found.siren}" if found.siren else ""), _words(found, "protection_officer")],
            ],
            [2, 4, 3],
        ),
        _heading("Annexe II : description du traitement", 2),
        _table(found, ("processing_role", "data_kinds", "processing_purposes", "transfers", "ai_training", "processing_annex")),
        _paragraph("À compléter par la ville : objet et durée du contrat, catégories de personnes propres à son usage."),
        _heading("Annexe III : mesures techniques et organisationnelles", 2),
        _table(found, MEASURES),
        _heading("Annexe IV : sous-traitants ultérieurs", 2),
        *_subprocessors(found),
    ]  # fmt: skip


def _subprocessors(found: Facts) -> list[Block]:
    rows = found.content.get("answers", {}).get("subprocessors")
    if not rows or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return [_paragraph(f"Sous-traitants ultérieurs : {_words(found, 'subprocessors').lower()}.")]
    said = [[row["name"], row["country"], row["purpose"]] for row in rows]
    return [_rows(["Nom", "Pays", "Ce qui lui est confié"], said, [3, 2, 4])]


def _controller(found: Facts) -> str:
    if found.reader is None:
        return "la ville qui commande (à compléter)"
    return found.reader + (f", SIRET ou SIREN {found.reader_siret}" if found.reader_siret else "")


def _said(found: Facts, key: str) -> Said:
    return showing.answer(key, found.content, told=found.told)


def _words(found: Facts, key: str) -> str:
    return _said(found, key).text


def _table(found: Facts, keys: tuple[str, ...]) -> Block:
    """Questions, answers, and what supports each."""
    rows = []
    for key in keys:
        said = _said(found, key)
        proof = in_words(found.proofs.get(f"answers.{key}", DECLARED)) if said.known is Known.SAID else "–"
        rows.append([i18n.translate(QUESTIONS[key].label), said.text, proof])
    return _rows(["Question", "Réponse", "Preuve"], rows, [4, 5, 2])


def _rows(header: list[str], rows: list[list[str]], widths: list[int]) -> Block:
    return Block("table", rows=[[[Run(cell)] for cell in row] for row in (header, *rows)], widths=widths)


def _heading(text: str, level: int = 1) -> Block:
    return Block("heading", level=level, runs=[Run(i18n.french_spaces(text))])


def _paragraph(text: str, *, bold: bool = False) -> Block:
    return Block("paragraph", runs=[Run(i18n.french_spaces(text), bold=bold)])
