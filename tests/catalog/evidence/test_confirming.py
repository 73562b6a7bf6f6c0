"""A town confirms a reference from a mailed link: once, in time, from its own address; reading it confirms nothing."""

from uuid import UUID, uuid4

from marketplace.accounts import tokens
from marketplace.accounts.tokens import Purpose
from marketplace.actor import Role
from tests.catalog.evidence.proving import BOURGES, bourges, market, person, reference
from tests.support.world import World

CONTACT = "eclairage@ville-bourges.fr"


async def test_a_confirmation_from_the_towns_verified_domain_counts_at_once(world: World) -> None:
    await bourges(world)
    told = await market(world)
    assert await told.level() == "declared"
    asked = await told.ask()
    assert asked["state"] == "sent" and "token" not in str(asked)
    link = await told.link()
    shown = (await world.http.get(link)).text
    for said in (
        "Bourges",
        "1\u202f200",
        "Centre-ville",
        "Compteurs, un an avant et après",
        "Quinquet Systèmes",
    ):
        assert said in shown
    assert (await told.answers(link)).status_code == 303
    assert await told.level() == "confirmed"
    claim = await told.claim()
    assert claim["request"]["answer"] == "exact" and claim["evidence"][0]["why"] == "counts"
    proof = (await world.visitor.read(f"/solutions/{told.sheet['slug']}/evidence"))["claims"][told.path]
    assert proof["source"] == "Bourges" and proof["dated_on"] == str(await world.today())
    assert "Ada" not in str(await world.visitor.read("/references"))


async def test_the_mail_goes_at_once_to_that_address_alone_and_forgets_its_link_once_sent(
    world: World,
) -> None:
    told = await market(world)
    await told.ask()
    mails = await world.sql(
        "select json_agg(json_build_array(recipient, state, body)) from mail where key like 'evidence_request:%'"
    )
    assert [(recipient, state) for recipient, state, _ in mails] == [(CONTACT, "sent")]
    assert "/references/confirmer/" not in mails[0][2]
    seen = str(await told.seller.read(told.mine)) + str(await told.seller.read("/my/solutions"))
    assert (await told.link()).rpartition("/")[2] not in seen


async def test_reading_the_link_any_number_of_times_confirms_nothing(world: World) -> None:
    await bourges(world)
    told = await market(world)
    await told.ask()
    link = await told.link()
    for _ in range(3):
        assert (await world.http.get(link)).status_code == 200
        await world.http.head(link)
    await world.work()
    assert await told.level() == "declared"
    assert (await told.answers(link)).status_code == 303


async def test_a_link_serves_once(world: World) -> None:
    await bourges(world)
    told = await market(world)
    await told.ask()
    link = await told.link()
    await told.answers(link)
    assert (await told.answers(link, "wrong", said="Non")).status_code == 404
    assert (await world.http.get(link)).status_code == 404
    assert await told.level() == "confirmed"


async def test_a_forged_link_and_one_of_another_purpose_open_nothing(world: World) -> None:
    told = await market(world)
    await told.ask()
    link = await told.link()
    token_id = UUID(hex=link.rpartition("/")[2].partition(".")[0])
    other = tokens.written(world.app.state.secret, token_id, Purpose.INVITATION, CONTACT)
    elsewhere = tokens.written(
        world.app.state.secret, token_id, Purpose.CONFIRMATION, "autre@ville-bourges.fr"
    )
    unknown = tokens.written(world.app.state.secret, uuid4(), Purpose.CONFIRMATION, CONTACT)
    for forged in (other, elsewhere, unknown, link.rpartition("/")[2][:-1] + "z", "rien"):
        assert (await world.http.get(f"/references/confirmer/{forged}")).status_code == 404
        assert (await told.answers(f"/references/confirmer/{forged}")).status_code == 404
    assert (await world.http.get(link)).status_code == 200


async def test_a_link_ends_after_thirty_days(world: World) -> None:
    await bourges(world)
    told = await market(world)
    await told.ask()
    link = await told.link()
    await world.advance(29)
    assert (await world.http.get(link)).status_code == 200
    await world.advance(2)
    assert (await world.http.get(link)).status_code == 404
    assert (await told.answers(link)).status_code == 404
    assert await told.level() == "declared"


