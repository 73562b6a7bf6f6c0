"""The public page of a startup: `/entreprises/{id}`: who it is, who owns it, what it can serve, what it publishes."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import FromPath

from catalog.evidence.references import references_of
from catalog.solutions import queries as sheets
from catalog.solutions.lifecycle import SolutionState
from catalog.suppliers import queries, standing, words
from catalog.suppliers.facts import PUBLIC_HOLDERS
from catalog.suppliers.schemas import category_of
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Role
from marketplace.ids import OrganisationId
from marketplace.web.pages import page
from marketplace.web.transaction import By, Reads


@get("/entreprises/{supplier_id:uuid}")
async def show(
    request: Request[Any, Any, Any], reads: Reads, by: By, supplier_id: FromPath[UUID]
) -> Response[str]:
    startup_id = OrganisationId(supplier_id)
    organisation = await queries.startup(reads, startup_id)
    supplier = await queries.profile(reads, startup_id)
    today = clock.paris_day(await clock.now(reads))
    held = await queries.stakes(reads, startup_id)
    regions, departments = await queries.places(reads)
    published = [
        sheet for sheet in await sheets.of_startup(reads, startup_id) if sheet.state is SolutionState.PUBLISHED
    ]  # fmt: skip
    return page(
        request, "directory/supplier.html", organisation=organisation, supplier=supplier, category=category_of(supplier), today=today,
        stakes=[one for one in held if one.in_force(today)],
        ended=[one for one in held if not one.in_force(today) and one.kind in PUBLIC_HOLDERS],
        standings=(await standing.standings(reads, [startup_id], today))[startup_id],
        contacts=await queries.contacts(reads, startup_id, by), sheets=sorted(published, key=lambda sheet: sheet.name.casefold()),
        references=await references_of(reads, [sheet.id for sheet in published], today), domains=domains(), regions=regions, departments=departments, curates=Role.CURATOR in by.roles, own=by.acts_for(startup_id),
        **words.names(),
    )  # fmt: skip


HANDLERS = [show]
