"""Keys for programs: shown once, scoped, revocable."""

from datetime import timedelta
from uuid import uuid4

from marketplace.accounts.models import KeyScope
from tests.support.world import TOWN_ROLES, Caller, World

NEED = {"text": "Éclairage", "domain": "eclairage-public", "unit": "light_point"}


def bearing(caller: Caller, secret: str) -> Caller:
    return Caller(caller.http, caller.actor, caller.organisation, secret)


async def test_a_key_is_shown_once_kept_as_a_hash_and_acts_for_its_organisation(world: World) -> None:
    town = await world.town()
    made = await town.did("/api-keys", {"name": "tableur", "scope": "write"})
    assert made["secret"].startswith("lc_")
    listed = await town.read("/api-keys")
    assert all("secret" not in key for key in listed)
    assert await world.sql("select count(*) from api_key where secret_hash::text like '%lc_%'") == 0
    me = await bearing(town, made["secret"]).read("/me")
    assert (me["channel"], me["organisation_id"]) == ("key", str(town.actor.organisation_id))
    assert [key["name"] for key in await (await world.town("18033")).read("/api-keys")] == ["test"]


async def test_a_key_that_reads_cannot_write_anything(world: World) -> None:
    town = await world.town()
    assert town.organisation is not None
    reader = await world.member(town.organisation, TOWN_ROLES, scope=KeyScope.READ)
    assert await reader.read("/needs") == []
    for answer in (
        await reader.post("/needs", NEED),
        await reader.put(f"/pools/{uuid4()}/membership/needs", {"needs": []}),
        await reader.delete(f"/api-keys/{uuid4()}"),
        await reader.post("/api-keys", {"name": "plus fort", "scope": "write"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "read_only_key")
    assert await world.sql("select count(*) from need") == 0
    made = await town.did("/api-keys", {"name": "par défaut"})
    assert made["scope"] == "read"


async def test_a_worthless_key_is_refused_even_where_nobody_needs_one(world: World) -> None:
    town, leaver = await world.town(), await world.town("18033")
    soon = (await world.now()) + timedelta(days=1)
    made = [
        await town.did("/api-keys", {"name": "x", "scope": "write", "expires_at": soon.isoformat()})
        for _ in range(2)
    ]
    revoked, expired = (bearing(town, key["secret"]) for key in made)
    for program in (revoked, expired, leaver):
        assert (await program.get("/towns", q="Vierzon")).status_code == 200
    for _ in range(2):
        assert (await town.delete(f"/api-keys/{made[0]['id']}")).status_code == 204
    await world.sql(
        "update api_key set expires_at = now() - interval '1 second' where id = :id", id=made[1]["id"]
    )
    await world.sql("delete from affiliation where person_id = :id", id=leaver.actor.person_id)
    for program in (revoked, expired, leaver, bearing(town, "lc_inconnue"), bearing(town, " ")):
        for path in ("/towns", "/me"):
            refused = await program.get(path)
            assert (refused.status_code, refused.json()["code"]) == (401, "key_refused")
    assert (await town.get("/me")).status_code == 200


async def test_another_organisations_key_cannot_be_revoked(world: World) -> None:
    town, other = await world.town(), await world.town("18033")
    (key,) = await town.read("/api-keys")
    answers = [await other.delete(f"/api-keys/{found}") for found in (key["id"], uuid4())]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "not_found")] * 2
    assert (await town.read("/api-keys"))[0]["revoked_at"] is None


async def test_a_key_asked_for_wrongly_names_every_field(world: World) -> None:
    town = await world.town()
    answer = await town.post(
        "/api-keys", {"name": "", "scope": "admin", "expires_at": "2027-01-01T00:00:00", "x": 1}
    )
    assert answer.status_code == 422
    assert {error["path"] for error in answer.json()["errors"]} == {"name", "scope", "expires_at", "x"}
    assert len(await town.read("/api-keys")) == 1
