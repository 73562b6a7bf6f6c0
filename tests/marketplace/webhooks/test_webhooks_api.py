"""The API and pages of webhooks: administrators only, one's own only, every wrong answer at once, secrets shown once."""

from typing import Any
from uuid import uuid4

from marketplace.actor import Role
from marketplace.webhooks.guard import Guard
from tests.support.receiver import Receiver
from tests.support.world import Caller, World
from workers.postman import Postman

EVENTS = ["pool.invited"]


async def hooked(caller: Caller, receiver: Receiver, events: list[str] = EVENTS) -> dict[str, Any]:
    made: dict[str, Any] = await caller.did(
        "/webhooks", {"name": "finances", "url": receiver.url, "events": events}
    )
    return made


async def test_every_wrong_answer_is_named_at_once_and_nothing_is_made(world: World) -> None:
    town = await world.town()
    world.app.state.guard = Guard()
    answer = await town.post(
        "/webhooks", {"name": "", "url": "x" * 501, "events": ["e"] * 51, "secret": "whsec_moi"}
    )
    assert answer.status_code == 422
    assert {fault["path"] for fault in answer.json()["errors"]} == {"name", "url", "events", "secret"}
    for url in (
        "https://127.0.0.1/",
        "http://hooks.ville.fr/",
        "https://introuvable.ville.fr/",
        "a",
        "\\\\x",
    ):
        answer = await town.post("/webhooks", {"name": "n", "url": url, "events": ["consultation.published"]})
        assert answer.status_code == 422
        assert [(f["path"], f["code"]) for f in answer.json()["errors"]] == [
            ("url", "address"),
            ("events", "unknown_event"),
        ]
    answer = await town.post("/webhooks", {"name": "n", "url": "https://127.0.0.1/", "events": []})
    assert {fault["path"] for fault in answer.json()["errors"]} == {"url", "events"}
    assert await town.read("/webhooks") == []


async def test_only_an_administrator_sees_or_touches_them(world: World, receiver: Receiver) -> None:
    town = await world.town()
    endpoint = await hooked(town, receiver)
    queued = await town.did(f"/webhooks/{endpoint['id']}/test")
    assert town.organisation
    here = f"/webhooks/{endpoint['id']}"
    there = f"{here}/deliveries/{queued['id']}"
    body = {"name": "n", "url": receiver.url, "events": EVENTS}
    for roles in ({Role.READER}, {Role.AGENT, Role.SIGNATORY, Role.ACCOUNTANT}):
        colleague = await world.member(town.organisation, frozenset(roles))
        answers = [
            *[await colleague.get(path) for path in ("/webhooks", here, f"{here}/deliveries", there, "/webhook-events")],
            *[await colleague.post(f"{here}/{act}") for act in ("rotation", "activation", "deactivation", "test")],
            await colleague.post("/webhooks", body), await colleague.put(here, body), await colleague.delete(here),
            await colleague.post(f"{there}/redelivery"),
        ]  # fmt: skip
        assert {(a.status_code, a.json()["code"]) for a in answers} == {(403, "role_needed")}
    assert (await world.visitor.get("/webhooks")).status_code == 401
    assert (await town.read(here))["enabled"]


async def test_another_organisations_endpoint_and_delivery_are_as_if_they_did_not_exist(
    world: World, receiver: Receiver
) -> None:
    town, other = await world.town(), await world.town("18033")
    endpoint, own = await hooked(town, receiver), await hooked(other, receiver)
    queued = await town.did(f"/webhooks/{endpoint['id']}/test")
    before = await world.sql("select json_agg(e) from webhook_endpoint e")
    body = {"name": "n", "url": receiver.url, "events": EVENTS}

    async def answers(endpoint_id: str, delivery_id: str) -> list[tuple[int, dict[str, Any]]]:
        here = f"/webhooks/{endpoint_id}"
        found = [
            await other.get(here), await other.put(here, body), await other.delete(here),
            *[await other.post(f"{here}/{act}") for act in ("rotation", "activation", "deactivation", "test")],
            await other.get(f"{here}/deliveries"), await other.get(f"{here}/deliveries/{delivery_id}"),
            await other.post(f"{here}/deliveries/{delivery_id}/redelivery"),
            await other.get(f"/webhooks/{own['id']}/deliveries/{delivery_id}"),
            await other.post(f"/webhooks/{own['id']}/deliveries/{delivery_id}/redelivery"),
        ]  # fmt: skip
        kept = [(a.status_code, a.json()) for a in found]
        for _, problem in kept:
            del problem["request_id"], problem["instance"]
        return kept

    theirs, missing = await answers(endpoint["id"], queued["id"]), await answers(str(uuid4()), str(uuid4()))
    assert theirs == missing
    assert {status for status, _ in theirs} == {404}
    assert await world.sql("select json_agg(e) from webhook_endpoint e") == before
    assert [e["id"] for e in await other.read("/webhooks")] == [own["id"]]


