"""Signing in with ProConnect, at a real provider: who one becomes here, what is refused, and leaving both."""

import asyncio
import dataclasses
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts import registration
from marketplace.accounts.models import Organisation
from marketplace.actor import SYSTEM, Actor, OrganisationKind, Role
from marketplace.db import Database
from marketplace.errors import Invalid
from marketplace.settings import ProConnectSettings, Settings, needed
from marketplace.sign_in.proconnect import ProConnect
from tests.support.identity_provider import (
    BOURGES_SIREN,
    SITE,
    VIERZON_SIREN,
    Account,
    IdentityProvider,
    Visitor,
    identity_provider,
    plain,
)
from tests.support.world import World

AGENT, COLLEAGUE, UNCHECKED, NO_SIRET = "agent@vierzon.exemple", "autre@vierzon.exemple", "doute@vierzon.exemple", "sans@siret.exemple"  # fmt: skip
STRANGER, MOVED, EPCI = "agent@inconnu.exemple", "agent@bourges.exemple", "agent@bourgesplus.exemple"
PASSWORD = "correct horse battery staple"
ACCOUNTS = [
    Account(AGENT),
    Account(COLLEAGUE, given_name="Dominique", siret=f"{VIERZON_SIREN[:3]} {VIERZON_SIREN[3:6]} {VIERZON_SIREN[6:]} 00023"),
    Account(UNCHECKED, email_verified=False),
    Account(NO_SIRET, siret=None),
    Account(STRANGER, siret="73282932000074"),
    Account(MOVED, siret=f"{BOURGES_SIREN}00018"),
    Account(EPCI, siret="24180050700011"),
    Account("capitales@vierzon.exemple".upper(), sub="capitales"),
]  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider(ACCOUNTS) as found:
        yield found


@pytest.fixture
def settings(settings: Settings, provider: IdentityProvider) -> Settings:
    return provider.settings(settings)


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Visitor]:
    async with Visitor(world) as somebody:
        yield somebody


async def known(world: World, email: str, password: str | None, roles: frozenset[Role] = frozenset({Role.AGENT, Role.ADMIN})) -> Organisation:  # fmt: skip
    """Somebody of Vierzon who has an account already."""
    async with world.as_worker.transaction(SYSTEM) as session:
        town = await registration.register_town(session, VIERZON_SIREN)
        await registration.register_person(
            session, email=email, name="Déjà Là", password=password, organisation_id=town.id, roles=roles
        )
    return town


async def mails(world: World, subject: str) -> list[str]:
    await world.work()
    found = await world.sql(
        "select array_agg(recipient order by recipient) from mail where subject like :subject",
        subject=subject,
    )
    return list(found or [])


async def nothing_made(world: World) -> bool:
    return await world.sql(
        "select (select count(*) from person) + (select count(*) from web_session) + (select count(*) from federated_identity)"
    ) == 0  # fmt: skip


async def test_somebody_new_becomes_a_reader_of_the_town_that_their_siret_names(
    world: World, visitor: Visitor
) -> None:
    answer = await visitor.signs_in(AGENT, suite="/achats?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/achats?page=2")
    me = await visitor.me()
    assert (me["name"], me["organisation_name"], me["kind"], me["roles"]) == ("Camille Rousseau", "Vierzon", "town", ["reader"])  # fmt: skip
    shown = await visitor.reads("/achats?page=2")
    assert "Vous êtes rattaché à Vierzon avec le rôle « lecture »" in shown
    made = await world.sql("select row(siren, insee, town_kind, department, city, population, fictional)::text from organisation")  # fmt: skip
    async with world.as_worker.transaction(SYSTEM) as session:
        same = await registration.register_town(session, "18279")
    assert made == f"({same.siren},{same.insee},commune,18,Vierzon,{same.population},f)"
    assert await world.sql("select count(*) from organisation") == 1
    assert await world.sql("select password_hash is null from person")
    actions = await world.sql(
        "select array_agg(action order by id) from audit_line where channel = 'session'"
    )
    assert actions == ["person.register", "federated_identity.link", "organisation.register", "affiliation.attach", "person.sign_in"]  # fmt: skip


