"""The PDFs of an order and of an invoice issued under mandate, made by the worker from the rows alone."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.db import Session
from marketplace.documents import Block, Document, to_pdf
from marketplace.documents.blocks import Run
from marketplace.files.storage import store
from marketplace.ids import InvoiceId, OrderId
from marketplace.money import euros
from marketplace.units import UNITS
from marketplace.web.schemas import plain
from procurement.billing.models import Invoice, IssuedBy
from procurement.orders.fulfilling import locked_order
from procurement.orders.models import OrderLine


async def write_order(session: Session, order_id: OrderId, *, folder: Path, now: datetime) -> None:
    """Make the PDF of an issued order, once."""
    order = await locked_order(session, order_id)
    if order.file_id is not None or order.issued_at is None:
        return
    document = Document(
        title="Bon de commande",
        subtitle=order.number,
        reference=order.number,
        notice="Établi par Lot Commun pour la ville qui l’émet.",
        summary=[
            ("Acheteur", _town(order.town)),
            ("Fournisseur", order.supplier_name),
            ("Numéro d’engagement", order.engagement or "–"),
            ("Code service", order.service_code or "–"),
            ("Émis le", order.issued_at.astimezone(clock.PARIS).strftime("%d/%m/%Y")),
        ],
        blocks=[*_table(order.lines), *_totals(order.vat, order.ht_cents, order.ttc_cents)],
        numbered=False,
    )
    content = await asyncio.to_thread(to_pdf, document, made_on=clock.paris_day(now))
    file = await store(
        session, folder, content, name=f"bon-de-commande-{order.number.lower()}.pdf", media_type="application/pdf",
        organisation_id=order.town_id, shared_with=order.supplier_id,
    )  # fmt: skip
    order.file_id = file.id
    await session.flush()


async def write_invoice(session: Session, invoice_id: InvoiceId, *, folder: Path) -> None:
    """Make the PDF of an invoice issued under mandate, once. The supplier's own invoice is its own file."""
    invoice = (
        await session.execute(select(Invoice).where(Invoice.id == invoice_id).with_for_update())
    ).scalar_one()
    if invoice.file_id is not None or invoice.issued_by is not IssuedBy.MANDATE:
        return
    order = await locked_order(session, invoice.order_id)
    supplier = await session.get(Organisation, order.supplier_id)
    document = Document(
        title="Facture",
        subtitle=f"N° {invoice.number}",
        reference=invoice.number,
        notice=f"Facture établie au nom et pour le compte de {order.supplier_name}, sous son mandat.",
        summary=[
            (
                "Fournisseur",
                order.supplier_name + (f", SIREN {supplier.siren}" if supplier and supplier.siren else ""),
            ),
            ("Client", _town(order.town)),
            ("Date", invoice.issued_on.strftime("%d/%m/%Y")),
            ("À payer au plus tard le", invoice.due_on.strftime("%d/%m/%Y")),
            ("Commande", order.number),
            ("Numéro d’engagement", order.engagement or "–"),
            ("Code service", order.service_code or "–"),
        ],
        blocks=[
            *_table(order.lines),
            *_totals(invoice.vat, invoice.ht_cents, invoice.ttc_cents),
            _paragraph(
                "En cas de retard : intérêts moratoires au taux de la Banque centrale européenne majoré de huit points, "
                "et indemnité forfaitaire de 40 € pour frais de recouvrement."
            ),
        ],
        numbered=False,
    )
    content = await asyncio.to_thread(to_pdf, document, made_on=invoice.issued_on)
    file = await store(
        session, folder, content, name=f"facture-{invoice.number.lower()}.pdf", media_type="application/pdf",
        organisation_id=order.supplier_id, shared_with=order.town_id,
    )  # fmt: skip
    invoice.file_id = file.id
    await session.flush()


def _town(town: Organisation) -> str:
    known = town.siret or town.siren
    return f"{town.name}{f' (SIREN {known})' if known else ''}"


def _table(lines: Sequence[OrderLine]) -> list[Block]:
    header = ["Désignation", "Quantité", "Prix unitaire HT", "TVA", "Montant HT"]
    rows = [header, *(_cells(line) for line in lines)]
    shown = [[[Run(cell)] for cell in row] for row in rows]
    table = Block("table", rows=shown, right=[False, True, True, True, True])
    return [Block("heading", runs=[Run("Détail")]), table]


def _cells(line: OrderLine) -> list[str]:
    price = "–" if line.unit_price_cents is None else euros(line.unit_price_cents)
    rate = f"{plain(line.vat_rate).replace('.', ',')} %"
    return [line.label, _quantity(line), price, rate, euros(line.ht_cents)]


def _totals(vat: Sequence[dict[str, object]], ht: int, ttc: int) -> list[Block]:
    rows = [[[Run("Total")], [Run("Montant")]], [[Run("Total HT")], [Run(euros(ht))]]]
    for row in vat:
        rate = str(row["rate"]).replace(".", ",")
        rows.append(
            [
                [Run(f"TVA {rate} % sur {euros(int(str(row['base_cents'])))}")],
                [Run(euros(int(str(row["vat_cents"]))))],
            ]
        )
    rows.append([[Run("Total TTC", bold=True)], [Run(euros(ttc), bold=True)]])
    return [Block("heading", runs=[Run("Montants")]), Block("table", rows=rows, right=[False, True])]


def _quantity(line: OrderLine) -> str:
    if line.quantity is None or line.unit is None:
        return "–"
    unit = UNITS[line.unit]
    return f"{plain(line.quantity).replace('.', ',')} {unit.one if abs(line.quantity) < Decimal(2) else unit.many}"


def _paragraph(text: str) -> Block:
    return Block("paragraph", runs=[Run(text)])
