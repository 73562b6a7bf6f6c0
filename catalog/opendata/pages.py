"""Pages: a file of sheets is tried, then saved (`/espace-entreprise/fiches/import`, `/relecture/import`), with its error report."""

import asyncio
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.opendata import uploading, workbooks
from catalog.opendata.api import accepted, report_file
from catalog.opendata.columns import COLUMNS, cells, column_at
from catalog.opendata.models import Side
from catalog.opendata.uploading import MOST_ROWS, counts, faults_of
from catalog.solutions import queries
from marketplace import clock
from marketplace.actor import OrganisationKind, Role
from marketplace.errors import FieldError
from marketplace.files.kinds import LOOKS, Kind
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.exports import both
from marketplace.web.forms import Form
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

PATHS = {Side.STARTUP: "/espace-entreprise/fiches/import", Side.CURATOR: "/relecture/import"}
FORM, ONE = [*PATHS.values()], [f"{path}/{{import_id:uuid}}" for path in PATHS.values()]
SHOWN = 200
"""Rejected rows that a page shows; the error report has them all."""


@get(FORM)
async def import_page(request: Request[Any, Any, Any], by: By) -> Response[str]:
    side = _side(request)
    uploading.may_import(side, by)
    return _form(request, side, Form())


@post(FORM, status_code=303, request_max_body_size=UPLOAD_LIMIT)
@creating
async def take(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    side = _side(request)
    uploading.may_import(side, by)
    sent = await request.form()
    form: Form[Any] = Form({})
    taken = None
    async with form.attempt(session):
        content, name = await accepted(request, sent.get("file"))
        save = sent.get("act") == "enregistrer"
        taken = await uploading.take(
            session, side, content, name=name, save=save, by=by, now=await clock.now(session)
        )
    if taken is None:
        return _form(request, side, form)
    return redirect(f"{PATHS[side]}/{taken.id}")


@get(ONE)
async def result(
    request: Request[Any, Any, Any], reads: Reads, by: By, import_id: FromPath[UUID]
) -> Response[str]:
    side = _side(request)
    uploading.may_import(side, by)
    taken = await uploading.one(reads, import_id, side, by)
    rejected = [outcome for outcome in taken.outcomes if outcome["result"] == "rejected"]
    return page(
        request, "opendata/result.html", taken=taken, counts=counts(taken), side=side, path=f"{PATHS[side]}/{taken.id}", form_path=PATHS[side],
        rejected=[(row, [(_label(fault), i18n.say(fault)) for fault in faults_of(row)]) for row in rejected[:SHOWN]],
        total=len(rejected), written=[row for row in taken.outcomes if row["result"] in {"created", "updated"}][:SHOWN],
    )  # fmt: skip


@post([f"{path}/enregistrement" for path in ONE], status_code=303)
async def save(
    request: Request[Any, Any, Any], session: Writes, by: By, import_id: FromPath[UUID]
) -> Redirect:
    side = _side(request)
    await uploading.save(session, import_id, side, by=by, now=await clock.now(session))
    return redirect(f"{PATHS[side]}/{import_id}", N_("Le fichier est enregistré."))


@get([f"{path}/rapport" for path in ONE])
async def report(
    request: Request[Any, Any, Any], reads: Reads, by: By, import_id: FromPath[UUID]
) -> Response[bytes]:
    side = _side(request)
    uploading.may_import(side, by)
    return report_file(await uploading.one(reads, import_id, side, by))


@get(both("/espace-entreprise/fiches/mes-fiches"))
async def my_sheets(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[bytes]:
    """The startup's own sheets as they are being written, confidential answers included, under the template's header."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    rows = []
    for sheet in await queries.of_startup(reads, startup_id):
        latest = await queries.latest(reads, sheet)
        if latest is not None and sheet.state != "archived":
            rows.append(cells(latest.content, words=True) | {"id": sheet.slug})
    form = _suffix(request)
    return _download(await asyncio.to_thread(workbooks.filled, form, rows), f"mes-fiches.{form}")


@get(both("/donnees-ouvertes/modele"))
async def template(request: Request[Any, Any, Any]) -> Response[bytes]:
    form = _suffix(request)
    return _download(await asyncio.to_thread(workbooks.template, form), f"modele-fiches.{form}")


def _download(content: bytes, name: str) -> Response[bytes]:
    media_type = LOOKS[Kind(PurePosixPath(name).suffix[1:])].media_types[0]
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})  # fmt: skip


def _suffix(request: Request[Any, Any, Any]) -> str:
    return PurePosixPath(request.url.path).suffix[1:]


def _form(request: Request[Any, Any, Any], side: Side, form: Form[Any]) -> Response[str]:
    return page(
        request, "opendata/import.html", status=422 if form.failed else 200, form=form, side=side, path=PATHS[side],
        most=MOST_ROWS[side], megabytes=uploading.MOST_BYTES // 1_000_000,
    )  # fmt: skip


def _side(request: Request[Any, Any, Any]) -> Side:
    return Side.CURATOR if request.url.path.startswith(PATHS[Side.CURATOR]) else Side.STARTUP


def _label(fault: FieldError) -> str:
    key = column_at(fault.path)
    return i18n.translate(COLUMNS[key].label) if key in COLUMNS else fault.path


HANDLERS = [import_page, take, result, save, report, my_sheets, template]
