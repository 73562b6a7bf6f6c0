"""`POST /api/v1/matches`: a need sent, an explained short list answered and kept; what never counts; what is refused."""

from typing import Any

import pytest

from marketplace.actor import Role
from search.matching.musts import MUSTS
from search.matching.schemas import MatchIn
from search.matching.weights import Signal
from tests.catalog.evidence.proving import market as proven_market
from tests.catalog.evidence.proving import reference
from tests.search.matching.directory import indexed, sold
from tests.support.world import TOWN_ROLES, Caller, World

NEED: dict[str, Any] = {
    "need": "télégestion de l’éclairage public", "town": "18279", "quantity": "1200", "years": 3, "budget": {"max": 400_000_00},
}  # fmt: skip


@pytest.fixture
async def market(world: World) -> World:
    return await sold(world)


async def asks(caller: Caller, **changes: Any) -> Any:
    return await caller.did("/matches", NEED | changes)


async def said(caller: Caller, **changes: Any) -> Any:
    """The answer without what is new each time."""
    return {key: value for key, value in (await asks(caller, **changes)).items() if key != "log_id"}


async def test_a_need_is_answered_with_an_order_that_explains_itself(market: World) -> None:
    found = await asks(market.visitor)
    assert len(found["items"]) >= 3
    assert found["domain"] == found["weights"]["domain"] == "eclairage-public"
    assert sum(found["weights"]["weights"].values()) == 100
    assert found["index_version"]
    assert found["engine"] == "postgres"
    scores = [item["score"] for item in found["items"] if not item["place_reserved"]]
    assert scores == sorted(scores, reverse=True)
    for item in found["items"]:
        parts = item["contributions"]
        assert [part["signal"] for part in parts] == [signal.value for signal in Signal]
        assert sum(round(part["points"] * 1000) for part in parts) == round(item["score"] * 1000)
        for part in parts:
            assert round(part["value"] * part["weight"], 3) == part["points"]
            assert part["weight"] == found["weights"]["weights"][part["signal"]]
            assert part["sentence"].endswith(".") and part["source"]
        assert item["hard_filters_passed"] == ["available", "domain", "territory", "budget", "words"]
        assert all(gap["at_most"] > 0 and gap["sentence"] for gap in item["missing"])
    changed = [item["counterfactual"] for item in found["items"][1:] if item["counterfactual"]]
    assert changed, "a demo with unanswered questions has something to change"
    by_slug = {item["slug"]: item for item in found["items"]}
    for item in found["items"]:
        if change := item["counterfactual"]:
            assert change["score"] >= by_slug[change["overtakes"]]["score"] >= item["score"]
    assert await said(market.visitor) == {key: value for key, value in found.items() if key != "log_id"}


async def test_what_is_left_out_is_listed_with_the_filter_and_unknown_is_no_pass(market: World) -> None:
    found = await asks(market.visitor, musts={"secnumcloud": True}, every_domain=True)
    assert found["excluded_total"] == len(found["excluded"]) > 0
    assert {(one["filter"], one["must"]) for one in found["excluded"]} == {("must", "secnumcloud")}
    assert any("Non renseigné" in one["sentence"] for one in found["excluded"])
    assert {one["slug"] for one in found["excluded"]}.isdisjoint(item["slug"] for item in found["items"])
    assert found["considered"] == len(found["items"]) + found["excluded_total"]
    poor = await asks(market.visitor, budget={"max": 100})
    assert {one["filter"] for one in poor["excluded"]} >= {"budget"}
    narrow = await asks(market.visitor, domain="mobilite")
    assert {one["filter"] for one in narrow["excluded"]} >= {"domain"}
    soon = await asks(market.visitor, window={"until": str(await market.today())}, budget=None)
    assert {one["filter"] for one in soon["excluded"]} >= {"capacity"}


