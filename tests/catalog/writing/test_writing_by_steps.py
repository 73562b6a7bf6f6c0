"""A startup writes its sheet by steps on the pages: each saved for itself, checked, sent, and revised once published."""

from itertools import pairwise
from typing import Any

from marketplace.actor import OrganisationKind, Role
from tests.catalog.solutions.sheets import content
from tests.pages.reader import Page, Reader
from tests.support.curating import publish, sent_back
from tests.support.world import SELLER_ROLES, Caller, World

HOME = "/espace-entreprise/fiches"
STEPS = (
    "identity", "need", "prices", "hosting", "data", "interoperability", "exit", "accessibility", "security", "energy",
    "references", "attachments",
)  # fmt: skip


async def writer(world: World) -> tuple[Caller, Reader]:
    """A startup at the API, and the same at its pages."""
    seller = await world.startup()
    return seller, await Reader.arrive(world, "writer", seller.organisation, SELLER_ROLES)


async def sent(reader: Reader, path: str, typed: dict[str, Any], status: int = 303, action: str = "") -> Any:
    """Send the form of a page with what was typed; where it led, or the page that it answered."""
    page = await reader.reads(path)
    answer = await reader.http.post(action or path, data=page.form(action or path) | typed)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:3000]}"
    return answer.headers["location"] if status == 303 else Page.of(path, answer)


async def test_a_sheet_is_written_through_all_its_steps_checked_and_sent(world: World) -> None:
    seller, reader = await writer(world)
    home = await sent(
        reader,
        f"{HOME}/nouvelle",
        {"name": "Télégestion", "domains": ["eclairage-public", "energie-batiments"]},
    )
    drafted = home.rpartition("/")[2]
    refused = await reader.http.post(
        f"{home}/envoi", data=(await reader.reads(f"{home}/verification")).form(f"{home}/envoi")
    )
    assert refused.status_code == 422
    page = Page.of(home, refused)
    links = {
        link.get("href")
        for link in next(e for e in page.root.iter() if e.get("class") == "summary").iter("a")
    }
    assert links == {f"{home}/identity", f"{home}/need"}
    assert "3 réponses empêchent l’envoi" in page.text
    assert (await seller.read(f"/my/solutions/{drafted}"))["state"] == "draft"

    typed: dict[str, dict[str, Any]] = {
        "identity": {
            "summary": "Règle l’éclairage rue par rue.", "maturity": "established", "cpv": ["34928500-3"], "cpv_more": "72000000-5",
            "tags": "led, télégestion", "audiences": "agents", "website": "https://exemple.test", "since": "2021-03-01",
            "domains": ["eclairage-public", "energie-batiments"],
        },
        "need": {
            "problem": "Des rues éclairées pour personne.", "description": "Un module par point lumineux.", "deployment_weeks_min": "4",
            "deployment_weeks_max": "12", "town_provides": "Un accès aux armoires.",
        },
        "prices": {
            "prices-0-label": "Module posé", "prices-0-unit": "light_point", "prices-0-basis": "one_off", "prices-0-vat_rate": "20",
            "prices-0-mode": "all_units", "prices-0-steps-0-from": "0", "prices-0-steps-0-to": "1 500", "prices-0-steps-0-price": "210,50",
            "prices-0-steps-1-from": "1500", "prices-0-steps-1-price": "190", "contract_forms": ["order", "group"],
        },
        "hosting": {"hosting_country": "france", "hosting_operator": "Un hébergeur", "extra_eu_parent": "no", "certifications": ["iso27001", "hds"]},
        "data": {
            "data_kinds": ["technical", "personal"], "processing_role": "processor", "processing_annex": "unknown",
            "subprocessors-1-name": "Un routeur de SMS", "subprocessors-1-country": "France", "subprocessors-1-purpose": "Alertes",
        },
        "interoperability": {"api": "open", "api_documentation": "https://exemple.test/api", "standards": ["talq", "mqtt"]},
        "exit": {"exports": "csv", "exit_days": "30", "exit_price": "included"},
        "accessibility": {"rgaa_rate": "92,5", "rgaa_audited_on": "2025-02-01"},
        "security": {"security_contact": "securite@exemple.test", "backups": "Chaque nuit, en France.", "log_months": "12"},
        "energy": {"energy_saving": "41,5", "energy_method": "Deux hivers, mêmes rues."},
    }  # fmt: skip
    for step, following in pairwise(STEPS[:11]):
        assert await sent(reader, f"{home}/{step}", typed[step]) == f"{home}/{following}", step
        again = await reader.reads(f"{home}/{step}")
        assert not again.faults(), step
        assert await sent(reader, f"{home}/{step}", {"then": "return"} | lists(typed[step])) == home, (
            f"{step} unchanged"
        )
    reference = {
        "town": "Bourges", "started_on": "2022-01-10", "scope": "Le centre", "quantity": "1 200", "unit": "light_point",
        "indicators-0-name": "Consommation", "indicators-0-unit": "MWh par an", "indicators-0-before": "120,5", "indicators-0-after": "-3",
        "indicators-0-method": "Compteurs", "contact_name": "Ada L.", "contact_email": "ada@exemple.test",
    }  # fmt: skip
    assert await sent(reader, f"{home}/references/nouvelle", reference) == f"{home}/references"

    written = (await seller.read(f"/my/solutions/{drafted}"))["content"]
    assert written["cpv"] == ["34928500-3", "72000000-5"]
    assert written["tags"] == ["led", "télégestion"]
    assert (written["since"], written["deployment_weeks_max"]) == ("2021-03-01", 12)
    (price,) = written["prices"]
    assert [(s["from"], s["unit_price_cents"]) for s in price["steps"]] == [("0", 21050), ("1500", 19000)]
    answers = written["answers"]
    assert (answers["exit_days"], answers["rgaa_rate"], answers["processing_annex"]) == (
        30,
        "92.5",
        "unknown",
    )
    assert answers["subprocessors"] == [
        {"name": "Un routeur de SMS", "country": "France", "purpose": "Alertes"}
    ]
    (kept,) = written["references"]
    assert (kept["town"], kept["contact"]["name"]) == ("18033", "Ada L.")
    assert [(row["before"], row["after"]) for row in kept["indicators"]] == [("120.5", "-3")]

    checked = await reader.reads(f"{home}/verification")
    for said in ("92,5 %", "en France", "l’entreprise ne sait pas", "non renseigné", "Bourges", "210,50 €"):
        assert said in checked.text.replace("\u00a0", " "), said
    answer = await reader.sends(checked, f"{home}/envoi")
    assert (answer.status_code, answer.headers["location"]) == (303, home)
    assert (await seller.read(f"/my/solutions/{drafted}"))["state"] == "submitted"
    waiting = await reader.reads(home)
    assert "Reprendre la fiche" in waiting.text
    assert (await reader.sends(waiting, f"{home}/reprise")).status_code == 303
    assert (await seller.read(f"/my/solutions/{drafted}"))["state"] == "draft"