async def test_the_towns_administrators_are_told_once_and_whoever_comes_back_is_the_same_person(
    world: World, visitor: Visitor
) -> None:
    await known(world, "chef@vierzon.exemple", PASSWORD)
    await known(world, "simple@vierzon.exemple", PASSWORD, frozenset({Role.AGENT}))
    await visitor.signs_in(COLLEAGUE)
    first = await visitor.me()
    assert (first["name"], first["organisation_name"]) == ("Dominique Rousseau", "Vierzon")
    assert await mails(world, "Une personne a rejoint Vierzon") == ["chef@vierzon.exemple"]
    async with Visitor(world) as elsewhere:
        await elsewhere.signs_in(COLLEAGUE)
        assert (await elsewhere.me())["name"] == first["name"]
    assert await world.sql("select count(*) from person where email = :email", email=COLLEAGUE) == 1
    assert await mails(world, "Une personne a rejoint Vierzon") == ["chef@vierzon.exemple"]
    assert await mails(world, "Votre compte est relié%") == []


async def test_roles_given_since_are_kept_and_somebody_removed_does_not_come_back_by_signing_in(
    world: World, visitor: Visitor
) -> None:
    await visitor.signs_in(AGENT)
    await world.sql("update affiliation set roles = '{agent,signatory}'")
    await visitor.signs_in(AGENT)
    assert (await visitor.me())["roles"] == ["agent", "signatory"]
    await world.sql("delete from affiliation")
    answer = await visitor.signs_in(AGENT, suite="/achats")
    assert answer.headers["location"] == "/connexion/proconnect/organisation"
    assert (await visitor.me())["organisation_id"] is None
    shown = (await visitor.site.get("/connexion/proconnect/organisation")).text
    assert VIERZON_SIREN in shown
    assert 'href="/inscription"' in shown
    assert await world.sql("select count(*) from affiliation") == 0


async def test_an_intercommunality_is_a_town_and_somebody_who_moved_is_attached_to_the_new_one_too(
    world: World, visitor: Visitor
) -> None:
    await visitor.signs_in(EPCI)
    assert (await visitor.me())["organisation_name"] == "CA Bourges Plus"
    async with Visitor(world) as other:
        await other.signs_in(AGENT)
        await world.sql(
            "update federated_identity set issuer = issuer, subject = :new where subject = :old",
            old=f"sub-{AGENT}", new=f"sub-{MOVED}",
        )  # fmt: skip
    async with Visitor(world) as moved:
        await moved.signs_in(MOVED)
        assert (await moved.me())["organisation_name"] == "Bourges"
        organisations = (await moved.site.get("/api/v1/me/organisations")).json()
        assert {found["name"] for found in organisations} == {"Bourges", "Vierzon"}


async def test_an_establishment_that_is_no_town_of_ours_leads_to_the_registration(world: World) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        await registration.register_organisation(
            session, kind=OrganisationKind.STARTUP, name="Une entreprise", siren="732829320"
        )
    for email in (STRANGER, NO_SIRET):
        async with Visitor(world) as visitor:
            answer = await visitor.signs_in(email, suite="/achats")
            assert answer.headers["location"] == "/connexion/proconnect/organisation"
            shown = await visitor.site.get("/connexion/proconnect/organisation")
            assert (shown.status_code, 'href="/inscription"' in shown.text) == (200, True)
    assert await world.sql("select count(*) from affiliation") == 0
    assert await world.sql("select count(*) from organisation") == 1


