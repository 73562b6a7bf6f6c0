"""The public page of a sheet: what it says, what it says is missing, what it costs a town, and who may read what."""

import re
from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from catalog.directory import showing
from catalog.directory.showing import Known
from catalog.solutions.questionnaire import QUESTIONS
from marketplace.actor import Role
from tests.catalog.directory.sheets import HOSTILE, LEAKED, publish, whole
from tests.catalog.evidence.proving import market
from tests.catalog.solutions.sheets import price
from tests.pages.reader import Page, Reader
from tests.support.curating import publish as accept
from tests.support.world import SELLER_ROLES, TOWN_ROLES, World


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


async def read(world: World, path: str, status: int = 200) -> tuple[Page, str]:
    """The page as a visitor reads it, and its text with ordinary spaces."""
    page = Page.of(path, answer := await world.http.get(path))
    assert answer.status_code == status, answer.text[:500]
    assert page.faults() == []
    return page, plain(page.text)


def rows(page: Page) -> dict[str, str]:
    """Each row of the page's tables: what heads it, and what stands beside it."""
    found = {}
    for row in page.all("tr"):
        cells = [plain("".join(cell.itertext())) for cell in row if cell.tag in {"th", "td"}]
        found[cells[0]] = cells[-1]
    return found


async def test_a_cost_is_each_price_by_its_own_unit_with_vat_by_rate(world: World) -> None:
    (sheet,) = await publish(world, whole())
    page, text = await read(
        world, f"/solutions/{sheet['slug']}?ville=Vierzon&quantite.light_point=120&annees=4"
    )
    found = rows(page)
    assert "Pour Vierzon (18279, Cher). 25 068 habitants." in text
    assert (found["Mise en place, HT"], found["Par an, HT"], found["Total HT"]) == (
        "25 200,00 €",
        "4 508,16 €",
        "43 232,64 €",
    )
    assert (found["TVA 10 %"], found["TVA 20 %"], found["Total TTC"]) == (
        "1 203,26 €",
        "6 240,00 €",
        "50 675,90 €",
    )
    assert found["Par habitant, TTC"] == "2,02 €"
    assert "120 points lumineux × 210,00 € = 25 200,00 € une fois" in text


async def test_what_is_not_known_of_the_town_is_asked_and_a_total_that_misses_it_says_so(
    world: World,
) -> None:
    (sheet,) = await publish(world, whole())
    page, text = await read(world, f"/solutions/{sheet['slug']}?annees=2")
    assert (
        "Il manque le nombre de : points lumineux, habitants. Le total ci-dessous ne le compte pas." in text
    )
    assert rows(page)["Total HT"] == "3 000,00 €"
    assert "Par habitant, TTC" not in rows(page)
    fields = {element.get("name") for element in page.all("input", "select")}
    assert {"ville", "annees", "quantite.light_point", "quantite.inhabitant"} <= fields
    assert "quantite.town" not in fields  # a flat fee asks nothing


WRONG = {
    "quantite.light_point=douze": ("quantite.light_point", "Écrivez un nombre en chiffres, par exemple 18."),
    "quantite.light_point=1,5": ("quantite.light_point", "Cette unité se compte en nombres entiers : écrivez par exemple 12."),
    "quantite.light_point=99999999999": ("quantite.light_point", "Cette quantité est trop grande : 1 000 000 000 au plus."),
    "ville=zzzzzzzz": ("ville", "Aucune ville ne porte ce nom ni ce code : vérifiez-le, ou donnez son code INSEE."),
    "annees=%F0%9F%92%A1&quantite.inhabitant=%E2%82%AC": ("quantite.inhabitant", "Écrivez un nombre en chiffres, par exemple 18."),
}  # fmt: skip


async def test_a_wrong_answer_is_said_beside_its_field_and_what_was_typed_is_kept(world: World) -> None:
    (sheet,) = await publish(world, whole())
    for query, (name, said) in WRONG.items():
        page, text = await read(world, f"/solutions/{sheet['slug']}?{query}")
        field = page.field(name)
        assert said in text
        assert field.get("aria-invalid") == "true"
        assert "erreur" in field.get("aria-describedby", "")
        assert field.get("value") == dict(parse_qsl(query))[name]
    await read(world, f"/solutions/{sheet['slug']}?annees=-1&ville=&quantite.light_point=")


async def test_a_signed_in_town_is_asked_nothing_that_is_known_of_it(world: World) -> None:
    (sheet,) = await publish(world, whole())
    town = await world.town("18033")
    agent = await Reader.arrive(world, "agent", town.organisation, TOWN_ROLES)
    page = await agent.reads(f"/solutions/{sheet['slug']}")
    assert page.field("ville").get("value") == "Bourges (18033)"
    assert "Pour Bourges (18033, Cher)." in plain(page.text)
    page = await agent.reads(f"/solutions/{sheet['slug']}?ville=Vierzon")
    assert "Pour Vierzon (18279, Cher)." in plain(page.text)


