"""What a whole purchase tells whose software: everything it names can be read by the API by whom it is told, and no more."""

from typing import Any

from marketplace.actor import OrganisationKind, Role
from marketplace.webhooks.event_types import EVENT_TYPES, offered_to
from tests.support import story
from tests.support.curating import sent_back
from tests.support.story import Story
from tests.support.world import Caller, World
from workers.routes import Lane
from workers.routing import ROUTES

PATHS = {
    "pool_id": "/pools/{}",
    "consultation_id": "/consultations/{}",
    "order_id": "/orders/{}",
    "invoice_id": "/invoices/{}",
    "solution_id": "/my/solutions/{}",
}
UNREADABLE_BY_STARTUPS = {"pool_id"}
"""On an order, a startup reads the pool's id; the pool itself stays the towns'."""


async def everybody_listens(world: World) -> None:
    """Every organisation made from now on has an endpoint for everything, that nobody answers: only the queue is looked at."""
    names = "".join(
        f" when '{kind}' then array[{','.join(repr(found.name) for found in offered_to(kind))}]"
        for kind in (OrganisationKind.TOWN, OrganisationKind.STARTUP)
    )
    await world.sql(
        "create function listen() returns trigger language plpgsql security definer as $$ begin"
        " insert into webhook_endpoint (id, organisation_id, name, url, events, secret) values (gen_random_uuid(), new.id,"
        f" 'tout', 'https://hooks.ville.fr/', case new.kind{names} else array[]::text[] end, ''); return null; end $$"
    )
    await world.sql(
        "create trigger listen after insert on organisation for each row execute function listen()"
    )


async def told(world: World, caller: Caller) -> list[dict[str, Any]]:
    found = await world.sql(
        "select json_agg(json_build_object('type', type, 'data', payload->'data') order by id)"
        " from webhook_delivery where organisation_id = :org",
        org=caller.actor.organisation_id,
    )
    return list(found or [])


async def bought(world: World) -> tuple[Story, Caller]:
    """A whole purchase of two towns, one order of which is delivered twice and paid. Returns the winner too."""
    run = await story.ordered(world, [("120", "10"), ("80", "0")])
    town = run.coordinator
    order = (await town.read("/orders"))[0]
    path = f"/orders/{order['id']}"
    await town.did(f"{path}/issue", {"engagement": "E-1"})
    winner = next(s for s in run.sellers if s.organisation and s.organisation.name == order["supplier"])
    await winner.did("/billing-mandate", {"prefix": "QUIN"})
    await winner.did(f"{path}/delivery")
    await world.work()
    await town.did(f"{path}/refusal", {"reason": "Il manque un carton."})
    await winner.did(f"{path}/delivery")
    await world.work()
    await town.did(f"{path}/acceptance")
    await world.work()
    (invoice,) = await town.read("/invoices")
    payment = {"number": "M-1", "paid_on": str(await world.today()), "cents": invoice["ttc_cents"]}
    await town.did(f"/invoices/{invoice['id']}/payment", payment)
    await winner.did(f"/invoices/{invoice['id']}/payment/confirmation")
    await world.work()
    return run, winner


async def unreadable(caller: Caller, events: list[dict[str, Any]]) -> list[str]:
    """What `caller` was told that it should not have been."""
    found = []
    for event in events:
        declared = EVENT_TYPES[event["type"]]
        if caller.actor.kind not in declared.kinds or set(event["data"]) - set(declared.data):
            found.append(f"undeclared: {event}")
        for name, template in PATHS.items():
            of_towns = caller.actor.kind is OrganisationKind.STARTUP and name in UNREADABLE_BY_STARTUPS
            if name in event["data"] and not of_towns:
                answer = await caller.get(template.format(event["data"][name]))
                found += [f"{answer.status_code}: {event}"] if answer.status_code != 200 else []
    return found


async def test_a_purchase_tells_each_party_what_it_can_read_and_nobody_else(world: World) -> None:
    await everybody_listens(world)
    stranger, outsider = await world.town("18213"), await world.startup("Ombre et Lueur")
    run, winner = await bought(world)
    assert [await told(world, caller) for caller in (stranger, outsider)] == [[], []]
    parties = [*run.towns, *run.sellers]
    heard = [await told(world, caller) for caller in parties]
    faults = [
        fault for c, events in zip(parties, heard, strict=True) for fault in await unreadable(c, events)
    ]
    assert faults == []
    assert {e["type"] for events in heard for e in events} == set(EVENT_TYPES) - {
        "solution.changes_requested"
    }
    phases = [e["data"]["state"] for e in heard[0] if e["type"] == "pool.phase_changed"]
    assert phases == ["interest", "census", "consolidation", "commitment", "frozen", "consultation", "analysis",
                      "award", "execution"]  # fmt: skip
    delivered = [e for e in await told(world, winner) if e["type"] == "order.delivered"]
    assert len(delivered) == 2, "delivered, refused, delivered again"
    answers = {e["data"]["state"] for events in heard[2:] for e in events if e["type"] == "award.notified"}
    assert answers == {"retained", "rejected"}
    said = await world.sql("select string_agg(payload->>'data', ' ') from webhook_delivery")
    assert [
        word for word in ("cents", "price", "cap", "quantity", "engagement", "reason") if word in said
    ] == []


async def test_a_sheet_sent_back_tells_its_startup(world: World) -> None:
    await everybody_listens(world)
    seller = await world.startup()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    drafted = await seller.did(
        "/my/solutions",
        {"name": "Lanterne", "summary": "S", "description": "D", "domains": [story.DOMAIN], "maturity": "growth"},
    )  # fmt: skip
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    await sent_back(curator, drafted["id"], "Précisez le prix.")
    await world.work()
    (event,) = await told(world, seller)
    assert event["type"] == "solution.changes_requested"
    assert event["data"] == {
        "solution_id": drafted["id"],
        "slug": drafted["slug"],
        "state": "draft",
        "revision": 1,
    }


def test_what_tells_software_may_be_late_and_holds_up_nothing_that_moves_money() -> None:
    hooks = [route for routes in ROUTES.values() for route in routes if route.name.startswith("hook_")]
    assert {route.lane for route in hooks} == {Lane.QUEUE}
    assert len({route.name for route in hooks}) == len(hooks) == 11
