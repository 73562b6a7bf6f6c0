"""The search page as anybody reads it: active filters and how to take them out, marks, badges, help when nothing is found."""

from urllib.parse import urlencode

import pytest

from catalog.taxonomy import domains
from marketplace.actor import SYSTEM
from search.engines import MARK, UNMARK, SearchPage, SearchQuery
from search.engines.postgres import PostgresEngine
from tests.pages.reader import Page
from tests.search.engines.test_search_contract import MARKET
from tests.search.finding.stand_in import StandIn, hit
from tests.support.world import World


@pytest.fixture
async def market(world: World) -> World:
    async with world.as_worker.transaction(SYSTEM) as session:
        await PostgresEngine().rebuild(session, MARKET)
    return world


async def reads(world: World, *pairs: tuple[str, str]) -> Page:
    path = f"/solutions?{urlencode(pairs)}"
    answer = await world.http.get(path)
    assert answer.status_code == 200, answer.text[:400]
    page = Page.of(path, answer)
    assert page.faults() == []
    return page


def said(page: Page) -> str:
    """What the page's main part says, in the order it is read."""
    return " ".join("".join(next(page.all("main")).itertext()).split())


def classed(page: Page, name: str) -> list[str]:
    """What the elements of a class say."""
    return [
        " ".join("".join(element.itertext()).split())
        for element in page.root.iter()
        if name in element.get("class", "").split()
    ]


async def test_every_active_filter_is_a_link_that_takes_it_out_alone_and_keeps_what_is_chosen(
    market: World,
) -> None:
    asked = [("q", "éclairage"), ("domaine", "eclairage-public"), ("maturite", "growth"), ("prix", "1"), ("critere", "eu_hosted"),
             ("disponibles", "1"), ("tri", "nom")]  # fmt: skip
    page = await reads(market, *asked, ("fiche", "kit-lumiere"))
    links = {
        " ".join("".join(link.itertext()).split()): link.get("href", "")
        for link in page.all("a")
        if link.get("class") == "chip"
    }
    assert list(links) == [
        "Retirer : « éclairage »", f"Retirer : {domains()['eclairage-public'].label_fr}", "Retirer : Déploiement",
        "Retirer : Prix publiés", "Retirer : Hébergé dans l’UE", "Retirer : Sans les services arrêtés",
    ]  # fmt: skip
    for place, href in enumerate(links.values()):
        left = await market.http.get(href)
        again = Page.of(href, left)
        assert classed(again, "chip") == [name for i, name in enumerate(links) if i != place]
        assert "tri=nom" in href and "fiche=kit-lumiere" not in href  # no sheet is called so
    assert "/solutions" in set(page.links())
    assert classed(await reads(market), "chip") == []


async def test_what_is_chosen_to_be_compared_is_kept_by_every_link_of_the_search(market: World) -> None:
    market.app.state.search = StandIn(hit("Kit"))
    slug = await market.sql(
        "insert into solution (id, slug, supplier_name, name, summary, description, domains, tags, audiences, maturity, fictional, state,"
        " state_since, version) values (gen_random_uuid(), 'lune', 's', 'Lune', '', '', '{}', '{}', '{}', 'growth', true, 'published',"
        " now(), 1) returning slug"
    )
    page = await reads(market, ("q", "kit"), ("prix", "1"), ("fiche", slug))
    chips = [link.get("href", "") for link in page.all("a") if link.get("class") == "chip"]
    assert chips == ["/solutions?prix=1&fiche=lune#combien", "/solutions?q=kit&fiche=lune#combien"]
    assert "/solutions?fiche=lune" in set(page.links())


async def test_a_filter_that_does_not_exist_is_said_and_the_others_hold(market: World) -> None:
    page = await reads(
        market, ("domaine", "lampes"), ("critere", "luxe"), ("tri", "cher"), ("maturite", "growth")
    )
    told = classed(page, "flash")
    assert len(told) == 3 and any("« lampes » n’est pas un filtre" in one for one in told)
    assert page.text.count("Nuit calme") and "Kit Lumière" not in page.text