async def test_from_any_other_address_it_waits_for_a_curator(world: World) -> None:
    await bourges(world)
    addresses = (
        "maire@gmail.com",
        "eclairage@autre-ville.fr",
        "x@ville-bourges.fr.exemple.com",
        "x@sous.ville-bourges.fr",
    )
    told = await market(world, references=[reference() for _ in addresses])
    cited = [one["id"] for one in (await told.seller.read(f"/my/solutions/{told.id}"))["references"]]
    for id_, address in zip(cited, addresses, strict=True):
        await told.seller.did(f"{told.mine}/requests", {"reference_id": id_, "email": address})
        await world.work()
        await told.answers(await told.link(address))
        assert await told.level(f"references.{id_}") == "declared", address
    waiting = await told.curator.read("/reviews/evidence")
    assert [(one["path"], one["kind"]) for one in waiting] == [
        (f"references.{id_}", "confirmation") for id_ in cited
    ]
    await told.curator.did(f"/reviews/evidence/{waiting[0]['id']}/acceptance")
    assert await told.level(f"references.{cited[0]}") == "confirmed"


async def test_a_webmail_domain_counts_for_nobody_even_when_the_town_has_a_person_there(world: World) -> None:
    await bourges(world, "mairie.bourges@gmail.com")
    told = await market(world)
    await told.ask("maire@gmail.com")
    await told.answers(await told.link("maire@gmail.com"))
    assert await told.level() == "declared"


async def test_a_verified_address_of_another_town_does_not_speak_for_this_one(world: World) -> None:
    vierzon = await world.town()
    await person(world, "dgs@ville-vierzon.fr", vierzon.actor.organisation_id, Role.ADMIN)
    told = await market(world)
    await told.ask("dgs@ville-vierzon.fr")
    await told.answers(await told.link("dgs@ville-vierzon.fr"))
    assert await told.level() == "declared"


async def test_the_startup_cannot_ask_itself(world: World) -> None:
    told = await market(world, website="https://www.quinquet.fr/")
    await person(world, "direction@lanternes.fr", told.seller.actor.organisation_id, Role.ADMIN)
    await person(world, "perso@gmail.com", told.seller.actor.organisation_id, Role.EDITOR)
    for own in (
        "vente@lanternes.fr",
        "VENTE@LANTERNES.FR",
        "x@quinquet.fr",
        "x@paris.quinquet.fr",
        "perso@gmail.com",
    ):
        refused = await told.seller.post(
            f"{told.mine}/requests", {"reference_id": told.reference, "email": own}
        )
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "own_address"), own
    assert await world.sql("select count(*) from evidence_request") == 0
    await told.ask("maire@gmail.com")


async def test_an_answer_from_a_domain_that_became_the_startups_own_waits(world: World) -> None:
    await bourges(world)
    told = await market(world)
    await told.ask()
    await person(world, "ancien@ville-bourges.fr", told.seller.actor.organisation_id, Role.EDITOR)
    await told.answers(await told.link())
    assert await told.level() == "declared"


async def test_corrections_wait_for_a_curator_and_are_told_to_the_startup(world: World) -> None:
    await bourges(world)
    told = await market(world)
    await told.ask()
    link = await told.link()
    bare = await told.answers(link, "corrected")
    assert bare.status_code == 422 and "corriger" in bare.text
    await told.answers(link, "corrected", said="900 points, pas 1 200.")
    assert await told.level() == "declared"
    assert (await told.claim())["request"]["said"] == "900 points, pas 1 200."
    notice = await world.sql(f"select body from notice where organisation_id = '{told.seller.actor.organisation_id}' and key like 'evidence_request:%' limit 1")  # fmt: skip
    assert "900 points" in notice
    (waiting,) = await told.curator.read("/reviews/evidence")
    assert waiting["request"]["answer"] == "corrected"


async def test_a_no_proves_nothing_and_curators_see_it_until_the_sheet_changes(world: World) -> None:
    from catalog.evidence import queries
    from marketplace.actor import SYSTEM

    await bourges(world)
    told = await market(world)
    await told.ask()
    await told.answers(await told.link(), "wrong", said="Rien n’a été posé ici.")
    assert await told.level() == "declared"
    assert await told.curator.read("/reviews/evidence") == []
    assert await world.sql("select count(*) from notice where subject like '%pas exacte%'") == 1

    async def contradicted() -> int:
        async with world.as_worker.reading(SYSTEM) as reads:
            return len(await queries.contradicted(reads))

    assert await contradicted() == 1
    await told.revise(references=[reference(id=told.reference, quantity="900")])
    assert await contradicted() == 0


async def test_the_wrong_person_need_not_say_who_they_are(world: World) -> None:
    told = await market(world)
    await told.ask()
    link = await told.link()
    anonymous = {"name": "", "role": ""}
    missing = await told.answers(link, "exact", **anonymous)
    assert missing.status_code == 422 and "votre nom" in missing.text
    assert (await told.answers(link, "other_person", **anonymous)).status_code == 303
    assert (await told.claim())["request"]["answer"] == "other_person"
    await told.ask("autre@ville-bourges.fr")


