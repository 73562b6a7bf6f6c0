"""Writing a pool's founding agreement: the values, the PDF, the row. Run by the worker."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from catalog.agreements import FOUNDING_AGREEMENT, Template, load_template
from catalog.agreements.founding_agreement import FoundingAgreementValues
from catalog.taxonomy import domains
from marketplace import audit, clock, outbox
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM
from marketplace.db import Session
from marketplace.documents import Document, to_pdf
from marketplace.files.storage import store
from marketplace.ids import PoolId
from marketplace.money import Cents
from marketplace.units import UNITS
from marketplace.web.schemas import plain
from procurement import compass
from procurement.compass.compass import PROCEDURE_NAMES
from procurement.conventions.events import AgreementReady
from procurement.conventions.models import Agreement, AgreementState
from procurement.pools import plans
from procurement.pools.access import locked_memberships, locked_pool
from procurement.pools.lifecycle import PRESENT, PoolState
from procurement.pools.models import Membership, Pool

MONTHS_BESIDE = 12
"""The agreement outlives the purchase by a year: procedure before, disputes after."""


async def generate(session: Session, pool_id: PoolId, *, folder: Path, now: datetime) -> Agreement | None:
    """Write the next version of the pool's agreement. Does nothing when the pool has left the commitment phase."""
    pool = await locked_pool(session, pool_id)
    if pool.state is not PoolState.COMMITMENT or pool.alone:
        return None
    memberships = [m for m in await locked_memberships(session, pool) if m.state in PRESENT and m.needs]
    number = 1 + int(
        await session.scalar(select(func.max(Agreement.number)).where(Agreement.pool_id == pool.id)) or 0
    )
    template = load_template(FOUNDING_AGREEMENT)
    values = await _values(session, pool, memberships, number=number, now=now)
    document = compose(template, values)
    content = await asyncio.to_thread(to_pdf, document, made_on=values.generated_on)
    file = await store(
        session, folder, content, name=f"convention-{values.reference.lower()}.pdf", media_type="application/pdf",
        organisation_id=pool.coordinator_id, pool_id=pool.id,
    )  # fmt: skip
    await session.execute(
        update(Agreement).where(Agreement.pool_id == pool.id).values(state=AgreementState.REPLACED)
    )
    agreement = Agreement(
        pool_id=pool.id, number=number, template=template.id, template_version=template.version,
        variables=values.model_dump(mode="json"), state=AgreementState.READY, file_id=file.id, sha256=file.sha256, ready_at=now,
    )  # fmt: skip
    session.add(agreement)
    await session.flush()
    audit.note(
        session,
        SYSTEM,
        "agreement.generate",
        "agreement",
        agreement.id,
        after={"sha256": file.sha256, "number": number},
    )
    outbox.record(session, AgreementReady(pool_id=pool.id, agreement_id=agreement.id))
    return agreement


def compose(template: Template, values: FoundingAgreementValues) -> Document:
    """The document of a founding agreement."""
    given = values.model_dump() | {"estimate": values.estimate, "fees": values.fees}
    articles, annexes = template.filled(given)
    return Document(
        title=template.title,
        subtitle=f"Groupement de commandes pour {values.object}",
        reference=values.reference,
        notice=template.notice,
        summary=[
            ("Coordonnateur", values.coordinator.name),
            ("Membres", str(len(values.members))),
            ("Modèle", f"version {template.version}, valable depuis le {template.valid_from:%d/%m/%Y}"),
            ("Relu par", template.reviewed_by or "personne à ce jour"),
        ],
        blocks=articles,
        annexes=annexes,
        signers=[(member.name, "") for member in values.members],
    )


async def _values(
    session: Session, pool: Pool, memberships: Sequence[Membership], *, number: int, now: datetime
) -> FoundingAgreementValues:
    coordinator = await session.get(Organisation, pool.coordinator_id)
    assert coordinator is not None
    low, high = pool.totals.estimate_low_cents, pool.totals.estimate_high_cents
    today = clock.paris_day(now)
    decision = compass.decide(nature=pool.nature, amount_ht=high or 0, on=today, innovative=pool.innovative)
    domain = domains()[pool.domain]
    minima = [
        f"{plain(line.minimum)} {_unit(line.unit, line.minimum)}"
        for line in pool.lines
        if line.minimum is not None
    ]
    return FoundingAgreementValues.model_validate(
        {
            "reference": f"GC-{pool.id.hex[-8:].upper()}-V{number}",
            "object": pool.title,
            "domain": domain.label_fr,
            "nature": pool.nature.value,
            "cpv": [
                {
                    "code": code,
                    "label": next((c.label_fr or c.label_en for c in domain.cpv if c.code == code), ""),
                }
                for code in pool.cpv
            ],
            "coordinator": _party(coordinator),
            "members": [_party(m.town) for m in memberships],
            "mission": pool.mission.value,
            "committee": pool.committee.value,
            "lines": [_line(line, memberships) for line in pool.lines],
            "rule": pool.rule.value,
            "missed_threshold": pool.missed_policy.value,
            "minimum": ", ".join(minima) or None,
            "estimate": {"low_cents": int(low or Cents(0)), "high_cents": int(high or Cents(0))},
            "procedure": {
                "label": PROCEDURE_NAMES[decision.procedure],
                "reference": f"article {decision.basis} du code de la commande publique",
                "date": today,
            },
            "needs_deadline": clock.last_day(pool.census_ends_at),
            "duration_months": pool.years * 12 + MONTHS_BESIDE,
            "generated_on": today,
        }
    )


def _party(town: Organisation) -> dict[str, Any]:
    kind = town.town_kind.value if town.town_kind else "commune"
    return {
        "name": town.name,
        "kind": kind,
        "siren": town.siren,
        "insee": town.insee,
        "department": town.department or "",
    }


def _line(line: Any, memberships: Sequence[Membership]) -> dict[str, Any]:
    needs = [
        {"town": m.town.name, "firm": _number(need.firm), "max": _number(need.maximum)}
        for m in memberships
        for need in m.needs
        if need.pool_line_id == line.id
    ]
    return {
        "label": line.label,
        "unit": _unit(line.unit, Decimal(1)),
        "firm_total": _number(plans.firm_total(line, memberships)),
        "max_total": _number(plans.maximum_total(line, memberships)),
        "needs": needs,
    }


def _unit(code: str, count: Decimal) -> str:
    unit = UNITS[code]
    return unit.one if abs(count) < 2 else unit.many


def _number(quantity: Decimal) -> str:
    return plain(quantity).replace(".", ",")
