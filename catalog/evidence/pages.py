"""Pages: a startup proves its claims, a town answers a link, a curator judges, and everybody reads the references."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from catalog.evidence import asking, attaching, confirming, deciding, linking, queries
from catalog.evidence.api import ACCEPTED, count_question, document_of
from catalog.evidence.durations import duration_of
from catalog.evidence.forms import AskForm, ContractForm, DocumentForm
from catalog.evidence.levels import KIND_NAMES, LEVEL_NAMES, LEVEL_OF, WHY_NAMES, Kind
from catalog.evidence.lifecycle import REQUEST_STATE_NAMES, STATE_NAMES, RequestState, who
from catalog.evidence.mapping import map_of
from catalog.evidence.models import ANSWER_NAMES
from catalog.evidence.provable import REFERENCE, kinds_of
from catalog.evidence.reading import NotSaid
from catalog.evidence.references import all_references, count_references, departments_with_references, spots
from catalog.evidence.schemas import AnswerIn, Refusal, ReviewLinkIn
from catalog.evidence.showing import said_of
from catalog.solutions import queries as sheets
from catalog.solutions.lifecycle import SolutionState
from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import NotFound
from marketplace.files import accepting
from marketplace.ids import SolutionId
from marketplace.interests.declaring import firms_of
from marketplace.joining.api import count_link
from marketplace.web import i18n
from marketplace.web.creating import creating
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.pages import page, redirect, unit_name
from marketplace.web.pagination import Pages
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

Typed = Annotated[str, QueryParameter(max_length=60)]
PER_PAGE = 50


@get("/espace-entreprise/fiches/{solution_id:uuid}/preuves")
async def proofs_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID]
) -> Response[str]:
    sheet = await sheets.by_id(reads, SolutionId(solution_id), by)
    claims, deliveries = [], []
    if sheet.state is SolutionState.PUBLISHED:
        today = clock.paris_day(await clock.now(reads))
        claims = await queries.claims_of(reads, sheet, today)
        deliveries = (await queries.sheet_proofs(reads, sheet.id, today)).deliveries
    return page(
        request, "evidence/proofs.html", sheet=sheet, claims=claims, deliveries=deliveries, said=await said_of(reads, sheet, i18n.language.get()),
        kinds={claim.path: queries.counts_as(kinds_of(claim.path)) for claim in claims}, kind_names=KIND_NAMES, levels=LEVEL_OF,
        request_state=RequestState.SENT,
    )  # fmt: skip


@get("/espace-entreprise/fiches/{solution_id:uuid}/preuves/{path:str}")
async def proof_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, solution_id: FromPath[UUID], path: FromPath[str]
) -> Response[str]:
    return await _claim(request, reads, by, solution_id, path, Form())


@post(
    "/espace-entreprise/fiches/{solution_id:uuid}/preuves/{path:str}/document",
    status_code=303,
    request_max_body_size=UPLOAD_LIMIT,
)
@creating
async def attach(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID], path: FromPath[str]
) -> Response[Any]:
    form = await Form.read(request, DocumentForm)
    file = await accepting.offered(request, (await request.form()).get("file"), allowed=ACCEPTED)
    if form.failed:
        form.errors |= Form(faults=attaching.file_faults(file)).errors
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await attaching.attach(
                session, request.app.state.settings.files_dir, SolutionId(solution_id), path, file=file, title=typed.title,
                dated_on=typed.dated_on, expires_on=typed.expires_on, by=by, now=await clock.now(session),
            )  # fmt: skip
    if form.failed:
        return await _claim(request, session, by, solution_id, path, form)
    return redirect(_page_of(solution_id, path), N_("Le document est reçu : un relecteur le vérifie, puis il comptera."))  # fmt: skip


@post("/espace-entreprise/fiches/{solution_id:uuid}/preuves/{path:str}/demande", status_code=303)
@creating
async def ask(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID], path: FromPath[str]
) -> Response[Any]:
    form = await Form.read(request, AskForm)
    await count_question(request, by)
    async with form.attempt(session):
        if not form.failed:
            await asking.ask(
                session, SolutionId(solution_id), _reference(path), form.value().email, by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        return await _claim(request, session, by, solution_id, path, form)
    return redirect(_page_of(solution_id, path), N_("La ville reçoit un courriel avec un lien qui sert une fois, pendant trente jours."))  # fmt: skip


@post(
    "/espace-entreprise/fiches/{solution_id:uuid}/preuves/{path:str}/demande/{request_id:uuid}/{act:str}",
    status_code=303,
)
async def move_request(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID], path: FromPath[str],
    request_id: FromPath[UUID], act: FromPath[str],
) -> Response[Any]:  # fmt: skip
    form: Form[Any] = Form()
    now = await clock.now(session)
    if act not in {"renvoi", "annulation"}:
        raise NotFound
    async with form.attempt(session):
        if act == "renvoi":
            await count_question(request, by)
            await asking.resend(session, SolutionId(solution_id), request_id, by=by, now=now)
        else:
            await asking.cancel(session, SolutionId(solution_id), request_id, by=by, now=now)
    if form.failed:
        return await _claim(request, session, by, solution_id, path, form)
    return redirect(
        _page_of(solution_id, path),
        N_("La demande est renvoyée ; le lien précédent ne vaut plus.") if act == "renvoi" else N_("La demande est annulée ; son lien ne vaut plus."),
    )  # fmt: skip


@post("/espace-entreprise/fiches/{solution_id:uuid}/preuves/{path:str}/marche", status_code=303)
@creating
async def link(
    request: Request[Any, Any, Any], session: Writes, by: By, solution_id: FromPath[UUID], path: FromPath[str]
) -> Response[Any]:
    form = await Form.read(request, ContractForm)
    async with form.attempt(session):
        if not form.failed:
            await linking.link(
                session, SolutionId(solution_id), _reference(path), form.value().contract_id, by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        return await _claim(request, session, by, solution_id, path, form)
    return redirect(_page_of(solution_id, path), N_("Le marché est lié à cette référence."))


@post("/espace-entreprise/preuves/{evidence_id:uuid}/retrait", status_code=303)
async def withdraw(session: Writes, by: By, evidence_id: FromPath[UUID]) -> Redirect:
    done = await attaching.withdraw(session, evidence_id, by=by, now=await clock.now(session))
    return redirect(f"/espace-entreprise/fiches/{done.solution_id}/preuves", N_("La preuve est retirée."))


@get("/references/confirmer/{token:str}")
async def confirm_page(request: Request[Any, Any, Any], reads: Reads, token: FromPath[str]) -> Response[str]:
    asked = await confirming.look(reads, request.app.state.secret, token)
    return _confirm(request, asked, token, Form())


@post("/references/confirmer/{token:str}", status_code=303)
async def confirm(request: Request[Any, Any, Any], session: Writes, token: FromPath[str]) -> Response[Any]:
    await count_link(request, token)
    form = await Form.read(request, AnswerIn)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await confirming.answer(
                session, request.app.state.secret, token, given=typed.answer, said=typed.said, name=typed.name, role=typed.role
            )  # fmt: skip
    if form.failed:
        asked = await confirming.look(session, request.app.state.secret, token)
        return _confirm(request, asked, token, form)
    return redirect(
        "/references", N_("Merci : votre réponse est enregistrée. Vous pouvez fermer cette page.")
    )


@get("/relecture/preuves")
async def queue(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    by.require_role(Role.CURATOR)
    return await _queue(request, reads, by, Form(), None)


@post("/relecture/preuves/marches", status_code=303)
@creating
async def review_link(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    by.require_role(Role.CURATOR)
    form = await Form.read(request, ReviewLinkIn)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await linking.link_as_curator(
                session, SolutionId(typed.solution_id), typed.reference_id, typed.contract_id, by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        return await _queue(request, session, by, form, None)
    return redirect("/relecture/preuves", N_("Le marché est lié à cette référence."))


@post("/relecture/preuves/{evidence_id:uuid}/acceptation", status_code=303)
async def accept(
    request: Request[Any, Any, Any], session: Writes, by: By, evidence_id: FromPath[UUID]
) -> Response[Any]:
    form: Form[Any] = Form()
    async with form.attempt(session):
        await deciding.accept(session, evidence_id, by=by, now=await clock.now(session))
    if form.failed:
        return await _queue(request, session, by, form, evidence_id)
    return redirect("/relecture/preuves", N_("La preuve compte désormais, et l’entreprise en est avertie."))


@post("/relecture/preuves/{evidence_id:uuid}/refus", status_code=303)
async def refuse(
    request: Request[Any, Any, Any], session: Writes, by: By, evidence_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, Refusal)
    async with form.attempt(session):
        if not form.failed:
            await deciding.refuse(
                session, evidence_id, form.value().reason, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _queue(request, session, by, form, evidence_id)
    return redirect("/relecture/preuves", N_("La preuve est refusée, et l’entreprise en lit la raison."))


@get("/relecture/preuves/{evidence_id:uuid}/fichier")
async def document(
    request: Request[Any, Any, Any], reads: Reads, by: By, evidence_id: FromPath[UUID]
) -> Response[bytes]:
    return await document_of(request, reads, by, evidence_id)


@get("/references")
async def references_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    domaine: Typed = "",
    departement: Typed = "",
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=10_000)] = 1,
) -> Response[str]:
    today = clock.paris_day(await clock.now(reads))
    chosen = {"domain": domaine, "department": departement}
    pages = Pages(page_number, PER_PAGE, await count_references(reads, **chosen))
    placed = await all_references(reads, today, **chosen, limit=PER_PAGE, offset=pages.offset)
    return page(
        request, "evidence/all_references.html", placed=placed, total=pages.total, pages=pages,
        map=await map_of(reads, await spots(reads, today, **chosen)), domaine=domaine, departement=departement,
        domains=[("", i18n.translate(N_("Tous les domaines")))] + [(d.id, d.label(i18n.language.get())) for d in domains().values()],
        departments=[("", i18n.translate(N_("Tous les départements")))]
        + [(code, f"{code} {name}") for code, name in await departments_with_references(reads)],
    )  # fmt: skip


@get(both("/references"))
async def references_export(
    request: Request[Any, Any, Any], reads: Reads, domaine: Typed = "", departement: Typed = ""
) -> Response[bytes]:
    today = clock.paris_day(await clock.now(reads))
    header = [
        N_("Collectivité"), N_("Code INSEE"), N_("SIREN"), N_("Département"), N_("Population"), N_("Solution"), N_("Entreprise"),
        N_("Domaines"), N_("Depuis"), N_("Jusqu’à"), N_("Quantité"), N_("Unité"), N_("Périmètre"), N_("Indicateurs"), N_("Niveau de preuve"),
        N_("Preuve du"), N_("Compte jusqu’au"), N_("Fiche fictive"),
    ]  # fmt: skip
    rows = [
        [
            one.reference.town_name, one.reference.insee or "", one.reference.siren or "", one.place.department or "", one.place.population,
            one.solution_name, one.supplier_name, ", ".join(one.domains), one.reference.started_on, one.reference.ended_on,
            one.reference.quantity, unit_name(one.reference.unit, one.reference.quantity or 1), one.reference.scope,
            " ; ".join(f"{row['name']} : {row.get('before', '?')} → {row['after']} {row['unit']}" for row in one.reference.indicators),
            i18n.translate(LEVEL_NAMES[one.proof.level]), one.proof.dated_on, one.proof.expires_on,
            i18n.translate(N_("oui") if one.fictional else N_("non")),
        ]
        for one in await all_references(reads, today, domain=domaine, department=departement)
    ]  # fmt: skip
    return table_file(request, "references", header, rows)


async def _claim(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, solution_id: UUID, path: str, form: Form[Any]
) -> Response[str]:  # fmt: skip
    if not kinds_of(path):
        raise NotFound
    sheet = await sheets.by_id(reads, SolutionId(solution_id), by)
    if sheet.state is not SolutionState.PUBLISHED:
        raise NotSaid
    today = clock.paris_day(await clock.now(reads))
    claim = next((c for c in await queries.claims_of(reads, sheet, today) if c.path == path), None)
    if claim is None:
        raise NotFound
    matches = await linking.matches(reads, solution_ids=[sheet.id]) if Kind.CONTRACT in kinds_of(path) else []
    linked = {piece.contract_id for piece in claim.pieces if claim.whys[piece.id] in {"counts", "waiting"}}
    return page(
        request, "evidence/proof.html", status=422 if form.failed else 200, form=form, sheet=sheet, claim=claim, path=path,
        said=(await said_of(reads, sheet, i18n.language.get()))[path], kinds=queries.counts_as(kinds_of(path)),
        durations={kind: duration_of(kind, path, today) for kind in kinds_of(path)}, kind_names=KIND_NAMES, why_names=WHY_NAMES,
        answers=ANSWER_NAMES, request_states=REQUEST_STATE_NAMES, now=await clock.now(reads),
        matches=[match for match in matches if path == f"{REFERENCE}{match.reference.id}" and match.contract.id not in linked],
        mine="startup" in who(sheet.startup_id, by), scans=request.app.state.antivirus is not None,
    )  # fmt: skip


async def _queue(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, form: Form[Any], wrong: UUID | None
) -> Response[str]:  # fmt: skip
    by.require_role(Role.CURATOR)
    waiting = await queries.waiting(reads)
    said = {}
    for row in waiting:
        if row.solution_id not in said:
            said[row.solution_id] = await said_of(reads, row.solution, i18n.language.get())
    return page(
        request, "evidence/queue.html", status=422 if form.failed else 200, form=form, wrong=wrong, waiting=waiting, said=said,
        contradicted=await queries.contradicted(reads), matches=await linking.unlinked(reads), kind_names=KIND_NAMES, states=STATE_NAMES, answers=ANSWER_NAMES,
        recused=await firms_of(reads, by), now=await clock.now(reads),
    )  # fmt: skip


def _confirm(
    request: Request[Any, Any, Any], asked: confirming.Asked, token: str, form: Form[Any]
) -> Response[str]:
    return page(
        request, "evidence/confirm.html", status=422 if form.failed else 200, form=form, asked=asked, token=token,
        answers=[(answer.value, i18n.translate(name)) for answer, name in ANSWER_NAMES.items()],
    )  # fmt: skip


def _reference(path: str) -> UUID:
    try:
        return UUID(path.removeprefix(REFERENCE))
    except ValueError:
        raise NotFound from None


def _page_of(solution_id: UUID, path: str) -> str:
    return f"/espace-entreprise/fiches/{solution_id}/preuves/{path}"


HANDLERS = [
    proofs_page, proof_page, attach, ask, move_request, link, withdraw, confirm_page, confirm, queue, review_link, accept, refuse, document,
    references_page, references_export,
]  # fmt: skip