async def test_an_account_with_a_password_is_linked_only_after_it_was_used_once(
    world: World, visitor: Visitor
) -> None:
    await known(world, AGENT, PASSWORD)
    answer = await visitor.signs_in(AGENT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion/proconnect/lien")
    assert await visitor.me() == {}
    assert await world.sql("select count(*) from web_session") == 0
    page = await visitor.site.get("/connexion/proconnect/lien")
    assert AGENT in page.text
    assert 'href="/connexion?suite=/connexion/proconnect/lien"' in page.text
    unsigned = await visitor.site.post("/connexion/proconnect/lien")
    assert unsigned.status_code == 401
    assert await world.sql("select count(*) from federated_identity") == 0

    form = {"email": AGENT, "password": PASSWORD, "suite": "/connexion/proconnect/lien"}
    signed = await visitor.site.post("/connexion", data=form)
    assert signed.headers["location"] == "/connexion/proconnect/lien"
    linked = await visitor.sends("/connexion/proconnect/lien", "/connexion/proconnect/lien")
    assert (linked.status_code, linked.headers["location"]) == (303, "/compte")
    assert await mails(world, "Votre compte est relié%") == [AGENT]
    again = await visitor.sends("/compte", "/connexion/proconnect/lien")
    assert again.status_code == 403, "what was to be linked is linked: there is nothing left to do"
    async with Visitor(world) as elsewhere:
        await elsewhere.signs_in(AGENT)
        assert (await elsewhere.me())["roles"] == ["admin", "agent"]


async def test_nobody_links_an_identity_to_another_account_than_that_of_its_address(
    world: World, visitor: Visitor
) -> None:
    await known(world, AGENT, PASSWORD)
    await known(world, "malin@vierzon.exemple", PASSWORD, frozenset({Role.READER}))
    await visitor.signs_in(AGENT)
    await visitor.site.post("/connexion", data={"email": "malin@vierzon.exemple", "password": PASSWORD})
    assert (await visitor.me())["name"] == "Déjà Là"
    page = (await visitor.site.get("/connexion/proconnect/lien")).text
    assert "Relier mon compte" not in page
    refused = await visitor.sends("/connexion/proconnect/lien", "/connexion/proconnect/lien")
    assert refused.status_code == 403
    assert await world.sql("select count(*) from federated_identity") == 0
    forged = await visitor.site.post(
        "/connexion/proconnect/lien", headers={"Origin": "https://ailleurs.test"}
    )
    assert forged.status_code == 403


async def test_what_is_to_be_linked_is_forgotten_after_a_quarter_of_an_hour_and_cannot_be_made_up(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await known(world, AGENT, PASSWORD)
    await visitor.signs_in(AGENT)
    kept = visitor.site.cookies["proconnect-link"]
    visitor.site.cookies.clear()
    for wrong in (kept[:-8] + "AAAAAAA=", "x", "é".encode().hex(), ""):
        shown = await visitor.site.get(
            "/connexion/proconnect/lien", headers={"Cookie": f"proconnect-link={wrong}"}
        )
        assert "rien à relier" in plain(shown.text)
    shown = await visitor.site.get(
        "/connexion/proconnect/lien", headers={"Cookie": f"proconnect-link={kept}"}
    )
    assert AGENT in plain(shown.text)
    later = time.time() + 901
    monkeypatch.setattr("marketplace.sign_in.sealed.time.time", lambda: later)
    shown = await visitor.site.get(
        "/connexion/proconnect/lien", headers={"Cookie": f"proconnect-link={kept}"}
    )
    assert "rien à relier" in plain(shown.text)


SECOND_WAYS = {
    "totp_factor": "insert into totp_factor (id, person_id, sealed_secret, confirmed_at) select id, id, '', now() from person",
    "passkey": "insert into passkey (id, person_id, credential_id, public_key, sign_count, name) select id, id, 'x', 'x', 0, '' from person",
}  # fmt: skip


async def test_whoever_has_a_code_or_a_passkey_and_no_password_must_use_it_first(world: World) -> None:
    await known(world, AGENT, None)
    for table, made in SECOND_WAYS.items():
        await world.sql(made)
        async with Visitor(world) as visitor:
            answer = await visitor.signs_in(AGENT)
            assert answer.headers["location"] == "/connexion/proconnect/lien", table
        await world.sql(f"delete from {table}")
    assert await world.sql("select count(*) from federated_identity") == 0


async def test_a_session_that_was_opened_long_ago_is_no_proof(world: World, visitor: Visitor) -> None:
    await known(world, AGENT, PASSWORD)
    await visitor.site.post("/connexion", data={"email": AGENT, "password": PASSWORD})
    await world.sql("update web_session set proved_at = now() - interval '16 minutes'")
    await visitor.signs_in(AGENT)
    refused = await visitor.sends("/connexion/proconnect/lien", "/connexion/proconnect/lien")
    assert refused.status_code == 303
    assert refused.headers["location"].startswith("/compte/confirmer?")
    assert await world.sql("select count(*) from federated_identity") == 0
    await visitor.sends("/compte/confirmer", "/compte/confirmer", password=PASSWORD)
    linked = await visitor.sends("/connexion/proconnect/lien", "/connexion/proconnect/lien")
    assert linked.headers["location"] == "/compte"


async def test_staff_act_for_nobody_until_they_give_their_passkey_too(settings: Settings) -> None:
    served = dataclasses.replace(settings, instance=settings.instance.model_copy(update={"demo": False}))
    async with World.open(served) as world, Visitor(world) as visitor:
        staff = await world.staff(Role.SUPERVISOR)
        await world.sql(
            "update person set email = :email where id = :id", email=NO_SIRET, id=staff.actor.person_id
        )
        answer = await visitor.signs_in(NO_SIRET, suite="/suivi")
        assert answer.headers["location"] == "/compte/securite"
        me = await visitor.me()
        assert (me["organisation_id"], me["roles"]) == (None, [])


async def test_an_account_that_nobody_can_sign_in_to_is_linked_at_once_and_its_person_is_told(
    world: World, visitor: Visitor
) -> None:
    await known(world, AGENT, None)
    await visitor.signs_in(AGENT)
    me = await visitor.me()
    assert (me["name"], me["roles"]) == ("Déjà Là", ["admin", "agent"])
    assert await mails(world, "Votre compte est relié%") == [AGENT]


async def test_a_second_identity_with_the_address_of_a_first_must_prove_itself_too(
    world: World, visitor: Visitor
) -> None:
    await visitor.signs_in(AGENT)
    await world.sql("update federated_identity set subject = 'somebody who had this address before'")
    async with Visitor(world) as newcomer:
        answer = await newcomer.signs_in(AGENT)
        assert answer.headers["location"] == "/connexion/proconnect/lien"
        assert await newcomer.me() == {}
    assert await world.sql("select count(*) from federated_identity") == 1


async def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    world: World, visitor: Visitor
) -> None:
    await known(world, UNCHECKED, None)
    answer = await visitor.signs_in(UNCHECKED)
    assert answer.status_code == 403
    assert "ne garantit pas votre adresse" in plain(answer.text)
    assert await world.sql("select count(*) from federated_identity") == 0
    assert await visitor.me() == {}


async def test_two_who_come_in_by_two_doors_at_once_are_one_person(world: World, visitor: Visitor) -> None:
    async with Visitor(world) as second:
        backs = [await v.identifies(await v.starts(), AGENT) for v in (visitor, second)]
        answers = await asyncio.gather(visitor.comes_back(backs[0]), second.comes_back(backs[1]))
        assert [answer.status_code for answer in answers] == [303, 303]
        assert (await visitor.me())["name"] == (await second.me())["name"] == "Camille Rousseau"
    assert await world.sql("select count(*) from person") == 1
    assert await world.sql("select count(*) from affiliation") == 1


# what must come back, and from where


async def test_an_answer_serves_once_in_the_browser_that_asked_and_within_ten_minutes(
    world: World, visitor: Visitor
) -> None:
    back = await visitor.identifies(await visitor.starts(), AGENT)
    async with Visitor(world) as victim:  # whose browser is led to an answer that is another's
        refused = await victim.comes_back(back)
        assert refused.status_code == 403
        assert "dans un autre navigateur" in plain(refused.text)
        await victim.starts()
        assert (await victim.comes_back(back)).status_code == 403
        assert await victim.me() == {}
    assert (await visitor.comes_back(back)).status_code == 403, "what was shown to another is used up"
    assert await nothing_made(world)

    back = await visitor.identifies(await visitor.starts(), AGENT)
    await world.sql("update federated_attempt set expires_at = now()")
    assert (await visitor.comes_back(back)).status_code == 403
    assert await nothing_made(world)

    back = await visitor.identifies(await visitor.starts(), AGENT)
    assert (await visitor.comes_back(back)).status_code == 303
    assert (await visitor.comes_back(back)).status_code == 403, "replayed"
    assert (await visitor.me())["name"] == "Camille Rousseau", "a replay leaves who is signed in as they are"
    assert await world.sql("select count(*) from federated_attempt") == 0


WRONG_ANSWERS = [
    ("state", "x" * 43), ("state", ""), ("state", None), ("state", "é\0"), ("code", "x" * 43), ("code", ""), ("code", None),
    ("code", "x" * 20_000), ("iss", "https://ailleurs.test"), ("iss", ""), ("iss", None), ("error", "server_error"), ("error", ""),
]  # fmt: skip


async def test_an_answer_with_another_state_code_or_issuer_is_refused_kindly(
    world: World, visitor: Visitor
) -> None:
    for replaced, by in WRONG_ANSWERS:
        back = urlsplit(await visitor.identifies(await visitor.starts("/achats"), AGENT))
        query = {name: values[0] for name, values in parse_qs(back.query).items()} | {replaced: by}
        sent = {name: value for name, value in query.items() if value is not None}
        answer = await visitor.site.get(back.path, params=sent)
        assert answer.status_code == 403, (replaced, by)
        assert "La connexion avec ProConnect n’a pas abouti" in plain(answer.text)
        assert "/connexion/proconnect?suite=" in answer.text
    assert await nothing_made(world)


async def test_whoever_gives_up_at_the_provider_is_told_so_and_led_back_where_they_were(
    world: World, visitor: Visitor
) -> None:
    address = await visitor.starts("/achats")
    form = await visitor.provider.get(address, follow_redirects=True)
    answer = await visitor.provider.post(str(form.url), data={"abort": "1"})
    while SITE not in answer.headers["location"]:
        answer = await visitor.provider.get(answer.headers["location"])
    shown = await visitor.comes_back(answer.headers["location"])
    assert shown.status_code == 403
    assert "rien n’a été changé" in plain(shown.text)
    assert "suite=/achats" in plain(shown.text)
    assert await nothing_made(world)


async def test_nobody_is_led_to_another_site(world: World, visitor: Visitor) -> None:
    for suite in ("//ailleurs.test", "https://ailleurs.test", "/\\ailleurs", "", "javascript:alert(1)"):
        answer = await visitor.signs_in(AGENT, suite=suite)
        assert answer.headers["location"] == "/"


async def test_the_session_is_new_and_the_one_it_replaces_ends(world: World, visitor: Visitor) -> None:
    await known(world, "chef@vierzon.exemple", PASSWORD)
    await visitor.site.post("/connexion", data={"email": "chef@vierzon.exemple", "password": PASSWORD})
    before = visitor.site.cookies["session"]
    await visitor.signs_in(AGENT)
    assert visitor.site.cookies["session"] != before
    assert await world.sql("select count(*) from web_session") == 1


async def test_the_way_there_asks_for_what_proconnect_documents_and_nothing_more(
    world: World, visitor: Visitor
) -> None:
    address = urlsplit(await visitor.starts())
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert set(query) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "claims"}
    assert query["scope"].split() == ["openid", "given_name", "usual_name", "email", "siret", "uid"]
    assert query["claims"] == '{"id_token":{"amr":{"essential":true}}}'
    assert len(query["state"]) == len(query["nonce"]) == 43
    assert query["state"] != query["nonce"]
    world.app.state.secure_cookies = True
    kept = (await visitor.site.get("/connexion/proconnect")).headers["set-cookie"]
    assert kept.startswith("__Host-proconnect=")
    assert {part.strip().lower() for part in kept.split(";")[1:]} == {"httponly", "max-age=600", "path=/", "samesite=lax", "secure"}  # fmt: skip


