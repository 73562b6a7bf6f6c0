"""A write sent again acts once and answers the same."""

import asyncio

from tests.support.world import World

NEED = {"text": "Éclairage", "domain": "eclairage-public", "unit": "light_point"}
COUNT = "select count(*) from need"


async def test_the_same_key_and_body_get_the_same_answer_once(world: World) -> None:
    town = await world.town()
    first = await town.post("/needs", NEED, Idempotency_Key="k1")
    again = await town.post("/needs", NEED, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await world.sql(COUNT) == 1


async def test_another_body_or_another_path_under_one_key_is_refused(world: World) -> None:
    town = await world.town()
    await town.did("/needs", NEED, Idempotency_Key="k1")
    for path, body in (("/needs", NEED | {"text": "Voirie"}), ("/api-keys", {"name": "x"})):
        refused = await town.post(path, body, Idempotency_Key="k1")
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert await world.sql(COUNT) == 1
    assert len(await town.read("/api-keys")) == 1


async def test_a_key_is_one_persons_and_a_refusal_leaves_no_memory(world: World) -> None:
    town, other = await world.town(), await world.town("18033")
    refused = await town.post("/needs", NEED | {"domain": "magie"}, Idempotency_Key="k1")
    assert refused.status_code == 422
    one = await town.did("/needs", NEED, Idempotency_Key="k1")
    two = await other.did("/needs", NEED, Idempotency_Key="k1")
    assert one["id"] != two["id"]
    for key in ("", "x" * 256):
        answer = await town.post("/needs", NEED, Idempotency_Key=key)
        assert answer.status_code == (422 if key else 201)
    assert await world.sql(COUNT) == 3


async def test_twenty_at_once_under_one_key_act_once(world: World) -> None:
    town = await world.town()
    answers = await asyncio.gather(*(town.post("/needs", NEED, Idempotency_Key="k1") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 19
    assert await world.sql(COUNT) == 1


async def test_a_secret_shown_once_is_not_kept_for_the_second_answer(world: World) -> None:
    town = await world.town()
    first = await town.did("/api-keys", {"name": "x"}, Idempotency_Key="k1")
    again = await town.did("/api-keys", {"name": "x"}, Idempotency_Key="k1")
    assert first["secret"].startswith("lc_")
    assert again == first | {"secret": None}
    assert (
        await world.sql(
            "select count(*) from idempotency_record where answer::text like :it", it=f"%{first['secret']}%"
        )
        == 0
    )


async def test_the_record_keeps_no_readable_trace_of_what_was_sent(world: World) -> None:
    town = await world.town()
    await town.did("/needs", NEED, Idempotency_Key="k1")
    print_ = await world.sql("select fingerprint from idempotency_record where key = 'k1'")
    assert len(print_) == 64
    assert set(print_) <= set("0123456789abcdef")
