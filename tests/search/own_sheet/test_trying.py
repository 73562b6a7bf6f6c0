"""A need tried on one's own sheet: the answer of towns, told without anybody else, kept nowhere."""

import html
import re
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, Role
from tests.pages.reader import Page
from tests.search.matching.directory import RECORDS, indexed, sold
from tests.support.world import SELLER_ROLES, Caller, World

STOPPED = "demo-creneau-disque"
PAGE = "/espace-entreprise/pourquoi"
LIGHT: dict[str, Any] = {
    "need": "télégestion de l’éclairage public",
    "town": "18279",
    "quantity": "1200",
    "years": 3,
}
NEEDS: list[dict[str, Any]] = [
    LIGHT,
    LIGHT | {"budget": {"max": 400_000_00}, "musts": {"open_api": True}},
    LIGHT | {"every_domain": True, "musts": {"secnumcloud": True}},
    {"need": "capteur de remplissage des bacs et des corbeilles"},
    {"need": "places de stationnement libres", "town": "18033", "window": {"until": "2027-12-31"}},
    {"need": "réduire la consommation des écoles et des gymnases", "town": "18279", "domain": "energie-batiments"},
    {"need": "Lucivie Calorinte Navetine Bennete Rondebca"},  # nearly the names of others
]  # fmt: skip


@pytest.fixture
async def market(world: World) -> World:
    return await sold(world)


async def firm(world: World, name: str, roles: frozenset[Role] = SELLER_ROLES) -> Caller:
    async with world.as_worker.reading(SYSTEM) as reads:
        organisation = (await reads.scalars(select(Organisation).where(Organisation.name == name))).one()
    return await world.member(organisation, roles)


async def sheets(caller: Caller) -> dict[str, str]:
    """Slug → id."""
    return {sheet["slug"]: sheet["id"] for sheet in await caller.read("/my/solutions")}


async def tried(caller: Caller, slug: str, need: dict[str, Any]) -> Any:
    return await caller.did(f"/my/solutions/{(await sheets(caller))[slug]}/matches", need)