async def test_an_edit_of_the_reference_lowers_the_level_and_ends_a_pending_question(world: World) -> None:
    await bourges(world)
    told = await market(world)
    await told.ask()
    await told.answers(await told.link())
    assert await told.level() == "confirmed"
    await told.revise(references=[reference(id=told.reference, quantity="5000")])
    assert await told.level() == "declared"
    assert [piece["why"] for piece in (await told.claim())["evidence"]] == ["changed"]
    await told.ask()
    link = await told.link()
    await told.revise(references=[reference(id=told.reference, quantity="6000")])
    moved = await world.http.get(link)
    assert moved.status_code == 200 and "n’a plus d’objet" in moved.text and "6\u202f000" not in moved.text
    assert (await told.answers(link)).status_code == 422
    assert await told.level() == "declared"


async def test_another_field_or_the_contact_may_change_without_touching_the_confirmation(
    world: World,
) -> None:
    await bourges(world)
    cited = reference(contact={"name": "Ada"})
    told = await market(world, references=[cited])
    await told.ask()
    await told.answers(await told.link())
    await told.revise(name="Autre nom", references=[cited | {"contact": {"name": "Grace"}}])
    assert await told.level() == "confirmed"


async def test_one_question_at_a_time_three_in_thirty_days(world: World) -> None:
    told = await market(world)
    first = await told.ask()
    again = await told.seller.post(
        f"{told.mine}/requests", {"reference_id": told.reference, "email": CONTACT}
    )
    assert (again.status_code, again.json()["code"]) == (409, "asked_already")
    old = await told.link()
    second = await told.seller.did(f"{told.mine}/requests/{first['id']}/resending")
    await world.work()
    assert (await world.http.get(old)).status_code == 404
    assert (await world.http.get(await told.link())).status_code == 200
    third = await told.seller.did(f"{told.mine}/requests/{second['id']}/resending")
    refused = await told.seller.post(f"{told.mine}/requests/{third['id']}/resending")
    assert (refused.status_code, refused.json()["code"]) == (409, "asked_enough")
    assert (await told.claim())["request"]["id"] == third["id"], "a refusal changes nothing"
    assert (await told.claim())["request"]["state"] == "sent"
    await world.advance(31)
    await told.ask("autre@ville-bourges.fr")


async def test_a_cancelled_question_is_worth_nothing(world: World) -> None:
    await bourges(world)
    told = await market(world)
    asked = await told.ask()
    link = await told.link()
    cancelled = await told.seller.post(f"{told.mine}/requests/{asked['id']}/cancellation")
    assert cancelled.status_code == 204
    assert (await world.http.get(link)).status_code == 404
    assert (await told.answers(link)).status_code == 404
    twice = await told.seller.post(f"{told.mine}/requests/{asked['id']}/cancellation")
    assert (twice.status_code, twice.json()["code"]) == (409, "move_refused")


async def test_only_a_published_reference_of_ones_own_sheet_can_be_asked_about(world: World) -> None:
    told = await market(world)
    other = await world.startup("Lucivoie")
    body = {"reference_id": told.reference, "email": CONTACT}
    assert (await other.post(f"{told.mine}/requests", body)).status_code == 404
    unknown = await told.seller.post(f"{told.mine}/requests", body | {"reference_id": str(uuid4())})
    assert unknown.status_code == 404
    for email in ("pas une adresse", "", "a@b"):
        wrong = await told.seller.post(f"{told.mine}/requests", body | {"email": email})
        assert wrong.status_code == 422
    await told.curator.did(f"/reviews/{told.id}/suspension", {"reason": "Un doute."})
    assert (await told.seller.post(f"{told.mine}/requests", body)).json()["code"] == "not_published"


async def test_a_link_of_a_sheet_that_was_taken_down_opens_nothing(world: World) -> None:
    told = await market(world)
    await told.ask()
    link = await told.link()
    await told.curator.did(f"/reviews/{told.id}/suspension", {"reason": "Un doute."})
    assert (await world.http.get(link)).status_code == 404


async def test_a_town_that_does_not_exist_cannot_be_cited(world: World) -> None:
    from tests.catalog.solutions.sheets import content

    seller = await world.startup()
    refused = await seller.post("/my/solutions", content(references=[reference(town="99999")]))
    assert refused.json()["errors"][0]["code"] == "unknown_town"
    assert BOURGES != "99999"
