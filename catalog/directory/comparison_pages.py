"""`/comparer`: up to five sheets side by side, the same rows as files, and an address that holds the whole comparison."""

import asyncio
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromQuery
from litestar.response import Redirect

from catalog.directory import comparing, comparison_file, queries
from catalog.directory.asked import PREFIX, askable, read
from catalog.directory.comparing import Comparison
from catalog.directory.costing import units
from catalog.directory.gathering import compared
from catalog.directory.pages import PDF, Chosen
from catalog.directory.showing import Known
from marketplace import clock
from marketplace.errors import Invalid
from marketplace.web import i18n
from marketplace.web.exports import both, table_file
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads
from marketplace.words import N_

OURS = frozenset({"fiche", "ville", "annees", "differences"})


@get("/comparer")
async def comparison_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, state: State, fiche: Chosen = None, differences: FromQuery[str] = ""
) -> Response[str] | Redirect:  # fmt: skip
    asked = await read(request, reads, by)
    try:
        slugs = comparing.chosen(fiche or [])
    except Invalid as refusal:
        names = await queries.names(reads, list(dict.fromkeys(fiche or [])))
        return page(
            request, "directory/too_many.html", status=422, names=names, asked=asked, said=i18n.say(refusal.fields[0]),
        )  # fmt: skip
    if any(name not in OURS and not name.startswith(PREFIX) for name in request.query_params):
        return redirect(comparing.address("/comparer", slugs, asked, only_differences=bool(differences)))
    found = await compared(reads, by, slugs, asked)
    link = state.base_url.rstrip("/") + found.address()
    wanted = askable(dict.fromkeys(unit for column in found.columns for unit in units(column.sheet.prices)))
    return page(
        request, "directory/comparison.html", found=found, asked=asked, units=wanted, only=bool(differences), Known=Known,
        groups=found.shown(only_differences=bool(differences)), link=link, mail=_mail(found, link), most=comparing.MOST,
        told=any(column.told is not None for column in found.columns),
    )  # fmt: skip


@get(both("/comparer"))
async def comparison_table(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    fiche: Chosen = None,
    differences: FromQuery[str] = "",
) -> Response[bytes]:
    asked = await read(request, reads, by)
    found = await compared(reads, by, comparing.chosen(fiche or []), asked)
    header, rows = comparison_file.table(found, only_differences=bool(differences))
    return table_file(request, "comparaison", header, rows)


@get("/comparer.pdf")
async def comparison_pdf(
    request: Request[Any, Any, Any], reads: Reads, by: By, state: State, fiche: Chosen = None, differences: FromQuery[str] = ""
) -> Response[bytes]:  # fmt: skip
    asked = await read(request, reads, by)
    found = await compared(reads, by, comparing.chosen(fiche or []), asked)
    today = clock.paris_day(await clock.now(reads))
    link = state.base_url.rstrip("/") + found.address()
    document = comparison_file.document(found, link=link, made_on=today, only_differences=bool(differences))
    content = await asyncio.to_thread(comparison_file.to_pdf, document, made_on=today)
    headers = {"Content-Disposition": 'attachment; filename="comparaison.pdf"'}
    return Response(content, media_type=PDF, headers=headers)


def _mail(found: Comparison, link: str) -> str:
    """A mail to write, with the link: `mailto:` and nothing of ours sent."""
    names = ", ".join(column.sheet.name for column in found.columns)
    subject = i18n.translate(N_("Comparaison de solutions : {names}")).format(names=names)
    return f"mailto:?subject={quote(subject)}&body={quote(link)}"


HANDLERS = [comparison_page, comparison_table, comparison_pdf]