def lists(typed: dict[str, Any]) -> dict[str, Any]:
    """What a dict of one value a name cannot send again."""
    return {name: value for name, value in typed.items() if isinstance(value, list)}


async def test_a_published_sheet_stays_as_it_is_while_its_revision_is_written_and_abandoned(
    world: World,
) -> None:
    seller, reader = await writer(world)
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    drafted = await seller.did("/my/solutions", content())
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    await publish(curator, drafted["id"])
    home, public = f"{HOME}/{drafted['id']}", f"/solutions/{drafted['slug']}"
    before = (await world.http.get(public)).text
    assert "la fiche publiée reste en ligne" in (await reader.reads(f"{home}/need")).text
    await sent(reader, f"{home}/need", {"description": "Tout autre chose.", "then": "return"})
    assert (await world.http.get(public)).text == before
    assert (await seller.read(f"/my/solutions/{drafted['id']}"))["content"][
        "description"
    ] == "Tout autre chose."
    checked = await reader.reads(f"{home}/verification")
    assert "Ce que change cette révision" in checked.text
    assert [e.text for e in checked.all("ins")] == ["Tout autre chose."]
    page = await reader.reads(home)
    assert "Révision 1" in page.text
    assert (await reader.sends(page, f"{home}/abandon")).status_code == 303
    assert (await seller.read(f"/my/solutions/{drafted['id']}"))["content"][
        "description"
    ] != "Tout autre chose."
    assert (await world.http.get(public)).text == before


async def test_somebody_elses_save_in_between_is_told_and_what_was_typed_stays_on_the_page(
    world: World,
) -> None:
    seller, reader = await writer(world)
    drafted = await seller.did("/my/solutions", content())
    path = f"{HOME}/{drafted['id']}/need"
    page = await reader.reads(path)
    await seller.did(
        f"/my/solutions/{drafted['id']}", content(description="D’un collègue."), method="put", If_Match="1"
    )
    answer = await reader.sends(page, path, description="De moi.")
    assert answer.status_code == 412
    told = Page.of(path, answer)
    assert told.field("description").text == "De moi."
    assert "D’un collègue." in told.text
    assert not told.faults()
    assert (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]["description"] == "D’un collègue."
    assert (await reader.sends(told, path)).status_code == 303
    after = await seller.read(f"/my/solutions/{drafted['id']}")
    assert (after["content"]["description"], after["content"]["name"]) == ("De moi.", content()["name"])


