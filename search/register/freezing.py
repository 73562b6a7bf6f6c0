"""A town freezes an answer as evidence of its sourcing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace import audit
from marketplace.accounts.models import Organisation
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Json, Session
from marketplace.errors import FieldError, Invalid, NotFound, wrong
from marketplace.ids import NeedId, OrganisationId, PoolId, new_id
from marketplace.words import N_
from procurement.needs import queries as needs
from procurement.pools import queries as pools
from search.log.models import AnswerKind, SearchLog
from search.register.content import FORMAT, canonical, sha256_of
from search.register.models import SourcingRecord
from search.register.schemas import Chosen

FREEZERS = (Role.AGENT, Role.ADMIN)
"""Who freezes for a town. Everybody in it reads."""
Named = Mapping[str, tuple[str, str]]
"""Slug → name and firm of each sheet that is published now."""


def may_freeze(by: Actor) -> bool:
    return by.has(OrganisationKind.TOWN, *FREEZERS)


async def freeze(
    session: Session, log: SearchLog, *, title: str, note: str | None = None, need_id: UUID | None = None,
    pool_id: UUID | None = None, choices: Sequence[Chosen] = (), by: Actor, now: datetime,
) -> SourcingRecord:  # fmt: skip
    """The record of a logged answer of the acting town; of the sheets that it keeps when `choices` are given.

    Raises `SignInNeeded`, `RoleNeeded`, `NotFound` for an answer that is not the town's, and `Invalid` for a need or a pool that
    is not its own, or a sheet chosen twice or that nobody can see.
    """
    town_id = by.require(OrganisationKind.TOWN, *FREEZERS)
    if not by.acts_for(log.organisation_id) or by.person_id is None:
        raise NotFound
    slugs = [sheet["slug"] for sheet in log.ordered]
    named = await _named(session, [*slugs, *(choice.slug for choice in choices)])
    faults = [
        *_choice_faults(choices, named, set(slugs)),
        *await _link_faults(session, need_id, pool_id, by),
    ]
    if faults:
        raise Invalid(faults)
    record_id, kind = new_id(), AnswerKind.SHORTLIST if choices else log.kind
    content = {
        "format": FORMAT, "id": str(record_id), "kind": kind.value, "title": title, "note": note,
        "need_id": str(need_id) if need_id else None, "pool_id": str(pool_id) if pool_id else None,
        "frozen_at": now.isoformat(), "frozen_by": str(by.person_id), "town": await _town(session, town_id),
        "choices": _choices(choices, slugs, named), **_answered(log, named),
    }  # fmt: skip
    text = canonical(content)
    record = SourcingRecord(
        id=record_id, frozen_at=now, town_id=town_id, person_id=by.person_id, kind=kind, title=title, text=words_of(log.asked),
        total=log.total, need_id=need_id, pool_id=pool_id, content=text, sha256=sha256_of(text),
    )  # fmt: skip
    session.add(record)
    await session.flush()
    audit.note(
        session,
        by,
        "sourcing.freeze",
        "sourcing",
        record.id,
        after={"kind": kind.value, "sha256": record.sha256},
    )
    return record


def words_of(asked: Json) -> str:
    """The words of what was asked: those of a search, or of a need."""
    return str(asked.get("need") or asked.get("q") or "")


def _answered(log: SearchLog, named: Named) -> Json:
    """The answer, whole, with the names of its sheets: it must be readable without the directory."""
    ordered = [
        {"place": place, "slug": sheet["slug"], "score": sheet["score"], **_names(sheet["slug"], named)}
        for place, sheet in enumerate(log.ordered, 1)
    ]
    return {
        "origin": log.kind.value, "log_id": str(log.id), "asked": log.asked, "asked_at": log.at.isoformat(), "ordered": ordered,
        "excluded": log.excluded, "weights": log.weights, "answer": log.answer, "total": log.total, "engine": log.engine,
        "index": log.index,
    }  # fmt: skip


def _choices(choices: Sequence[Chosen], slugs: Sequence[str], named: Named) -> list[Json]:
    places = {slug: place for place, slug in enumerate(slugs, 1)}
    return [
        {"slug": choice.slug, "reason": choice.reason, "place": places.get(choice.slug), **_names(choice.slug, named)}
        for choice in choices
    ]  # fmt: skip


def _names(slug: str, named: Named) -> Json:
    name, supplier = named.get(slug, (None, None))
    return {"name": name, "supplier": supplier}


def _choice_faults(choices: Sequence[Chosen], named: Named, answered: set[str]) -> list[FieldError]:
    """A sheet that was answered may be kept even if it was withdrawn since; another has to be in the directory."""
    faults, taken = [], set()
    for i, choice in enumerate(choices):
        if choice.slug in taken:
            faults.append(wrong(f"choices[{i}].slug", N_("Cette fiche est déjà choisie."), code="duplicate"))
        elif choice.slug not in named and choice.slug not in answered:
            faults.append(
                wrong(f"choices[{i}].slug", N_("Cette fiche n’est pas dans l’annuaire."), code="unknown")
            )
        taken.add(choice.slug)
    return faults


async def _link_faults(
    session: Session, need_id: UUID | None, pool_id: UUID | None, by: Actor
) -> list[FieldError]:
    faults = []
    if need_id is not None:
        try:
            await needs.one(session, NeedId(need_id), by)
        except NotFound:
            faults.append(
                wrong("need_id", N_("Ce besoin n’est pas l’un de ceux de votre ville."), code="unknown")
            )
    if pool_id is not None and PoolId(pool_id) not in {pool.id for pool in await pools.my_pools(session, by)}:
        faults.append(
            wrong("pool_id", N_("Votre ville ne participe pas à cet achat groupé."), code="unknown")
        )
    return faults


async def _named(session: Session, slugs: Sequence[str]) -> Named:
    rows = await session.execute(
        select(Solution.slug, Solution.name, Solution.supplier_name).where(
            Solution.slug.in_(slugs), Solution.state == SolutionState.PUBLISHED
        )
    )
    return {row.slug: (row.name, row.supplier_name) for row in rows}


async def _town(session: Session, town_id: OrganisationId) -> Json:
    town = await session.get(Organisation, town_id)
    if town is None:
        raise NotFound
    return {"id": str(town.id), "name": town.name, "siren": town.siren, "insee": town.insee}
