"""`/solutions/{slug}`: one sheet as visitors read it, with what it would cost their town, and its security file."""

import asyncio
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.params import FromPath, QueryParameter

from catalog.directory import comparing, costs, owners, published, queries, security_file, showing
from catalog.directory.asked import Asked, askable, read
from catalog.directory.costing import units
from catalog.directory.proofs import proven
from catalog.evidence.showing import for_sheet
from catalog.solutions import wording
from catalog.solutions.content import ATTACHMENT_KIND_NAMES
from catalog.solutions.fields import named
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import BASIS_NAMES, MATURITY_NAMES, Change, ChangeKind, Solution
from catalog.solutions.queries import PUBLIC_PARTS, by_slug
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.web import i18n
from marketplace.web.pages import page
from marketplace.web.transaction import By, Reads
from marketplace.words import N_

Chosen = Annotated[list[str] | None, QueryParameter(name="fiche", max_items=40)]
"""The sheets that a visitor has chosen to compare, by slug: kept in addresses, so that no cookie is needed."""
PDF = "application/pdf"
LATEST = 12
CHANGE_NAMES = {
    ChangeKind.PUBLISHED: N_("Fiche publiée"),
    ChangeKind.REVISED: N_("Fiche mise à jour"),
    ChangeKind.SUSPENDED: N_("Fiche suspendue"),
    ChangeKind.REINSTATED: N_("Fiche rétablie"),
    ChangeKind.ARCHIVED: N_("Fiche archivée"),
}


@get("/solutions/{slug:str}")
async def sheet_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, slug: FromPath[str], fiche: Chosen = None
) -> Response[str]:
    sheet = await by_slug(reads, slug, PUBLIC_PARTS)
    told = (await queries.confidential(reads, [sheet], by)).get(sheet.id)
    content = published.content_of(sheet, told)
    shown = showing.sections(content, told=told is not None)
    asked, stopped = await read(request, reads, by), costs.is_stopped(sheet)
    changed = await queries.changes(reads, sheet.id)
    today = clock.paris_day(await clock.now(reads))
    behind = await owners.of_sheets(reads, [sheet], today)
    evidence = await for_sheet(reads, sheet, by, today)
    found = None if stopped or not sheet.prices else costs.of_sheet(sheet, asked)
    return page(
        request, "directory/sheet.html", sheet=sheet, content=content, told=told is not None, stopped=stopped, sections=shown,
        tally=showing.tally(shown),
        sovereignty=showing.sovereignty(content), deployment=showing.deployment(content),
        field=lambda path: showing.field(path, content), asked=asked, units=askable(units(sheet.prices)), found=found,
        costs=costs, domains=domains(), maturities=MATURITY_NAMES, bases=BASIS_NAMES, kinds=ATTACHMENT_KIND_NAMES,
        changes=_history(changed), edition=queries.edition(changed), wording=wording,
        owner=behind.get(sheet.startup_id) if sheet.startup_id else None, evidence=evidence, proven=proven(evidence.evidence.proofs), **_choosing(sheet, fiche or [], asked),
    )  # fmt: skip


@get("/solutions/{slug:str}/dossier-securite.pdf")
async def security_pdf(reads: Reads, by: By, slug: FromPath[str]) -> Response[bytes]:
    sheet = await by_slug(reads, slug, PUBLIC_PARTS)
    told = (await queries.confidential(reads, [sheet], by)).get(sheet.id)
    today = clock.paris_day(await clock.now(reads))
    facts = await security_file.facts(reads, sheet, told, by, today)
    content = await asyncio.to_thread(security_file.to_bytes, facts, today)
    headers = {"Content-Disposition": f'attachment; filename="dossier-securite-{sheet.slug}.pdf"'}
    return Response(content, media_type=PDF, headers=headers)


def _history(changed: list[Change]) -> list[dict[str, Any]]:
    """The last things that happened to a sheet, in words."""
    return [
        {
            "at": change.at,
            "what": i18n.translate(CHANGE_NAMES[change.kind]),
            "fields": [i18n.translate(name) for name in named(change.changed)],
        }
        for change in changed[:LATEST]
    ]


def _choosing(sheet: Solution, slugs: list[str], asked: Asked) -> dict[str, Any]:
    """The comparison to which the sheet can be added: those already chosen, and its address with this one."""
    others = [slug for slug in dict.fromkeys(slugs) if slug != sheet.slug]
    full = len(others) >= comparing.MOST
    offered = sheet.state is SolutionState.PUBLISHED and not costs.is_stopped(sheet)
    return {
        "others": others,
        "full": full,
        "compare": comparing.address("/comparer", others if full else [*others, sheet.slug], asked)
        if offered
        else None,
    }


HANDLERS = [sheet_page, security_pdf]
