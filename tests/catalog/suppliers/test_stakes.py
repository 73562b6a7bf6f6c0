"""Who owns a startup: declared or added with a source, dated, at most 100 %, and disclosed when it is a public body."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from catalog.suppliers.queries import public_stakes
from marketplace.actor import ANONYMOUS, OrganisationKind, Role
from tests.catalog.suppliers.firms import IDENTITY, stake, told, wrong
from tests.support.curating import publish
from tests.support.world import Caller, World

MINE = "/my/supplier/stakes"


async def people(world: World) -> tuple[Caller, Caller]:
    return await world.startup(), await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)


def of(seller: Caller) -> str:
    return f"/suppliers/{seller.actor.organisation_id}"


async def test_the_sum_of_shares_never_exceeds_the_whole(world: World) -> None:
    seller, curator = await people(world)
    first = await seller.did(MINE, stake(percent="70"))
    assert wrong(await seller.post(MINE, stake(percent="30.5"))) == {"percent"}
    assert wrong(await seller.post(MINE, stake(percent=None, band="over_50"))) == {"band"}
    refused = await curator.post(f"{of(seller)}/stakes", stake(percent="31", source="Statuts"))
    assert wrong(refused) == {"percent"}
    await seller.did(MINE, stake(percent="30"))
    assert wrong(await seller.post(MINE, stake(percent="0.01"))) == {"percent"}
    assert len(await seller.read(MINE)) == 2
    # an ended share leaves its place
    ended = stake(percent="70", until=str(await world.today()))
    await seller.did(f"{MINE}/{first['id']}", ended, method="put", If_Match=str(first["version"]))
    await seller.did(MINE, stake(percent="70"))


async def test_two_shares_at_once_do_not_slip_over_the_whole(world: World) -> None:
    seller = await world.startup()
    answers = await asyncio.gather(*(seller.post(MINE, stake(percent="40")) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 422, 422]


async def test_impossible_stakes_are_refused_with_every_fault_and_nothing_is_kept(
    world: World, subtests: pytest.Subtests
) -> None:
    seller = await world.startup()
    await seller.did("/my/supplier/identity", IDENTITY, method="put", If_Match="0")
    today = await world.today()
    cases: list[tuple[dict[str, Any], set[str]]] = [
        ({"percent": "101"}, {"percent"}),
        ({"percent": "0"}, {"percent"}),
        ({"percent": "-3"}, {"percent"}),
        ({"percent": "1e1"}, {"percent"}),
        ({"since": str(today + timedelta(days=1)), "kind": "bdt"}, {"since", "source"}),
        ({"since": "2016-05-03"}, {"since"}),  # before the firm
        ({"until": "2019-12-31"}, {"until"}),
        ({"until": "2198-01-01", "band": "under_5"}, {"until", "band"}),
        ({"holder": "x" * 10_000, "kind": "martian", "since": "hier"}, {"holder", "kind", "since"}),
        ({"holder": "<b>Alizé</b>", "source": "a\u2066b"}, {"holder", "source"}),
        ({"holder": " "}, {"holder"}),
    ]
    for changes, paths in cases:
        with subtests.test(str(changes)[:80]):
            assert wrong(await seller.post(MINE, stake(**changes))) == paths
    assert await seller.read(MINE) == []
    # and the firm cannot be younger than a stake in it
    await seller.did(MINE, stake(since="2018-01-01"))
    later = IDENTITY | {"founded_on": "2018-01-02"}
    assert wrong(await seller.put("/my/supplier/identity", later, If_Match="1")) == {"founded_on"}


async def test_a_public_stake_is_disclosed_to_everybody_with_its_dates(world: World) -> None:
    seller, _ = await people(world)
    bank = stake(
        holder="Banque des Territoires", kind="bdt", percent="12.5", source="Communiqué du 15 janvier 2020"
    )
    made = await seller.did(MINE, bank)
    await seller.did(MINE, stake(holder="Ada Faure", kind="founders", percent="60"))
    await seller.did(MINE, stake(holder="Région", kind="public_body", percent=None, source="Statuts"))
    shown = await world.visitor.read(of(seller))
    assert [(one["kind"], one["holder"], one["percent"], one["band"]) for one in shown["stakes"]] == [
        ("founders", None, "60", None),
        ("bdt", "Banque des Territoires", "12.5", None),
        ("public_body", "Région", None, "not_told"),
    ]
    today, startup_id = await world.today(), seller.actor.organisation_id
    assert startup_id is not None
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        on = {
            day: [one.holder for one in (await public_stakes(reads, [startup_id], day))[startup_id]]
            for day in (today, today - timedelta(days=10_000))
        }
    assert list(on.values()) == [["Banque des Territoires", "Région"], []]
    # sold: it is no longer in force, and stays told
    sold = bank | {"until": str(today)}
    await seller.did(f"{MINE}/{made['id']}", sold, method="put", If_Match="1")
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        found = await public_stakes(reads, [startup_id], today)
    assert [one.holder for one in found[startup_id]] == ["Région"]
    page = (await world.http.get(f"/entreprises/{startup_id}")).text
    assert "Banque des Territoires" in page and "Ada Faure" not in page and "Part publique" in page


async def test_a_curator_adds_an_undeclared_stake_with_its_source_and_the_startup_is_told(
    world: World,
) -> None:
    seller, curator = await people(world)
    body = stake(holder="Caisse des Dépôts", kind="bdt", percent="20")
    assert wrong(await curator.post(f"{of(seller)}/stakes", body)) == {"source"}
    added = await curator.did(f"{of(seller)}/stakes", body | {"source": "Journal officiel"})
    await world.work()
    assert await told(world, "La relecture a complété%") == 1
    # the startup reads it, and rewrites nothing of it
    assert (await seller.read(MINE))[0]["origin"] == "curator"
    rewritten = await seller.put(f"{MINE}/{added['id']}", stake(kind="company"), If_Match="1")
    assert (rewritten.status_code, rewritten.json()["code"]) == (403, "added_by_curators")
    stale = await curator.put(f"{of(seller)}/stakes/{added['id']}", body | {"source": "JO"}, If_Match="9")
    assert stale.status_code == 412
    await curator.did(
        f"{of(seller)}/stakes/{added['id']}", body | {"percent": "21", "source": "JO"}, method="put", If_Match="1"
    )  # fmt: skip
    await world.work()
    assert await told(world, "La relecture a complété%") == 2


async def test_a_recused_curator_touches_no_stake_of_that_firm(world: World) -> None:
    seller, curator = await people(world)
    firm = {"firm": "Quinquet Systèmes", "kind": "family", "detail": "Un proche.", "since": "2026-01-01"}
    await curator.did("/me/interests", firm)
    refused = await curator.post(f"{of(seller)}/stakes", stake(source="JO"))
    assert (refused.status_code, refused.json()["code"]) == (403, "recused")


async def test_a_correction_is_the_declarers_and_leaves_what_was_said_in_the_journal(world: World) -> None:
    seller, _ = await people(world)
    rival = await world.startup("Lucivoie")
    made = await seller.did(MINE, stake(kind="bdt", source="Statuts"))
    stolen = await rival.put(f"{MINE}/{made['id']}", stake(), If_Match="1")
    assert stolen.status_code == 404
    await seller.did(f"{MINE}/{made['id']}", stake(percent="31"), method="put", If_Match="1")
    before = await world.sql("select before ->> 'kind' from audit_line where action = 'stake.correct'")
    assert before == "bdt"


async def test_who_owns_a_firm_changes_no_rank(world: World) -> None:
    """Two firms with the same sheet: the list is the same before and after the bank has a share in one."""
    seller, curator = await people(world)
    rival = await world.startup("Lucivoie")
    for who in (seller, rival):
        sheet = await who.did(
            "/my/solutions",
            {"name": f"Télégestion {who.actor.organisation_name}", "summary": "Règle l’éclairage.", "description": "D",
             "domains": ["eclairage-public"], "maturity": "established"},
        )  # fmt: skip
        await who.did(f"/my/solutions/{sheet['id']}/submission")
        await publish(curator, sheet["id"])
    await world.work()
    before = await world.visitor.read("/solutions", q="télégestion")
    last = seller if before["items"][-1]["supplier"] == "Quinquet Systèmes" else rival
    await last.did(MINE, stake(kind="bdt", percent="49", source="Communiqué"))
    await world.work()
    assert (await world.visitor.read("/solutions", q="télégestion"))["items"] == before["items"]
    assert len(before["items"]) == 2
