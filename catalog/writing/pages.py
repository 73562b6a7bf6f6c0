"""Pages: a startup begins a sheet, sees where it is, checks its answers, sends it, takes it back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.solutions import drafting, fields, queries, wording
from catalog.solutions.content import SheetDraft
from catalog.solutions.fields import STEP_NAMES
from catalog.solutions.lifecycle import REVISION, REVISION_STATE_NAMES, STATE_NAMES, WAITING, who
from catalog.solutions.schemas import state_of
from catalog.taxonomy import domains
from catalog.writing import saving
from catalog.writing.forms import NewForm
from catalog.writing.saving import STATE_SENTENCES, STEPS, Written
from catalog.writing.step_pages import HOME
from marketplace import clock
from marketplace.actor import OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid
from marketplace.ids import SolutionId
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.forms import Form, sent_of
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_


@get(f"{HOME}/nouvelle")
async def new_sheet_page(request: Request[Any, Any, Any], by: By) -> Response[str]:
    by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    return _new(request, Form())


@post(f"{HOME}/nouvelle", status_code=303)
@creating
async def draft(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    form = Form.bind(await sent_of(request), NewForm, names=lambda path: path.partition("[")[0])
    made = None
    async with form.attempt(session):
        if not form.failed:
            content = SheetDraft.model_validate(form.value().model_dump())
            made = await drafting.draft(session, content, by=by, now=await clock.now(session))
    if made is None:
        return _new(request, form)
    return redirect(f"{HOME}/{made.id}", N_("La fiche est commencée. Chaque étape s’enregistre à part : arrêtez-vous quand vous voulez."))  # fmt: skip


@get(f"{HOME}/{{solution_id:uuid}}")
async def sheet_home(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    written = await saving.read(reads, SolutionId(solution_id), by)
    sheet, state = written.sheet, state_of(written.sheet)
    roles = who(sheet.startup_id, by)
    revision = sheet.open_revision
    waiting = revision.state.value if revision and revision.state in WAITING else state
    return page(
        request, "writing/home.html", sheet=sheet, written=written, state=state, names=STATE_NAMES | REVISION_STATE_NAMES,
        sentence=STATE_SENTENCES[waiting], revising=sheet.published_at is not None and revision is not None,
        steps=written.steps(), step_names=STEP_NAMES, tasks=written.tasks, next_step=written.next_step(),
        allowed=REVISION.allowed(revision.state, roles) if revision else [], remarks={step: len(written.remarks(step)) for step in STEPS},
        history=[(one, saving.labels(one.changed)) for one in await saving.accepted(reads, sheet)],
    )  # fmt: skip


@get(f"{HOME}/{{solution_id:uuid}}/verification")
async def check_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    written = await saving.read(reads, SolutionId(solution_id), by)
    return await _check(request, reads, written, await _missing(reads, written))


@post(f"{HOME}/{{solution_id:uuid}}/envoi", status_code=303)
async def submit(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID]
) -> Response[Any]:
    """A refusal shows the answers again, with each place to mend."""
    refused: Invalid | None = None
    savepoint = await session.begin_nested()
    try:
        await drafting.submit(session, SolutionId(solution_id), by=by, now=await clock.now(session))
        await savepoint.commit()
    except Invalid as refusal:
        await savepoint.rollback()
        refused = refusal
    if refused is not None:
        written = await saving.read(session, SolutionId(solution_id), by)
        return await _check(request, session, written, list(refused.fields), status=422)
    return redirect(f"{HOME}/{solution_id}", N_("La fiche est envoyée en relecture."))


@post(f"{HOME}/{{solution_id:uuid}}/reprise", status_code=303)
async def take_back(session: Writes, by: By, solution_id: FromPath[UUID]) -> Redirect:
    await drafting.take_back(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return redirect(f"{HOME}/{solution_id}", N_("Vous avez repris la fiche : elle peut de nouveau changer."))


@post(f"{HOME}/{{solution_id:uuid}}/abandon", status_code=303)
async def withdraw(session: Writes, by: By, solution_id: FromPath[UUID]) -> Redirect:
    await drafting.withdraw(session, SolutionId(solution_id), by=by, now=await clock.now(session))
    return redirect(f"{HOME}/{solution_id}", N_("Le brouillon est abandonné."))


def _new(request: Request[Any, Any, Any], form: Form[Any]) -> Response[str]:
    language = i18n.language.get()
    return page(
        request, "writing/new.html", status=422 if form.failed else 200, form=form,
        domains=[(d.id, d.label(language)) for d in domains().values()],
    )  # fmt: skip


async def _missing(reads: ReadSession | Session, written: Written) -> list[FieldError]:
    """What prevents submission."""
    try:
        await drafting.complete_content(reads, written.content, await clock.now(reads))
    except Invalid as refusal:
        return list(refusal.fields)
    return []


async def _check(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    written: Written,
    faults: list[FieldError],
    *,
    status: int = 200,
) -> Response[str]:
    language = i18n.language.get()
    content = written.content
    towns = await saving.town_names(reads, content)
    said = fields.flatten(content)
    groups = []
    for step in STEPS:
        rows = [
            (wording.label(path, language, said.get(path), towns), wording.words(path, said.get(path), language, towns), path in said)
            for path in _paths(step, content)
        ]  # fmt: skip
        groups.append((step, rows))
    published = await queries.last_accepted(reads, written.id) if written.sheet.published_at else None
    changes = []
    if published is not None and written.sheet.open_revision is not None:
        before_towns = towns | await saving.town_names(reads, published.content)
        changes = [
            (
                wording.label(one.path, language, one.after or one.before, before_towns),
                wording.words(one.path, one.before, language, before_towns),
                wording.words(one.path, one.after, language, before_towns),
            )
            for one in fields.differences(published.content, content)
        ]
    return page(
        request, "writing/check.html", status=status, sheet=written.sheet, written=written, groups=groups, step_names=STEP_NAMES,
        faults=[(saving.step_of(fault.path), i18n.say(fault), _label(fault.path)) for fault in faults],
        refused=status == 422, changes=changes, published=published is not None,
    )  # fmt: skip


def _paths(step: fields.Step, content: dict[str, Any]) -> list[str]:
    """What a step asks, each reference for itself."""
    found = [path for path, field in fields.FIELDS.items() if field.step is step]
    if step is fields.Step.REFERENCES and content.get("references"):
        return [f"references.{reference['id']}" for reference in content["references"]]
    return found


def _label(path: str) -> str:
    names = saving.labels([saving.known(path)])
    return names[0] if names else ""


HANDLERS = [new_sheet_page, draft, sheet_home, check_page, submit, take_back, withdraw]
