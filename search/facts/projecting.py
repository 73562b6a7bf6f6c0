"""From published sheets to their facts: after each change of a sheet, of what proves it or of its startup, and all at once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from catalog.evidence.levels import LEVEL_OF
from catalog.evidence.models import Evidence
from catalog.evidence.provable import DELIVERED, REFERENCE, claims
from catalog.evidence.queries import Held, delivery_of, held_by
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Basis, Reference, Solution
from catalog.suppliers import queries as suppliers
from catalog.suppliers.standing import Standing, State, standings
from marketplace import clock
from marketplace.db import Session
from marketplace.territories.models import Commune, Epci
from marketplace.web.schemas import plain
from search.facts.models import SheetFacts
from search.facts.shape import Answered, Attested, Capacity, Deployment, Facts, Price, Proven

CHUNK = 500
"""Sheets projected at a time: memory stays the same however many there are."""


async def project(session: Session, solution_ids: Iterable[UUID]) -> int:
    """Make the facts of these sheets say what is true now; those of a sheet that is not published go. Twice changes nothing.

    Returns how many sheets have facts.
    """
    kept = 0
    wanted = list(dict.fromkeys(solution_ids))
    for start in range(0, len(wanted), CHUNK):
        ids = wanted[start : start + CHUNK]
        rows = await _rows(session, ids)
        gone = set(ids) - {row["solution_id"] for row in rows}
        if gone:
            await session.execute(delete(SheetFacts).where(SheetFacts.solution_id.in_(gone)))
        if rows:
            put = insert(SheetFacts)
            changed = {name: put.excluded[name] for name in ("slug", "version", "facts", "at")}
            await session.execute(
                put.on_conflict_do_update(index_elements=["solution_id"], set_=changed), rows
            )
        kept += len(rows)
    return kept


async def project_all(session: Session) -> int:
    """Make all facts again from the directory. Returns how many sheets have some."""
    published = select(Solution.id).where(Solution.state == SolutionState.PUBLISHED)
    await session.execute(delete(SheetFacts).where(SheetFacts.solution_id.not_in(published)))
    return await project(session, await session.scalars(published.order_by(Solution.id)))


async def project_startup(session: Session, startup_id: UUID) -> int:
    """Make again the facts of a startup's published sheets: what it can serve changed, or what attests its standing."""
    theirs = select(Solution.id).where(
        Solution.startup_id == startup_id, Solution.state == SolutionState.PUBLISHED
    )
    return await project(session, await session.scalars(theirs.order_by(Solution.id)))