async def test_nobody_attaches_themselves_to_a_town_that_the_provider_did_not_name(
    world: World, visitor: Visitor
) -> None:
    await visitor.signs_in(AGENT)
    other = await world.town("18033")
    person_id, identity = await world.sql("select person_id from federated_identity"), await world.sql("select id from federated_identity")  # fmt: skip
    app = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)
    bourges = other.actor.organisation_id
    for who, whose in ((person_id, identity), (other.actor.person_id, identity), (None, identity)):
        async with app.transaction(Actor(person_id=who, channel="session")) as session:
            attached = await session.scalar(
                text("select attach_as_reader(gen_random_uuid(), :identity, :town)"),
                {"identity": whose, "town": bourges},
            )
            assert attached is False
    assert await world.sql("select count(*) from affiliation where organisation_id = :id", id=bourges) == 1
    for statement in (
        "insert into affiliation (id, person_id, organisation_id, roles) values (gen_random_uuid(), :who, :town, '{admin}')",
        "update federated_identity set person_id = :other where person_id = :who",
        "insert into person (id, email, name) values (gen_random_uuid(), 'x@y.test', 'x')",
    ):
        with pytest.raises(DBAPIError):
            async with app.transaction(Actor(person_id=person_id, channel="session")) as session:
                await session.execute(
                    text(statement), {"who": person_id, "town": bourges, "other": other.actor.person_id}
                )
    await app.close()


