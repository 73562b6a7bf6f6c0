"""The pages of a review, as a browser without JavaScript uses them."""

from html import unescape
from typing import Any

import httpx

from marketplace.accounts.models import Organisation
from marketplace.actor import Role
from tests.catalog.curation.test_deciding import people, revised, submitted
from tests.catalog.solutions.sheets import content
from tests.pages.reader import ASKED, Page, Reader
from tests.support.curating import decides, publish, review
from tests.support.world import SELLER_ROLES, Caller, World


async def at_desk(world: World, who: Caller, roles: frozenset[Role]) -> Reader:
    assert isinstance(who.organisation, Organisation)
    return await Reader.arrive(world, "somebody", who.organisation, roles)


async def send(
    reader: Reader, page: Page, action: str, without: tuple[str, ...] = (), **typed: Any
) -> httpx.Response:
    """As a browser does: the form's own fields, and those elsewhere that belong to it; boxes `without` are unticked."""
    form = next(form for form in page.all("form") if form.get("action") == action)
    inside = list(form.iter())
    sent: dict[str, Any] = {}
    for asked in page.all(*ASKED):
        name, kind = asked.get("name"), asked.get("type")
        if name is None or (asked not in inside and asked.get("form") != (form.get("id") or "")):
            continue
        if kind in {"radio", "checkbox"} and (asked.get("checked") is None or asked.get("value") in without):
            continue
        value = (asked.text or "") if asked.tag == "textarea" else asked.get("value", "")
        sent[name] = [*sent[name], value] if name in sent and kind == "checkbox" else [value]
    return await reader.http.post(action, data=sent | typed)


def all_yes(page: Page) -> dict[str, str]:
    names = {asked.get("name", "") for asked in page.all("input")}
    return {name: "yes" for name in names if name.startswith("answers-") and name.endswith("-answer")}


async def test_a_curator_takes_checks_and_publishes_a_part_from_the_page(world: World) -> None:
    seller, api = await people(world)
    drafted = await submitted(seller)
    await publish(api, drafted["id"])
    await revised(
        seller, drafted["id"], summary="Règle l’éclairage, rue par rue.", tags=["led"], answers={"backups": "Chaque nuit."}
    )  # fmt: skip
    reader = await at_desk(world, api, frozenset({Role.CURATOR}))
    path = f"/relecture/{drafted['id']}"
    page = await reader.reads(path)
    assert not page.faults()
    assert "Ce que la révision change" in page.text and "confidentiel" in page.text
    assert [ins.text for ins in page.all("ins")] == [
        None
    ] * 3  # each begins with words for who does not see colours
    assert (await send(reader, page, f"{path}/prise")).status_code == 303
    page = await reader.reads(path)
    assert "Relue par Vous" in page.text
    assert (await send(reader, page, f"{path}/controle", **all_yes(page))).status_code == 303
    page = await reader.reads(path)
    assert "Tout est vérifié" in page.text

    refused = await send(reader, page, f"{path}/publication", without=("tags",))
    again = Page.of(path, refused)
    assert (refused.status_code, not again.faults()) == (422, True)
    assert "Dites pourquoi une partie n’est pas acceptée." in again.text
    boxes = {b.get("value"): b.get("checked") for b in again.all("input") if b.get("name") == "fields"}
    assert boxes["tags"] is None and boxes["summary"] is not None  # what was typed is kept
    done = await send(reader, again, f"{path}/publication", without=("tags",), motive="Un seul mot-clé ?")
    assert (done.status_code, done.headers["location"]) == (303, "/relecture")
    made = (await review(api, drafted["id"]))["decisions"][0]
    assert (made["verdict"], made["returned"], made["reason"]) == ("accepted_in_part", ["tags"], "Un seul mot-clé ?")  # fmt: skip


async def test_a_page_that_somebody_was_quicker_than_says_so_and_changes_nothing(world: World) -> None:
    seller, api = await people(world)
    drafted = await submitted(seller)
    reader = await at_desk(world, api, frozenset({Role.CURATOR}))
    path = f"/relecture/{drafted['id']}"
    page = await reader.reads(path)
    other = await world.staff(Role.CURATOR)
    yes = {"answers": [{"item": "plain", "answer": "no", "note": "Superlatifs."}]}
    await other.did(f"/reviews/{drafted['id']}/checklist", yes, method="put")
    refused = await send(reader, page, f"{path}/controle", **all_yes(page))
    shown = Page.of(path, refused)
    assert (refused.status_code, not shown.faults()) == (412, True)
    assert f"{other.actor.name} a répondu entre-temps" in shown.text
    assert await world.sql("select count(*) from review_tick") == 1

    await decides(other, drafted["id"], "taking")
    refused = await send(reader, page, f"{path}/renvoi", reason="Trop tard ?")
    assert refused.status_code == 422 and f"{other.actor.name} relit cette fiche" in unescape(refused.text)
    await decides(other, drafted["id"], "release")
    refused = await send(reader, page, f"{path}/renvoi", reason="Encore ?")
    assert refused.status_code == 412 and "Encore ?" in refused.text
    assert (await review(api, drafted["id"]))["decisions"] == []


