"""The candidature file whole: a ZIP of its documents with a summary (PDF) and a list (XLSX), made from the same rows."""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from catalog.suppliers.facts import CATEGORY_NAMES, HEADCOUNT_NAMES, LEGAL_FORM_NAMES
from catalog.suppliers.kinds import CertificateKind, rule_of
from catalog.suppliers.lifecycle import CERTIFICATE_STATE_NAMES, CertificateState
from catalog.suppliers.models import Certificate, Supplier
from catalog.suppliers.schemas import category_of
from marketplace.accounts.models import Organisation
from marketplace.documents import Block, Document, to_pdf
from marketplace.documents.blocks import Run
from marketplace.errors import NotFound
from marketplace.files.storage import content_of
from marketplace.money import euros
from marketplace.tabular import to_xlsx
from marketplace.web.i18n import translate
from marketplace.words import N_

HEADER = (
    N_("Pièce"), N_("Intitulé"), N_("Numéro"), N_("Émetteur"), N_("Date"), N_("Fin de validité"), N_("Montant garanti (€)"), N_("État"),
    N_("Fichier"),
)  # fmt: skip
EPOCH = (1980, 1, 1, 0, 0, 0)
EXPIRED = N_("expirée")
UNREADABLE = N_("fichier illisible")


@dataclass(frozen=True, slots=True)
class Piece:
    """One document as the list tells it. `file_name` is its name in the archive."""

    certificate: Certificate
    file_name: str
    state: str

    def cells(self) -> list[object]:
        told = self.certificate
        amount = None if told.amount_cents is None else Decimal(told.amount_cents) / 100
        return [
            translate(rule_of(told.kind).name), told.title, told.number or "", told.issuer, told.issued_on, told.expires_on or "",
            amount, translate(self.state), self.file_name,
        ]  # fmt: skip


def pieces(certificates: Sequence[Certificate], on: date) -> list[Piece]:
    """What the file is made of: neither what was refused nor what a newer document replaced."""
    order = list(CertificateKind)
    standing = [
        one for one in certificates if one.replaced_at is None and one.state is not CertificateState.REFUSED
    ]
    standing.sort(key=lambda one: (order.index(one.kind), one.title.casefold(), one.state, one.id))
    return [
        Piece(
            one, f"{number:02d}-{one.file.name}", EXPIRED if one.expired(on) else CERTIFICATE_STATE_NAMES[one.state]
        )
        for number, one in enumerate(standing, 1)
    ]  # fmt: skip


def rows(certificates: Sequence[Certificate], on: date) -> list[list[object]]:
    """The list, a row a document, under `HEADER`."""
    return [piece.cells() for piece in pieces(certificates, on)]


async def summary(
    organisation: Organisation, supplier: Supplier | None, certificates: Sequence[Certificate], on: date
) -> bytes:
    """The summary alone, as a tagged PDF of one or two pages. It is French, as the buyer who reads it."""
    return await asyncio.to_thread(
        to_pdf, _document(organisation, supplier, pieces(certificates, on), on), made_on=on
    )


async def archive(
    folder: Path,
    organisation: Organisation,
    supplier: Supplier | None,
    certificates: Sequence[Certificate],
    on: date,
) -> bytes:
    """The ZIP. Its bytes depend on the documents and on the day alone. A document that cannot be read is told in the list."""
    found = pieces(certificates, on)
    header = [translate(title) for title in HEADER]

    def build() -> bytes:
        contents: list[tuple[str, bytes]] = []
        listed: list[Piece] = []
        for piece in found:
            try:
                contents.append((piece.file_name, content_of(folder, piece.certificate.file)))
                listed.append(piece)
            except NotFound:
                listed.append(Piece(piece.certificate, "", UNREADABLE))
        contents.append(
            ("00-sommaire.pdf", to_pdf(_document(organisation, supplier, listed, on), made_on=on))
        )
        contents.append(
            ("00-liste.xlsx", to_xlsx("candidature", header, [piece.cells() for piece in listed]))
        )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
            for name, content in sorted(contents):
                made.writestr(zipfile.ZipInfo(name, EPOCH), content)
        return out.getvalue()

    return await asyncio.to_thread(build)


def _document(
    organisation: Organisation, supplier: Supplier | None, found: Sequence[Piece], on: date
) -> Document:
    table = [["Pièce", "Numéro", "Date", "Fin", "État"]]
    for piece in found:
        told = piece.certificate
        name = rule_of(told.kind).name
        table.append(
            [
                (name[0].upper() + name[1:]) + (f" : {told.title}" if told.title else ""), told.number or "–",
                f"{told.issued_on:%d/%m/%Y}", f"{told.expires_on:%d/%m/%Y}" if told.expires_on else "–", piece.state,
            ]
        )  # fmt: skip
    blocks = [Block("heading", runs=[Run("Pièces du dossier")])]
    if found:
        blocks.append(
            Block("table", rows=[[[Run(cell)] for cell in row] for row in table], right=[False] * len(table[0]))
        )  # fmt: skip
    else:
        blocks.append(Block("paragraph", runs=[Run("Aucune pièce n’a encore été déposée.")]))
    insured = [piece.certificate for piece in found if piece.certificate.amount_cents is not None]
    if insured:
        blocks.append(Block("heading", runs=[Run("Assurances")]))
        blocks.append(
            Block(
                "list",
                items=[
                    [Run(f"{one.issuer} : {euros(int(one.amount_cents or 0))} garantis, contrat {one.number or '–'}")]
                    for one in insured
                ],
            )
        )  # fmt: skip
    blocks.append(
        Block(
            "paragraph",
            runs=[
                Run(
                    "« Acceptée » : la relecture de Lot Commun a lu le document. L’acheteur vérifie lui-même ce que la loi lui demande, "
                    "dont l’authenticité de l’attestation de vigilance (Code du travail, article D8222-5)."
                )
            ],
        )
    )  # fmt: skip
    return Document(
        title="Dossier de candidature", subtitle=organisation.name, reference=organisation.siren or "SIREN non renseigné",
        notice=f"État du dossier au {on:%d/%m/%Y}, tel que l’entreprise l’a déposé sur Lot Commun.",
        summary=_identity(organisation, supplier), blocks=blocks, numbered=False,
    )  # fmt: skip


def _identity(organisation: Organisation, supplier: Supplier | None) -> list[tuple[str, str]]:
    category = category_of(supplier)
    address = (
        ", ".join(part for part in (supplier.street, f"{supplier.postal_code or ''} {supplier.city or ''}".strip()) if part)
        if supplier
        else ""
    )  # fmt: skip
    told = [
        ("Entreprise", organisation.name),
        ("SIREN", organisation.siren),
        ("SIRET", organisation.siret),
        ("Forme juridique", supplier and supplier.legal_form and LEGAL_FORM_NAMES[supplier.legal_form]),
        ("Création", supplier and supplier.founded_on and f"{supplier.founded_on:%d/%m/%Y}"),
        ("Effectif", supplier and supplier.headcount and HEADCOUNT_NAMES[supplier.headcount]),
        ("Catégorie", category and CATEGORY_NAMES[category]),
        ("Adresse", address),
        ("Numéro de TVA", supplier and supplier.vat_number),
    ]
    return [(label, str(value) if value else "non renseigné") for label, value in told]
