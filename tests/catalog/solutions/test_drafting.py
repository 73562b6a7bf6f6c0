"""A startup writes its sheet, and every refusal says where and what is accepted."""

from typing import Any

import pytest

from marketplace.actor import OrganisationKind, Role
from tests.catalog.solutions.sheets import content, price
from tests.support.world import World


async def test_a_draft_holds_what_was_written_and_gets_a_readable_slug(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", content(website="https://exemple.test", tags=["led"]))
    again = await seller.did("/my/solutions", content())
    sheet = await seller.read(f"/my/solutions/{drafted['id']}")
    assert (drafted["state"], drafted["slug"]) == ("draft", "telegestion-d-eclairage")
    assert again["slug"] == "telegestion-d-eclairage-2"
    assert sheet["prices"] == [
        {
            "label": "Module posé", "unit": "light_point", "basis": "one_off", "vat_rate": "20", "mode": "all_units",
            "steps": [{"from": "0", "unit_price_cents": 21000}, {"from": "150", "unit_price_cents": 19000}],
        }
    ]  # fmt: skip
    assert (sheet["supplier"], sheet["tags"], sheet["fictional"]) == ("Quinquet Systèmes", ["led"], False)
    assert {found["id"] for found in await seller.read("/my/solutions")} == {drafted["id"], again["id"]}


async def test_the_schema_names_a_tier_as_it_is_sent_and_answered(world: World) -> None:
    schemas = (await world.http.get("/schema/openapi.json")).json()["components"]["schemas"]
    for name in ("StepIn", "StepOut"):
        (schema,) = [found for found in schemas.values() if found.get("title") == name]
        assert {"from", "unit_price_cents"} <= set(schema["properties"]) <= {"from", "to", "unit_price_cents"}


async def test_two_startups_may_give_their_drafts_the_same_name(world: World) -> None:
    first, second = await world.startup(), await world.startup("Lucivoie")
    mine = await first.did("/my/solutions", content())
    theirs = await second.did("/my/solutions", content())
    assert mine["slug"] != theirs["slug"]
    assert theirs["slug"].startswith("telegestion-d-eclairage")


SOUND = (("0", None, 21000),)
BAD: list[tuple[str, dict[str, Any], set[tuple[str, str]]]] = [
    ("a gap", {"prices": [price(("0", "100", 210), ("150", None, 190))]}, {("prices[0].steps[0].to", "tiers_gap")}),
    ("an overlap", {"prices": [price(("0", "200", 210), ("150", None, 190))]}, {("prices[0].steps[0].to", "tiers_overlap")}),
    ("not from 0", {"prices": [price(("10", None, 210))]}, {("prices[0].steps[0].from", "tiers_start")}),
    ("not rising", {"prices": [price(("0", None, 210), ("0", None, 190))]}, {("prices[0].steps[1].from", "tiers_order")}),
    ("an end to the last", {"prices": [price(("0", "100", 210))]}, {("prices[0].steps[0].to", "tiers_end")}),
    ("no tier", {"prices": [price()]}, {("prices[0].steps", "tiers_empty")}),
    ("a negative price", {"prices": [price(("0", None, -1))]}, {("prices[0].steps[0].unit_price_cents", "greater_than_equal")}),
    ("half a cent", {"prices": [price(("0", None, 210.5))]}, {("prices[0].steps[0].unit_price_cents", "int_type")}),
    ("cents in a text", {"prices": [price(("0", None, "210"))]}, {("prices[0].steps[0].unit_price_cents", "int_type")}),
    ("a price beyond reason", {"prices": [price(("0", None, 10**16))]}, {("prices[0].steps[0].unit_price_cents", "less_than_equal")}),
    ("a negative tier", {"prices": [price(("-5", None, 210))]}, {("prices[0].steps[0].from", "quantity")}),
    ("a tier as a number", {"prices": [price((0, None, 210))]}, {("prices[0].steps[0].from", "quantity")}),
    ("ten decimals", {"prices": [price(("0.1234567891", None, 210))]}, {("prices[0].steps[0].from", "quantity")}),
    ("an unknown unit", {"prices": [price(*SOUND, unit="lamp")]}, {("prices[0].unit", "choice")}),
    ("VAT above 100", {"prices": [price(*SOUND, vat_rate="2000")]}, {("prices[0].vat_rate", "rate")}),
    ("VAT in letters", {"prices": [price(*SOUND, vat_rate="vingt")]}, {("prices[0].vat_rate", "quantity")}),
    ("an unknown basis", {"prices": [price(*SOUND, basis="monthly")]}, {("prices[0].basis", "enum")}),
    ("two modes for one unit", {"prices": [price(*SOUND), price(*SOUND, mode="graduated")]}, {("prices[1].mode", "mode")}),
    ("an unknown domain", {"domains": ["lampes"]}, {("domains[0]", "choice")}),
    ("HTML in a text", {"summary": "<b>gras</b>"}, {("summary", "html")}),
    ("a text that reads backwards", {"name": "abc\u202efdp"}, {("name", "direction")}),
    ("a CPV code in letters", {"cpv": ["lampes"]}, {("cpv[0]", "cpv")}),
    ("a service of tomorrow", {"since": "2199-01-01"}, {("since", "future")}),
    ("deployed before it begins", {"deployment_weeks_min": 9, "deployment_weeks_max": 2}, {("deployment_weeks_max", "order")}),
    ("a figure without its method", {"answers": {"energy_saving": "40"}}, {("answers.energy_method", "missing")}),
    ("a truth where a number is wanted", {"answers": {"log_months": False}}, {("answers.log_months", "int_type")}),
    ("seconds where a day is wanted", {"since": 0}, {("since", "date_parsing")}),
    ("an answer that is not offered", {"answers": {"hosting_country": "mars"}}, {("answers.hosting_country", "literal_error")}),
    (
        "a reference to a town that does not exist, which ended before it began",
        {"references": [{"town": "99999", "started_on": "2024-01-01", "ended_on": "2023-01-01", "scope": "Essai"}]},
        {("references[0].town", "unknown_town"), ("references[0].ended_on", "order")},
    ),
    ("an unknown maturity", {"maturity": "great"}, {("maturity", "enum")}),
    ("an empty name", {"name": "  "}, {("name", "string_too_short")}),
    ("a name too long", {"name": "a" * 201}, {("name", "string_too_long")}),
    ("a control character", {"summary": "a\u0000b"}, {("summary", "characters")}),
    ("an address that is not one", {"website": "javascript:alert(1)"}, {("website", "choice")}),
    ("a key that does not exist", {"colour": "blue"}, {("colour", "extra_forbidden")}),
    (
        "everything at once",
        {"name": "", "domains": ["lampes"], "prices": [price(("0", None, -1), unit="lamp", vat_rate="x")]},
        {
            ("name", "string_too_short"), ("domains[0]", "choice"), ("prices[0].unit", "choice"), ("prices[0].vat_rate", "quantity"),
            ("prices[0].steps[0].unit_price_cents", "greater_than_equal"),
        },
    ),
    (
        "every fault of the tiers at once",
        {"prices": [price(("5", "9", 210), ("20", "60", 200), ("50", "90", 190))]},
        {
            ("prices[0].steps[0].from", "tiers_start"), ("prices[0].steps[0].to", "tiers_gap"),
            ("prices[0].steps[1].to", "tiers_overlap"), ("prices[0].steps[2].to", "tiers_end"),
        },
    ),
]  # fmt: skip


async def test_bad_content_is_refused_with_every_place_and_nothing_is_kept(
    world: World, subtests: pytest.Subtests
) -> None:
    seller = await world.startup()
    kept = await seller.did("/my/solutions", content())
    for what, changes, expected in BAD:
        with subtests.test(what):
            refused = await seller.post("/my/solutions", content(**changes))
            edited = await seller.put(f"/my/solutions/{kept['id']}", content(**changes), If_Match="1")
            for answer in (refused, edited):
                problem = answer.json()
                assert (answer.status_code, problem["code"]) == (422, "invalid"), problem
                assert {(error["path"], error["code"]) for error in problem["errors"]} == expected
                assert all(error["message"] for error in problem["errors"])
    assert [(s["id"], s["version"]) for s in await seller.read("/my/solutions")] == [(kept["id"], 1)]


async def test_a_sheet_without_what_visitors_need_can_be_kept_but_not_submitted(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", {"name": "Un début"})
    answer = await seller.post(f"/my/solutions/{drafted['id']}/submission")
    assert answer.status_code == 422
    assert {error["path"] for error in answer.json()["errors"]} == {
        "summary",
        "description",
        "domains",
        "maturity",
    }
    assert (await seller.read(f"/my/solutions/{drafted['id']}"))["state"] == "draft"


async def test_an_edit_says_which_version_it_read(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", content())
    path = f"/my/solutions/{drafted['id']}"
    changed = content(name="Télégestion fine", prices=[price(("0", None, 18000))])
    without = await seller.put(path, changed)
    assert (without.status_code, without.json()["code"]) == (428, "version_needed")
    odd = await seller.put(path, changed, If_Match="latest")
    assert (odd.status_code, odd.json()["errors"][0]["path"]) == (422, "If-Match")
    await seller.did(path, changed, method="put", If_Match='"1"')
    stale = await seller.put(path, content(name="Écrasée"), If_Match="1")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert stale.json()["facts"] == {"read": 1, "current": 2}
    sheet = await seller.read(path)
    assert (sheet["name"], sheet["version"], sheet["slug"]) == ("Télégestion fine", 2, drafted["slug"])
    assert [step["unit_price_cents"] for step in sheet["prices"][0]["steps"]] == [18000]


async def test_an_edit_of_prices_alone_is_a_new_version_and_is_not_lost_to_a_stale_one(world: World) -> None:
    seller = await world.startup()
    drafted = await seller.did("/my/solutions", content())
    path = f"/my/solutions/{drafted['id']}"
    first = content(prices=[price(("0", None, 18000))])
    assert (await seller.did(path, first, method="put", If_Match="1"))["version"] == 2
    stale = await seller.put(path, content(prices=[price(("0", None, 1))]), If_Match="1")
    assert stale.status_code == 412
    assert (await seller.read(path))["prices"][0]["steps"][0]["unit_price_cents"] == 18000


async def test_another_startup_sees_no_more_than_if_the_draft_did_not_exist(world: World) -> None:
    owner, other, town = await world.startup(), await world.startup("Lucivoie"), await world.town()
    drafted = await owner.did("/my/solutions", content())
    path, missing = f"/my/solutions/{drafted['id']}", f"/my/solutions/{other.actor.person_id}"
    for answer, absent in (
        (await other.get(path), await other.get(missing)),
        (await other.put(path, content(), If_Match="1"), await other.put(missing, content(), If_Match="1")),
        (await other.post(f"{path}/submission"), await other.post(f"{missing}/submission")),
        (await town.get(path), await town.get(missing)),
        (await world.visitor.get(path), await world.visitor.get(missing)),
        (await other.get(f"/solutions/{drafted['slug']}"), await other.get("/solutions/nothing-here")),
        (await world.visitor.get(f"/solutions/{drafted['slug']}"), await world.visitor.get("/solutions/nothing-here")),
    ):  # fmt: skip
        assert answer.status_code == absent.status_code == 404
        assert _bare(answer.json()) == _bare(absent.json())
    assert (await owner.read(path))["version"] == 1
    assert await other.read("/my/solutions") == []


@pytest.mark.parametrize("call", ["/my/solutions", "/my/solutions/{id}/submission"])
async def test_only_those_who_write_for_a_startup_draft_and_submit(world: World, call: str) -> None:
    owner, town = await world.startup(), await world.town()
    assert owner.organisation
    seller = await world.member(owner.organisation, frozenset({Role.SELLER}))
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    drafted = await owner.did("/my/solutions", content())
    for caller, status in ((seller, 403), (town, 403), (curator, 403), (world.visitor, 401)):
        answer = await caller.post(call.format(id=drafted["id"]), content())
        assert answer.status_code == status, answer.text
    assert len(await owner.read("/my/solutions")) == 1
    assert (await owner.read(f"/my/solutions/{drafted['id']}"))["state"] == "draft"


def _bare(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name not in {"request_id", "instance"}}
