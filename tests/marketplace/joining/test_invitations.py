"""Being invited: by an administrator alone, for one address, once, for a while."""

import asyncio

from marketplace.accounts.tokens import Purpose
from marketplace.actor import OrganisationKind, Role
from tests.support.joining import (
    PASSWORD,
    Browser,
    address,
    invited,
    joined,
    link,
    linked,
    mails_to,
)
from tests.support.world import World

ADA = "ada@vierzon.test"
NEW = {"name": "Ada Martin", "password": PASSWORD}


async def members(world: World) -> int:
    return int(await world.sql("select count(*) from affiliation"))


async def test_somebody_new_accepts_by_the_mailed_link_and_has_exactly_the_roles_given(world: World) -> None:
    town = await world.town()
    await town.did("/organisation/invitations", {"email": " Ada@Vierzon.TEST ", "roles": ["reader", "agent"]})
    (pending,) = await town.read("/organisation/invitations")
    assert (pending["email"], pending["roles"], pending["state"]) == (ADA, ["agent", "reader"], "pending")
    await world.work()
    ((subject, body),) = mails_to(world, ADA)
    assert subject.startswith("Invitation à agir pour Vierzon")
    assert "agent" in body
    token = linked(body).removeprefix("/invitation/")
    assert await world.sql("select body from mail where recipient = :to", to=ADA) == "", (
        "the link is forgotten"
    )
    page = await world.http.get(linked(body))
    assert page.status_code == 200
    assert 'name="password"' in page.text
    answer = await world.visitor.post("/invitations/acceptance", NEW | {"token": token})
    assert answer.json() == {
        "organisation_id": str(town.actor.organisation_id),
        "organisation_name": "Vierzon",
        "roles": ["agent", "reader"],
    }
    ada = await Browser.sign_in(world, ADA)
    me = await ada.me()
    assert (me["name"], me["organisation_name"], me["roles"]) == (
        "Ada Martin",
        "Vierzon",
        ["agent", "reader"],
    )
    assert await town.read("/organisation/invitations") == []
    before_after = await world.sql(
        "select json_build_array(before, after->>'state') from audit_line where action = 'team_invitation.accept'"
    )
    assert before_after == [{"state": "pending"}, "accepted"]


async def test_a_link_serves_once_and_not_when_withdrawn_replaced_or_expired(world: World) -> None:
    town = await world.town()
    token = await invited(world, town, ADA, "agent")
    accept = "/invitations/acceptance"
    both = await asyncio.gather(*(world.visitor.post(accept, NEW | {"token": token}) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) in ([201, 404], [201, 409])
    again = await world.visitor.post(accept, NEW | {"token": token})
    assert (again.status_code, again.json()["code"]) == (404, "token_refused")
    assert (await world.http.get(f"/invitation/{token}")).status_code == 404

    replaced = await invited(world, town, "bea@vierzon.test", "agent")
    (pending,) = await town.read("/organisation/invitations")
    await town.did(f"/organisation/invitations/{pending['id']}/sending")
    fresh = await link(world, Purpose.INVITATION, "bea@vierzon.test")
    assert (await world.visitor.post(accept, NEW | {"token": replaced})).json()["code"] == "token_refused"
    assert (await town.delete(f"/organisation/invitations/{pending['id']}")).status_code == 204
    assert (await world.visitor.post(accept, NEW | {"token": fresh})).json()["code"] == "token_refused"
    again = await town.delete(f"/organisation/invitations/{pending['id']}")
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")

    late = await invited(world, town, "cleo@vierzon.test", "agent")
    lifetime = await world.sql(
        "select extract(day from expires_at - created_at)::int from team_invitation order by id desc limit 1"
    )
    assert lifetime in {13, 14}
    await world.sql("update one_time_token set expires_at = now() - interval '1 second'")
    assert (await world.visitor.post(accept, NEW | {"token": late})).json()["code"] == "token_refused"
    forged = late[:-4] + ("0000" if not late.endswith("0000") else "1111")
    assert (await world.visitor.post(accept, NEW | {"token": forged})).json()["code"] == "token_refused"
    assert await members(world) == 2


async def test_an_invitation_is_for_its_address_and_nobody_else_signed_in(world: World) -> None:
    town, other = await world.town(), await world.town("18033")
    assert other.organisation is not None
    known = await world.member(other.organisation, frozenset({Role.AGENT}), password=PASSWORD)
    stranger = await world.member(other.organisation, frozenset({Role.ADMIN}), password=PASSWORD)
    token = await invited(world, town, address(known), "accountant")
    body = {"token": token}
    unsigned = await world.visitor.post("/invitations/acceptance", body | NEW)
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "sign_in_needed")
    wrong = await Browser.sign_in(world, address(stranger))
    refused = await wrong.call("POST", "/invitations/acceptance", body | NEW)
    assert (refused.status_code, refused.json()["code"]) == (403, "invitation_for_another")
    page = await wrong.http.get(f"/invitation/{token}")
    assert page.status_code == 403
    assert address(known) in page.text
    right = await Browser.sign_in(world, address(known))
    assert (await right.call("POST", "/invitations/acceptance", body)).status_code == 201
    mine = (await right.call("GET", "/me/organisations")).json()
    assert {one["name"]: one["roles"] for one in mine} == {"Bourges": ["agent"], "Vierzon": ["accountant"]}
    assert (await right.me())["organisation_name"] == "Bourges", "on whose behalf is theirs to change"


