"""Deliveries: signed, tried again, given up, asked for again; by a real worker to a real server."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook

from marketplace.actor import SYSTEM
from marketplace.settings import WebhookSettings
from marketplace.webhooks import delivering, posting
from marketplace.webhooks.delivering import GIVE_UP_AFTER, LEASE, SCHEDULE
from marketplace.webhooks.posting import Answer, Failure, signed_headers
from marketplace.webhooks.publishing import publish
from tests.support.receiver import Receiver
from tests.support.world import Caller, World
from workers.postman import Postman


async def hooked(
    world: World, receiver: Receiver, town: Caller | None = None
) -> tuple[Caller, dict[str, Any]]:
    """A town with one endpoint."""
    town = town or await world.town()
    body = {"name": "finances", "url": receiver.url, "events": ["pool.invited", "order.issued"]}
    return town, await town.did("/webhooks", body)


async def say(world: World, town: Caller, *, key: str = "k") -> int:
    """A piece of news that the town's endpoints subscribe to."""
    assert town.actor.organisation_id
    async with world.as_worker.transaction(SYSTEM) as session:
        return await publish(
            session, town.actor.organisation_id, "order.issued", {"order_id": "o", "state": "issued"},
            key=key, now=await world.now(),
        )  # fmt: skip


async def log(town: Caller, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await town.read(f"/webhooks/{endpoint['id']}/deliveries"))["items"]
    return found


async def later(world: World, by: timedelta) -> None:
    """Time passes, for deliveries alone."""
    await world.sql("update webhook_delivery set next_at = next_at - cast(:by as interval)", by=by)
    await world.sql(
        "update webhook_endpoint set failing_since = failing_since - cast(:by as interval)", by=by
    )


async def test_a_message_is_signed_as_the_specification_says_and_kept_in_the_log(
    world: World, receiver: Receiver
) -> None:
    town, endpoint = await hooked(world, receiver)
    assert endpoint["secret"].startswith("whsec_")
    assert await say(world, town) == 1
    assert await Postman(world.tools).round() == 1
    (got,) = receiver.received
    assert got.verified_by(endpoint["secret"])
    assert not got.verified_by("whsec_" + "A" * 44)
    assert got.headers["content-type"] == "application/json"
    assert got.event["type"] == "order.issued"
    assert got.event["data"] == {"order_id": "o", "state": "issued"}
    (line,) = await log(town, endpoint)
    assert (line["webhook_id"], line["state"], line["tries"]) == (got.id, "delivered", 1)
    assert line["payload"] == got.event
    (attempt,) = line["attempts"]
    assert (attempt["status"], attempt["error"], attempt["excerpt"]) == (204, None, "")
    assert await Postman(world.tools).round() == 0


