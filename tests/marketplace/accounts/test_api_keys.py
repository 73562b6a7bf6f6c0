"""Keys for programs: shown once, scoped, revocable."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import text

from marketplace.accounts.models import KeyScope
from marketplace.actor import Role
from marketplace.db import Database
from marketplace.settings import needed
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
    asked = await reader.post("/matches", {"need": "éclairage public"})
    assert asked.status_code == 200, asked.text
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


async def test_a_key_of_a_colleague_is_revoked_by_its_maker_or_an_administrator_and_by_nobody_else(
    world: World,
) -> None:
    """TOB-11: deleting a key asks whose it is, not only whether it exists."""
    admin = await world.town()
    assert admin.organisation
    maker, agent = [await world.member(admin.organisation, frozenset({Role.AGENT})) for _ in range(2)]
    stranger = await world.startup()
    made = [await maker.did("/api-keys", {"name": f"export {i}", "scope": "write"}) for i in range(2)]
    refused = await agent.delete(f"/api-keys/{made[0]['id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_their_key")
    unseen = [await stranger.delete(f"/api-keys/{found}") for found in (made[0]["id"], uuid4())]
    assert {(a.status_code, a.json()["title"]) for a in unseen} == {(404, unseen[1].json()["title"])}
    assert (await bearing(maker, made[0]["secret"]).get("/me")).status_code == 200
    changed = await world.sql("select count(*) from api_key where revoked_at is not null")
    assert changed == 0
    assert (await maker.delete(f"/api-keys/{made[0]['id']}")).status_code == 204
    assert (await admin.delete(f"/api-keys/{made[1]['id']}")).status_code == 204
    for key in made:
        assert (await bearing(maker, key["secret"]).get("/me")).status_code == 401


async def test_postgresql_itself_refuses_to_revoke_a_colleagues_key(world: World) -> None:
    admin = await world.town()
    assert admin.organisation
    agent = await world.member(admin.organisation, frozenset({Role.AGENT}))
    database = Database(needed(world.settings.database.url, "url"), pool_size=1)
    for who, expected in ((agent.actor, 1), (admin.actor, 2)):
        async with database.transaction(who) as session:
            done = await session.execute(text("update api_key set revoked_at = now()"))
            assert done.rowcount == expected  # type: ignore[attr-defined]
            await session.rollback()
    await database.close()


async def test_a_key_ends_after_90_days_unless_said_otherwise_and_after_a_year_at_most(world: World) -> None:
    town = await world.town()
    now = datetime.now(UTC)
    made = await town.did("/api-keys", {"name": "x"})
    assert abs(datetime.fromisoformat(made["expires_at"]) - now - timedelta(days=90)) < timedelta(minutes=5)
    for until, code in ((now - timedelta(minutes=1), "past"), (now + timedelta(days=367), "far")):
        answer = await town.post("/api-keys", {"name": "x", "expires_at": until.isoformat()})
        assert [(f["path"], f["code"]) for f in answer.json()["errors"]] == [("expires_at", code)]
    year = (now + timedelta(days=365)).isoformat()
    assert (await town.did("/api-keys", {"name": "x", "expires_at": year}))["state"] == "live"


async def test_a_key_has_its_makers_rights_of_the_moment_and_dies_with_the_membership_for_good(
    world: World,
) -> None:
    town = await world.town()
    assert town.organisation
    agent = await world.member(town.organisation, frozenset({Role.AGENT}))
    person = agent.actor.person_id
    assert (await agent.post("/needs", NEED)).status_code == 201
    await world.sql("update affiliation set roles = '{reader}' where person_id = :id", id=person)
    refused = await agent.post("/needs", NEED)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_needed")
    assert (await agent.get("/needs")).status_code == 200
    await world.sql("delete from affiliation where person_id = :id", id=person)
    assert (await agent.get("/needs")).status_code == 401
    views = {key["id"]: key for key in await town.read("/api-keys")}
    assert sorted((key["state"], key["maker"]) for key in views.values())[1] == ("revoked", "")
    await world.sql(
        "insert into affiliation (id, person_id, organisation_id, roles) values (gen_random_uuid(), :person, :town, '{agent}')",
        person=person, town=town.organisation.id,
    )  # fmt: skip
    assert (await agent.get("/needs")).status_code == 401, "coming back brings no old key to life"


async def test_a_week_before_a_key_ends_its_maker_is_told_once(world: World) -> None:
    town = await world.town()
    made = [await town.did("/api-keys", {"name": f"clé {i}"}) for i in range(3)]
    await world.work()
    assert await world.sql("select count(*) from mail") == 0
    await world.sql(
        "update api_key set created_at = created_at - interval '84 days', expires_at = expires_at - interval '84 days'"
        " where id = any(:ids)",
        ids=[made[0]["id"], made[1]["id"]],
    )
    assert (await town.delete(f"/api-keys/{made[1]['id']}")).status_code == 204
    for _ in range(2):
        await world.work()
    assert (
        await world.sql("select string_agg(subject, '|') from mail")
        == "Votre clé d’API expire bientôt : clé 0"
    )
    shown = {key["name"]: key["state"] for key in await town.read("/api-keys")}
    assert (shown["clé 0"], shown["clé 1"], shown["clé 2"]) == ("ending", "revoked", "live")
    kept = await world.sql("select body from mail")
    assert made[0]["secret"] not in kept


async def test_the_page_asks_how_long_and_shows_the_key_once(world: World) -> None:
    from tests.pages.reader import Reader

    town = await world.town()
    assert town.organisation
    me = await Reader.arrive(world, "somebody", town.organisation, frozenset({Role.AGENT}))

    async def send(**fields: str) -> str:
        form = (await me.http.get("/organisation/cles")).text
        token = form.split('name="_csrf" value="')[1].split('"')[0]
        return (await me.http.post("/organisation/cles", data={"_csrf": token} | fields)).text

    assert "Dites jusqu’à quel jour" in await send(name="x", scope="read", lasts="date", until="")
    assert "un an au plus" in await send(name="x", scope="read", lasts="date", until="01/01/2199")
    assert "Donnez une date à venir" in await send(name="x", scope="read", lasts="date", until="01/01/2001")
    shown = await send(name="export", scope="read", lasts="30", until="")
    secret = "lc_" + shown.split("<code>lc_")[1].split("<")[0]
    assert (await bearing(town, secret).read("/me"))["channel"] == "key"
    assert secret not in (await me.http.get("/organisation/cles")).text
    found = [key for key in await town.read("/api-keys") if key["name"] == "export"]
    left = datetime.fromisoformat(found[0]["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=29) < left <= timedelta(days=30)