# leaving


async def test_signing_out_ends_both_sessions(world: World, visitor: Visitor) -> None:
    await visitor.signs_in(AGENT)
    kept = await world.sql("select id_token from federated_session")
    assert not kept.startswith("ey"), "sealed, not as it came"
    answer = await visitor.sends("/compte", "/deconnexion")
    assert answer.status_code == 200
    assert "Vous êtes déconnecté de Lot Commun" in plain(answer.text)
    assert "Se déconnecter</button>" not in plain(answer.text)
    address = re.fullmatch(r"0; url=(.*)", answer.headers["refresh"])
    assert address
    assert await visitor.me() == {}
    assert await world.sql("select count(*) from web_session") == await world.sql("select count(*) from federated_session") == 0  # fmt: skip

    asked = await visitor.provider.get(address[1])
    xsrf = re.search(r'name="xsrf" value="(.*?)"', asked.text)
    action = re.search(r'action="(.*?)"', asked.text)
    assert xsrf, asked.text
    assert action
    ended = await visitor.provider.post(action[1], data={"xsrf": xsrf[1], "logout": "yes"})
    back = await visitor.comes_back(ended.headers["location"])
    assert back.headers["location"] == "/"
    assert "de Lot Commun et de ProConnect" in await visitor.reads("/")
    again = await visitor.provider.get(await visitor.starts(), follow_redirects=True)
    assert "Mot de passe du fournisseur" in again.text, "the provider asks who it is again"


