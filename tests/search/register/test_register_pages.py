"""The register's pages: a search or a short list is frozen from them, read, replayed and taken away, without JavaScript."""

import hashlib
import io

from openpyxl import load_workbook

from marketplace.actor import Role
from tests.pages.reader import Page, Reader
from tests.search.register.frozen import directory, matched
from tests.support.world import World

NEW = "/registre/nouveau"


async def sent(reader: Reader, page: Page, **typed: str) -> Page:
    """What is shown once the form of `page` is sent with what is typed."""
    answer = await reader.sends(page, NEW, **typed)
    if answer.status_code == 303:
        return await reader.reads(answer.headers["location"])
    return Page.of(NEW, answer)


async def agent(world: World, *roles: Role) -> Reader:
    """Somebody of Vierzon with `roles` (an agent), signed in."""
    organisation = (await world.town()).organisation
    return await Reader.arrive(world, "agent", organisation, frozenset(roles or {Role.AGENT}))


async def test_a_search_is_frozen_from_its_page_and_read_replayed_and_found_again(world: World) -> None:
    await directory(world)
    reader = await agent(world)
    page = await reader.reads(f"{NEW}?q=éclairage public&domaine=eclairage-public&maturite=growth")
    carried = page.form(NEW)
    assert (carried["q"], carried["domaine"], carried["maturite"]) == (
        "éclairage public",
        "eclairage-public",
        "growth",
    )
    assert carried["title"] == "éclairage public"
    assert "3 fiches trouvées" in page.text
    record = await sent(reader, page, title="Premier tour", note="Vu au salon.")
    assert record.status == 200, record.text
    assert record.h1 == "Premier tour"
    for said in ("L’empreinte correspond au contenu", "Lanterne", "heure de Paris", "Vu au salon."):
        assert said in record.text, said
    replay = await reader.reads(f"{record.path}/rejouer")
    assert replay.h1 == "La même question reçoit la même réponse"
    listed = await reader.reads("/registre?q=premier")
    assert "1 preuve figée" in listed.text
    assert (await reader.reads("/registre?q=second")).text.count("Aucune preuve ne correspond")
    assert (await reader.reads("/registre?nature=match")).text.count("Aucune preuve ne correspond")
    assert (await reader.reads("/registre?nature=autre")).text.count("1 preuve figée")


async def test_a_short_list_wants_a_reason_for_each_sheet_and_keeps_what_was_typed(world: World) -> None:
    await directory(world)
    reader = await agent(world)
    page = await reader.reads(f"{NEW}?q=éclairage public&liste=1&fiche=lanterne&fiche=tri&fiche=absente")
    assert page.h1 == "Figer 2 fiches retenues, avec leurs motifs"
    refused = await sent(reader, page, **{"title": " ", "choices-0-reason": "Confirmée."})
    assert refused.status == 422
    linked = {link.get("href") for link in refused.all("a")}
    assert {"#champ-title", "#champ-choices-1-reason"} <= linked
    assert "#champ-choices-0-reason" not in linked
    assert "Intitulé : Ce champ est obligatoire." in refused.text  # each refusal says of which question it is
    assert refused.field("choices-0-reason").text == "Confirmée."
    record = await sent(reader, refused, **{"title": "Retenues", "choices-1-reason": "=Moins chère."})
    assert (record.status, record.h1) == (200, "Retenues")
    assert "2 fiches retenues par la ville" in record.text
    assert "hors réponse" in record.text


async def test_nothing_ticked_and_nothing_searched_say_what_to_do(world: World) -> None:
    await directory(world)
    reader = await agent(world)
    assert (await reader.reads(f"{NEW}?q=éclairage&liste=1")).h1 == "Aucune fiche n’est cochée"
    assert (await reader.reads(NEW)).h1 == "Rien n’est encore cherché"
    assert "Figer toute la réponse au registre" in (await reader.reads("/registre")).text


