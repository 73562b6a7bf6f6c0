"""A team: who is in it, what each may do, and that an end is an end from the next request on."""

import asyncio
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError

from marketplace.accounts.models import Affiliation, WebSession
from marketplace.actor import OrganisationKind, Role
from marketplace.joining.models import Claim, TeamInvitation
from tests.support import story
from tests.support.joining import PASSWORD, Browser, address, invited, joined, mails_to
from tests.support.world import TOWN_ROLES, Caller, World

ADA = "ada@vierzon.test"
NEED = {"text": "Éclairage", "domain": "eclairage-public", "unit": "light_point"}


async def member(world: World, admin: Caller, *roles: Role) -> tuple[Caller, Browser]:
    """A colleague with a key and a browser."""
    assert admin.organisation is not None
    caller = await world.member(admin.organisation, frozenset(roles), password=PASSWORD)
    return caller, await Browser.sign_in(world, address(caller))


async def lines(world: World, action: str) -> Any:
    return await world.sql(
        "select json_agg(json_build_array(before, after) order by id) from audit_line where action = :action", action=action
    )  # fmt: skip


async def test_administrators_see_roles_and_last_sign_ins_and_others_see_colleagues(world: World) -> None:
    town = await world.town()
    agent, _ = await member(world, town, Role.AGENT)
    by_admin = {m["email"]: m for m in await town.read("/organisation/members")}
    assert by_admin[address(agent)]["roles"] == ["agent"]
    assert by_admin[address(agent)]["last_sign_in"] is not None
    assert by_admin[address(town)]["last_sign_in"] is None, "never: a key only"
    by_agent = {m["email"]: m["last_sign_in"] for m in await agent.read("/organisation/members")}
    assert by_agent == {address(agent): None, address(town): None}
    assert (await world.visitor.get("/organisation/members")).json()["code"] == "sign_in_needed"


async def test_a_change_of_roles_holds_from_the_next_request_in_sessions_and_keys(world: World) -> None:
    town = await world.town()
    agent, browser = await member(world, town, Role.AGENT)
    assert (await agent.post("/needs", NEED)).status_code == 201
    path = f"/organisation/members/{agent.actor.person_id}"
    assert (await town.put(path, {"roles": ["reader"]})).status_code == 204
    for answer in (await agent.post("/needs", NEED), await browser.call("POST", "/needs", NEED)):
        assert (answer.status_code, answer.json()["code"]) == (403, "role_needed")
    assert (await town.put(path, {"roles": ["reader"]})).status_code == 204, "the same again changes nothing"
    person = {"person": str(agent.actor.person_id)}
    assert await lines(world, "affiliation.change_roles") == [[person | {"roles": ["agent"]}, person | {"roles": ["reader"]}]]  # fmt: skip
    assert (await town.put(path, {"roles": []})).json()["errors"][0]["path"] == "roles"
    assert (await town.put(path, {"roles": ["supervisor"]})).json()["errors"][0]["path"] == "roles"
    await world.work()
    assert mails_to(world, address(agent))[-1][1].startswith(
        "Vos rôles pour Vierzon sont maintenant : lecture."
    )


async def test_a_removal_ends_sessions_keys_invitations_and_duties_and_keeps_the_account(
    world: World,
) -> None:
    town = await world.town()
    other, browser = await member(world, town, Role.ADMIN, Role.AGENT)
    await invited(world, other, "complice@ailleurs.test", "admin")
    removed = await town.delete(f"/organisation/members/{other.actor.person_id}")
    assert removed.status_code == 204
    assert (await other.get("/me")).json()["code"] == "key_refused"
    me = await browser.me()
    assert (me["organisation_id"], me["roles"]) == (None, [])
    for path in ("/organisation/members", "/needs"):
        answer = await browser.call(
            "GET" if "members" in path else "POST", path, None if "members" in path else NEED
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "organisation_needed")
    assert (await browser.call("PUT", "/me/organisation", {"organisation_id": str(town.actor.organisation_id)})).status_code == 404  # fmt: skip
    assert await town.read("/organisation/invitations") == [], "nobody comes in through who has left"
    ((before, after),) = await lines(world, "affiliation.remove")
    assert before == {"person": str(other.actor.person_id), "roles": ["admin", "agent"]}
    assert after == {"sessions_stopped": 1, "keys_revoked": 1}
    assert await lines(world, "api_key.revoke") == [[None, {"because": "affiliation.remove"}]]
    again = await town.delete(f"/organisation/members/{other.actor.person_id}")
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    page = await browser.http.get("/compte")
    assert page.status_code == 200
    assert "aucune organisation" in page.text
    assert (await browser.http.get("/organisation/equipe")).status_code == 403
    await world.work()
    assert "Vous n’agissez plus pour Vierzon" in mails_to(world, address(other))[-1][1]