async def shown(caller: Caller, *, whole: bool = False, **query: Any) -> str:
    """The page; `whole`: with its faults looked for."""
    answer = await caller.http.get(PAGE, params=query, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    assert not whole or Page.of(PAGE, answer).faults() == []
    return html.unescape(answer.text).replace("\u00a0", " ").replace("\u202f", " ")


def strangers(mine: str) -> dict[str, re.Pattern[str]]:
    """What tells of another firm: its name, and the names and addresses of its sheets."""
    others = [record for record in RECORDS if record["supplier"] != mine]
    told = {record[key] for record in others for key in ("supplier", "name", "id")}
    return {one: re.compile(rf"(?<!\w){re.escape(one)}(?!\w)", re.IGNORECASE) for one in told}


async def test_whatever_is_asked_no_other_firm_is_told_of(market: World) -> None:
    outcomes, found = set(), []
    for name in ("Quinquet Systèmes", "Créneau Urbain"):
        caller, others = await firm(market, name), strangers(name)
        said: list[tuple[str, str]] = []
        for need in NEEDS:
            for solution_id in (await sheets(caller)).values():
                answer = await caller.post(f"/my/solutions/{solution_id}/matches", need)
                assert answer.status_code == 200, answer.text
                outcomes.add(answer.json()["outcome"])
                said.append((need["need"], answer.text))
            query = {
                "besoin": need["need"],
                "ville": need.get("town", ""),
                "condition": list(need.get("musts", {})),
            }
            said.append(
                (need["need"], await shown(caller, **query, domaine="tous" if "every_domain" in need else ""))
            )
        said.append(("", await shown(caller)))
        found += [
            (name, need, other) for need, text in said for other, seen in others.items() if seen.search(text)
        ]
    assert found == []
    assert outcomes == {"placed", "left_out", "not_found"}, "each kind of answer was read"


async def test_its_place_its_score_and_its_reasons_are_those_that_towns_are_answered(market: World) -> None:
    for need in NEEDS[:5]:
        whole = await market.visitor.did("/matches", need | {"limit": 50})
        places = {item["slug"]: place for place, item in enumerate(whole["items"], 1)}
        out = {one["slug"]: one for one in whole["excluded"]}
        for name in ("Quinquet Systèmes", "Créneau Urbain"):
            caller = await firm(market, name)
            for slug in await sheets(caller):
                mine = await tried(caller, slug, need)
                assert (mine["placed"], mine["total"]) == (len(places), whole["total"])
                if slug in places:
                    item = whole["items"][places[slug] - 1]
                    assert (mine["outcome"], mine["place"]) == ("placed", places[slug])
                    for key in ("score", "contributions", "missing", "hard_filters_passed", "place_reserved"):
                        assert mine[key] == item[key], key
                elif slug in out:
                    assert mine["outcome"] == "left_out"
                    assert all(
                        mine["left_out"][key] == out[slug][key] for key in ("filter", "must", "sentence")
                    )
                    assert mine["left_out"]["mend"]
                elif slug == STOPPED:  # which is not searched for
                    assert (mine["outcome"], mine["left_out"]["filter"]) == ("left_out", "available")
                else:
                    assert mine["outcome"] == "not_found"
                assert mine["weights"] == whole["weights"]


async def test_a_trial_is_neither_kept_nor_counted_and_moves_nothing(market: World) -> None:
    caller = await firm(market, "Lucivoie")
    counts = "select (select count(*) from search_log) + (select count(*) from audit_line) + (select count(*) from outbox)"
    before, rows = await market.visitor.did("/matches", LIGHT), await market.sql(counts)
    for _ in range(3):
        await tried(caller, "demo-lucivoie-40", LIGHT)
        await shown(caller, besoin=LIGHT["need"], ville="18279")
    assert await market.sql(counts) == rows
    after = await market.visitor.did("/matches", LIGHT)
    assert after["items"] == before["items"]


async def test_words_that_do_not_find_it_are_told_and_so_is_a_service_that_stopped_or_a_sheet_too_new(
    market: World,
) -> None:
    caller = await firm(market, "Lucivoie")
    told = await tried(caller, "demo-lucivoie-40", {"need": "cantine scolaire"})
    assert (told["outcome"], told["place"], told["score"]) == ("not_found", None, None)
    assert told["unsaid"] == ["cantine", "scolaire"]
    page = await shown(caller, whole=True, besoin="cantine scolaire")
    assert "Les mots ne la trouvent pas" in page and "« cantine »" in page
    await market.sql("delete from sheet_facts where slug = 'demo-lucivoie-40'")
    assert (await tried(caller, "demo-lucivoie-40", LIGHT))["outcome"] == "not_ready"
    assert "Recommencez" in await shown(caller, whole=True, besoin=LIGHT["need"])
    await market.sql("update solution set maturity = 'stopped' where slug = 'demo-lucivoie-40'")
    await indexed(market)
    told = await tried(caller, "demo-lucivoie-40", LIGHT)
    assert (told["outcome"], told["left_out"]["filter"], told["left_out"]["where"]) == (
        "left_out",
        "available",
        "identity",
    )


async def test_only_one_s_own_published_sheets_are_tried(market: World) -> None:
    caller, other = await firm(market, "Lucivoie"), await firm(market, "Bâtisonde")
    mine = (await sheets(caller))["demo-lucivoie-40"]
    theirs = (await sheets(other))["demo-batisonde-confort-mesure"]
    for path in (
        f"/my/solutions/{theirs}/matches",
        "/my/solutions/019a0000-0000-7000-8000-000000000000/matches",
    ):
        assert (await caller.post(path, LIGHT)).status_code == (await caller.get(path)).status_code == 404
    faults = await caller.post(
        f"/my/solutions/{mine}/matches", LIGHT | {"need": " ", "limit": 3, "town": "!"}
    )
    assert {error["path"] for error in faults.json()["errors"]} == {"need", "limit", "town"}
    await market.sql("update solution set state = 'suspended' where slug = 'demo-lucivoie-40'")
    for answer in (await caller.post(f"/my/solutions/{mine}/matches", LIGHT), await caller.get(f"/my/solutions/{mine}/matches")):  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (409, "sheet_not_published")
    assert "Vous n’avez pas encore de fiche publiée" in await shown(caller, whole=True, besoin=LIGHT["need"])


async def test_the_page_tells_one_sheet_or_all_and_links_to_what_mends_for_those_who_write(
    market: World,
) -> None:
    caller = await firm(market, "Quinquet Systèmes")
    ids = await sheets(caller)
    both = await shown(caller, whole=True, besoin=LIGHT["need"], ville="Vierzon", quantite="1200", annees="3")
    assert re.search(r"Place \d+ sur \d+", both)
    assert "Kit R2" in both and "Borne lente QS-7" in both
    assert "/comment-nous-classons" in both
    one = await shown(caller, besoin=LIGHT["need"], fiche=ids["demo-quinquet-kit-r2"])
    assert "Kit R2" in one and "Borne lente QS-7" not in one
    assert f'name="fiche" value="{ids["demo-quinquet-kit-r2"]}"' in one
    step = f"/espace-entreprise/fiches/{ids['demo-quinquet-kit-r2']}/"
    assert step in one
    reader = await firm(market, "Quinquet Systèmes", frozenset({Role.SELLER}))
    assert step not in await shown(reader, besoin=LIGHT["need"], fiche=ids["demo-quinquet-kit-r2"])


async def test_a_wrong_value_is_said_beside_its_field_and_the_rest_is_answered(market: World) -> None:
    caller = await firm(market, "Lucivoie")
    page = await shown(
        caller,
        besoin="éclairage",
        ville="Nulle-Part-sur-Rien",
        quantite="douze",
        budget="cher",
        pret_le="hier",
    )
    for name in ("quantite", "budget", "pret_le"):
        assert f'id="{name}-erreur"' in page
    assert "Aucune ville ne s’appelle « Nulle-Part-sur-Rien »" in page
    assert re.search(r"Place \d+ sur \d+", page)
    for hostile in ("fiche=%00&fiche=1", "condition=magie&unite=lampe&domaine=rien&fiche=x", "besoin=%ED%A0%80&ville=%27", "besoin=" + "%C3%A9" * 5000):  # fmt: skip
        answer = await caller.http.get(f"{PAGE}?besoin=éclairage&{hostile}", headers=caller.headers)
        assert answer.status_code == 200, hostile
