"""Pages: the files of a sheet, sent, described, put in order and taken out."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from catalog.solutions.fields import Step
from catalog.solutions.sheet_files import described
from catalog.writing import attaching, forms, saving
from catalog.writing.attaching import Said
from catalog.writing.saving import Written
from catalog.writing.step_pages import HOME, attachments, frame, kinds
from marketplace import clock
from marketplace.actor import OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.files import accepting
from marketplace.ids import SolutionId
from marketplace.web.forms import Form, sent_of
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

ADDRESS = f"{HOME}/{{solution_id:uuid}}/pieces"


@post(ADDRESS, status_code=303, request_max_body_size=UPLOAD_LIMIT)
async def send_file(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID]
) -> Response[Any]:
    by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    await saving.read(session, SolutionId(solution_id), by)
    sent = await sent_of(request)
    form: Form[Any] = Form({name: values[-1] for name, values in sent.items()})
    version = saving.version_in(form)
    told = {name: text for name in ("kind", "title", "alt") if (text := str(form.get(name, "")).strip())}
    file = await accepting.offered(request, (await request.form()).get("file"), allowed=attaching.ANY)
    async with form.attempt(session, names=_place):
        said, kept = await attaching.prepared(told, file)
        await attaching.attach(
            session, SolutionId(solution_id), said, kept, version=version,
            folder=request.app.state.settings.files_dir, by=by, now=await clock.now(session),
        )  # fmt: skip
    if form.failed:
        written = await saving.read(session, SolutionId(solution_id), by)
        return await attachments(request, session, written, form)
    return redirect(_list(solution_id), N_("Le fichier est ajouté."))


@get(f"{ADDRESS}/{{file_id:uuid}}")
async def file_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    solution_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Response[str]:
    written = await saving.read(reads, SolutionId(solution_id), by)
    return await _show(request, reads, written, file_id, Form(_found(written.content, file_id)))


@post(f"{ADDRESS}/{{file_id:uuid}}", status_code=303)
async def describe_file(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Response[Any]:
    form = await Form.read(request, Said)

    def make(content: dict[str, Any]) -> dict[str, Any]:
        said = form.value().model_dump(mode="json", exclude_none=True) | {"file_id": str(file_id)}
        return _with(content, [said if _is(one, file_id) else one for one in _files(content, file_id)])

    await saving.save(
        form, session, SolutionId(solution_id), make, place=_place, by=by,
        now=await clock.now(session),
    )  # fmt: skip
    if form.failed:
        written = await saving.read(session, SolutionId(solution_id), by)
        return await _show(request, session, written, file_id, form)
    return redirect(_list(solution_id), N_("La description est enregistrée."))


@post(f"{ADDRESS}/{{file_id:uuid}}/monter", status_code=303)
async def raise_file(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Response[Any]:
    """Put a file before the one that precedes it."""

    def make(content: dict[str, Any]) -> dict[str, Any]:
        files = _files(content, file_id)
        at = next(i for i, one in enumerate(files) if _is(one, file_id))
        if at:
            files[at - 1], files[at] = files[at], files[at - 1]
        return _with(content, files)

    return await _changed(request, session, by, solution_id, make, N_("L’ordre est enregistré."))


@post(f"{ADDRESS}/{{file_id:uuid}}/retrait", status_code=303)
async def remove_file(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    solution_id: FromPath[UUID],
    file_id: FromPath[UUID],
) -> Response[Any]:
    def make(content: dict[str, Any]) -> dict[str, Any]:
        return _with(content, [one for one in _files(content, file_id) if not _is(one, file_id)])

    return await _changed(request, session, by, solution_id, make, N_("Le fichier est retiré."))


async def _changed(
    request: Request[Any, Any, Any], session: Session, by: Any, solution_id: UUID, make: Any, said: str
) -> Response[Any]:
    form: Form[Any] = Form({name: values[-1] for name, values in (await sent_of(request)).items()})
    await saving.save(
        form, session, SolutionId(solution_id), make, place=lambda _: "", by=by, now=await clock.now(session)
    )
    if form.failed:
        written = await saving.read(session, SolutionId(solution_id), by)
        return await attachments(request, session, written, form)
    return redirect(_list(solution_id), said)


def _place(path: str) -> str:
    """The field of the form for `attachments[2].alt`, or for what was said of a file that is sent."""
    last = path.rpartition(".")[2]
    return last if last in {"kind", "title", "alt", "file"} else ""


def _list(solution_id: UUID) -> str:
    return f"{HOME}/{solution_id}/{Step.ATTACHMENTS}"


def _is(said: dict[str, Any], file_id: UUID) -> bool:
    return bool(said["file_id"] == str(file_id))


def _files(content: dict[str, Any], file_id: UUID) -> list[dict[str, Any]]:
    """The files of a content, among which `file_id`. Raises `NotFound`."""
    _found(content, file_id)
    return list(content["attachments"])


def _found(content: dict[str, Any], file_id: UUID) -> dict[str, Any]:
    for said in content.get("attachments", []):
        if _is(said, file_id):
            return dict(said)
    raise NotFound


def _with(content: dict[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
    return forms.patched(content, {"attachments": files})


async def _show(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    written: Written,
    file_id: UUID,
    form: Form[Any],
) -> Response[str]:
    said = _found(written.content, file_id)
    known = await described(reads, [file_id], written.sheet.startup_id)
    return page(
        request, "writing/attachment.html", status=form.status, **frame(written, Step.ATTACHMENTS, form),
        said=said, file=known.get(file_id), kinds=kinds(),
    )  # fmt: skip


HANDLERS = [send_file, file_page, describe_file, raise_file, remove_file]