async def test_who_leaves_or_may_decide_no_more_is_in_charge_of_no_pool(world: World) -> None:
    told = await story.opened(world, towns=1)
    coordinator = told.towns[0]
    assert coordinator.organisation is not None
    gone, demoted = [(await member(world, coordinator, Role.AGENT))[0] for _ in range(2)]
    for caller in (gone, demoted):
        await world.sql(
            "insert into appointment (id, pool_id, town_id, person_id, duty) select gen_random_uuid(), id, coordinator_id, :person, 'evaluator' from pool",
            person=caller.actor.person_id,
        )
    await coordinator.delete(f"/organisation/members/{gone.actor.person_id}")
    await coordinator.put(f"/organisation/members/{demoted.actor.person_id}", {"roles": ["reader"]})
    await world.work()
    assert await world.sql("select count(*) from appointment where ended_at is null") == 0


async def test_the_last_administrator_stays_one_however_it_is_tried(world: World) -> None:
    town = await world.town()
    assert town.organisation is not None
    only = await world.member(town.organisation, TOWN_ROLES, password=PASSWORD)
    browser = await Browser.sign_in(world, address(only))
    assert (await only.delete(f"/organisation/members/{town.actor.person_id}")).status_code == 204
    path = f"/organisation/members/{only.actor.person_id}"
    tries = [
        await only.delete(path),
        await only.put(path, {"roles": ["agent"]}),
        await browser.call("DELETE", f"/me/organisations/{only.actor.organisation_id}"),
    ]
    assert {(a.status_code, a.json()["code"]) for a in tries} == {(409, "last_admin")}
    assert set((await browser.me())["roles"]) == {str(role) for role in TOWN_ROLES}


async def test_two_administrators_who_remove_each_other_at_once_leave_one(world: World) -> None:
    for _ in range(4):
        town = await world.startup()
        assert town.organisation is not None
        other = await world.member(town.organisation, frozenset({Role.ADMIN}))
        answers = await asyncio.gather(
            town.delete(f"/organisation/members/{other.actor.person_id}"),
            other.delete(f"/organisation/members/{town.actor.person_id}"),
        )
        assert sorted(a.status_code for a in answers) in ([204, 401], [204, 403])
        left = await world.sql(
            "select count(*) from affiliation where organisation_id = :id and 'admin' = any(roles)", id=town.organisation.id
        )  # fmt: skip
        assert left == 1


async def test_two_administrators_who_both_step_down_at_once_leave_one(world: World) -> None:
    for _ in range(4):
        town = await world.startup()
        assert town.organisation is not None
        other = await world.member(town.organisation, frozenset({Role.ADMIN}))
        answers = await asyncio.gather(
            *(
                c.put(f"/organisation/members/{c.actor.person_id}", {"roles": ["editor"]})
                for c in (town, other)
            )
        )
        assert sorted(a.status_code for a in answers) == [204, 409]


