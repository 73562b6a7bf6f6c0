"""`/api/v1`: publishing a consultation, depositing quotes, comparing, awarding, and the buyer profile's pack and import."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.actor import OrganisationKind
from marketplace.errors import NotFound
from marketplace.files.api import attachment
from marketplace.ids import ConsultationId, PoolId
from marketplace.web.creating import creating
from marketplace.web.transaction import By, Reads, Writes
from marketplace.web.versions import asked_version
from procurement.conventions import queries as conventions
from procurement.pools import queries as pools
from procurement.pools.schemas import Moved, Reason
from procurement.quotes import awarding, buyer_profile, comparing, depositing, publishing, queries
from procurement.quotes.models import Award, Consultation, Quote
from procurement.quotes.schemas import (
    AwardOut,
    ComparisonOut,
    ConsultationOut,
    ImportedOffers,
    NewConsultation,
    OfferOut,
    Proposal,
    QuoteIn,
    Receipt,
    Refusal,
    Scores,
    TownShare,
)

TAGS = ["consultations"]


@post(
    "/pools/{pool_id:uuid}/consultation", summary="Ask for offers; the compass fixes the channel", tags=TAGS
)
@creating
async def publish(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[NewConsultation],
) -> ConsultationOut:
    del request
    return consultation_out(
        await publishing.publish(session, PoolId(pool_id), data, by=by, now=await clock.now(session))
    )


@get("/pools/{pool_id:uuid}/consultation", summary="The pool's present consultation", tags=TAGS)
async def show_of_pool(reads: Reads, pool_id: FromPath[UUID]) -> ConsultationOut:
    found = await comparing.latest_consultation(reads, PoolId(pool_id))
    if found is None:
        raise NotFound
    return consultation_out(found)


@get(
    "/pools/{pool_id:uuid}/consultation/pack",
    summary="The export pack for the buyer profile (ZIP)",
    tags=TAGS,
    media_type="application/zip",
)
async def pack(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: FromPath[UUID]
) -> Response[bytes]:
    return await pack_answer(request, reads, by, PoolId(pool_id))


@get("/consultations", summary="The consultations that my startup is invited to", tags=TAGS)
async def invitations(reads: Reads, by: By) -> list[ConsultationOut]:
    by.require(OrganisationKind.STARTUP)
    return [
        consultation_out(consultation, await queries.my_quote(reads, consultation.id, by))
        for consultation, _ in await queries.invitations(reads, by)
    ]


@get("/consultations/{consultation_id:uuid}", summary="One consultation", tags=TAGS)
async def show(reads: Reads, by: By, consultation_id: FromPath[UUID]) -> ConsultationOut:
    found = await queries.one(reads, ConsultationId(consultation_id))
    return consultation_out(found, await queries.my_quote(reads, found.id, by))


@post(
    "/consultations/{consultation_id:uuid}/quotes",
    summary="Deposit a sealed offer (replaces mine)",
    tags=TAGS,
)
@creating
async def deposit(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    consultation_id: FromPath[UUID],
    data: JSONBody[QuoteIn],
) -> Receipt:
    del request
    now = await clock.now(session)
    quote = await depositing.deposit(session, ConsultationId(consultation_id), data, by=by, now=now)
    consultation = await session.get(Consultation, quote.consultation_id)
    assert consultation is not None
    return receipt(quote, consultation)


@post(
    "/consultations/{consultation_id:uuid}/quotes/withdrawal",
    summary="Take my sealed offer back",
    tags=TAGS,
    status_code=204,
)
async def withdraw(session: Writes, by: By, consultation_id: FromPath[UUID]) -> None:
    await depositing.withdraw(session, ConsultationId(consultation_id), by=by, now=await clock.now(session))


@post(
    "/consultations/{consultation_id:uuid}/refusal", summary="Decline to answer", tags=TAGS, status_code=204
)
async def decline(session: Writes, by: By, consultation_id: FromPath[UUID], data: JSONBody[Refusal]) -> None:
    await depositing.decline(
        session, ConsultationId(consultation_id), data.reason, by=by, now=await clock.now(session)
    )


@post("/pools/{pool_id:uuid}/offers", summary="Import the offers opened on the buyer profile", tags=TAGS)
@creating
async def import_offers(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[ImportedOffers],
) -> Moved:
    del request
    await buyer_profile.import_offers(session, PoolId(pool_id), data, by=by, now=await clock.now(session))
    return await _moved(session, pool_id)


@get("/pools/{pool_id:uuid}/comparison", summary="The opened offers, side by side (coordinator)", tags=TAGS)
async def compare(reads: Reads, by: By, pool_id: FromPath[UUID]) -> ComparisonOut:
    view = await pools.view(reads, PoolId(pool_id), by)
    return comparison_out(await comparing.comparison(reads, view.pool, view.memberships, by))


@put(
    "/pools/{pool_id:uuid}/evaluation",
    summary="Score the offers (If-Match: evaluation version, 0 at first)",
    tags=TAGS,
)
async def score(
    request: Request[Any, Any, Any], session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Scores]
) -> Moved:
    version = asked_version(request)
    evaluation = await awarding.score(session, PoolId(pool_id), data.scores, version=version or 0, by=by)
    return Moved(id=evaluation.id, state="scored", version=evaluation.version)


@post("/pools/{pool_id:uuid}/award", summary="Propose to award to the first-ranked offer", tags=TAGS)
@creating
async def propose(
    request: Request[Any, Any, Any],
    session: Writes,
    by: By,
    pool_id: FromPath[UUID],
    data: JSONBody[Proposal],
) -> AwardOut:
    del request
    award = await awarding.propose(
        session,
        PoolId(pool_id),
        reasons=data.reasons,
        accepted=data.accepted,
        by=by,
        now=await clock.now(session),
    )
    return AwardOut.model_validate(award)


@get("/pools/{pool_id:uuid}/award", summary="The pool's award", tags=TAGS)
async def show_award(reads: Reads, pool_id: FromPath[UUID]) -> AwardOut:
    found: Award | None = await queries.award_of(reads, PoolId(pool_id))
    if found is None:
        raise NotFound
    return AwardOut.model_validate(found)


@post("/pools/{pool_id:uuid}/award/withdrawal", summary="Undo a proposed award", tags=TAGS, status_code=200)
async def withdraw_proposal(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    await awarding.withdraw_proposal(session, PoolId(pool_id), by=by, now=await clock.now(session))
    return await _moved(session, pool_id)


@post(
    "/pools/{pool_id:uuid}/award/notification",
    summary="Notify the award (coordinator's signatory)",
    tags=TAGS,
    status_code=200,
)
async def notify(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    await awarding.notify(session, PoolId(pool_id), by=by, now=await clock.now(session))
    return await _moved(session, pool_id)


@post(
    "/pools/{pool_id:uuid}/no-award",
    summary="Give the consultation up (sans suite)",
    tags=TAGS,
    status_code=200,
)
async def give_up(session: Writes, by: By, pool_id: FromPath[UUID], data: JSONBody[Reason]) -> Moved:
    await awarding.give_up(session, PoolId(pool_id), data.reason, by=by, now=await clock.now(session))
    return await _moved(session, pool_id)


@post(
    "/pools/{pool_id:uuid}/relaunch",
    summary="Back to the frozen perimeter, for a new consultation",
    tags=TAGS,
    status_code=200,
)
async def relaunch(session: Writes, by: By, pool_id: FromPath[UUID]) -> Moved:
    await awarding.relaunch(session, PoolId(pool_id), by=by, now=await clock.now(session))
    return await _moved(session, pool_id)


async def pack_answer(
    request: Request[Any, Any, Any], reads: Reads, by: By, pool_id: PoolId
) -> Response[bytes]:
    """The export pack as a download, for the coordinator."""
    view = await pools.view(reads, pool_id, by)
    consultation = await comparing.latest_consultation(reads, pool_id)
    if consultation is None or not by.acts_for(view.pool.coordinator_id):
        raise NotFound
    agreement = await conventions.agreement_bytes(reads, pool_id, request.app.state.settings.files_dir)
    content = buyer_profile.export_pack(view.pool, consultation, agreement)
    return attachment(content, f"dossier-{view.pool.id.hex[-8:]}.zip", "application/zip")


def consultation_out(consultation: Consultation, mine: Quote | None = None) -> ConsultationOut:
    """The API's form of a consultation."""
    return ConsultationOut(
        id=consultation.id, channel=consultation.channel, state=consultation.state, deadline_at=consultation.deadline_at,
        opened_at=consultation.opened_at, published=consultation.published, criteria=consultation.criteria,
        my_quote=receipt(mine, consultation) if mine else None, my_quote_state=mine.state if mine else None,
    )  # fmt: skip