async def test_only_who_left_from_here_is_told_that_they_left(world: World, visitor: Visitor) -> None:
    for query in ("", "?state=x", "?state=%C3%A9"):
        answer = await visitor.site.get(f"/connexion/proconnect/deconnecte{query}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "message" not in answer.cookies
    assert await visitor.me() == {}


async def test_a_session_opened_with_a_password_is_left_without_going_to_the_provider(
    world: World, visitor: Visitor
) -> None:
    await known(world, "chef@vierzon.exemple", PASSWORD)
    await visitor.site.post("/connexion", data={"email": "chef@vierzon.exemple", "password": PASSWORD})
    answer = await visitor.sends("/compte", "/deconnexion")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


# settings


async def test_the_sign_in_page_offers_proconnect_and_keeps_where_one_was_going(visitor: Visitor) -> None:
    shown = (await visitor.site.get("/connexion?suite=/achats")).text
    assert '<a class="btn btn-act" href="/connexion/proconnect?suite=/achats">Se connecter avec ProConnect</a>' in shown  # fmt: skip


async def test_without_an_issuer_there_is_no_proconnect(settings: Settings) -> None:
    async with World.open(dataclasses.replace(settings, proconnect=ProConnectSettings())) as world:
        assert "ProConnect" not in (await world.http.get("/connexion")).text
        for path in ("", "/retour", "/lien"):
            assert (await world.http.get(f"/connexion/proconnect{path}")).status_code == 404


def test_settings_by_halves_or_over_an_open_line_are_refused() -> None:
    for given in ({"PROCONNECT_ISSUER": "http://fournisseur.test"}, {"PROCONNECT_ALGORITHM": "none"}, {"PROCONNECT_SCOPES": "email"}):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            Settings.read(given)
        assert [fault.path for fault in refused.value.fields] == list(given)
    halves = ProConnectSettings(issuer="https://fournisseur.test")
    with pytest.raises(Invalid) as refused:
        ProConnect.from_settings(halves, site=SITE)
    assert refused.value.fields[0].path == "PROCONNECT_CLIENT_ID"


@pytest.mark.parametrize(
    ("algorithm", "signed", "pkce"),
    [("ES256", True, False), ("HS256", True, False), ("RS256", False, True)],
    ids=["ES256", "HS256", "plain userinfo and PKCE"],
)
async def test_the_other_ways_that_a_provider_may_be_set_up(
    settings: Settings, algorithm: str, signed: bool, pkce: bool
) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(
            identity_provider(ACCOUNTS, algorithm=algorithm, signedUserinfo=signed, pkce=pkce)
        )
        async with World.open(other.settings(settings, pkce=pkce)) as world, Visitor(world) as visitor:
            await visitor.signs_in("CAPITALES@VIERZON.EXEMPLE")
            assert (await visitor.me())["organisation_name"] == "Vierzon"
            assert await world.sql("select email from person") == "capitales@vierzon.exemple"


async def test_a_code_lives_as_long_as_the_provider_says_and_no_longer(settings: Settings) -> None:
    with identity_provider(ACCOUNTS, lifetime={"AuthorizationCode": 1}) as hasty:
        async with World.open(hasty.settings(settings)) as world, Visitor(world) as visitor:
            back = await visitor.identifies(await visitor.starts(), AGENT)
            await asyncio.sleep(2.1)
            answer = await visitor.comes_back(back)
            assert answer.status_code == 403
            assert "Cette connexion a expiré" in plain(answer.text)
            assert await nothing_made(world)


async def test_a_provider_that_is_gone_is_said_to_be_and_leaves_the_password(settings: Settings) -> None:
    with identity_provider(ACCOUNTS) as gone:
        pass
    async with World.open(gone.settings(settings)) as world, Visitor(world) as visitor:
        for path in ("", "/retour?code=x&state=y"):
            answer = await visitor.site.get(f"/connexion/proconnect{path}")
            assert answer.status_code == (503 if path == "" else 403)
        answer = await visitor.site.get("/connexion/proconnect")
        assert (answer.status_code, "ProConnect ne répond pas" in plain(answer.text)) == (503, True)
        assert 'href="/connexion?suite=' in plain(answer.text)
        assert (await visitor.site.get("/connexion")).status_code == 200