async def test_a_first_version_shows_every_field_and_a_wrong_answer_is_said_at_its_row(world: World) -> None:
    seller, api = await people(world)
    drafted = await submitted(seller)
    reader = await at_desk(world, api, frozenset({Role.CURATOR}))
    path = f"/relecture/{drafted['id']}"
    page = await reader.reads(path)
    assert "La fiche envoyée" in page.text and "210,00" in page.text
    typed = {"answers-1-answer": "yes", "answers-3-answer": "no"}
    refused = Page.of(path, await send(reader, page, f"{path}/controle", **typed))
    assert not refused.faults()
    linked = [link.get("href") for link in refused.all("a") if "champ-answers" in link.get("href", "")]
    assert linked == ["#champ-answers-3-note"]
    refused = Page.of(path, await send(reader, page, f"{path}/publication", without=("description",)))
    wanted = {"#champ-motive", "#champ-checklist-identity", "#champ-checklist-works"}
    assert wanted <= {link.get("href") for link in refused.all("a")} and not refused.faults()


async def test_what_was_checked_is_asked_again_once_it_changed_and_a_page_of_before_checks_nothing(
    world: World,
) -> None:
    seller, api = await people(world)
    drafted = await submitted(seller)
    mine, path = f"/my/solutions/{drafted['id']}", f"/relecture/{drafted['id']}"
    reader = await at_desk(world, api, frozenset({Role.CURATOR}))
    page = await reader.reads(path)
    assert (await send(reader, page, f"{path}/controle", **all_yes(page))).status_code == 303
    page = await reader.reads(path)
    assert "Tout est vérifié" in page.text
    await seller.did(f"{mine}/submission/withdrawal")
    sheet = await seller.read(mine)
    await seller.did(
        mine, content(summary="Le meilleur de tous."), method="put", If_Match=str(sheet["version"])
    )
    await seller.did(f"{mine}/submission")
    assert (await send(reader, page, f"{path}/controle", **all_yes(page))).status_code == 412
    page = await reader.reads(path)
    left = [row["item"] for row in (await review(api, drafted["id"]))["checklist"] if row["outdated"]]
    assert left
    assert (
        await send(reader, page, f"{path}/controle")
    ).status_code == 303  # as the page was, nothing looked at
    assert [row["item"] for row in (await review(api, drafted["id"]))["checklist"] if row["outdated"]] == left


async def test_the_startup_follows_its_review_and_answers_a_comment(world: World) -> None:
    seller, api = await people(world)
    drafted = await submitted(seller)
    await api.did(f"/reviews/{drafted['id']}/comments", {"path": "prices", "text": "Pose comprise ?"})
    reader = await at_desk(world, seller, SELLER_ROLES)
    desk = await reader.reads("/espace-entreprise")
    here = f"/espace-entreprise/fiches/{drafted['id']}/relecture"
    assert here in desk.links() and "Réponse due le" in desk.text and not desk.faults()
    page = await reader.reads(here)
    assert not page.faults()
    assert "Pose comprise ?" in page.text and "1 commentaire à traiter" in page.text
    assert api.actor.name not in page.text
    post = f"/espace-entreprise/fiches/{drafted['id']}/commentaires"
    empty = await send(reader, page, post, text=" ")
    assert empty.status_code == 422 and not Page.of(here, empty).faults()
    outside = await send(reader, page, post, text="Oui.", suite="https://ailleurs.example")
    assert (outside.status_code, outside.headers["location"]) == (303, here)
    page = await reader.reads(here)
    assert "Oui." in page.text
    back = next(form.get("action", "") for form in page.all("form") if "retrait" in form.get("action", ""))
    assert (await send(reader, page, back)).status_code == 303
    assert "Commentaire retiré." in (await reader.reads(here)).text
    sold = await at_desk(world, seller, frozenset({Role.SELLER}))
    assert not [f for f in (await sold.reads(here)).all("form") if "commentaires" in f.get("action", "")]
    await publish(api, drafted["id"])
    page = await reader.reads(here)
    assert "Publiée" in page.text and "Aucune décision" not in page.text and not page.faults()


async def test_a_published_sheet_is_suspended_and_brought_back_from_the_page(world: World) -> None:
    seller, api = await people(world)
    drafted = await submitted(seller)
    await publish(api, drafted["id"])
    reader = await at_desk(world, api, frozenset({Role.CURATOR}))
    path = f"/relecture/{drafted['id']}"
    page = await reader.reads(path)
    assert not page.faults() and "Aucune révision n’attend de réponse." in page.text
    empty = await send(reader, page, f"{path}/suspension", cause="")
    assert empty.status_code == 422 and not Page.of(path, empty).faults()
    assert (await send(reader, page, f"{path}/suspension", cause="Contestée.")).status_code == 303
    page = await reader.reads(path)
    assert (await send(reader, page, f"{path}/retour-en-ligne", cause="Réglé.")).status_code == 303
    assert (await world.visitor.read(f"/solutions/{drafted['slug']}"))["state"] == "published"
    assert (
        await reader.http.post(f"{path}/rien", data=page.form(f"{path}/retour-en-ligne"))
    ).status_code == 404