async def test_an_answer_that_changed_meanwhile_is_shown_again_before_it_is_frozen(world: World) -> None:
    await directory(world, ("lanterne", "veilleuse"))
    reader = await agent(world)
    page = await reader.reads(f"{NEW}?q=éclairage public")
    await directory(world, ("phare",))
    again = await sent(reader, page)
    assert again.status == 422
    assert "L’annuaire a changé" in again.text
    assert "3 fiches trouvées" in again.text
    assert await world.sql("select count(*) from search_log") == 0
    assert (await sent(reader, again)).h1 == "éclairage public"
    assert await world.sql("select count(*) from sourcing_record") == 1


async def test_a_logged_match_is_frozen_from_its_number_by_its_town_alone(world: World) -> None:
    await directory(world)
    town, other = await world.towns(2)
    mine, theirs = await matched(world, town), await matched(world, other)
    reader = await Reader.arrive(world, "agent", town.organisation, frozenset({Role.AGENT}))
    page = await reader.reads(f"{NEW}?recherche={mine.id}")
    assert "1 fiche écartée par une condition" in page.text
    assert "Vierzon (18279)" in page.text
    record = await sent(reader, page, title="Besoin")
    for said in (
        "Vierzon (18279)",
        "Éclairer moins",
        "Hébergement non renseigné",
        "2026-11-26",
        "Pourquoi cette place",
    ):
        assert said in record.text, said
    await reader.reads(f"{NEW}?recherche={theirs.id}", 404)
    for unknown in (str(theirs.id), "x"):
        assert (await sent(reader, page, recherche=unknown, _once=f"once {unknown}")).status == 404


async def test_the_files_say_the_same_and_the_hash_is_that_of_the_json(world: World) -> None:
    await directory(world)
    town = await world.town()
    log = await matched(world, town)
    chosen = [{"slug": "lanterne", "reason": "=cmd|' /C calc'!A0"}]
    record = await town.did(
        "/sourcing-records", {"title": "@Éclairage 💡", "log_id": str(log.id), "choices": chosen}
    )
    reader = await Reader.arrive(world, "reader", town.organisation, frozenset({Role.READER}))
    path = f"/registre/{record['id']}/preuve"
    text, pdf, book, table = [
        await reader.http.get(path + form) for form in (".json", ".pdf", ".xlsx", ".csv")
    ]
    assert hashlib.sha256(text.content).hexdigest() == record["sha256"]
    assert pdf.content.startswith(b"%PDF")
    assert pdf.content == (await reader.http.get(f"{path}.pdf")).content, "the same record is the same file"
    assert record["sha256"][:12] in pdf.headers["content-disposition"]
    sheets = load_workbook(io.BytesIO(book.content))
    assert sheets.sheetnames == ["Preuve", "Ordre", "Fiches retenues", "Fiches écartées", "Pondérations"]
    facts = {row[0].value: row[1].value for row in sheets["Preuve"].iter_rows(min_row=2)}
    assert facts["Intitulé"] == "'@Éclairage 💡"
    assert facts["Empreinte SHA-256"] == record["sha256"]
    assert facts["Pour la ville"] == "Vierzon (18279)"
    assert facts["Fiches écartées par une condition"] == "1, avec leur motif ci-après"
    assert sheets["Ordre"]["E2"].data_type == sheets["Pondérations"]["B2"].data_type == "n"
    assert sheets["Fiches retenues"]["E2"].value == "'=cmd|' /C calc'!A0"
    assert not any(cell.data_type == "f" for sheet in sheets for row in sheet.iter_rows() for cell in row)
    assert b"Lanterne" in table.content
    listed = load_workbook(io.BytesIO((await reader.http.get("/registre.xlsx")).content))
    assert [row[2].value for row in listed.worksheets[0].iter_rows(min_row=2)] == ["'@Éclairage 💡"]