async def test_a_card_marks_what_was_found_has_two_badges_and_counts_its_towns(market: World) -> None:
    found = hit(
        "Kit", summary="Le kit <i>sobre</i>.", features=("open_source", "eu_hosted", "confirmed"), references=4,
        highlights=(("summary", f"Le {MARK}kit{UNMARK} <i>sobre</i>."),),
    )  # fmt: skip
    gone = hit("Vieux", maturity="stopped", features=("confirmed",))
    market.app.state.search = StandIn(found, gone, degraded=True, corrected=(("kitt", "kit"),))
    page = await reads(market, ("q", "kitt"))
    assert classed(page, "tag") == ["Référence confirmée", "Hébergé dans l’UE", "Service arrêté"]
    assert ["".join(mark.itertext()) for mark in page.all("mark")] == ["kit"]
    assert "Le kit <i>sobre</i>." in said(page)
    assert "4 villes en référence" in page.text
    assert "moteur de secours" in page.text
    assert "Aucune fiche ne contient « kitt » : voici les résultats pour « kit »." in page.text


async def test_counts_stand_beside_each_filter_and_what_leads_nowhere_is_hidden(market: World) -> None:
    facets = {
        "domain": {"eclairage-public": 3},
        "maturity": {"growth": 3},
        "feature": {"eu_hosted": 2, "priced": 0},
    }
    market.app.state.search = StandIn(hit("Kit"), facets=facets)
    page = await reads(market, ("domaine", "mobilite"))
    options = {e.get("id"): e for e in page.root.iter() if "data-shown" in e.attrib}
    assert [name for name, e in options.items() if "hidden" not in e.attrib and name.startswith("o-d-")] == [
        "o-d-eclairage-public", "o-d-mobilite",
    ]  # fmt: skip
    label = " ".join("".join(options["o-f-eu_hosted"].itertext()).split())
    assert label == "Hébergé dans l’UE (2)"
    assert "hidden" not in options["o-prix"].attrib  # a guarantee that nobody gives is told


async def test_nothing_found_says_which_filter_is_in_the_way_and_what_taking_it_out_gives(
    market: World,
) -> None:
    page = await reads(market, ("q", "éclairage"), ("maturite", "exploration"), ("prix", "1"))
    assert "Aucune solution ne correspond." in page.text
    assert "Chercher « éclairage » sans aucun filtre" in page.text
    without = next(link for link in page.links() if link == "/solutions?q=%C3%A9clairage")
    total = (await market.visitor.read("/solutions", q="éclairage"))["total"]
    assert f"{total} solutions" in page.text and without
    assert "Accepter toutes les maturités 1 solution" in page.text
    assert "/?besoin=%C3%A9clairage" in set(page.links())
    assert "/inscription?nature=entreprise" in set(page.links())


async def test_a_word_near_to_one_of_the_directory_is_proposed_only_if_it_finds(market: World) -> None:
    def answers(query: SearchQuery) -> SearchPage:
        total = 2 if query.text == "eclairage" else 0
        return SearchPage(hits=(), total=total, engine="x", facets={"domain": {"eclairage-public": 2}})

    market.app.state.search = StandIn(answers=answers)
    page = await reads(market, ("q", "eclairrage"))
    assert "Vouliez-vous dire eclairage ?" in said(page)
    assert "/solutions?q=eclairage" in set(page.links())
    market.app.state.search = StandIn(answers=lambda query: SearchPage(hits=(), total=0, engine="x"))
    assert "Vouliez-vous dire" not in (await reads(market, ("q", "eclairrage"))).text


async def test_a_page_beyond_the_last_says_so_and_leads_back(market: World) -> None:
    page = await reads(market, ("q", "éclairage"), ("page", "99"))
    assert "Cette page est vide" in page.text
    assert "/solutions?q=%C3%A9clairage" in set(page.links())


async def test_whoever_is_signed_in_may_keep_a_search_and_others_sign_in_first(market: World) -> None:
    page = await reads(market, ("q", "éclairage"), ("domaine", "mobilite"))
    links = [link for link in page.links() if "recherches" in link]
    assert links == [
        "/connexion?suite=/compte/recherches/nouvelle%3Fq%3D%25C3%25A9clairage%26domaine%3Dmobilite"
    ]
    assert not [link for link in (await reads(market)).links() if "recherches" in link]


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%ED%A0%80", "domaine=%00", "maturite=%ED%A0%80", "critere=" + "x" * 3000, "tri=%00", "disponibles=%00", "prix=%FF",
     "&".join(f"domaine=d{i}" for i in range(300)), "q=%3Cscript%3E&critere=%3Cscript%3E", "q=" + "a+" * 2400],
)  # fmt: skip
async def test_absurd_addresses_are_pages(market: World, query: str) -> None:
    answer = await market.http.get(f"/solutions?{query}")
    assert answer.status_code == 200, answer.text[:300]
    assert "<script>alert" not in answer.text and "<script>&" not in answer.text