async def test_a_secret_is_shown_when_made_and_when_renewed_and_never_again(
    world: World, receiver: Receiver
) -> None:
    town = await world.town()
    body = {"name": "finances", "url": receiver.url, "events": EVENTS}
    made = await town.did("/webhooks", body, Idempotency_Key="k")
    again = await town.post("/webhooks", body, Idempotency_Key="k")
    assert (again.json()["id"], again.json()["secret"]) == (made["id"], None)
    renewed = await town.did(f"/webhooks/{made['id']}/rotation")
    assert renewed["secret"] != made["secret"]
    for path in ("/webhooks", f"/webhooks/{made['id']}", f"/webhooks/{made['id']}/deliveries"):
        assert "whsec_" not in (await town.get(path)).text
    kept = await world.sql("select string_agg(a::text, '') from audit_line a where subject like 'webhook%'")
    assert "webhook.rotate" in kept
    assert "whsec_" not in kept
    assert "whsec_" not in str(await world.sql("select json_agg(r) from idempotency_record r"))


async def test_ten_endpoints_at_most_and_one_removed_takes_its_log_along(
    world: World, receiver: Receiver
) -> None:
    town = await world.town()
    made = [await hooked(town, receiver) for _ in range(10)]
    refused = await town.post("/webhooks", {"name": "n", "url": receiver.url, "events": EVENTS})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_endpoints")
    await town.did(f"/webhooks/{made[0]['id']}/test")
    assert (await town.delete(f"/webhooks/{made[0]['id']}")).status_code == 204
    assert (await town.get(f"/webhooks/{made[0]['id']}")).status_code == 404
    assert await world.sql("select count(*) from webhook_delivery") == 0


async def test_an_endpoint_changed_or_disabled_by_a_person_is_obeyed_and_no_mail_is_written(
    world: World, receiver: Receiver
) -> None:
    town = await world.town()
    endpoint = await hooked(town, receiver)
    here = f"/webhooks/{endpoint['id']}"
    changed = await town.did(
        here, {"name": "voirie", "url": receiver.url + "/2", "events": ["order.issued"]}, method="put"
    )
    assert (changed["name"], changed["events"]) == ("voirie", ["order.issued"])
    await town.did(f"{here}/test")
    for _ in range(2):
        stopped = await town.did(f"{here}/deactivation")
        assert (stopped["enabled"], stopped["disabled_reason"]) == (False, "person")
    await world.work()
    assert await Postman(world.tools).round() == 0
    assert receiver.received == []
    assert await world.sql("select count(*) from mail") == 0
    world.app.state.guard = Guard()
    refused = await town.post(f"{here}/activation")
    assert (refused.status_code, refused.json()["code"]) == (422, "address_refused")
    assert not (await town.read(here))["enabled"]


async def test_the_pages_do_the_same(world: World, receiver: Receiver) -> None:
    from tests.pages.reader import Reader

    town = await world.town()
    assert town.organisation
    admin = await Reader.arrive(world, "an administrator", town.organisation, frozenset({Role.ADMIN}))
    home = "/organisation/webhooks"

    async def send(path: str, **fields: Any) -> Any:
        page = (await admin.http.get(home)).text
        token = page.split('name="_csrf" value="')[1].split('"')[0]
        return await admin.http.post(path, data={"_csrf": token} | fields)

    wrong = await send(home, name="", url="pas une adresse", events=[])
    assert wrong.status_code == 422
    assert "pas une adresse" in wrong.text
    made = await send(home, name="finances", url=receiver.url, events=["pool.invited", "order.issued"])
    assert made.status_code == 200
    secret = made.text.split("<code>whsec_")[1].split("<")[0]
    (endpoint,) = await town.read("/webhooks")
    assert endpoint["events"] == ["order.issued", "pool.invited"]
    here = f"{home}/{endpoint['id']}"
    assert "whsec_" not in (await admin.http.get(here)).text
    tested = await send(f"{here}/test")
    assert tested.status_code == 303
    await Postman(world.tools).round()
    assert receiver.received[0].verified_by("whsec_" + secret)
    shown = (await admin.http.get(tested.headers["location"])).text
    assert "webhook.test" in shown
    assert receiver.received[0].id in shown
    read: set[str] = set()
    elsewhere = (
        "/?",
        "/compte",
        "/solutions",
        "/achats",
        "/demo",
        "/langue",
        "/api",
        "/regles",
        "/organisation/equipe",
        "/commandes",
    )
    assert await admin.looks_around(home, "/organisation/cles", patterns=read, leaving=elsewhere) == []
    assert {path for path in read if path.startswith("/organisation/webhooks")} >= {home}
    assert len([path for path in read if path.startswith(home)]) == 3, (
        "the list, the endpoint and the delivery"
    )
    assert (await send(tested.headers["location"] + "/renvoi")).status_code == 303
    await Postman(world.tools).round()
    assert len(receiver.received) == 2
    assert "whsec_" in (await send(f"{here}/secret")).text
    assert (await send(f"{here}/desactivation")).status_code == 303
    assert "Réactiver" in (await admin.http.get(here)).text
    assert (await send(f"{here}/activation")).status_code == 303
    bad = await send(here, name="x", url="ftp://x", events=["order.issued"])
    assert bad.status_code == 422
    assert (await send(here, name="x", url=receiver.url, events="order.issued")).status_code == 303
    assert (await send(f"{here}/suppression")).status_code == 303
    assert (await admin.http.get(here)).status_code == 404
    agent = await Reader.arrive(world, "an agent", town.organisation, frozenset({Role.AGENT}))
    assert (await agent.http.get(home)).status_code == 403
    assert home not in (await agent.http.get("/organisation/cles")).text
