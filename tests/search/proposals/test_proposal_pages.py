"""« Propositions d’achat groupé », as a town's agent meets it without JavaScript: asked for, answered, opened."""

from datetime import timedelta

from marketplace.actor import Role
from tests.pages.reader import Page, Reader
from tests.search.proposals.towns import accept, alike, state
from tests.support import story
from tests.support.world import Caller, World

HERE = "/propositions"


async def agent_of(world: World, town: Caller, *roles: Role) -> Reader:
    return await Reader.arrive(world, "agent", town.organisation, frozenset(roles or (Role.AGENT,)))


async def test_a_need_is_compared_only_when_its_town_ticks_the_box_and_it_can_stop(world: World) -> None:
    town = await world.town()
    agent = await agent_of(world, town)
    form = await agent.reads("/besoins/nouveau")
    assert form.field("autres").get("checked") is None, "off unless it is asked for"
    typed = {"besoin": "Moins d’éclairage", "domaine": story.DOMAIN, "unite": "light_point"}
    await agent.sends(form, "/besoins/nouveau", **typed)
    await agent.sends(await agent.reads("/besoins/nouveau"), "/besoins/nouveau", **typed | {"autres": "on"})
    waiting = await agent.reads("/besoins/nouveau?autres=on")
    sent = await agent.sends(waiting, "/besoins/nouveau", **typed | {"suite": "attendre"})
    assert (sent.status_code, sent.headers["location"]) == (303, HERE), (
        "they said that they wait, not that they buy"
    )
    assert "Enregistrer et attendre" in waiting.text and "Enregistrer et attendre" not in form.text
    watched, quiet = (await town.read("/needs"))[1:]
    assert watched["alike_until"] and quiet["alike_until"] is None
    page = await agent.reads(HERE)
    assert not page.faults() and "vous serez prévenue" in page.text and "comparé à personne" in page.text
    for need, told in ((watched, False), (quiet, True)):
        await agent.sends(page, f"{HERE}/besoins/{need['id']}")
        assert bool((await town.read(f"/needs/{need['id']}"))["alike_until"]) is told


async def test_the_page_says_what_would_change_and_never_who(world: World) -> None:
    await story.market(world)
    one, two, three = await alike(world)
    agent, reader = await agent_of(world, one), await agent_of(world, one, Role.READER)
    (link,) = [to for to in (await agent.reads(HERE)).links() if to.startswith(f"{HERE}/")]
    shown = await agent.reads(link)
    assert not shown.faults()
    said = shown.text.replace("\u202f", " ").replace("\xa0", " ")
    assert "3 villes, la vôtre comprise, ont décrit un besoin proche. Ensemble : de 1 000 à 2 000 points lumineux." in said  # fmt: skip
    assert "le prix indicatif baisse" in said and "vous passeriez le seuil de 60 000 € HT" in said
    for other in (two, three):
        assert str(other.organisation.name) not in said  # type: ignore[union-attr]
    looked = await reader.reads(link)
    assert "Un agent ou un administrateur de la ville répond." in looked.text
    assert not [form for form in looked.all("form") if HERE in form.get("action", "")], "nothing to press"


async def test_two_towns_accept_see_each_other_and_one_opens_the_pool(world: World) -> None:
    one, two, three = await alike(world)
    agent = await agent_of(world, one)
    (link,) = [to for to in (await agent.reads(HERE)).links() if to.startswith(f"{HERE}/")]
    done = await agent.sends(await agent.reads(link), f"{link}/accord")
    assert done.headers["location"] == link
    alone = await agent.reads(link)
    assert "Aucune autre ville n’a encore accepté" in alone.text and not alone.faults()
    await accept(two)
    both = await agent.reads(link)
    assert str(two.organisation.name) in both.text and not both.faults()  # type: ignore[union-attr]
    assert str(three.organisation.name) not in both.text  # type: ignore[union-attr]
    wrong = Page.of(link, await agent.sends(both, f"{link}/achat", title="", label="", vat_rate="cent", census_ends_on="2020-01-01"))  # fmt: skip
    assert wrong.status == 422 and not wrong.faults()
    assert {"title", "label", "vat_rate"} <= {
        name for name in ("title", "label", "vat_rate", "census_ends_on") if wrong.field(name).get("aria-invalid")
    }  # fmt: skip
    late = str(await world.today() - timedelta(days=3))
    past = Page.of(link, await agent.sends(both, f"{link}/achat", label="Point", census_ends_on=late))
    assert past.status == 422 and past.field("census_ends_on").get("aria-invalid") == "true"
    opened = await agent.sends(both, f"{link}/achat", label="Point lumineux équipé")
    assert opened.headers["location"].startswith("/achats/")
    pool = await agent.reads(opened.headers["location"])
    assert str(two.organisation.name) in pool.text and "sont invitées" in pool.text  # type: ignore[union-attr]
    other = await agent_of(world, two)
    assert opened.headers["location"] in list((await other.reads(link)).links())
    declined = await agent_of(world, three)
    answer = await declined.sends(await declined.reads(link), f"{link}/refus")
    assert answer.headers["location"] == HERE
    assert "Aucune ville ne le saura." in (await declined.reads(HERE)).text
    gone = await agent.sends(both, f"{link}/refus")
    assert gone.status_code == 409


async def test_an_empty_page_says_what_to_do(world: World) -> None:
    town = await world.town()
    agent = await agent_of(world, town)
    page = await agent.reads(HERE)
    assert not page.faults() and "/besoins/nouveau" in list(page.links())
    await state(town, None)
    assert not (await agent.reads(HERE)).faults()
