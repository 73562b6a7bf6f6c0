"""A pool led through its phases, stopping where its pages change."""

from collections.abc import AsyncIterator
from datetime import timedelta

from tests.support import story
from tests.support.story import GRIDS, Story
from tests.support.world import World


async def phases(world: World) -> AsyncIterator[tuple[str, Story]]:
    """A pool of three towns from its draft to a paid invoice, stopping where pages change."""
    told = await story.opened(world, towns=3)
    yield "draft", told
    coordinator, *others = told.towns
    await coordinator.did(f"{told.path}/interest-call")
    codes = [town.organisation.insee for town in others if town.organisation]
    await coordinator.did(f"{told.path}/invitations", {"towns": [*codes, "18205"]})
    yield "interest", told
    for town in others:
        await town.did(f"{told.path}/membership")
    await coordinator.did(f"{told.path}/census")
    for town in told.towns:
        need = {"line_id": told.line, "firm": "80", "tolerance": "10"}
        await town.did(f"{told.path}/membership/needs", {"needs": [need]}, method="put")
    yield "census", told
    await coordinator.did(f"{told.path}/census/closure")
    await world.work()
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await coordinator.did(f"{told.path}/commitment")
    await world.work()
    yield "commitment", told
    await story.sign_all(told, others)
    today = str(await world.today())
    vote = {"number": "2026-045", "voted_on": today, "transmitted_on": today}
    await coordinator.did(f"{told.path}/membership/deliberation", vote)
    yield "voted", told
    agreement = await coordinator.read(f"{told.path}/agreement")
    signature = {"signatory_name": "Signataire", "signatory_title": "Maire", "signed_on": today}
    await coordinator.did(f"{told.path}/membership/signature", signature | {"sha256": agreement["sha256"]})
    await coordinator.did(f"{told.path}/freeze")
    yield "frozen", told
    due = str(await world.today() + timedelta(days=21))
    consultation = await coordinator.did(f"{told.path}/consultation", {"quotes_due_on": due})
    await world.work()
    yield "consultation", told
    for seller, (_, steps) in zip(told.sellers, GRIDS, strict=False):
        await seller.did(f"/consultations/{consultation['id']}/quotes", story.offer(told.line, steps))
    await world.advance(22)
    yield "analysis", told
    offers = (await coordinator.read(f"{told.path}/comparison"))["offers"]
    scores = {offer["quote_id"]: {"quality": "20", "environment": "10"} for offer in offers}
    await coordinator.did(f"{told.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    yield "scored", told
    await coordinator.did(f"{told.path}/award", {"reasons": "Première au classement."})
    yield "award", told
    await coordinator.did(f"{told.path}/award/notification")
    await world.work()
    yield "execution", told
    async for phase in _paying(world, told):
        yield phase, told


async def _paying(world: World, told: Story) -> AsyncIterator[str]:
    """The coordinator's own order, to its payment."""
    buyer, seller = told.coordinator, told.sellers[0]
    (order,) = await buyer.read("/orders")
    await buyer.did(f"/orders/{order['id']}/issue", {"engagement": "E-1"})
    await world.work()
    await seller.did(f"/orders/{order['id']}/delivery")
    yield "delivered"
    await buyer.did(f"/orders/{order['id']}/acceptance")
    await world.work()
    yield "accepted"
    today = str(await world.today())
    amounts = {name: str(order[name]) for name in ("ht_cents", "vat_cents", "ttc_cents")}
    given = await seller.http.post(
        f"/api/v1/orders/{order['id']}/invoice", data=amounts | {"number": "F-1", "issued_on": today},
        files={"file": ("f.pdf", b"%PDF-1.7 facture\n%%EOF", "application/pdf")}, headers=seller.headers,
    )  # fmt: skip
    assert given.status_code == 201, given.text
    await world.work()
    yield "invoiced"
    payment = {"number": "M-1", "paid_on": today, "cents": order["ttc_cents"]}
    await buyer.did(f"/invoices/{given.json()['id']}/payment", payment)
    yield "paid"
