"""Above the threshold: a pack for the coordinator's buyer profile, and the import of the offers once opened there.

Lot Commun prepares and hands over; it is not a buyer profile.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from stdnum.fr import siren as siren_number

from marketplace import audit, lifecycle
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, NotFound, wrong
from marketplace.ids import PoolId
from marketplace.tabular import to_xlsx
from marketplace.units import UNITS
from marketplace.words import N_
from procurement.pools.access import locked_pool, who
from procurement.pools.lifecycle import POOL
from procurement.pools.models import Pool
from procurement.quotes import comparing
from procurement.quotes.checking import offer_faults
from procurement.quotes.events import OffersOpened
from procurement.quotes.lifecycle import CONSULTATION, ConsultationState, QuoteState, Who
from procurement.quotes.models import Channel, Consultation, Quote
from procurement.quotes.schemas import ImportedOffers


class NotOnBuyerProfile(Conflict):
    code = "not_on_buyer_profile"
    sentence = N_("Cette consultation se passe ici, par devis : il n’y a rien à exporter ni à importer.")


def export_pack(pool: Pool, consultation: Consultation, agreement: bytes | None) -> bytes:
    """A ZIP for the buyer profile: the need, the quantities by town, the price schedule to fill, the rules, the agreement."""
    published, perimeter = consultation.published, pool.frozen_perimeter or {}
    if consultation.channel is not Channel.BUYER_PROFILE:
        raise NotOnBuyerProfile
    files: dict[str, bytes] = {
        "LISEZ-MOI.txt": _readme(pool, consultation).encode(),
        "besoin.json": _json(
            published | {"criteria": consultation.criteria, "deadline": consultation.deadline_at.isoformat()}
        ),
        "regles.json": _json(pool.channel_basis or {}),
        "quantites-par-ville.xlsx": _quantities(perimeter),
        "bordereau-des-prix.xlsx": _schedule(published),
        "modele-import-offres.json": _json(_import_model(published)),
    }
    if agreement is not None:
        files["convention-constitutive.pdf"] = agreement
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


async def import_offers(
    session: Session, pool_id: PoolId, sent: ImportedOffers, *, by: Actor, now: datetime
) -> list[Quote]:
    """Take in the offers opened on the buyer profile, all or none. Raises `Invalid` with every fault, `NotOnBuyerProfile`."""
    pool = await locked_pool(session, pool_id)
    roles = who(pool, by)
    POOL.check(pool.state, "import_offers", roles)
    consultation = await comparing.latest_consultation(session, pool.id)
    if consultation is None:
        raise NotFound
    if (
        consultation.channel is not Channel.BUYER_PROFILE
        or consultation.state is not ConsultationState.EXPORTED
    ):
        raise NotOnBuyerProfile
    if faults := _faults(sent, consultation):
        raise Invalid(faults)
    accounts = await _accounts(
        session, [offer.supplier_siren for offer in sent.offers if offer.supplier_siren]
    )
    quotes = []
    for offer in sent.offers:
        content = offer.offer.model_dump(mode="json", by_alias=True)
        quotes.append(
            Quote(
                consultation_id=consultation.id, pool_id=pool.id, startup_id=accounts.get(offer.supplier_siren or ""),
                supplier_name=offer.supplier_name, supplier_siren=offer.supplier_siren, person_id=by.person_id,
                state=QuoteState.OPENED, state_since=now, deposited_at=now, content=content,
                sha256=hashlib.sha256(_json(content)).hexdigest(),
            )
        )  # fmt: skip
    session.add_all(quotes)
    consultation.profile_reference = sent.profile_reference
    consultation.opened_at = now
    await session.flush()
    await lifecycle.apply(
        session,
        CONSULTATION,
        consultation,
        "import",
        who={Who.COORDINATOR},
        by=by,
        now=now,
        facts={"offers": len(quotes)},
    )
    await lifecycle.apply(
        session, POOL, pool, "import_offers", who=roles, by=by, now=now,
        event=OffersOpened(pool_id=pool.id, consultation_id=consultation.id),
    )  # fmt: skip
    audit.note(
        session,
        by,
        "consultation.import",
        "consultation",
        consultation.id,
        after={"reference": sent.profile_reference},
    )
    return quotes


def _faults(sent: ImportedOffers, consultation: Consultation) -> list[FieldError]:
    found: list[FieldError] = []
    names: set[str] = set()
    for i, offer in enumerate(sent.offers):
        if offer.supplier_siren is not None and not siren_number.is_valid(offer.supplier_siren):
            found.append(
                wrong(
                    f"offers[{i}].supplier_siren",
                    N_("Ce numéro SIREN n’existe pas : vérifiez les neuf chiffres."),
                    code="siren",
                )
            )
        if offer.supplier_name.casefold() in names:
            found.append(
                wrong(
                    f"offers[{i}].supplier_name",
                    N_("Cette entreprise a déjà une offre dans la liste."),
                    code="duplicate",
                )
            )
        names.add(offer.supplier_name.casefold())
        found += offer_faults(offer.offer, consultation.published, f"offers[{i}].offer.")
    return found


async def _accounts(session: Session, sirens: Sequence[str]) -> dict[str, Any]:
    rows = await session.execute(
        select(Organisation.siren, Organisation.id).where(
            Organisation.kind == OrganisationKind.STARTUP, Organisation.siren.in_(sirens)
        )
    )
    return {row.siren: row.id for row in rows}


def _readme(pool: Pool, consultation: Consultation) -> str:
    basis = pool.channel_basis or {}
    return (
        f"{pool.title}\n\nCe dossier a été préparé par Lot Commun pour être publié sur le profil d’acheteur du coordonnateur,\n"
        f"{consultation.published['coordinator']['name']}. Lot Commun n’est pas un profil d’acheteur.\n\n"
        f"Procédure : {basis.get('procedure')} ; publicité : {basis.get('publicity')} ; fondement : {basis.get('basis')} "
        f"(règles au {basis.get('date')}).\n"
        f"Périmètre figé, empreinte SHA-256 : {pool.frozen_sha256}\n\n"
        "Une fois les offres ouvertes, remplissez modele-import-offres.json et importez-le dans l’achat.\n"
    )


def _quantities(perimeter: dict[str, Any]) -> bytes:
    lines = {line["id"]: line for line in perimeter.get("lines", [])}
    rows = [
        (member["name"], member["insee"] or "", member["siren"] or "", lines[need["line"]]["label"], _unit(lines[need["line"]]),
         Decimal(need["firm"]), Decimal(need["maximum"]))
        for member in perimeter.get("members", [])
        for need in member["needs"]
    ]  # fmt: skip
    return to_xlsx(
        "Quantités",
        ["Ville", "INSEE", "SIREN", "Ligne", "Unité", "Quantité ferme", "Quantité maximale"],
        rows,
    )


def _schedule(published: dict[str, Any]) -> bytes:
    rows = [
        (
            line["label"],
            _unit(line),
            Decimal(line["firm"]),
            Decimal(line["maximum"]),
            "",
            "",
            "",
            Decimal(line["vat_rate"]),
        )
        for line in published["lines"]
    ]
    header = [
        "Ligne",
        "Unité",
        "Total ferme",
        "Total maximal",
        "À partir de",
        "Jusqu’à",
        "Prix unitaire HT",
        "TVA %",
    ]
    return to_xlsx("Bordereau des prix", header, rows)


def _import_model(published: dict[str, Any]) -> dict[str, Any]:
    return {
        "profile_reference": "référence de la consultation sur le profil d’acheteur",
        "offers": [
            {
                "supplier_name": "nom de l’entreprise",
                "supplier_siren": None,
                "offer": {
                    "delivery_weeks": 8,
                    "quality": "résumé de l’offre technique",
                    "environment": "résumé des engagements environnementaux",
                    "lines": [
                        {
                            "line_id": line["id"],
                            "tiers": {"mode": "all_units", "steps": [{"from": "0", "unit_price_cents": 0}]},
                            "pack": "1",
                            "supply_limit": None,
                            "vat_rate": line["vat_rate"],
                        }
                        for line in published["lines"]
                    ],
                    "shared_costs": [],
                },
            }
        ],
    }


def _unit(line: dict[str, Any]) -> str:
    return UNITS[line["unit"]].one


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
