"""Pages for curators: the queue with its figures, and one sheet under review with its checklist, differences and decisions."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from pydantic import BaseModel

from catalog.curation import commenting, deciding, queries, ticking
from catalog.curation.checklist import sentences
from catalog.curation.diffing import by_step
from catalog.curation.forms import (
    AcceptForm,
    ChangesForm,
    CommentForm,
    ResolutionForm,
    SheetForm,
    TakeForm,
    TicksForm,
)
from catalog.curation.models import ANSWER_NAMES, VERDICT_NAMES
from catalog.curation.queries import WHICH_NAMES, Filters, Which, queue
from catalog.curation.reading import Review, review
from catalog.curation.ticking import Given
from catalog.curation.working_days import TARGET
from catalog.solutions import wording
from catalog.solutions.fields import differences, flatten
from catalog.solutions.lifecycle import REVISION_STATE_NAMES, STATE_NAMES
from catalog.solutions.remarks import unresolved
from catalog.solutions.schemas import state_of
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, NotFound
from marketplace.ids import SolutionId
from marketplace.web import i18n
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.pagination import Pages
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

PER_PAGE = 50
HEADER = [
    N_("Fiche"), N_("Entreprise"), N_("Domaines"), N_("Nature"), N_("État"), N_("Envoyée le"), N_("Jours ouvrés"), N_("Réponse due le"),
    N_("En retard"), N_("Relue par"), N_("Adresse"),
]  # fmt: skip
Typed = Annotated[str, QueryParameter(max_length=60)]
Number = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
Asks = Request[Any, Any, Any]


@get("/relecture")
async def queue_page(
    request: Asks, reads: Reads, by: By, nature: Typed = "", miennes: Typed = "", retard: Typed = "", domaine: Typed = "",
    page_number: Number = 1,
) -> Response[str]:  # fmt: skip
    by.require_role(Role.CURATOR)
    now, asked = await clock.now(reads), _filters(nature, miennes, retard, domaine)
    found, everything = await queue(reads, by, now, asked), await queue(reads, by, now)
    pages = Pages(page_number, PER_PAGE, len(found))
    return page(
        request, "curation/queue.html", rows=found[pages.offset : pages.offset + PER_PAGE], pages=pages, total=len(everything),
        late=sum(row.late for row in everything), filtered=asked != Filters(), query=request.url.query, domains=domains(),
        measured=await queries.measured(reads, now), target=TARGET, which_names=WHICH_NAMES, states=REVISION_STATE_NAMES,
        which_options=[(which.value, i18n.translate(name)) for which, name in WHICH_NAMES.items()],
        domain_options=[(key, domain.label(i18n.language.get())) for key, domain in domains().items()],
        form=Form({"nature": nature, "miennes": miennes, "retard": retard, "domaine": domaine}),
    )  # fmt: skip


@get(both("/relecture"))
async def export_queue(
    request: Asks, reads: Reads, by: By, nature: Typed = "", miennes: Typed = "", retard: Typed = "", domaine: Typed = ""
) -> Response[bytes]:  # fmt: skip
    by.require_role(Role.CURATOR)
    found = await queue(reads, by, await clock.now(reads), _filters(nature, miennes, retard, domaine))
    yes, no = i18n.translate(N_("oui")), i18n.translate(N_("non"))
    said = i18n.language.get()
    rows = [
        [
            row.revision.content["name"], row.sheet.supplier_name,
            ", ".join(wording.words("domains", row.revision.content["domains"], said)) if row.revision.content.get("domains") else "",
            i18n.translate(WHICH_NAMES[row.which]), i18n.translate(REVISION_STATE_NAMES[row.revision.state]), row.revision.submitted_at,
            row.age, row.due_on, yes if row.late else no, row.reader, f"/relecture/{row.sheet.id}",
        ]
        for row in found
    ]  # fmt: skip
    return table_file(request, "relecture", HEADER, rows)


@get("/relecture/{solution_id:uuid}")
async def review_page(request: Asks, reads: Reads, by: By, solution_id: FromPath[UUID]) -> Response[str]:
    by.require_role(Role.CURATOR)
    return await _review(request, reads, by, solution_id)


@post("/relecture/{solution_id:uuid}/prise", status_code=303)
async def take(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> Response[Any]:
    async def act(form: Form[TakeForm], now: datetime) -> None:
        version = form.value().version
        await deciding.take(session, SolutionId(solution_id), by=by, now=now, version=version)

    return await _sent(request, session, by, solution_id, "take", TakeForm, act, N_("Vous relisez cette fiche."))  # fmt: skip


@post("/relecture/{solution_id:uuid}/remise", status_code=303)
async def release(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> Response[Any]:
    async def act(form: Form[TakeForm], now: datetime) -> None:
        version = form.value().version
        await deciding.release(session, SolutionId(solution_id), by=by, now=now, version=version)

    return await _sent(request, session, by, solution_id, "take", TakeForm, act, N_("La fiche est de nouveau dans la file."))  # fmt: skip


@post("/relecture/{solution_id:uuid}/controle", status_code=303)
async def tick(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> Response[Any]:
    async def act(form: Form[TicksForm], now: datetime) -> None:
        rows = form.value().answers
        given = [Given(row.item, row.answer, row.note, row.version) for row in rows if row.answer is not None]
        answered = [i for i, row in enumerate(rows) if row.answer is not None]
        try:
            await ticking.answer(
                session, SolutionId(solution_id), given, by=by, now=now, version=form.value().version
            )
        except Invalid as refusal:  # said at the row of the form, among those that were left open
            raise Invalid([_at_row(fault, answered) for fault in refusal.fields]) from None

    return await _sent(
        request, session, by, solution_id, "ticks", TicksForm, act, N_("Vos réponses sont enregistrées."), anchor="#controle"
    )  # fmt: skip


@post("/relecture/{solution_id:uuid}/publication", status_code=303)
async def publish(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> Response[Any]:
    async def act(form: Form[AcceptForm], now: datetime) -> None:
        given = form.value()
        await deciding.accept(
            session, SolutionId(solution_id), by=by, now=now, only=given.fields, reason=given.motive or "", version=given.version
        )  # fmt: skip

    return await _sent(
        request, session, by, solution_id, "accept", AcceptForm, act,
        N_("La décision est enregistrée, et l’entreprise en est avertie."), to="/relecture", names={"reason": "motive"},
    )  # fmt: skip


@post("/relecture/{solution_id:uuid}/renvoi", status_code=303)
async def request_changes(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]
) -> Response[Any]:
    async def act(form: Form[ChangesForm], now: datetime) -> None:
        given = form.value()
        await deciding.request_changes(
            session, SolutionId(solution_id), given.reason, of=given.of, by=by, now=now, version=given.version
        )

    return await _sent(
        request, session, by, solution_id, "changes", ChangesForm, act,
        N_("La décision est enregistrée, et l’entreprise en est avertie."), to="/relecture", names={"fields": "of"},
    )  # fmt: skip


@post("/relecture/{solution_id:uuid}/{act:str}", status_code=303)
async def decide(
    request: Asks, session: Writes, by: By, solution_id: FromPath[UUID], act: FromPath[str]
) -> Response[Any]:
    verbs = {
        "suspension": deciding.suspend,
        "retour-en-ligne": deciding.reinstate,
        "archivage": deciding.archive,
    }
    if act not in verbs:
        raise NotFound

    async def decided(form: Form[SheetForm], now: datetime) -> None:
        given = form.value()
        await verbs[act](session, SolutionId(solution_id), given.cause, by=by, now=now, version=given.version)

    return await _sent(
        request, session, by, solution_id, "sheet", SheetForm, decided,
        N_("La décision est enregistrée, et l’entreprise en est avertie."), to="/relecture",
    )  # fmt: skip


@post("/relecture/{solution_id:uuid}/commentaires", status_code=303)
async def comment(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> Response[Any]:
    async def act(form: Form[CommentForm], now: datetime) -> None:
        given = form.value()
        await commenting.comment(session, SolutionId(solution_id), given.path, given.text, by=by, now=now)

    return await _sent(
        request, session, by, solution_id, "comment", CommentForm, act, N_("Le commentaire est envoyé à l’entreprise."), anchor="#champs"
    )  # fmt: skip


@post("/relecture/{solution_id:uuid}/commentaires/{remark_id:uuid}/retrait", status_code=303)
async def withdraw_comment(
    session: Writes, by: By, solution_id: FromPath[UUID], remark_id: FromPath[UUID]
) -> Redirect:
    by.require_role(Role.CURATOR)
    now = await clock.now(session)
    await commenting.withdraw(session, SolutionId(solution_id), remark_id, by=by, now=now)
    return redirect(f"/relecture/{solution_id}#champs", N_("Le commentaire est retiré."))


@post("/relecture/{solution_id:uuid}/resolution", status_code=303)
async def resolve(request: Asks, session: Writes, by: By, solution_id: FromPath[UUID]) -> Response[Any]:
    async def act(form: Form[ResolutionForm], now: datetime) -> None:
        given = form.value()
        await commenting.resolve(
            session, SolutionId(solution_id), given.path, resolved=given.resolved, by=by, now=now
        )

    return await _sent(
        request, session, by, solution_id, "comment", ResolutionForm, act, N_("C’est noté."), anchor="#champs"
    )  # fmt: skip


async def _sent(
    request: Asks,
    session: Session,
    by: Actor,
    solution_id: UUID,
    which: str,
    model: type[BaseModel],
    act: Callable[[Form[Any], datetime], Awaitable[None]],
    said: str,
    *,
    to: str = "",
    anchor: str = "",
    names: dict[str, str] | None = None,
) -> Response[Any]:
    """One form of the page: done, or shown again with what was typed; 412 when somebody was quicker."""
    form: Form[Any] = await Form.read(request, model)
    now = await clock.now(session)
    async with form.attempt(session, names=names):
        if not form.failed:
            await act(form, now)
    if form.failed:
        return await _review(request, session, by, solution_id, status=form.status, **{which: form})
    return redirect(f"{to or f'/relecture/{solution_id}'}{anchor}", said)


async def _review(
    request: Asks, reads: ReadSession | Session, by: Actor, solution_id: UUID, *, status: int = 200, **sent: Form[Any]
) -> Response[str]:  # fmt: skip
    now = await clock.now(reads)
    found = await review(reads, SolutionId(solution_id), by, now)
    language = i18n.language.get()
    forms = {name: sent.get(name) or Form({}) for name in ("take", "accept", "changes", "sheet", "comment")}
    ticks = sent.get("ticks") or Form(_ticked(found))
    labels = _labels(found)
    failed = next((form for form in sent.values() if form.failed), Form({}))
    return page(
        request, "curation/review.html", status=status, form=failed, forms=forms, ticks=ticks, found=found, sheet=found.sheet,
        revision=found.revision, waiting=found.waiting, steps=by_step(found.before, found.after, language, found.towns),
        labels=labels, now=now, target=TARGET, domains=domains(),
        states=REVISION_STATE_NAMES | STATE_NAMES, state=state_of(found.sheet), answers=ANSWER_NAMES, verdicts=VERDICT_NAMES,
        sentences=sentences, open_comments=unresolved(found.comments), which_names=WHICH_NAMES,
        taken=_ticked_fields(forms["accept"]),
        change_options=[(path, labels[path]) for path in flatten(found.after)],
    )  # fmt: skip


def _ticked(found: Review) -> dict[str, Any]:
    """The checklist's form as it stands."""
    typed: dict[str, Any] = {}
    for i, one in enumerate(found.checklist):
        typed |= {
            f"answers-{i}-item": one.item.key,
            f"answers-{i}-version": one.tick.version if one.tick else 0,
        }
        if one.tick and not one.outdated:  # what changed since is looked at again
            typed |= {f"answers-{i}-answer": one.tick.answer.value, f"answers-{i}-note": one.tick.note or ""}
    return typed