async def _rows(session: Session, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    found = await session.scalars(
        select(Solution)
        .where(Solution.id.in_(ids), Solution.state == SolutionState.PUBLISHED)
        .options(selectinload(Solution.prices), selectinload(Solution.references))
        .order_by(Solution.id)
        .execution_options(populate_existing=True)
    )
    sheets = found.all()
    if not sheets:
        return []
    now = await clock.now(session)
    startups = {sheet.startup_id for sheet in sheets if sheet.startup_id}
    held = await held_by(session, Evidence.solution_id.in_([sheet.id for sheet in sheets]))
    people = await _populations(session, sheets)
    capacities = await suppliers.capacity_of(session, startups) if startups else {}
    standing = await standings(session, startups, clock.paris_day(now)) if startups else {}
    return [
        {
            "solution_id": sheet.id, "slug": sheet.slug, "version": sheet.version, "at": now,
            "facts": facts_of(
                sheet, held.get(sheet.id, {}), people,
                capacity=capacities.get(sheet.startup_id) if sheet.startup_id else None,
                standing=standing.get(sheet.startup_id) if sheet.startup_id else None,
            ).model_dump(mode="json", exclude_defaults=True),
        }
        for sheet in sheets
    ]  # fmt: skip


async def _populations(session: Session, sheets: Sequence[Solution]) -> dict[str, int]:
    """The inhabitants today of every town that the sheets cite, by INSEE and by SIREN."""
    cited = [reference for sheet in sheets for reference in sheet.references]
    communes = select(Commune.insee, Commune.population).where(
        Commune.insee.in_({one.insee for one in cited if one.insee}), Commune.population.is_not(None)
    )
    groups = select(Epci.siren, Epci.population).where(
        Epci.siren.in_({one.siren for one in cited if one.siren and not one.insee}), Epci.population.is_not(None)
    )  # fmt: skip
    if not cited:
        return {}
    return {
        code: people
        for query in (communes, groups)
        for code, people in await session.execute(query)
        if people
    }


def facts_of(
    sheet: Solution, held: Held, people: dict[str, int], *, capacity: suppliers.Capacity | None, standing: list[Standing] | None
) -> Facts:  # fmt: skip
    """The facts of a published sheet, read with its prices and references, from its accepted evidence."""
    return Facts(
        slug=sheet.slug, name=sheet.name, supplier=sheet.supplier_name, fictional=sheet.fictional, domains=tuple(sheet.domains),
        maturity=sheet.maturity.value, audiences=tuple(sheet.audiences), since=sheet.since,
        published_on=clock.paris_day(sheet.published_at) if sheet.published_at else None,
        revised_on=clock.paris_day(sheet.revised_at or sheet.published_at) if sheet.published_at else None,
        deployment_weeks_min=sheet.deployment_weeks_min, deployment_weeks_max=sheet.deployment_weeks_max,
        answers=Answered.model_validate({key: sheet.answers[key] for key in Answered.model_fields if key in sheet.answers}),
        prices=tuple(
            Price(
                label=line.label, unit=line.unit, yearly=line.basis is Basis.YEARLY, vat_rate=line.vat_rate,
                graduated=line.tiers.mode == "graduated",
                steps=tuple((step.start, int(step.unit_price)) for step in line.tiers.steps),
            )
            for line in sheet.prices
        ),
        deployments=_deployments(sheet, held, people),
        claims={
            path: _proofs(held.get(path, []), digest)
            for path, digest in claims(sheet).items() if not path.startswith(REFERENCE)
        },
        capacity=None if capacity is None else Capacity(
            told_on=capacity.told_on, towns_at_once=capacity.towns_at_once, towns_served=capacity.towns_served,
            lead_weeks=capacity.lead_weeks, everywhere=capacity.territories.everywhere, overseas=capacity.territories.overseas,
            departments=tuple(sorted(capacity.territories.departments)),
        ),
        attested=None if standing is None else tuple(
            Attested(kind=one.kind.value, issued_on=one.issued_on, expires_on=one.expires_on)
            for one in standing if one.state is not State.NOT_PROVIDED and one.issued_on is not None
        ),
    )  # fmt: skip


def _deployments(sheet: Solution, held: Held, people: dict[str, int]) -> tuple[Deployment, ...]:
    """The references with what proves each, deliveries here that cover it included; then the deliveries that none tells."""
    delivered = [(evidence, delivery_of(evidence)) for evidence in held.get(DELIVERED, [])]
    told: set[UUID] = set()
    found = []
    for reference in sheet.references:
        covering = [evidence for evidence, delivery in delivered if delivery.covers(reference)]
        told |= {evidence.id for evidence in covering}
        proofs = _proofs(held.get(f"{REFERENCE}{reference.id}", []), reference.digest)
        found.append(
            Deployment(
                code=_code(reference), name=reference.town_name, population=people.get(_code(reference)),
                started_on=reference.started_on, ended_on=reference.ended_on, quantity=_count(reference.quantity), unit=reference.unit,
                proofs=proofs + tuple(_proof(evidence) for evidence in covering),
            )
        )  # fmt: skip
    for evidence, delivery in delivered:
        if evidence.id not in told:
            quantity, unit = delivery.delivered[0] if len(delivery.delivered) == 1 else (None, None)
            code = delivery.insee or delivery.siren or ""
            found.append(
                Deployment(
                    code=code, name=delivery.town_name, population=people.get(code), started_on=evidence.dated_on,
                    quantity=_count(quantity), unit=unit, here=True, proofs=(_proof(evidence),),
                )
            )  # fmt: skip
    return tuple(found)


def _code(reference: Reference) -> str:
    return reference.insee or reference.siren or ""


def _count(quantity: Any) -> Any:
    """Without the zeros that the database adds."""
    return None if quantity is None else plain(quantity)


def _proofs(pieces: Sequence[Evidence], digest: str) -> tuple[Proven, ...]:
    """The accepted pieces about what is said now."""
    return tuple(_proof(evidence) for evidence in pieces if evidence.digest == digest)


def _proof(evidence: Evidence) -> Proven:
    return Proven(
        level=LEVEL_OF[evidence.kind],
        since=evidence.dated_on,
        until=evidence.expires_on,
        source=evidence.source,
    )