def receipt(quote: Quote, consultation: Consultation) -> Receipt:
    """The depositor's receipt."""
    return Receipt(
        quote_id=quote.id,
        sha256=quote.sha256,
        deposited_at=quote.deposited_at,
        opens_at=consultation.deadline_at,
    )


def comparison_out(found: comparing.Comparison) -> ComparisonOut:
    """The API's form of a comparison."""
    offers = []
    for offer in found.offers:
        result = offer.result
        lines = result["lines"]
        alone: dict[str, int] = {}
        for line in lines:
            for town in line["towns"]:
                alone[town["town"]] = alone.get(town["town"], 0) + town["alone_ht_cents"]
        offers.append(
            OfferOut(
                quote_id=offer.quote.id, supplier=offer.quote.supplier_name, state=offer.quote.state, complete=offer.complete,
                short=offer.short, compared_ht_cents=offer.compared_ht_cents, ht_cents=result["totals"]["ht_cents"],
                ttc_cents=result["totals"]["ttc_cents"], unit_prices={line["id"]: line["unit_price_cents"] for line in lines},
                scores={criterion: comparing.shown(points) for criterion, points in offer.points.items()},
                total_score=comparing.shown(offer.total), rank=offer.rank,
                worse_off=sorted({found.towns.get(town, town) for line in lines for town in line["worse_off"]}),
                proposals=[{"line_id": line["id"], **proposal} for line in lines for proposal in line["proposals"]],
                towns=[
                    TownShare(
                        town=found.towns.get(town["town"], town["town"]), ht_cents=town["ht_cents"], ttc_cents=town["ttc_cents"],
                        alone_ht_cents=alone.get(town["town"], 0),
                    )
                    for town in result["towns"]
                ],
            )
        )  # fmt: skip
    return ComparisonOut(
        criteria=found.consultation.criteria, offers=offers, evaluation_version=found.evaluation_version
    )


async def _moved(session: Writes, pool_id: FromPath[UUID]) -> Moved:
    from procurement.pools.access import locked_pool

    pool = await locked_pool(session, PoolId(pool_id))
    return Moved(id=pool.id, state=pool.state, version=pool.version)


HANDLERS = [
    publish, show_of_pool, pack, invitations, show, deposit, withdraw, decline, import_offers, compare, score, propose,
    show_award, withdraw_proposal, notify, give_up, relaunch,
]  # fmt: skip
