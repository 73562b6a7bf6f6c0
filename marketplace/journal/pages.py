"""Pages: `/organisation/journal` and `/administration/journal`, and their downloads."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.params import QueryParameter

from marketplace.actor import OrganisationKind
from marketplace.db import ReadSession
from marketplace.errors import FieldError, wrong
from marketplace.journal import queries, wording
from marketplace.journal.queries import Asked, Line
from marketplace.web import i18n
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.pages import page
from marketplace.web.pagination import Pages
from marketplace.web.transaction import By, Reads
from marketplace.words import N_

PER_PAGE = 50
HEADER = [
    N_("Date et heure"), N_("Qui"), N_("Organisation"), N_("Par"), N_("Acte"), N_("Détail"), N_("Code"), N_("Objet"),
    N_("Identifiant"),
]  # fmt: skip
Typed = Annotated[str, QueryParameter(max_length=60)]
Number = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
Read = Callable[..., Awaitable[tuple[list[Line], int]]]


@get("/organisation/journal")
async def own(
    request: Request[Any, Any, Any], reads: Reads, by: By, sujet: Typed = "", personne: Typed = "", du: Typed = "",
    au: Typed = "", page_number: Number = 1,
) -> Response[str]:  # fmt: skip
    form, asked = _asked(sujet, personne, du, au)
    people = await queries.colleagues(reads, by) if by.signed_in else []
    return await _shown(request, reads, by, queries.own, form, asked, page_number, own=True, people=people)


@get("/administration/journal")
async def everything(
    request: Request[Any, Any, Any], reads: Reads, by: By, sujet: Typed = "", du: Typed = "", au: Typed = "",
    page_number: Number = 1,
) -> Response[str]:  # fmt: skip
    form, asked = _asked(sujet, "", du, au)
    return await _shown(
        request, reads, by, queries.everything, form, asked, page_number, own=False, people=[]
    )


@get(both("/organisation/journal"))
async def export_own(
    request: Request[Any, Any, Any], reads: Reads, by: By, sujet: Typed = "", personne: Typed = "", du: Typed = "",
    au: Typed = "",
) -> Response[bytes]:  # fmt: skip
    _, asked = _asked(sujet, personne, du, au)
    lines, _ = await queries.own(reads, by, asked)
    return table_file(request, "journal", HEADER, map(_row, lines))


@get(both("/administration/journal"))
async def export_everything(
    request: Request[Any, Any, Any], reads: Reads, by: By, sujet: Typed = "", du: Typed = "", au: Typed = ""
) -> Response[bytes]:
    _, asked = _asked(sujet, "", du, au)
    lines, _ = await queries.everything(reads, by, asked)
    return table_file(request, "journal-general", HEADER, map(_row, lines))


async def _shown(
    request: Request[Any, Any, Any], reads: ReadSession, by: By, read: Read, form: Form[Any], asked: Asked, number: int,
    *, own: bool, people: list[tuple[UUID, str]],
) -> Response[str]:  # fmt: skip
    lines, total = await read(reads, by, asked, offset=(number - 1) * PER_PAGE, limit=PER_PAGE)
    # colleagues of the supervising body do not all see the same pages: only the parties are led to theirs
    parties = own and by.kind in {OrganisationKind.TOWN, OrganisationKind.STARTUP}
    every = ("", i18n.translate(N_("tous")))
    return page(
        request, "journal/journal.html", status=422 if form.failed else 200, form=form, own=own, total=total,
        lines=[
            (line, wording.said(line), wording.change(line), wording.place(line) if parties else None)
            for line in lines
        ],
        channels=wording.CHANNELS, pages=Pages(number, PER_PAGE, total), filtered=asked != Asked(),
        query=request.url.query,
        subjects=[every, *((code, i18n.translate(name)) for code, name in wording.SUBJECTS.items())],
        people=[every, *((str(person_id), name) for person_id, name in people)],
    )  # fmt: skip


def _asked(subject: str, person: str, since: str, until: str) -> tuple[Form[Any], Asked]:
    """What the form asks for; an unreadable date is an error beside its field, and asks for nothing."""
    faults: list[FieldError] = []
    asked = Asked(subject or None, _id(person), _day("du", since, faults), _day("au", until, faults))
    return Form({"sujet": subject, "personne": person, "du": since, "au": until}, faults=faults), asked


def _day(name: str, typed: str, faults: list[FieldError]) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        faults.append(wrong(name, N_("Donnez une date, par exemple 2026-11-25."), code="date"))
        return None


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed) if typed else None
    except ValueError:
        return UUID(int=0)  # nobody


def _row(line: Line) -> list[object]:
    return [
        line.at, line.person or "", line.organisation or "", i18n.translate(wording.CHANNELS.get(line.channel, line.channel)),
        wording.said(line), wording.change(line), line.action, line.subject, str(line.subject_id or ""),
    ]  # fmt: skip


HANDLERS = [own, everything, export_own, export_everything]
