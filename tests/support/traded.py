"""A market where much has happened: for tests of what keeps an instance alive."""

from tests.support import story
from tests.support.story import Story
from tests.support.world import World


async def traded(world: World) -> tuple[Story, Story]:
    """A purchase with one invoice paid and another due, in a series of ours; and one with sealed offers, before their time."""
    told = await story.ordered(world, [("100", "10"), ("60", "0")])
    award = await told.coordinator.read(f"{told.path}/award")
    winner = next(s for s in told.sellers if s.organisation and s.organisation.name == award["supplier_name"])
    await winner.did("/billing-mandate", {"prefix": "SERIE"})
    for buyer in told.towns:
        (order,) = await buyer.read("/orders")
        await buyer.did(f"/orders/{order['id']}/issue", {"engagement": "E-1"})
        await winner.did(f"/orders/{order['id']}/delivery")
        await buyer.did(f"/orders/{order['id']}/acceptance")
    await world.work()
    (invoice,) = await told.coordinator.read("/invoices")
    payment = {"number": "M-1", "paid_on": str(await world.today()), "cents": invoice["ttc_cents"]}
    await told.coordinator.did(f"/invoices/{invoice['id']}/payment", payment)
    await winner.did(f"/invoices/{invoice['id']}/payment/confirmation")
    waiting, consultation = await story.consulting(world, [("60", "6"), ("45", "0")])
    for seller, (_, steps) in zip(waiting.sellers[:3], story.GRIDS, strict=False):
        await seller.did(f"/consultations/{consultation}/quotes", story.offer(waiting.line, steps))
    await world.work()
    return told, waiting
