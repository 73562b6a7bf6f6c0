"""Registering an organisation by its SIRET: the address proven first, then somebody who looks and decides."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.accounts.tokens import Purpose
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.demo.people import fictional_siren
from marketplace.errors import Invalid
from marketplace.ids import OrganisationId, PersonId, new_id
from marketplace.joining import claiming
from marketplace.joining.lifecycle import is_staff
from marketplace.joining.models import Claim
from tests.support.joining import (
    PASSWORD,
    SIREN_OF_VIERZON,
    Browser,
    address,
    claimed,
    invited,
    link,
    linked,
    mails_to,
    register,
    siret_of,
)
from tests.support.world import World
from workers import housekeeping
from workers.account_mail_jobs import VERIFIERS

CAMILLE = "camille@ville-vierzon.test"


async def staff(world: World) -> Any:
    return await world.staff(Role.ADMIN)


def without_request(problem: Any) -> dict[str, Any]:
    return {name: value for name, value in problem.json().items() if name != "request_id"}


async def test_a_commune_is_registered_by_its_siret_alone_and_its_first_person_administers_it(
    world: World,
) -> None:
    verifier = await staff(world)
    await register(world, CAMILLE)
    await world.work()
    ((subject, body),) = mails_to(world, CAMILLE)
    assert subject == "Confirmez votre adresse"
    assert await verifier.read("/registrations") == [], "nobody sees an address that has not answered"
    async with world.app.state.database.reading(verifier.actor) as reads:
        assert await reads.scalar(select(func.count()).select_from(Claim)) == 0, "not in the database either"
    page = await world.http.get(linked(body))
    assert "Vierzon" in page.text
    assert 'name="password"' in page.text
    sent = await world.http.post(linked(body), data={"password": PASSWORD})
    assert sent.status_code == 303, sent.text
    camille = await Browser.sign_in(world, CAMILLE)
    assert (await camille.me())["organisation_id"] is None
    (claim,) = (await camille.call("GET", "/me/registrations")).json()
    assert (claim["state"], claim["name"], claim["town_kind"]) == ("waiting", "Vierzon", "commune")
    assert (await world.http.post(linked(body), data={"password": PASSWORD})).status_code == 404
    await world.work()
    assert mails_to(world, address(verifier))[0][0] == "Inscription à vérifier : Vierzon"
    done = await verifier.did(f"/registrations/{claim['id']}/confirmation")
    assert (done["state"], done["roles"]) == ("confirmed", ["admin", "agent"])
    made = await world.sql(
        "select json_build_array(insee, siren, siret, town_kind, department, population > 20000) from organisation where name = 'Vierzon'"
    )
    assert made == ["18279", SIREN_OF_VIERZON, siret_of(SIREN_OF_VIERZON), "commune", "18", True]
    await camille.call("PUT", "/me/organisation", {"organisation_id": done["organisation_id"]})
    mine = await Browser.sign_in(world, CAMILLE)
    assert (await mine.me())["roles"] == ["admin", "agent"]
    await world.work()
    assert mails_to(world, CAMILLE)[-1][0] == "Demande acceptée : Vierzon"
    again = await verifier.post(f"/registrations/{claim['id']}/refusal", {"reason": "Trop tard"})
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")


async def test_any_other_public_buyer_and_a_firm_give_their_name_and_kind(world: World) -> None:
    verifier = await staff(world)
    bodies = {
        "syndicat": fictional_siren(1), "department": fictional_siren(2), "region": fictional_siren(3), "ccas": fictional_siren(4),
        "other": fictional_siren(5),
    }  # fmt: skip
    for kind, siren in bodies.items():
        claim = await claimed(
            world, f"x@{kind}.test", siret=siret_of(siren), name=f"Organisme {kind}", town_kind=kind
        )
        await verifier.did(f"/registrations/{claim}/confirmation")
    kinds = await world.sql(
        "select json_object_agg(town_kind, name) from organisation where kind = 'town' and insee is null"
    )
    assert kinds == {kind: f"Organisme {kind}" for kind in bodies}
    firm = await claimed(
        world,
        "y@firme.test",
        kind="startup",
        siret=siret_of(fictional_siren(6)),
        name="Firme",
        roles=["seller"],
    )
    assert (await verifier.did(f"/registrations/{firm}/confirmation"))["roles"] == ["admin", "seller"]
    seller = await Browser.sign_in(world, "y@firme.test")
    assert (await seller.me())["kind"] == "startup"


async def test_every_wrong_value_of_a_registration_is_said_at_once(world: World) -> None:
    answer = await register(world, "camille", siret="211802798 0001 1", roles=["seller"], kind="town")
    assert {e["path"] for e in answer.json()["errors"]} == {"email", "siret", "roles"}
    unknown = siret_of(fictional_siren(1))
    answer = await register(world, CAMILLE, siret=unknown)
    assert {e["path"] for e in answer.json()["errors"]} == {"name", "town_kind"}
    answer = await register(world, CAMILLE, kind="startup", roles=["seller"])
    assert [e["path"] for e in answer.json()["errors"]] == ["siret"]
    for kind, roles in (("supervisor", ["supervisor"]), ("association", ["curator"])):
        answer = await register(world, CAMILLE, kind=kind, roles=roles, name="X", siret=unknown)
        assert "kind" in {e["path"] for e in answer.json()["errors"]}
    assert await world.sql("select count(*) from claim") == 0


@pytest.mark.parametrize(
    ("siret", "sound"),
    [
        ("211 802 798 00010", True),
        ("21180279800011", False),
        ("35600000000048", True),
        ("35600000000049", False),
        ("356 000 000 09075", True),  # La Poste's establishments: not Luhn, a sum that is a multiple of 5
        ("35600000009076", False),
        ("21180279900010", False),
        ("2118027980001", False),
        ("2118027980001O", False),
        ("211\u202f802\u202f798\u00a000010", True),
        ("٢١١٨٠٢٧٩٨٠٠٠١٠", False),
        ("", False),
    ],
)
def test_a_siret_is_checked_by_its_key_and_la_postes_by_its_own_rule(siret: str, sound: bool) -> None:
    if sound:
        assert claiming.checked_siret(siret) == "".join(siret.split())
    else:
        with pytest.raises(Invalid):
            claiming.checked_siret(siret)


async def test_known_and_unknown_people_and_organisations_get_the_same_answer_and_the_same_mail(
    world: World,
) -> None:
    town = await world.town()
    known = address(town)
    answers = [
        await register(world, known),
        await register(world, "personne@nulle-part.test"),
        await register(world, known, siret=siret_of("211800339")),
        await register(world, "personne@nulle-part.test", siret=siret_of("211800339")),
    ]
    assert {a.status_code for a in answers} == {201}
    assert [a.json() for a in answers] == [{"email": a} for a in (known, "personne@nulle-part.test") * 2]
    await world.work()
    for to in (known, "personne@nulle-part.test"):
        assert {subject for subject, _ in mails_to(world, to)} == {"Confirmez votre adresse"}
    bodies = [
        {body.replace(linked(body), "") for _, body in mails_to(world, to)}
        for to in (known, "personne@nulle-part.test")
    ]
    assert bodies[0] == bodies[1]


async def test_a_refusal_gives_its_reason_by_mail_and_no_right(world: World) -> None:
    verifier = await staff(world)
    claim = await claimed(world, CAMILLE)
    empty = await verifier.post(f"/registrations/{claim}/refusal", {"reason": " "})
    assert empty.status_code == 422
    await verifier.did(
        f"/registrations/{claim}/refusal", {"reason": "Cette adresse n’est pas celle de la mairie."}
    )
    await world.work()
    subject, body = mails_to(world, CAMILLE)[-1]
    assert subject == "Demande refusée : Vierzon"
    assert "n’est pas celle de la mairie" in body
    assert await world.sql("select count(*) from organisation where name = 'Vierzon'") == 0
    camille = await Browser.sign_in(world, CAMILLE)
    (mine,) = (await camille.call("GET", "/me/registrations")).json()
    assert (mine["state"], mine["reason"][:13]) == ("refused", "Cette adresse")
    refused = await camille.call(
        "POST", "/needs", {"text": "x", "domain": "eclairage-public", "unit": "light_point"}
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation_needed")


async def test_an_organisation_that_has_an_administrator_is_its_administrators_to_open(world: World) -> None:
    town, verifier = await world.town(), await staff(world)
    assert town.organisation is not None
    claim = await claimed(world, CAMILLE, roles=["reader", "agent"])
    await world.work()
    for admin in (town, verifier):
        assert mails_to(world, address(admin))[-1][0] == "Inscription à vérifier : Vierzon"
        assert [c["id"] for c in await admin.read("/registrations")] == [claim]
    agent = await world.member(town.organisation, frozenset({Role.AGENT}))
    other = await world.town("18033")
    for stranger in (agent, other, world.visitor):
        answers = [
            await stranger.get(f"/registrations/{claim}"),
            await stranger.post(f"/registrations/{claim}/confirmation"),
            await stranger.post(f"/registrations/{claim}/refusal", {"reason": "x"}),
            await stranger.post(f"/registrations/{claim}/withdrawal"),
        ]
        expected = (401, "sign_in_needed") if stranger is world.visitor else (404, "not_found")
        assert {(a.status_code, a.json()["code"]) for a in answers} == {expected}
    done = await town.did(f"/registrations/{claim}/confirmation")
    assert done["roles"] == ["agent", "reader"], "asked for, and no more: somebody administers already"


async def test_nobody_decides_their_own_claim_and_whoever_asked_may_withdraw_it(world: World) -> None:
    verifier = await staff(world)
    assert verifier.organisation is not None
    clerk = await world.member(
        verifier.organisation, frozenset({Role.ADMIN, Role.CURATOR}), password=PASSWORD
    )
    await register(world, address(clerk))
    token = await link(world, Purpose.CLAIM, address(clerk))
    assert 'name="password"' not in (await world.http.get(f"/inscription/preuve/{token}")).text
    assert (await world.visitor.post("/registrations/proof", {"token": token})).status_code == 204
    (claim,) = await verifier.read("/registrations")
    assert await clerk.read("/registrations") == []
    own = await clerk.post(f"/registrations/{claim['id']}/confirmation")
    assert (own.status_code, own.json()["code"]) == (403, "not_their_move")
    theirs = await verifier.post(f"/registrations/{claim['id']}/withdrawal")
    assert theirs.json()["code"] == "not_their_move"
    assert (await clerk.post(f"/registrations/{claim['id']}/withdrawal")).status_code == 204
    assert await verifier.read("/registrations") == []


@pytest.mark.parametrize(
    ("kind", "role", "may"),
    [
        (OrganisationKind.SUPERVISOR, Role.ADMIN, True),
        (OrganisationKind.SUPERVISOR, Role.CURATOR, True),
        (OrganisationKind.ASSOCIATION, Role.ADMIN, True),
        (OrganisationKind.ASSOCIATION, Role.CURATOR, False),
        (OrganisationKind.SUPERVISOR, Role.SUPERVISOR, False),
        (OrganisationKind.SUPERVISOR, Role.AUDITOR, False),
        (OrganisationKind.SUPERVISOR, Role.INVESTOR, False),
    ],
)
def test_who_verifies_is_said_alike_in_the_code_and_in_the_mails(
    kind: OrganisationKind, role: Role, may: bool
) -> None:
    actor = Actor(PersonId(new_id()), OrganisationId(new_id()), kind, frozenset({role}), "session")
    assert is_staff(actor) is may
    assert any(kind is k and role in roles for k, roles in VERIFIERS) is may


async def test_asking_twice_or_for_what_one_has_is_refused_and_two_decisions_at_once_are_one(
    world: World,
) -> None:
    verifier = await staff(world)
    claim = await claimed(world, CAMILLE)
    await register(world, CAMILLE)
    token = await link(world, Purpose.CLAIM, CAMILLE)
    again = await world.visitor.post("/registrations/proof", {"token": token})
    assert (again.status_code, again.json()["code"]) == (409, "already_asked")
    decided = await asyncio.gather(*(verifier.post(f"/registrations/{claim}/confirmation") for _ in range(3)))
    assert sorted(a.status_code for a in decided) == [201, 409, 409]
    member = await world.visitor.post("/registrations/proof", {"token": token})
    assert (member.status_code, member.json()["code"]) == (409, "already_member")
    rivals = [await claimed(world, f"{n}@bourges.test", siret=siret_of("211800339")) for n in ("a", "b")]
    both = await asyncio.gather(*(verifier.post(f"/registrations/{c}/confirmation") for c in rivals))
    done = [a for a in both if a.status_code == 201]
    assert {a.status_code for a in both} <= {201, 409}
    for claim_id in rivals:  # whoever met the other is confirmed at the second try
        await verifier.post(f"/registrations/{claim_id}/confirmation")
    assert done
    admins = await world.sql(
        "select count(*) from affiliation a join organisation o on o.id = a.organisation_id where o.name = 'Bourges' and 'admin' = any(a.roles)"
    )
    assert admins == 1, "the first one only"


async def test_the_queue_shows_age_territory_and_what_the_address_tells(world: World) -> None:
    town = await world.town()
    await invited(world, town, "x@exemple.test", "reader")
    verifier = await staff(world)
    assert verifier.organisation is not None
    clerk = await world.member(verifier.organisation, frozenset({Role.ADMIN}), password=PASSWORD)
    http = (await Browser.sign_in(world, address(clerk))).http
    assert "Aucune inscription à vérifier" in (await http.get("/administration/demandes")).text
    same = await claimed(world, "camille@exemple.test")
    await claimed(world, "dominique@gmail.com")
    await claimed(world, "eve@ailleurs.test")
    await claimed(
        world, "flo@ccas.test", siret=siret_of(fictional_siren(8)), name="CCAS de Vierzon", town_kind="ccas"
    )
    await world.advance(3)
    page = (await http.get("/administration/demandes")).text
    for said in ("4 inscriptions à vérifier", "3 jours", "Vierzon, Cher", "inconnu du territoire", "Messagerie publique",
                 "celui d’une personne déjà confirmée", "n’est pas celui des personnes", "Aucune personne de cette organisation"):  # fmt: skip
        assert said in page.replace("\u00a0", " "), said
    one = (await http.get(f"/demandes/{same}")).text.replace("\u00a0", " ")
    assert "exemple.test" in one
    assert "Oui, et elle a un administrateur" in one
    csrf = one.partition('name="_csrf" value="')[2].partition('"')[0]
    empty = await http.post(f"/demandes/{same}/refus", data={"_csrf": csrf, "reason": ""})
    assert empty.status_code == 422
    done = await http.post(f"/demandes/{same}/confirmation", data={"_csrf": csrf})
    assert (done.status_code, done.headers["location"]) == (303, "/administration/demandes")
    agent = await world.member(town.organisation, frozenset({Role.AGENT}), password=PASSWORD)  # type: ignore[arg-type]
    assert (
        await (await Browser.sign_in(world, address(agent))).http.get("/administration/demandes")
    ).status_code == 403


async def test_a_siren_known_as_something_else_cannot_be_confirmed(world: World) -> None:
    startup, verifier = await world.startup(), await staff(world)
    assert startup.organisation is not None
    siren = str(startup.organisation.siren)
    claim = await claimed(world, CAMILLE, siret=siret_of(siren), name="Syndicat", town_kind="syndicat")
    refused = await verifier.post(f"/registrations/{claim}/confirmation")
    assert (refused.status_code, refused.json()["code"]) == (409, "other_kind")
    assert (await verifier.read(f"/registrations/{claim}"))["state"] == "waiting"


async def test_claims_whose_address_never_answered_are_forgotten(world: World) -> None:
    await register(world, CAMILLE)
    await claimed(world, "b@vierzon.test")
    await world.sql("update claim set created_at = now() - interval '8 days'")
    await housekeeping.prune(world.as_worker)
    assert await world.sql("select json_agg(email) from claim") == ["b@vierzon.test"]