async def test_somebody_leaves_one_organisation_while_acting_for_another(world: World) -> None:
    town, other = await world.town(), await world.town("18033")
    ada = await joined(world, town, ADA, "agent")
    token = await invited(world, other, ADA, "reader")
    await ada.call("POST", "/invitations/acceptance", {"token": token})
    left = await ada.call("DELETE", f"/me/organisations/{other.actor.organisation_id}")
    assert left.status_code == 204
    assert [o["name"] for o in (await ada.call("GET", "/me/organisations")).json()] == ["Vierzon"]
    assert (await ada.me())["organisation_name"] == "Vierzon"
    missing = await ada.call("DELETE", f"/me/organisations/{other.actor.organisation_id}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    by_key = await town.delete(f"/me/organisations/{town.actor.organisation_id}")
    assert by_key.status_code == 401


async def test_the_pages_do_what_the_api_does(world: World) -> None:
    town = await world.town()
    admin, browser = await member(world, town, Role.ADMIN)
    agent, _ = await member(world, town, Role.AGENT)
    http, team = browser.http, "/organisation/equipe"

    async def send(path: str, **typed: Any) -> Any:
        page = (await http.get(team)).text
        csrf = page.partition('name="_csrf" value="')[2].partition('"')[0]
        return await http.post(path, data={"_csrf": csrf, **typed})

    refused = await send(f"{team}/invitations", email="ada", roles=[])
    assert refused.status_code == 422
    assert refused.text.count('class="error"') == 2
    assert (await send(f"{team}/invitations", email=ADA, roles=["agent", "reader"])).status_code == 303
    page = (await http.get(team)).text
    assert "L’invitation part par courriel à ada@vierzon.test" in page
    (pending,) = await town.read("/organisation/invitations")
    assert (await send(f"{team}/invitations/{pending['id']}/envoi")).status_code == 303
    assert (await send(f"{team}/invitations/{pending['id']}/retrait")).status_code == 303
    theirs = f"{team}/{agent.actor.person_id}"
    form = (await http.get(theirs)).text
    assert 'value="agent" checked' in form
    assert 'value="admin" checked' not in form
    none = await send(f"{theirs}/roles")
    assert none.status_code == 422
    assert (await send(f"{theirs}/roles", roles="accountant")).status_code == 303
    assert (await agent.get("/me")).json()["roles"] == ["accountant"]
    assert (await send(f"{theirs}/retrait")).status_code == 303
    assert (await http.get(theirs)).status_code == 404
    assert (await send(f"{team}/{town.actor.person_id}/retrait")).status_code == 303
    last = await send(f"{team}/{admin.actor.person_id}/retrait")
    assert last.status_code == 422
    assert "dernier administrateur" in last.text


async def test_the_database_itself_lets_nobody_give_themselves_a_right(world: World) -> None:
    """Straight through the application's role, as a verb with its checks removed would."""
    town, other = await world.town(), await world.town("18033")
    assert town.organisation is not None
    agent = await world.member(town.organisation, frozenset({Role.AGENT}))
    await invited(world, town, "x@vierzon.test", "reader")
    database = world.app.state.database
    mine = Affiliation.person_id == agent.actor.person_id

    async def changed(caller: Caller, statement: Any) -> int:
        async with database.transaction(caller.actor) as session:
            return int((await session.execute(statement)).rowcount)

    assert await changed(agent, update(Affiliation).where(mine).values(roles=["admin"])) == 0
    assert await changed(other, update(Affiliation).values(roles=["admin"])) == 1, "their own alone"
    assert await changed(agent, update(TeamInvitation).values(state="withdrawn")) == 0
    assert await changed(other, update(TeamInvitation).values(state="withdrawn")) == 0
    for caller, row in (
        (
            agent,
            Affiliation(
                person_id=agent.actor.person_id, organisation_id=other.actor.organisation_id, roles=["admin"]
            ),
        ),
        (
            town,
            Affiliation(
                person_id=other.actor.person_id, organisation_id=town.actor.organisation_id, roles=["agent"]
            ),
        ),
    ):
        assert await _refused(database, caller, row)
    async with database.transaction(agent.actor) as session:
        assert list(await session.scalars(select(TeamInvitation))) == []
        assert list(await session.scalars(select(Claim))) == []
        assert list(await session.scalars(select(WebSession))) == []
    for column in ("email", "organisation_id", "invited_by", "roles"):
        assert await _forbidden(database, town, f"update team_invitation set {column} = {column}"), column
    for column in ("person_id", "organisation_id"):
        assert await _forbidden(database, town, f"update affiliation set {column} = {column}"), column
    for column in ("email", "siret", "siren", "kind"):
        assert await _forbidden(database, town, f"update claim set {column} = {column}"), column
    for kind in OrganisationKind:
        assert await _forbidden(
            database, town, f"insert into organisation (id, kind, name, fictional) values (gen_random_uuid(), '{kind}', 'x', false)"
        ), kind  # fmt: skip
    assert await _forbidden(
        database, town, "insert into person (id, email, name) values (gen_random_uuid(), 'z@z.test', 'Z')"
    )


async def _refused(database: Any, caller: Caller, row: Any) -> bool:
    try:
        async with database.transaction(caller.actor) as session:
            session.add(row)
    except ProgrammingError as error:
        return "row-level security" in str(error)
    return False


async def _forbidden(database: Any, caller: Caller, statement: str) -> bool:
    try:
        async with database.transaction(caller.actor) as session:
            await session.execute(text(statement))
    except ProgrammingError as error:
        return "row-level security" in str(error) or "permission denied" in str(error)
    return False