async def test_twin_towns_are_told_with_ranges_over_three_grids_at_least(market: World) -> None:
    found = await asks(market.visitor)
    assert found["twins"]
    for town in found["twins"]:
        assert town["likeness"] >= 0.6 and town["reasons"] and town["code"] != "18279"
        for run in town["runs"]:
            cost = run["cost"]
            assert cost is None or (cost["grids"] >= 3 and cost["low_cents"] <= cost["high_cents"])
    assert any(run["cost"] for town in found["twins"] for run in town["runs"])
    value = found["ways"]["value"]
    assert value["unit"] == "light_point"
    assert value["grids"] >= 3
    ways = {one["way"]: one for one in found["ways"]["options"]}
    assert list(ways) == ["pool", "alone", "innovative", "central_body", "syndicat", "epci"]
    assert [one["computed"] for one in ways.values()] == [True] * 3 + [False] * 3
    assert (ways["alone"]["standing"], ways["alone"]["reference"]) == ("possible", "R2124-1")
    small = await asks(market.visitor, quantity="40", years=1)
    ways = {one["way"]: one for one in small["ways"]["options"]}
    assert (ways["alone"]["reference"], ways["innovative"]["standing"]) == ("R2122-8", "not_needed")
    rare = await asks(market.visitor, unit="school", quantity="3")
    assert rare["ways"]["value"] is None
    nowhere = await asks(market.visitor, town=None)
    assert nowhere["twins"] == []


async def test_conditions_leave_out_sheets_never_the_towns_that_already_did_it(market: World) -> None:
    free = await asks(market.visitor)
    strict = await asks(market.visitor, musts={"secnumcloud": True, "hds": True}, budget={"max": 1_00})
    assert not {"eclairage-public"} & {domain for item in strict["items"] for domain in item["domains"]}
    assert [town["code"] for town in strict["twins"]] == [town["code"] for town in free["twins"]]


async def test_towns_that_run_what_hardly_answers_the_words_have_not_done_it(market: World) -> None:
    found = await asks(market.visitor, need="lanterne V4 intensité à distance", budget=None)
    far = {one["slug"] for one in found["excluded"] if one["filter"] == "words"}
    wider = await asks(market.visitor, budget=None)
    assert far & {run["slug"] for town in wider["twins"] for run in town["runs"]}
    told = {run["slug"] for town in found["twins"] for run in town["runs"]}
    assert told
    assert not far & told


async def test_a_need_without_any_word_is_answered_by_nothing(market: World) -> None:
    for nothing in ("🚦🚦", "… !"):
        found = await asks(market.visitor, need=nothing)
        assert (found["items"], found["total"], found["considered"], found["twins"]) == ([], 0, 0, [])
    page = (await market.http.get("/?besoin=🚦&ville=18279&quantite=12")).text
    assert "Vos mots ne se trouvent dans aucune fiche" in page and "Aucune ville comme" not in page


async def test_an_answer_is_kept_for_who_asked_and_can_be_asked_again(market: World) -> None:
    town = await market.town()
    found = await asks(town, musts={"eu_hosted": True}, window={"until": "2027-12-31"}, limit=2)
    assert len(found["items"]) == 2
    row = "from search_log where id = :id"
    kept = await market.sql(f"select json_build_array(kind, organisation_id, asked, ordered, weights, total, index) {row}", id=found["log_id"])  # fmt: skip
    assert kept[:2] == ["match", str(town.actor.organisation_id)]
    assert [one["slug"] for one in kept[3]][:2] == [item["slug"] for item in found["items"]]
    assert [one["score"] for one in kept[3]][:2] == [item["score"] for item in found["items"]]
    assert len(kept[3]) == found["considered"] - found["excluded_total"]
    assert kept[4]["version"] == found["weights"]["version"]
    assert (kept[5], kept[6]) == (found["total"], found["index_version"])
    again = await town.did("/matches", kept[2] | {"limit": 2})
    assert again["items"] == found["items"]
    assert MatchIn.model_validate(kept[2]).musts.eu_hosted
    visitor = await asks(market.visitor)
    assert await market.sql(f"select organisation_id is null and person_id is null {row}", id=visitor["log_id"])  # fmt: skip