async def test_only_an_administrator_invites_sees_withdraws_or_changes(world: World) -> None:
    town = await world.town()
    assert town.organisation is not None
    await invited(world, town, ADA, "reader")
    (pending,) = await town.read("/organisation/invitations")
    invitation = f"/organisation/invitations/{pending['id']}"
    for role in (Role.READER, Role.AGENT, Role.ACCOUNTANT, Role.SIGNATORY):
        plain = await world.member(town.organisation, frozenset({role}))
        me = f"/organisation/members/{plain.actor.person_id}"
        answers = [
            await plain.post("/organisation/invitations", {"email": "x@vierzon.test", "roles": ["reader"]}),
            await plain.get("/organisation/invitations"),
            await plain.post(f"{invitation}/sending"),
            await plain.delete(invitation),
            await plain.put(me, {"roles": ["admin"]}),
            await plain.delete(f"/organisation/members/{town.actor.person_id}"),
        ]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "role_needed")}
        assert len(await plain.read("/organisation/members")) > 1, "but they see who their colleagues are"
    assert await world.sql("select count(*) from team_invitation where state = 'pending'") == 1


async def test_another_organisations_invitation_and_member_are_as_missing(world: World) -> None:
    town, other = await world.town(), await world.town("18033")
    await invited(world, town, ADA, "reader")
    (pending,) = await town.read("/organisation/invitations")
    assert await other.read("/organisation/invitations") == []
    theirs = [
        await other.post(f"/organisation/invitations/{pending['id']}/sending"),
        await other.delete(f"/organisation/invitations/{pending['id']}"),
        await other.put(f"/organisation/members/{town.actor.person_id}", {"roles": ["reader"]}),
        await other.delete(f"/organisation/members/{town.actor.person_id}"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in theirs} == {(404, "not_found")}


async def test_what_is_wrong_is_said_at_once_and_nobody_is_invited_twice(world: World) -> None:
    town = await world.town()
    post = "/organisation/invitations"
    refused = await town.post(post, {"email": "ada", "roles": ["seller"]})
    assert (refused.status_code, {e["path"] for e in refused.json()["errors"]}) == (422, {"email", "roles"})
    assert (await town.post(post, {"email": ADA, "roles": []})).json()["errors"][0]["path"] == "roles"
    assert (await town.post(post, {"email": ADA, "roles": ["mayor"]})).status_code == 422
    member = await town.post(post, {"email": address(town), "roles": ["reader"]})
    assert member.json()["errors"][0]["code"] == "already_member"
    both = await asyncio.gather(*(town.post(post, {"email": ADA, "roles": ["reader"]}) for _ in range(3)))
    assert min(answer.status_code for answer in both) == 201
    assert {a.json().get("code") or "made" for a in both if a.status_code != 201} <= {
        "already_invited",
        "invalid",
    }
    assert await world.sql("select count(*) from team_invitation") == 1


async def test_a_newcomer_without_a_name_or_a_good_password_is_told_and_the_link_stays_good(
    world: World,
) -> None:
    town = await world.town()
    token = await invited(world, town, ADA, "agent")
    refused = await world.visitor.post("/invitations/acceptance", {"token": token, "password": "court"})
    assert {e["path"] for e in refused.json()["errors"]} == {"name", "password"}
    guessed = await world.visitor.post("/invitations/acceptance", {"token": token, "name": "Ada", "password": "ada@vierzon.test"})  # fmt: skip
    assert [e["code"] for e in guessed.json()["errors"]] == ["guessable"]
    page = await world.http.post(f"/invitation/{token}", data={"name": "Ada", "password": "court"})
    assert page.status_code == 422
    assert 'value="Ada"' in page.text
    assert "court" not in page.text
    assert (await world.visitor.post("/invitations/acceptance", NEW | {"token": token})).status_code == 201


async def test_other_administrators_hear_of_a_new_one(world: World) -> None:
    town = await world.town()
    await joined(world, town, ADA, "admin")
    await world.work()
    await world.work()
    subjects = [subject for subject, _ in mails_to(world, address(town))]
    assert subjects == ["Nouvel administrateur de Vierzon"]
    assert [s for s, _ in mails_to(world, ADA) if s.startswith("Nouvel")] == []


async def test_two_invitations_of_a_newcomer_accepted_at_once_make_one_account(world: World) -> None:
    town, other = await world.town(), await world.startup()
    tokens = [await invited(world, town, ADA, "agent"), await invited(world, other, ADA, "seller")]
    answers = await asyncio.gather(
        *(world.visitor.post("/invitations/acceptance", NEW | {"token": token}) for token in tokens)
    )
    assert sorted(a.status_code for a in answers) in ([201, 409], [201, 401])
    assert await world.sql("select count(*) from person where email = :to", to=ADA) == 1
    assert other.actor.kind is OrganisationKind.STARTUP