async def test_every_question_is_there_and_what_has_no_answer_is_seen_and_counted(world: World) -> None:
    full, empty = await publish(world, whole(), whole(name="Muette", answers={}, problem=None, references=[]))
    page, text = await read(world, f"/solutions/{full['slug']}")
    found = rows(page)
    for question in QUESTIONS.values():
        assert plain(question.label) in found
    assert found["Qui a fait l’audit ?"] == "Non renseigné"
    assert found["Prix de la réversibilité"] == "Ne sait pas"
    assert "2 questions sans réponse." in text
    assert "Dont 1 « ne sait pas »." in text
    public = sum(not question.confidential for question in QUESTIONS.values())
    assert f"2 sur {public} posées à toutes les entreprises." in text

    page, text = await read(world, f"/solutions/{empty['slug']}")
    assert f"{public} questions sans réponse." in text
    assert [rows(page)[q.label] for q in QUESTIONS.values() if not q.confidential] == [
        "Non renseigné"
    ] * public
    assert "Cette fiche ne cite pas encore de référence." in text


async def test_confidential_answers_and_contacts_are_for_towns_and_staff_and_visitors_are_told_that_they_exist(
    world: World,
) -> None:
    (sheet,) = await publish(world, whole())
    path = f"/solutions/{sheet['slug']}"
    competitor = await world.startup("Autre Firme")
    _, text = await read(world, path)
    assert not [secret for secret in LEAKED if secret in text]
    assert "5 réponses sont réservées aux villes connectées" in text
    assert "Les villes connectées voient à qui demander." in text
    rival = await Reader.arrive(world, "rival", competitor.organisation, SELLER_ROLES)
    said = plain((await rival.reads(path)).text)
    assert not [secret for secret in LEAKED if secret in said]
    town, staff = await world.town(), await world.staff(Role.SUPERVISOR)
    for organisation, roles in (
        (town.organisation, TOWN_ROLES),
        (staff.organisation, frozenset({Role.SUPERVISOR})),
    ):
        reader = await Reader.arrive(world, "told", organisation, roles)
        page = await reader.reads(path)
        assert page.faults() == []
        said = plain(page.text)
        assert [secret for secret in LEAKED if secret not in said] == []
        assert "réservées aux villes connectées" not in said


async def test_a_stopped_service_says_so_costs_nothing_and_is_not_offered_for_comparison(
    world: World,
) -> None:
    (sheet,) = await publish(world, whole(maturity="stopped"))
    page, text = await read(world, f"/solutions/{sheet['slug']}?ville=Vierzon&quantite.light_point=120")
    assert "Ce service est arrêté : il ne peut pas être acheté." in text
    assert "Combien pour votre ville" not in text
    assert "Ajouter à la comparaison" not in text
    assert not [link for link in page.links() if link.startswith("/comparer")]
    answer = await world.visitor.get(f"/solutions/{sheet['slug']}/cost")
    assert (answer.status_code, answer.json()["code"]) == (409, "service_stopped")
    await world.work()  # the index learns of it
    results, text = await read(world, "/solutions")
    assert "Télégestion d’éclairage" in text
    assert not [box for box in results.all("input") if box.get("name") == "fiche"]


async def test_a_sheet_adds_itself_to_those_already_chosen_and_keeps_the_town(world: World) -> None:
    one, two = await publish(world, whole(), whole(name="Deux"))
    page, _ = await read(
        world, f"/solutions/{two['slug']}?fiche={one['slug']}&fiche={two['slug']}&ville=18279&annees=3"
    )
    (link,) = [link for link in page.links() if link.startswith("/comparer")]
    assert link == f"/comparer?fiche={one['slug']}&fiche={two['slug']}&ville=18279&annees=3"
    chosen = "&".join(f"fiche=autre-{i}" for i in range(5))
    _, text = await read(world, f"/solutions/{two['slug']}?{chosen}")
    assert "Vous avez déjà choisi cinq fiches" in text