async def test_what_nobody_may_buy_or_own_moves_neither_order_nor_scores_nor_sentences(market: World) -> None:
    before = await said(market.visitor, limit=50)
    last = before["items"][-1]["slug"]
    startup = await market.sql("select startup_id from solution where slug = :slug", slug=last)
    assert startup
    await market.sql(
        "insert into stake (id, startup_id, holder, kind, percent, since, declared_on, origin, version)"
        " values (gen_random_uuid(), :startup, 'Banque des Territoires', 'bdt', 34, '2020-01-01', '2020-01-01', 'startup', 1)",
        startup=startup,
    )
    await market.sql(
        "insert into supplier (id, startup_id, street, postal_code, city, website, turnover_cents, turnover_year, headcount, regions, departments,"
        " everywhere, overseas, version) values (gen_random_uuid(), :startup, '1 place de la Mairie', '18100', 'Vierzon', 'https://voisin.test',"
        " 900000000000, 2025, '20_49', '{}', '{}', false, false, 1)",
        startup=startup,
    )  # its seat is in the asker's own town, and it is rich
    await market.sql("update organisation set city = 'Vierzon', department = '18' where id = :startup", startup=startup)  # fmt: skip
    for _ in range(3):  # looked at, and searched for, again and again
        await market.http.get(f"/solutions/{last}")
        await market.visitor.did("/matches", {"need": last})
    await indexed(market)
    after = await said(market.visitor, limit=50)
    assert after["items"] == before["items"]
    assert after["excluded"] == before["excluded"]
    tables = await market.sql("select string_agg(distinct table_name || '.' || column_name, ' ') from information_schema.columns where table_schema = 'public' and (column_name ~ '(click|visit|view_count|boost|sponsor)' or table_name ~ '(subscription|click|sponsor)')")  # fmt: skip
    assert tables is None, f"something new that might be weighed: flip it here too ({tables})"


async def test_capacity_in_the_territory_counts_where_the_seat_does_not(market: World) -> None:
    found = await asks(market.visitor)
    first = found["items"][0]["slug"]
    startup = await market.sql("select startup_id from solution where slug = :slug", slug=first)
    await market.sql(
        "insert into supplier (id, startup_id, regions, departments, everywhere, overseas, capacity_on, version)"
        " values (gen_random_uuid(), :startup, '{}', '{75}', false, false, current_date, 1)",
        startup=startup,
    )
    await indexed(market)
    after = await asks(market.visitor)
    assert (first, "territory") in {(one["slug"], one["filter"]) for one in after["excluded"]}


async def test_a_stopped_service_is_never_proposed_nor_one_that_left_the_directory(market: World) -> None:
    found = await asks(market.visitor)
    first, second = (item["slug"] for item in found["items"][:2])
    await market.sql("update solution set maturity = 'stopped' where slug = :slug", slug=first)
    await market.sql("update solution set state = 'suspended' where slug = :slug", slug=second)
    after = await asks(market.visitor)  # before any job has run: the index still has both
    assert second not in {item["slug"] for item in after["items"]}
    await indexed(market)
    after = await asks(market.visitor)
    assert {first, second}.isdisjoint(item["slug"] for item in after["items"])
    assert {first, second}.isdisjoint(one["slug"] for one in after["excluded"])


async def test_a_town_that_confirms_raises_the_answer_and_its_end_lowers_it(world: World) -> None:
    told = await proven_market(world, references=[reference(quantity="300")])
    before = await asks(world.visitor, budget=None)
    assert "déclaré par l’entreprise" in before["items"][0]["contributions"][1]["sentence"]
    town = await world.town("18033")
    await told.ask(email="quelquun@ville-bourges.fr")
    await told.answers(await told.link(email="quelquun@ville-bourges.fr"))
    evidence = await world.sql("select id from evidence where state = 'offered'")
    await told.curator.did(f"/reviews/evidence/{evidence}/acceptance")
    await world.work()
    after = await asks(town, town="18279", budget=None)
    assert "confirmé par la ville" in after["items"][0]["contributions"][1]["sentence"]
    assert after["items"][0]["score"] > before["items"][0]["score"]
    await world.advance(3 * 366)
    late = await asks(world.visitor, budget=None)
    assert "déclaré par l’entreprise" in late["items"][0]["contributions"][1]["sentence"]
    assert late["items"][0]["score"] < after["items"][0]["score"]


