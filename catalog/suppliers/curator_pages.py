"""Pages: the documents that wait for a curator, one document and its decision, and the stakes of a startup."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from catalog.suppliers import api, candidature, queries, stakes, words
from catalog.suppliers.forms import StakeForm
from catalog.suppliers.pages import stake_form, typed_stake
from catalog.suppliers.schemas import Refusal
from marketplace import clock
from marketplace.actor import Actor, Role
from marketplace.db import ReadSession, Session
from marketplace.ids import OrganisationId
from marketplace.interests.declaring import firms_of
from marketplace.web.creating import creating
from marketplace.web.forms import Form
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

QUEUE = "/relecture/certificats"
STAKES = "/relecture/entreprises/{supplier_id:uuid}/capital"


@get(QUEUE)
async def queue(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    by.require_role(Role.CURATOR)
    today = clock.paris_day(await clock.now(reads))
    waiting = await queries.to_check(reads)
    return page(request, "suppliers/queue.html", certificates=waiting, today=today, **words.names())


@get(f"{QUEUE}/{{certificate_id:uuid}}")
async def review_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, certificate_id: FromPath[UUID]
) -> Response[str]:
    by.require_role(Role.CURATOR)
    return await _review(request, reads, by, certificate_id, Form())


@get(f"{QUEUE}/{{certificate_id:uuid}}/document")
async def document(
    request: Request[Any, Any, Any], reads: Reads, by: By, certificate_id: FromPath[UUID]
) -> Response[bytes]:
    by.require_role(Role.CURATOR)
    return await api.document(request, reads, certificate_id)


@post(f"{QUEUE}/{{certificate_id:uuid}}/acceptation", status_code=303)
async def accept(session: Writes, by: By, certificate_id: FromPath[UUID]) -> Redirect:
    await candidature.accept(session, certificate_id, by=by, now=await clock.now(session))
    return redirect(QUEUE, N_("Le document est accepté, et l’entreprise en est avertie."))


@post(f"{QUEUE}/{{certificate_id:uuid}}/refus", status_code=303)
async def refuse(
    request: Request[Any, Any, Any], session: Writes, by: By, certificate_id: FromPath[UUID]
) -> Response[Any]:
    by.require_role(Role.CURATOR)
    form = await Form.read(request, Refusal)
    async with form.attempt(session):
        if not form.failed:
            await candidature.refuse(
                session, certificate_id, form.value().reason, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _review(request, session, by, certificate_id, form)
    return redirect(QUEUE, N_("Le document est refusé, et l’entreprise en est avertie."))


@get(STAKES)
async def stakes_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, supplier_id: FromPath[UUID]
) -> Response[str]:
    by.require_role(Role.CURATOR)
    return await _stakes(request, reads, by, OrganisationId(supplier_id), Form())


@post(STAKES, status_code=303)
@creating
async def add_stake(
    request: Request[Any, Any, Any], session: Writes, by: By, supplier_id: FromPath[UUID]
) -> Response[Any]:
    by.require_role(Role.CURATOR)
    startup_id = OrganisationId(supplier_id)
    form = await Form.read(request, StakeForm)
    async with form.attempt(session):
        if not form.failed:
            await stakes.add(session, startup_id, form.value().stake(), by=by, now=await clock.now(session))
    if form.failed:
        return await _stakes(request, session, by, startup_id, form)
    return redirect(
        f"/relecture/entreprises/{startup_id}/capital",
        N_("La participation est ajoutée, et l’entreprise en est avertie."),
    )


@get(f"{STAKES}/{{stake_id:uuid}}")
async def stake_page(
    request: Request[Any, Any, Any],
    reads: Reads,
    by: By,
    supplier_id: FromPath[UUID],
    stake_id: FromPath[UUID],
) -> Response[str]:
    by.require_role(Role.CURATOR)
    stake = await queries.stake(reads, stake_id, OrganisationId(supplier_id))
    return stake_form(request, Form(typed_stake(stake)), stake, _address(supplier_id, stake_id), curates=True)


@post(f"{STAKES}/{{stake_id:uuid}}", status_code=303)
async def correct_stake(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    supplier_id: FromPath[UUID],
    stake_id: FromPath[UUID],
) -> Response[Any]:
    by.require_role(Role.CURATOR)
    stake = await queries.stake(session, stake_id, OrganisationId(supplier_id))
    form = await Form.read(request, StakeForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await stakes.correct(
                session, stake_id, typed.stake(), version=typed.version or 0, by=by, now=await clock.now(session)
            )  # fmt: skip
    if form.failed:
        return stake_form(request, form, stake, _address(supplier_id, stake_id), curates=True)
    return redirect(
        f"/relecture/entreprises/{supplier_id}/capital",
        N_("La participation est corrigée, et l’entreprise en est avertie."),
    )


def _address(supplier_id: UUID, stake_id: UUID) -> str:
    return f"/relecture/entreprises/{supplier_id}/capital/{stake_id}"


async def _review(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    certificate_id: UUID,
    form: Form[Any],
) -> Response[str]:
    certificate = await queries.certificate(reads, certificate_id)
    others = await queries.certificates(reads, certificate.startup_id)
    today = clock.paris_day(await clock.now(reads))
    return page(
        request, "suppliers/review.html", status=form.status, form=form, certificate=certificate, today=today,
        others=[one for one in others if one.kind is certificate.kind and one.id != certificate.id],
        recused=certificate.startup_id in await firms_of(reads, by), **words.names(),
    )  # fmt: skip


async def _stakes(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    startup_id: OrganisationId,
    form: Form[Any],
) -> Response[str]:
    return page(
        request, "suppliers/curated_stakes.html", status=form.status, form=form,
        organisation=await queries.startup(reads, startup_id), stakes=await queries.stakes(reads, startup_id),
        recused=startup_id in await firms_of(reads, by), **words.names(),
    )  # fmt: skip


HANDLERS = [queue, review_page, document, accept, refuse, stakes_page, add_stake, stake_page, correct_stake]