def _ticked_fields(form: Form[Any]) -> list[str] | None:
    """The boxes that were ticked when the form was sent; None before: all of them are."""
    if not form.raw:
        return None
    sent = form.raw.get("fields", [])
    return [sent] if isinstance(sent, str) else list(sent)


def _labels(found: Review) -> dict[str, str]:
    """What every field that a comment or a decision names is called."""
    told = {path for made in found.decisions for path in (*made.fields, *made.returned)} | set(found.comments)
    told |= {difference.path for difference in differences(found.before, found.after)} | set(
        flatten(found.after)
    )
    references = {f"references.{row['id']}": row for content in (found.before, found.after) for row in content.get("references", [])}  # fmt: skip
    return {
        path: wording.label(path, i18n.language.get(), references.get(path), found.towns) for path in told
    }


def _at_row(fault: FieldError, rows: list[int]) -> FieldError:
    head, _, rest = fault.path.partition("]")
    number = head.removeprefix("answers[")
    if not number.isdigit():
        return fault
    return FieldError(f"answers[{rows[int(number)]}]{rest}", fault.sentence, fault.code, fault.facts)


def _filters(which: str, mine: str, late: str, domain: str) -> Filters:
    """What the address asks for; what means nothing asks for nothing."""
    return Filters(
        which=Which(which) if which in set(Which) else None, mine=mine == "1", late=late == "1",
        domain=domain if domain in domains() else None,
    )  # fmt: skip


HANDLERS = [
    queue_page, export_queue, review_page, take, release, tick, publish, request_changes, decide, comment, withdraw_comment, resolve,
]  # fmt: skip