REFUSED: list[tuple[dict[str, Any], set[str]]] = [
    ({"need": " "}, {"need"}),
    ({"need": "x" * 5001}, {"need"}),
    ({"need": "a\u0000b"}, {"need"}),
    ({"need": "a\u202eb"}, {"need"}),
    ({"town": "99999"}, {"town"}),
    ({"town": "!"}, {"town"}),
    ({"town": 18279}, {"town"}),
    ({"musts": {"hosting": True}}, {"musts.hosting"}),
    ({"musts": {"eu_hosted": "yes"}}, {"musts.eu_hosted"}),
    ({"musts": {"eu_hosted": 1}}, {"musts.eu_hosted"}),
    ({"musts": []}, {"musts"}),
    ({"budget": {"max": -1}}, {"budget.max"}),
    ({"budget": {"max": True}}, {"budget.max"}),
    ({"budget": {"max": 10, "min": 20}, "town": "99999", "assets": {"building": "1.5"}}, {"budget.min", "town", "assets.building"}),
    ({"budget": {}}, {"budget.max"}),
    ({"assets": {"lamp": "1"}}, {"assets.lamp"}),
    ({"assets": {"building": 3}}, {"assets.building"}),
    ({"quantity": "1e9"}, {"quantity"}),
    ({"quantity": "1.5", "unit": "building"}, {"quantity"}),
    ({"unit": "lamp"}, {"unit"}),
    ({"domain": "lampes"}, {"domain"}),
    ({"years": 0}, {"years"}),
    ({"years": True}, {"years"}),
    ({"years": 5}, {"years"}),
    ({"limit": 51}, {"limit"}),
    ({"limit": True}, {"limit"}),
    ({"window": {"until": 20270101}}, {"window.until"}),
    ({"window": {"until": "2020-01-01"}}, {"window.until"}),
    ({"window": {"from": "2027-06-01", "until": "2027-01-01"}}, {"window.until"}),
    ({"every_domain": "non"}, {"every_domain"}),
    ({"stake": True, "years": 9}, {"stake", "years"}),
]  # fmt: skip


async def test_what_is_wrong_is_told_all_at_once_and_keeps_nothing(
    world: World, subtests: pytest.Subtests
) -> None:
    for changes, paths in REFUSED:
        with subtests.test(str(changes)[:60]):
            answer = await world.visitor.post("/matches", NEED | changes)
            assert answer.status_code == 422, answer.text
            assert {error["path"] for error in answer.json()["errors"]} == paths
    assert await world.sql("select count(*) from search_log") == 0


async def test_a_value_of_a_closed_list_is_refused_with_the_list_beside_every_other_fault(
    world: World,
) -> None:
    sent = {"domain": "{zz}", "unit": "lamp", "assets": {"lamp": "1"}, "musts": {"green": True, "hds": "oui"}, "years": 9}  # fmt: skip
    answer = await world.visitor.post("/matches", NEED | sent)
    assert answer.status_code == 422, answer.text
    told = {error["path"]: error["message"] for error in answer.json()["errors"]}
    assert told.keys() == {"domain", "unit", "assets.lamp", "musts.green", "musts.hds", "years"}
    assert "{zz}" in told["domain"] and "eclairage-public, " in told["domain"]
    assert "light_point, " in told["unit"] and told["unit"] == told["assets.lamp"]
    assert "secnumcloud, hds, " in told["musts.green"]
    assert told["musts.hds"] == "Répondez par vrai ou faux."


async def test_an_empty_directory_answers_nothing_and_says_so(world: World) -> None:
    found = await asks(world.visitor)
    assert (found["items"], found["excluded"], found["total"]) == ([], [], 0)
    assert found["ways"]["value"] is None
    assert found["log_id"]