async def test_prices_are_added_and_taken_out_without_a_script_and_each_tier_says_what_is_wrong(
    world: World,
) -> None:
    seller, reader = await writer(world)
    drafted = await seller.did("/my/solutions", content(prices=[]))
    path = f"{HOME}/{drafted['id']}/prices"
    one = {"prices-0-label": "Module", "prices-0-unit": "light_point", "prices-0-steps-0-price": "10"}
    assert await sent(reader, path, one | {"then": "add"}) == f"{path}?ajout=1#ajout"
    page = await reader.reads(f"{path}?ajout=1")
    assert (await reader.sends(page, path)).status_code == 303  # the empty one is nothing written
    page = await reader.reads(f"{path}?ajout=1")
    two = {
        "prices-1-label": "Abonnement",
        "prices-1-unit": "light_point",
        "prices-1-steps-1-from": "0",
        "prices-1-steps-1-price": "2",
    }
    assert (await reader.sends(page, path, **two)).status_code == 303
    wrong = await sent(
        reader, path, {"prices-0-steps-1-from": "5", "prices-0-steps-1-price": "x", "prices-1-steps-1-from": "0", "prices-1-steps-1-price": "1"}, 422,
    )  # fmt: skip
    assert "#champ-prices-0-steps-1-price" in {link.get("href") for link in wrong.all("a")}
    wrong = await sent(reader, path, {"prices-1-steps-1-from": "0", "prices-1-steps-1-price": "1"}, 422)
    assert "#champ-prices-1-steps-1-from" in {link.get("href") for link in wrong.all("a")}
    assert not wrong.faults()
    assert await sent(reader, path, {"then": "remove-0", "prices-0-steps-0-price": "faux"}) == path
    written = (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]
    assert [price["label"] for price in written["prices"]] == ["Abonnement"]


async def test_a_town_is_found_by_its_name_and_chosen_among_those_so_called(world: World) -> None:
    seller, reader = await writer(world)
    drafted = await seller.did("/my/solutions", content())
    home = f"{HOME}/{drafted['id']}/references"
    said = {"started_on": "2024-01-01", "scope": "Essai"}
    lost = await sent(reader, f"{home}/nouvelle", said | {"town": "Nulle-Part-sur-Mer-du-Tout"}, 422)
    assert "#champ-town" in {link.get("href") for link in lost.all("a")}
    asked = await sent(reader, f"{home}/nouvelle", said | {"town": "Saint-Denis"}, 422)
    options = {e.get("value") for e in asked.all("input") if e.get("name") == "town_code"}
    assert {"01344", "18204"} <= options
    assert not asked.faults()
    answer = await reader.sends(asked, f"{home}/nouvelle", town_code="18204")
    assert answer.status_code == 303, answer.text
    (kept,) = (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]["references"]
    assert kept["town"] == "18204"
    shown = await reader.reads(f"{home}/{kept['id']}")
    assert shown.field("town").get("value") == "Saint-Denis-de-Palin (18204)"
    assert await sent(reader, f"{home}/{kept['id']}", {"scope": "Tout"}) == home
    await sent(reader, f"{home}/{kept['id']}", {"started_on": "2199-01-01", "ended_on": "2024-01-01"}, 422)
    listed = await reader.reads(home)
    assert (await reader.sends(listed, f"{home}/{kept['id']}/retrait")).status_code == 303
    assert "references" not in {
        k for k, v in (await seller.read(f"/my/solutions/{drafted['id']}"))["content"].items() if v
    }


async def test_what_is_not_asked_and_what_is_anothers_is_not_found(world: World) -> None:
    _, reader = await writer(world)
    other = await world.startup("Lucivoie")
    theirs = await other.did("/my/solutions", content())
    mine = await sent(reader, f"{HOME}/nouvelle", {"name": "Une autre"})
    for path in (
        f"{HOME}/{theirs['id']}",
        f"{HOME}/{theirs['id']}/need",
        f"{HOME}/{theirs['id']}/verification",
        f"{mine}/rien",
    ):
        await reader.reads(path, 404)
    page = await reader.reads(f"{mine}/need")
    for step in ("attachments", "rien"):
        token = page.form(f"{mine}/need")
        assert (await reader.http.post(f"{mine}/{step}", data=token)).status_code == 404, step


async def test_what_a_curator_asks_of_a_field_is_shown_at_its_step(world: World) -> None:
    seller, reader = await writer(world)
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    reference = {"town": "18033", "started_on": "2024-01-01", "scope": "Le centre"}
    drafted = await seller.did("/my/solutions", content(references=[reference]))
    written = (await seller.read(f"/my/solutions/{drafted['id']}"))["content"]
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    where = f"references.{written['references'][0]['id']}"
    for path, said in (("summary", "Trop court."), (where, "Quel quartier ?")):
        await curator.did(f"/reviews/{drafted['id']}/comments", {"path": path, "text": said})
    await sent_back(curator, drafted["id"], "Deux questions.")
    home = f"{HOME}/{drafted['id']}"
    page = await reader.reads(home)
    assert page.text.count("1 remarque") == 2
    assert "Deux questions." in page.text
    assert "Trop court." in (await reader.reads(f"{home}/identity")).text
    assert "Trop court." not in (await reader.reads(f"{home}/need")).text
    told = await reader.reads(f"{home}/references")
    assert "Quel quartier ?" in told.text
    assert not told.faults()