async def test_a_quantity_is_told_in_the_unit_that_the_answer_counted_when_none_was_asked(
    world: World,
) -> None:
    await directory(world)
    town = await world.town()
    log = await matched(world, town, asked={"quantity": "2000"}, unit="light_point")
    reader = await Reader.arrive(world, "agent", town.organisation, frozenset({Role.AGENT}))
    said = "points lumineux : non précisée, celle que comptent le plus de prix publiés du domaine"
    page = await reader.reads(f"{NEW}?recherche={log.id}")
    assert said in page.text
    record = await sent(reader, page)
    assert said in record.text
    book = load_workbook(io.BytesIO((await reader.http.get(f"{record.path}/preuve.xlsx")).content))
    facts = {row[0].value: row[1].value for row in book["Preuve"].iter_rows(min_row=2)}
    assert facts["Unité"].replace("\u00a0", " ") == said
    frozen = (await reader.http.get(f"{record.path}/preuve.json")).json()
    assert "unit" not in frozen["asked"], "what was asked stays as it was asked"
    stated = await matched(world, town, asked={"quantity": "2000", "unit": "light_point"}, unit="light_point")
    assert "non précisée" not in (await reader.reads(f"{NEW}?recherche={stated.id}")).text


async def test_a_firm_is_told_that_the_register_is_for_towns_whatever_their_role(world: World) -> None:
    firm = (await world.startup()).organisation
    page = await (await Reader.arrive(world, "a firm", firm, frozenset({Role.SELLER}))).reads(
        "/registre", 403
    )
    assert "Cette action revient à une ville." in page.text
    assert "rôles" not in page.text


async def test_a_hostile_question_is_no_fault_of_ours(world: World) -> None:
    await directory(world)
    reader = await agent(world)
    for query in (
        "q=%00",
        "q=%00&fiche=%00&liste=1",
        "domaine=%00&tri=%00",
        f"q={'a' * 5001}",
        "recherche=x",
        "page=0",
    ):
        assert (await reader.http.get(f"{NEW}?{query}")).status_code < 500, query
    for query in ("q=%00", "nature=%00", f"q={'a' * 501}", "page=99999999999"):
        assert (await reader.http.get(f"/registre?{query}")).status_code < 500, query
    page = await reader.reads(f"{NEW}?q=éclairage&liste=1&fiche=lanterne")
    for typed in (
        {"q": "\0"},
        {"q": "\u202e"},
        {"choices-0-slug": "\0", "choices-0-reason": "\0"},
        {"besoin": "x"},
    ):
        assert (await sent(reader, page, _once=str(typed), **typed)).status == 422, typed


async def test_both_answers_lead_those_who_may_freeze_to_the_register_and_nobody_else(world: World) -> None:
    await directory(world)
    await world.work()
    town = await world.town()
    may = await agent(world)
    others = [
        await Reader.arrive(world, "a visitor"),
        await Reader.arrive(world, "a reader", town.organisation, frozenset({Role.READER})),
        await Reader.arrive(world, "a firm", (await world.startup()).organisation, frozenset({Role.SELLER})),
    ]
    found, need = "/solutions?q=éclairage", "/?besoin=éclairage public&ville=Vierzon"
    for path in (found, need):
        for other in others:
            assert NEW not in (await other.http.get(path)).text, (other.name, path)
        page = await may.reads(path)
        assert not page.faults()
        (whole,) = [link for link in page.links() if link.startswith(NEW)]
        assert "Ce qui sera figé" in (await may.reads(whole)).text
        (kept,) = [button for button in page.all("button") if button.get("formaction") == NEW]
        chosen = f"{whole}&liste={kept.get('value')}&fiche=lanterne"
        assert (await may.reads(chosen)).h1 == "Figer 1 fiche retenue, avec son motif"
    logs = await world.sql("select json_agg(distinct kind) from search_log")
    assert logs == ["match"], "needs were logged; visits of the search page were not"
    by_number = await may.reads(f"{NEW}?liste={kept.get('value')}&fiche=lanterne&ville=18279&annees=1")
    record = await sent(may, by_number, **{"choices-0-reason": "Confirmée."})
    assert "Éclairage" not in record.h1 and "éclairage public" in record.h1
    assert "sont gardées" not in record.text, "what a condition left out is not cut off"
    for said in ("Vos mots", "Pourquoi cette place", "1 fiche retenue par la ville"):
        assert said in record.text, said
    assert "La même question reçoit la même réponse" in (await may.reads(f"{record.path}/rejouer")).text