async def test_the_weights_are_published(world: World) -> None:
    told = await world.visitor.read("/weights")
    assert told["default"]["weights"]["text"] == 25
    everyone = [told["default"], *told["domains"]]
    assert all(sum(one["weights"].values()) == 100 and one["version"] and one["since"] for one in everyone)
    page = (await world.http.get("/comment-nous-classons")).text
    assert told["default"]["version"] in page
    for one in everyone:
        assert one["reason"].replace("’", "’") in page


# the page


async def test_the_page_shows_what_the_api_answers_and_keeps_it_for_towns_alone(market: World) -> None:
    address = "/?besoin=télégestion+de+l’éclairage+public&ville=18279&quantite=1200&annees=3&budget=400+000"
    page = (await market.http.get(address)).text.replace("\u00a0", " ").replace("\u202f", " ")
    found = await asks(market.visitor)
    places = [page.index(f'href="/solutions/{item["slug"]}?ville=18279', page.index('id="solutions"')) for item in found["items"][:6]]  # fmt: skip
    assert places == sorted(places)
    assert "Conseil" in page and "Calculé" in page and "villes comme Vierzon" in page
    assert await market.sql("select count(*) from search_log where kind = 'match'") == 1, "the API's alone"
    town = await market.member(await _vierzon(market), TOWN_ROLES)
    kept = await market.http.get(address, headers=town.headers)
    assert kept.status_code == 200
    assert await market.sql("select count(*) from search_log where organisation_id is not null") == 1
    answered = await market.sql("select answer from search_log where organisation_id is not null")
    assert len(answered["items"]) == len(found["items"])
    assert answered["unit"] == found["unit"] == "light_point", "what 1200 are, though nobody said it"


async def test_a_town_is_shown_six_sheets_and_what_is_kept_explains_twenty(market: World) -> None:
    town = await market.town()
    shown = await market.http.get("/?besoin=capteurs&domaine=tous", headers=town.headers)
    answered = await market.sql("select json_build_array(ordered, answer) from search_log")
    assert shown.text.count('<article class="sheet solution"') == 6
    assert len(answered[1]["items"]) == min(20, len(answered[0])) > 6
    assert all(item["contributions"] for item in answered[1]["items"])


async def test_that_a_missing_answer_is_no_yes_is_said_once_and_each_condition_is_explained(
    market: World,
) -> None:
    page = (
        await market.http.get("/?besoin=télégestion+de+l’éclairage+public&condition=secnumcloud&domaine=tous")
    ).text
    lines = page[page.index('id="ecartees"') :]
    assert lines.count("Non renseigné") > 1
    assert lines.count("Une réponse qui manque ne vaut pas oui.") == 1
    for must in MUSTS:
        assert f'aria-describedby="c-{must}-aide"' in page
    assert "Qualification de l’ANSSI" in page
    assert "Qualification de l’ANSSI" in (await market.http.get("/comment-nous-classons")).text


async def _vierzon(market: World) -> Any:
    return (await market.town(roles=frozenset({Role.AGENT}))).organisation


async def test_a_wrong_value_is_said_beside_its_field_and_the_rest_is_answered(market: World) -> None:
    page = (await market.http.get("/?besoin=éclairage&ville=Vierzon&quantite=douze&budget=cher&pret_le=hier")).text  # fmt: skip
    for name in ("quantite", "budget", "pret_le"):
        assert f'id="{name}-erreur"' in page
    assert 'value="douze"' in page and 'value="cher"' in page
    assert "Par où passer" in page
    for hostile in (
        "condition=magie&condition=eu_hosted&unite=lampe&domaine=rien", "annees=99&budget=1e999&quantite=%C2%B2",
        "pret_le=2020-01-01", "pret_le=0000-00-00&budget=-5", "ville=%00&besoin=a%00b", "besoin=%ED%A0%80&ville=%27", "tout=1",
    ):  # fmt: skip
        answer = await market.http.get(f"/?besoin=éclairage&{hostile}")
        assert answer.status_code == 200, hostile
    town = await market.town()
    assert (await market.http.get("/?besoin=a%00%ED%A0%80b", headers=town.headers)).status_code == 200