async def test_no_text_of_a_sheet_is_taken_for_html(world: World) -> None:
    (sheet,) = await publish(world, whole())
    for column in (
        "name",
        "summary",
        "problem",
        "description",
        "town_provides",
        "supplier_name",
        "source",
        "licence",
    ):
        await world.sql(f"update solution set {column} = :hostile", hostile=f"{column}{HOSTILE}")
    for column in ("tags", "audiences", "cpv", "contract_forms", "domains"):
        await world.sql(f"update solution set {column} = array[:hostile]", hostile=f"{column}{HOSTILE}")
    await world.sql(
        "update solution_reference set scope = :hostile, town_name = :hostile, unit = null",
        hostile=f"ref{HOSTILE}",
    )
    await world.sql("update price_line set label = :hostile", hostile=f"price{HOSTILE}")
    await world.sql("update solution_change set changed = '{}'")
    answer = await world.http.get(f"/solutions/{sheet['slug']}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "{{7*7}}" in answer.text
    assert {element.get("src", "").split("?")[0] for element in Page.of("/", answer).all("script")} == {
        "/static/site.js"
    }
    other = await world.http.get(f"/comparer?fiche={sheet['slug']}")
    assert other.status_code == 200
    assert "<script>alert" not in other.text


async def test_the_api_gives_the_same_cost_and_every_wrong_parameter_at_once(world: World) -> None:
    (sheet,) = await publish(world, whole())
    path = f"/solutions/{sheet['slug']}/cost"
    found = await world.visitor.read(path, **{"town": "18279", "years": 4, "quantity.light_point": "120"})
    assert found["complete"] and found["missing_units"] == []
    assert found["town"] == {"code": "18279", "name": "Vierzon", "population": 25068}
    assert [(one["unit"], one["quantity"], one["each_ht_cents"], one["total_ht_cents"]) for one in found["lines"]] == [
        ("light_point", "120", 2520000, 2520000), ("town", "1", 150000, 600000), ("inhabitant", "25068", 300816, 1203264),
    ]  # fmt: skip
    assert found["vat"] == [
        {"rate": "10", "base_cents": 1203264, "vat_cents": 120326}, {"rate": "20", "base_cents": 3120000, "vat_cents": 624000},
    ]  # fmt: skip
    assert (found["total_ht_cents"], found["vat_cents"], found["total_ttc_cents"]) == (
        4323264,
        744326,
        5067590,
    )
    assert found["per_inhabitant_ttc_cents"] == 202

    partial = await world.visitor.read(path)
    assert (partial["complete"], partial["missing_units"]) == (False, ["light_point", "inhabitant"])
    assert (partial["total_ht_cents"], partial["per_inhabitant_ttc_cents"]) == (150000, None)

    answer = await world.visitor.get(
        path, **{"town": "99999", "quantity.light_point": "1.5", "quantity.lampe": "1", "quantity.km": "-2"}
    )
    assert answer.status_code == 422
    assert {fault["path"] for fault in answer.json()["errors"]} == {
        "town",
        "quantity.light_point",
        "quantity.lampe",
        "quantity.km",
    }
    assert (await world.visitor.get(path, years=5)).status_code == 422
    assert (await world.visitor.get("/solutions/aucune/cost")).status_code == 404


async def test_a_sheet_without_prices_says_so_and_has_no_cost(world: World) -> None:
    (sheet,) = await publish(world, whole(prices=[]))
    _, text = await read(world, f"/solutions/{sheet['slug']}?ville=Vierzon")
    assert "Prix non publiés" in text
    assert "Combien pour votre ville" not in text
    found = await world.visitor.read(f"/solutions/{sheet['slug']}/cost")
    assert (found["lines"], found["complete"], found["total_ht_cents"]) == ([], False, 0)


async def test_what_changed_is_told_by_fields_with_its_day(world: World) -> None:
    seller = await world.startup()
    (sheet,) = await publish(world, whole(), seller=seller)
    await seller.did(
        f"/my/solutions/{sheet['id']}",
        whole(summary="Autrement.", prices=[price(("0", None, 1))]),
        method="put",
        If_Match=str(sheet["version"]),
    )
    await seller.did(f"/my/solutions/{sheet['id']}/submission")
    curator = await world.staff(Role.CURATOR)
    await accept(curator, sheet["id"])
    _, text = await read(world, f"/solutions/{sheet['slug']}")
    assert re.search(r"Fiche mise à jour : .*En une phrase.*Prix publiés, HT|Fiche mise à jour", text)
    assert "Version 2 du" in text


@given(
    st.dictionaries(st.sampled_from(list(QUESTIONS)), st.sampled_from([None, [], "", "unknown", ["unknown"]]))
)
def test_a_question_is_never_passed_over(answers: dict[str, object]) -> None:
    shown = list(showing.every(showing.sections({"name": "X", "answers": answers}, told=True)))
    assert [one.question.key for one in shown] == list(QUESTIONS)
    assert all(
        one.said.known in {Known.UNANSWERED, Known.UNKNOWN, Known.MOOT} and one.said.text for one in shown
    )


async def test_references_are_shown_on_a_map_with_their_level_and_a_proven_answer_has_its_badge(
    world: World,
) -> None:
    told = await market(world)
    slug = told.sheet["slug"]
    _, text = await read(world, f"/solutions/{slug}")
    assert "Carte des références" in text
    assert "Bourges" in text
    assert "document vérifié, daté" not in text
    accepted = (await told.attach("prices")).json()
    await told.curator.did(f"/reviews/evidence/{accepted['id']}/acceptance")
    page, text = await read(world, f"/solutions/{slug}")
    heading = next(section for section in page.all("section") if section.get("aria-labelledby") == "prix")
    assert "document vérifié" in plain("".join(heading.itertext()))
    _, text = await read(world, f"/comparer?fiche={slug}")
    assert "Prix publiés, HT : document vérifié, daté du 26 novembre 2026" in text
    assert "Bourges, depuis le 1 mars 2024 1 200 points lumineux (déclaré par l’entreprise)" in text
