"""What holds of the site as a whole: pages that are not there, languages, and who must sign in."""

from marketplace.actor import Role
from tests.pages.reader import PASSWORD, Page, Reader
from tests.support.world import TOWN_ROLES, World

MISSING = ["/nulle-part", "/solutions/nulle-part", "/achats/01a20e45-5ed4-77c0-860e-1ea117d6b523", "/achats/pas-un-id", "/commandes/x/y", "/relecture/%00"]  # fmt: skip
WALLED = ["/compte", "/organisation/equipe", "/administration/demandes", "/organisation/cles", "/commandes", "/factures", "/espace-entreprise", "/relecture", "/besoins/nouveau", "/achats/nouveau", "/suivi", "/espace-entreprise/mandat"]  # fmt: skip


async def test_a_page_that_is_not_there_is_readable_and_offers_a_way_on(world: World) -> None:
    town = await world.town()
    visitor, agent = (
        await Reader.arrive(world, "visitor"),
        await Reader.arrive(world, "agent", town.organisation, TOWN_ROLES),
    )
    for path in MISSING:
        for reader in (visitor, agent):
            page = await reader.reads(path, 404)
            assert page.h1 == "Page introuvable"
            assert page.faults() == []
            assert "/" in set(page.links())
            if path.startswith(("/solutions", "/achats/0")):
                offered = any(link.startswith("/connexion?suite=") for link in page.links())
                assert offered is not reader.signed_in


async def test_a_visitor_is_sent_to_sign_in_and_comes_back_where_they_went(world: World) -> None:
    town = await world.town()
    assert town.organisation
    person = await world.member(town.organisation, TOWN_ROLES, password=PASSWORD)
    for path in WALLED:
        answer = await (await Reader.arrive(world, "visitor")).http.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"] == f"/connexion?suite={path}"
    visitor = await Reader.arrive(world, "visitor")
    page = await visitor.reads("/connexion?suite=/commandes")
    email = person.actor.name.lower().replace(" ", ".") + "@exemple.test"
    answer = await visitor.sends(page, "/connexion", email=email, password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/commandes")
    assert (await visitor.reads("/commandes")).h1


async def test_nobody_is_sent_to_another_site_by_a_link_to_sign_in_or_to_change_language(
    world: World,
) -> None:
    visitor = await Reader.arrive(world, "visitor")
    for trap in (
        "https://ailleurs.test",
        "//ailleurs.test",
        "/\\ailleurs.test",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
    ):
        page = await visitor.http.get("/connexion", params={"suite": trap})
        assert Page.of("/connexion", page).form("/connexion")["suite"] == "/"
        answer = await visitor.http.get("/langue/en", params={"suite": trap})
        assert answer.headers["location"] == "/"


async def test_a_form_without_its_token_or_from_elsewhere_is_refused_readably_and_changes_nothing(
    world: World,
) -> None:
    town = await world.town()
    agent = await Reader.arrive(world, "agent", town.organisation, TOWN_ROLES)
    page = await agent.reads("/besoins/nouveau")
    sound = page.form("/besoins/nouveau") | {"besoin": "Piloter l’éclairage", "domaine": "eclairage-public"}
    for sent, headers in (
        ({**sound, "_csrf": ""}, {}), ({**sound, "_csrf": "0" * 64}, {}), ({k: v for k, v in sound.items() if k != "_csrf"}, {}),
        (sound, {"Sec-Fetch-Site": "cross-site"}), (sound, {"Origin": "https://ailleurs.test"}),
    ):  # fmt: skip
        answer = await agent.http.post("/besoins/nouveau", data=sent, headers=headers)
        refused = Page.of("/besoins/nouveau", answer)
        assert (answer.status_code, refused.h1, refused.faults()) == (403, "Accès refusé", [])
    assert await world.sql("select count(*) from need") == 0
    answer = await agent.http.post("/besoins/nouveau", data=sound, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303
    assert await world.sql("select count(*) from need") == 1


async def test_a_form_sent_twice_makes_one_thing(world: World) -> None:
    town = await world.town()
    agent = await Reader.arrive(world, "agent", town.organisation, TOWN_ROLES)
    page = await agent.reads("/besoins/nouveau")
    typed = {"besoin": "Piloter l’éclairage", "domaine": "eclairage-public"}
    twice = [await agent.sends(page, "/besoins/nouveau", **typed) for _ in range(2)]
    assert {answer.headers["location"] for answer in twice} == {twice[0].headers["location"]}
    assert await world.sql("select count(*) from need") == 1


async def test_the_site_speaks_english_to_those_who_ask_and_french_to_others(world: World) -> None:
    french = await Reader.arrive(world, "a visitor")
    home = await french.reads("/")
    assert home.root.get("lang") == "fr"
    assert "/langue/en?suite=/" in set(home.links())
    english = await Reader.arrive(world, "a visitor")
    answer = await english.http.get("/langue/en?suite=/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    for path in (
        "/",
        "/solutions",
        "/regles?montant=100000",
        "/achats",
        "/connexion",
        "/mentions-legales",
        "/nulle-part",
    ):
        status = 404 if path == "/nulle-part" else 200
        ours, theirs = await french.reads(path, status), await english.reads(path, status)
        assert theirs.root.get("lang") == "en"
        assert theirs.h1 != ours.h1
        assert theirs.faults() == []
    accepting = await french.http.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert 'lang="en"' in accepting.text


async def test_each_role_is_refused_the_desks_of_others_with_a_sentence_naming_who_may(world: World) -> None:
    people = {
        "town": (await world.town(), TOWN_ROLES),
        "startup": (await world.startup(), frozenset({Role.SELLER, Role.EDITOR})),
        "supervisor": (await world.staff(Role.SUPERVISOR), frozenset({Role.SUPERVISOR})),
    }
    desks = {"/commandes": None, "/besoins/nouveau": "town", "/espace-entreprise": "startup", "/espace-entreprise/mandat": "startup",
             "/espace-entreprise/fiches/nouvelle": "startup", "/suivi": "supervisor", "/relecture": "curator"}  # fmt: skip
    for kind, (caller, roles) in people.items():
        reader = await Reader.arrive(world, kind, caller.organisation, roles)
        for path, whose in desks.items():
            if whose in {kind, None}:
                assert (await reader.reads(path)).faults() == []
            else:
                page = await reader.reads(path, 403)
                assert page.h1 == "Accès refusé"
                assert "revient à" in page.text
                assert page.faults() == []