def test_the_signature_is_the_one_of_the_specifications_own_example() -> None:
    from datetime import UTC, datetime

    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    headers = signed_headers(
        message, b'{"test": 2432232314}', [secret], at=datetime.fromtimestamp(1614265330, UTC)
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"
    assert Webhook(secret)


async def test_after_a_500_it_is_tried_again_in_time_under_the_same_id_until_it_is_received(
    world: World, receiver: Receiver
) -> None:
    town, endpoint = await hooked(world, receiver)
    receiver.statuses = [500, 503]
    await say(world, town)
    postman = Postman(world.tools)
    for tries, pause in enumerate((SCHEDULE[0], SCHEDULE[1]), start=1):
        assert await postman.round() == 1
        assert await postman.round() == 0, "not before its time"
        (line,) = await log(town, endpoint)
        assert (line["state"], line["tries"]) == ("pending", tries)
        assert (await town.read(f"/webhooks/{endpoint['id']}"))["failing_since"]
        await later(world, pause * (1 + delivering.JITTER))
    assert await postman.round() == 1
    (line,) = await log(town, endpoint)
    assert line["state"] == "delivered"
    assert [(a["status"], a["error"]) for a in line["attempts"]] == [
        (500, "status"),
        (503, "status"),
        (204, None),
    ]
    assert line["attempts"][0]["excerpt"] == "réponse 500"
    assert len({got.id for got in receiver.received}) == 1
    assert all(got.verified_by(endpoint["secret"]) for got in receiver.received)
    assert (await town.read(f"/webhooks/{endpoint['id']}"))["failing_since"] is None


def test_the_timetable_lasts_about_three_days_and_grows() -> None:
    assert list(SCHEDULE) == sorted(SCHEDULE)
    assert timedelta(days=3) <= sum(SCHEDULE, timedelta()) <= timedelta(days=3, hours=6)
    assert sum(SCHEDULE, timedelta()) * (1 + delivering.JITTER) < GIVE_UP_AFTER


async def test_after_ten_tries_it_is_given_up_and_can_be_asked_for_again(
    world: World, receiver: Receiver
) -> None:
    town, endpoint = await hooked(world, receiver)
    receiver.statuses = [500] * 10
    await say(world, town)
    postman = Postman(world.tools)
    while await postman.round():
        await world.sql("update webhook_delivery set next_at = now()")
    (line,) = await log(town, endpoint)
    assert (line["state"], line["tries"], len(receiver.received)) == ("failed", 10, 10)
    again = await town.did(f"/webhooks/{endpoint['id']}/deliveries/{line['id']}/redelivery")
    assert (again["state"], again["webhook_id"]) == ("pending", line["webhook_id"])
    await postman.round()
    (line,) = await log(town, endpoint)
    assert (line["state"], line["tries"]) == ("delivered", 11)
    assert len({got.id for got in receiver.received}) == 1
    await town.did(f"/webhooks/{endpoint['id']}/deliveries/{line['id']}/redelivery")
    await postman.round()
    assert len(receiver.received) == 12, "what was received can be asked for again too"


async def test_an_endpoint_that_is_gone_or_fails_for_five_days_is_disabled_and_its_administrators_told(
    world: World, receiver: Receiver
) -> None:
    for status, aged, reason in ((410, timedelta(), "gone"), (500, GIVE_UP_AFTER, "failing")):
        town, endpoint = await hooked(world, receiver, await world.town("18033" if aged else "18279"))
        postman = Postman(world.tools)
        receiver.statuses = [status] * 2
        await say(world, town, key="a")
        if aged:
            await postman.round()
            assert (await town.read(f"/webhooks/{endpoint['id']}"))["enabled"]
            await later(world, aged)
        await say(world, town, key="b")
        await postman.round()
        shown = await town.read(f"/webhooks/{endpoint['id']}")
        assert (shown["enabled"], shown["disabled_reason"]) == (False, reason)
        assert {line["state"] for line in await log(town, endpoint)} == {"cancelled"}
        assert await postman.round() == 0
        assert await say(world, town, key="c") == 0, "nothing is kept for a disabled endpoint"
        await world.work()
        told = await world.sql(
            "select string_agg(recipient || ' ' || subject, '|') from mail where organisation_id = :id",
            id=town.actor.organisation_id,
        )
        assert told.count("Webhook désactivé : finances") == 1
        refused = await town.post(f"/webhooks/{endpoint['id']}/test")
        assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
        assert (await town.did(f"/webhooks/{endpoint['id']}/activation"))["enabled"]
        receiver.statuses = []
        await town.did(f"/webhooks/{endpoint['id']}/test")
        assert await postman.round() == 1


async def test_a_silent_receiver_is_given_up_and_holds_nobody_else_up(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.3)
    from tests.support.receiver import receiving

    async with receiving() as silent:
        silent.hold = 30
        town, slow = await hooked(world, silent)
        _, quick = await hooked(world, receiver, town)
        await say(world, town)
        started = asyncio.get_running_loop().time()
        assert await Postman(world.tools).round() == 2
        assert asyncio.get_running_loop().time() - started < 5
    (missed,), (got,) = await log(town, slow), await log(town, quick)
    assert (missed["state"], missed["attempts"][0]["error"]) == ("pending", "timeout")
    assert got["state"] == "delivered"


async def test_for_24_hours_after_a_rotation_both_secrets_verify_then_only_the_new_one(
    world: World, receiver: Receiver
) -> None:
    town, endpoint = await hooked(world, receiver)
    renewed = await town.did(f"/webhooks/{endpoint['id']}/rotation")
    old, new = endpoint["secret"], renewed["secret"]
    assert old != new
    await say(world, town, key="a")
    await Postman(world.tools).round()
    assert receiver.received[0].verified_by(old)
    assert receiver.received[0].verified_by(new)
    assert receiver.received[0].headers["webhook-signature"].count("v1,") == 2
    await world.advance(1)
    await say(world, town, key="b")
    await Postman(world.tools).round()
    assert not receiver.received[1].verified_by(old)
    assert receiver.received[1].verified_by(new)


async def test_secrets_are_kept_encrypted_and_another_web_secret_stops_the_endpoint_instead_of_signing_wrong(
    world: World, receiver: Receiver
) -> None:
    town, endpoint = await hooked(world, receiver)
    kept = bytes(await world.sql("select secret from webhook_endpoint"))
    assert endpoint["secret"].encode() not in kept
    assert endpoint["secret"][6:20].encode() not in kept
    postman = Postman(world.tools)
    postman._secret = "x" * 40
    await say(world, town)
    assert await postman.round() == 1
    assert receiver.received == []
    shown = await town.read(f"/webhooks/{endpoint['id']}")
    assert (shown["enabled"], shown["disabled_reason"]) == (False, "secret")
    renewed = await town.did(f"/webhooks/{endpoint['id']}/rotation")
    await town.did(f"/webhooks/{endpoint['id']}/activation")
    await town.did(f"/webhooks/{endpoint['id']}/test")
    await Postman(world.tools).round()
    assert receiver.received[0].verified_by(renewed["secret"])


async def test_workers_side_by_side_send_each_message_once(world: World, receiver: Receiver) -> None:
    town, endpoint = await hooked(world, receiver)
    receiver.hold = 0.02
    for number in range(12):
        await say(world, town, key=str(number))
    postmen = [Postman(world.tools) for _ in range(4)]

    async def busy(postman: Postman) -> None:
        while await world.sql("select count(*) from webhook_delivery where state in ('pending', 'sending')"):
            await postman.round()

    await asyncio.wait_for(asyncio.gather(*(busy(postman) for postman in postmen)), 30)
    assert len(receiver.received) == len({got.id for got in receiver.received}) == 12
    assert {(line["state"], line["tries"]) for line in await log(town, endpoint)} == {("delivered", 1)}


async def test_what_a_killed_worker_had_in_hand_is_taken_over_when_its_lease_ends(
    world: World, receiver: Receiver
) -> None:
    town, endpoint = await hooked(world, receiver)
    await say(world, town)
    async with world.as_worker.transaction(SYSTEM) as session:
        (killed,) = await delivering.claim(session, limit=5, now=await world.now())
    assert await Postman(world.tools).round() == 0
    (line,) = await log(town, endpoint)
    assert line["state"] == "sending"
    refused = await town.post(f"/webhooks/{endpoint['id']}/deliveries/{line['id']}/redelivery")
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery_in_hand")
    await later(world, LEASE)
    assert await Postman(world.tools).round() == 1
    async with world.as_worker.transaction(SYSTEM) as session:  # not dead after all: its word comes late
        await delivering.note(session, killed, Answer(Failure.TIMEOUT), now=await world.now())
    (line,) = await log(town, endpoint)
    assert (line["state"], line["webhook_id"]) == ("delivered", receiver.received[0].id)
    assert [attempt["error"] for attempt in line["attempts"]] == ["interrupted", None, "timeout"]


async def test_saying_the_same_news_twice_queues_it_once(world: World, receiver: Receiver) -> None:
    town, _ = await hooked(world, receiver)
    assert [await say(world, town), await say(world, town)] == [1, 0]


async def test_a_job_cannot_send_a_field_that_its_event_does_not_declare(world: World) -> None:
    town = await world.town()
    async with world.as_worker.transaction(SYSTEM) as session:
        with pytest.raises(ValueError, match="price_cap_cents"):
            await publish(
                session, town.actor.organisation_id, "order.issued", {"price_cap_cents": 1},
                key="k", now=await world.now(),
            )  # fmt: skip


async def test_the_workers_loop_sends_them_and_finishes_what_is_in_hand(
    world: World, receiver: Receiver
) -> None:
    town, endpoint = await hooked(world, receiver)
    await town.did(f"/webhooks/{endpoint['id']}/test")
    receiver.hold = 0.3
    stop = asyncio.Event()
    loop = asyncio.create_task(Postman(world.tools).run(stop))
    async with asyncio.timeout(20):
        while not receiver.received:
            await asyncio.sleep(0.02)
        stop.set()
        await loop
    assert receiver.received[0].event["type"] == "webhook.test"
    assert [line["state"] for line in await log(town, endpoint)] == ["delivered"]


async def test_an_address_allowed_for_trying_is_refused_at_the_sending_where_it_is_not(
    world: World, receiver: Receiver
) -> None:
    from dataclasses import replace

    town, endpoint = await hooked(world, receiver)
    await say(world, town)
    strict = replace(world.tools, settings=replace(world.settings, webhook=WebhookSettings()))
    assert await Postman(strict).round() == 1
    assert receiver.received == []
    (line,) = await log(town, endpoint)
    assert line["attempts"][0]["error"] == "address"
    assert UUID(line["id"])
    async with world.as_worker.reading(SYSTEM) as reads:
        assert await reads.scalar(text("select count(*) from webhook_delivery")) == 1
