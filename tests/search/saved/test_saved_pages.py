"""The pages of kept searches, as somebody without scripts uses them from the results to the list and back."""

from tests.pages.reader import Page, Reader
from tests.support.world import TOWN_ROLES, World

NEW = "/compte/recherches/nouvelle?q=lampes&domaine=eclairage-public&prix=1"


async def test_from_the_results_to_the_list_and_to_the_alert(world: World) -> None:
    town = await world.town()
    agent = await Reader.arrive(world, "agent", town.organisation, TOWN_ROLES)
    results = await agent.reads("/solutions?q=lampes&domaine=eclairage-public&prix=1")
    assert NEW in set(results.links())
    page = await agent.reads(NEW)
    assert page.faults() == [] and "« lampes » · Éclairage public · Prix publiés" in page.text
    answer = await agent.sends(page, "/compte/recherches", name="Nos lampes", alert="weekly")
    assert (answer.status_code, answer.headers["location"]) == (303, "/compte/recherches")
    listed = await agent.reads("/compte/recherches")
    assert listed.faults() == []
    assert "La recherche « Nos lampes » est enregistrée." in listed.text
    assert "/solutions?q=lampes&domaine=eclairage-public&prix=1" in set(listed.links())
    (edit,) = [link for link in listed.links() if link.startswith("/compte/recherches/")]
    form = await agent.reads(edit)
    assert form.faults() == []
    assert (await agent.sends(form, edit, name="Lampes", alert="none")).status_code == 303
    stale = await agent.sends(form, edit, name="Trop tard")
    assert stale.status_code == 412
    assert "Trop tard" in stale.text and Page.of(edit, stale).faults() == []

    listed = await agent.reads("/compte/recherches")
    assert "Pas d’alerte" in listed.text
    assert (await agent.sends(listed, f"{edit}/suppression")).status_code == 303
    gone = await agent.reads("/compte/recherches")
    assert gone.faults() == [] and "Supprimées récemment" in gone.text
    assert (await agent.sends(gone, f"{edit}/retablissement")).status_code == 303
    assert edit in set((await agent.reads("/compte/recherches")).links())


async def test_the_same_search_again_is_said_on_the_form_and_keeps_the_search(world: World) -> None:
    town = await world.town()
    agent = await Reader.arrive(world, "agent", town.organisation, TOWN_ROLES)
    page = await agent.reads(NEW)
    assert (await agent.sends(page, "/compte/recherches", name="Un")).status_code == 303
    page = await agent.reads(NEW)
    again = await agent.sends(page, "/compte/recherches", name="Deux")
    assert again.status_code == 422
    shown = Page.of("/compte/recherches", again)
    assert shown.faults() == [] and "sous le nom « Un »" in shown.text
    assert shown.form("/compte/recherches") | {"_csrf": "", "_once": ""} == {
        "_csrf": "", "_once": "", "q": "lampes", "domaine": "eclairage-public", "prix": "1", "name": "Deux", "alert": "none",
    }  # fmt: skip


async def test_a_visitor_is_asked_to_sign_in(world: World) -> None:
    for path in ("/compte/recherches", "/compte/recherches/nouvelle?q=x"):
        answer = await world.http.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/connexion")


async def test_a_sent_search_of_nonsense_is_refused_or_read_never_a_fault_of_ours(world: World) -> None:
    town = await world.town()
    agent = await Reader.arrive(world, "agent", town.organisation, TOWN_ROLES)
    page = await agent.reads("/compte/recherches/nouvelle?q=x")
    for typed in (
        {"q": "a" * 900}, {"domaine": "lampes", "tri": "x" * 300}, {"q": "\x01"}, {"alert": "hourly"}, {"name": "a\nb"}, {"critere": "\ud800"},
    ):  # fmt: skip
        sent = {name: value.encode("utf-8", "surrogatepass") for name, value in typed.items()}
        answer = await agent.http.post(
            "/compte/recherches",
            data=page.form("/compte/recherches") | {"name": "x", "_once": str(typed)} | sent,
        )
        assert answer.status_code in {303, 422}, (typed, answer.status_code)
    assert (await agent.http.get("/compte/recherches/nouvelle?q=" + "a" * 900)).status_code == 200
