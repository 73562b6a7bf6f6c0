"""The pool's forms: each fault at its field, what was typed kept, nothing done; then the same form passes."""

import re
from typing import Any

import httpx

from tests.support import story
from tests.support.story import DOMAIN, UNIT
from tests.support.world import Caller, World

INVALID = re.compile(r'name="([^"]+)"[^>]*aria-invalid="true"')


async def sent(who: Caller, path: str, **fields: Any) -> httpx.Response:
    data = {name.replace("__", "-"): str(value) for name, value in fields.items()}
    return await who.http.post(path, data=data, headers=who.headers)


async def test_opening_a_pool_shows_every_fault_at_its_field_and_keeps_what_was_typed(world: World) -> None:
    town, other = await world.towns(2)
    need = await town.did("/needs", {"text": "Piloter l’éclairage", "domain": DOMAIN, "unit": UNIT})
    at = f"/achats/nouveau/{need['id']}"
    sound = {
        "title": "Télégestion & lampes", "label": "Point lumineux", "nature": "supplies", "minimum": "1 200", "estimate": "187,65",
        "census_ends_on": "01/03/2027", "commitment_ends_on": "2027-06-01",
    }  # fmt: skip
    for wrong, fields in (
        ({"minimum": "12,5"}, set()),
        ({"minimum": "douze", "vat_rate": "500"}, {"minimum", "vat_rate"}),
        ({"estimate": "12,345"}, {"estimate"}),
        ({"title": "", "label": "\u0000"}, {"title", "label"}),
        ({"census_ends_on": "30/02/2027"}, {"census_ends_on"}),
        ({"census_ends_on": "31/12/9999", "commitment_ends_on": "31/12/9999"}, {"census_ends_on", "commitment_ends_on"}),
        ({"census_ends_on": "01/03/2020", "commitment_ends_on": "01/02/2020"}, {"census_ends_on", "commitment_ends_on"}),
    ):  # fmt: skip
        refusal = await sent(town, at, **(sound | wrong))
        assert refusal.status_code == 422, wrong
        assert fields <= set(INVALID.findall(refusal.text)), wrong
        assert "à corriger" in refusal.text
        if "title" not in wrong:
            assert 'value="Télégestion &amp; lampes"' in refusal.text
    assert (await sent(other, at, **sound)).status_code == 404
    assert await world.sql("select count(*) from pool") == 0
    made = await sent(town, at, **sound, _once="une-fois")
    again = await sent(town, at, **sound, _once="une-fois")
    assert (made.status_code, again.headers["location"]) == (303, made.headers["location"])
    pool = await town.read(f"/pools/{made.headers['location'].rpartition('/')[2]}")
    assert (pool["title"], pool["lines"][0]["minimum"]) == ("Télégestion & lampes", "1200")
    assert await world.sql("select count(*) from pool") == 1


async def test_the_join_form_says_what_is_wrong_where_and_never_overwrites_a_newer_version(
    world: World,
) -> None:
    told = await story.in_census(world, towns=2, sellers=0)
    town, at = told.towns[1], f"/achats/{told.pool['id']}/rejoindre"
    shown = await world.http.get(at, headers=town.headers)
    version = re.findall(r'name="version" value="(\d+)"', shown.text)[0]
    sound = {"needs__0__line_id": told.line, "needs__0__firm": "12", "version": version}
    for wrong, fields in (
        ({"needs__0__firm": "-3"}, ["needs-0-firm"]),
        ({"needs__0__firm": "12,5"}, ["needs-0-firm", "needs-0-maximum"]),
        ({"needs__0__firm": "1e400", "needs__0__cap": "cher"}, ["needs-0-firm", "needs-0-cap"]),
        ({"needs__0__tolerance": "2", "needs__0__maximum": "13"}, ["needs-0-maximum"]),
        ({"needs__0__line_id": "ligne"}, []),
        ({"version": "9" * 30}, []),
    ):
        refusal = await sent(town, at, **(sound | wrong))
        assert refusal.status_code == 422, wrong
        assert INVALID.findall(refusal.text) == fields, wrong
    assert (await told.fresh())["declared"] == 0
    done = await sent(town, at, **sound, needs__0__cap="187,65")
    assert (done.status_code, done.headers["location"]) == (303, f"/achats/{told.pool['id']}")
    stale = await sent(town, at, **(sound | {"needs__0__firm": "99"}))
    assert (stale.status_code, "Quelqu’un" in stale.text or "modifié" in stale.text) == (422, True)
    assert (await told.fresh())["lines"][0]["firm"] == "12"
    assert await world.sql("select unit_cents from price_cap") == 18765


async def test_towns_are_invited_by_name_or_code_and_every_doubtful_line_is_named(world: World) -> None:
    told = await story.opened(world, towns=3, sellers=0)
    at = f"/achats/{told.pool['id']}/invitations"
    refusal = await sent(told.coordinator, at, towns="Bourges\nVille-qui-n’existe-pas\nSaint")
    assert refusal.status_code == 422
    assert "Ville-qui-n’existe-pas" in refusal.text
    assert "« Saint »" in " ".join(refusal.text.split())
    unknown = await sent(told.coordinator, at, towns="Bourges\n99999")
    assert unknown.status_code == 422
    assert "99999" in unknown.text
    assert len(await told.coordinator.read(f"{told.path}/members")) == 1
    done = await sent(told.coordinator, at, towns="Bourges\r\n 18 197 \r\n")
    assert done.status_code == 303
    members = await told.coordinator.read(f"{told.path}/members")
    assert {m["insee"] for m in members} == {"18279", "18033", "18197"}


async def test_acts_of_the_page_are_known_reasoned_dated_and_of_whom_they_belong_to(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")], sellers=0)
    at = f"/achats/{told.pool['id']}"
    assert (await sent(told.coordinator, f"{at}/actes/voler")).status_code == 404
    assert (await sent(told.coordinator, f"{at}/suite/voler", reason="Oui")).status_code == 404
    assert (await sent(told.towns[1], f"{at}/actes/clore-recensement")).status_code == 403
    assert (await sent(await world.town("18197"), f"{at}/actes/clore-recensement")).status_code == 403
    silent = await sent(told.coordinator, f"{at}/suite/suspendre", reason=" ")
    assert (silent.status_code, INVALID.findall(silent.text)) == (422, ["reason"])
    too_early = await sent(told.coordinator, f"{at}/suite/rouvrir", day="01/03/2027")
    assert too_early.status_code == 422
    assert (await told.fresh())["state"] == "census"
    assert (await sent(told.coordinator, f"{at}/actes/clore-recensement")).status_code == 303
    for day in ("31/12/9999", "01/01/2020", "bientôt"):
        refusal = await sent(told.coordinator, f"{at}/suite/rouvrir", day=day)
        assert refusal.status_code == 422, day
    assert (await told.fresh())["state"] == "consolidation"
