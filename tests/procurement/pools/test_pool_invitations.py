"""The coordinator invites towns by any code that names them."""

from marketplace.territories.queries import find_town
from tests.support import story
from tests.support.world import World


async def test_every_code_that_leads_nowhere_is_told_and_nobody_is_invited(world: World) -> None:
    told = await story.opened(world, towns=2, sellers=0)
    codes = ["18033", "99999", "ABCDE", "18279000000", "18087"]
    refusal = await told.coordinator.post(f"{told.path}/invitations", {"towns": codes})
    assert refusal.status_code == 422
    assert [(error["path"], error["code"]) for error in refusal.json()["errors"]] == [
        ("towns[1]", "unknown_town"),
        ("towns[2]", "unknown_town"),
        ("towns[3]", "unknown_town"),
        ("towns[4]", "town_without_account"),
    ]
    assert "99999" in refusal.json()["errors"][0]["message"]
    for towns, place in (([], "towns"), (["1"], "towns[0]")):
        short = await told.coordinator.post(f"{told.path}/invitations", {"towns": towns})
        assert short.status_code == 422
        assert short.json()["errors"][0]["path"] == place
    assert [m["insee"] for m in await told.coordinator.read(f"{told.path}/members")] == ["18279"]


async def test_merged_codes_siren_and_siret_lead_to_the_present_town_invited_once(world: World) -> None:
    told = await story.opened(world, towns=2, sellers=0)
    merged, paris, epci = await world.town("01033"), await world.town("75056"), await world.town("200000933")
    async with world.as_worker.reading(merged.actor) as session:
        siren = (await find_town(session, "01033")).siren
    codes = ["01091", "75101", "200000933", "01033", f"{siren}00012", "18279", "18033"]
    invited = f"{told.path}/invitations"
    await told.coordinator.did(invited, {"towns": codes})
    await told.coordinator.did(invited, {"towns": codes})
    members = await told.coordinator.read(f"{told.path}/members")
    assert {(m["insee"] or m["siren"], m["state"]) for m in members} == {
        ("18279", "interested"), ("01033", "invited"), ("75056", "invited"), ("200000933", "invited"), ("18033", "invited"),
    }  # fmt: skip
    assert len(members) == 5
    await world.work()
    assert (
        await world.sql(
            "select count(*) from outbox where topic = 'pool.town_invited' and handler = '' and status = 'done'"
        )
        == 4
    )
    for guest in (merged, paris, epci):
        assert (await guest.read(told.path))["my_membership"]["state"] == "invited"


async def test_only_the_coordinator_invites_and_not_after_the_census(world: World) -> None:
    told = await story.declared(world, [("10", "0"), ("5", "0")], sellers=0)
    theirs = await told.towns[1].post(f"{told.path}/invitations", {"towns": ["18033"]})
    assert (theirs.status_code, theirs.json()["code"]) == (403, "not_their_move")
    await told.coordinator.did(f"{told.path}/census/closure")
    late = await told.coordinator.post(f"{told.path}/invitations", {"towns": ["18033"]})
    assert (late.status_code, late.json()["code"]) == (409, "pool_closed_to_newcomers")


async def test_a_town_declines_with_its_reason_then_may_change_its_mind(world: World) -> None:
    told = await story.opened(world, towns=2, sellers=0)
    guest = told.towns[1]
    await told.coordinator.did(f"{told.path}/interest-call")
    await told.coordinator.did(f"{told.path}/invitations", {"towns": ["18033"]})
    silent = await guest.post(f"{told.path}/membership/refusal", {"reason": ""})
    assert (silent.status_code, silent.json()["errors"][0]["path"]) == (422, "reason")
    assert (await guest.did(f"{told.path}/membership/refusal", {"reason": "Pas cette année"}))[
        "state"
    ] == "declined"
    again = await guest.post(f"{told.path}/membership/refusal", {"reason": "Non"})
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    assert (await guest.did(f"{told.path}/membership"))["state"] == "interested"
    assert (await told.fresh())["members"] == 2
