"""Pages: publishing a consultation, a startup's offer, comparing and awarding, the buyer profile."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from catalog.taxonomy import domains
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import FieldError, Invalid, NotFound, wrong
from marketplace.files import accepting
from marketplace.files.kinds import Kind
from marketplace.ids import ConsultationId, PoolId
from marketplace.web.creating import creating
from marketplace.web.exports import both, table_file
from marketplace.web.forms import Form
from marketplace.web.limits import UPLOAD_LIMIT
from marketplace.web.pages import page, redirect
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.typed import typed_number
from marketplace.web.validation import from_pydantic
from marketplace.words import N_
from procurement.compass.compass import PROCEDURE_NAMES, PUBLICITY_NAMES
from procurement.pools import gauges
from procurement.pools import queries as pools
from procurement.pools.access import who
from procurement.pools.lifecycle import POOL
from procurement.quotes import awarding, buyer_profile, comparing, depositing, publishing, queries
from procurement.quotes.api import comparison_out, pack_answer
from procurement.quotes.forms import AwardForm, ConsultationForm, OfferForm, ReasonForm
from procurement.quotes.lifecycle import CONSULTATION_STATE_NAMES, QUOTE_STATE_NAMES
from procurement.quotes.schemas import ImportedOffers, Proposal

TIER_ROWS = 5


@get("/achats/{pool_id:uuid}/consultation")
async def publish_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _publish(request, reads, by, pool_id, Form())


@post("/achats/{pool_id:uuid}/consultation", status_code=303)
@creating
async def publish(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, ConsultationForm)
    channel = ""
    async with form.attempt(session):
        if not form.failed:
            made = await publishing.publish(
                session, PoolId(pool_id), form.value().consultation(), by=by, now=await clock.now(session)
            )
            channel = made.channel
    if form.failed:
        return await _publish(request, session, by, pool_id, form)
    if channel == "quotes":
        return redirect(
            f"/achats/{pool_id}",
            N_("La consultation est publiée : les entreprises du domaine sont invitées."),
        )
    return redirect(
        f"/achats/{pool_id}/profil-acheteur", N_("Le dossier est prêt pour votre profil d’acheteur.")
    )


@get("/consultations/{consultation_id:uuid}")
async def consultation_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, consultation_id: FromPath[UUID]
) -> Response[str]:
    by.require(OrganisationKind.STARTUP)
    return await _consultation(request, reads, by, consultation_id, Form())


@post("/consultations/{consultation_id:uuid}/offre", status_code=303)
@creating
async def deposit(
    request: Request[Any, Any, Any], session: Writes, by: By, consultation_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, OfferForm)
    async with form.attempt(session):
        if not form.failed:
            try:
                offer = form.value().offer()
            except ValidationError as error:
                raise Invalid(from_pydantic(error.errors())) from None
            await depositing.deposit(
                session, ConsultationId(consultation_id), offer, by=by, now=await clock.now(session)
            )
    if form.failed:
        return await _consultation(request, session, by, consultation_id, _flat(form))
    return redirect(f"/consultations/{consultation_id}", N_("Votre offre est scellée. Gardez le récépissé."))


@post("/consultations/{consultation_id:uuid}/retrait", status_code=303)
async def withdraw(session: Writes, by: By, consultation_id: FromPath[UUID]) -> Redirect:
    await depositing.withdraw(session, ConsultationId(consultation_id), by=by, now=await clock.now(session))
    return redirect(f"/consultations/{consultation_id}", N_("Votre offre est retirée."))


@post("/consultations/{consultation_id:uuid}/refus", status_code=303)
async def decline(
    request: Request[Any, Any, Any], session: Writes, by: By, consultation_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, ReasonForm)
    async with form.attempt(session):
        if not form.failed:
            await depositing.decline(
                session,
                ConsultationId(consultation_id),
                form.value().reason,
                by=by,
                now=await clock.now(session),
            )
    if form.failed:
        return await _consultation(request, session, by, consultation_id, form)
    return redirect("/espace-entreprise", N_("C’est noté : vous ne répondrez pas à cette consultation."))


@get("/achats/{pool_id:uuid}/offres")
async def compare_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _compare(request, reads, by, pool_id, Form())


@post("/achats/{pool_id:uuid}/notes", status_code=303)
async def score(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    typed = {name: str(value) for name, value in (await request.form()).items() if isinstance(value, str)}
    scores, faults = _scores(typed)
    form: Form[Any] = Form(typed, faults=faults)
    async with form.attempt(session):
        if not form.failed:
            given = typed.get("version", "")
            version = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
            await awarding.score(session, PoolId(pool_id), scores, version=version, by=by)
    if form.failed:
        form.errors = {_score_field(name): said for name, said in form.errors.items()}
        return await _compare(request, session, by, pool_id, form)
    return redirect(f"/achats/{pool_id}/offres", N_("Les notes sont enregistrées."))


@post("/achats/{pool_id:uuid}/attribution", status_code=303)
@creating
async def propose(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    form = await Form.read(request, AwardForm)
    async with form.attempt(session):
        if not form.failed:
            proposal = _proposal(form.value().reasons, await request.form())
            await awarding.propose(
                session,
                PoolId(pool_id),
                reasons=proposal.reasons,
                accepted=proposal.accepted,
                by=by,
                now=await clock.now(session),
            )
    if form.failed:
        return await _compare(request, session, by, pool_id, form)
    return redirect(
        f"/achats/{pool_id}/offres", N_("L’attribution est proposée. L’élu signataire la notifie.")
    )


@post("/achats/{pool_id:uuid}/notification", status_code=303)
async def notify(session: Writes, by: By, pool_id: FromPath[UUID]) -> Redirect:
    await awarding.notify(session, PoolId(pool_id), by=by, now=await clock.now(session))
    return redirect(f"/achats/{pool_id}", N_("L’attribution est notifiée : les commandes se préparent."))


@post("/achats/{pool_id:uuid}/retrait-attribution", status_code=303)
async def withdraw_proposal(session: Writes, by: By, pool_id: FromPath[UUID]) -> Redirect:
    await awarding.withdraw_proposal(session, PoolId(pool_id), by=by, now=await clock.now(session))
    return redirect(
        f"/achats/{pool_id}/offres", N_("La proposition est retirée : vous pouvez revoir les notes.")
    )


@post("/achats/{pool_id:uuid}/relance", status_code=303)
async def relaunch(session: Writes, by: By, pool_id: FromPath[UUID]) -> Redirect:
    await awarding.relaunch(session, PoolId(pool_id), by=by, now=await clock.now(session))
    return redirect(f"/achats/{pool_id}", N_("Le périmètre figé attend une nouvelle consultation."))


@get(both("/achats/{pool_id:uuid}/offres"))
async def export_offers(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[bytes]:
    view = await pools.view(reads, PoolId(pool_id), by)
    found = comparison_out(await comparing.comparison(reads, view.pool, view.memberships, by))
    towns = sorted({share.town for offer in found.offers for share in offer.towns})
    header = [N_("Ville"), *(f"{offer.supplier}, TTC (€)" for offer in found.offers)]
    rows = []
    for town in towns:
        shares = [next((s.ttc_cents for s in offer.towns if s.town == town), None) for offer in found.offers]
        rows.append([town, *(None if cents is None else Decimal(cents) / 100 for cents in shares)])
    rows.append(["Total", *(Decimal(offer.ttc_cents) / 100 for offer in found.offers)])
    return table_file(request, "offres", header, rows)


@get("/achats/{pool_id:uuid}/profil-acheteur")
async def profile_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[str]:
    return await _profile(request, reads, by, pool_id, Form())


@get("/achats/{pool_id:uuid}/dossier.zip", media_type="application/zip")
async def pack(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[bytes]:
    return await pack_answer(request, reads, by, PoolId(pool_id))


@post("/achats/{pool_id:uuid}/profil-acheteur", status_code=303, request_max_body_size=UPLOAD_LIMIT)
@creating
async def import_offers(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID]
) -> Response[Any]:
    sent = (await request.form()).get("file")
    form: Form[Any] = Form()
    async with form.attempt(session):
        offers = await _imported(request, sent)
        await buyer_profile.import_offers(
            session, PoolId(pool_id), offers, by=by, now=await clock.now(session)
        )
    if form.failed:
        form.general += [f"{name} : {said}" if name != "file" else said for name, said in form.errors.items()]
        form.errors = {}
        return await _profile(request, session, by, pool_id, form)
    return redirect(f"/achats/{pool_id}", N_("Les offres sont importées."))


async def _publish(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, pool_id: UUID, form: Form[Any]
) -> Response[str]:
    view = await pools.view(reads, PoolId(pool_id), by)
    if not by.acts_for(view.pool.coordinator_id):
        raise NotFound
    low, high = view.pool.totals.estimate_low_cents, view.pool.totals.estimate_high_cents
    return page(
        request, "quotes/publish.html", status=422 if form.failed else 200, form=form, pool=view.pool, decision=view.decision,
        gauge=gauges.threshold_gauge(view.pool, low, high, clock.paris_day(view.now)) if low is not None and high is not None else None,
        procedures=PROCEDURE_NAMES, publicities=PUBLICITY_NAMES, ready=view.pool.state == "frozen",
    )  # fmt: skip


async def _consultation(
    request: Request[Any, Any, Any],
    reads: ReadSession | Session,
    by: Actor,
    consultation_id: UUID,
    form: Form[Any],
) -> Response[str]:
    found = await queries.one(reads, ConsultationId(consultation_id))
    now = await clock.now(reads)
    return page(
        request, "quotes/consultation.html", status=422 if form.failed else 200, form=form, consultation=found, published=found.published,
        mine=await queries.my_quote(reads, found.id, by), names=CONSULTATION_STATE_NAMES, quote_names=QUOTE_STATE_NAMES,
        domain=domains()[found.published["domain"]], open=found.state == "open" and now < found.deadline_at, tier_rows=range(TIER_ROWS),
        can_sell=by.has(OrganisationKind.STARTUP, Role.SELLER, Role.ADMIN),
    )  # fmt: skip


async def _compare(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, pool_id: UUID, form: Form[Any]
) -> Response[str]:
    view = await pools.view(reads, PoolId(pool_id), by)
    found = await comparing.comparison(reads, view.pool, view.memberships, by)
    roles = who(view.pool, by)
    return page(
        request, "quotes/compare.html", status=422 if form.failed else 200, form=form, view=view, pool=view.pool, found=found,
        offers=comparison_out(found).offers, allowed=POOL.allowed(view.pool.state, roles), award=await queries.award_of(reads, view.pool.id),
        lines={str(line.id): line for line in view.pool.lines}, scoring=view.pool.state == "analysis" and awarding.may_score(view.pool, by),
    )  # fmt: skip


async def _profile(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: Actor, pool_id: UUID, form: Form[Any]
) -> Response[str]:
    view = await pools.view(reads, PoolId(pool_id), by)
    consultation = await comparing.latest_consultation(reads, PoolId(pool_id))
    if consultation is None or not by.acts_for(view.pool.coordinator_id):
        raise NotFound
    return page(
        request, "quotes/buyer_profile.html", status=422 if form.failed else 200, form=form, pool=view.pool, consultation=consultation,
        procedures=PROCEDURE_NAMES, publicities=PUBLICITY_NAMES,
    )  # fmt: skip


async def _imported(request: Request[Any, Any, Any], sent: object) -> ImportedOffers:
    """The offers of an uploaded JSON file. Raises `Invalid` naming what is wrong in it."""
    file = await accepting.accept(request, sent, allowed={Kind.JSON})
    if file is None:
        raise Invalid(
            [wrong("file", N_("Joignez le fichier modele-import-offres.json, rempli."), code="required")]
        )
    try:
        return ImportedOffers.model_validate(json.loads(file.content.decode("utf-8-sig")))
    except ValidationError as error:
        raise Invalid(from_pydantic(error.errors())) from None
    except (ValueError, RecursionError) as error:
        raise Invalid(
            [wrong("file", N_("Ce JSON est incomplet ou mal écrit : {why}."), code="json", why=str(error))]
        ) from None


def _proposal(reasons: str, sent: Mapping[str, Any]) -> Proposal:
    """The award as typed: `accepted-<line>` fields are the ticked proposals. Raises `Invalid`."""
    accepted = {
        name.removeprefix("accepted-"): value
        for name, value in sent.items()
        if name.startswith("accepted-") and value
    }
    try:
        return Proposal.model_validate({"reasons": reasons, "accepted": accepted})
    except ValidationError as error:
        raise Invalid(from_pydantic(error.errors())) from None


def _scores(typed: dict[str, str]) -> tuple[dict[UUID, dict[str, Decimal]], list[FieldError]]:
    """`score-<quote>-<criterion>` fields as points; blank ones are left out."""
    found: dict[UUID, dict[str, Decimal]] = {}
    faults: list[FieldError] = []
    for name, value in typed.items():
        if not name.startswith("score_") or not value.strip():
            continue
        try:
            _, quote, criterion = name.split("_", 2)
            points = typed_number(value)
            found.setdefault(UUID(quote), {})[criterion] = points
        except (ValueError, PydanticCustomError):
            faults.append(wrong(name, N_("Écrivez un nombre de points, par exemple 12,5."), code="points"))
    return found, faults


def _score_field(name: str) -> str:
    """The domain says `scores.<quote>.<criterion>`; the page's field is `score_<quote>_<criterion>`."""
    if not name.startswith("scores-"):
        return name
    quote, criterion = name.removeprefix("scores-").rsplit("-", 1)
    return f"score_{quote}_{criterion}"


def _flat(form: Form[Any]) -> Form[Any]:
    """The domain names tiers by line (`lines[0].tiers.steps[1].from`); the page's rows are flat: show them all together."""
    shown = {}
    for name, said in form.errors.items():
        if "-tiers-steps" in name or (name.startswith("lines-") and "tiers" in name):
            line = name.split("-")[1]
            row = name.rsplit("steps-", 1)[-1].split("-")[0] if "steps-" in name else "0"
            index = int(line) * TIER_ROWS + (int(row) if row.isdigit() else 0)
            field = name.rsplit("-", 1)[-1] if name.rsplit("-", 1)[-1] in {"from", "to"} else "price"
            shown[f"steps-{index}-{field}"] = said
        else:
            shown[name] = said
    form.errors = shown
    return form


HANDLERS = [
    publish_page, publish, consultation_page, deposit, withdraw, decline, compare_page, score, propose, notify, withdraw_proposal,
    relaunch, export_offers, profile_page, pack, import_offers,
]  # fmt: skip
